#include "node/app/staff.h"

#include <algorithm>

#include "node/app/answers.h"

namespace stele::app {
namespace {

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
  return any_grant(staff, scope.org, state, [&](const record::Grant& g) {
    if (g.subject || (g.cls && scope.cls.empty()) || (g.year && scope.year.empty())) return false;
    return covers(g, scope, std::nullopt, staff.today);
  });
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
  const auto claims = requests::decode_session(jws);
  if (!claims) return Unexpected(requests::not_signed());
  if (claims->net != net_ || claims->node != node_) return Unexpected(requests::wrong_node());
  const auto now = clock_().value;
  if (claims->until < claims->from || claims->until - claims->from > session_max_s || now > claims->until ||
      now + requests::request_age_max_s < claims->from)
    return Unexpected(requests::expired());
  STELE_TRY(auto staff, staff_of(claims->envelope.kid));
  const auto key = VerifyKey::parse(claims->key);
  if (!key || key->thumbprint() != kid || !requests::signed_by(claims->envelope, *staff.key.verify))
    return Unexpected(requests::bad_signature());
  return Signer{std::move(staff), *key};
}

Result<StaffGate::Signer> StaffGate::signer_of(const http::Request& request, const KeyId& kid) const {
  if (const auto session = request.headers.get("Stele-Session")) return session_of(*session, kid);
  STELE_TRY(auto staff, staff_of(kid));
  const VerifyKey key = *staff.key.verify;
  return Signer{std::move(staff), key};
}

Result<Staff> StaffGate::check(const http::Request& request) {
  const auto now = clock_();
  STELE_TRY(const auto claims, requests::claims_of(request, net_, node_, now));
  STELE_TRY(auto signer, signer_of(request, claims.envelope.kid));
  if (!requests::signed_by(claims.envelope, signer.key)) return Unexpected(requests::bad_signature());
  STELE_CHECK(nonces_.once(claims.nonce, now));
  return std::move(signer.staff);
}

}  // namespace stele::app
