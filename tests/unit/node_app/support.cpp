#include "tests/unit/node_app/support.h"

#include <fstream>
#include <thread>

#include <unistd.h>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;
namespace fs = std::filesystem;

constexpr json::Limits answer_limits{
    .bytes_max = 64 << 20, .depth_max = 16, .nodes_max = 1'000'000, .line_feeds = true};

signer::SigningKey clone(const signer::SigningKey& key) {
  auto secret = signer::Secret<32>::from(key.secret().view());
  auto out = signer::SigningKey::from_secret(std::move(*secret));
  return std::move(*out);
}

UnixSeconds system_now() {
  return {static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count())};
}

std::string tag_of(const Pupil& p) {
  return base64url(record::book_tag(p.book.view(), Type::transcript, School::kind, School::year).view());
}

Value figure(std::string_view term, const RecordId& sheet, std::uint32_t row) {
  return Value::object({{"term", term}, {"mark", "8.3"}, {"sheet", base64url(sheet.view())}, {"row", row}});
}

}  // namespace

Value parse(std::string_view body) {
  auto v = json::parse(body, answer_limits);
  EXPECT_TRUE(v) << body;
  return v ? std::move(*v) : Value::object();
}
std::string text(const Value& v, std::string_view member) {
  const auto* m = v.is(json::Kind::object) ? v.find(member) : nullptr;
  return m != nullptr && m->is(json::Kind::string) ? m->string() : std::string();
}
std::uint64_t number(const Value& v, std::string_view member) {
  const auto* m = v.is(json::Kind::object) ? v.find(member) : nullptr;
  return m != nullptr && m->is(json::Kind::integer) ? static_cast<std::uint64_t>(m->integer()) : UINT64_MAX;
}
const Value::Array& items(const Value& v, std::string_view member) {
  static const Value::Array none;
  const auto* m = v.is(json::Kind::object) ? v.find(member) : nullptr;
  return m != nullptr && m->is(json::Kind::array) ? m->items() : none;
}

TestNode::TestNode() {
  static int count = 0;
  folder_ = fs::temp_directory_path() / ("stele-app-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  std::ofstream(folder_ / "genesis.json", std::ios::binary) << school_.genesis_file();
  std::ofstream(folder_ / "clock") << "2026-01-05T00:00:00Z\n";
  config_.genesis = folder_ / "genesis.json";
  config_.data = folder_ / "data";
  config_.http.port = 0;
  config_.keys.vote_file = folder_ / "vote" / "vote";
  config_.keys.wrapping = folder_ / "wrapping";
  config_.limits.requests_per_second = 0;
  config_.limits.free_space_floor_mb = 1;
  config_.test.clock_file = folder_ / "clock";
}

TestNode::~TestNode() {
  app_.reset();
  std::error_code ec;
  fs::remove_all(folder_, ec);
}

app::NodeKeys TestNode::keys() const {
  return {clone(school_.orderer()), clone(school_.validator(0)), clone(school_.vault(0))};
}

void TestNode::start() {
  auto started = app::App::start(config_, keys(), log_);
  if (!started) {
    ADD_FAILURE() << to_text(started.error(), Lang::en);
    throw std::runtime_error("the node does not start");
  }
  app_ = std::move(*started);
}

void TestNode::stop() {
  app_->stop();
  app_.reset();
}

void TestNode::set_time(const std::string& utc) {
  std::ofstream(folder_ / "clock") << utc << "\n";
  const auto wanted = *parse_utc(utc);
  for (int i = 0; i < 200; ++i) {
    const auto now = parse_utc(text(parse(get("/v1/checkpoint").body), "time"));
    if (now && now->value + 1200 >= wanted.value) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ADD_FAILURE() << "block time did not follow the clock";
}

http::Response TestNode::send(const http::Request& request) {
  http::ClientOptions options;
  options.read_timeout = std::chrono::milliseconds(60'000);
  options.tls_ca_file = config_.http.tls_certificate.string();  // a test's certificate is its own authority
  auto client = http::Client::open(app_->url(), options);
  auto response = client ? client->send(request) : Result<http::Response>(Unexpected(client.error()));
  EXPECT_TRUE(response) << request.target;
  return response ? std::move(*response) : http::Response{};
}
http::Response TestNode::get(const std::string& target) {
  http::Request r;
  r.target = target;
  return send(r);
}
http::Response TestNode::post(const std::string& target, const std::string& body, const std::string& type) {
  http::Request r;
  r.method = "POST";
  r.target = target;
  r.headers.set("Content-Type", type);
  r.body = body;
  return send(r);
}
http::Request TestNode::signed_request(const std::string& who, const std::string& method, const std::string& target,
                                       const std::string& body) {
  const auto& key = *school_.staff(who).key;
  http::Request r;
  r.method = method;
  r.target = target;
  r.body = body;
  r.headers.set("Authorization",
                signer::staff_authorization(key, key.id(), school_.genesis().net, school_.genesis().vaults[0].id,
                                            method, target, body, system_now()));
  return r;
}
http::Response TestNode::get_as(const std::string& who, const std::string& target) {
  return send(signed_request(who, "GET", target));
}
http::Response TestNode::post_as(const std::string& who, const std::string& target, const std::string& body) {
  return send(signed_request(who, "POST", target, body));
}

std::string TestNode::sign(const signer::SigningKey& key, Type type, const record::Body& body) {
  const auto after = fixed_from_base64url<HeaderHash>(text(parse(get("/v1/checkpoint").body), "hash"));
  EXPECT_TRUE(after);
  return signer::sign_record(key, type, {school_.genesis().net, after.value_or(HeaderHash{})}, body).jws;
}
std::string TestNode::sign(const std::string& who, Type type, const record::Body& body) {
  return sign(*school_.staff(who).key, type, body);
}

std::string TestNode::body_of(const std::vector<Outgoing>& records) {
  std::string out = R"({"records":[)";
  for (const auto& r : records) {
    if (out.back() == '}') out += ',';
    out += R"({"jws":")" + r.jws + '"';
    if (!r.payload.empty()) out += R"(,"payload":)" + r.payload;
    out += '}';
  }
  return out + "]}";
}

std::vector<Value> TestNode::submit(const std::vector<Outgoing>& records) {
  const auto response = post("/v1/records", body_of(records));
  EXPECT_EQ(response.status, 200) << response.body;
  const auto v = parse(response.body);
  EXPECT_EQ(items(v, "results").size(), records.size());
  return items(v, "results");
}

std::vector<RecordId> TestNode::final(const std::vector<Outgoing>& records) {
  std::vector<RecordId> out;
  for (const auto& r : submit(records)) {
    EXPECT_EQ(text(r, "status"), "final") << json::write(r);
    out.push_back(fixed_from_base64url<RecordId>(text(r, "id")).value_or(RecordId{}));
  }
  return out;
}

void TestNode::approved_by_root(std::vector<RecordId> targets) {
  std::sort(targets.begin(), targets.end());
  final({{sign(school_.root(1), Type::approve, record::SecondSignature{"root", "root", std::move(targets)})}});
}

std::uint64_t TestNode::index_of(const RecordId& id) {
  return number(parse(get("/v1/records/" + base64url(id.view())).body), "index");
}

void TestNode::found() {
  record::Org department;
  department.org = School::office;
  department.kind = "department";
  department.name = "Sở Ví Dụ";
  approved_by_root(final({{sign(school_.root(0), Type::org, department)}}));
  approved_by_root(final({{sign(school_.root(0), Type::policy, school_.policy(1))}}));
  record::Org s;
  s.org = School::school;
  s.kind = "school";
  s.name = "Trường THPT Ví Dụ 1";
  s.parent = School::office;
  s.vaults = {0};
  const auto key = [&](const std::string& who) {
    return json::write(Value::object({{"disclosure", school_.staff(who).disclosure}}));
  };
  approved_by_root(
      final({{sign(school_.root(0), Type::org, s)},
             {sign(school_.root(0), Type::key, school_.key_body(school_.staff("officer"))), key("officer")}}));
  std::vector<Outgoing> staff;
  const std::vector<std::string> names{"clerk", "teacher", "gym", "homeroom", "principal", "seal"};
  staff.reserve(names.size());
  for (const auto& who : names)
    staff.push_back({sign("officer", Type::key, school_.key_body(school_.staff(who))), key(who)});
  const auto ids = final(staff);
  for (std::size_t i = 0; i < names.size(); ++i) key_records_[names[i]] = ids.at(i);
  set_time("2026-01-08T00:00:00Z");  // second signatures need keys that are not of yesterday
}

void TestNode::allow_reports() {
  auto policy = school_.policy(2);
  record::Act act;
  act.unit = record::Unit::above;
  act.roles = {"registrar"};
  act.needs = {{Type::approve, 1, record::Unit::other, {"principal"}, {}}};
  for (const auto type : {Type::compromise, Type::reinstate}) {
    act.act = type;
    policy.acts.push_back(act);
  }
  record::Org s;
  s.org = second_school;
  s.kind = "school";
  s.name = "Trường THPT Ví Dụ 2";
  s.parent = School::office;
  s.vaults = {0};
  approved_by_root(final({{sign(school_.root(0), Type::policy, policy)}, {sign(school_.root(0), Type::org, s)}}));
  auto& principal = school_.staff("newcomer");
  principal.org = second_school;
  principal.grants.front().org = second_school;
  const auto opened = json::write(Value::object({{"disclosure", principal.disclosure}}));
  approved_by_root(final({{sign(school_.root(0), Type::key, school_.key_body(principal)), opened}}));
  set_time("2026-01-10T00:00:00Z");
}

Outgoing TestNode::class_list() {
  const auto answer = parse(post_as("clerk", "/v1/books", R"({"students":["2500000001","2500000002"]})").body);
  std::vector<signer::SheetRow> rows;
  for (std::size_t i = 0; i < pupils_.size(); ++i) {
    auto& p = pupils_[i];
    p.book = fixed_from_base64url<verdict::BookKey>(text(items(answer, "books").at(i), "key")).value();
    rows.push_back({Value::object({{"tag", tag_of(p)},
                                   {"student_id", p.id},
                                   {"name", p.name},
                                   {"birth_date", "2010-03-14"},
                                   {"gender", "nam"}}),
                    Value::object({{"birth_place", "Hà Nội"}, {"ethnicity", "Kinh"}})});
  }
  const auto sheet = signer::build_sheet(rows, false);
  positions_["list"] = sheet.position;
  record::ClassList c;
  c.org = School::school;
  c.kind = School::kind;
  c.cls = School::cls;
  c.year = School::year;
  c.root = sheet.root;
  c.rows = sheet.rows;
  return {sign("clerk", Type::class_list, c), sheet.payload};
}

Outgoing TestNode::maths(const std::string& term) {
  std::vector<signer::SheetRow> rows;
  for (const auto& p : pupils_) {
    rows.push_back(
        {Value::object({{"tag", tag_of(p)}, {"mark", "8.3"}}),
         Value::object({{"regular", Value::array({"8.0", "7.5", "9.0"})}, {"mid", "8.0"}, {"final", "8.5"}})});
  }
  const auto sheet = signer::build_sheet(rows, false);
  positions_[term] = sheet.position;
  record::GradeSheet g;
  g.org = School::school;
  g.kind = School::kind;
  g.cls = School::cls;
  g.subject = "toan";
  g.term = term;
  g.year = School::year;
  g.list = list_;
  g.assessment = school_.policy(1).assessment.front().set;
  g.root = sheet.root;
  g.rows = sheet.rows;
  return {sign("teacher", Type::grade_sheet, g), sheet.payload};
}

Outgoing TestNode::transcript(const Pupil& p, const Digest& pickup) {
  const auto i = static_cast<std::size_t>(&p - pupils_.data());
  const auto slots = parse(post_as("principal", "/v1/status-slots", R"({"count":1})").body);
  const auto& slot = items(slots, "slots").at(0);
  std::vector<signer::ClaimValue> claims{
      {"name", p.name},
      {"birth_date", "2010-03-14"},
      {"birth_place", "Hà Nội"},
      {"ethnicity", "Kinh"},
      {"student_id", p.id},
      {"class", School::cls},
      {"year", School::year},
      {"subject.toan", Value::object({{"name", "Toán"},
                                      {"terms", Value::array({figure("hk1", maths_1_, positions_["hk1"].at(i)),
                                                              figure("hk2", maths_2_, positions_["hk2"].at(i))})},
                                      {"year", Value::object({{"mark", "8.3"}})}})}};
  const auto built = signer::build_credential(Type::transcript, std::move(claims), p.id, pickup);
  record::Credential c;
  c.iss = record::iss_url(school_.genesis(), School::school);
  c.vct = record::vct_url(school_.genesis(), Type::transcript);
  c.sd = built.sd;
  c.status = {text(slot, "uri"), static_cast<std::uint32_t>(number(slot, "idx"))};
  c.org = School::school;
  c.kind = School::kind;
  c.period = School::year;
  c.tag = record::book_tag(p.book.view(), Type::transcript, School::kind, School::year);
  c.assessment = school_.policy(1).assessment.front().set;
  c.cls = School::cls;
  return {sign("principal", Type::transcript, c), built.payload};
}

Outgoing TestNode::seal(const RecordId& id) {
  return {sign("seal", Type::seal, record::SecondSignature{std::string(School::school), "school-seal", {id}})};
}

Outgoing TestNode::amend(const RecordId& sheet, std::uint32_t row, const Pupil& p, std::vector<RecordId> supersedes) {
  const std::vector<signer::SheetRow> rows{
      {Value::object({{"tag", tag_of(p)}, {"mark", "8.4"}}),
       Value::object({{"regular", Value::array({"9.0", "7.5", "9.0"})}, {"mid", "8.0"}, {"final", "8.5"}})}};
  const auto built = signer::build_sheet(rows, true);
  record::Amend a;
  a.org = School::school;
  a.target = sheet;
  a.positions = {row};
  a.root = built.root;
  a.rows = built.rows;
  a.reason = "entry-error";
  a.supersedes = std::move(supersedes);
  return {sign("teacher", Type::amend, a), built.payload};
}

Outgoing TestNode::minutes(const std::string& content) {
  const record::Document d{std::string(School::school), "minutes", {sha256(as_bytes(content))}};
  return {sign("clerk", Type::document, d)};
}

void TestNode::grade() {
  list_ = final({class_list()}).at(0);
  const auto ids = final({maths("hk1"), maths("hk2")});
  maths_1_ = ids.at(0);
  maths_2_ = ids.at(1);
}

}  // namespace stele::test
