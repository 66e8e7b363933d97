// What stands in a teacher's file, before anybody asks what it means: sheets, rows and cells, read within hard limits.
// CSV, XLSX and ODS come in; nothing is guessed, nothing that can't be understood is left out silently.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::tables {

// Limits on what may come in. A class has about 45 students and a sheet some tens of kilobytes: all are generous.
inline constexpr std::size_t file_size_max_bytes = 20U << 20;
inline constexpr std::size_t part_size_max_bytes = 64U << 20;        ///< one part of a workbook, unpacked
inline constexpr std::size_t unpacked_total_max_bytes = 128U << 20;  ///< all parts that are read
inline constexpr std::size_t unpack_ratio_max = 300;                 ///< unpacked : packed, of one part ...
inline constexpr std::size_t unpack_ratio_free_bytes = 4U << 20;     ///< ... and only above this size
inline constexpr std::size_t archive_entries_max = 1'000;
inline constexpr std::size_t sheets_max = 50;
inline constexpr std::uint32_t rows_max = 5'000;   ///< the last row that may hold something
inline constexpr std::uint32_t columns_max = 100;  ///< the last column that may hold something
inline constexpr std::size_t cells_max = 500'000;  ///< of all sheets of a file, empty ones between others counted
inline constexpr std::size_t cell_text_max_chars = 2'000;
inline constexpr std::size_t shared_strings_max = 200'000;
inline constexpr std::size_t styles_max = 70'000;  ///< Excel itself allows 65,490 cell formats
inline constexpr std::size_t merges_max = 10'000;
inline constexpr std::size_t xml_depth_max = 64;
inline constexpr std::size_t xml_token_max_bytes = 1U << 20;

/// What a cell holds. `formula` and `error` carry no value: a cached result is never taken for one.
enum class CellKind : std::uint8_t { empty, text, number, date, boolean, formula, error };

struct Cell {
  CellKind kind = CellKind::empty;
  /// NFC. number: shortest decimal, point, no exponent below 1e15 ("8.5"); date: "dd/mm/yyyy", a time after it if the
  /// cell has one; boolean: "TRUE" or "FALSE"; formula: "=...", or "=" alone; error: its name ("#REF!").
  std::string text;
  std::uint32_t row = 0;     ///< 1-based, as a spreadsheet shows it
  std::uint32_t column = 0;  ///< 0-based: 0 is column A
};

/// Cells 0 to the last one that is not empty.
struct Row {
  std::uint32_t number = 0;  ///< 1-based; of a CSV file: the record's number
  bool hidden = false;
  std::vector<Cell> cells;
};

/// A rectangle of merged cells, ends included; rows 1-based, columns 0-based.
struct Merge {
  std::uint32_t row_first = 0, row_last = 0, column_first = 0, column_last = 0;
};

struct Table {
  std::string file;   ///< the file's name without its folder
  std::string sheet;  ///< empty for CSV
  bool hidden = false;
  std::vector<Row> rows;  ///< rising numbers; rows without content are left out
  std::vector<Merge> merges;
  std::vector<std::uint32_t> hidden_columns;  ///< 0-based, rising, only below columns_max
};

/// "A", "Z", "AA": the letters over a 0-based column.
[[nodiscard]] std::string column_letters(std::uint32_t column);
/// "F7".
[[nodiscard]] std::string address(const Cell&);

/// All sheets of a file, hidden ones too, in its order. The kind is told by content, not by the name's ending.
/// Errors: `file_*` (can't be read, empty, too big, another kind, encrypted, damaged), `csv_*`, `table_*` (a limit).
[[nodiscard]] Result<std::vector<Table>> read_file(const std::filesystem::path&);

/// The same for bytes in memory. `file_name` is for messages, and its ending tells CSV from a text of another kind.
[[nodiscard]] Result<std::vector<Table>> read_bytes(std::string_view file_name, ByteView);

}  // namespace stele::tables
