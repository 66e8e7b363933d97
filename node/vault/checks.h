// What must be true of a payload before its record is proposed: averages, tags, figures against their sheets
// (wire-format.md section 11, "Admission"). Pure.
#pragma once

#include <functional>
#include <set>

#include "ledger/registry/state.h"
#include "ledger/rules/assessment.h"
#include "node/vault/payload.h"

namespace stele::vault {

/// What the checks ask of the ledger and of what the vault holds.
struct Sources {
  const registry::State* state = nullptr;
  std::function<std::optional<record::Record>(const RecordId&)> record;
  /// Rows of a stored sheet, decoys without disclosures; none: not held here.
  std::function<std::optional<SheetPayload>(const RecordId&)> sheet;
  /// The student's book key; none: unknown.
  std::function<std::optional<Digest>(std::string_view student_id)> book;
  /// Amends of that row that were handed in, and the row that replaces it in each.
  std::function<std::vector<std::pair<RecordId, std::uint32_t>>(const RecordId& sheet, std::uint32_t row)> amends;
  /// A stored credential; none: not held here.
  std::function<std::optional<CredentialPayload>(const RecordId&)> credential;
  /// The credentials that were handed in with this diploma serial, whatever became of them.
  std::function<std::vector<RecordId>(std::string_view serial)> serials;
};

/// The student that a row is about; none: a decoy. `type`: of the sheet.
[[nodiscard]] std::optional<Tag256> tag_of_row(record::Type, const SheetPayload::Row&);

[[nodiscard]] Result<void, Rejection> check_class_list(const Sources&, const record::ClassList&, const SheetPayload&);
[[nodiscard]] Result<void, Rejection> check_grade_sheet(const Sources&, const RecordId&, const record::GradeSheet&,
                                                        const SheetPayload&);
[[nodiscard]] Result<void, Rejection> check_summary_sheet(const Sources&, const record::SummarySheet&,
                                                          const SheetPayload&);
[[nodiscard]] Result<void, Rejection> check_amend(const Sources&, const record::Amend&, const SheetPayload&);
[[nodiscard]] Result<void, Rejection> check_credential(const Sources&, const record::Record&, const CredentialPayload&);

}  // namespace stele::vault
