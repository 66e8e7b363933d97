#include "ledger/record/decode_body.h"

#include <limits>

#include "ledger/base/encoding.h"
#include "ledger/base/verify.h"
#include "ledger/record/forms.h"

namespace stele::record {
namespace {

using json::Field;
using json::FieldFaultKind;
using json::ObjectReader;

constexpr std::size_t grants_max = 64;
constexpr std::size_t org_vaults_max = 3;
constexpr std::size_t validators_max = 64;
constexpr std::size_t orderers_max = 64;
constexpr std::uint16_t orderer_number_max = 1'023;
constexpr std::size_t evidence_max = 8;
constexpr std::size_t positions_max = 512;
constexpr std::size_t digests_max = 128;
constexpr std::size_t receipts_max = 3;
constexpr std::uint32_t page_max = 99'999;
constexpr std::uint32_t rows_step = 16;
constexpr std::uint16_t vault_max = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t index_max = std::uint64_t(json::integer_max);

std::uint32_t read_rows(ObjectReader& s) {
  const auto rows = s.integer<std::uint32_t>("rows", rows_step, rows_max);
  if (rows % rows_step != 0) s.refuse("rows", FieldFaultKind::bad_form);
  return rows;
}

std::vector<RecordId> read_ids(ObjectReader& s, std::string_view name, std::size_t min, std::size_t max) {
  return s.ascending(name, min, max, [](Field& f) { return f.digest43<RecordId>(); });
}

std::vector<std::uint32_t> read_positions(ObjectReader& s, std::size_t min) {
  return s.ascending("positions", min, positions_max,
                     [](Field& f) { return f.integer<std::uint32_t>(0, rows_max - 1); });
}

Org read_org(ObjectReader& s) {
  Org out;
  out.org = s.string("org", text::org);
  if (out.org == reserved_org) s.refuse("org", FieldFaultKind::bad_form);
  out.kind = s.string("kind", text::code);
  out.parent = s.optional_string("parent", text::org);
  out.name = s.string("name", text::org_name);
  out.vaults =
      s.ascending("vaults", 0, org_vaults_max, [](Field& f) { return f.integer<std::uint16_t>(0, vault_max); });
  out.replaces = s.optional_digest43<RecordId>("replaces");
  out.reason = s.optional_string("reason", text::code);
  return out;
}

Grant read_grant(ObjectReader& g) {
  Grant out;
  out.role = g.string("role", text::code);
  out.org = g.string("org", text::org);
  out.cls = g.optional_string("class", text::cls);
  out.subject = g.optional_string("subject", text::code);
  out.term = g.optional_string("term", text::code);
  out.year = g.optional_string("year", text::year);
  out.from = g.optional_parsed("from", parse_date);
  out.to = g.optional_parsed("to", parse_date);
  return out;
}

Key read_key(ObjectReader& s) {
  Key out;
  out.org = s.string("org", text::org);
  out.person = s.string("person", text::person);
  out.use = s.choice<KeyUse>("use", {{"sign", KeyUse::sign}, {"seal", KeyUse::seal}, {"export", KeyUse::export_copy}});
  out.jwk = s.object("jwk", read_jwk);
  out.grants = s.array("grants", 0, grants_max, [](Field& f) { return f.object(read_grant); });
  out.binding = s.digest43<Digest>("binding");
  out.proof = s.digest43<Signature>("proof");
  out.replaces = s.optional_digest43<RecordId>("replaces");
  out.reason = s.optional_string("reason", text::code);
  return out;
}

Validator read_member(ObjectReader& m) {
  Validator out;
  out.id = m.string("id", text::org);
  if (out.id == reserved_org) m.refuse("id", FieldFaultKind::bad_form);
  out.org = m.string("org", text::org);
  out.key = m.digest43<PublicKey>("key");
  return out;
}

Validators read_validators(ObjectReader& s) {
  Validators out;
  out.set = s.array("set", 1, validators_max, [](Field& f) { return f.object(read_member); });
  out.evidence = s.optional_ascending("evidence", 0, evidence_max, [](Field& f) {
                    return f.digest43<RecordId>();
                  }).value_or(std::vector<RecordId>());
  return out;
}

Orderers read_orderers(ObjectReader& s) {
  Orderers out;
  out.add = s.array("add", 0, orderers_max, [](Field& f) { return f.object(read_member); });
  out.retire =
      s.ascending("retire", 0, orderers_max, [](Field& f) { return f.integer<std::uint16_t>(0, orderer_number_max); });
  return out;
}

SecondSignature read_second_signature(ObjectReader& s) {
  SecondSignature out;
  out.org = s.string("org", text::org);
  out.role = s.string("role", text::code);
  out.targets = read_ids(s, "targets", 1, targets_max);
  return out;
}

ClassList read_class_list(ObjectReader& s) {
  ClassList out;
  out.org = s.string("org", text::org);
  out.kind = s.string("kind", text::code);
  out.cls = s.string("class", text::cls);
  out.year = s.string("year", text::year);
  out.root = s.digest43<Digest>("root");
  out.rows = read_rows(s);
  out.replaces = s.optional_digest43<RecordId>("replaces");
  out.reason = s.optional_string("reason", text::code);
  return out;
}

/// The members that a grade sheet and a summary sheet share.
template <class Sheet>
void read_marks_sheet(ObjectReader& s, Sheet& out) {
  out.org = s.string("org", text::org);
  out.kind = s.string("kind", text::code);
  out.cls = s.string("class", text::cls);
  out.term = s.string("term", text::code);
  out.year = s.string("year", text::year);
  out.list = s.digest43<RecordId>("list");
  out.assessment = s.object("assessment", read_assessment);
  out.root = s.digest43<Digest>("root");
  out.rows = read_rows(s);
}

GradeSheet read_grade_sheet(ObjectReader& s) {
  GradeSheet out;
  read_marks_sheet(s, out);
  out.subject = s.string("subject", text::code);
  out.group = s.optional_string("group", text::code);
  return out;
}

SummarySheet read_summary_sheet(ObjectReader& s) {
  SummarySheet out;
  read_marks_sheet(s, out);
  return out;
}

RegisterPage read_register_page(ObjectReader& s) {
  RegisterPage out;
  out.org = s.string("org", text::org);
  out.kind = s.string("kind", text::code);
  out.volume = s.string("volume", text::code);
  out.page = s.integer<std::uint32_t>("page", 1, page_max);
  out.scan = s.digest43<Digest>("scan");
  out.root = s.digest43<Digest>("root");
  out.rows = read_rows(s);
  return out;
}

Amend read_amend(ObjectReader& s) {
  Amend out;
  out.org = s.string("org", text::org);
  out.target = s.digest43<RecordId>("target");
  out.positions = read_positions(s, 1);
  out.root = s.digest43<Digest>("root");
  out.rows = read_rows(s);
  out.reason = s.string("reason", text::code);
  out.supersedes = read_ids(s, "supersedes", 0, targets_max);
  return out;
}

StatusChange read_status_change(Type type, ObjectReader& s) {
  StatusChange out;
  out.org = s.string("org", text::org);
  out.targets = read_ids(s, "targets", 1, targets_max);
  out.reason = s.string("reason", text::code);
  if (type == Type::reinstate) out.lifts = s.digest43<RecordId>("lifts");
  return out;
}

Compromise read_compromise(ObjectReader& s) {
  Compromise out;
  out.org = s.string("org", text::org);
  out.key = s.digest43<KeyId>("key");
  out.from = s.integer<std::uint64_t>("from", 0, index_max);
  out.to = s.optional_integer<std::uint64_t>("to", 0, index_max);
  out.reason = s.string("reason", text::code);
  return out;
}

Erase read_erase(ObjectReader& s) {
  const auto read_receipt = [](ObjectReader& r) {
    EraseReceipt out;
    out.vault = r.integer<std::uint16_t>("vault", 0, vault_max);
    out.signature = r.digest43<Signature>("signature");
    return out;
  };
  Erase out;
  out.org = s.string("org", text::org);
  out.target = s.digest43<RecordId>("target");
  out.positions = read_positions(s, 0);
  out.book = s.optional_boolean("book").value_or(false);
  if (s.has("book") && !out.book) s.refuse("book", FieldFaultKind::bad_form);
  out.reason = s.string("reason", text::code);
  out.receipts = s.array("receipts", 1, receipts_max, [&](Field& f) { return f.object(read_receipt); });
  return out;
}

Document read_document(ObjectReader& s) {
  Document out;
  out.org = s.string("org", text::org);
  out.kind = s.string("kind", text::code);
  out.digests = s.array("digests", 1, digests_max, [](Field& f) { return f.digest43<Digest>(); });
  return out;
}

/// Rules between the members of one type; most types have none.
struct Check {
  using Verdict = Result<void, Rejection>;
  Type type;

  template <class T>
  Verdict operator()(const T& /*unused*/) const {
    return {};
  }
  Verdict operator()(const Key& b) const {
    const bool fits = b.jwk.p256 == (b.use == KeyUse::export_copy);
    if (!fits) return reject(RejectionCode::bad_key, "stele.jwk.crv");
    STELE_CHECK(check_jwk(b.jwk, "stele.jwk"));
    return check_reason(b.replaces, b.reason);
  }
  Verdict operator()(const Org& b) const { return check_reason(b.replaces, b.reason); }
  Verdict operator()(const ClassList& b) const { return check_reason(b.replaces, b.reason); }
  Verdict operator()(const Validators& b) const { return members(b.set, "stele.set"); }
  Verdict operator()(const Orderers& b) const {
    if (b.add.empty() && b.retire.empty()) return reject(RejectionCode::out_of_bounds, "stele.add");
    return members(b.add, "stele.add");
  }
  [[nodiscard]] static Verdict members(const std::vector<Validator>& list, const std::string& where) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (VerifyKey::parse(list[i].key)) continue;
      return reject(RejectionCode::bad_key, where + "[" + std::to_string(i) + "].key");
    }
    STELE_CHECK(check_distinct(
        list, where, [](const Validator& v) -> const auto& { return v.id; }));
    return check_distinct(
        list, where, [](const Validator& v) -> const auto& { return v.key; });
  }
  Verdict operator()(const Policy& b) const { return check_policy(b); }
  Verdict operator()(const Amend& b) const {
    // Each replaced row needs one in this record's own tree.
    if (b.positions.size() > b.rows) return reject(RejectionCode::out_of_bounds, "stele.positions");
    return {};
  }
  Verdict operator()(const Erase& b) const {
    return check_ascending(b.receipts, "stele.receipts", [](const EraseReceipt& r) { return r.vault; });
  }
  Verdict operator()(const Credential& b) const { return check_credential(type, b); }
};

}  // namespace

Jwk read_jwk(ObjectReader& j) {
  Jwk out;
  out.p256 = j.choice<bool>("crv", {{"secp256k1", false}, {"P-256", true}});
  (void)j.choice<bool>("kty", {{"EC", true}});
  out.x = j.digest43<Digest>("x").bytes;
  out.y = j.digest43<Digest>("y").bytes;
  return out;
}

Result<void, Rejection> check_jwk(const Jwk& jwk, std::string_view where) {
  if (jwk.p256 || VerifyKey::from_coordinates(jwk.x, jwk.y)) return {};
  return reject(RejectionCode::bad_key, std::string(where));
}

Result<void, Rejection> check_reason(const std::optional<RecordId>& replaces,
                                     const std::optional<std::string>& reason) {
  if (replaces.has_value() == reason.has_value()) return {};
  return reject(RejectionCode::missing_member, replaces ? "stele.reason" : "stele.replaces");
}

Assessment read_assessment(ObjectReader& a) {
  Assessment out;
  out.id = a.string("id", text::code);
  out.digest = a.digest43<Digest>("digest");
  return out;
}

Body read_body(Type type, ObjectReader& stele) {
  switch (type) {
    case Type::org:
      return read_org(stele);
    case Type::key:
      return read_key(stele);
    case Type::validators:
      return read_validators(stele);
    case Type::orderers:
      return read_orderers(stele);
    case Type::policy:
      return read_policy(stele);
    case Type::approve:
    case Type::countersign:
    case Type::seal:
      return read_second_signature(stele);
    case Type::class_list:
      return read_class_list(stele);
    case Type::grade_sheet:
      return read_grade_sheet(stele);
    case Type::summary_sheet:
      return read_summary_sheet(stele);
    case Type::register_page:
      return read_register_page(stele);
    case Type::amend:
      return read_amend(stele);
    case Type::suspend:
    case Type::reinstate:
    case Type::revoke:
      return read_status_change(type, stele);
    case Type::compromise:
      return read_compromise(stele);
    case Type::erase:
      return read_erase(stele);
    case Type::document:
      return read_document(stele);
    case Type::transcript:
    case Type::diploma:
    case Type::certificate:
    case Type::school_transfer:
    case Type::export_copy:
      break;
  }
  STELE_ASSERT(false);  // credentials are read by read_credential
}

Result<void, Rejection> check_body(Type type, const Body& body) {
  return std::visit(Check{type}, body);
}

}  // namespace stele::record
