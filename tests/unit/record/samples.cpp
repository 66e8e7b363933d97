#include "tests/unit/record/samples.h"

#include <algorithm>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/encode.h"

namespace stele::record::samples {
namespace {

Jwk jwk(bool p256, std::string_view x, std::string_view y) {
  Jwk out;
  out.p256 = p256;
  out.x = fixed_from_base64url<Digest>(x).value().bytes;
  out.y = fixed_from_base64url<Digest>(y).value().bytes;
  return out;
}

std::vector<RecordId> ids(std::size_t count) {
  std::vector<RecordId> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(filled<RecordId>(std::uint8_t(10 + i)));
  return out;
}

Assessment assessment() {
  return {"tt22-2021", filled<Digest>(40)};
}

Policy policy() {
  Policy out;
  out.number = 3;
  out.rules = 1;
  out.rules_from = 900;
  out.roles = {"principal", "subject-teacher"};
  out.org_kinds = {"school", "department"};
  out.kinds = {"thpt", "thcs"};
  out.reasons = {"entry-error"};
  out.limits = {30, 31, 32};
  out.quotas = {{Type::amend, 60}, {Type::grade_sheet, 0}};
  AssessmentData data;
  data.data = {'{', '}'};
  data.set = {"tt22-2021", sha256(data.data)};
  data.from = Date{2025, 9, 5};
  data.to = Date{2026, 5, 31};
  out.assessment = {data};
  Act act;
  act.act = Type::diploma;
  act.on = "thpt";
  act.replaces = true;
  act.from = Date{2026, 4, 15};
  act.to = Date{2030, 1, 1};
  act.unit = Unit::own_or_above;
  act.roles = {"principal"};
  act.scope = {ScopeMember::cls, ScopeMember::subject, ScopeMember::term, ScopeMember::year};
  act.may_grant = {"subject-teacher"};
  act.period = "nth";
  act.needs = {{Type::seal, 1, Unit::own, {"principal"}, {}},
               {Type::approve, 8, Unit::other, {"principal"}, {ScopeMember::cls}},
               {Type::countersign, 2, Unit::root, {"principal"}, {}}};
  Act plain;
  plain.act = Type::document;
  plain.unit = Unit::above;
  plain.roles = {"principal"};
  out.acts = {act, plain};
  return out;
}

Credential credential(Type type) {
  Credential out;
  const bool many = type == Type::transcript || type == Type::export_copy;
  for (int i = 0; i < (many ? 64 : 32); ++i) {
    const std::string number = std::to_string(i);
    out.sd.push_back(sha256(as_bytes(number)));
  }
  const auto as_text = [](const Digest& d) { return base64url(d.view()); };
  std::sort(out.sd.begin(), out.sd.end(), [&](const auto& a, const auto& b) { return as_text(a) < as_text(b); });
  out.org = "thpt-vi-du-1";
  out.kind = "thpt";
  out.iss = std::string(base_url) + "/orgs/" + out.org;
  out.vct = std::string(base_url) + "/vct/sd-jwt-vc-13/" + std::string(type_name(type)) + "/1";
  out.status = {std::string(base_url) + "/status/2/17", 1'048'575};
  out.cnf = point();
  if (type == Type::export_copy) {
    out.original = filled<RecordId>(50);
    return out;
  }
  out.tag = filled<Tag256>(51);
  out.period = "2025";
  out.replaces = filled<RecordId>(52);
  out.reason = "civil-status";
  if (type == Type::transcript) {
    out.assessment = assessment();
    out.cls = "12A1";
  }
  if (type == Type::diploma) {
    out.period = "once";
    out.register_number = RegisterNumber{"2026", 123};
  }
  if (type == Type::school_transfer) out.to = "thpt-vi-du-2";
  return out;
}

Body full_body(Type type) {
  const std::string org = "thpt-vi-du-1";
  const auto id = filled<RecordId>(60);
  const auto root = filled<Digest>(61);
  switch (type) {
    case Type::org: {
      Org out{org, "school", "Trường THPT Ví Dụ Số 1", "so-vi-du", {0, 2, 63}, id, "org-renamed"};
      return out;
    }
    case Type::key: {
      Key out;
      out.org = org;
      out.person = person();
      out.use = KeyUse::sign;
      out.jwk = point();
      out.grants = {{"subject-teacher", org, "10A1", "toan", "1", "2025", Date{2025, 9, 5}, Date{2026, 5, 31}},
                    {"homeroom-teacher", org, "10A1", {}, {}, {}, {}, {}}};
      out.binding = filled<Digest>(62);
      out.proof = filled<Signature>(63);
      out.replaces = id;
      out.reason = "role-change";
      return out;
    }
    case Type::validators:
      return Validators{{{"so-vi-du", "so-1", public_key(0)}, {"phuong-1", "ward-1", public_key(1)}}, ids(2)};
    case Type::orderers:
      return Orderers{{{"so-moi", "so-1", public_key(2)}}, {0, 1'023}};
    case Type::policy:
      return policy();
    case Type::approve:
    case Type::countersign:
    case Type::seal:
      return SecondSignature{org, "principal", ids(3)};
    case Type::class_list:
      return ClassList{org, "thpt", "10A1", "2025", root, 48, id, "entry-error"};
    case Type::grade_sheet: {
      GradeSheet out{org, "thpt", "10A1", "toan", "1", "2025", "nhom-1", id, assessment(), root, 48};
      return out;
    }
    case Type::summary_sheet:
      return SummarySheet{org, "thpt", "10A1", "year", "2025", id, assessment(), root, 4096};
    case Type::register_page:
      return RegisterPage{org, "thpt", "quyen-3", 99'999, filled<Digest>(64), root, 16};
    case Type::amend:
      return Amend{org, "entry-error", id, {0, 7, 4095}, root, 16, ids(2)};
    case Type::suspend:
    case Type::revoke:
      return StatusChange{org, "fraud", ids(2), {}};
    case Type::reinstate:
      return StatusChange{org, "fraud", ids(2), id};
    case Type::compromise:
      return Compromise{org, filled<KeyId>(65), 5, 900, "key-lost"};
    case Type::erase:
      return Erase{org, "decision", id, {3, 4}, true, {{0, filled<Signature>(66)}, {2, filled<Signature>(67)}}};
    case Type::document:
      return Document{org, "minutes", {filled<Digest>(69), filled<Digest>(68)}};  // order matters here, and is free
    case Type::transcript:
    case Type::diploma:
    case Type::certificate:
    case Type::school_transfer:
    case Type::export_copy:
      break;
  }
  return credential(type);
}

struct Strip {
  template <class T>
  void operator()(T& /*unused*/) const {}
  void operator()(Org& b) const {
    b.parent.reset();
    b.vaults.clear();
    b.replaces.reset();
    b.reason.reset();
  }
  void operator()(Key& b) const {
    b.grants.clear();
    b.replaces.reset();
    b.reason.reset();
  }
  void operator()(Validators& b) const { b.evidence.clear(); }
  void operator()(Orderers& b) const { b.add.clear(); }
  void operator()(Policy& b) const {
    b.quotas.clear();
    b.assessment.clear();
    b.acts.erase(b.acts.begin());
  }
  void operator()(ClassList& b) const {
    b.replaces.reset();
    b.reason.reset();
  }
  void operator()(GradeSheet& b) const { b.group.reset(); }
  void operator()(Amend& b) const { b.supersedes.clear(); }
  void operator()(Compromise& b) const { b.to.reset(); }
  void operator()(Erase& b) const {
    b.positions.clear();
    b.book = false;
  }
  void operator()(Credential& b) const {
    b.cnf.reset();
    b.replaces.reset();
    b.reason.reset();
  }
};

std::string decoded(std::string_view b64) {
  return std::string(as_text(unbase64url(b64).value()));
}

}  // namespace

Common common() {
  return {std::string(net), filled<HeaderHash>(7)};
}

Jwk point() {
  return jwk(false, "YNyQfetshajnbRaY3AUwD2gVFXFyETEzJxX-330eEcI", "41wa_KKge2hsypugKH8glqv8QQKGkimgKDu02M9atXM");
}

Jwk p256_point() {
  return jwk(true, "E1o7J9ibl6fLQxWxetUlMAGMWn_PvLdTxqMsBcUhvzs", "9h5uA4sekcVVb3Wh7LCNS58HEFwI-MHsagFLnkhVtco");
}

PublicKey public_key(std::size_t i) {
  static constexpr std::string_view keys[] = {
      "AhwNNTXiCCLDxQs0goIvCF-AC_S618Qi_E-pY0NBv-MQ", "AjKFugc5Hrh7xI_SZRqU-JWt4ZWmBjkRE5ivLBEoK7BR",
      "A8TdLRw3Agz9znEtdfSQU1bcR6YadkibxVdGR2FKkvsl", "Av1Ss_x9yWlU98rRFn_yVvgJ2YGLjXnifc-mpz8dIEv_"};
  STELE_ASSERT(i < std::size(keys));
  return fixed_from_base64url<PublicKey>(keys[i]).value();
}

std::string person() {
  return "AAECAwQFBgcICQoLDA0ODw";
}

Sample full(Type type) {
  return {type, full_body(type)};
}

Sample bare(Type type) {
  Sample out = full(type);
  std::visit(Strip{}, out.body);
  return out;
}

std::vector<Type> all_types() {
  std::vector<Type> out;
  for (std::size_t i = 0; i < type_count; ++i) out.push_back(Type(i));
  return out;
}

std::string jws(Type type, const Body& body) {
  return compact(signing_input(type, filled<KeyId>(3), common(), body), filled<Signature>(1));
}

std::string jws(const Sample& sample) {
  return jws(sample.type, sample.body);
}

std::string payload_of(std::string_view jws) {
  const auto first = jws.find('.');
  return decoded(jws.substr(first + 1, jws.rfind('.') - first - 1));
}

std::string with_payload(std::string_view jws, std::string_view json) {
  return std::string(jws.substr(0, jws.find('.') + 1)) + base64url(as_bytes(json)) +
         std::string(jws.substr(jws.rfind('.')));
}

std::string with_header(std::string_view jws, std::string_view json) {
  return base64url(as_bytes(json)) + std::string(jws.substr(jws.find('.')));
}

std::string edited(Type type, std::string_view from, std::string_view to) {
  const std::string original = jws(full(type));
  std::string json = payload_of(original);
  const auto at = json.find(from);
  STELE_ASSERT(at != std::string::npos);
  return with_payload(original, json.replace(at, from.size(), to));
}

std::string with_member(Type type, std::string_view name, std::string_view json) {
  const std::string original = jws(full(type));
  const std::string payload = payload_of(original);
  const std::string key = "\"" + std::string(name) + "\":";
  const auto start = payload.find(key);
  STELE_ASSERT(start != std::string::npos);
  auto end = start + key.size();
  int depth = 0;
  for (bool quoted = false; end < payload.size(); ++end) {
    const char c = payload[end];
    if (c == '"') quoted = !quoted;  // no sample escapes a quote
    if (quoted) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth < 0 || (depth == 0 && c == ',')) break;
  }
  return with_payload(original, payload.substr(0, start + key.size()) + std::string(json) + payload.substr(end));
}

std::string verdict(std::string_view jws) {
  const auto record = decode(jws);
  return record ? "accepted" : text(record.error());
}

std::string text(const Rejection& rejection) {
  std::string out(code_name(rejection.code));
  if (!rejection.where.empty()) out += " " + rejection.where;
  return out;
}

}  // namespace stele::record::samples
