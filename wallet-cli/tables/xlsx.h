// Excel workbooks (ECMA-376, transitional and strict), read part by part without Excel's leniency.
#pragma once

#include <vector>

#include "wallet-cli/tables/archive.h"
#include "wallet-cli/tables/table.h"

namespace stele::tables {

/// All worksheets in the order of their tabs; chart sheets are passed over. Formula cells come as formulas, the cells
/// of an array formula's range too. Whatever the reader does not understand inside the sheet data is `file_damaged`.
[[nodiscard]] Result<std::vector<Table>> read_xlsx(Archive&);

}  // namespace stele::tables
