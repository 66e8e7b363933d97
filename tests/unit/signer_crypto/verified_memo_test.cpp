#include "ledger/base/verified_memo.h"

#include <gtest/gtest.h>

#include <thread>

#include "ledger/base/hash.h"
#include "signer/sign.h"

namespace stele {
namespace {

signer::SigningKey some_key() {
  auto secret = signer::Secret<32>::from(sha256(as_bytes("k")).view());
  auto key = signer::SigningKey::from_secret(std::move(*secret));
  return std::move(*key);
}

struct Signed {
  signer::SigningKey key = some_key();
  Digest digest = sha256(as_bytes("text"));
  Signature signature = key.sign(digest);
  VerifyKey verify = key.public_key();
};

TEST(VerifiedMemo, RemembersOnlyWhatVerified) {
  const Signed s;
  VerifiedMemo memo(1'000);
  const VerifiedMemo::Scope scope(&memo);
  auto other = s.digest;
  other.bytes[0] ^= 1;
  EXPECT_FALSE(s.verify.verify(other, s.signature));
  EXPECT_EQ(memo.size(), 0U);
  EXPECT_TRUE(s.verify.verify(s.digest, s.signature));
  EXPECT_EQ(memo.size(), 1U);
  EXPECT_TRUE(s.verify.verify(s.digest, s.signature));
  EXPECT_FALSE(s.verify.verify(other, s.signature)) << "what is remembered is no pass for another digest";
  auto signature = s.signature;
  signature.bytes[40] ^= 1;
  EXPECT_FALSE(s.verify.verify(s.digest, signature)) << "nor for another signature";
  EXPECT_EQ(memo.size(), 1U);
}

TEST(VerifiedMemo, IsAskedOnlyInItsScopeAndOnItsThread) {
  const Signed s;
  VerifiedMemo memo(1'000);
  EXPECT_EQ(VerifiedMemo::current(), nullptr);
  {
    const VerifiedMemo::Scope outer(&memo);
    const VerifiedMemo::Scope inner(nullptr);
    EXPECT_TRUE(s.verify.verify(s.digest, s.signature));
    std::thread([] { EXPECT_EQ(VerifiedMemo::current(), nullptr); }).join();
  }
  EXPECT_EQ(memo.size(), 0U);
  EXPECT_EQ(VerifiedMemo::current(), nullptr);
}

TEST(VerifiedMemo, IsBounded) {
  VerifiedMemo memo(64);
  for (int i = 0; i < 10'000; ++i) memo.add(sha256(as_bytes(std::to_string(i))));
  EXPECT_LE(memo.size(), 64U);
  EXPECT_TRUE(memo.contains(sha256(as_bytes("9999"))));
}

}  // namespace
}  // namespace stele
