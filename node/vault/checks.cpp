#include "node/vault/checks.h"

#include <algorithm>

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

std::optional<Tag256> tag_of_row(Type type, const SheetPayload::Row& row) {
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

}  // namespace

Ok check_class_list(const Sources& s, const record::ClassList& c, const SheetPayload& p) {
  std::set<std::string> students;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    if (!p.rows[i].result) continue;
    STELE_TRY(const auto student, record::student_result(*p.rows[i].result));
    STELE_CHECK(record::student_detail(*p.rows[i].detail));
    if (!students.insert(student.student_id).second) return reject(RejectionCode::payload_bad, at_row(i));
    const auto book = s.book(student.student_id);
    if (!book) return reject(RejectionCode::payload_unknown_student, at_row(i));
    if (record::book_tag(book->view(), Type::transcript, c.kind, c.year) != student.tag)
      return reject(RejectionCode::payload_tag, at_row(i));
  }
  return {};
}

Ok check_grade_sheet(const Sources& s, const record::GradeSheet& g, const SheetPayload& p) {
  STELE_TRY(const auto set, rule_set(s, g.assessment));
  const auto* subject = set->subject(g.subject);
  if (subject == nullptr) return reject(RejectionCode::unknown_subject, "stele.subject");
  STELE_TRY(const auto tags, tags_of(s, g.list));
  return check_rows(tags, p,
                    [&](const auto& row, Tag256& tag) { return check_grade(*set, *subject, row, g.term, tag); });
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

  std::set<RecordId> rest_on_it;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    const bool replaces = i < a.positions.size();
    if (replaces != p.rows[i].result.has_value()) return reject(RejectionCode::payload_bad, at_row(i));
    if (!replaces) continue;
    if (a.positions[i] >= old->rows.size()) return reject(RejectionCode::position_out_of_range, "stele.positions");
    const auto tag = tag_of_row(target->type, p.rows[i]);
    if (!tag || tag != tag_of_row(target->type, old->rows[a.positions[i]]))
      return reject(RejectionCode::payload_tag, at_row(i));
    if (subject != nullptr) {
      Tag256 ignored;
      if (auto ok = check_grade(*set, *subject, p.rows[i], grade->term, ignored); !ok)
        return reject(ok.error().code, at_row(i));
    }
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
    if (const auto* id = p_.claim("student_id");
        id != nullptr && (!id->value.is(json::Kind::string) || id->value.string() != p_.student_id)) {
      return reject(RejectionCode::payload_claims, "payload.student_id");
    }
    if (r_.type == Type::transcript) return transcript();
    STELE_CHECK(basis());
    return serial();
  }

 private:
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
    if (latest(sheet, position) != std::pair(id, n)) return reject(RejectionCode::payload_figure, where);
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

  /// Where the row stands now: in the sheet, or in the newest amend in force.
  std::pair<RecordId, std::uint32_t> latest(const RecordId& sheet, std::uint32_t position) {
    std::pair<RecordId, std::uint32_t> out{sheet, position};
    std::optional<RecordIndex> newest;
    for (const auto& [amend, row] : s_.amends(sheet, position)) {
      const auto* info = s_.state->find(amend);
      if (info == nullptr || s_.state->status.get(info->index) != log::Status::valid ||
          (newest && *newest > info->index))
        continue;
      newest = info->index;
      out = {amend, row};
    }
    return out;
  }

  /// Earlier credentials of the same student, live: a diploma without school years behind it is no diploma.
  Ok basis() {
    const auto* d = p_.claim("basis");
    if (d == nullptr)
      return r_.type == Type::diploma ? Ok{reject(RejectionCode::payload_basis, "payload.basis")} : Ok{};
    STELE_TRY(const auto ids, record::basis_claim(*d));
    for (const auto& id : ids) {
      const auto it = s_.state->credentials.find(id);
      const bool live = it != s_.state->credentials.end() && it->second.type == Type::transcript &&
                        s_.state->status.get(it->second.index) == log::Status::valid;
      if (!live || s_.student_of(id) != p_.student_id) return reject(RejectionCode::payload_basis, "payload.basis");
    }
    return {};
  }

  Ok serial() {
    const auto* d = p_.claim("serial");
    if (d == nullptr) return {};
    const auto taken = s_.serial(d->value.string());
    if (taken && *taken != r_.id && !(c_.replaces && *taken == *c_.replaces))
      return reject(RejectionCode::payload_serial_taken, "payload.serial");
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
