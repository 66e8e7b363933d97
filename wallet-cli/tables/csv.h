// CSV as Excel and the sector's systems write it: RFC 4180 quotes; comma, semicolon or tab; UTF-8 or UTF-16.
#pragma once

#include "ledger/base/bytes.h"
#include "wallet-cli/tables/table.h"

namespace stele::tables {

/// One table. The separator is the one that makes the most cells in rows of equal length; a first line `sep=;` decides.
/// A cell that starts with '=' is a formula (that is what Excel would make of it). Not UTF-8: `csv_encoding`.
[[nodiscard]] Result<Table> read_csv(std::string_view file_name, ByteView);

}  // namespace stele::tables
