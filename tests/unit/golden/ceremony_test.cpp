// The files of a founding ceremony against the golden vectors.
#include "signer/sign.h"
#include "tests/unit/golden/golden.h"
#include "wallet-cli/cli/ceremony_files.h"

namespace stele::test {
namespace {

using namespace cli::ceremony;
using signer::SigningKey;

SigningKey key_of(const Json& hex_text) {
  auto secret = signer::Secret<32>::from(from_hex(hex_text));
  EXPECT_TRUE(secret);
  auto key = SigningKey::from_secret(std::move(*secret));
  EXPECT_TRUE(key);
  return std::move(*key);
}

/// A plan, its halves in the order of the vectors, and the genesis that they give.
struct Held {
  explicit Held(const Json& v) : plan(read_plan(text(v.at("plan"))).value()) {
    for (const Json& h : v.at("halves")) halves.push_back({text(h.at("who")), read_half(text(h.at("file"))).value()});
    genesis = record::decode_genesis(text(v.at("genesis"))).value();
  }
  Plan plan;
  std::vector<cli::ceremony::NamedHalf> halves;
  record::Genesis genesis;
};

TEST(GoldenCeremony, FilesAreReadWrittenAndSignedAlike) {
  int seen = 0;
  for (const Json& v : golden("ceremony").at("held")) {
    const Held held(v);
    EXPECT_EQ(write_plan(held.plan), text(v.at("plan")));
    EXPECT_EQ(held.plan.digest, fixed_hex<Digest>(v.at("plan_digest")));
    EXPECT_EQ(held.plan.rehearsal, seen != 0);
    for (std::size_t i = 0; i < held.halves.size(); ++i, ++seen) {
      const Json& told = v.at("halves")[i];
      const Half& half = held.halves[i].half;
      EXPECT_EQ(role_name(half.role), text(told.at("role")));
      EXPECT_EQ(half.who, text(told.at("who")));
      EXPECT_EQ(write_half(half), text(told.at("file")));
      EXPECT_EQ(half_digest(half), fixed_hex<Digest>(told.at("digest")));
      const auto key = key_of(told.at("private_key"));
      EXPECT_EQ(key.public_key().compressed(), half.key);
      EXPECT_EQ(key.sign(half_digest(half)), half.proof);  // RFC 6979 leaves no choice
      EXPECT_TRUE(check_half(held.plan, half)) << half.who;
    }
    for (const Json& m : v.at("minutes")) {
      const auto minutes = read_minutes(text(m.at("file")));
      ASSERT_TRUE(minutes) << minutes.error().en;
      EXPECT_EQ(write_minutes(*minutes), text(m.at("file")));
      EXPECT_EQ(minutes_digest(minutes->plan, minutes->genesis), fixed_hex<Digest>(v.at("minutes_digest")));
      EXPECT_EQ(key_of(m.at("private_key")).sign(minutes_digest(minutes->plan, minutes->genesis)), minutes->signature);
      const auto root = check_minutes(held.plan, held.genesis, *minutes);
      ASSERT_TRUE(root) << root.error().en;
      EXPECT_EQ(held.genesis.roots[*root].person, text(m.at("who")));
    }
  }
  EXPECT_EQ(seen, 18);
}

TEST(GoldenCeremony, TheGenesisFollowsFromPlanAndKeysInWhateverOrderTheyCome) {
  for (const Json& v : golden("ceremony").at("held")) {
    Held held(v);
    std::vector<std::string> as_given, as_sorted;
    for (int round = 0; round < 2; ++round) {
      const auto g = assemble(held.plan, held.halves);
      ASSERT_TRUE(g) << g.error().front().en;
      EXPECT_EQ(record::encode_genesis(*g), text(v.at("genesis")));
      std::reverse(held.halves.begin(), held.halves.end());
    }
    EXPECT_EQ(held.genesis.digest, fixed_hex<Digest>(v.at("genesis_digest")));
    EXPECT_EQ(held.genesis.net, text(v.at("net")));
    EXPECT_TRUE(check_follows(held.plan, held.genesis));
    // Else these vectors would not show that roots are sorted.
    for (std::size_t i = 0; i < held.genesis.roots.size(); ++i) as_given.push_back(held.halves[i].half.who);
    for (const auto& r : held.genesis.roots) as_sorted.push_back(r.person);
    EXPECT_NE(as_given, as_sorted);
  }
}

TEST(GoldenCeremony, NothingOfTheRehearsalCountsInTheRealOne) {
  const Json& vectors = golden("ceremony").at("held");
  const Held real(vectors[0]), rehearsed(vectors[1]);
  for (const auto& h : rehearsed.halves) EXPECT_EQ(check_half(real.plan, h.half).error().code, "file_other_plan");
  for (const auto& h : real.halves) EXPECT_EQ(check_half(rehearsed.plan, h.half).error().code, "file_other_plan");
  EXPECT_EQ(check_follows(real.plan, rehearsed.genesis).error().code, "genesis_not_of_plan");
}

template <class Read>
void expect_refused(const std::string& list, std::size_t least, Read read) {
  const Json& cases = golden("ceremony").at(list);
  EXPECT_GE(cases.size(), least);
  for (const Json& v : cases) EXPECT_FALSE(read(text(v.at("file")))) << list << ": " << text(v.at("name"));
}

TEST(GoldenCeremony, WhatHasAnotherFormIsRefused) {
  expect_refused("refused_plans", 40, read_plan);
  expect_refused("refused_halves", 20, read_half);
  expect_refused("refused_minutes", 15, read_minutes);
}

TEST(GoldenCeremony, WhatIsWellFormedAndFalseIsRefusedWithItsReason) {
  const Held held(golden("ceremony").at("held")[0]);
  for (const Json& v : golden("ceremony").at("false_halves")) {
    const auto half = read_half(text(v.at("file")));
    ASSERT_TRUE(half) << text(v.at("name"));
    const auto checked = check_half(held.plan, *half);
    EXPECT_EQ(checked ? "taken" : checked.error().code, text(v.at("code"))) << text(v.at("name"));
  }
  for (const Json& v : golden("ceremony").at("false_minutes")) {
    const auto minutes = read_minutes(text(v.at("file")));
    ASSERT_TRUE(minutes) << text(v.at("name"));
    const auto checked = check_minutes(held.plan, held.genesis, *minutes);
    EXPECT_EQ(checked ? "taken" : checked.error().code, text(v.at("code"))) << text(v.at("name"));
  }
}

}  // namespace
}  // namespace stele::test
