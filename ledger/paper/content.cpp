#include "ledger/paper/content.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

#include "ledger/record/decode.h"

namespace stele::paper {
namespace {

using record::Disclosure;
using record::Record;

/// The file's records, once its proofs hold.
class Bag {
 public:
  explicit Bag(const verdict::DocumentFile& file) : file_(file) {
    for (const auto& e : file.evidence.records) {
      auto r = record::decode(e.jws);
      if (r) records_.push_back({std::move(*r), e.index});
    }
  }
  [[nodiscard]] bool whole() const { return records_.size() == file_.evidence.records.size(); }
  [[nodiscard]] const Record& subject() const { return records_[file_.subject].record; }
  [[nodiscard]] std::optional<std::size_t> position(const RecordId& id) const {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (records_[i].record.id == id) return i;
    }
    return std::nullopt;
  }
  [[nodiscard]] const Record& at(std::size_t i) const { return records_[i].record; }
  /// The organisation's record that stood last before this one.
  [[nodiscard]] const record::Org* org(const std::string& id, RecordIndex before) const {
    const record::Org* out = nullptr;
    for (const auto& e : records_) {
      const auto* o = std::get_if<record::Org>(&e.record.body);
      if (o != nullptr && o->org == id && e.index < before) out = o;
    }
    return out;
  }
  [[nodiscard]] std::string org_name(const std::string& id, RecordIndex before) const {
    const auto* o = org(id, before);
    return o == nullptr ? std::string() : o->name;
  }
  /// Who holds the key that signed this record, as far as the file opens it.
  [[nodiscard]] Signer signer_of(std::size_t record) const {
    Signer out;
    for (const auto& p : file_.persons) {
      if (p.record >= records_.size()) continue;
      const auto* key = std::get_if<record::Key>(&records_[p.record].record.body);
      if (key == nullptr || key->jwk.thumbprint() != records_[record].record.kid) continue;
      const auto d = record::decode_disclosure(p.disclosure);
      const auto person =
          d ? record::person_claim(*d) : Result<record::PersonClaim, Rejection>(Unexpected(Rejection{}));
      if (!person) continue;
      out.name = person->name, out.title = person->title, out.known = true;
      out.org = org_name(key->org, records_[record].index);
    }
    return out;
  }
  [[nodiscard]] RecordIndex index(std::size_t i) const { return records_[i].index; }

 private:
  struct Entry {
    Record record;
    RecordIndex index;
  };
  const verdict::DocumentFile& file_;
  std::vector<Entry> records_;
};

std::string comment_of(const verdict::DocumentFile& file, std::size_t record, std::uint32_t row) {
  for (const auto& r : file.rows) {
    if (r.record != record || r.row != row || !r.detail) continue;
    const auto d = record::decode_disclosure(*r.detail);
    if (!d) return {};
    const auto comment = record::summary_comment(*d);
    return comment ? *comment : std::string();
  }
  return {};
}

const Disclosure* find_claim(const std::vector<Disclosure>& claims, std::string_view name) {
  const auto it = std::find_if(claims.begin(), claims.end(), [&](const auto& d) { return d.name == name; });
  return it == claims.end() ? nullptr : &*it;
}

void add_summary(Content& c, const Bag& bag, const verdict::DocumentFile& file) {
  const auto* d = find_claim(c.verdict.claims, "summary");
  if (d == nullptr) return;
  auto s = record::summary_claim(*d);
  if (!s) return;
  if (const auto at = bag.position(s->sheet)) {
    c.homeroom = bag.signer_of(*at);
    c.summary_comment = comment_of(file, *at, s->row);
  }
  c.summary = std::move(*s);
}

}  // namespace

std::optional<rules::RuleSet> rule_set_of(const verdict::DocumentFile& file) {
  if (file.subject >= file.evidence.records.size()) return std::nullopt;
  const auto subject = record::decode(file.evidence.records[file.subject].jws);
  const auto* credential = subject ? std::get_if<record::Credential>(&subject->body) : nullptr;
  if (credential == nullptr || !credential->assessment) return std::nullopt;
  for (const auto& e : file.evidence.records) {
    const auto r = record::decode(e.jws);
    const auto* p = r ? std::get_if<record::Policy>(&r->body) : nullptr;
    if (p == nullptr) continue;
    for (const auto& a : p->assessment) {
      if (a.set != *credential->assessment) continue;
      if (auto set = rules::decode_rule_set(a.data)) return std::move(*set);
    }
  }
  return std::nullopt;
}

std::string term_label(const std::optional<rules::RuleSet>& set, const std::string& term, Lang lang) {
  std::string_view code = term;
  if (set) {
    if (term == set->term_first) code = "1";
    if (term == set->term_second) code = "2";
    if (term == set->term_year) code = "year";
  }
  return label(Words::term, code, lang);
}

std::vector<record::SubjectClaim> subjects_of(const std::vector<Disclosure>& claims,
                                              const std::optional<rules::RuleSet>& set) {
  std::vector<record::SubjectClaim> out;
  for (const auto& d : claims) {
    if (auto s = record::subject_claim(d)) out.push_back(std::move(*s));
  }
  const auto rank = [&](const record::SubjectClaim& x) {
    constexpr std::ptrdiff_t last = 1'000;
    const auto* at = set ? set->subject(x.code) : nullptr;
    return at == nullptr ? last : at - set->subjects.data();
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.code < b.code;
  });
  return out;
}

std::string claim_value(const Disclosure& d, Lang lang) {
  if (d.name == "basis" && d.value.is(json::Kind::array)) {
    const auto n = std::to_string(d.value.items().size());
    return lang == Lang::vi ? n + " học bạ" : n + " transcripts";
  }
  if (d.name == "signer") {
    const auto p = record::person_claim(d);
    return p ? p->name + ", " + p->title : std::string();
  }
  if (!d.value.is(json::Kind::string)) return {};
  const auto& text = d.value.string();
  if (d.name == "birth_date" || d.name == "issued") {
    const auto date = parse_date(text);
    return date ? day_label(*date) : text;
  }
  if (d.name == "year" && text.size() == 4 && text.find_first_not_of("0123456789") == std::string::npos)
    return text + "–" + std::to_string(std::stoi(text) + 1);
  if (d.name == "gender") return label(Words::gender, text, lang);
  if (d.name == "ranking") return label(Words::level, text, lang);
  if (d.name == "mode") return label(Words::mode, text, lang);
  return text;
}

std::string capitals(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    utf8proc_int32_t c = 0;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),  // NOLINT
                                    static_cast<utf8proc_ssize_t>(text.size()), &c);
    if (n <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(n));
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(utf8proc_toupper(c), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));  // NOLINT
  }
  return out;
}

std::string long_date(const Date& d) {
  return fmt::format("ngày {:02} tháng {:02} năm {}", d.day, d.month, d.year);
}

std::string Content::value(std::string_view claim) const {
  const auto it = values.find(std::string(claim));
  return it == values.end() ? std::string() : it->second;
}

Date Content::day() const {
  if (const auto* d = find_claim(verdict.claims, "issued"); d != nullptr && d->value.is(json::Kind::string)) {
    if (const auto date = parse_date(d->value.string())) return *date;
  }
  return verdict.issued ? date_in_vietnam(*verdict.issued) : Date{};
}

Result<Content> content_of(const record::Genesis& genesis, std::string_view document) {
  Content c;
  c.verdict = verdict::judge_document(genesis, document, {});
  const auto file = verdict::decode_document(document);
  if (c.verdict.outcome != verdict::Outcome::valid || !file) {
    const auto why = [&](Lang lang) { return std::string(verdict::outcome_text(c.verdict.outcome, lang)); };
    return Unexpected(make_error("paper_not_valid", "Không in: văn bản không hợp lệ (" + why(Lang::vi) + ").",
                                 "Not printed: the document is not valid (" + why(Lang::en) + ")."));
  }
  const Bag bag(*file);
  const auto* credential = std::get_if<record::Credential>(&bag.subject().body);
  if (!bag.whole() || credential == nullptr || !c.verdict.type || !c.verdict.issued || !c.verdict.height) {
    return Unexpected(make_error("paper_not_valid", "Không in: đây không phải học bạ, văn bằng hay chứng chỉ.",
                                 "Not printed: this is no transcript, diploma or certificate."));
  }
  c.type = *c.verdict.type;
  c.kind = credential->kind, c.period = credential->period;
  c.rules = rule_set_of(*file);
  for (const auto& d : c.verdict.claims) c.values[d.name] = claim_value(d, Lang::vi);
  const auto index = bag.index(file->subject);
  if (const auto* own = bag.org(credential->org, index)) {
    c.school = own->name;
    if (own->parent) c.above = bag.org_name(*own->parent, index);
  }
  c.subjects = subjects_of(c.verdict.claims, c.rules);
  c.signer = bag.signer_of(file->subject);
  add_summary(c, bag, *file);
  for (const auto& s : c.subjects) {
    for (const auto& f : c.verdict.figures) {
      if (f.subject_code == s.code && f.detail && !f.detail->comment.empty())
        c.comments.push_back({s.name, term_label(c.rules, f.term, Lang::vi), f.detail->comment});
    }
  }
  return c;
}

}  // namespace stele::paper
