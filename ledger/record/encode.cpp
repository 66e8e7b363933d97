#include "ledger/record/encode.h"

#include "ledger/base/encoding.h"
#include "ledger/record/json.h"

namespace stele::record {
namespace {

using json::Value;

template <class T>
Value b64(const T& fixed) {
  return base64url(fixed.view());
}

template <class List, class Print>
Value list(const List& items, Print print) {
  Value out = Value::array();
  for (const auto& item : items) out.push(print(item));
  return out;
}
Value ids(const std::vector<RecordId>& items) {
  return list(items, b64<RecordId>);
}
Value codes(const std::vector<std::string>& items) {
  return list(items, [](const std::string& code) { return Value(code); });
}
template <class T>
Value numbers(const std::vector<T>& items) {
  return list(items, [](T n) { return Value(n); });
}

void set_text(Value& out, std::string_view name, const std::optional<std::string>& text) {
  if (text) out.set(name, *text);
}
void set_date(Value& out, std::string_view name, const std::optional<Date>& date) {
  if (date) out.set(name, date_text(*date));
}
void set_id(Value& out, std::string_view name, const std::optional<RecordId>& id) {
  if (id) out.set(name, b64(*id));
}

Value to_json(const Jwk& jwk) {
  return Value::object(
      {{"crv", jwk.p256 ? "P-256" : "secp256k1"}, {"kty", "EC"}, {"x", base64url(jwk.x)}, {"y", base64url(jwk.y)}});
}
Value to_json(const Assessment& a) {
  return Value::object({{"id", a.id}, {"digest", b64(a.digest)}});
}
Value to_json(const Grant& g) {
  Value out = Value::object({{"role", g.role}, {"org", g.org}});
  set_text(out, "class", g.cls);
  set_text(out, "subject", g.subject);
  set_text(out, "term", g.term);
  set_text(out, "year", g.year);
  set_date(out, "from", g.from);
  set_date(out, "to", g.to);
  return out;
}

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::own:
      return "own";
    case Unit::above:
      return "above";
    case Unit::root:
      return "root";
    case Unit::own_or_above:
      return "own-or-above";
    case Unit::other:
      break;
  }
  return "other";
}
std::string_view scope_name(ScopeMember member) {
  switch (member) {
    case ScopeMember::cls:
      return "class";
    case ScopeMember::subject:
      return "subject";
    case ScopeMember::term:
      return "term";
    case ScopeMember::year:
      break;
  }
  return "year";
}
Value scope(const std::vector<ScopeMember>& members) {
  return list(members, [](ScopeMember m) { return Value(scope_name(m)); });
}
std::string_view use_name(KeyUse use) {
  switch (use) {
    case KeyUse::sign:
      return "sign";
    case KeyUse::seal:
      return "seal";
    case KeyUse::export_copy:
      break;
  }
  return "export";
}

Value to_json(const Need& n) {
  return Value::object({{"by", type_name(n.by)},
                        {"count", n.count},
                        {"unit", unit_name(n.unit)},
                        {"roles", codes(n.roles)},
                        {"scope", scope(n.scope)}});
}
Value to_json(const Act& a) {
  Value out = Value::object({{"act", type_name(a.act)}});
  set_text(out, "on", a.on);
  if (a.replaces) out.set("replaces", true);
  set_date(out, "from", a.from);
  set_date(out, "to", a.to);
  out.set("unit", unit_name(a.unit));
  out.set("roles", codes(a.roles));
  out.set("scope", scope(a.scope));
  if (!a.may_grant.empty()) out.set("may_grant", codes(a.may_grant));
  set_text(out, "period", a.period);
  out.set("needs", list(a.needs, [](const Need& n) { return to_json(n); }));
  return out;
}
Value to_json(const AssessmentData& a) {
  Value out = to_json(a.set);
  out.set("data", base64url(a.data));
  set_date(out, "from", a.from);
  set_date(out, "to", a.to);
  return out;
}

/// Appends the members of `stele` after `v net after`, in the order of wire-format.md sections 4, 4.2 and 5.
struct Members {
  Value& s;

  void operator()(const Org& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    set_text(s, "parent", b.parent);
    s.set("name", b.name);
    s.set("vaults", numbers(b.vaults));
    replaces(b);
  }
  void operator()(const Key& b) const {
    s.set("org", b.org);
    s.set("person", b.person);
    s.set("use", use_name(b.use));
    s.set("jwk", to_json(b.jwk));
    s.set("grants", list(b.grants, [](const Grant& g) { return to_json(g); }));
    s.set("binding", b64(b.binding));
    s.set("proof", b64(b.proof));
    replaces(b);
  }
  static Value members(const std::vector<Validator>& all) {
    return list(all, [](const Validator& v) {
      return Value::object({{"id", v.id}, {"org", v.org}, {"key", b64(v.key)}});
    });
  }
  void operator()(const Orderers& b) const {
    s.set("add", members(b.add));
    s.set("retire", list(b.retire, [](std::uint16_t n) { return Value(n); }));
  }
  void operator()(const Validators& b) const {
    s.set("set", members(b.set));
    if (!b.evidence.empty()) s.set("evidence", ids(b.evidence));
  }
  void operator()(const Policy& b) const {
    s.set("number", b.number);
    s.set("rules", b.rules);
    s.set("rules_from", b.rules_from);
    s.set("roles", codes(b.roles));
    s.set("org_kinds", codes(b.org_kinds));
    s.set("kinds", codes(b.kinds));
    s.set("reasons", codes(b.reasons));
    s.set("limits", Value::object({{"after_days", b.limits.after_days},
                                   {"pending_days", b.limits.pending_days},
                                   {"second_key_days", b.limits.second_key_days}}));
    s.set("quotas", list(b.quotas, [](const Quota& q) {
            return Value::object({{"act", type_name(q.act)}, {"per_day", q.per_day}});
          }));
    s.set("assessment", list(b.assessment, [](const AssessmentData& a) { return to_json(a); }));
    s.set("acts", list(b.acts, [](const Act& a) { return to_json(a); }));
  }
  void operator()(const SecondSignature& b) const {
    s.set("org", b.org);
    s.set("role", b.role);
    s.set("targets", ids(b.targets));
  }
  void operator()(const ClassList& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    s.set("class", b.cls);
    s.set("year", b.year);
    tree(b);
    replaces(b);
  }
  void operator()(const GradeSheet& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    s.set("class", b.cls);
    s.set("subject", b.subject);
    set_text(s, "group", b.group);
    s.set("term", b.term);
    s.set("year", b.year);
    s.set("list", b64(b.list));
    s.set("assessment", to_json(b.assessment));
    tree(b);
  }
  void operator()(const SummarySheet& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    s.set("class", b.cls);
    s.set("term", b.term);
    s.set("year", b.year);
    s.set("list", b64(b.list));
    s.set("assessment", to_json(b.assessment));
    tree(b);
  }
  void operator()(const RegisterPage& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    s.set("volume", b.volume);
    s.set("page", b.page);
    s.set("scan", b64(b.scan));
    tree(b);
  }
  void operator()(const Amend& b) const {
    s.set("org", b.org);
    s.set("target", b64(b.target));
    s.set("positions", numbers(b.positions));
    tree(b);
    s.set("reason", b.reason);
    s.set("supersedes", ids(b.supersedes));
  }
  void operator()(const StatusChange& b) const {
    s.set("org", b.org);
    s.set("targets", ids(b.targets));
    s.set("reason", b.reason);
    if (b.lifts) s.set("lifts", b64(*b.lifts));
  }
  void operator()(const Compromise& b) const {
    s.set("org", b.org);
    s.set("key", b64(b.key));
    s.set("from", b.from);
    if (b.to) s.set("to", *b.to);
    s.set("reason", b.reason);
  }
  void operator()(const Erase& b) const {
    s.set("org", b.org);
    s.set("target", b64(b.target));
    s.set("positions", numbers(b.positions));
    if (b.book) s.set("book", true);
    s.set("reason", b.reason);
    s.set("receipts", list(b.receipts, [](const EraseReceipt& r) {
            return Value::object({{"vault", r.vault}, {"signature", b64(r.signature)}});
          }));
  }
  void operator()(const Document& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    s.set("digests", list(b.digests, b64<Digest>));
  }
  void operator()(const Credential& b) const {
    s.set("org", b.org);
    s.set("kind", b.kind);
    if (!b.original) {
      s.set("tag", b64(b.tag));
      s.set("period", b.period);
    }
    replaces(b);
    if (b.assessment) s.set("assessment", to_json(*b.assessment));
    set_text(s, "class", b.cls);
    if (b.register_number) {
      s.set("register", Value::object({{"year", b.register_number->year}, {"number", b.register_number->number}}));
    }
    set_text(s, "to", b.to);
    set_id(s, "original", b.original);
  }

 private:
  template <class T>
  void replaces(const T& b) const {
    set_id(s, "replaces", b.replaces);
    set_text(s, "reason", b.reason);
  }
  template <class Sheet>
  void tree(const Sheet& b) const {
    s.set("root", b64(b.root));
    s.set("rows", b.rows);
  }
};

/// What stands before `stele` in a credential.
Value credential_claims(const Credential& c) {
  Value out = Value::object({{"iss", c.iss}, {"vct", c.vct}, {"_sd_alg", "sha-256"}});
  out.set("_sd", list(c.sd, b64<Digest>));
  out.set("status", Value::object({{"status_list", Value::object({{"idx", c.status.idx}, {"uri", c.status.uri}})}}));
  if (c.cnf) out.set("cnf", Value::object({{"jwk", to_json(*c.cnf)}}));
  return out;
}

std::string typ_of(Type type) {
  if (is_credential(type)) return "dc+sd-jwt";
  return "stele-" + std::string(type_name(type)) + "+jwt";
}

std::string text_b64(const Value& value) {
  return base64url(as_bytes(json::write(value)));
}

}  // namespace

std::string signing_input(Type type, const KeyId& kid, const Common& common, const Body& body) {
  const Value header = Value::object(
      {{"alg", type == Type::export_copy ? "ES256" : "ES256K"}, {"kid", b64(kid)}, {"typ", typ_of(type)}});
  Value stele = Value::object({{"v", 1}, {"net", common.net}, {"after", b64(common.after)}});
  std::visit(Members{stele}, body);
  const auto* credential = std::get_if<Credential>(&body);
  Value payload = credential != nullptr ? credential_claims(*credential) : Value::object();
  payload.set("stele", std::move(stele));
  return text_b64(header) + "." + text_b64(payload);
}

std::string compact(std::string_view signing_input, const Signature& signature) {
  return std::string(signing_input) + "." + base64url(signature.view());
}

}  // namespace stele::record
