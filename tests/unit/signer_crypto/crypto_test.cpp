#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/base/encoding.h"
#include "signer/aead.h"
#include "signer/random.h"
#include "signer/scrypt.h"
#include "tests/support/vectors.h"

namespace stele::signer {
namespace {

Bytes from_hex(const std::string& text) {
  auto out = unhex(text);
  STELE_ASSERT(out.has_value());
  return *out;
}

nlohmann::json wycheproof(const std::string& file) {
  return nlohmann::json::parse(test::read_file(test::vectors_folder() / "wycheproof" / file));
}

// --- AES-256-GCM
// --------------------------------------------------------------------------------------------------------

void check_gcm_case(const nlohmann::json& t) {
  SCOPED_TRACE("tcId " + t.at("tcId").dump());
  const auto key = AeadKey::from(from_hex(t.at("key")));
  const auto nonce = AeadNonce::from(from_hex(t.at("iv")));
  ASSERT_TRUE(key && nonce);
  const Bytes aad = from_hex(t.at("aad"));
  const Bytes plain = from_hex(t.at("msg"));
  const Bytes sealed = from_hex(t.at("ct").get<std::string>() + t.at("tag").get<std::string>());

  const auto opened = open(*key, *nonce, aad, sealed);
  const auto secret = open_secret(*key, *nonce, aad, sealed);
  const bool valid = t.at("result") == "valid";
  ASSERT_EQ(opened.has_value(), valid);
  ASSERT_EQ(secret.has_value(), valid);
  if (!valid) return;
  EXPECT_EQ(*opened, plain);
  EXPECT_TRUE(equal_constant_time(secret->view(), plain));
  EXPECT_EQ(seal(*key, *nonce, aad, plain), sealed);
}

TEST(Aead, AgreesWithWycheproof) {
  STELE_NEEDS_VECTORS();
  std::size_t checked = 0;
  std::size_t other_sizes = 0;
  const auto file = wycheproof("aes_gcm_test.json");
  for (const auto& group : file.at("testGroups")) {
    const bool ours = group.at("keySize") == 256 && group.at("ivSize") == 96 && group.at("tagSize") == 128;
    (ours ? checked : other_sizes) += group.at("tests").size();
    if (!ours) continue;
    for (const auto& t : group.at("tests")) check_gcm_case(t);
  }
  std::cout << checked << " cases of AES-256-GCM with our sizes checked, " << other_sizes << " of other sizes not\n";
  EXPECT_EQ(checked, 66U);
  EXPECT_EQ(other_sizes, 250U);
}

TEST(Aead, RefusesEveryAlteredBit) {
  const auto key = random_secret<32>();
  const auto nonce = random_fixed<AeadNonce>();
  const Bytes aad{1, 2, 3};
  const Bytes sealed = seal(key, nonce, aad, Bytes{4, 5, 6, 7});
  ASSERT_EQ(sealed.size(), 4 + aead_tag_size);
  ASSERT_EQ(*open(key, nonce, aad, sealed), (Bytes{4, 5, 6, 7}));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes altered = sealed;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(open(key, nonce, aad, altered)) << bit;
  }
  EXPECT_FALSE(open(key, nonce, Bytes{1, 2}, sealed));
  EXPECT_FALSE(open(random_secret<32>(), nonce, aad, sealed));
  EXPECT_FALSE(open(key, random_fixed<AeadNonce>(), aad, sealed));
  EXPECT_EQ(open(key, nonce, {}, sealed).error().code, "not_authentic");
}

TEST(Aead, RefusesTextShorterThanATag) {
  const auto key = random_secret<32>();
  const AeadNonce nonce{};
  for (std::size_t size = 0; size < aead_tag_size; ++size) {
    EXPECT_EQ(open(key, nonce, {}, Bytes(size)).error().code, "not_authentic");
    EXPECT_EQ(open_secret(key, nonce, {}, Bytes(size)).error().code, "not_authentic");
  }
  EXPECT_EQ(open(key, nonce, {}, seal(key, nonce, {}, {}))->size(), 0U);  // the empty text is text
}

// --- HKDF
// ---------------------------------------------------------------------------------------------------------------

TEST(Hkdf, AgreesWithWycheproof) {
  STELE_NEEDS_VECTORS();
  std::size_t checked = 0;
  const auto file = wycheproof("hkdf_sha256_test.json");
  for (const auto& group : file.at("testGroups")) {
    for (const auto& t : group.at("tests")) {
      SCOPED_TRACE("tcId " + t.at("tcId").dump());
      ++checked;
      Bytes out(t.at("size").get<std::size_t>());
      const auto done = hkdf_sha256(from_hex(t.at("ikm")), from_hex(t.at("salt")), from_hex(t.at("info")), out);
      ASSERT_EQ(done.has_value(), t.at("result") == "valid");
      if (done) {
        EXPECT_EQ(hex(out), t.at("okm"));
      }
    }
  }
  EXPECT_EQ(checked, 86U);
}

// RFC 5869, appendix A.1 and A.3.
TEST(Hkdf, AgreesWithItsRfc) {
  const auto a1 =
      derive_secret<42>(Bytes(22, 0x0b), from_hex("000102030405060708090a0b0c"), from_hex("f0f1f2f3f4f5f6f7f8f9"));
  EXPECT_EQ(hex(a1.view()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  const auto a3 = derive_secret<42>(Bytes(22, 0x0b), {}, {});
  EXPECT_EQ(hex(a3.view()), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, RefusesMoreThanItCanDerive) {
  Bytes out(hkdf_bytes_max);
  EXPECT_TRUE(hkdf_sha256(Bytes(32), {}, {}, out));
  out.push_back(0);
  EXPECT_EQ(hkdf_sha256(Bytes(32), {}, {}, out).error().code, "hkdf_too_long");
}

// --- scrypt
// -------------------------------------------------------------------------------------------------------------

// RFC 7914, section 12. Its keys have 64 bytes; the first 32 of them are the key of 32 bytes.
TEST(Scrypt, AgreesWithItsRfcWhereTheParametersAreAllowed) {
  const auto light = scrypt(as_bytes("pleaseletmein"), as_bytes("SodiumChloride"), {.log2n = 14, .r = 8, .p = 1});
  ASSERT_TRUE(light);
  EXPECT_EQ(hex(light->view()), "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
  const auto heavy = scrypt(as_bytes("pleaseletmein"), as_bytes("SodiumChloride"), {.log2n = 20, .r = 8, .p = 1});
  ASSERT_TRUE(heavy) << "this vector takes 1 GiB";
  EXPECT_EQ(hex(heavy->view()), "2101cb9b6a511aaeaddbbe09cf70f881ec568d574a2ffd4dabe5ee9820adaa47");
}

TEST(Scrypt, RefusesWeakAndExhaustingParameters) {
  const auto refused = [](const ScryptParams& q) {
    auto out = scrypt(as_bytes("p"), as_bytes("s"), q);
    return !out && out.error().code == "scrypt_params";
  };
  // The other two vectors of RFC 7914: N = 16 and N = 1024.
  EXPECT_TRUE(refused({.log2n = 4, .r = 1, .p = 1}));
  EXPECT_TRUE(refused({.log2n = 10, .r = 8, .p = 16}));
  EXPECT_TRUE(refused({.log2n = 13}));
  EXPECT_TRUE(refused({.log2n = 21, .r = 1}));
  EXPECT_TRUE(refused({.log2n = 64}));
  EXPECT_TRUE(refused({.log2n = 0}));
  EXPECT_TRUE(refused({.r = 0}));
  EXPECT_TRUE(refused({.r = 17}));
  EXPECT_TRUE(refused({.p = 0}));
  EXPECT_TRUE(refused({.p = 5}));
  EXPECT_TRUE(refused({.log2n = 20, .r = 9}));  // 1.125 GiB
  EXPECT_TRUE(refused({.log2n = 0xffffffff, .r = 0xffffffff, .p = 0xffffffff}));
  EXPECT_TRUE(scrypt_params_allowed({}));
  EXPECT_TRUE(scrypt_params_allowed({.log2n = 20, .r = 8, .p = 4}));
  EXPECT_TRUE(scrypt_params_allowed({.log2n = 19, .r = 16, .p = 1}));
}

TEST(Scrypt, EachInputCounts) {
  const ScryptParams light{.log2n = 14, .r = 1, .p = 1};
  const auto key = [](std::string_view pass, std::string_view salt, const ScryptParams& q) {
    return hex(scrypt(as_bytes(pass), as_bytes(salt), q)->view());
  };
  const auto base = key("mật khẩu", "salt", light);
  EXPECT_EQ(base, key("mật khẩu", "salt", light));
  EXPECT_NE(base, key("mat khau", "salt", light));
  EXPECT_NE(base, key("mật khẩu", "salt2", light));
  EXPECT_NE(base, key("mật khẩu", "salt", {.log2n = 15, .r = 1, .p = 1}));
  EXPECT_NE(base, key("mật khẩu", "salt", {.log2n = 14, .r = 2, .p = 1}));
  EXPECT_NE(base, key("mật khẩu", "salt", {.log2n = 14, .r = 1, .p = 2}));
}

}  // namespace
}  // namespace stele::signer
