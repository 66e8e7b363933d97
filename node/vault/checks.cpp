#include "node/vault/checks.h"

#include <algorithm>
#include <map>

#include "ledger/record/decode.h"
#include "ledger/rules/known_rule_set.h"

namespace stele::vault {
namespace {

using record::Type;
using Ok = Result<void, Rejection>;

std::string at_row(std::size_t i) {
  return "payload.rows[" + std::to_string(i) + "]";
}

Result<std::shared_ptr<const rules::RuleSet>, Rejection> rule_set(const Sources& s, const record::Assessment& a) {
  if (!s.state->policy) return reject(RejectionCode::no_policy);
  for (const auto& d : s.state->policy->policy.assessment) {
    if (d.set == a) return rules::known_rule_set(d.data);
  }
  return reject(RejectionCode::unknown_assessment, "stele.assessment");
}

/// Tags of the students on a class list.
Result<std::set<Tag256>, Rejection> tags_of(const Sources& s, const RecordId& list) {
  const auto sheet = s.sheet(list);
  if (!sheet) return reject(RejectionCode::list_not_valid, "stele.list");
  std::set<Tag256> out;
  for (const auto& row : sheet->rows) {
    if (!row.result) continue;
    STELE_TRY(const auto student, record::student_result(*row.result));
    out.insert(student.tag);
  }
  return out;
}

/// One row of a grade sheet or of an amend of one.
Ok check_grade(const rules::RuleSet& set, const rules::Subject& subject, const SheetPayload::Row& row,
               std::string_view term, Tag256& tag) {
  STELE_TRY(const auto result, record::grade_result(*row.result));
  STELE_TRY(const auto detail, record::grade_detail(*row.detail));
  tag = result.tag;
  return rules::check_grade_row(set, subject, result, detail, term);
}

Ok check_summary(const SheetPayload::Row& row, Tag256& tag) {
  STELE_TRY(const auto result, record::summary_result(*row.result));
  STELE_CHECK(record::summary_comment(*row.detail));
  tag = result.tag;
  return {};
}

/// Each row belongs to another student of the list.
template <class CheckRow>
Ok check_rows(const std::set<Tag256>& tags, const SheetPayload& p, CheckRow check_row) {
  std::set<Tag256> seen;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    if (!p.rows[i].result) continue;
    Tag256 tag;
    if (auto ok = check_row(p.rows[i], tag); !ok) return reject(ok.error().code, at_row(i));
    if (!tags.contains(tag)) return reject(RejectionCode::payload_unknown_student, at_row(i));
    if (!seen.insert(tag).second) return reject(RejectionCode::payload_bad, at_row(i));
  }
  return {};
}

/// What stands in a class list about one student.
Ok check_student(const Sources& s, const SheetPayload::Row& row, const std::string& kind, const std::string& year,
                 std::string& id) {
  STELE_TRY(const auto student, record::student_result(*row.result));
  STELE_CHECK(record::student_detail(*row.detail));
  id = student.student_id;
  const auto book = s.book(id);
  if (!book) return reject(RejectionCode::payload_unknown_student);
  if (record::book_tag(book->view(), Type::transcript, kind, year) != student.tag)
    return reject(RejectionCode::payload_tag);
  return {};
}

/// Whose figures another sheet of this class, subject, term and year holds already, whatever its group: a second figure
/// takes an amend. A sheet that is not held here may hold anybody's.
Ok check_no_second_sheet(const Sources& s, const RecordId& self, const record::GradeSheet& g, const SheetPayload& p) {
  std::map<Tag256, std::size_t> rows;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    if (const auto tag = tag_of_row(Type::grade_sheet, p.rows[i])) rows.emplace(*tag, i);
  }
  const auto& slots = s.state->sheet_slots;
  for (auto it = slots.lower_bound({Type::grade_sheet, g.org, g.cls, g.subject, "", "", ""}); it != slots.end(); ++it) {
    const auto& [type, org, cls, subject, group, term, year] = it->first;
    if (type != Type::grade_sheet || org != g.org || cls != g.cls || subject != g.subject) break;
    if (term != g.term || year != g.year || it->second == self) continue;
    const auto other = s.sheet(it->second);
    if (!other) return reject(RejectionCode::sheet_exists, "stele.group");
    for (const auto& row : other->rows) {
      const auto tag = tag_of_row(Type::grade_sheet, row);
      const auto twice = tag ? rows.find(*tag) : rows.end();
      if (twice != rows.end()) return reject(RejectionCode::sheet_exists, at_row(twice->second));
    }
  }
  return {};
}

/// Where the row stands now: in the sheet, or in the newest amend in force.
std::pair<RecordId, std::uint32_t> latest_of(const Sources& s, const RecordId& sheet, std::uint32_t position) {
  std::pair<RecordId, std::uint32_t> out{sheet, position};
  std::optional<RecordIndex> newest;
  for (const auto& [amend, row] : s.amends(sheet, position)) {
    const auto* info = s.state->find(amend);
    if (info == nullptr || s.state->status.get(info->index) != log::Status::valid || (newest && *newest > info->index))
      continue;
    newest = info->index;
    out = {amend, row};
  }
  return out;
}

}  // namespace

std::optional<Tag256> tag_of_row(record::Type type, const SheetPayload::Row& row) {
  if (!row.result) return std::nullopt;
  if (type == Type::grade_sheet) {
    auto r = record::grade_result(*row.result);
    return r ? std::optional(r->tag) : std::nullopt;
  }
  if (type == Type::summary_sheet) {
    auto r = record::summary_result(*row.result);
    return r ? std::optional(r->tag) : std::nullopt;
  }
  auto r = record::student_result(*row.result);
  return r ? std::optional(r->tag) : std::nullopt;
}

Ok check_class_list(const Sources& s, const record::ClassList& c, const SheetPayload& p) {
  std::set<std::string> students;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    if (!p.rows[i].result) continue;
    std::string student;
    if (auto ok = check_student(s, p.rows[i], c.kind, c.year, student); !ok) return reject(ok.error().code, at_row(i));
    if (!students.insert(student).second) return reject(RejectionCode::payload_bad, at_row(i));
  }
  return {};
}

Ok check_grade_sheet(const Sources& s, const RecordId& id, const record::GradeSheet& g, const SheetPayload& p) {
  STELE_TRY(const auto set, rule_set(s, g.assessment));
  const auto* subject = set->subject(g.subject);
  if (subject == nullptr) return reject(RejectionCode::unknown_subject, "stele.subject");
  STELE_TRY(const auto tags, tags_of(s, g.list));
  STELE_CHECK(
      check_rows(tags, p, [&](const auto& row, Tag256& tag) { return check_grade(*set, *subject, row, g.term, tag); }));
  return check_no_second_sheet(s, id, g, p);
}

Ok check_summary_sheet(const Sources& s, const record::SummarySheet& g, const SheetPayload& p) {
  STELE_TRY(const auto tags, tags_of(s, g.list));
  return check_rows(tags, p, [](const auto& row, Tag256& tag) { return check_summary(row, tag); });
}

Ok check_amend(const Sources& s, const record::Amend& a, const SheetPayload& p) {
  const auto sheet = s.state->sheets.find(a.target);
  const auto old = s.sheet(a.target);
  const auto target = s.record(a.target);
  if (sheet == s.state->sheets.end() || !old || !target) return reject(RejectionCode::unknown_target, "stele.target");
  std::shared_ptr<const rules::RuleSet> set;
  const auto* grade = std::get_if<record::GradeSheet>(&target->body);
  if (grade != nullptr) {
    STELE_TRY(set, rule_set(s, grade->assessment));
  }
  const auto* subject = grade == nullptr ? nullptr : set->subject(grade->subject);
  if (grade != nullptr && subject == nullptr) return reject(RejectionCode::unknown_subject, "stele.target");
  // A row that takes another's place passes what that one had to pass.
  const auto check_row = [&](const SheetPayload::Row& row) -> Ok {
    Tag256 tag;
    std::string student;
    if (grade != nullptr) return check_grade(*set, *subject, row, grade->term, tag);
    if (target->type == Type::summary_sheet) return check_summary(row, tag);
    return check_student(s, row, sheet->second.kind, sheet->second.year, student);
  };

  std::set<RecordId> rest_on_it;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    const bool replaces = i < a.positions.size();
    if (replaces != p.rows[i].result.has_value()) return reject(RejectionCode::payload_bad, at_row(i));
    if (!replaces) continue;
    if (a.positions[i] >= old->rows.size()) return reject(RejectionCode::position_out_of_range, "stele.positions");
    const auto tag = tag_of_row(target->type, p.rows[i]);
    if (!tag || tag != tag_of_row(target->type, old->rows[a.positions[i]]))
      return reject(RejectionCode::payload_tag, at_row(i));
    if (auto ok = check_row(p.rows[i]); !ok) return reject(ok.error().code, at_row(i));
    const auto live = s.state->live_tags.find(*tag);
    if (live != s.state->live_tags.end()) rest_on_it.insert(live->second);
  }
  if (!std::equal(rest_on_it.begin(), rest_on_it.end(), a.supersedes.begin(), a.supersedes.end())) {
    return reject(RejectionCode::payload_figure, "stele.supersedes");
  }
  return {};
}

namespace {

/// A credential against the sheets that it cites.
class CredentialCheck {
 public:
  CredentialCheck(const Sources& s, const record::Record& r, const CredentialPayload& p)
      : s_(s), r_(r), c_(std::get<record::Credential>(r.body)), p_(p) {}

  Ok run() {
    const auto book = s_.book(p_.student_id);
    if (!book) return reject(RejectionCode::payload_unknown_student, "payload.student");
    if (record::book_tag(book->view(), r_.type, c_.kind, c_.period) != c_.tag)
      return reject(RejectionCode::payload_tag, "stele.tag");
    if (p_.claim("student_id") != nullptr) STELE_CHECK(says("student_id", p_.student_id));
    if (r_.type == Type::transcript) {
      STELE_CHECK(identity());
      return transcript();
    }
    STELE_CHECK(basis());
    return serial();
  }

 private:
  // ---- who it is about ----

  /// The claim has this value; it must not have one where `value` is none.
  Ok says(std::string_view name, const std::optional<std::string>& value) {
    const auto* d = p_.claim(name);
    if (d == nullptr || !d->value.is(json::Kind::string) || !value || d->value.string() != *value)
      return reject(RejectionCode::payload_claims, "payload." + std::string(name));
    return {};
  }
  Ok says_if_shown(std::string_view name, const std::optional<std::string>& value) {
    return p_.claim(name) == nullptr ? Ok{} : says(name, value);
  }

  /// A transcript speaks of its student as the class list does in its latest form.
  Ok identity() {
    STELE_TRY(const auto row, row_on_list());
    STELE_TRY(const auto student, record::student_result(*row.result));
    STELE_TRY(const auto detail, record::student_detail(*row.detail));
    STELE_CHECK(says("student_id", student.student_id));
    STELE_CHECK(says("name", student.name));
    STELE_CHECK(says("birth_date", date_text(student.birth_date)));
    STELE_CHECK(says_if_shown("gender", student.gender));
    STELE_CHECK(says_if_shown("birth_place", detail.birth_place));
    STELE_CHECK(says_if_shown("ethnicity", detail.ethnicity));
    STELE_CHECK(says_if_shown("personal_id", detail.personal_id));
    STELE_CHECK(says_if_shown("class", *c_.cls));
    return says_if_shown("year", c_.period);
  }

  Result<SheetPayload::Row, Rejection> row_on_list() {
    const auto slot = s_.state->sheet_slots.find({Type::class_list, c_.org, *c_.cls, "", "", "", c_.period});
    const auto list = slot == s_.state->sheet_slots.end() ? std::nullopt : s_.sheet(slot->second);
    if (!list) return reject(RejectionCode::list_not_valid, "stele.class");
    for (std::uint32_t n = 0; n < list->rows.size(); ++n) {
      if (tag_of_row(Type::class_list, list->rows[n]) != c_.tag) continue;
      const auto [id, row] = latest_of(s_, slot->second, n);
      if (id == slot->second) return list->rows[n];
      const auto amend = s_.sheet(id);
      if (!amend || row >= amend->rows.size() || !amend->rows[row].result) break;
      return amend->rows[row];
    }
    return reject(RejectionCode::payload_unknown_student, "stele.tag");
  }

  /// A later credential speaks of its student as the newest transcript that it rests on does.
  Ok same_identity(const CredentialPayload& transcript) {
    const auto of_transcript = [&](std::string_view name) -> std::optional<std::string> {
      const auto* d = transcript.claim(name);
      return d != nullptr && d->value.is(json::Kind::string) ? std::optional(d->value.string()) : std::nullopt;
    };
    for (const std::string_view name : {"name", "birth_date"}) STELE_CHECK(says(name, of_transcript(name)));
    for (const std::string_view name : {"gender", "birth_place", "ethnicity", "personal_id"})
      STELE_CHECK(says_if_shown(name, of_transcript(name)));
    return {};
  }

  // ---- its figures ----

  Ok transcript() {
    STELE_TRY(const auto set, rule_set(s_, *c_.assessment));
    for (const auto& d : p_.disclosures) {
      if (d.name.starts_with("subject.")) STELE_CHECK(subject(*set, d));
      if (d.name == "summary") STELE_CHECK(summary(d));
    }
    return {};
  }

  Ok subject(const rules::RuleSet& set, const record::Disclosure& d) {
    STELE_TRY(const auto claim, record::subject_claim(d));
    if (auto ok = rules::check_subject_claim(set, claim); !ok) return reject(ok.error().code, "payload." + d.name);
    for (const auto& t : claim.terms) STELE_CHECK(figure(claim, t, t.term, d.name));
    if (claim.retest) STELE_CHECK(figure(claim, *claim.retest, set.term_year, d.name));
    return {};
  }

  Ok figure(const record::SubjectClaim& claim, const record::TermFigure& t, const std::string& term,
            const std::string& name) {
    const auto where = "payload." + name + "." + term;
    STELE_TRY(const auto row, cited_row(t.sheet, t.row, Type::grade_sheet, claim.code, term, where));
    auto result = record::grade_result(*row.result);
    if (!result || result->tag != c_.tag || result->figure != t.figure)
      return reject(RejectionCode::payload_figure, where);
    return {};
  }

  Ok summary(const record::Disclosure& d) {
    const std::string where = "payload.summary";
    STELE_TRY(const auto claim, record::summary_claim(d));
    STELE_TRY(const auto row, cited_row(claim.sheet, claim.row, Type::summary_sheet, {}, {}, where));
    auto result = record::summary_result(*row.result);
    if (!result || result->tag != c_.tag) return reject(RejectionCode::payload_figure, where);
    auto said = claim.summary;
    said.tag = result->tag;
    if (record::to_json(said) != record::to_json(*result)) return reject(RejectionCode::payload_figure, where);
    return {};
  }

  /// The row that is cited: of a valid sheet of this class, year, subject and term, and in its latest form.
  Result<SheetPayload::Row, Rejection> cited_row(const RecordId& id, std::uint32_t n, Type type,
                                                 const std::string& subject, const std::string& term,
                                                 const std::string& where) {
    RecordId sheet = id;
    std::uint32_t position = n;
    if (const auto r = s_.record(id); r && r->type == Type::amend) {
      const auto& a = std::get<record::Amend>(r->body);
      if (n >= a.positions.size()) return reject(RejectionCode::payload_figure, where);
      sheet = a.target;
      position = a.positions[n];
    }
    const auto it = s_.state->sheets.find(sheet);
    if (it == s_.state->sheets.end() || s_.state->status.get(it->second.index) != log::Status::valid)
      return reject(RejectionCode::payload_figure, where);
    const auto& x = it->second;
    const bool fits = x.type == type && x.org == c_.org && x.kind == c_.kind && x.cls == *c_.cls &&
                      x.year == c_.period && (type != Type::grade_sheet || (x.subject == subject && x.term == term));
    if (!fits || !same_assessment(sheet)) return reject(RejectionCode::payload_figure, where);
    if (latest_of(s_, sheet, position) != std::pair(id, n)) return reject(RejectionCode::payload_figure, where);
    const auto held = s_.sheet(id);
    if (!held || n >= held->rows.size() || !held->rows[n].result) return reject(RejectionCode::payload_figure, where);
    return held->rows[n];
  }

  bool same_assessment(const RecordId& sheet) {
    const auto r = s_.record(sheet);
    if (!r) return false;
    if (const auto* g = std::get_if<record::GradeSheet>(&r->body)) return g->assessment == *c_.assessment;
    if (const auto* g = std::get_if<record::SummarySheet>(&r->body)) return g->assessment == *c_.assessment;
    return false;
  }

  /// Earlier credentials of the same student, live: a diploma without school years behind it is no diploma.
  Ok basis() {
    const auto* d = p_.claim("basis");
    if (d == nullptr)
      return r_.type == Type::diploma ? Ok{reject(RejectionCode::payload_basis, "payload.basis")} : Ok{};
    STELE_TRY(const auto ids, record::basis_claim(*d));
    std::optional<CredentialPayload> newest;
    std::optional<RecordIndex> index;
    for (const auto& id : ids) {
      const auto it = s_.state->credentials.find(id);
      const bool live = it != s_.state->credentials.end() && it->second.type == Type::transcript &&
                        s_.state->status.get(it->second.index) == log::Status::valid;
      auto held = live ? s_.credential(id) : std::nullopt;
      if (!held || held->student_id != p_.student_id) return reject(RejectionCode::payload_basis, "payload.basis");
      if (index && it->second.index < *index) continue;
      index = it->second.index;
      newest = std::move(held);
    }
    STELE_CHECK(says("student_id", p_.student_id));
    return same_identity(*newest);
  }

  /// Free if nobody on the ledger has it but those whom this one replaces, one after the other.
  Ok serial() {
    const auto* d = p_.claim("serial");
    if (d == nullptr) return {};
    std::set<RecordId> own{r_.id};
    for (auto old = c_.replaces; old && own.insert(*old).second;) {
      const auto r = s_.record(*old);
      const auto* c = r ? std::get_if<record::Credential>(&r->body) : nullptr;
      old = c == nullptr ? std::nullopt : c->replaces;
    }
    for (const auto& id : s_.serials(d->value.string())) {
      if (!own.contains(id) && s_.state->find(id) != nullptr)
        return reject(RejectionCode::payload_serial_taken, "payload.serial");
    }
    return {};
  }

  const Sources& s_;
  const record::Record& r_;
  const record::Credential& c_;
  const CredentialPayload& p_;
};

}  // namespace

Ok check_credential(const Sources& s, const record::Record& r, const CredentialPayload& p) {
  return CredentialCheck(s, r, p).run();
}

}  // namespace stele::vault
