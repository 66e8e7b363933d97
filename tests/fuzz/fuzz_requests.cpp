// What clients send to a node: the JWSs that sign requests, and the two forms of POST /v1/records. An input is the
// bytes; and a payload, which is put into an envelope so that the fuzzer need not learn base64.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ledger/base/encoding.h"
#include "node/app/admission.h"
#include "node/requests/signed_request.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

void check_jws(std::string_view jws) {
  const auto request = requests::decode_request(jws);
  const auto session = requests::decode_session(jws);
  STELE_ASSERT(!request || !session);
  if (request) {
    STELE_ASSERT(request->nonce.size() >= 22 && !request->method.empty() && !request->net.empty());
    STELE_ASSERT(jws.starts_with(request->envelope.signing_input));
  }
  if (session) STELE_ASSERT(session->from <= json::integer_max && session->until <= json::integer_max);
}

std::string enveloped(std::string_view typ, std::string_view payload) {
  const std::string header =
      R"({"alg":"ES256K","kid":")" + base64url(KeyId{}.view()) + R"(","typ":")" + std::string(typ) + "\"}";
  return base64url(as_bytes(header)) + "." + base64url(as_bytes(payload)) + "." + base64url(Signature{}.view());
}

void check_batch(const Result<app::Batch>& batch) {
  if (!batch) {
    STELE_ASSERT(!batch.error().code.empty() && !batch.error().vi.empty());
    return;
  }
  const auto& records = batch->records();
  STELE_ASSERT(!records.empty() && records.size() <= app::records_per_request_max);
  STELE_ASSERT(batch->has_payloads() ==
               std::any_of(records.begin(), records.end(), [](const auto& r) { return !r.payload.empty(); }));
}

/// The same records, written anew.
std::string body_of(const app::Batch& batch) {
  auto list = json::Value::array();
  for (const auto& r : batch.records()) {
    auto item = json::Value::object({{"jws", std::string(r.jws)}});
    if (!r.payload.empty()) {
      auto payload = json::parse(r.payload, {.bytes_max = 1 << 24, .depth_max = 16, .nodes_max = 1'000'000});
      STELE_ASSERT(payload.has_value());
      item.set("payload", std::move(*payload));
    }
    list.push(std::move(item));
  }
  return json::write(json::Value::object({{"records", std::move(list)}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(ByteView(data, size));
  check_jws(text);
  check_jws(enveloped("stele-request+jwt", text));
  check_jws(enveloped("stele-session+jwt", text));

  const auto batch = app::Batch::from_json(text);
  check_batch(batch);
  if (batch) {
    const auto body = body_of(*batch);
    const auto again = app::Batch::from_json(body);
    STELE_ASSERT(again.has_value());
    STELE_ASSERT(body_of(*again) == body);
  }
  check_batch(app::Batch::from_lines(std::string(text)));
  return 0;
}
