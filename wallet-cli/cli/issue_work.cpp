#include "wallet-cli/cli/issue_work.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "signer/random.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

Result<std::vector<record::StatusSlot>> reserve_slots(Access& access, std::size_t count) {
  std::vector<record::StatusSlot> out;
  constexpr std::size_t portion = 512;
  while (out.size() < count) {
    STELE_TRY(const auto v,
              access.post("/v1/status-slots", Value::object({{"count", std::min(portion, count - out.size())}})));
    const auto& list = items_of(v, "slots");
    if (list.empty())
      return Unexpected(make_error("http_bad_answer", "Máy chủ trả lời thiếu.", "The server's answer is incomplete."));
    for (const auto& s : list) out.push_back({text_of(s, "uri"), static_cast<std::uint32_t>(number_of(s, "idx"))});
  }
  return out;
}

Result<std::string> school_name(Access& access, const std::string& org) {
  STELE_TRY(const auto v, access.node().get("/v1/orgs/" + percent_encoded(org)));
  return text_of(v, "name");
}

// ---- pick-up codes ----

constexpr std::string_view codes_header =
    "\xEF\xBB\xBF"
    "student_id,name,code,record\n";

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char ch : text) out += ch == '"' ? std::string("\"\"") : std::string(1, ch);
  return out + "\"";
}

// ---- transcripts ----

/// A subject with all its terms, or what is missing.
Result<std::optional<record::SubjectClaim>> subject_claim(const Rules& rules, const rules::Subject& subject,
                                                          const HeldSheets& sheets, const Student& student) {
  record::SubjectClaim claim;
  claim.code = subject.code;
  claim.name = subject.name;
  for (const auto& term : {rules.set.term_first, rules.set.term_second}) {
    STELE_TRY(const auto hit, sheets.find(Type::grade_sheet, subject.code, term, student.tag));
    if (!hit) continue;
    const auto result = record::grade_result(hit->row->result);
    if (!result) return Unexpected(to_error(result.error()));
    claim.terms.push_back({term, result->figure, hit->row->sheet, hit->row->row});
  }
  if (claim.terms.empty()) return std::optional<record::SubjectClaim>{};
  if (claim.terms.size() < 2) {
    return Unexpected(make_error("transcript_incomplete",
                                 "Học sinh " + student.id + " thiếu một học kỳ của môn " + subject.name + ".",
                                 "Student " + student.id + " lacks one term of " + subject.name + "."));
  }
  const auto& first = claim.terms[0].figure;
  const auto& second = claim.terms[1].figure;
  const auto* m1 = std::get_if<record::Mark>(&first);
  const auto* m2 = std::get_if<record::Mark>(&second);
  if (m1 != nullptr && m2 != nullptr) {
    const auto year = rules::year_average(rules.set, *m1, *m2);
    if (year) claim.year = *year;
  } else {
    claim.year = second;  // comment-only subjects and missing figures: as in the second term
  }
  return std::optional(std::move(claim));
}

Result<Item> transcript_of(const Office& office, const HeldSheets& sheets, const Student& student,
                           const IssueTranscripts& o) {
  Item item;
  item.student = student;
  identity_claims(item, office.who, office.school, office.today);
  item.claims.push_back({"class", o.cls});
  item.claims.push_back({"year", o.year});
  for (const auto& subject : office.rules.set.subjects) {
    STELE_TRY(const auto claim, subject_claim(office.rules, subject, sheets, student));
    if (claim) item.claims.push_back({"subject." + subject.code, record::to_json(*claim)});
  }
  STELE_TRY(const auto hit, sheets.find(Type::summary_sheet, {}, office.rules.set.term_year, student.tag));
  if (hit) {
    auto summary = record::summary_result(hit->row->result);
    if (!summary) return Unexpected(to_error(summary.error()));
    item.claims.push_back(
        {"summary", record::to_json(record::SummaryClaim{std::move(*summary), hit->row->sheet, hit->row->row})});
  }
  auto& b = item.body;
  b.org = office.org;
  b.kind = office.roster.kind;
  b.period = o.year;
  b.tag = student.tag;
  b.assessment = office.rules.assessment;
  b.cls = o.cls;
  return item;
}

}  // namespace

Result<SignerPerson> signer_person(const signer::KeyHeader& header) {
  const auto& text = header.disclosure;
  const auto d =
      text ? record::decode_disclosure(*text) : Result<record::Disclosure, Rejection>(Unexpected(Rejection{}));
  const auto p = d ? record::person_claim(*d) : Result<record::PersonClaim, Rejection>(Unexpected(Rejection{}));
  if (!p)
    return Unexpected(make_error("key_without_name", "Tệp khóa không có họ tên người ký.",
                                 "The key file has no name of the signer."));
  return SignerPerson{p->name, p->title};
}

Result<Office> open_office(Access& access, const std::string& cls, const std::string& year) {
  STELE_TRY(auto org, access.org());
  STELE_TRY(auto name, school_name(access, org));
  STELE_TRY(auto who, signer_person(access.header()));
  STELE_TRY(auto roster, fetch_roster(access, org, cls, year));
  STELE_TRY(auto rules, rules_for(access, roster.kind));
  const auto today = date_in_vietnam(access.node().node_time());
  return Office{std::move(org), std::move(name), std::move(who), today, std::move(roster), std::move(rules)};
}

void identity_claims(Item& item, const SignerPerson& who, const std::string& school, const Date& date) {
  const auto& s = item.student;
  auto& c = item.claims;
  c.push_back({"name", s.name});
  c.push_back({"birth_date", date_text(s.birth_date)});
  c.push_back({"gender", s.gender});
  if (s.birth_place) c.push_back({"birth_place", *s.birth_place});
  if (s.ethnicity) c.push_back({"ethnicity", *s.ethnicity});
  if (s.personal_id) c.push_back({"personal_id", *s.personal_id});
  c.push_back({"student_id", s.id});
  c.push_back({"school", school});
  c.push_back({"signer", record::to_json(record::PersonClaim{who.name, who.title, std::nullopt})});
  c.push_back({"issued", date_text(date)});
}

Result<TranscriptPlan> plan_transcripts(Access& access, const IssueTranscripts& o) {
  STELE_TRY(const auto office, open_office(access, o.cls, o.year));
  STELE_TRY(const auto sheets, fetch_sheets(access, office.org, o.cls, o.year));
  TranscriptPlan out;
  for (const auto& student : office.roster.students) {
    if (!o.students.empty() && std::find(o.students.begin(), o.students.end(), student.id) == o.students.end())
      continue;
    STELE_TRY(const auto live, live_credential(access, student.tag));
    if (live && o.reason.empty()) {
      ++out.have_one;
      continue;
    }
    auto item = transcript_of(office, sheets, student, o);
    if (!item) {
      out.errors.push_back(std::move(item).error());
      continue;
    }
    if (live) {
      item->body.replaces = *live;
      item->body.reason = o.reason;
    }
    out.items.push_back(std::move(*item));
  }
  signer::shuffle(out.items);
  return out;
}

Result<Batch> build_batch(Access& access, Type type, std::vector<Item> items) {
  STELE_TRY(const auto slots, reserve_slots(access, items.size()));
  Batch out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& item = items[i];
    const auto code = signer::new_pickup_code();
    auto built = signer::build_credential(type, std::move(item.claims), item.student.id, code.digest);
    item.body.sd = std::move(built.sd);
    item.body.status = slots[i];
    item.body.iss = record::iss_url(access.genesis(), item.body.org);
    item.body.vct = record::vct_url(access.genesis(), type);
    out.drafts.push_back({type, std::move(item.body), std::move(built.payload)});
    out.codes.push_back({item.student.id, item.student.name, code.text});
  }
  return out;
}

Result<void> write_codes(const fs::path& path, const Batch& batch, const std::vector<Outgoing>& records) {
  STELE_ASSERT(batch.codes.size() == records.size());
  if (path.empty()) {
    return Unexpected(make_error("usage_codes", "Thiếu --codes TỆP.csv: nơi ghi mã nhận hồ sơ của từng học sinh.",
                                 "--codes FILE.csv is missing: where each student's pick-up code goes."));
  }
  std::string text(codes_header);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& c = batch.codes[i];
    text += c.student_id + "," + csv_field(c.name) + "," + c.code + "," + base64url(id_of(records[i]).view()) + "\n";
  }
  std::error_code ec;
  if (fs::exists(path, ec)) {
    constexpr std::size_t bytes_max = 64 * 1024 * 1024;
    STELE_TRY(const auto old, read_file(path, bytes_max));
    text = old + text.substr(codes_header.size());
  }
  return write_file(path, text, true, true);
}

}  // namespace stele::cli
