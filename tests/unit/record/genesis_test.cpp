#include "ledger/record/genesis.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using samples::public_key;

Genesis sample() {
  Genesis g;
  g.name = "vidu";
  g.base_url = "https://stele.example.vn/so";
  g.test = true;
  g.time = parse_utc("2026-01-05T00:00:00Z").value();
  g.root_quorum = 1;
  g.roots = {{samples::person(), public_key(0)}};
  g.orderers = {{"so-1", public_key(1)}};
  g.validators = {{"so-1", public_key(2)}};
  g.vaults = {{"kho-1", public_key(3)}};
  return g;
}

std::string verdict(const std::string& file) {
  const auto genesis = decode_genesis(file);
  return genesis ? "accepted" : samples::text(genesis.error());
}
std::string edited(std::string_view from, std::string_view to) {
  std::string file = encode_genesis(sample());
  const auto at = file.find(from);
  STELE_ASSERT(at != std::string::npos);
  return verdict(file.replace(at, from.size(), to));
}

TEST(Genesis, ComesBackAndNamesTheNetwork) {
  const std::string file = encode_genesis(sample());
  const auto g = decode_genesis(file);
  ASSERT_TRUE(g) << samples::text(g.error());
  EXPECT_EQ(encode_genesis(*g), file);
  EXPECT_EQ(g->digest, sha256(as_bytes(file)));
  EXPECT_EQ(g->net, "stele/vidu/" + hex(g->digest.view()).substr(0, 32));
  EXPECT_TRUE(g->test);
  EXPECT_EQ(g->time, sample().time);
  EXPECT_EQ(g->validators[0].id, "so-1");
  EXPECT_EQ(g->vaults[0].key, public_key(3));
}

TEST(Genesis, IsHashedAsItIs) {
  const std::string file = encode_genesis(sample());
  const auto g = decode_genesis(file), spaced = decode_genesis(file + " ");
  ASSERT_TRUE(g);
  ASSERT_TRUE(spaced);
  EXPECT_NE(g->net, spaced->net);
}

TEST(Genesis, MembersHaveBounds) {
  EXPECT_EQ(edited(R"("v":1)", R"("v":2)"), "wrong_version v");
  EXPECT_EQ(edited(R"("rules":1)", R"("rules":2)"), "rules_unknown rules");
  EXPECT_EQ(edited(R"("rules":1)", R"("rules":"1")"), "wrong_type rules");
  EXPECT_EQ(edited(R"("name":"vidu")", R"("name":"aaaaaaaaaaaaaaaaa")"), "out_of_bounds name");
  EXPECT_EQ(edited(R"("mode":"test")", R"("mode":"pilot")"), "bad_form mode");
  EXPECT_EQ(edited("https://", "http://"), "bad_url base_url");
  EXPECT_EQ(edited("2026-01-05T00:00:00Z", "2026-01-05T00:00:00+07:00"), "bad_form time");
  EXPECT_EQ(edited(R"("root_quorum":1)", R"("root_quorum":2)"), "out_of_bounds root_quorum");
  EXPECT_EQ(edited(R"("root_quorum":1)", R"("root_quorum":0)"), "out_of_bounds root_quorum");
  EXPECT_EQ(edited(R"("v":1)", R"("v":1,"x":0)"), "unknown_member x");
  EXPECT_EQ(verdict("{"), "bad_json genesis");
  EXPECT_EQ(verdict("[]"), "wrong_type genesis");
  EXPECT_EQ(verdict(encode_genesis(sample()) + std::string(65'536, ' ')), "too_large genesis");
}

TEST(Genesis, MayFillItsBound) {
  std::string file = encode_genesis(sample());
  file += std::string(65'536 - file.size(), ' ');
  EXPECT_EQ(verdict(file), "accepted");
  EXPECT_EQ(verdict(file + " "), "too_large genesis");
}

TEST(Genesis, IdsPersonsAndKeysStandOnce) {
  auto g = sample();
  g.vaults[0].key = g.roots[0].key;
  EXPECT_EQ(verdict(encode_genesis(g)), "repeated vaults[0].key");
  g = sample();
  g.validators.push_back({"so-1", public_key(3)});
  EXPECT_EQ(verdict(encode_genesis(g)), "repeated validators[1]");
  g = sample();
  g.roots.push_back({samples::person(), public_key(3)});
  EXPECT_EQ(verdict(encode_genesis(g)), "repeated roots[1]");
  g = sample();
  g.orderers[0].key = samples::filled<PublicKey>(9);
  EXPECT_EQ(verdict(encode_genesis(g)), "bad_key orderers[0].key");
}

TEST(Genesis, NoListIsEmpty) {
  for (const auto list : {&Genesis::orderers, &Genesis::validators, &Genesis::vaults}) {
    auto g = sample();
    (g.*list).clear();
    EXPECT_EQ(verdict(encode_genesis(g)).substr(0, 13), "out_of_bounds");
  }
  auto g = sample();
  g.roots.clear();
  EXPECT_EQ(verdict(encode_genesis(g)), "out_of_bounds roots");
}

TEST(Genesis, GivesTheUrlsThatAreSigned) {
  const auto g = sample();
  EXPECT_EQ(iss_url(g, "thpt-vi-du-1"), "https://stele.example.vn/so/orgs/thpt-vi-du-1");
  EXPECT_EQ(vct_url(g, Type::school_transfer), "https://stele.example.vn/so/vct/sd-jwt-vc-13/school-transfer/1");
  EXPECT_EQ(status_list_url(g, 2, 17), "https://stele.example.vn/so/status/2/17");
}

}  // namespace
}  // namespace stele::record
