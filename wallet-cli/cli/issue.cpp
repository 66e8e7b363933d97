// Transcripts, diplomas, certificates: a whole class in one run that can be broken off and run again.
#include <algorithm>
#include <iostream>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "signer/random.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/signing.h"
#include "wallet-cli/tables/fold.h"
#include "wallet-cli/tables/sheet_file.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

Result<std::vector<record::StatusSlot>> reserve_slots(Desk& desk, std::size_t count) {
  std::vector<record::StatusSlot> out;
  constexpr std::size_t portion = 512;
  while (out.size() < count) {
    STELE_TRY(const auto v, desk.node().staff_post(desk.key(), "/v1/status-slots",
                                                   Value::object({{"count", std::min(portion, count - out.size())}})));
    const auto& list = items_of(v, "slots");
    if (list.empty())
      return Unexpected(make_error("http_bad_answer", "Máy chủ trả lời thiếu.", "The server's answer is incomplete."));
    for (const auto& s : list) out.push_back({text_of(s, "uri"), static_cast<std::uint32_t>(number_of(s, "idx"))});
  }
  return out;
}

struct SignerPerson {
  std::string name, title;
};

Result<SignerPerson> signer_person(const Desk& desk) {
  const auto& text = desk.header().disclosure;
  const auto d =
      text ? record::decode_disclosure(*text) : Result<record::Disclosure, Rejection>(Unexpected(Rejection{}));
  const auto p = d ? record::person_claim(*d) : Result<record::PersonClaim, Rejection>(Unexpected(Rejection{}));
  if (!p)
    return Unexpected(make_error("key_without_name", "Tệp khóa không có họ tên người ký.",
                                 "The key file has no name of the signer."));
  return SignerPerson{p->name, p->title};
}

/// One student's credential on the way to the ledger.
struct Item {
  Student student;
  std::vector<signer::ClaimValue> claims;
  record::Credential body;
  signer::PickupCode code;
};

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

// ---- pick-up codes: written before anything is sent, so that no credential is ever without its code ----

constexpr std::string_view codes_header =
    "\xEF\xBB\xBF"
    "student_id,name,code,record\n";

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char ch : text) out += ch == '"' ? std::string("\"\"") : std::string(1, ch);
  return out + "\"";
}

Result<void> write_codes(const Context& c, const fs::path& path, const std::vector<Item>& items,
                         const std::vector<RecordId>& ids) {
  if (path.empty()) {
    return Unexpected(make_error("usage_codes", "Thiếu --codes TỆP.csv: nơi ghi mã nhận hồ sơ của từng học sinh.",
                                 "--codes FILE.csv is missing: where each student's pick-up code goes."));
  }
  (void)c;
  std::string text(codes_header);
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += items[i].student.id + "," + csv_field(items[i].student.name) + "," + items[i].code.text + "," +
            base64url(ids[i].view()) + "\n";
  }
  std::error_code ec;
  std::string old;
  if (fs::exists(path, ec)) {
    // A run before this one: its codes stay, ours are added; each student keeps every code that was ever printed.
    constexpr std::size_t bytes_max = 64 * 1024 * 1024;
    STELE_TRY(old, read_file(path, bytes_max));
    text = old + text.substr(codes_header.size());
  }
  return write_file(path, text, true, true);
}

/// Signs everything, writes the codes, sends. In random order: the order on the ledger must not be that of the
/// register.
Exit sign_and_send(const Context& c, Desk& desk, Type type, std::vector<Item> items, const fs::path& codes,
                   const Save& save, bool shuffled) {
  if (items.empty()) {
    say(c, "Không có gì để phát hành: mọi học sinh đã có.", "Nothing to issue: every student has one already.");
    emit(c, Value::object({{"results", Value::array()}}));
    return Exit::ok;
  }
  if (shuffled) signer::shuffle(items);
  const auto slots = reserve_slots(desk, items.size());
  if (!slots) return fail(c, slots.error());
  std::vector<Outgoing> records;
  std::vector<RecordId> ids;
  {
    Progress progress(c, "Ký", "Signing", items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto& item = items[i];
      item.code = signer::new_pickup_code();
      auto built = signer::build_credential(type, item.claims, item.student.id, item.code.digest);
      item.body.sd = std::move(built.sd);
      item.body.status = (*slots)[i];
      item.body.iss = record::iss_url(desk.genesis(), item.body.org);
      item.body.vct = record::vct_url(desk.genesis(), type);
      records.push_back(desk.sign({type, item.body, std::move(built.payload)}));
      ids.push_back(id_of(records.back()));
      progress.at(i + 1);
    }
  }
  if (auto written = write_codes(c, codes, items, ids); !written) return fail(c, written.error());
  say(c, "Mã nhận hồ sơ: " + codes.string() + " (giữ kín; mỗi học sinh một mã)",
      "Pick-up codes: " + codes.string() + " (keep secret; one for each student)");
  return deliver(c, desk, records, save);
}

Result<std::string> school_name(Desk& desk, const std::string& org) {
  STELE_TRY(const auto v, desk.node().get("/v1/orgs/" + percent_encoded(org)));
  return text_of(v, "name");
}

/// What is common to a class's credentials.
struct Office {
  std::string org, school;
  SignerPerson who;
  Date today;
  Roster roster;
  Rules rules;
};

Result<Office> open_office(Desk& desk, const std::string& cls, const std::string& year) {
  STELE_TRY(auto org, desk.org());
  STELE_TRY(auto name, school_name(desk, org));
  STELE_TRY(auto who, signer_person(desk));
  STELE_TRY(auto roster, fetch_roster(desk, org, cls, year));
  STELE_TRY(auto rules, rules_for(desk, roster.kind));
  const auto today = date_in_vietnam(desk.node().node_time());
  return Office{std::move(org), std::move(name), std::move(who), today, std::move(roster), std::move(rules)};
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

Exit issue_transcripts(const Context& c, const IssueTranscripts& o) {
  std::vector<std::string> what{
      std::string(pick(c, "Bạn sắp ký: học bạ của lớp ", "You are about to sign: transcripts of class ")) + o.cls +
      ", " + o.year};
  for (const auto& s : o.students) what.push_back(std::string(pick(c, "  chỉ học sinh ", "  only student ")) + s);
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  const auto office = open_office(*desk, o.cls, o.year);
  if (!office) return fail(c, office.error());
  const auto sheets = fetch_sheets(*desk, office->org, o.cls, o.year);
  if (!sheets) return fail(c, sheets.error());

  std::vector<Item> items;
  std::vector<Error> errors;
  for (const auto& student : office->roster.students) {
    if (!o.students.empty() && std::find(o.students.begin(), o.students.end(), student.id) == o.students.end())
      continue;
    const auto live = live_credential(*desk, student.tag);
    if (!live) return fail(c, live.error());
    if (*live && o.reason.empty()) continue;  // issued by an earlier run
    auto item = transcript_of(*office, *sheets, student, o);
    if (!item) {
      errors.push_back(std::move(item).error());
      continue;
    }
    if (*live) {
      item->body.replaces = **live;
      item->body.reason = o.reason;
    }
    items.push_back(std::move(*item));
  }
  if (!errors.empty()) return fail(c, errors);
  return sign_and_send(c, *desk, Type::transcript, std::move(items), o.codes, o.save, true);
}

// ---- diplomas and certificates ----

namespace {

Result<std::uint64_t> last_number(Desk& desk, const std::string& org, const std::string& kind,
                                  const std::string& year) {
  STELE_TRY(const auto v, desk.node().staff_get(desk.key(), "/v1/orgs/" + percent_encoded(org) + "/register?kind=" +
                                                                percent_encoded(kind) + "&year=" + year));
  return number_of(v, "last");
}

/// Tags of a student in other books than this year's transcript are known to the vault alone: it says which credentials
/// a class has.
Result<std::map<std::string, Tag256>> diploma_tags(Desk& desk, const Office& office, Type type, const std::string& kind,
                                                   const std::string& period) {
  auto ids = Value::array();
  for (const auto& s : office.roster.students) ids.push(s.id);
  STELE_TRY(const auto v,
            desk.node().staff_post(desk.key(), "/v1/books", Value::object({{"students", std::move(ids)}})));
  std::map<std::string, Tag256> out;
  for (const auto& b : items_of(v, "books")) {
    const auto key = fixed_from_base64url<Digest>(text_of(b, "key"));
    if (key) out[text_of(b, "student")] = record::book_tag(key->view(), type, kind, period);
  }
  return out;
}

std::string register_text(std::uint64_t number, const std::string& year, const std::string& kind) {
  auto digits = std::to_string(number);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  std::string upper;
  for (const char ch : kind) upper += ch >= 'a' && ch <= 'z' ? static_cast<char>(ch - 'a' + 'A') : ch;
  return digits + "/" + year + "/" + upper;
}

}  // namespace

Exit issue_diplomas(const Context& c, const IssueDiplomas& o) {
  auto t = tables::read_file(o.file);
  if (!t) return fail(c, t.error());
  tables::ReadOptions options;
  options.sheet = o.sheet;
  const auto reading = tables::read_diploma_list(*t, options);
  if (!reading.findings.ok()) return fail(c, reading.findings.errors);
  const auto& rows = reading.sheet->rows;
  auto desk = Desk::open(
      c, {std::string(pick(c, "Bạn sắp ký: văn bằng ", "You are about to sign: diplomas ")) + o.kind + ", " + o.cls,
          std::string(pick(c, "Số người: ", "Graduates: ")) + std::to_string(rows.size())});
  if (!desk) return fail(c, desk.error());
  const auto office = open_office(*desk, o.cls, o.year);
  if (!office) return fail(c, office.error());
  const auto tags = diploma_tags(*desk, *office, Type::diploma, o.kind, "once");
  if (!tags) return fail(c, tags.error());
  const auto year = std::to_string(office->today.year);
  const auto last = last_number(*desk, office->org, o.kind, year);
  if (!last) return fail(c, last.error());

  std::vector<Item> items;
  std::vector<Error> errors;
  std::uint64_t number = *last;
  for (const auto& r : rows) {
    const auto* student = office->roster.find(r.student.id);
    const auto in_row = [&](std::string_view code, std::string vi, std::string en) {
      Where where;
      where.file = o.file.filename().string();
      where.row = r.student.row;
      errors.push_back(make_error(code, std::move(vi), std::move(en), where));
    };
    if (student == nullptr) {
      in_row("file_unknown_student", "Học sinh không có trong danh sách lớp đã ký.",
             "The student is not on the signed class list.");
      continue;
    }
    const auto& tag = tags->at(student->id);
    const auto live = live_credential(*desk, tag);
    if (!live) return fail(c, live.error());
    if (*live) continue;  // issued by an earlier run
    const auto transcript = live_credential(*desk, student->tag);
    if (!transcript) return fail(c, transcript.error());
    if (!*transcript) {
      in_row("diploma_without_transcript", "Học sinh chưa có học bạ năm nay trên sổ cái.",
             "The student has no transcript of this year on the ledger.");
      continue;
    }
    Item item;
    item.student = *student;
    identity_claims(item, office->who, office->school, office->today);
    ++number;
    item.claims.push_back({"graduation_year", year});
    item.claims.push_back({"ranking", tables::code_from_text(r.grade)});
    item.claims.push_back({"mode", tables::code_from_text(r.mode)});
    item.claims.push_back({"serial", r.serial});
    item.claims.push_back({"register_no", register_text(number, year, o.kind)});
    item.claims.push_back({"basis", Value::array({base64url((*transcript)->view())})});
    item.body.org = office->org;
    item.body.kind = o.kind;
    item.body.period = "once";
    item.body.tag = tag;
    item.body.register_number = record::RegisterNumber{year, number};
    items.push_back(std::move(item));
  }
  if (!errors.empty()) return fail(c, errors);
  // The ledger refuses a gap in the register, so these stand in its order.
  return sign_and_send(c, *desk, Type::diploma, std::move(items), o.codes, o.save, false);
}

Exit issue_certificate(const Context& c, const IssueCertificate& o) {
  auto desk =
      Desk::open(c, {std::string(pick(c, "Bạn sắp ký: chứng chỉ ", "You are about to sign: a certificate ")) + o.title,
                     o.student_id});
  if (!desk) return fail(c, desk.error());
  const auto office = open_office(*desk, o.cls, o.year);
  if (!office) return fail(c, office.error());
  const auto* student = office->roster.find(o.student_id);
  if (student == nullptr)
    return fail(c, make_error("unknown_student", "Không có học sinh này trong danh sách lớp.",
                              "No such student on the class list."));
  const auto tags = diploma_tags(*desk, *office, Type::certificate, o.kind, o.period);
  if (!tags) return fail(c, tags.error());
  Item item;
  item.student = *student;
  identity_claims(item, office->who, office->school, office->today);
  item.claims.push_back({"title", to_nfc(o.title).value_or(o.title)});
  if (!o.grade.empty()) item.claims.push_back({"grade", to_nfc(o.grade).value_or(o.grade)});
  item.body.org = office->org;
  item.body.kind = o.kind;
  item.body.period = o.period;
  item.body.tag = tags->at(student->id);
  std::vector<Item> items;
  items.push_back(std::move(item));
  return sign_and_send(c, *desk, Type::certificate, std::move(items), o.codes, o.save, false);
}

// ---- other documents ----

Exit sign_document(const Context& c, const SignDocument& o) {
  record::Document body;
  body.kind = o.kind;
  auto disclosures = Value::array();
  constexpr std::size_t bytes_max = 512ULL * 1024 * 1024;
  std::vector<std::string> what{std::string(pick(c, "Bạn sắp ký: văn bản của trường, loại ",
                                                 "You are about to sign: documents of the school, kind ")) +
                                o.kind};
  for (const auto& f : o.files) {
    const auto text = read_file(f, bytes_max);
    if (!text) return fail(c, text.error());
    const auto digest = sha256(as_bytes(*text));
    const auto d = record::encode_disclosure(signer::random_fixed<FixedBytes<struct DocumentSaltTag, 16>>().view(),
                                             "file", Value::object({{"sha256", base64url(digest.view())}}));
    body.digests.push_back(sha256(as_bytes(d)));
    disclosures.push(Value::object({{"file", f.filename().string()}, {"disclosure", d}}));
    what.push_back("  " + f.string());
  }
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  const auto org = desk->org();
  if (!org) return fail(c, org.error());
  body.org = *org;
  const auto record = desk->sign({Type::document, std::move(body), {}});
  const auto slip = Value::object({{"stele", "document-slip"},
                                   {"v", 1},
                                   {"record", base64url(id_of(record).view())},
                                   {"files", std::move(disclosures)}});
  if (auto written = write_file(o.receipt, json::write(slip) + "\n", true, false); !written)
    return fail(c, written.error());
  return deliver(c, *desk, {record}, o.save);
}

}  // namespace stele::cli
