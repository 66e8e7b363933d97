// Rule sets of assessment as data, and the arithmetic that they describe (wire-format.md section 4.3). No subject,
// level or year is named in code. Pure.
#pragma once

#include "ledger/record/disclosure.h"

namespace stele::rules {

struct Subject {
  std::string code, name;
  bool marks = true;    ///< false: judged by levels
  bool tested = false;  ///< a level may have a mark beside it (primary school)
};
/// Decoded rule set; see docs/wire-format.md section 4.3 for the exact JSON.
struct RuleSet {
  std::string id;
  std::vector<std::string> kinds;
  std::uint32_t weight_regular = 1, weight_mid = 2, weight_final = 3;
  std::uint32_t weight_first = 1, weight_second = 2;
  std::string term_first, term_second, term_year;
  std::vector<std::string> levels;  ///< of comment-only subjects, best first
  std::uint32_t regular_min = 2, regular_max = 5;
  std::vector<Subject> subjects;
  [[nodiscard]] const Subject* subject(std::string_view code) const;
};
[[nodiscard]] Result<RuleSet, Rejection> decode_rule_set(ByteView json);

/// Term average in tenths, half up. None: nothing can be computed. Exempt regular marks are left out; a regular mark
/// that is not there yet or was missed, a missing mid-term or final mark, or too few entries give none. Nothing missing
/// is ever counted as zero.
[[nodiscard]] std::optional<record::Mark> term_average(const RuleSet&, const record::GradeDetail&);
[[nodiscard]] std::optional<record::Mark> year_average(const RuleSet&, record::Mark first, record::Mark second);
/// Does a row's `result` follow from its `detail`? `payload_average` if the figure is not the average, `payload_bad` if
/// the row is not of the subject's kind. Level rows have no formula; nor has a sheet of the term `term_year`, which
/// holds re-tests: there the detail has no marks.
[[nodiscard]] Result<void, Rejection> check_grade_row(const RuleSet&, const Subject&, const record::GradeResult&,
                                                      const record::GradeDetail&, std::string_view term);
/// A transcript's subject by itself: known, under its own name, terms in order, figures of its kind (`payload_claims`),
/// and the year's mark is the re-test's or follows from the terms (`payload_average`). Level figures of the year have
/// no formula.
[[nodiscard]] Result<void, Rejection> check_subject_claim(const RuleSet&, const record::SubjectClaim&);

}  // namespace stele::rules
