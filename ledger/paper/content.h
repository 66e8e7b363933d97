// What a document says, in the words and the order of paper: read once from a document file and its verdict, for every
// form. Pure.
#pragma once

#include <map>

#include "ledger/paper/labels.h"
#include "ledger/rules/assessment.h"
#include "ledger/verdict/verdict.h"

namespace stele::paper {

/// The rule set that a transcript was assessed by, if the file brings it.
[[nodiscard]] std::optional<rules::RuleSet> rule_set_of(const verdict::DocumentFile&);
/// "Học kỳ I": the rule set says which code is which term; without it the usual codes are known.
[[nodiscard]] std::string term_label(const std::optional<rules::RuleSet>&, const std::string& term, Lang);
/// The subjects among these claims, in the rule set's order: a file's order is that of its digests.
[[nodiscard]] std::vector<record::SubjectClaim> subjects_of(const std::vector<record::Disclosure>&,
                                                            const std::optional<rules::RuleSet>&);
/// A claim's value for people: "14/03/2010", "2025–2026", "Giỏi". Empty for what is no text.
[[nodiscard]] std::string claim_value(const record::Disclosure&, Lang);
/// In capitals, Vietnamese letters too.
[[nodiscard]] std::string capitals(std::string_view);
/// "ngày 31 tháng 05 năm 2026"
[[nodiscard]] std::string long_date(const Date&);

struct Signer {
  std::string name, title;  ///< as the key's binding says
  std::string org;          ///< its name, if known
  bool known = false;       ///< the file shows who
};

struct Comment {
  std::string subject, term, text;
};

/// Everything here is proven by the file; what the holder does not show is empty.
struct Content {
  verdict::Verdict verdict;
  record::Type type{};
  std::string kind, period;
  std::string school, above;  ///< names of the organisation and of the one over it
  std::optional<rules::RuleSet> rules;
  std::map<std::string, std::string> values;  ///< claim to its text
  std::vector<record::SubjectClaim> subjects;
  std::optional<record::SummaryClaim> summary;
  std::string summary_comment;
  Signer signer, homeroom;
  std::vector<Comment> comments;
  [[nodiscard]] std::string value(std::string_view claim) const;
  /// The claim `issued`, or the day on the ledger.
  [[nodiscard]] Date day() const;
};
/// `paper_not_valid`: of a document that is not valid, or no credential, nothing is printed.
[[nodiscard]] Result<Content> content_of(const record::Genesis&, std::string_view document);

}  // namespace stele::paper
