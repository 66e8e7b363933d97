#include "signer/sign.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "signer/random.h"

namespace stele::signer {
namespace {

static_assert(!std::is_copy_constructible_v<SigningKey> && !std::is_copy_assignable_v<SigningKey>);
static_assert(std::is_move_constructible_v<SigningKey>);

Result<SigningKey> key_from(const std::string& hex_text) {
  return SigningKey::from_secret(std::move(*Secret<32>::from(*unhex(hex_text))));
}
const std::string one = std::string(62, '0') + "01";
const std::string order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const std::string order_minus_one = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";

std::string sign_text(const std::string& key, std::string_view text) {
  return hex(key_from(key)->sign(sha256(as_bytes(text))).view());
}

// The vectors that implementations of RFC 6979 for secp256k1 share.
TEST(SigningKey, SignsDeterministicallyAsRfc6979Says) {
  EXPECT_EQ(sign_text(one, "Satoshi Nakamoto"),
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
            "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
  EXPECT_EQ(sign_text(one, "All those moments will be lost in time, like tears in rain. Time to die..."),
            "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
            "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21");
  EXPECT_EQ(sign_text(order_minus_one, "Satoshi Nakamoto"),
            "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0"
            "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5");
}

TEST(SigningKey, SignaturesVerifyAndAreLowS) {
  for (int k = 0; k < 10; ++k) {
    const auto key = SigningKey::generate();
    for (int i = 0; i < 200; ++i) {
      const auto digest = random_fixed<Digest>();
      const auto signature = key.sign(digest);
      ASSERT_TRUE(is_low_s(signature));
      ASSERT_TRUE(key.public_key().verify(digest, signature));
    }
  }
}

TEST(SigningKey, ASignatureHoldsForOneDigestAndOneKeyOnly) {
  const auto key = SigningKey::generate();
  const auto other = SigningKey::generate();
  const auto digest = sha256(as_bytes("bảng điểm"));
  const auto signature = key.sign(digest);
  EXPECT_FALSE(key.public_key().verify(sha256(as_bytes("bảng điểm khác")), signature));
  EXPECT_FALSE(other.public_key().verify(digest, signature));
  EXPECT_NE(key.id(), other.id());
}

TEST(SigningKey, RefusesSecretsOutsideTheGroup) {
  EXPECT_EQ(key_from(std::string(64, '0')).error().code, "secret_key_invalid");
  EXPECT_EQ(key_from(order).error().code, "secret_key_invalid");
  EXPECT_EQ(key_from(std::string(64, 'f')).error().code, "secret_key_invalid");
  EXPECT_TRUE(key_from(order_minus_one));
}

TEST(SigningKey, HasTheKnownPublicKeyOfSecretOne) {
  EXPECT_EQ(hex(key_from(one)->public_key().compressed().view()),
            "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
}

TEST(SigningKey, SignsOnManyThreadsAtOnce) {
  const auto key = SigningKey::generate();
  const auto digest = sha256(as_bytes("x"));
  const auto expected = key.sign(digest);
  std::vector<Signature> made(8);
  std::vector<std::thread> threads;
  threads.reserve(made.size());
  for (auto& slot : made) threads.emplace_back([&] { slot = key.sign(digest); });
  for (auto& t : threads) t.join();
  for (const auto& s : made) EXPECT_EQ(s, expected);
}

}  // namespace
}  // namespace stele::signer
