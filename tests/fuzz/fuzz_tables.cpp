// Teachers' files: arbitrary bytes as CSV, XLSX or ODS never crash, never break a limit, and every fault says
// something.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"
#include "wallet-cli/tables/fold.h"
#include "wallet-cli/tables/sheet_file.h"

namespace {

using namespace stele::tables;

void check_texts(const std::vector<stele::Error>& errors) {
  STELE_ASSERT(errors.size() <= findings_max);
  for (const auto& e : errors) STELE_ASSERT(!e.code.empty() && !e.vi.empty() && !e.en.empty());
}

template <class R>
void check_reading(const Reading<R>& reading) {
  STELE_ASSERT(!reading.sheet || reading.findings.ok());
  check_texts(reading.findings.errors);
  check_texts(reading.findings.warnings);
  if (!reading.sheet) return;
  STELE_ASSERT(!reading.sheet->rows.empty());
  for (const R& row : reading.sheet->rows) STELE_ASSERT(is_digits(row.student.id, 10));
}

void check_tables(const std::vector<Table>& tables) {
  STELE_ASSERT(tables.size() <= sheets_max);
  for (const Table& table : tables) {
    std::uint32_t last_row = 0;
    for (const Row& row : table.rows) {
      STELE_ASSERT(row.number > last_row && row.number <= rows_max && row.cells.size() <= columns_max);
      last_row = row.number;
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        const Cell& cell = row.cells[c];
        STELE_ASSERT(cell.row == row.number && cell.column == c);
        STELE_ASSERT(count_chars(cell.text) <= cell_text_max_chars && stele::to_nfc(cell.text) == cell.text);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tables = read_bytes("f.csv", {data, size});
  if (!tables) {
    check_texts({tables.error()});
    return 0;
  }
  check_tables(*tables);
  ReadOptions options;
  if (size % 2 == 0)
    options.empty = {Missing::not_yet, Missing::not_yet, Missing::not_yet, Missing::not_yet, Missing::not_yet};
  check_reading(read_marks(*tables, options));
  check_reading(read_comments(*tables, options));
  check_reading(read_primary(*tables, options));
  check_reading(read_class_list(*tables, options));
  check_reading(read_summary(*tables, options));
  check_reading(read_diploma_list(*tables, options));
  (void)guess_kind(*tables);
  return 0;
}
