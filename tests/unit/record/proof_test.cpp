// Signatures and proofs of possession. The values were signed by an independent program (tests/vectors/reference.py).
#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using namespace samples;  // NOLINT(google-build-using-namespace)

constexpr std::string_view signing_text =
    "eyJhbGciOiJFUzI1NksiLCJraWQiOiI5Uk5IVE9ubmhyUlBMZHNBNkcxbW5hT3dsaFhNcDRVYS1iQ1ZVd0YyRUNRIiwidHlwIjoic3RlbGUtZG9j"
    "dW1lbnQrand0In0.eyJzdGVsZSI6eyJ2IjoxLCJuZXQiOiJzdGVsZS92aWR1LzAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIiwiYWZ0"
    "ZXIiOiJCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjIiwib3JnIjoidGhwdC12aS1kdS0xIiwia2luZCI6Im1pbnV0"
    "ZXMiLCJkaWdlc3RzIjpbIkNRa0pDUWtKQ1FrSkNRa0pDUWtKQ1FrSkNRa0pDUWtKQ1FrSkNRa0pDUWsiXX19";
constexpr std::string_view low_s =
    "nw7KhrMPBulAk14KWLxyTBPSLLkdNvMbkp3r-NAc4NRYAQgbc7MYYSxUffi2AbZ2mIQFLXJ_PVQ6-SMcjvVHcg";
constexpr std::string_view high_s =
    "nw7KhrMPBulAk14KWLxyTBPSLLkdNvMbkp3r-NAc4NSn_vfkjEznntOrggdJ_kmIIirXuTzJYueE2TtwQUD5zw";
constexpr std::string_view sign_proof =
    "yzkWARdSaZL__SM9VIChmBzFmRwCH-8AoIXYmiBMWOwYAqN8B32lYFukBM6nSjXQXKoDDtPelzPF6vxRElVuaw";
constexpr std::string_view export_proof =
    "YrH72ViPFG-nO_pKEd3jwYpTYHsjNAD53w4slvJCPE8JJ3QJqHAqw6gvRYsaR0CsrRSpW_8-b0k0dh3vTu7PiQ";

Record signed_record(std::string_view signature) {
  return decode(std::string(signing_text) + "." + std::string(signature)).value();
}
VerifyKey verify_key() {
  return VerifyKey::from_coordinates(point().x, point().y).value();
}

TEST(Proof, ThumbprintIsTheKid) {
  EXPECT_EQ(signed_record(low_s).kid, point().thumbprint());
  EXPECT_EQ(point().thumbprint(), verify_key().thumbprint());
  Jwk other = point();
  other.p256 = true;
  EXPECT_NE(other.thumbprint(), point().thumbprint());
}

TEST(Proof, SignatureCoversTheInput) {
  EXPECT_TRUE(check_signature(signed_record(low_s), verify_key()));
  auto changed = signed_record(low_s);
  changed.id.bytes[0] ^= 1U;
  EXPECT_EQ(check_signature(changed, verify_key()).error().code, RejectionCode::bad_signature);
}

TEST(Proof, HighSHasItsOwnCode) {
  EXPECT_EQ(check_signature(signed_record(high_s), verify_key()).error().code, RejectionCode::high_s);
}

Jwk jwk_of(bool p256, std::string_view x, std::string_view y) {
  return {p256, fixed_from_base64url<Digest>(x).value().bytes, fixed_from_base64url<Digest>(y).value().bytes};
}
Jwk own_point(KeyUse use) {
  return use == KeyUse::export_copy ? jwk_of(true, "09LckbZuCCtA-NhM4z5sT067ayHFH2Nn1o2FMtDJQIs",
                                             "lQI8nTn6psGpJAnXUZfUScay5DzbuLg7LJNLhYcGUeI")
                                    : jwk_of(false, "HzlFI9dA-G1_V3DtszZ80-bnafEqiQpEOj0XPBk0G5w",
                                             "mnpwsJRJR2eEaGfPZZ2BDHDqYE82gEPE8YikTZgXaGk");
}

Record key_record(KeyUse use) {
  auto key = body<Key>(Type::key);
  key.use = use;
  key.binding = filled<Digest>(5);
  key.jwk = own_point(use);
  key.proof = fixed_from_base64url<Signature>(use == KeyUse::export_copy ? export_proof : sign_proof).value();
  return decode(jws(Type::key, key)).value();
}

TEST(Proof, PossessionIsProvenByTheNewKey) {
  EXPECT_TRUE(check_possession(key_record(KeyUse::sign)));
  EXPECT_TRUE(check_possession(key_record(KeyUse::export_copy)));
  EXPECT_EQ(hex(possession_digest(net, "thpt-vi-du-1", person(), "sign", own_point(KeyUse::sign).thumbprint(),
                                  filled<Digest>(5))
                    .view()),
            "53a2bc41265e3a16a568c208c8f7c0468f033c37476016fc1e5c48548a2bd742");
}

TEST(Proof, PossessionHoldsForThatUsePersonPlaceAndNetworkOnly) {
  const auto refused = [](auto change) {
    Record record = key_record(KeyUse::sign);
    change(record, std::get<Key>(record.body));
    const auto verdict = check_possession(record);
    return !verdict && verdict.error().code == RejectionCode::bad_proof_of_possession;
  };
  EXPECT_TRUE(refused([](Record& /*unused*/, Key& k) { k.use = KeyUse::seal; }));
  EXPECT_TRUE(refused([](Record& /*unused*/, Key& k) { k.person = "AAECAwQFBgcICQoLDA0OEA"; }));
  EXPECT_TRUE(refused([](Record& /*unused*/, Key& k) { k.org = "thpt-vi-du-2"; }));
  EXPECT_TRUE(refused([](Record& /*unused*/, Key& k) { k.binding = filled<Digest>(6); }));
  EXPECT_TRUE(
      refused([](Record& r, Key& /*unused*/) { r.common.net = "stele/vidu/1123456789abcdef0123456789abcdef"; }));
  EXPECT_TRUE(refused([](Record& /*unused*/, Key& k) { k.jwk = p256_point(); }));
  EXPECT_TRUE(refused([](Record& /*unused*/, Key& k) { k.jwk = point(); }));
}

}  // namespace
}  // namespace stele::record
