#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode_body.h"
#include "ledger/record/forms.h"

namespace stele::record {
namespace {

using json::Field;
using json::ObjectReader;

constexpr std::size_t codes_max = 64;
constexpr std::size_t quotas_max = 64;
constexpr std::size_t rule_sets_max = 16;
constexpr std::size_t rule_set_bytes_max = 32'768;
constexpr std::size_t acts_max = 256;
constexpr std::size_t act_roles_max = 16;
constexpr std::size_t scope_max = 4;
constexpr std::size_t needs_max = 4;
constexpr std::uint32_t need_count_max = 8;
constexpr std::uint32_t days_max = 365;
constexpr std::uint32_t rules_max = 65'535;
constexpr auto integer_max = std::uint64_t(json::integer_max);

std::vector<std::string> read_codes(ObjectReader& r, std::string_view name, std::size_t min, std::size_t max) {
  return r.array(name, min, max, [](Field& f) { return f.string(text::code); });
}

Type read_type(ObjectReader& r, std::string_view name) {
  return r.parsed(name, type_from_name);
}

std::vector<ScopeMember> read_scope(ObjectReader& r) {
  return r.array("scope", 0, scope_max, [](Field& f) {
    return f.choice<ScopeMember>({{"class", ScopeMember::cls},
                                  {"subject", ScopeMember::subject},
                                  {"term", ScopeMember::term},
                                  {"year", ScopeMember::year}});
  });
}

std::optional<Unit> unit_from_name(std::string_view name) {
  if (name == "own") return Unit::own;
  if (name == "above") return Unit::above;
  if (name == "root") return Unit::root;
  if (name == "own-or-above") return Unit::own_or_above;
  return std::nullopt;
}

/// Only a second signature can be asked from elsewhere.
std::optional<Unit> need_unit_from_name(std::string_view name) {
  return name == "other" ? Unit::other : unit_from_name(name);
}

Need read_need(ObjectReader& n) {
  Need out;
  out.by = n.choice<Type>("by", {{"approve", Type::approve}, {"countersign", Type::countersign}, {"seal", Type::seal}});
  out.count = n.integer<std::uint32_t>("count", 1, need_count_max);
  out.unit = n.parsed("unit", need_unit_from_name);
  out.roles = read_codes(n, "roles", 1, act_roles_max);
  out.scope = read_scope(n);
  return out;
}

Act read_act(ObjectReader& a) {
  Act out;
  out.act = read_type(a, "act");
  out.on = a.optional_string("on", text::code);
  out.replaces = a.optional_boolean("replaces").value_or(false);
  out.from = a.optional_parsed("from", parse_date);
  out.to = a.optional_parsed("to", parse_date);
  out.unit = a.parsed("unit", unit_from_name);
  out.roles = read_codes(a, "roles", 1, act_roles_max);
  out.scope = read_scope(a);
  if (a.has("may_grant")) out.may_grant = read_codes(a, "may_grant", 0, codes_max);
  out.period = a.optional_parsed("period", [](std::string_view word) {
    return word == "year" || word == "once" || word == "nth" ? std::optional<std::string>(word) : std::nullopt;
  });
  out.needs = a.array("needs", 0, needs_max, [](Field& f) { return f.object(read_need); });
  return out;
}

Limits read_limits(ObjectReader& l) {
  Limits out;
  out.after_days = l.integer<std::uint32_t>("after_days", 1, days_max);
  out.pending_days = l.integer<std::uint32_t>("pending_days", 1, days_max);
  out.second_key_days = l.integer<std::uint32_t>("second_key_days", 1, days_max);
  return out;
}

Quota read_quota(ObjectReader& q) {
  Quota out;
  out.act = read_type(q, "act");
  out.per_day = q.integer<std::uint64_t>("per_day", 0, integer_max);
  return out;
}

AssessmentData read_assessment_data(ObjectReader& a) {
  AssessmentData out;
  out.set = read_assessment(a);
  out.data = a.parsed("data", [](std::string_view b64) -> std::optional<Bytes> {
    auto bytes = unbase64url(b64);
    if (!bytes || bytes->size() > rule_set_bytes_max) return std::nullopt;
    return bytes;
  });
  out.from = a.optional_parsed("from", parse_date);
  out.to = a.optional_parsed("to", parse_date);
  return out;
}

std::string item(std::string_view list, std::size_t i, std::string_view member) {
  return "stele." + std::string(list) + "[" + std::to_string(i) + "]." + std::string(member);
}

Result<void, Rejection> check_act(const Act& act, std::size_t i) {
  STELE_CHECK(check_distinct(act.roles, item("acts", i, "roles")));
  STELE_CHECK(check_distinct(act.scope, item("acts", i, "scope")));
  STELE_CHECK(check_distinct(act.may_grant, item("acts", i, "may_grant")));
  for (std::size_t n = 0; n < act.needs.size(); ++n) {
    const std::string need = item("acts", i, "needs") + "[" + std::to_string(n) + "]";
    STELE_CHECK(check_distinct(act.needs[n].roles, need + ".roles"));
    STELE_CHECK(check_distinct(act.needs[n].scope, need + ".scope"));
  }
  return {};
}

}  // namespace

Policy read_policy(ObjectReader& s) {
  Policy out;
  out.number = s.integer<std::uint64_t>("number", 1, integer_max);
  out.rules = s.integer<std::uint32_t>("rules", 1, rules_max);
  out.rules_from = s.integer<std::uint64_t>("rules_from", 0, integer_max);
  out.roles = read_codes(s, "roles", 1, codes_max);
  out.org_kinds = read_codes(s, "org_kinds", 1, codes_max);
  out.kinds = read_codes(s, "kinds", 1, codes_max);
  out.reasons = read_codes(s, "reasons", 1, codes_max);
  out.limits = s.object("limits", read_limits);
  out.quotas = s.array("quotas", 0, quotas_max, [](Field& f) { return f.object(read_quota); });
  out.assessment = s.array("assessment", 0, rule_sets_max, [](Field& f) { return f.object(read_assessment_data); });
  out.acts = s.array("acts", 1, acts_max, [](Field& f) { return f.object(read_act); });
  return out;
}

Result<void, Rejection> check_policy(const Policy& policy) {
  STELE_CHECK(check_distinct(policy.roles, "stele.roles"));
  for (std::size_t i = 0; i < policy.roles.size(); ++i) {
    // The capacity of genesis roots, which no policy gives.
    if (policy.roles[i] == "root") return reject(RejectionCode::bad_form, "stele.roles[" + std::to_string(i) + "]");
  }
  STELE_CHECK(check_distinct(policy.org_kinds, "stele.org_kinds"));
  STELE_CHECK(check_distinct(policy.kinds, "stele.kinds"));
  STELE_CHECK(check_distinct(policy.reasons, "stele.reasons"));
  STELE_CHECK(check_distinct(policy.quotas, "stele.quotas", [](const Quota& q) { return q.act; }));
  for (std::size_t i = 0; i < policy.assessment.size(); ++i) {
    const auto& entry = policy.assessment[i];
    if (sha256(entry.data) != entry.set.digest) return reject(RejectionCode::bad_form, item("assessment", i, "digest"));
  }
  for (std::size_t i = 0; i < policy.acts.size(); ++i) STELE_CHECK(check_act(policy.acts[i], i));
  return {};
}

}  // namespace stele::record
