// Collects the cells of one sheet in order and holds them to the limits. Shared by the XLSX and the ODS reader.
#pragma once

#include <string>
#include <string_view>

#include "wallet-cli/tables/table.h"

namespace stele::tables {

class TableBuilder {
 public:
  /// `cells_left` counts down over all sheets of the file; it must outlive the builder.
  TableBuilder(std::string_view file, std::string_view sheet, bool hidden, std::size_t& cells_left);

  /// Rows and, inside them, columns come in rising order. The text need not be NFC yet. Errors: `table_*`.
  [[nodiscard]] Result<void> start_row(std::uint32_t number, bool hidden);
  [[nodiscard]] Result<void> add(std::uint32_t column, CellKind kind, std::string_view text);
  void end_row();
  [[nodiscard]] Result<void> add_merge(Merge);
  void add_hidden_columns(std::uint32_t first, std::uint32_t last);
  /// Cells in this rectangle are results of the formula in its first one, though only that one says so.
  void add_formula_area(Merge area);
  [[nodiscard]] Table finish();

  [[nodiscard]] Where where(std::uint32_t row, std::uint32_t column) const;
  [[nodiscard]] Where where() const;

 private:
  Table table_;
  Row row_;
  std::vector<Merge> formula_areas_;
  std::size_t* cells_left_;
};

}  // namespace stele::tables
