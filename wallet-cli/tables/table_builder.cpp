#include "wallet-cli/tables/table_builder.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/fold.h"

namespace stele::tables {

TableBuilder::TableBuilder(std::string_view file, std::string_view sheet, bool hidden, std::size_t& cells_left)
    : cells_left_(&cells_left) {
  table_.file = file;
  table_.sheet = to_nfc(sheet).value_or("");
  table_.hidden = hidden;
}

Where TableBuilder::where(std::uint32_t row, std::uint32_t column) const {
  return {.file = table_.file, .sheet = table_.sheet, .row = row, .column = column_letters(column), .field = {}};
}

Where TableBuilder::where() const {
  return {.file = table_.file, .sheet = table_.sheet, .row = row_.number, .column = {}, .field = {}};
}

Result<void> TableBuilder::start_row(std::uint32_t number, bool hidden) {
  // Out of order or twice: two readers would disagree on what the cell holds.
  if (number <= row_.number) return Unexpected(fault("file_damaged", where(), {std::to_string(number)}));
  row_.number = number;
  row_.hidden = hidden;
  row_.cells.clear();
  return {};
}

Result<void> TableBuilder::add(std::uint32_t column, CellKind kind, std::string_view text) {
  if (kind == CellKind::empty || (text.empty() && kind == CellKind::text)) return {};
  const auto at = where(row_.number, column);
  if (row_.number > rows_max) return Unexpected(fault("table_too_many_rows", at, {std::to_string(rows_max)}));
  if (column >= columns_max) return Unexpected(fault("table_too_many_columns", at, {std::to_string(columns_max)}));
  if (column < row_.cells.size()) return Unexpected(fault("file_damaged", at, {at.column}));
  const std::size_t added = column + 1 - row_.cells.size();
  if (added > *cells_left_) return Unexpected(fault("table_too_many_cells", at, {std::to_string(cells_max)}));
  *cells_left_ -= added;
  auto nfc = to_nfc(text);
  if (!nfc) return Unexpected(fault("file_damaged", at, {"UTF-8"}));
  if (count_chars(*nfc) > cell_text_max_chars)
    return Unexpected(fault("table_cell_too_long", at, {std::to_string(cell_text_max_chars)}));
  while (row_.cells.size() < column) {
    const auto empty_at = static_cast<std::uint32_t>(row_.cells.size());
    row_.cells.push_back({.kind = CellKind::empty, .text = {}, .row = row_.number, .column = empty_at});
  }
  row_.cells.push_back({.kind = kind, .text = std::move(*nfc), .row = row_.number, .column = column});
  return {};
}

void TableBuilder::end_row() {
  if (!row_.cells.empty()) table_.rows.push_back(row_);
  row_.cells.clear();
}

Result<void> TableBuilder::add_merge(Merge merge) {
  if (table_.merges.size() >= merges_max)
    return Unexpected(fault("table_too_many_cells", where(), {std::to_string(merges_max)}));
  table_.merges.push_back(merge);
  return {};
}

void TableBuilder::add_hidden_columns(std::uint32_t first, std::uint32_t last) {
  for (std::uint32_t c = first; c <= std::min(last, columns_max - 1); ++c)
    if (table_.hidden_columns.empty() || table_.hidden_columns.back() < c) table_.hidden_columns.push_back(c);
}

void TableBuilder::add_formula_area(Merge area) {
  formula_areas_.push_back(area);
}

Table TableBuilder::finish() {
  for (Row& row : table_.rows)
    for (const Merge& area : formula_areas_) {
      if (row.number < area.row_first || row.number > area.row_last) continue;
      for (std::size_t c = area.column_first; c <= area.column_last && c < row.cells.size(); ++c)
        if (row.cells[c].kind != CellKind::empty && row.cells[c].kind != CellKind::formula) {
          row.cells[c].kind = CellKind::formula;
          row.cells[c].text = "=";
        }
    }
  return std::move(table_);
}

}  // namespace stele::tables
