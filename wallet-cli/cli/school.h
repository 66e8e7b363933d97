// What a member of staff asks of the node about its own school: rules of assessment, sheets, transcripts.
#pragma once

#include "ledger/rules/assessment.h"
#include "signer/issue.h"
#include "wallet-cli/cli/access.h"

namespace stele::cli {

struct Rules {
  record::Assessment assessment;
  rules::RuleSet set;
};
/// The rule set of the policy in force for that kind of school at the node's date.
[[nodiscard]] Result<Rules> rules_for(Access&, const std::string& kind);
/// All rule sets of the policy in force at the node's date. Anybody may ask.
[[nodiscard]] Result<std::vector<rules::RuleSet>> rule_sets(NodeClient&);
/// Subjects of all rule sets of the policy in force. A help for the eye: none, if the policy can't be had.
[[nodiscard]] signer::SubjectNames subject_names(NodeClient&);
[[nodiscard]] signer::SubjectNames subject_names(const Context&, const record::Genesis&);
[[nodiscard]] Error unknown_subject(const Rules&, const std::string& code);

struct HeldRow {
  std::uint32_t position = 0;  ///< in the sheet
  RecordId sheet;              ///< where its latest form stands: the sheet, or an amend
  std::uint32_t row = 0;       ///< there
  record::Disclosure result, detail;
};
struct HeldSheet {
  RecordId id;
  record::Type type{};
  std::string subject, group, term;
  std::vector<HeldRow> rows;
  [[nodiscard]] const HeldRow* row_of(const Tag256&) const;
};
struct HeldSheets {
  struct Hit {
    const HeldSheet* sheet = nullptr;
    const HeldRow* row = nullptr;
  };
  std::vector<HeldSheet> sheets;
  /// The student's row, in whatever group's sheet it stands; none: in no sheet. `two_sheets`: in two, and nobody can
  /// say which of them counts.
  [[nodiscard]] Result<std::optional<Hit>> find(record::Type, std::string_view subject, std::string_view term,
                                                const Tag256&) const;
};
[[nodiscard]] Result<HeldSheets> fetch_sheets(Access&, const std::string& org, const std::string& cls,
                                              const std::string& year);

/// The live credential with this tag, if there is one.
[[nodiscard]] Result<std::optional<RecordId>> live_credential(Access&, const Tag256&);

/// A class of the year as its list in force names it.
struct ClassInfo {
  std::string cls, kind;
  RecordId list;
};
[[nodiscard]] Result<std::vector<ClassInfo>> fetch_classes(Access&, const std::string& org, const std::string& year);

/// A sheet that somebody should have signed and nobody did.
struct MissingSheet {
  std::string cls, subject, term, teacher;
};
[[nodiscard]] Result<std::vector<MissingSheet>> fetch_missing(Access&, const std::string& org, const std::string& year);

}  // namespace stele::cli
