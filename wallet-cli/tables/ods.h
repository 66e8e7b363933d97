// OpenDocument spreadsheets (.ods), as LibreOffice writes them.
#pragma once

#include <vector>

#include "wallet-cli/tables/archive.h"
#include "wallet-cli/tables/table.h"

namespace stele::tables {

/// All sheets in their order. Formula cells come as formulas, a matrix formula's whole range too. A document with a
/// password is `file_is_encrypted`.
[[nodiscard]] Result<std::vector<Table>> read_ods(Archive&);

}  // namespace stele::tables
