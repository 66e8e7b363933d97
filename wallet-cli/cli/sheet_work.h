// A teacher's file on its way to a signed sheet: read whole, compared with the class's roster and the rules in force,
// made ready to be signed. Nothing here prints or asks: terminal and page are served by the same functions.
#pragma once

#include <span>

#include "wallet-cli/cli/access.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/tables/table.h"

namespace stele::cli {

enum class SheetUse : std::uint8_t { class_list, grades, summary };

/// What reading a file brought to light. `errors` forbid its use; `notes` are shown before anybody signs.
struct SheetReport {
  std::vector<Error> errors, notes;
  std::size_t students = 0;
  [[nodiscard]] bool ok() const { return errors.empty(); }
};
/// What can be said without the ledger, before a key is opened.
[[nodiscard]] SheetReport read_sheet(SheetUse, std::span<const tables::Table>, const SheetFile&);

struct PreparedSheet {
  SheetReport report;
  std::optional<Draft> draft;  ///< if the report is without errors
};
/// All of it: against the signed class list and the rules of assessment, with averages computed.
[[nodiscard]] Result<PreparedSheet> prepare_sheet(SheetUse, Access&, std::span<const tables::Table>, const SheetFile&);

}  // namespace stele::cli
