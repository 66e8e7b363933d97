#include "tests/unit/vault/support.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"

namespace stele::test {

using json::Value;
using record::Type;

VaultTest::VaultTest(const SchoolOptions& school) : school_(school) {
  open();
  school_.found();
}

vault::Vault::Options VaultTest::options() const {
  vault::Vault::Options o;
  o.folder = temp_ / "vault";
  o.wrapping_keys = temp_ / "wrapping";
  o.number = 0;
  o.net = school_.genesis().net;
  o.id = "kho-0";
  o.free_space_floor_bytes = 1;
  return o;
}

signer::SigningKey VaultTest::ack_key() const {
  return signer::SigningKey::from_secret(*signer::Secret<32>::from(school_.vault(0).secret().view())).value();
}

void VaultTest::open() {
  auto v = vault::Vault::open(options(), ack_key());
  ASSERT_TRUE(v) << v.error().en;
  vault_ = std::move(*v);
}

vault::LedgerView VaultTest::view() const {
  return {&school_.chain().state(), [this](const RecordId& id) -> std::optional<record::Record> {
            if (school_.chain().state().find(id) == nullptr) return std::nullopt;
            return school_.record(id).record;
          }};
}

VaultTest::Answer VaultTest::accept(const Sent& s) {
  const vault::Submission one{&s.record, s.jws, s.payload};
  auto answers = vault_->accept(std::span(&one, 1), view());
  EXPECT_EQ(answers.size(), 1U);
  return std::move(answers.at(0));
}

void VaultTest::keep(const Sent& s) {
  const auto acks = accept(s);
  ASSERT_TRUE(acks) << acks.error().code << ": " << acks.error().en << " " << acks.error().where.field;
  school_.add({s.jws});
}

Sent VaultTest::sent(const std::string& who, Type type, const record::Body& body, std::string payload) {
  auto jws = school_.sign(who, type, body);
  auto r = record::decode(jws);
  EXPECT_TRUE(r) << r.error().where;
  return {std::move(jws), std::move(payload), std::move(*r), {}};
}

Tag256 VaultTest::tag(std::size_t pupil) const {
  return record::book_tag(books_.at(pupil).view(), Type::transcript, School::kind, School::year);
}

Sent VaultTest::class_list() {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < pupils; ++i) ids.push_back(student_id(i));
  books_ = books(ids).value();
  std::vector<signer::SheetRow> rows;
  for (std::size_t i = 0; i < pupils; ++i) {
    rows.push_back({Value::object({{"tag", base64url(tag(i).view())},
                                   {"student_id", ids[i]},
                                   {"name", "Nguyễn Văn An"},
                                   {"birth_date", "2010-03-14"},
                                   {"gender", "nam"}}),
                    Value::object({{"ethnicity", "Kinh"}})});
  }
  const auto sheet = signer::build_sheet(rows, false);
  record::ClassList c;
  c.org = School::school;
  c.kind = School::kind;
  c.cls = School::cls;
  c.year = School::year;
  c.root = sheet.root;
  c.rows = sheet.rows;
  auto out = sent("clerk", Type::class_list, c, sheet.payload);
  out.position = sheet.position;
  return out;
}

Sent VaultTest::maths(const std::string& term, const std::string& mark, const std::string& group) {
  std::vector<signer::SheetRow> rows;
  for (std::size_t i = 0; i < pupils; ++i) {
    rows.push_back(
        {Value::object({{"tag", base64url(tag(i).view())}, {"mark", mark}}),
         Value::object({{"regular", Value::array({"8.0", "7.5", "9.0"})}, {"mid", "8.0"}, {"final", "8.5"}})});
  }
  const auto sheet = signer::build_sheet(rows, false);
  record::GradeSheet g;
  g.org = School::school;
  g.kind = School::kind;
  g.cls = School::cls;
  g.subject = "toan";
  g.term = term;
  g.year = School::year;
  if (!group.empty()) g.group = group;
  g.list = list_.record.id;
  g.assessment = school_.policy(1).assessment.front().set;
  g.root = sheet.root;
  g.rows = sheet.rows;
  auto out = sent("teacher", Type::grade_sheet, g, sheet.payload);
  out.position = sheet.position;
  return out;
}

namespace {

void tell(std::vector<signer::ClaimValue>& claims, const std::map<std::string, std::optional<Value>>& told) {
  for (const auto& [name, value] : told) {
    claims.erase(std::remove_if(claims.begin(), claims.end(), [&, n = name](const auto& c) { return c.name == n; }),
                 claims.end());
    if (value) claims.push_back({name, *value});
  }
}

}  // namespace

Sent VaultTest::transcript(std::size_t pupil, const Told& told) {
  const auto slot = vault_->reserve_status_slots(1).value().front();
  const auto figure = [&](const Sent& s, std::string_view term) {
    return Value::object(
        {{"term", term}, {"mark", "8.3"}, {"sheet", base64url(s.record.id.view())}, {"row", s.position.at(pupil)}});
  };
  std::vector<signer::ClaimValue> claims{
      {"name", "Nguyễn Văn An"},
      {"birth_date", "2010-03-14"},
      {"student_id", student_id(pupil)},
      {"class", School::cls},
      {"year", School::year},
      {"subject.toan", Value::object({{"name", "Toán"},
                                      {"terms", Value::array({figure(hk1_, "hk1"), figure(hk2_, "hk2")})},
                                      {"year", Value::object({{"mark", "8.3"}})}})}};
  tell(claims, told);
  const auto built = signer::build_credential(Type::transcript, std::move(claims), student_id(pupil), std::nullopt);
  record::Credential c;
  c.iss = record::iss_url(school_.genesis(), School::school);
  c.vct = record::vct_url(school_.genesis(), Type::transcript);
  c.sd = built.sd;
  c.status = {record::status_list_url(school_.genesis(), 0, slot.first), slot.second};
  c.org = School::school;
  c.kind = School::kind;
  c.period = School::year;
  c.tag = tag(pupil);
  c.assessment = school_.policy(1).assessment.front().set;
  c.cls = School::cls;
  return sent("principal", Type::transcript, c, built.payload);
}

Sent VaultTest::diploma(std::size_t pupil, const std::vector<RecordId>& basis, const Told& told) {
  const auto slot = vault_->reserve_status_slots(1).value().front();
  auto ids = Value::array();
  for (const auto& id : basis) ids.push(base64url(id.view()));
  std::vector<signer::ClaimValue> claims{
      {"name", "Nguyễn Văn An"},   {"birth_date", "2010-03-14"}, {"student_id", student_id(pupil)},
      {"graduation_year", "2026"}, {"ranking", "gioi"},          {"serial", "B00000001"},
      {"basis", std::move(ids)}};
  tell(claims, told);
  const auto built = signer::build_credential(Type::diploma, std::move(claims), student_id(pupil), std::nullopt);
  record::Credential c;
  c.iss = record::iss_url(school_.genesis(), School::school);
  c.vct = record::vct_url(school_.genesis(), Type::diploma);
  c.sd = built.sd;
  c.status = {record::status_list_url(school_.genesis(), 0, slot.first), slot.second};
  c.org = School::school;
  c.kind = School::kind;
  c.period = "once";
  c.tag = record::book_tag(books_.at(pupil).view(), Type::diploma, School::kind, "once");
  c.register_number = record::RegisterNumber{"2026", 1};
  return sent("principal", Type::diploma, c, built.payload);
}

Sent VaultTest::amend(const std::string& who, const Sent& sheet, std::size_t pupil, const Value& result,
                      const Value& detail, std::vector<RecordId> supersedes) {
  const signer::SheetRow rows[] = {{result, detail}};
  const auto built = signer::build_sheet(rows, true);
  record::Amend a;
  a.org = School::school;
  a.target = sheet.record.id;
  a.positions = {sheet.position.at(pupil)};
  a.root = built.root;
  a.rows = built.rows;
  a.reason = "entry-error";
  a.supersedes = std::move(supersedes);
  return sent(who, Type::amend, a, built.payload);
}

Sent VaultTest::amend_maths(std::size_t pupil, std::vector<RecordId> supersedes) {
  return amend("teacher", hk1_, pupil, Value::object({{"tag", base64url(tag(pupil).view())}, {"mark", "8.4"}}),
               Value::object({{"regular", Value::array({"9.0", "7.5", "9.0"})}, {"mid", "8.0"}, {"final", "8.5"}}),
               std::move(supersedes));
}

Sent VaultTest::key_record() {
  const auto& s = school_.staff("newcomer");
  return sent("officer", Type::key, school_.key_body(s), json::write(Value::object({{"disclosure", s.disclosure}})));
}

void VaultTest::year() {
  list_ = class_list();
  keep(list_);
  hk1_ = maths("hk1");
  keep(hk1_);
  hk2_ = maths("hk2");
  keep(hk2_);
}

std::string fault_of(const Error& e, const RecordId& id) {
  const auto name = base64url(id.view());
  const bool named = e.vi.find(name) != std::string::npos && e.en.find(name) != std::string::npos;
  return e.code + " " + e.where.field + (named ? "" : " (does not name the record)");
}

}  // namespace stele::test
