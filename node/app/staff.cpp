#include "node/app/staff.h"

#include <algorithm>

#include "ledger/base/hash.h"
#include "node/app/answers.h"
#include "node/app/staff_request.h"

namespace stele::app {
namespace {

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
  const auto claims = decode_session(jws);
  if (!claims) return Unexpected(not_signed());
  if (claims->net != net_ || claims->node != node_) return Unexpected(wrong_node());
  const auto now = clock_().value;
  if (claims->until < claims->from || claims->until - claims->from > session_max_s || now > claims->until ||
      now + request_age_max_s < claims->from)
    return Unexpected(expired());
  STELE_TRY(auto staff, staff_of(claims->envelope.kid));
  const auto key = VerifyKey::parse(claims->key);
  if (!key || key->thumbprint() != kid || !signed_by(claims->envelope, *staff.key.verify))
    return Unexpected(bad_signature());
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
  const auto claims = decode_request(header->substr(scheme.size()));
  if (!claims) return Unexpected(not_signed());
  if (claims->net != net_ || claims->node != node_) return Unexpected(wrong_node());
  const auto now = clock_();
  if (claims->time + request_age_max_s < now.value || now.value + request_age_max_s < claims->time)
    return Unexpected(expired());
  if (claims->method != request.method || claims->path != request.target ||
      claims->body != sha256(as_bytes(request.body)))
    return Unexpected(bad_signature());
  STELE_TRY(auto signer, signer_of(request, claims->envelope.kid));
  if (!signed_by(claims->envelope, signer.key)) return Unexpected(bad_signature());
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
