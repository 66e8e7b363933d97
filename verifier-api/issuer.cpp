#include "verifier-api/issuer.h"

#include <algorithm>

#include "ledger/base/encoding.h"

namespace stele::verifier {
namespace {

/// Would this act let the key sign some credential here? A grant for one class only is asked about that class.
bool lets_sign(const registry::State& s, const record::Act& act, const record::Key& key, const std::string& org,
               Date date) {
  registry::Subject subject;
  subject.type = act.act;
  subject.on = act.on;
  subject.org = org;
  subject.replaces = act.replaces;
  return std::any_of(key.grants.begin(), key.grants.end(), [&](const record::Grant& g) {
    subject.cls = g.cls;
    subject.subject = g.subject;
    subject.term = g.term;
    subject.year = g.year;
    return registry::find_act(s.policy->policy, subject, {&g, 1}, date, s) != nullptr;
  });
}

bool may_issue(const registry::State& s, const registry::KeyState& k, const std::string& org, Date date) {
  const bool exports = k.key.use == record::KeyUse::export_copy;
  if (k.key.use == record::KeyUse::seal || k.root || !s.key_valid(k) || !s.org_valid(k.key.org)) return false;
  const auto& acts = s.policy->policy.acts;
  return std::any_of(acts.begin(), acts.end(), [&](const record::Act& act) {
    return record::is_credential(act.act) && (act.act == record::Type::export_copy) == exports &&
           lets_sign(s, act, k.key, org, date);
  });
}

}  // namespace

std::vector<const registry::KeyState*> issuing_keys(const registry::State& s, const std::string& org, Date date) {
  std::vector<const registry::KeyState*> out;
  if (!s.policy || s.org(org) == nullptr || !s.org_valid(org)) return out;
  for (const auto& [kid, key] : s.keys) {
    if (may_issue(s, key, org, date)) out.push_back(&key);
  }
  std::sort(out.begin(), out.end(),
            [](const auto* a, const auto* b) { return a->key.jwk.thumbprint() < b->key.jwk.thumbprint(); });
  return out;
}

json::Value jwks(const std::vector<const registry::KeyState*>& list) {
  auto keys = json::Value::array();
  for (const auto* k : list) {
    const auto& jwk = k->key.jwk;
    keys.push(json::Value::object({{"kty", "EC"},
                                   {"crv", jwk.p256 ? "P-256" : "secp256k1"},
                                   {"x", base64url(jwk.x)},
                                   {"y", base64url(jwk.y)},
                                   {"kid", base64url(jwk.thumbprint().view())},
                                   {"alg", jwk.p256 ? "ES256" : "ES256K"},
                                   {"use", "sig"}}));
  }
  return json::Value::object({{"keys", std::move(keys)}});
}

}  // namespace stele::verifier
