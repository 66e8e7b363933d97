#include "tests/unit/golden/golden_body.h"

namespace stele::test {
namespace {

using namespace record;

template <class T, class Read>
std::vector<T> list_of(const Json& items, Read read) {
  std::vector<T> out;
  for (const Json& item : items) out.push_back(read(item));
  return out;
}
template <class Read>
auto optional_of(const Json& object, const char* name, Read read) -> std::optional<decltype(read(object))> {
  if (!object.contains(name)) return std::nullopt;
  return read(object.at(name));
}
std::optional<std::string> optional_text(const Json& object, const char* name) {
  return optional_of(object, name, text);
}
std::optional<RecordId> optional_id(const Json& object, const char* name) {
  return optional_of(object, name, fixed_base64url<RecordId>);
}
std::vector<std::string> texts(const Json& items) {
  return list_of<std::string>(items, text);
}
std::vector<RecordId> ids(const Json& items) {
  return list_of<RecordId>(items, fixed_base64url<RecordId>);
}
Date date(const Json& value) {
  const auto out = parse_date(text(value));
  EXPECT_TRUE(out);
  return out.value_or(Date{});
}
Type type(const Json& value) {
  const auto out = type_from_name(text(value));
  EXPECT_TRUE(out);
  return out.value_or(Type{});
}
Assessment assessment(const Json& value) {
  return {text(value.at("id")), fixed_base64url<Digest>(value.at("digest"))};
}
Unit unit(const Json& value) {
  static const std::map<std::string, Unit> words{{"own", Unit::own},
                                                 {"above", Unit::above},
                                                 {"root", Unit::root},
                                                 {"own-or-above", Unit::own_or_above},
                                                 {"other", Unit::other}};
  return words.at(text(value));
}
ScopeMember scope_member(const Json& value) {
  static const std::map<std::string, ScopeMember> words{{"class", ScopeMember::cls},
                                                        {"subject", ScopeMember::subject},
                                                        {"term", ScopeMember::term},
                                                        {"year", ScopeMember::year}};
  return words.at(text(value));
}
std::vector<ScopeMember> scope(const Json& items) {
  return list_of<ScopeMember>(items, scope_member);
}

Org org(const Json& s) {
  Org out;
  out.org = text(s.at("org"));
  out.kind = text(s.at("kind"));
  out.name = text(s.at("name"));
  out.parent = optional_text(s, "parent");
  out.vaults = s.at("vaults").get<std::vector<std::uint16_t>>();
  out.replaces = optional_id(s, "replaces");
  out.reason = optional_text(s, "reason");
  return out;
}

Grant grant(const Json& g) {
  return {text(g.at("role")),       text(g.at("org")),        optional_text(g, "class"),    optional_text(g, "subject"),
          optional_text(g, "term"), optional_text(g, "year"), optional_of(g, "from", date), optional_of(g, "to", date)};
}

Key key(const Json& s) {
  static const std::map<std::string, KeyUse> uses{
      {"sign", KeyUse::sign}, {"seal", KeyUse::seal}, {"export", KeyUse::export_copy}};
  Key out;
  out.org = text(s.at("org"));
  out.person = text(s.at("person"));
  out.use = uses.at(text(s.at("use")));
  out.jwk = jwk_of(s.at("jwk"));
  out.grants = list_of<Grant>(s.at("grants"), grant);
  out.binding = fixed_base64url<Digest>(s.at("binding"));
  out.proof = fixed_base64url<Signature>(s.at("proof"));
  out.replaces = optional_id(s, "replaces");
  out.reason = optional_text(s, "reason");
  return out;
}

std::vector<Validator> members(const Json& list) {
  return list_of<Validator>(list, [](const Json& m) {
    return Validator{text(m.at("id")), text(m.at("org")), fixed_base64url<PublicKey>(m.at("key"))};
  });
}

Orderers orderers(const Json& s) {
  return {members(s.at("add")), s.at("retire").get<std::vector<std::uint16_t>>()};
}

Validators validators(const Json& s) {
  Validators out;
  out.set = members(s.at("set"));
  if (s.contains("evidence")) out.evidence = ids(s.at("evidence"));
  return out;
}

Need need(const Json& n) {
  return {type(n.at("by")), n.at("count").get<std::uint32_t>(), unit(n.at("unit")), texts(n.at("roles")),
          scope(n.at("scope"))};
}

Act act(const Json& a) {
  Act out;
  out.act = type(a.at("act"));
  out.on = optional_text(a, "on");
  out.replaces = a.value("replaces", false);
  out.from = optional_of(a, "from", date);
  out.to = optional_of(a, "to", date);
  out.unit = unit(a.at("unit"));
  out.roles = texts(a.at("roles"));
  out.scope = scope(a.at("scope"));
  if (a.contains("may_grant")) out.may_grant = texts(a.at("may_grant"));
  out.period = optional_text(a, "period");
  out.needs = list_of<Need>(a.at("needs"), need);
  return out;
}

Policy policy(const Json& s) {
  Policy out;
  out.number = s.at("number").get<std::uint64_t>();
  out.rules = s.at("rules").get<std::uint32_t>();
  out.rules_from = s.at("rules_from").get<std::uint64_t>();
  out.roles = texts(s.at("roles"));
  out.org_kinds = texts(s.at("org_kinds"));
  out.kinds = texts(s.at("kinds"));
  out.reasons = texts(s.at("reasons"));
  const Json& limits = s.at("limits");
  out.limits = {limits.at("after_days").get<std::uint32_t>(), limits.at("pending_days").get<std::uint32_t>(),
                limits.at("second_key_days").get<std::uint32_t>()};
  out.quotas = list_of<Quota>(s.at("quotas"), [](const Json& q) {
    return Quota{type(q.at("act")), q.at("per_day").get<std::uint64_t>()};
  });
  out.assessment = list_of<AssessmentData>(s.at("assessment"), [](const Json& a) {
    return AssessmentData{assessment(a), unbase64url(text(a.at("data"))).value_or(Bytes{}),
                          optional_of(a, "from", date), optional_of(a, "to", date)};
  });
  out.acts = list_of<Act>(s.at("acts"), act);
  return out;
}

SecondSignature second_signature(const Json& s) {
  return {text(s.at("org")), text(s.at("role")), ids(s.at("targets"))};
}

ClassList class_list(const Json& s) {
  ClassList out;
  out.org = text(s.at("org"));
  out.kind = text(s.at("kind"));
  out.cls = text(s.at("class"));
  out.year = text(s.at("year"));
  out.root = fixed_base64url<Digest>(s.at("root"));
  out.rows = s.at("rows").get<std::uint32_t>();
  out.replaces = optional_id(s, "replaces");
  out.reason = optional_text(s, "reason");
  return out;
}

GradeSheet grade_sheet(const Json& s) {
  GradeSheet out;
  out.org = text(s.at("org"));
  out.kind = text(s.at("kind"));
  out.cls = text(s.at("class"));
  out.subject = text(s.at("subject"));
  out.group = optional_text(s, "group");
  out.term = text(s.at("term"));
  out.year = text(s.at("year"));
  out.list = fixed_base64url<RecordId>(s.at("list"));
  out.assessment = assessment(s.at("assessment"));
  out.root = fixed_base64url<Digest>(s.at("root"));
  out.rows = s.at("rows").get<std::uint32_t>();
  return out;
}

SummarySheet summary_sheet(const Json& s) {
  SummarySheet out;
  out.org = text(s.at("org"));
  out.kind = text(s.at("kind"));
  out.cls = text(s.at("class"));
  out.term = text(s.at("term"));
  out.year = text(s.at("year"));
  out.list = fixed_base64url<RecordId>(s.at("list"));
  out.assessment = assessment(s.at("assessment"));
  out.root = fixed_base64url<Digest>(s.at("root"));
  out.rows = s.at("rows").get<std::uint32_t>();
  return out;
}

RegisterPage register_page(const Json& s) {
  RegisterPage out;
  out.org = text(s.at("org"));
  out.kind = text(s.at("kind"));
  out.volume = text(s.at("volume"));
  out.page = s.at("page").get<std::uint32_t>();
  out.scan = fixed_base64url<Digest>(s.at("scan"));
  out.root = fixed_base64url<Digest>(s.at("root"));
  out.rows = s.at("rows").get<std::uint32_t>();
  return out;
}

Amend amend(const Json& s) {
  Amend out;
  out.org = text(s.at("org"));
  out.reason = text(s.at("reason"));
  out.target = fixed_base64url<RecordId>(s.at("target"));
  out.positions = s.at("positions").get<std::vector<std::uint32_t>>();
  out.root = fixed_base64url<Digest>(s.at("root"));
  out.rows = s.at("rows").get<std::uint32_t>();
  out.supersedes = ids(s.at("supersedes"));
  return out;
}

StatusChange status_change(const Json& s) {
  StatusChange out{text(s.at("org")), text(s.at("reason")), ids(s.at("targets")), {}};
  out.lifts = optional_of(s, "lifts", [](const Json& v) { return fixed_base64url<RecordId>(v); });
  return out;
}

Compromise compromise(const Json& s) {
  Compromise out;
  out.org = text(s.at("org"));
  out.key = fixed_base64url<KeyId>(s.at("key"));
  out.from = s.at("from").get<std::uint64_t>();
  out.to = optional_of(s, "to", [](const Json& n) { return n.get<std::uint64_t>(); });
  out.reason = text(s.at("reason"));
  return out;
}

Erase erase(const Json& s) {
  Erase out;
  out.org = text(s.at("org"));
  out.reason = text(s.at("reason"));
  out.target = fixed_base64url<RecordId>(s.at("target"));
  out.positions = s.at("positions").get<std::vector<std::uint32_t>>();
  out.book = s.value("book", false);
  out.receipts = list_of<EraseReceipt>(s.at("receipts"), [](const Json& r) {
    return EraseReceipt{r.at("vault").get<std::uint16_t>(), fixed_base64url<Signature>(r.at("signature"))};
  });
  return out;
}

Document document(const Json& s) {
  return {text(s.at("org")), text(s.at("kind")), list_of<Digest>(s.at("digests"), fixed_base64url<Digest>)};
}

Credential credential(const Json& payload) {
  const Json& s = payload.at("stele");
  const Json& slot = payload.at("status").at("status_list");
  Credential out;
  out.iss = text(payload.at("iss"));
  out.vct = text(payload.at("vct"));
  out.sd = list_of<Digest>(payload.at("_sd"), fixed_base64url<Digest>);
  out.status = {text(slot.at("uri")), slot.at("idx").get<std::uint32_t>()};
  out.cnf = optional_of(payload, "cnf", [](const Json& c) { return jwk_of(c.at("jwk")); });
  out.org = text(s.at("org"));
  out.kind = text(s.at("kind"));
  out.period = s.value("period", std::string());
  if (s.contains("tag")) out.tag = fixed_base64url<Tag256>(s.at("tag"));
  out.replaces = optional_id(s, "replaces");
  out.reason = optional_text(s, "reason");
  out.assessment = optional_of(s, "assessment", assessment);
  out.cls = optional_text(s, "class");
  out.register_number = optional_of(s, "register", [](const Json& r) {
    return RegisterNumber{text(r.at("year")), r.at("number").get<std::uint64_t>()};
  });
  out.to = optional_text(s, "to");
  out.original = optional_id(s, "original");
  return out;
}

}  // namespace

Jwk jwk_of(const Json& j) {
  Jwk out;
  out.p256 = text(j.at("crv")) == "P-256";
  out.x = fixed_base64url<Digest>(j.at("x")).bytes;
  out.y = fixed_base64url<Digest>(j.at("y")).bytes;
  return out;
}

Common common_of(const Json& payload) {
  const Json& s = payload.at("stele");
  return {text(s.at("net")), fixed_base64url<HeaderHash>(s.at("after"))};
}

Body body_of(Type t, const Json& payload) {
  if (is_credential(t)) return credential(payload);
  const Json& s = payload.at("stele");
  switch (t) {
    case Type::org:
      return org(s);
    case Type::key:
      return key(s);
    case Type::validators:
      return validators(s);
    case Type::orderers:
      return orderers(s);
    case Type::policy:
      return policy(s);
    case Type::approve:
    case Type::countersign:
    case Type::seal:
      return second_signature(s);
    case Type::class_list:
      return class_list(s);
    case Type::grade_sheet:
      return grade_sheet(s);
    case Type::summary_sheet:
      return summary_sheet(s);
    case Type::register_page:
      return register_page(s);
    case Type::amend:
      return amend(s);
    case Type::suspend:
    case Type::reinstate:
    case Type::revoke:
      return status_change(s);
    case Type::compromise:
      return compromise(s);
    case Type::erase:
      return erase(s);
    case Type::document:
      return document(s);
    default:
      ADD_FAILURE() << "no such type";
      return Document{};
  }
}

}  // namespace stele::test
