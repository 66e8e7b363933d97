#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using namespace samples;  // NOLINT(google-build-using-namespace)

std::string sample() {
  return jws(full(Type::document));
}
std::string header(std::string_view alg, std::string_view typ) {
  return R"({"alg":")" + std::string(alg) + R"(","kid":")" + base64url(filled<KeyId>(3).view()) + R"(","typ":")" +
         std::string(typ) + "\"}";
}

TEST(Envelope, RefusesWhatIsNoCompactJws) {
  const std::string whole = sample();
  const auto second = whole.rfind('.');
  EXPECT_EQ(verdict(""), "bad_envelope");
  EXPECT_EQ(verdict("a.b"), "bad_envelope");
  EXPECT_EQ(verdict(whole + ".x"), "bad_envelope");
  EXPECT_EQ(verdict(whole.substr(whole.find('.'))), "bad_envelope");
  EXPECT_EQ(verdict(whole.substr(0, second)), "bad_envelope");
  EXPECT_EQ(verdict(whole.substr(0, second + 1)), "bad_envelope");
  EXPECT_EQ(verdict(whole + "A"), "bad_envelope");
  EXPECT_EQ(verdict(whole + "\n"), "bad_envelope");
}

TEST(Envelope, RefusesOtherBase64) {
  const std::string whole = sample();
  std::string loose = whole;
  loose.back() = loose.back() == 'B' ? 'C' : 'B';  // the last character holds four unused bits
  EXPECT_EQ(verdict(loose), "bad_base64 signature");
  EXPECT_EQ(verdict("=" + whole), "bad_base64 header");
  const auto at = whole.find('.') + 1;
  EXPECT_EQ(verdict(whole.substr(0, at) + "+" + whole.substr(at + 1)), "bad_base64 payload");
}

TEST(Envelope, WantsExactlyThreeHeaderMembers) {
  const std::string whole = sample();
  const std::string kid = base64url(filled<KeyId>(3).view());
  const auto said = [&](std::string_view json) { return verdict(with_header(whole, json)); };
  EXPECT_EQ(said(header("ES256K", "stele-document+jwt")), "accepted");
  EXPECT_EQ(said("[]"), "bad_header header");
  EXPECT_EQ(said("{"), "bad_header header");
  EXPECT_EQ(said(R"({"alg":"ES256K","typ":"stele-document+jwt"})"), "bad_header header.kid");
  EXPECT_EQ(said(R"({"alg":"ES256K","kid":")" + kid + "\"}"), "bad_header header.typ");
  EXPECT_EQ(said(R"({"alg":"ES256K","kid":")" + kid + R"(","typ":"stele-document+jwt","x":"y"})"),
            "bad_header header.x");
  EXPECT_EQ(said(R"({"alg":"ES256K","kid":")" + kid.substr(1) + R"(","typ":"stele-document+jwt"})"),
            "bad_header header.kid");
  EXPECT_EQ(said(header("ES256K", "stele-document+jwt") + std::string(256, ' ')), "bad_header header");
}

TEST(Envelope, ARememberedHeaderIsNeverAnothers) {
  const std::string whole = sample();
  const auto with_kid = [&](std::uint8_t byte, std::string_view typ) {
    return with_header(whole, R"({"alg":"ES256K","kid":")" + base64url(filled<KeyId>(byte).view()) + R"(","typ":")" +
                                  std::string(typ) + "\"}");
  };
  // More headers than are remembered, in turn, so that each is read, put out of the table and read again.
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 250; ++i) {
      const auto byte = static_cast<std::uint8_t>(i);
      for (const auto* typ : {"stele-document+jwt", "stele-amend+jwt"}) {
        const auto text = with_kid(byte, typ);
        const auto e = open_envelope(text);
        ASSERT_TRUE(e);
        EXPECT_EQ(e->kid, filled<KeyId>(byte));
        EXPECT_EQ(e->typ, typ);
        EXPECT_EQ(e->alg, "ES256K");
      }
    }
  }
  // A fault is found each time, also beside a good header of nearly the same text.
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(open_envelope(whole));
    EXPECT_EQ(verdict(with_header(whole, header("none", "stele-document+jwt"))), "bad_algorithm header.alg");
    EXPECT_EQ(verdict("A" + whole), verdict("A" + whole));
    EXPECT_NE(verdict("A" + whole), "accepted");
  }
}

TEST(Envelope, ARememberedHeaderSaysNothingOfPayloadAndSignature) {
  const std::string whole = sample();
  const auto first = open_envelope(whole);
  ASSERT_TRUE(first);
  auto other = whole;
  other[whole.rfind('.') + 1] = other[whole.rfind('.') + 1] == 'A' ? 'B' : 'A';
  const auto second = open_envelope(other);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->signing_input, second->signing_input);
  EXPECT_NE(first->signature, second->signature);
  EXPECT_NE(leaf_hash(whole), leaf_hash(other));
}

TEST(Envelope, HeaderMayFillItsBound) {
  std::string json = header("ES256K", "stele-document+jwt");
  json += std::string(256 - json.size(), ' ');
  EXPECT_EQ(verdict(with_header(sample(), json)), "accepted");
  EXPECT_EQ(verdict(with_header(sample(), json + " ")), "bad_header header");
}

TEST(Envelope, TakesEs256ForExportsAndOnlyThere) {
  EXPECT_EQ(verdict(with_header(sample(), header("none", "stele-document+jwt"))), "bad_algorithm header.alg");
  EXPECT_EQ(verdict(with_header(sample(), header("ES256", "stele-document+jwt"))), "bad_algorithm header.alg");
  EXPECT_EQ(verdict(with_header(jws(full(Type::transcript)), header("ES256", "dc+sd-jwt"))),
            "bad_algorithm header.alg");
  EXPECT_EQ(verdict(with_header(jws(full(Type::export_copy)), header("ES256", "dc+sd-jwt"))), "accepted");
  EXPECT_EQ(verdict(with_header(jws(full(Type::export_copy)), header("ES256K", "dc+sd-jwt"))),
            "bad_algorithm header.alg");
}

TEST(Envelope, KnowsOnlyItsTypes) {
  const auto said = [](std::string_view typ) { return verdict(with_header(sample(), header("ES256K", typ))); };
  EXPECT_EQ(said("JWT"), "unknown_type header.typ");
  EXPECT_EQ(said("stele-+jwt"), "unknown_type header.typ");
  EXPECT_EQ(said("stele-transcript+jwt"), "unknown_type header.typ");
  EXPECT_EQ(said("stele-request+jwt"), "unknown_type header.typ");
  EXPECT_EQ(said("stele-session+jwt"), "unknown_type header.typ");
}

TEST(Envelope, OpensRequestsThatAreNoRecords) {
  const std::string request = with_header(sample(), header("ES256K", "stele-request+jwt"));
  const auto envelope = open_envelope(request);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->typ, "stele-request+jwt");
  EXPECT_EQ(envelope->alg, "ES256K");
  EXPECT_EQ(envelope->kid, filled<KeyId>(3));
  EXPECT_EQ(envelope->signature, filled<Signature>(1));
  EXPECT_EQ(std::string(envelope->signing_input), request.substr(0, request.rfind('.')));
  EXPECT_EQ(std::string(envelope->header_b64) + "." + std::string(envelope->payload_b64), envelope->signing_input);
  EXPECT_EQ(open_envelope(request, request.size() - 1).error().code, RejectionCode::too_large);
}

/// A record of exactly `bytes`: the payload may end in white space. Base64 has no text of 4n + 1 characters.
std::string padded(Type type, std::size_t bytes) {
  const std::string start = jws(full(type));
  std::string json = payload_of(start);
  if (start.size() < bytes) json += std::string((bytes - start.size()) / 4 * 3, ' ');
  while (with_payload(start, json).size() < bytes) json += ' ';
  return with_payload(start, json);
}

TEST(Envelope, EachTypeHasItsBound) {
  for (const Type type : all_types()) {
    const std::size_t bound = jws_bytes_max(type);
    std::string fits = padded(type, bound);
    if (fits.size() > bound) fits = padded(type, bound - 1);
    EXPECT_EQ(verdict(fits), "accepted") << type_name(type);
    EXPECT_EQ(verdict(padded(type, bound + 1)), "too_large") << type_name(type);
  }
  EXPECT_EQ(verdict(std::string(jws_bytes_max_any + 1, '.')), "too_large");
}

TEST(Envelope, PayloadIsStrictJson) {
  const std::string whole = sample();
  EXPECT_EQ(verdict(with_payload(whole, "{")), "bad_json payload");
  EXPECT_EQ(verdict(with_payload(whole, R"({"stele":{"v":1,"v":1}})")), "bad_json stele.v");
  EXPECT_EQ(verdict(with_payload(whole, R"({"stele":{"v":1.0}})")), "bad_json stele.v");
  EXPECT_EQ(verdict(with_payload(whole, R"({"stele":{"v":1}} x)")), "bad_json payload");
  EXPECT_EQ(verdict(with_payload(whole, "[]")), "wrong_type payload");
  EXPECT_EQ(verdict(with_payload(jws(full(Type::diploma)), "[]")), "wrong_type payload");
}

}  // namespace
}  // namespace stele::record
