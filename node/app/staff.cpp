#include "node/app/staff.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/object_reader.h"
#include "node/app/answers.h"

namespace stele::app {
namespace {

constexpr std::size_t request_jws_bytes_max = 8192;
constexpr json::Limits payload_limits{.bytes_max = request_jws_bytes_max, .depth_max = 3, .nodes_max = 16};
constexpr json::TextRule text_rule{1, request_jws_bytes_max};
constexpr std::string_view scheme = "Stele ";

Error not_signed() {
  return make_error("request_not_signed", "Yêu cầu này phải được ký bằng khóa của cán bộ.",
                    "This request must be signed with a staff key.");
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
Error replayed() {
  return make_error("request_replayed", "Yêu cầu này đã được dùng; hãy ký lại.",
                    "This request was used already; sign it again.");
}

struct RequestClaims {
  std::string net, node, method, path, nonce;
  Digest body;
  std::uint64_t time = 0;
};
struct SessionClaims {
  std::string net, node;
  PublicKey key;
  std::uint64_t from = 0, until = 0;
};

std::optional<json::Value> payload_of(const record::Envelope& e) {
  const auto bytes = unbase64url(e.payload_b64);
  if (!bytes) return std::nullopt;
  auto v = json::parse(as_text(*bytes), payload_limits);
  return v ? std::optional(std::move(*v)) : std::nullopt;
}

std::optional<RequestClaims> request_claims(const record::Envelope& e) {
  const auto v = payload_of(e);
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
  return r.finish() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<SessionClaims> session_claims(const record::Envelope& e) {
  const auto v = payload_of(e);
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
  return r.finish() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<record::Envelope> envelope_of(std::string_view jws, std::string_view typ) {
  auto e = record::open_envelope(jws, request_jws_bytes_max);
  if (!e || e->typ != typ || e->alg != "ES256K") return std::nullopt;
  return std::move(*e);
}

bool signed_by(const record::Envelope& e, const VerifyKey& key) {
  return key.verify(sha256(as_bytes(e.signing_input)), e.signature);
}

/// The grant as an answer to its own limits where the question has none.
bool covers(const record::Grant& g, const Scope& scope, const std::optional<std::string>& subject, Date today) {
  registry::Subject s;
  s.cls = scope.cls.empty() ? g.cls : std::optional(std::string(scope.cls));
  s.year = scope.year.empty() ? g.year : std::optional(std::string(scope.year));
  s.subject = subject ? subject : g.subject;
  s.term = g.term;  // who gives the marks of one term may read those of the other
  return registry::grant_applies(g, s, today);
}

template <class Fits>
bool any_grant(const Staff& staff, std::string_view org, const registry::State& state, Fits fits) {
  const auto& grants = staff.key.key.grants;
  return std::any_of(grants.begin(), grants.end(), [&](const record::Grant& g) {
    return registry::in_unit(record::Unit::own_or_above, g.org, org, state) && fits(g);
  });
}

}  // namespace

bool may_read_org(const Staff& staff, std::string_view org, const registry::State& state) {
  return any_grant(staff, org, state, [&](const record::Grant& g) {
    return covers(g, {org, "", ""}, std::nullopt, staff.today);
  });
}
bool may_read_class(const Staff& staff, const Scope& scope, const registry::State& state) {
  return any_grant(staff, scope.org, state,
                   [&](const record::Grant& g) { return covers(g, scope, std::nullopt, staff.today); });
}
bool may_read_all(const Staff& staff, const Scope& scope, const registry::State& state) {
  return any_grant(staff, scope.org, state,
                   [&](const record::Grant& g) { return !g.subject && covers(g, scope, std::nullopt, staff.today); });
}
bool may_read_subject(const Staff& staff, const Scope& scope, const std::string& subject,
                      const registry::State& state) {
  return any_grant(staff, scope.org, state,
                   [&](const record::Grant& g) { return covers(g, scope, subject, staff.today); });
}

bool may_sign(const Staff& staff, record::Type type, std::string_view on, std::string_view org,
              const registry::State& state) {
  if (!state.policy || !state.org_valid(org)) return false;
  const auto& acts = state.policy->policy.acts;
  return std::any_of(acts.begin(), acts.end(), [&](const record::Act& act) {
    if (act.act != type || (act.on && !on.empty() && *act.on != on)) return false;
    if ((act.from && staff.today < *act.from) || (act.to && *act.to < staff.today)) return false;
    const auto& grants = staff.key.key.grants;
    return std::any_of(grants.begin(), grants.end(), [&](const record::Grant& g) {
      return std::find(act.roles.begin(), act.roles.end(), g.role) != act.roles.end() &&
             registry::in_unit(act.unit, g.org, org, state) && covers(g, {}, std::nullopt, staff.today);
    });
  });
}

Result<Staff> StaffGate::staff_of(const KeyId& kid) const {
  const auto today = date_in_vietnam(ledger_clock_());
  auto key = ledger_.with_chain([&](const rules::Chain& c) -> std::optional<registry::KeyState> {
    const auto& s = c.state();
    const auto* k = s.key(kid);
    if (k == nullptr || !k->verify || !s.key_valid(*k) || (!k->root && !s.org_valid(k->key.org))) return std::nullopt;
    return *k;
  });
  if (!key) {
    return Unexpected(make_error("no_authority", "Khóa này chưa đăng ký hoặc không còn hiệu lực.",
                                 "This key is not registered, or not valid any more."));
  }
  return Staff{kid, std::move(*key), today};
}

Result<StaffGate::Signer> StaffGate::session_of(std::string_view jws, const KeyId& kid) const {
  const auto e = envelope_of(jws, "stele-session+jwt");
  const auto claims = e ? session_claims(*e) : std::nullopt;
  if (!claims) return Unexpected(not_signed());
  if (claims->net != net_ || claims->node != node_) return Unexpected(wrong_node());
  const auto now = clock_().value;
  if (claims->until < claims->from || claims->until - claims->from > session_max_s || now > claims->until ||
      now + request_age_max_s < claims->from)
    return Unexpected(expired());
  STELE_TRY(auto staff, staff_of(e->kid));
  const auto key = VerifyKey::parse(claims->key);
  if (!key || key->thumbprint() != kid || !signed_by(*e, *staff.key.verify)) return Unexpected(bad_signature());
  return Signer{std::move(staff), *key};
}

Result<StaffGate::Signer> StaffGate::signer_of(const http::Request& request, const KeyId& kid) const {
  if (const auto session = request.headers.get("Stele-Session")) return session_of(*session, kid);
  STELE_TRY(auto staff, staff_of(kid));
  const VerifyKey key = *staff.key.verify;
  return Signer{std::move(staff), key};
}

Result<Staff> StaffGate::check(const http::Request& request) {
  const auto header = request.headers.get("Authorization");
  if (!header || request.headers.count("Authorization") != 1 || !header->starts_with(scheme))
    return Unexpected(not_signed());
  const auto e = envelope_of(header->substr(scheme.size()), "stele-request+jwt");
  const auto claims = e ? request_claims(*e) : std::nullopt;
  if (!claims) return Unexpected(not_signed());
  if (claims->net != net_ || claims->node != node_) return Unexpected(wrong_node());
  const auto now = clock_();
  if (claims->time + request_age_max_s < now.value || now.value + request_age_max_s < claims->time)
    return Unexpected(expired());
  if (claims->method != request.method || claims->path != request.target ||
      claims->body != sha256(as_bytes(request.body)))
    return Unexpected(bad_signature());
  STELE_TRY(auto signer, signer_of(request, e->kid));
  if (!signed_by(*e, signer.key)) return Unexpected(bad_signature());
  STELE_CHECK(once(claims->nonce, now));
  return std::move(signer.staff);
}

/// Only good signatures come here, so that strangers can't fill the list.
Result<void> StaffGate::once(const std::string& nonce, UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  // A request is taken from 60 s before its time until 60 s after it.
  while (!by_age_.empty() && by_age_.front().first.value + 2 * request_age_max_s < now.value) {
    nonces_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  if (nonces_.contains(nonce)) return Unexpected(replayed());
  if (nonces_.size() >= nonces_max) return Unexpected(overloaded());
  nonces_.insert(nonce);
  by_age_.emplace_back(now, nonce);
  return {};
}

}  // namespace stele::app
