// Records: whatever decodes, encodes to a record that decodes to the same values. An input is a JWS, or "<typ>" LF
// "<payload>", which is put into an envelope so that the fuzzer need not learn base64.
#include <cstddef>
#include <cstdint>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

std::string enveloped(std::string_view typ, std::string_view payload) {
  const std::string header =
      R"({"alg":"ES256K","kid":")" + base64url(KeyId{}.view()) + R"(","typ":")" + std::string(typ) + "\"}";
  return base64url(as_bytes(header)) + "." + base64url(as_bytes(payload)) + "." + base64url(Signature{}.view());
}

void check(std::string_view jws) {
  const auto decoded = record::decode(jws);
  if (!decoded) {
    (void)to_error(decoded.error());
    return;
  }
  if (decoded->type == record::Type::key) (void)record::check_possession(*decoded);
  (void)record::scope_of(*decoded);
  (void)record::on_of(*decoded);
  (void)record::org_of(*decoded);
  const auto input = record::signing_input(decoded->type, decoded->kid, decoded->common, decoded->body);
  const auto text = record::compact(input, decoded->signature);
  // Escapes and spacing may make ours longer or shorter than what came in; only then may a bound refuse it.
  const auto again = record::decode(text);
  if (!again && text.size() > record::jws_bytes_max(decoded->type)) return;
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(again->common == decoded->common);
  STELE_ASSERT(again->body == decoded->body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(ByteView(data, size));
  check(text);
  if (const auto line = text.find('\n'); line != std::string_view::npos) {
    check(enveloped(text.substr(0, line), text.substr(line + 1)));
  }
  return 0;
}
