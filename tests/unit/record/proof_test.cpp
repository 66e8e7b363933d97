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
    "xmAKxLitkRt8DXPivFIeFF0QsvS6lvAyBpv3AfthBklS7IORe3pzgXPrtgT4v71IFf_-p7uBPVpJOU9sDZ0dng";
constexpr std::string_view export_proof =
    "kCZEFpykp-dvgXrfL45QnFeu8vU9StQ7s4t-SldTHGIr24tzDlWU43H4H_P97SZaho9RyfCZB5NkKrTzrsqNZg";

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

Record key_record(KeyUse use) {
  auto key = body<Key>(Type::key);
  key.use = use;
  key.binding = filled<Digest>(5);
  key.jwk = use == KeyUse::export_copy ? p256_point() : point();
  key.proof = fixed_from_base64url<Signature>(use == KeyUse::export_copy ? export_proof : sign_proof).value();
  return decode(jws(Type::key, key)).value();
}

TEST(Proof, PossessionIsProvenByTheNewKey) {
  EXPECT_TRUE(check_possession(key_record(KeyUse::sign)));
  EXPECT_TRUE(check_possession(key_record(KeyUse::export_copy)));
  EXPECT_EQ(hex(possession_digest(net, "thpt-vi-du-1", person(), "sign", filled<Digest>(5)).view()),
            "ad4133a478286f0f5b9eae83aa0b98989594d2937f7fb47449f717d73e4e62d2");
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
}

}  // namespace
}  // namespace stele::record
