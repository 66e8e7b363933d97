#include "node/app/staff_request.h"

#include "ledger/base/encoding.h"
#include "ledger/record/object_reader.h"

namespace stele::app {
namespace {

constexpr json::Limits payload_limits{.bytes_max = request_jws_bytes_max, .depth_max = 3, .nodes_max = 16};
constexpr json::TextRule text_rule{1, request_jws_bytes_max};

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

}  // namespace

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

}  // namespace stele::app
