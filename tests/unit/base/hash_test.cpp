#include "ledger/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>
#include <vector>

#include "ledger/base/encoding.h"
#include "tests/support/vectors.h"

namespace stele {
namespace {

TEST(Sha256, GivesTheDigestsOfFips180) {
  EXPECT_EQ(hex(sha256(ByteView{}).view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(as_bytes("abc")).view()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const std::string million(1000000, 'a');
  EXPECT_EQ(hex(sha256(as_bytes(million)).view()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfPartsIsThatOfTheirConcatenation) {
  std::mt19937_64 random(2);
  std::string text(300, '\0');
  for (auto& c : text) c = char(random());
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto a = as_bytes(text).first(cut), b = as_bytes(text).subspan(cut);
    ASSERT_EQ(sha256({a, {}, b}), sha256(as_bytes(text))) << cut;
  }
}

TEST(Sha256, OfManyPartsIsThatOfTheirConcatenation) {
  std::mt19937_64 random(3);
  for (const std::size_t size : {2047U, 2048U, 2049U, 4096U, 10'000U}) {
    std::string text(size, '\0');
    for (auto& c : text) c = char(random());
    std::vector<ByteView> parts;
    for (ByteView rest = as_bytes(text); !rest.empty();) {
      const auto n = std::min<std::size_t>(rest.size(), random() % 3000);
      parts.push_back(rest.first(n));
      rest = rest.subspan(n);
    }
    ASSERT_EQ(sha256(parts), sha256(as_bytes(text))) << size;
  }
}

TEST(Sha256, WorksOnManyThreadsAtOnce) {
  const Digest expected = sha256(as_bytes("abc"));
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (std::size_t t = 0; t < right.size(); ++t)
    threads.emplace_back([&, t] {
      bool all = true;
      for (int i = 0; i < 1000; ++i) all = all && sha256({as_bytes("a"), as_bytes("bc")}) == expected;
      right[t] = all;
    });
  for (auto& thread : threads) thread.join();
  for (const bool r : right) EXPECT_TRUE(r);
}

TEST(TaggedHash, SeparatesTagAndContentByNul) {
  using namespace std::string_view_literals;
  EXPECT_EQ(tagged_hash("stele/v1/vote", as_bytes("x")), sha256(as_bytes("stele/v1/vote\0x"sv)));
  EXPECT_NE(tagged_hash("ab", as_bytes("c")), tagged_hash("a", as_bytes("bc")));
}

TEST(HmacSha256, AgreesWithWycheproof) {
  STELE_NEEDS_VECTORS();
  const auto file =
      nlohmann::json::parse(test::read_file(test::vectors_folder() / "wycheproof" / "hmac_sha256_test.json"));
  std::size_t tests = 0;
  for (const auto& group : file["testGroups"])
    for (const auto& t : group["tests"]) {
      const auto key = unhex(t["key"].get<std::string>()), msg = unhex(t["msg"].get<std::string>());
      ASSERT_TRUE(key && msg);
      const std::string full = hex(hmac_sha256(*key, {*msg}).view());
      const std::string tag = full.substr(0, group["tagSize"].get<std::size_t>() / 4);  // bits to hex digits
      EXPECT_EQ(tag == t["tag"], t["result"] == "valid") << t["tcId"];
      ++tests;
    }
  EXPECT_EQ(tests, file["numberOfTests"]);
}

TEST(HmacSha256, OfPartsIsThatOfTheirConcatenation) {
  EXPECT_EQ(hmac_sha256(as_bytes("key"), {as_bytes("a"), {}, as_bytes("bc")}),
            hmac_sha256(as_bytes("key"), {as_bytes("abc")}));
}

}  // namespace
}  // namespace stele
