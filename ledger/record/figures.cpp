#include "ledger/record/figures.h"

#include <algorithm>

namespace stele::record {

using json::FieldFaultKind;
using json::ObjectReader;
using json::Value;

namespace {

constexpr std::uint32_t absences_max = 366;

Conduct read_conduct(ObjectReader& c) {
  Conduct out;
  out.t1 = c.optional_string("t1", text::code);
  out.t2 = c.optional_string("t2", text::code);
  out.year = c.optional_string("year", text::code);
  return out;
}
}  // namespace

bool is_claim_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= claim_name_text.chars_max && std::all_of(name.begin(), name.end(), allowed);
}

Result<void, Rejection> check_name(const Disclosure& d, std::string_view name) {
  if (d.name == name) return {};
  return reject(RejectionCode::bad_form, d.name);
}

std::optional<Missing> missing_from_name(std::string_view name) {
  if (name == "not-yet") return Missing::not_yet;
  if (name == "exempt") return Missing::exempt;
  if (name == "absent") return Missing::absent;
  return std::nullopt;
}
std::string_view missing_name(Missing missing) {
  switch (missing) {
    case Missing::not_yet:
      return "not-yet";
    case Missing::exempt:
      return "exempt";
    case Missing::absent:
      break;
  }
  return "absent";
}

Figure read_figure(ObjectReader& r) {
  if (r.has("missing") && (r.has("mark") || r.has("level"))) {
    r.refuse(r.has("mark") ? "mark" : "level", FieldFaultKind::unknown_member);
  }
  if (r.has("level") && r.has("mark")) return LevelAndMark{r.string("level", text::code), r.parsed("mark", parse_mark)};
  if (r.has("level")) return r.string("level", text::code);
  if (r.has("missing")) return r.parsed("missing", missing_from_name);
  return r.parsed("mark", parse_mark);
}

void set_figure(Value& out, const Figure& figure) {
  if (const auto* mark = std::get_if<Mark>(&figure)) {
    out.set("mark", mark_text(*mark));
  } else if (const auto* level = std::get_if<LevelCode>(&figure)) {
    out.set("level", *level);
  } else if (const auto* both = std::get_if<LevelAndMark>(&figure)) {
    out.set("level", both->level);
    out.set("mark", mark_text(both->mark));
  } else {
    out.set("missing", missing_name(std::get<Missing>(figure)));
  }
}
void set_text(Value& out, std::string_view name, const std::optional<std::string>& text) {
  if (text) out.set(name, *text);
}

void read_summary(ObjectReader& r, SummaryResult& out) {
  out.conduct = r.object("conduct", read_conduct);
  out.learning = r.optional_string("learning", text::code);
  out.title = r.optional_string("title", text::code);
  out.promotion = r.optional_string("promotion", text::code);
  out.absences = r.optional_integer<std::uint32_t>("absences", 0, absences_max);
}
void set_summary(Value& out, const SummaryResult& s) {
  Value& conduct = out.set("conduct", Value::object());
  set_text(conduct, "t1", s.conduct.t1);
  set_text(conduct, "t2", s.conduct.t2);
  set_text(conduct, "year", s.conduct.year);
  set_text(out, "learning", s.learning);
  set_text(out, "title", s.title);
  set_text(out, "promotion", s.promotion);
  if (s.absences) out.set("absences", *s.absences);
}

}  // namespace stele::record
