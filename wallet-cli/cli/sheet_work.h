// A teacher's file on its way to a signed sheet: read whole, compared with the class's roster and the rules in force,
// made ready to be signed. Nothing here prints or asks: terminal and page are served by the same functions.
#pragma once

#include <span>

#include "ledger/rules/assessment.h"
#include "wallet-cli/cli/access.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/tables/table.h"

namespace stele::cli {

enum class SheetUse : std::uint8_t { class_list, grades, summary };

/// A text in both languages.
struct Both {
  std::string vi, en;
};
/// What will be signed, as a table for the eye: names first.
struct SheetView {
  std::vector<Both> columns;
  std::vector<std::vector<Both>> rows;              ///< in the order of the file
  std::size_t exempt = 0, absent = 0, not_yet = 0;  ///< entries, not students
};

/// What reading a file brought to light. `errors` forbid its use; `notes` are shown before anybody signs.
struct SheetReport {
  std::vector<Error> errors, notes;
  std::size_t students = 0;
  std::vector<std::string> titles;  ///< what stands above the headings
  SheetView view;                   ///< if there are no errors
  [[nodiscard]] bool ok() const { return errors.empty(); }
};
/// What can be said before a key is opened. `sets`: the rule sets in force, which know subjects and terms; averages
/// are computed if one of them alone has the subject.
[[nodiscard]] SheetReport read_sheet(SheetUse, std::span<const tables::Table>, const SheetFile&,
                                     std::span<const rules::RuleSet> sets);

struct PreparedSheet {
  SheetReport report;
  std::optional<Draft> draft;  ///< if the report is without errors
};
/// All of it: against the signed class list and the rules of assessment, with averages computed, and whether the ledger
/// has such a sheet already.
[[nodiscard]] Result<PreparedSheet> prepare_sheet(SheetUse, Access&, std::span<const tables::Table>, const SheetFile&);

}  // namespace stele::cli
