// `POST /v1/records` and what anybody may ask: each answer of docs/http-api.md, produced.
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/verdict/verdict.h"
#include "node/app/admission.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;

std::string b64u(const RecordId& id) {
  return base64url(id.view());
}

class Records : public TestNode {
 protected:
  void SetUp() override { start(); }
  void problem(const http::Response& r, int status, const std::string& code) {
    EXPECT_EQ(r.status, status) << r.body;
    const auto v = parse(r.body);
    EXPECT_EQ(text(v, "code"), code);
    EXPECT_NE(text(v, "vi"), "");
    EXPECT_NE(text(v, "en"), "");
    EXPECT_EQ(number(v, "status"), static_cast<std::uint64_t>(status));
  }
  void refused(const Value& result, const std::string& code) {
    EXPECT_EQ(text(result, "status"), "refused") << json::write(result);
    const auto* e = result.find("error");
    ASSERT_NE(e, nullptr);
    EXPECT_EQ(text(*e, "code"), code) << json::write(result);
    EXPECT_NE(text(*e, "vi"), "");
  }
  std::string department() {
    record::Org o;
    o.org = School::office;
    o.kind = "department";
    o.name = "Sở Ví Dụ";
    return sign(school_.root(0), Type::org, o);
  }
};

TEST_F(Records, AreFinalWhenTheAnswerSaysSo) {
  const auto r = submit({{department()}}).at(0);
  EXPECT_EQ(text(r, "status"), "final");
  EXPECT_EQ(number(r, "index"), 0U);
  EXPECT_EQ(number(r, "height"), 1U);
  const auto v = parse(get("/v1/records/" + text(r, "id")).body);
  EXPECT_EQ(text(v, "type"), "org");
  EXPECT_EQ(text(v, "status"), "pending");  // the second root has not signed yet
  ASSERT_NE(v.find("final"), nullptr);
  EXPECT_TRUE(v.find("final")->boolean());
}

TEST_F(Records, OnesThatComeAsLinesAreTakenAlike) {
  const auto jws = department();
  const auto r = post("/v1/records", jws + "\nnot a record\n", "application/jose-lines");
  ASSERT_EQ(r.status, 200) << r.body;
  const auto v = parse(r.body);
  const auto& results = items(v, "results");
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(text(results[0], "status"), "final");
  refused(results[1], "bad_envelope");
}

TEST_F(Records, EachRefusalHasItsReasonAndItsPlace) {
  found();
  const auto results =
      submit({{"x"},
              {sign("newcomer", Type::document, record::Document{std::string(School::school), "minutes", {Digest{}}})},
              {sign("teacher", Type::document, record::Document{std::string(School::school), "minutes", {Digest{}}})},
              {sign("clerk", Type::document, record::Document{std::string(School::school), "song", {Digest{}}})},
              {sign("clerk", Type::document, record::Document{std::string(School::school), "minutes", {Digest{}}})}});
  refused(results.at(0), "bad_envelope");
  refused(results.at(1), "unknown_key");
  refused(results.at(2), "no_authority");
  refused(results.at(3), "unknown_kind");
  EXPECT_EQ(text(results.at(4), "status"), "final");
}

TEST_F(Records, AForgedSignatureIsRefused) {
  auto jws = department();
  jws[jws.size() - 5] = jws[jws.size() - 5] == 'A' ? 'B' : 'A';
  refused(submit({{jws}}).at(0), "bad_signature");
}

TEST_F(Records, ARecordThatComesTwiceIsFinalTwice) {
  const auto jws = department();
  const auto first = submit({{jws}}).at(0);
  const auto again = submit({{jws}}).at(0);
  EXPECT_EQ(text(again, "status"), "final");
  EXPECT_EQ(number(again, "index"), number(first, "index"));
  EXPECT_EQ(again.find("jws"), nullptr);
}

TEST_F(Records, ADuplicateInOneRequestIsFinalToo) {
  const auto jws = department();
  const auto results = submit({{jws}, {jws}});
  EXPECT_EQ(text(results.at(1), "status"), "final") << json::write(results.at(1));
  EXPECT_EQ(number(results.at(0), "index"), number(results.at(1), "index"));
}

TEST_F(Records, TheSameRecordUnderAnotherSignatureGetsTheStoredOne) {
  const auto jws = department();
  submit({{jws}});
  // The same signing input with another signature is the same record.
  auto other = jws;
  other[other.size() - 10] = other[other.size() - 10] == 'A' ? 'B' : 'A';
  const auto again = submit({{other}}).at(0);
  EXPECT_EQ(text(again, "status"), "final");
  EXPECT_EQ(text(again, "jws"), jws);
}

TEST_F(Records, WithoutWaitingTheAnswerIsPending) {
  const auto jws = department();
  const auto r = post("/v1/records?wait=none", body_of({{jws}}));
  ASSERT_EQ(r.status, 200);
  const auto v = parse(r.body);
  const auto& one = items(v, "results").at(0);
  EXPECT_EQ(text(one, "status"), "pending");
  const auto id = text(one, "id");
  EXPECT_EQ(id, b64u(record::record_id(record::open_envelope(jws)->signing_input)));
  // First unknown (404), for a moment judged but not stored (409), then there.
  for (int i = 0; i < 500 && get("/v1/records/" + id).status != 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(get("/v1/records/" + id).status, 200);
}

TEST_F(Records, ASheetNeedsItsPayloadOnce) {
  found();
  const auto list = class_list();
  refused(submit({{list.jws}}).at(0), "payload_missing");
  EXPECT_EQ(text(submit({list}).at(0), "status"), "final");
  // Retried without it, as after a lost answer: it is there already.
  EXPECT_EQ(text(submit({{list.jws}}).at(0), "status"), "final");
  EXPECT_EQ(text(submit({list}).at(0), "status"), "final");
}

TEST_F(Records, ThePayloadOfAnotherSheetIsRefused) {
  found();
  const auto a = class_list();
  const auto b = class_list();
  refused(submit({{a.jws, b.payload}}).at(0), "payload_root");
}

TEST_F(Records, APayloadIsNotOpenedForWhoHasNoAuthority) {
  found();
  auto list = class_list();
  const auto decoded = record::decode(list.jws);
  ASSERT_TRUE(decoded);
  // The payload is broken as well; authority is what the answer names, so it was judged first.
  refused(submit({{sign("teacher", Type::class_list, decoded->body), R"({"rows":[]})"}}).at(0), "no_authority");
}

TEST_F(Records, MalformedRequestsAre400) {
  problem(post("/v1/records", "{"), 400, "json_syntax");
  problem(post("/v1/records", "{}"), 400, "bad_request");
  problem(post("/v1/records?wait=maybe", body_of({{"a"}})), 400, "bad_request");
  problem(get("/v1/records/short"), 400, "bad_request");
  problem(get("/v1/blocks?from=x"), 400, "bad_request");
  problem(get("/v1/blocks?from=0"), 400, "bad_request");
  problem(get("/v1/blocks"), 400, "bad_request");
}

TEST_F(Records, OtherStatusesOfTheTable) {
  problem(get("/v1/records/" + std::string(43, 'A')), 404, "not_found");
  problem(get("/v1/records/" + std::string(43, 'A') + "/history"), 404, "not_found");
  EXPECT_EQ(get("/v1/nothing").status, 404);
  EXPECT_EQ(get("/v1/pickup").status, 405);
  problem(get("/v1/policy"), 404, "not_found");
  problem(get("/v1/orgs/nobody"), 404, "not_found");
  problem(get("/v1/proofs/inclusion?index=0&size=1"), 409, "not_final_yet");
  problem(get("/v1/proofs/consistency?from=0&to=1"), 409, "not_final_yet");
  problem(get("/v1/status?index=0"), 404, "not_found");
  problem(post("/v1/records", "<records/>", "text/xml"), 415, "unsupported_media_type");
  std::string lines;
  for (std::size_t i = 0; i <= app::records_per_request_max; ++i) lines += "a\n";
  problem(post("/v1/records", lines, "application/jose-lines"), 413, "too_many");
  EXPECT_EQ(post("/v1/records", std::string(17 << 20, ' ')).status, 413);
}

TEST_F(Records, AReceiptProvesTheRecordOffline) {
  const auto id = text(submit({{department()}}).at(0), "id");
  const auto r = get("/v1/records/" + id + "/receipt");
  ASSERT_EQ(r.status, 200) << r.body;
  const auto v = verdict::judge_receipt(school_.genesis(), r.body, {});
  EXPECT_EQ(v.outcome, verdict::Outcome::change_pending) << json::write(verdict::to_json(v));
  EXPECT_EQ(v.id ? b64u(*v.id) : "", id);
}

TEST_F(Records, ProofsLeadToTheCheckpoint) {
  found();
  const auto c = parse(get("/v1/checkpoint").body);
  const auto checkpoint = log::parse_checkpoint(text(c, "text"));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(log::hash_of(text(c, "text")), *fixed_from_base64url<HeaderHash>(text(c, "hash")));
  const auto size = std::to_string(checkpoint->size);
  const auto path_of = [&](const std::string& target) {
    log::MerklePath path;
    const auto v = parse(get(target).body);
    for (const auto& d : items(v, "path")) path.push_back(*fixed_from_base64url<Digest>(d.string()));
    return path;
  };
  const auto policy = parse(get("/v1/policy").body);
  const auto about = parse(get("/v1/records/" + text(policy, "id")).body);
  const auto index = number(about, "index");
  EXPECT_TRUE(log::verify_inclusion(record::leaf_hash(text(about, "jws")), index, checkpoint->size,
                                    path_of("/v1/proofs/inclusion?index=" + std::to_string(index) + "&size=" + size),
                                    checkpoint->log_root));
  const auto status = parse(get("/v1/status?index=" + std::to_string(index)).body);
  EXPECT_EQ(text(status, "status"), "valid");
  const auto under = log::parse_checkpoint(text(status, "checkpoint"));
  ASSERT_TRUE(under);
  log::MerklePath path;
  for (const auto& d : items(status, "path")) path.push_back(*fixed_from_base64url<Digest>(d.string()));
  EXPECT_EQ(log::verify_status({index}, under->size, *unbase64url(text(status, "leaf")), path, under->status),
            log::Status::valid);
}

TEST_F(Records, StatusCanBeAskedForAnEarlierHeight) {
  const auto id = text(submit({{department()}}).at(0), "id");
  submit({{sign(school_.root(1), Type::approve,
                record::SecondSignature{"root", "root", {*fixed_from_base64url<RecordId>(id)}})}});
  EXPECT_EQ(text(parse(get("/v1/status?index=0").body), "status"), "valid");
  EXPECT_EQ(text(parse(get("/v1/status?index=0&height=1").body), "status"), "suspended");
  problem(get("/v1/status?index=0&height=999999"), 409, "not_final_yet");
}

TEST_F(Records, BlocksOfAFollowerApplyToAChainOfItsOwn) {
  EXPECT_EQ(get("/v1/blocks?from=1000").status, 204);
  found();
  const auto r = get("/v1/blocks?from=1");
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(r.content_type, "application/octet-stream");
  const std::string_view body = r.body;
  ASSERT_EQ(body.substr(0, 5), std::string_view("STLS\x01", 5));
  const auto u32 = [&](std::size_t at) {
    std::uint32_t n = 0;
    for (std::size_t i = 0; i < 4; ++i) n = n << 8U | static_cast<std::uint8_t>(body.at(at + i));
    return n;
  };
  rules::Chain chain(school_.genesis());
  std::size_t at = 9;
  for (std::uint32_t n = u32(5); n > 0; --n) {
    const auto size = u32(at);
    const auto block = log::decode_block(as_bytes(body.substr(at + 4, size)));
    ASSERT_TRUE(block);
    ASSERT_TRUE(chain.apply(*block, rules::Chain::Signatures::check));
    at += 4 + size;
  }
  const auto qc = log::decode_qc(as_bytes(body.substr(at + 4, u32(at))));
  ASSERT_TRUE(qc);
  EXPECT_TRUE(log::check_qc(*qc, chain.head_hash(), *chain.signers()));
  EXPECT_EQ(at + 4 + u32(at), body.size());
}

TEST_F(Records, TheNetworkTellsWhatAClientNeeds) {
  const auto v = parse(get("/v1/network").body);
  EXPECT_EQ(text(v, "net"), school_.genesis().net);
  EXPECT_EQ(text(v, "mode"), "test");
  EXPECT_EQ(text(v, "vault"), "kho-0");
  EXPECT_EQ(text(v, "node"), "nut-0");
  EXPECT_EQ(number(v, "vault_number"), 0U);
  EXPECT_EQ(text(v, "now"), "2026-01-05T00:00:00Z");
  EXPECT_EQ(get("/v1/genesis").body, school_.genesis_file());
}

TEST_F(Records, HealthAndMetricsTellOfTheNode) {
  submit({{department()}});
  const auto health = get("/healthz");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(text(parse(health.body), "status"), "ok");
  const auto metrics = get("/metrics").body;
  EXPECT_NE(metrics.find("stele_records_total{outcome=\"final\"} 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("stele_log_records 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("route=\"POST /v1/records\",status=\"200\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace stele::test
