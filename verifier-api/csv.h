// Tables as spreadsheets write them (RFC 4180 with what Excel makes of it), bounded. Reads outside input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/error.h"

namespace stele::verifier {

inline constexpr std::size_t csv_columns_max = 80;

struct Table {
  char separator = ',';
  std::vector<std::vector<std::string>> rows;  ///< the heading first; each of the heading's width
};

/// UTF-8 with or without BOM; `,` `;` or tab, whichever the heading has most of outside quotes; lines end in CRLF, LF
/// or CR; empty lines are passed over. A row shorter than the heading is filled up. Errors say the row: `csv_form`
/// (quotes, a row that is longer than the heading, not UTF-8), `too_many` (rows).
[[nodiscard]] Result<Table> read_csv(std::string_view text, std::size_t rows_max);

/// One cell, quoted if need be. A text that a spreadsheet would take for a formula gets an apostrophe first: whoever
/// opens the answer must not run what somebody put into a name.
void write_cell(std::string& out, std::string_view text, char separator);

}  // namespace stele::verifier
