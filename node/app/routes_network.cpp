// What anybody may ask of the network: its name, genesis, policy and organisations.
#include "ledger/record/decode.h"
#include "node/app/answers.h"
#include "node/app/node.h"
#include "node/committee/evidence.h"
#include "node/http/caching.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;
using json::Value;

Value roles_of(const Config::Roles& r) {
  auto out = Value::array();
  if (r.orderer) out.push("orderer");
  if (r.validator) out.push("validator");
  if (r.vault) out.push("vault");
  return out;
}

Value peer_json(const PeerState& s, Height mine) {
  auto v = Value::object({{"url", s.peer.url}, {"reachable", s.link.reachable}, {"lies", s.link.lies}});
  if (!s.peer.validator_id.empty()) v.set("validator", s.peer.validator_id);
  if (s.peer.orderer) v.set("orderer", *s.peer.orderer);
  if (s.peer.vault) v.set("vault", *s.peer.vault);
  if (s.link.final_height) {
    v.set("final_height", s.link.final_height->value);
    v.set("lag", mine.value > s.link.final_height->value ? mine.value - s.link.final_height->value : 0);
  }
  if (!s.link.reachable && s.link.error) v.set("error", s.link.error->code);
  return v;
}

Value recovery_json(const log::Recovery& r) {
  auto set = Value::array();
  for (const auto& m : r.set) set.push(m.id);
  return Value::object(
      {{"base",
        Value::object({{"epoch", r.base.epoch.value}, {"height", r.base.height.value}, {"hash", b64u(r.base.header)}})},
       {"epoch", r.epoch.value},
       {"reason", r.reason},
       {"time", utc_text(r.time)},
       {"not_before", utc_text({r.time.value + log::recovery_wait_s})},
       {"set", std::move(set)}});
}

Value committee_json(const MembershipState& s) {
  auto peers = Value::array();
  for (const auto& p : s.peers) peers.push(peer_json(p, s.final_height));
  auto v = Value::object({{"epoch", s.epoch.value},
                          {"leads", s.leads},
                          {"may_sign", s.may_sign},
                          {"key_dead", s.key_dead},
                          {"behind", s.behind},
                          {"peers", std::move(peers)}});
  if (s.recovery) v.set("recovery", recovery_json(*s.recovery));
  return v;
}

/// By number; those that were retired keep theirs.
Value orderers_json(const store::Ledger& ledger) {
  auto out = Value::array();
  for (const auto& o : ledger.orderers())
    out.push(Value::object({{"id", o.member.id}, {"key", b64u(o.member.key)}, {"retired", o.until.has_value()}}));
  return out;
}

Result<Response> network(Node& n, const Request&) {
  const auto final = n.ledger->final_point();
  const auto height = n.ledger->with_chain([](const rules::Chain& c) { return c.head().height; });
  const auto& c = final->checkpoint;
  auto v = Value::object(
      {{"net", n.genesis.net},
       {"name", n.genesis.name},
       {"mode", n.genesis.test ? "test" : "live"},
       {"roles", roles_of(n.config.roles)},
       {"height", height.value},
       {"final",
        Value::object(
            {{"height", c.height.value}, {"hash", b64u(final->hash)}, {"size", c.size}, {"time", utc_text(c.time)}})},
       {"now", utc_text(n.clock->now())}});
  v.set("orderers", orderers_json(*n.ledger));
  if (!n.id.empty()) v.set("node", n.id);
  if (n.vault_number) {
    v.set("vault", n.vault_id());
    v.set("vault_number", *n.vault_number);
  }
  if (n.membership) v.set("committee", committee_json(n.membership->state()));
  return answer(v);
}

Result<Response> policy(Node& n, const Request&) {
  const auto id = n.ledger->with_chain(
      [](const rules::Chain& c) { return c.state().policy ? std::optional(c.state().policy->id) : std::nullopt; });
  if (!id) return Unexpected(not_found());
  STELE_TRY(const auto found, sync::find_record(*n.ledger, *id));
  const auto envelope = record::open_envelope(found.jws);
  const auto payload = envelope ? unbase64url(envelope->payload_b64) : std::nullopt;
  STELE_ASSERT(payload.has_value());  // it was decoded just now
  // The payload is strict JSON already, and goes out as it was signed.
  return http::json_response(200, R"({"id":")" + b64u(*id) + R"(","policy":)" + std::string(as_text(*payload)) +
                                      R"(,"jws":")" + found.jws + "\"}");
}

Result<Response> org(Node& n, const Request& r) {
  auto out = n.ledger->with_chain([&](const rules::Chain& c) -> std::optional<Value> {
    const auto* o = c.state().org(r.param("org"));
    if (o == nullptr) return std::nullopt;
    auto vaults = Value::array();
    for (const auto v : o->org.vaults) vaults.push(v);
    auto v = Value::object({{"org", o->org.org}, {"kind", o->org.kind}, {"name", o->org.name}});
    if (o->org.parent) v.set("parent", *o->org.parent);
    v.set("vaults", std::move(vaults));
    v.set("record", b64u(o->id));
    return v;
  });
  if (!out) return Unexpected(not_found());
  return answer(*out);
}

// ---- evidence ----

Result<Response> evidence(Node& n, const Request&) {
  auto list = Value::array();
  if (n.membership) {
    for (const auto& e : committee::list_evidence(n.membership->evidence_folder()))
      list.push(Value::object({{"name", e.name}, {"bytes", e.bytes}, {"time", utc_text(e.time)}}));
  }
  return answer(Value::object({{"evidence", std::move(list)}}));
}

Result<Response> one_evidence(Node& n, const Request& r) {
  auto bytes = n.membership ? committee::read_evidence(n.membership->evidence_folder(), r.param("name")) : std::nullopt;
  if (!bytes) return Unexpected(not_found());
  Response out;
  out.status = 200;
  out.body = std::move(*bytes);
  out.content_type = "application/octet-stream";
  return http::cached(std::move(out), http::immutable);
}

}  // namespace

void add_network_routes(Routes& r) {
  r.quick("GET", "/v1/network", network);
  r.quick("GET", "/v1/genesis",
          [](Node& n, const Request&) -> Result<Response> { return http::json_response(200, n.genesis_text); });
  r.quick("GET", "/v1/policy", policy);
  r.slow("GET", "/v1/evidence", evidence);
  r.slow("GET", "/v1/evidence/{name}", one_evidence);
  r.quick("GET", "/v1/orgs/{org}", org);
}

}  // namespace stele::app
