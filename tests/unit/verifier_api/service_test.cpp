#include "verifier-api/service.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "ledger/base/encoding.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

using nlohmann::json;

Running& running() {
  static Running one(issued_school());
  return one.ready();
}
const std::string& transcript() {
  static const std::string file = verdict::encode(issued_school().transcript_file());
  return file;
}
std::string id_text(const RecordId& id) {
  return base64url(id.view());
}

// ---- verify ----

TEST(VerifyRoute, JudgesOneFile) {
  const auto r = running().post("/v1/verify", transcript());
  ASSERT_EQ(r.status, 200) << r.body;
  const auto v = json::parse(r.body);
  EXPECT_EQ(v["outcome"], "valid") << v["parts"].dump(1);
  EXPECT_EQ(v["parts"].size(), 8U);
  EXPECT_EQ(v["claims"]["name"], "Nguyễn Văn An");
}

TEST(VerifyRoute, JudgesTheValueNotItsSpelling) {
  const auto r = running().post("/v1/verify", nlohmann::ordered_json::parse(transcript()).dump(2));
  EXPECT_EQ(json::parse(r.body)["outcome"], "valid");
}

TEST(VerifyRoute, AnswersABatchInItsOrder) {
  const auto good = nlohmann::ordered_json::parse(transcript());
  nlohmann::ordered_json batch;
  batch["documents"] = nlohmann::ordered_json::array();
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    auto one = good;
    if (i % 3 == 1) one["net"] = "stele/khac/00000000000000000000000000000000";
    if (i % 3 == 2) one = "not a file";
    batch["documents"].push_back(one);
    expected.push_back(i % 3 == 0 ? "valid" : i % 3 == 1 ? "other_network" : "unreadable");
  }
  const auto r = running().post("/v1/verify", batch.dump());
  ASSERT_EQ(r.status, 200) << r.body;
  const auto out = json::parse(r.body)["verdicts"];
  ASSERT_EQ(out.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(out[i]["outcome"], expected[i]) << i;
}

TEST(VerifyRoute, AnEmptyBatchHasNoVerdicts) {
  EXPECT_EQ(running().post("/v1/verify", R"({"documents":[]})").body, R"({"verdicts":[]})");
}

TEST(VerifyRoute, RefusesMoreThanAThousandFilesAndTakesAThousand) {
  const auto many = [](int n) {
    std::string body = R"({"documents":[)";
    for (int i = 0; i < n; ++i) body += i == 0 ? "0" : ",0";
    return body + "]}";
  };
  EXPECT_EQ(running().post("/v1/verify", many(1000)).status, 200);
  const auto r = running().post("/v1/verify", many(1001));
  EXPECT_EQ(r.status, 413);
  EXPECT_EQ(code_of(r), "too_many");
}

TEST(VerifyRoute, RefusesDocumentsThatAreNoList) {
  const auto r = running().post("/v1/verify", R"({"documents":{}})");
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(code_of(r), "bad_request");
}

TEST(VerifyRoute, GarbageGetsAVerdictAndDeepNestingDoesNotHurt) {
  for (const std::string& body : {std::string("%PDF-1.7"), std::string(100'000, '['), std::string("{\"a\":1,\"a\":2}"),
                                  std::string("\xff\xfe"), std::string("null")}) {
    const auto r = running().post("/v1/verify", body);
    ASSERT_EQ(r.status, 200) << body.substr(0, 20);
    EXPECT_TRUE(json::parse(r.body)["outcome"] == "unreadable" || json::parse(r.body)["outcome"] == "altered");
  }
}

TEST(VerifyRoute, AChangeThatTheVerifierSawLaterShows) {
  test::School school;
  school.found_grade_and_issue();
  const auto file = verdict::encode(school.transcript_file());
  Running v(school);
  v.ready();
  EXPECT_EQ(json::parse(v.post("/v1/verify", file).body)["outcome"], "valid");
  school.change(record::Type::revoke, school.transcript.id);
  v.node().publish(school);
  std::string outcome = "valid";
  for (const auto end = std::chrono::steady_clock::now() + patience;
       outcome != "revoked" && std::chrono::steady_clock::now() < end;)
    outcome = json::parse(v.post("/v1/verify", file).body)["outcome"];
  EXPECT_EQ(outcome, "revoked");
}

TEST(VerifyRoute, CountsOutcomesAndLogsNothingOfAFile) {
  (void)running().post("/v1/verify", transcript());
  const auto metrics = running().get("/metrics").body;
  EXPECT_NE(metrics.find("stele_verdicts_total{outcome=\"valid\"}"), std::string::npos);
  EXPECT_EQ(running().log().find("Nguyễn"), std::string::npos);
  EXPECT_EQ(metrics.find("Nguyễn"), std::string::npos);
}

// ---- ledger ----

TEST(LedgerRoutes, ARecordWithItsReceipt) {
  const auto id = id_text(issued_school().transcript.id);
  const auto r = running().get_json("/v1/records/" + id);
  EXPECT_EQ(r["type"], "transcript");
  EXPECT_EQ(r["status"], "valid");
  EXPECT_EQ(r["final"], true);
  EXPECT_EQ(r["jws"], issued_school().record(issued_school().transcript.id).jws);
  const auto receipt = running().get("/v1/records/" + id + "/receipt");
  EXPECT_EQ(verdict::judge_receipt(issued_school().genesis(), receipt.body, {}).outcome, verdict::Outcome::valid);
}

TEST(LedgerRoutes, UnknownAndMalformedIds) {
  EXPECT_EQ(running().get("/v1/records/" + std::string(43, 'A')).status, 404);
  EXPECT_EQ(running().get("/v1/records/" + std::string(43, 'A') + "/receipt").status, 404);
  EXPECT_EQ(running().get("/v1/records/short").status, 400);
  EXPECT_EQ(running().get("/v1/tags/" + std::string(43, 'A')).status, 404);
}

TEST(LedgerRoutes, TheLiveRecordOfATag) {
  const auto tag = issued_school().tag(record::Type::transcript, test::School::year);
  EXPECT_EQ(running().get_json("/v1/tags/" + base64url(tag.view()))["live"], id_text(issued_school().transcript.id));
}

TEST(LedgerRoutes, ProofsVerify) {
  const auto checkpoint = running().get_json("/v1/checkpoint");
  const auto parsed = log::parse_checkpoint(checkpoint["text"].get<std::string>());
  ASSERT_TRUE(parsed.has_value());
  const auto size = std::to_string(parsed->size);
  const auto path = running().get_json("/v1/proofs/inclusion?index=0&size=" + size)["path"];
  log::MerklePath hashes;
  for (const auto& h : path) hashes.push_back(*fixed_from_base64url<Digest>(h.get<std::string>()));
  EXPECT_TRUE(log::verify_inclusion(record::leaf_hash(issued_school().blocks()[0].block.records[0]), 0, parsed->size,
                                    hashes, parsed->log_root));
  EXPECT_EQ(running().get_json("/v1/proofs/consistency?from=1&to=" + size)["path"].is_array(), true);
  EXPECT_EQ(running().get("/v1/proofs/inclusion?index=0&size=999999").status, 409);
  EXPECT_EQ(running().get("/v1/proofs/inclusion?index=" + size + "&size=" + size).status, 400);
  EXPECT_EQ(running().get("/v1/proofs/consistency?from=3&to=2").status, 400);
  EXPECT_EQ(running().get("/v1/proofs/consistency?from=3").status, 400);
}

TEST(LedgerRoutes, StatusWithAndWithoutProof) {
  const auto index = issued_school().record(issued_school().transcript.id).index.value;
  const auto at = "/v1/status?index=" + std::to_string(index);
  const auto now = running().get_json(at);
  EXPECT_EQ(now["status"], "valid");
  EXPECT_TRUE(now.contains("path"));
  EXPECT_EQ(running().get(at + "&height=1").status, 404) << "it was not there yet";
  EXPECT_EQ(running().get("/v1/status?index=999999").status, 404);
}

TEST(LedgerRoutes, GenesisByteForByte) {
  EXPECT_EQ(running().get("/v1/genesis").body, issued_school().genesis_file());
}

TEST(LedgerRoutes, AVerifierCanFollowAVerifier) {
  const auto url = running().service().url();
  Running second(issued_school(), &url);
  second.ready();
  EXPECT_EQ(second.get_json("/v1/checkpoint"), running().get_json("/v1/checkpoint"));
  EXPECT_EQ(second.node().asked(), 0);
  EXPECT_EQ(running().get("/v1/blocks?from=999999").status, 204);
  EXPECT_EQ(running().get("/v1/blocks?from=0").status, 400);
}

// ---- issuers ----

std::set<std::string> kids_of(const json& jwks) {
  std::set<std::string> out;
  for (const auto& k : jwks["keys"]) out.insert(k["kid"].get<std::string>());
  return out;
}

TEST(IssuerRoutes, NamesExactlyTheKeysThatMayIssueThere) {
  auto& school = const_cast<test::School&>(issued_school());  // NOLINT: staff() only looks
  const auto jwks = running().get_json("/v1/orgs/" + std::string(test::School::school) + "/jwks");
  EXPECT_EQ(kids_of(jwks), (std::set<std::string>{base64url(school.staff("principal").key->id().view())}));
  for (const auto& k : jwks["keys"]) {
    EXPECT_EQ(k["alg"], "ES256K");
    EXPECT_FALSE(k.contains("d"));
  }
}

TEST(IssuerRoutes, MetadataCarriesTheIssuerOfTheCredential) {
  const auto org = std::string(test::School::school);
  const auto meta = running().get_json("/.well-known/jwt-vc-issuer/orgs/" + org);
  EXPECT_EQ(meta["issuer"], record::iss_url(issued_school().genesis(), org));
  EXPECT_EQ(meta["jwks"], running().get_json("/v1/orgs/" + org + "/jwks"));
  EXPECT_EQ(running().get("/.well-known/jwt-vc-issuer/orgs/khong-co").status, 404);
}

// ---- service ----

TEST(Service, SaysStartingUntilItHasCaughtUp) {
  FakeNode slow(issued_school());
  slow.hang();
  const auto url = slow.url();
  Running v(issued_school(), &url);
  EXPECT_FALSE(v.service().wait_ready(50ms));
  const auto r = v.post("/v1/verify", transcript());
  EXPECT_EQ(r.status, 503);
  EXPECT_EQ(code_of(r), "starting");
  EXPECT_TRUE(r.headers.get("Retry-After").has_value());
  const auto health = v.get("/healthz");
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(json::parse(health.body)["status"], "starting");
  EXPECT_EQ(v.get("/openapi.json").status, 200);
}

TEST(Service, HealthNamesALyingSource) {
  FakeNode liar(issued_school());
  liar.lie([](FakeNode::Served& s) { s.blocks[0].back() ^= 1; });
  const auto url = liar.url();
  Running v(issued_school(), &url);
  std::string status;
  for (const auto end = std::chrono::steady_clock::now() + patience;
       status != "source_lies" && std::chrono::steady_clock::now() < end;)
    status = json::parse(v.get("/healthz").body)["status"];
  EXPECT_EQ(status, "source_lies");
  EXPECT_EQ(v.get("/healthz").status, 503);
  EXPECT_NE(v.log().find("source_lies"), std::string::npos);
}

TEST(Service, HealthIsOkWhenItFollows) {
  const auto h = running().get_json("/healthz");
  EXPECT_EQ(h["status"], "ok");
  EXPECT_EQ(h["final_height"], issued_school().last_final().value);
}

TEST(Service, RefusesAGivenClockInALiveNetworkAndBadFiles) {
  Config c;
  c.node = "http://127.0.0.1:1";
  c.genesis = "/does/not/exist";
  const Log silent = [](std::string_view, std::string_view) {};
  EXPECT_EQ(Service::start(c, silent).error().code, "genesis_unreadable");
}

TEST(OpenApi, CoversEveryRouteAndNothingElse) {
  const auto doc = running().get_json("/openapi.json");
  std::set<std::string> described;
  for (const auto& [path, methods] : doc["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper;
      for (const char ch : method) upper += static_cast<char>(ch - 'a' + 'A');
      described.insert(upper + " " + path);
      EXPECT_TRUE(operation.contains("operationId")) << path;
    }
  }
  const auto& served = running().service().routes();
  EXPECT_EQ(described, std::set<std::string>(served.begin(), served.end()));
}

}  // namespace
}  // namespace stele::verifier
