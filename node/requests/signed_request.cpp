#include "node/requests/signed_request.h"

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/object_reader.h"
#include "node/http/answers.h"

namespace stele::requests {
namespace {

constexpr json::Limits payload_limits{.bytes_max = request_jws_bytes_max, .depth_max = 3, .nodes_max = 16};
constexpr json::TextRule text_rule{1, request_jws_bytes_max};
constexpr std::string_view scheme = "Stele ";

std::optional<record::Envelope> envelope_of(std::string_view jws, std::string_view typ) {
  auto e = record::open_envelope(jws, request_jws_bytes_max);
  if (!e || e->typ != typ || e->alg != "ES256K") return std::nullopt;
  return std::move(*e);
}

std::optional<json::Value> payload_of(const record::Envelope& e) {
  const auto bytes = unbase64url(e.payload_b64);
  if (!bytes) return std::nullopt;
  auto v = json::parse(as_text(*bytes), payload_limits);
  return v ? std::optional(std::move(*v)) : std::nullopt;
}

Error replayed() {
  return make_error("request_replayed", "Yêu cầu này đã được dùng; hãy ký lại.",
                    "This request was used already; sign it again.");
}

}  // namespace

Error not_signed() {
  return make_error("request_not_signed", "Yêu cầu này phải được ký bằng khóa của người hỏi.",
                    "This request must be signed with the key of whoever asks.");
}
Error bad_signature() {
  return make_error("request_bad_signature", "Chữ ký không khớp với yêu cầu này.",
                    "The signature does not fit this request.");
}
Error wrong_node() {
  return make_error("request_wrong_node", "Yêu cầu được ký cho nút hoặc mạng khác.",
                    "The request was signed for another node or network.");
}
Error expired() {
  return make_error("request_expired", "Yêu cầu đã quá hạn. Hãy kiểm tra đồng hồ của máy rồi thử lại.",
                    "The request is out of date. Check your computer's clock and try again.");
}

bool signed_by(const record::Envelope& e, const VerifyKey& key) {
  return key.verify(sha256(as_bytes(e.signing_input)), e.signature);
}

std::optional<RequestClaims> decode_request(std::string_view jws) {
  auto e = envelope_of(jws, "stele-request+jwt");
  const auto v = e ? payload_of(*e) : std::nullopt;
  if (!v) return std::nullopt;
  json::ObjectReader r(*v);
  RequestClaims out;
  r.object("stele", [&](json::ObjectReader& s) {
    (void)s.integer("v", 1, 1);
    out.net = s.string("net", text_rule);
    out.node = s.string("node", text_rule);
    out.method = s.string("method", text_rule);
    out.path = s.string("path", text_rule);
    out.body = s.digest43<Digest>("body");
    out.time = s.integer<std::uint64_t>("time", 0, json::integer_max);
    out.nonce = s.string("nonce", {22, 22});
  });
  if (!r.finish()) return std::nullopt;
  out.envelope = std::move(*e);
  return out;
}

std::optional<SessionClaims> decode_session(std::string_view jws) {
  auto e = envelope_of(jws, "stele-session+jwt");
  const auto v = e ? payload_of(*e) : std::nullopt;
  if (!v) return std::nullopt;
  json::ObjectReader r(*v);
  SessionClaims out;
  r.object("stele", [&](json::ObjectReader& s) {
    (void)s.integer("v", 1, 1);
    out.net = s.string("net", text_rule);
    out.node = s.string("node", text_rule);
    out.key = s.parsed("key", [](std::string_view t) { return fixed_from_base64url<PublicKey>(t); });
    out.from = s.integer<std::uint64_t>("from", 0, json::integer_max);
    out.until = s.integer<std::uint64_t>("until", 0, json::integer_max);
  });
  if (!r.finish()) return std::nullopt;
  out.envelope = std::move(*e);
  return out;
}

Result<RequestClaims> claims_of(const http::Request& request, std::string_view net, std::string_view node,
                                UnixSeconds now) {
  const auto header = request.headers.get("Authorization");
  if (!header || request.headers.count("Authorization") != 1 || !header->starts_with(scheme))
    return Unexpected(not_signed());
  auto claims = decode_request(header->substr(scheme.size()));
  if (!claims) return Unexpected(not_signed());
  if (claims->net != net || claims->node != node) return Unexpected(wrong_node());
  if (claims->time + request_age_max_s < now.value || now.value + request_age_max_s < claims->time)
    return Unexpected(expired());
  if (claims->method != request.method || claims->path != request.target ||
      claims->body != sha256(as_bytes(request.body)))
    return Unexpected(bad_signature());
  return std::move(*claims);
}

Result<void> NonceBook::once(const std::string& nonce, UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  // A request is taken from 60 s before its time until 60 s after it.
  while (!by_age_.empty() && by_age_.front().first.value + 2 * request_age_max_s < now.value) {
    nonces_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  if (nonces_.contains(nonce)) return Unexpected(replayed());
  if (nonces_.size() >= nonces_max) return Unexpected(http::overloaded());
  nonces_.insert(nonce);
  by_age_.emplace_back(now, nonce);
  return {};
}

}  // namespace stele::requests
