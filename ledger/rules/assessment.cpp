#include "ledger/rules/assessment.h"

#include <algorithm>

#include "ledger/record/forms.h"
#include "ledger/rules/known_rule_set.h"

namespace stele::rules {
namespace {

using json::Field;
using json::ObjectReader;
using record::Figure;
using record::Mark;
using record::MarkOrMissing;
using record::Missing;
namespace text = record::text;

constexpr std::size_t rule_set_bytes_max = 32'768;
constexpr std::size_t rule_set_nodes_max = 2'048;
constexpr std::size_t kinds_max = 8;
constexpr std::size_t levels_max = 8;
constexpr std::size_t subjects_max = 128;
constexpr std::uint32_t weight_max = 100;
constexpr std::uint32_t regular_marks_max = 8;  // of a row's detail
constexpr json::TextRule subject_name{1, 100};

std::vector<std::string> read_codes(ObjectReader& r, std::string_view name, std::size_t max) {
  return r.array(name, 1, max, [](Field& f) { return f.string(text::code); });
}

std::uint32_t read_weight(ObjectReader& r, std::string_view name) {
  return r.integer<std::uint32_t>(name, 1, weight_max);
}

Subject read_subject(ObjectReader& r) {
  Subject out;
  out.code = r.string("code", text::code);
  out.name = r.string("name", subject_name);
  enum class Kind : std::uint8_t { marks, level, level_and_mark };
  const auto kind = r.choice<Kind>(
      "kind", {{"marks", Kind::marks}, {"level", Kind::level}, {"level-and-mark", Kind::level_and_mark}});
  out.marks = kind == Kind::marks;
  out.tested = kind == Kind::level_and_mark;
  return out;
}

Result<void, Rejection> check_rule_set(const RuleSet& set) {
  STELE_CHECK(record::check_distinct(set.kinds, "kinds"));
  STELE_CHECK(record::check_distinct(set.levels, "levels"));
  STELE_CHECK(record::check_distinct(
      set.subjects, "subjects", [](const Subject& s) -> const auto& { return s.code; }));
  if (set.term_first == set.term_second) return reject(RejectionCode::repeated, "terms.second");
  if (set.term_year == set.term_first || set.term_year == set.term_second) {
    return reject(RejectionCode::repeated, "terms.year");
  }
  if (set.regular_min > set.regular_max) return reject(RejectionCode::out_of_bounds, "regular_min");
  return {};
}

/// A sum of weighted marks, and its average by wire-format.md section 4.3: half up, in integers.
class Average {
 public:
  void add(Mark mark, std::uint32_t weight) {
    sum_ += mark.tenths * weight;
    weights_ += weight;
  }
  [[nodiscard]] Mark result() const {
    STELE_ASSERT(weights_ > 0);
    return Mark{(2 * sum_ + weights_) / (2 * weights_)};
  }

 private:
  std::uint32_t sum_ = 0;
  std::uint32_t weights_ = 0;
};

const Mark* as_mark(const std::optional<MarkOrMissing>& entry) {
  return entry ? std::get_if<Mark>(&*entry) : nullptr;
}

bool holds_marks(const record::GradeDetail& detail) {
  return !detail.regular.empty() || detail.mid || detail.final;
}

/// A figure of the kind that the subject is judged by, or a reason why there is none.
bool fits(const RuleSet& set, const Subject& subject, const Figure& figure) {
  if (std::holds_alternative<Missing>(figure)) return true;
  if (subject.marks) return std::holds_alternative<Mark>(figure);
  const auto* level = std::get_if<record::LevelCode>(&figure);
  if (const auto* both = std::get_if<record::LevelAndMark>(&figure); both != nullptr && subject.tested) {
    level = &both->level;
  }
  return level != nullptr && std::find(set.levels.begin(), set.levels.end(), *level) != set.levels.end();
}

/// The year's figure as it follows from what the claim itself says; none: nothing follows.
std::optional<Figure> year_figure(const RuleSet& set, const record::SubjectClaim& claim) {
  if (claim.retest) return claim.retest->figure;
  const auto mark_of = [&](std::string_view term) -> const Mark* {
    for (const auto& t : claim.terms) {
      if (t.term == term) return std::get_if<Mark>(&t.figure);
    }
    return nullptr;
  };
  const Mark* first = mark_of(set.term_first);
  const Mark* second = mark_of(set.term_second);
  if (first == nullptr || second == nullptr) return std::nullopt;
  const auto average = year_average(set, *first, *second);
  if (!average) return std::nullopt;
  return Figure(*average);
}

Result<void, Rejection> check_terms(const RuleSet& set, const Subject& subject, const record::SubjectClaim& claim,
                                    const std::string& where) {
  for (std::size_t i = 0; i < claim.terms.size(); ++i) {
    const auto& term = claim.terms[i];
    const std::string place = where + ".terms[" + std::to_string(i) + "]";
    if (term.term != set.term_first && term.term != set.term_second) {
      return reject(RejectionCode::unknown_term, place + ".term");
    }
    if (i > 0 && term.term == set.term_first) return reject(RejectionCode::not_ascending, place + ".term");
    if (!fits(set, subject, term.figure)) return reject(RejectionCode::payload_claims, place);
  }
  return {};
}

}  // namespace

const Subject* RuleSet::subject(std::string_view code) const {
  const auto it = std::find_if(subjects.begin(), subjects.end(), [&](const Subject& s) { return s.code == code; });
  return it == subjects.end() ? nullptr : &*it;
}

Result<RuleSet, Rejection> decode_rule_set(ByteView json_bytes) {
  auto json = json::parse(as_text(json_bytes), {.bytes_max = rule_set_bytes_max, .nodes_max = rule_set_nodes_max});
  if (!json) return Unexpected(record::to_rejection(std::move(json).error(), "rule_set"));
  RuleSet out;
  ObjectReader r(*json);
  out.id = r.string("id", text::code);
  out.kinds = read_codes(r, "kinds", kinds_max);
  r.object("terms", [&](ObjectReader& t) {
    out.term_first = t.string("first", text::code);
    out.term_second = t.string("second", text::code);
    out.term_year = t.string("year", text::code);
  });
  r.object("marks", [&](ObjectReader& m) {
    out.weight_regular = read_weight(m, "regular");
    out.weight_mid = read_weight(m, "mid");
    out.weight_final = read_weight(m, "final");
  });
  r.object("year", [&](ObjectReader& y) {
    out.weight_first = read_weight(y, "t1");
    out.weight_second = read_weight(y, "t2");
  });
  out.regular_min = r.integer<std::uint32_t>("regular_min", 0, regular_marks_max);
  out.regular_max = r.integer<std::uint32_t>("regular_max", 0, regular_marks_max);
  out.levels = read_codes(r, "levels", levels_max);
  out.subjects = r.array("subjects", 1, subjects_max, [](Field& f) { return f.object(read_subject); });
  if (auto end = r.finish(); !end) return Unexpected(record::to_rejection(std::move(end).error(), "rule_set"));
  STELE_CHECK(check_rule_set(out));
  return out;
}

Result<std::shared_ptr<const RuleSet>, Rejection> known_rule_set(ByteView json_bytes) {
  struct Known {
    Bytes text;
    std::shared_ptr<const RuleSet> set;
  };
  constexpr std::size_t known_max = 4;
  thread_local std::array<Known, known_max> table;
  thread_local std::size_t next = 0;
  // Compared whole: a set is never taken for another one, whatever digest it goes by.
  for (const auto& k : table) {
    if (k.set && std::equal(k.text.begin(), k.text.end(), json_bytes.begin(), json_bytes.end())) return k.set;
  }
  STELE_TRY(auto set, decode_rule_set(json_bytes));
  auto& slot = table.at(next++ % known_max);
  slot = {Bytes(json_bytes.begin(), json_bytes.end()), std::make_shared<const RuleSet>(std::move(set))};
  return slot.set;
}

std::optional<Mark> term_average(const RuleSet& set, const record::GradeDetail& detail) {
  const Mark* mid = as_mark(detail.mid);
  const Mark* final = as_mark(detail.final);
  if (mid == nullptr || final == nullptr) return std::nullopt;
  if (detail.regular.size() < set.regular_min || detail.regular.size() > set.regular_max) return std::nullopt;
  Average average;
  for (const auto& entry : detail.regular) {
    if (const auto* mark = std::get_if<Mark>(&entry)) {
      average.add(*mark, set.weight_regular);
    } else if (std::get<Missing>(entry) != Missing::exempt) {
      return std::nullopt;  // still to come, or to be made up for
    }
  }
  average.add(*mid, set.weight_mid);
  average.add(*final, set.weight_final);
  return average.result();
}

std::optional<Mark> year_average(const RuleSet& set, Mark first, Mark second) {
  Average average;
  average.add(first, set.weight_first);
  average.add(second, set.weight_second);
  return average.result();
}

Result<void, Rejection> check_grade_row(const RuleSet& set, const Subject& subject, const record::GradeResult& result,
                                        const record::GradeDetail& detail, std::string_view term) {
  if (!fits(set, subject, result.figure)) return reject(RejectionCode::payload_bad, "result");
  if (!subject.marks || term == set.term_year) {
    return holds_marks(detail) ? reject(RejectionCode::payload_bad, "detail") : Result<void, Rejection>();
  }
  if (!detail.mid || !detail.final) return reject(RejectionCode::payload_bad, "detail");
  if (detail.regular.size() > set.regular_max) return reject(RejectionCode::payload_bad, "detail.regular");
  const auto average = term_average(set, detail);
  const auto* mark = std::get_if<Mark>(&result.figure);
  // A mark that follows must be given, and none may be given that does not follow.
  const bool agrees = average ? mark != nullptr && *mark == *average : mark == nullptr;
  if (!agrees) return reject(RejectionCode::payload_average, "result.mark");
  return {};
}

Result<void, Rejection> check_subject_claim(const RuleSet& set, const record::SubjectClaim& claim) {
  const std::string where = "subject." + claim.code;
  const Subject* subject = set.subject(claim.code);
  if (subject == nullptr) return reject(RejectionCode::unknown_subject, where);
  // Another name over the right code would show one subject's figures as another's.
  if (claim.name != subject->name) return reject(RejectionCode::payload_claims, where + ".name");
  STELE_CHECK(check_terms(set, *subject, claim, where));
  if (claim.retest && !fits(set, *subject, claim.retest->figure)) {
    return reject(RejectionCode::payload_claims, where + ".retest");
  }
  if (!claim.year) return {};
  if (!fits(set, *subject, *claim.year)) return reject(RejectionCode::payload_claims, where + ".year");
  const auto expected = year_figure(set, claim);
  if (expected ? *claim.year != *expected : std::holds_alternative<Mark>(*claim.year)) {
    return reject(RejectionCode::payload_average, where + ".year");
  }
  return {};
}

}  // namespace stele::rules
