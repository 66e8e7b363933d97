// Transcripts, diplomas, certificates: a whole class in one run that can be broken off and run again.
#include <algorithm>
#include <iostream>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "signer/random.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/issue_work.h"
#include "wallet-cli/cli/signing.h"
#include "wallet-cli/tables/fold.h"
#include "wallet-cli/tables/sheet_file.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

/// Signs everything, writes the codes, sends.
Exit sign_and_send(const Context& c, Desk& desk, Type type, std::vector<Item> items, const fs::path& codes,
                   const Save& save) {
  if (items.empty()) {
    say(c, "Không có gì để phát hành: mọi học sinh đã có.", "Nothing to issue: every student has one already.");
    emit(c, Value::object({{"results", Value::array()}}));
    return Exit::ok;
  }
  const auto batch = build_batch(desk, type, std::move(items));
  if (!batch) return fail(c, batch.error());
  std::vector<Outgoing> records;
  {
    Progress progress(c, "Ký", "Signing", batch->drafts.size());
    for (const auto& d : batch->drafts) {
      records.push_back(desk.sign(d));
      progress.at(records.size());
    }
  }
  if (auto written = write_codes(codes, *batch, records); !written) return fail(c, written.error());
  say(c, "Mã nhận hồ sơ: " + codes.string() + " (giữ kín; mỗi học sinh một mã)",
      "Pick-up codes: " + codes.string() + " (keep secret; one for each student)");
  return deliver(c, desk, records, save);
}

}  // namespace

Exit issue_transcripts(const Context& c, const IssueTranscripts& o) {
  std::vector<std::string> what{
      std::string(pick(c, "Bạn sắp ký: học bạ của lớp ", "You are about to sign: transcripts of class ")) + o.cls +
      ", " + o.year};
  for (const auto& s : o.students) what.push_back(std::string(pick(c, "  chỉ học sinh ", "  only student ")) + s);
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  auto plan = plan_transcripts(*desk, o);
  if (!plan) return fail(c, plan.error());
  if (!plan->errors.empty()) return fail(c, plan->errors);
  return sign_and_send(c, *desk, Type::transcript, std::move(plan->items), o.codes, o.save);
}

// ---- diplomas and certificates ----

namespace {

Result<std::uint64_t> last_number(Desk& desk, const std::string& org, const std::string& kind,
                                  const std::string& year) {
  STELE_TRY(const auto v,
            desk.get("/v1/orgs/" + percent_encoded(org) + "/register?kind=" + percent_encoded(kind) + "&year=" + year));
  return number_of(v, "last");
}

/// Tags of a student in other books than this year's transcript are known to the vault alone: it says which credentials
/// a class has.
Result<std::map<std::string, Tag256>> diploma_tags(Desk& desk, const Office& office, Type type, const std::string& kind,
                                                   const std::string& period) {
  auto ids = Value::array();
  for (const auto& s : office.roster.students) ids.push(s.id);
  STELE_TRY(const auto v, desk.post("/v1/books", Value::object({{"students", std::move(ids)}})));
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
  return sign_and_send(c, *desk, Type::diploma, std::move(items), o.codes, o.save);
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
  return sign_and_send(c, *desk, Type::certificate, std::move(items), o.codes, o.save);
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
