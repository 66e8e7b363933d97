// From the figures of a credential back to the rows and signatures of the teachers who gave them (wire-format.md
// section 5.1). Internal to this library. Pure.
#pragma once

#include "ledger/rules/assessment.h"
#include "ledger/verdict/judge_record.h"

namespace stele::verdict {

/// A row that the file opens; its disclosures are proven to stand under the root of the sheet.
struct OpenRow {
  record::Disclosure result;
  std::optional<record::Disclosure> detail;
  bool named = false;  ///< by a disclosed claim
};
using OpenRows = std::map<std::pair<std::size_t, std::uint32_t>, OpenRow>;
/// The first row that does not open under its sheet's root is named: "rows[3].result".
[[nodiscard]] Result<OpenRows, Rejection> open_rows(const Facts&, const std::vector<DocumentRow>&);

/// Judges the figures of one credential. Findings are all bad ones; none: every disclosed figure is led back.
class Provenance {
 public:
  Provenance(RecordJudge&, std::size_t credential, OpenRows&);
  void check(const std::vector<record::Disclosure>& claims);

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::vector<FigureTrace> take_figures() && { return std::move(figures_); }

 private:
  struct Label {
    std::string where, vi, en;  ///< "subject.toan.terms[0]", "Toán học kỳ I", "Toán, first term"
  };
  /// The sheet behind a figure: the record that holds the row, and the sheet that it amends or is.
  struct Source {
    std::size_t holder = 0, sheet = 0;
    OpenRow* row = nullptr;
  };
  void subject(const record::SubjectClaim&, const std::string& claim);
  void summary(const record::SummaryClaim&);
  void stated(const record::Disclosure&, const std::string& signed_value, std::string_view vi, std::string_view en);
  void figure(const record::SubjectClaim&, const record::TermFigure&, bool retest, const Label&);
  [[nodiscard]] std::optional<Source> source_of(const RecordId& sheet, std::uint32_t row, const Label&);
  [[nodiscard]] bool sheet_good(std::size_t record, const Label&);
  template <class Sheet>
  [[nodiscard]] bool agrees(const Sheet&, const Label&);
  void average(const record::SubjectClaim&, const record::GradeResult&, const OpenRow&, const std::string& term,
               const Label&, FigureTrace&);
  [[nodiscard]] FigureTrace trace(const record::SubjectClaim&, const record::TermFigure&, const Source&);
  [[nodiscard]] const rules::RuleSet* rule_set();
  [[nodiscard]] Label label(const record::SubjectClaim&, const std::string& term, std::string where);
  void bad(Outcome, std::string code, const Label&, const std::string& vi, const std::string& en);

  RecordJudge& judge_;
  const Facts& facts_;
  const record::Record& record_;
  const record::Credential& credential_;
  OpenRows& rows_;
  std::optional<std::optional<rules::RuleSet>> rule_set_;
  std::optional<std::size_t> policy_;
  std::vector<Finding> findings_;
  std::vector<FigureTrace> figures_;
};

}  // namespace stele::verdict
