#include "node/app/staff.h"

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/encode.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

using json::Value;

std::uint64_t system_now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

/// A JWS over any members.
std::string jws_of(const signer::SigningKey& key, std::string_view typ, const Value& members) {
  const auto header = Value::object({{"alg", "ES256K"}, {"kid", base64url(key.id().view())}, {"typ", typ}});
  const auto input = base64url(as_bytes(json::write(header))) + "." +
                     base64url(as_bytes(json::write(Value::object({{"stele", members}}))));
  return record::compact(input, key.sign(sha256(as_bytes(input))));
}

class StaffRequest : public TestNode {
 protected:
  void SetUp() override {
    start();
    found();
  }
  [[nodiscard]] Value claims(const std::string& target) const {
    static std::uint64_t n = 0;
    return Value::object({{"v", 1},
                          {"net", school_.genesis().net},
                          {"node", school_.genesis().vaults[0].id},
                          {"method", "GET"},
                          {"path", target},
                          {"body", base64url(sha256(as_bytes("")).view())},
                          {"time", system_now()},
                          {"nonce", base64url(sha256(as_bytes(std::to_string(++n))).view().first(16))}});
  }
  http::Response ask(const signer::SigningKey& key, const Value& members, const std::string& session = {}) {
    http::Request r;
    r.target = "/v1/me";
    r.headers.set("Authorization", "Stele " + jws_of(key, "stele-request+jwt", members));
    if (!session.empty()) r.headers.set("Stele-Session", session);
    return send(r);
  }
  void refused(const http::Response& r, int status, const std::string& code) {
    EXPECT_EQ(r.status, status) << r.body;
    EXPECT_EQ(r.content_type, "application/problem+json");
    EXPECT_EQ(text(parse(r.body), "code"), code);
  }
  const signer::SigningKey& teacher() { return *school_.staff("teacher").key; }
};

TEST_F(StaffRequest, SignedByARegisteredKeyIsAnswered) {
  const auto r = get_as("teacher", "/v1/me");
  ASSERT_EQ(r.status, 200) << r.body;
  const auto v = parse(r.body);
  EXPECT_EQ(text(v, "org"), School::school);
  EXPECT_EQ(text(v, "name"), "Phạm Thị Dung");
  EXPECT_EQ(text(v, "title"), "Giáo viên Toán");
  EXPECT_EQ(text(v, "person"), school_.staff("teacher").person);
  EXPECT_EQ(text(items(v, "grants").at(0), "subject"), "toan");
}

TEST_F(StaffRequest, UnsignedIsRefused) {
  refused(get("/v1/me"), 401, "request_not_signed");
  http::Request r;
  r.target = "/v1/me";
  r.headers.set("Authorization", "Bearer abc");
  refused(send(r), 401, "request_not_signed");
  r.headers.set("Authorization", "Stele a.b.c");
  refused(send(r), 401, "request_not_signed");
}

TEST_F(StaffRequest, AMissingOrUnknownMemberIsRefused) {
  auto c = claims("/v1/me");
  c.set("more", 1);
  refused(ask(teacher(), c), 401, "request_not_signed");
}

TEST_F(StaffRequest, ForAnotherNodeOrNetworkIsRefused) {
  auto c = claims("/v1/me");
  c.set("node", "kho-9");
  refused(ask(teacher(), c), 401, "request_wrong_node");
  c = claims("/v1/me");
  c.set("net", "stele/khac/00000000000000000000000000000000");
  refused(ask(teacher(), c), 401, "request_wrong_node");
}

TEST_F(StaffRequest, IsTakenOnce) {
  const auto c = claims("/v1/me");
  EXPECT_EQ(ask(teacher(), c).status, 200);
  refused(ask(teacher(), c), 401, "request_replayed");
}

TEST_F(StaffRequest, OutOfItsMinuteIsRefused) {
  for (const std::int64_t off : {-70, 70}) {
    auto c = claims("/v1/me");
    c.set("time", static_cast<std::uint64_t>(static_cast<std::int64_t>(system_now()) + off));
    refused(ask(teacher(), c), 401, "request_expired");
  }
  auto c = claims("/v1/me");
  c.set("time", system_now() - 50);
  EXPECT_EQ(ask(teacher(), c).status, 200);
}

TEST_F(StaffRequest, CoversMethodTargetAndBody) {
  refused(ask(teacher(), claims("/v1/me?x=1")), 401, "request_bad_signature");
  auto c = claims("/v1/me");
  c.set("method", "POST");
  refused(ask(teacher(), c), 401, "request_bad_signature");
  c = claims("/v1/me");
  c.set("body", base64url(sha256(as_bytes("{}")).view()));
  refused(ask(teacher(), c), 401, "request_bad_signature");
}

TEST_F(StaffRequest, SignedByAnotherKeyThanItSaysIsRefused) {
  auto r = signed_request("teacher", "GET", "/v1/me");
  std::string header(*r.headers.get("Authorization"));
  header[header.size() - 5] = header[header.size() - 5] == 'A' ? 'B' : 'A';
  r.headers.set("Authorization", header);
  refused(send(r), 401, "request_bad_signature");
}

TEST_F(StaffRequest, OfAKeyThatIsNotRegisteredHasNoAuthority) {
  refused(get_as("newcomer", "/v1/me"), 403, "no_authority");
}

TEST_F(StaffRequest, OfASuspendedKeyHasNoAuthority) {
  const auto id =
      final({{sign("principal", record::Type::suspend,
                   record::StatusChange{std::string(School::school), "under-review", {key_records_["teacher"]}, {}})}});
  EXPECT_EQ(get_as("teacher", "/v1/me").status, 200);  // pending: nothing has changed yet
  final({{sign("officer", record::Type::countersign,
               record::SecondSignature{std::string(School::office), "registrar", id})}});
  refused(get_as("teacher", "/v1/me"), 403, "no_authority");
}

TEST_F(StaffRequest, ReadsNothingOfAnotherOrganisation) {
  refused(get_as("teacher", "/v1/orgs/so-vi-du/missing?year=2025"), 403, "no_authority");
  refused(get_as("teacher", "/v1/orgs/khong-co/missing?year=2025"), 403, "no_authority");
  EXPECT_EQ(get_as("officer", "/v1/orgs/thpt-vi-du-1/missing?year=2025").status, 200);  // from above
}

TEST_F(StaffRequest, ReadsNoClassWithoutAGrantForIt) {
  refused(get_as("teacher", "/v1/orgs/thpt-vi-du-1/class?class=11A2&year=2025"), 403, "no_authority");
  refused(get_as("teacher", "/v1/orgs/thpt-vi-du-1/class?class=10A1&year=2024"), 403, "no_authority");
  refused(get_as("teacher", "/v1/orgs/thpt-vi-du-1/class?class=10A1&year=2025"), 404, "not_found");  // no list yet
}

// ---- sessions ----

class Session : public StaffRequest {
 protected:
  [[nodiscard]] Value session_claims(const signer::SigningKey& key) const {
    return Value::object({{"v", 1},
                          {"net", school_.genesis().net},
                          {"node", school_.genesis().vaults[0].id},
                          {"key", base64url(key.public_key().compressed().view())},
                          {"from", system_now()},
                          {"until", system_now() + 3600}});
  }
  [[nodiscard]] std::string session(const Value& members) { return jws_of(teacher(), "stele-session+jwt", members); }
  signer::SigningKey key_ = signer::SigningKey::generate();
};

TEST_F(Session, LetsAnotherKeySignForTheStaffKey) {
  const auto r = ask(key_, claims("/v1/me"), session(session_claims(key_)));
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(text(parse(r.body), "name"), "Phạm Thị Dung");
}

TEST_F(Session, LastsEightHoursAtMost) {
  auto s = session_claims(key_);
  s.set("until", system_now() + app::session_max_s);
  EXPECT_EQ(ask(key_, claims("/v1/me"), session(s)).status, 200);
  s.set("until", system_now() + app::session_max_s + 10);
  refused(ask(key_, claims("/v1/me"), session(s)), 401, "request_expired");
}

TEST_F(Session, EndsAndDoesNotBeginEarly) {
  auto s = session_claims(key_);
  s.set("from", system_now() - 100);
  s.set("until", system_now() - 10);
  refused(ask(key_, claims("/v1/me"), session(s)), 401, "request_expired");
  s = session_claims(key_);
  s.set("from", system_now() + 600);
  refused(ask(key_, claims("/v1/me"), session(s)), 401, "request_expired");
}

TEST_F(Session, IsForOneKeyAndOneNode) {
  const auto other = signer::SigningKey::generate();
  refused(ask(other, claims("/v1/me"), session(session_claims(key_))), 401, "request_bad_signature");
  auto s = session_claims(key_);
  s.set("node", "kho-9");
  refused(ask(key_, claims("/v1/me"), session(s)), 401, "request_wrong_node");
}

TEST_F(Session, CantBeGivenByAKeyThatIsNotRegistered) {
  const auto s = jws_of(*school_.staff("newcomer").key, "stele-session+jwt", session_claims(key_));
  refused(ask(key_, claims("/v1/me"), s), 403, "no_authority");
}

TEST_F(Session, OfAForgedSignatureIsRefused) {
  auto s = session(session_claims(key_));
  s[s.size() - 5] = s[s.size() - 5] == 'A' ? 'B' : 'A';
  refused(ask(key_, claims("/v1/me"), s), 401, "request_bad_signature");
}

}  // namespace
}  // namespace stele::test
