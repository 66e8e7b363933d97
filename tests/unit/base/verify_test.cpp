#include "ledger/base/verify.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "tests/support/vectors.h"

namespace stele {
namespace {

template <class T>
T from_hex(std::string_view text) {
  const auto raw = unhex(text);
  return T::from(raw.value()).value();
}

/// Made with Python's cryptography 48: private keys 1, 2, 0x5354454c45 and 2^255 + 19; SHA-256 of the sorted JSON.
struct KnownKey {
  const char *x, *y, *thumbprint, *compressed;
};
constexpr KnownKey known_keys[] = {
    {"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
     "2JF8vg9etJzjFwZwmkvhBLLZ0bfMVVOPivYR5lFtcec",
     "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"},
    {"xgR_lEHtfW0wRUBulcB82Fx3jkuM7zynq6wJuVxwnuU", "GuFo_qY9wzmjxYQZRmzq7vf2MmUyZtDhI2QxqVDP5So",
     "GKeBJdbiPSiSZ8qwiPH8NBmmtrLcKCZ7gYOzX0hwzlM",
     "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"},
    {"TK5UJqRGICisHjRm9Qk9XoP3WEPSQKofm5y6eZJ2Wx4", "ppvRqZ1qbWvtTGgQYJ8dL5UUV4jujksYgmoWCdTYl_Q",
     "WKA96dfsVWhFFqUiFKmG1BS6JpFOIbu-_5sQgK692S8",
     "024cae5426a4462028ac1e3466f5093d5e83f75843d240aa1f9b9cba7992765b1e"},
    {"6P7pIuxx_njuBVC4KrRUk4cnfWK89uixb94EJ9FonsM", "HvJiT3ay44lQFfVy_WCGGv5T8i2I09cO3fe3jpNT4q0",
     "DTVn0E9b7pIioLypDj7JmoxU2Zxd3GrGj1qJdkGmpAI",
     "03e8fee922ec71fe78ee0550b82ab4549387277d62bcf6e8b16fde0427d1689ec3"}};

TEST(VerifyKey, HasTheThumbprintAndTheFormsThatAnotherLibraryGives) {
  for (const auto& known : known_keys) {
    const auto x = unbase64url(known.x).value(), y = unbase64url(known.y).value();
    const auto key = VerifyKey::from_coordinates(x, y);
    ASSERT_TRUE(key);
    EXPECT_EQ(base64url(key->thumbprint().view()), known.thumbprint);
    EXPECT_EQ(hex(key->compressed().view()), known.compressed);
    const auto again = VerifyKey::parse(key->compressed());
    ASSERT_TRUE(again);
    EXPECT_EQ(hex(again->coordinates()), hex(x) + hex(y));
    EXPECT_EQ(again->thumbprint(), key->thumbprint());
  }
}

TEST(VerifyKey, RefusesWhatIsNoPointOfTheCurve) {
  const auto x = unbase64url(known_keys[0].x).value(), y = unbase64url(known_keys[0].y).value();
  Bytes off = y;
  off.back() ^= 1;
  EXPECT_FALSE(VerifyKey::from_coordinates(x, off));
  EXPECT_FALSE(VerifyKey::from_coordinates(x, ByteView(y).first(31)));
  EXPECT_FALSE(VerifyKey::from_coordinates({}, {}));
  EXPECT_FALSE(VerifyKey::from_coordinates(Bytes(32, 0), Bytes(32, 0)));
  PublicKey key = from_hex<PublicKey>(known_keys[0].compressed);
  for (const int first : {0x00, 0x01, 0x04, 0x05, 0x06, 0x07, 0xff}) {
    key.bytes[0] = std::uint8_t(first);
    EXPECT_FALSE(VerifyKey::parse(key)) << first;
  }
  key = PublicKey{};
  key.bytes[0] = 2;
  key.bytes[32] = 5;  // x = 5 has no y on secp256k1
  EXPECT_FALSE(VerifyKey::parse(key));
}

TEST(VerifyKey, AgreesWithWycheproofSaveForHighS) {
  STELE_NEEDS_VECTORS();
  const auto file = nlohmann::json::parse(
      test::read_file(test::vectors_folder() / "wycheproof" / "ecdsa_secp256k1_sha256_p1363_test.json"));
  int valid = 0, valid_high_s = 0, total = 0;
  for (const auto& group : file["testGroups"]) {
    const auto point = unhex(group["publicKey"]["uncompressed"].get<std::string>()).value();
    ASSERT_EQ(point.size(), 65u);
    const auto key = VerifyKey::from_coordinates(ByteView(point).subspan(1, 32), ByteView(point).subspan(33));
    ASSERT_TRUE(key);
    for (const auto& t : group["tests"]) {
      const auto digest = sha256(unhex(t["msg"].get<std::string>()).value());
      const auto signature = Signature::from(unhex(t["sig"].get<std::string>()).value());
      const bool accepted = signature && key->verify(digest, *signature);
      const bool says_valid = t["result"] == "valid";
      const bool high_s = signature && !is_low_s(*signature);
      EXPECT_EQ(accepted, says_valid && !high_s) << t["tcId"] << " " << t["comment"];
      valid += says_valid ? 1 : 0;
      valid_high_s += says_valid && high_s ? 1 : 0;
      ++total;
    }
  }
  EXPECT_EQ(total, file["numberOfTests"]);
  EXPECT_EQ(valid, 167);
  EXPECT_EQ(valid_high_s, 72);
}

TEST(IsLowS, IsTrueUpToHalfTheOrderAndFalseAbove) {
  Signature signature;
  const auto put = [&](std::string_view s) {
    const auto raw = unhex(s).value();
    std::copy(raw.begin(), raw.end(), signature.bytes.begin() + 32);
  };
  put("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
  EXPECT_TRUE(is_low_s(signature));
  put("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1");
  EXPECT_FALSE(is_low_s(signature));
  put("0000000000000000000000000000000000000000000000000000000000000001");
  EXPECT_TRUE(is_low_s(signature));
  put("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
  EXPECT_FALSE(is_low_s(signature));
}

/// Made with Python's cryptography 48 over "stele" by the key 0x5354454c45.
struct KnownP256 {
  Bytes x = *unhex("bb0801dd8d0276a24bc129b1f9f5fb3ef0c69b73b2b56cb56e1b273ddd812210");
  Bytes y = *unhex("2829789c511a748128ba8a561a4002b76ded148fe669a9c683db10182b46a54d");
  Digest digest = sha256(as_bytes("stele"));
  std::string r = "873a89fa9f50d935f86934af501e246c176e75a6be46ca6d5ff451f944969957";
  Signature low = from_hex<Signature>(r + "2d1cd36b7c2059241349a578f8456fc105b24ede2fdc33c89fb328725c3a5624");
  Signature high = from_hex<Signature>(r + "d2e32c9383dfa6dcecb65a8707ba903eb734abcf773b6abc5406a250a028cf2d");
};

TEST(VerifyP256, AcceptsALowSSignatureOnly) {
  const KnownP256 k;
  EXPECT_TRUE(verify_p256(k.x, k.y, k.digest, k.low));
  EXPECT_FALSE(verify_p256(k.x, k.y, k.digest, k.high));
}

TEST(VerifyP256, RefusesAnyChangedPart) {
  const KnownP256 k;
  for (std::size_t i = 0; i < 64; ++i) {
    Signature changed = k.low;
    changed.bytes[i] ^= 1;
    EXPECT_FALSE(verify_p256(k.x, k.y, k.digest, changed)) << i;
  }
  EXPECT_FALSE(verify_p256(k.x, k.y, sha256(as_bytes("stelf")), k.low));
  EXPECT_FALSE(verify_p256(k.y, k.x, k.digest, k.low));
  EXPECT_FALSE(verify_p256(ByteView(k.x).first(31), k.y, k.digest, k.low));
  EXPECT_FALSE(verify_p256({}, {}, k.digest, k.low));
  EXPECT_FALSE(verify_p256(k.x, k.y, k.digest, Signature{}));
}

}  // namespace
}  // namespace stele
