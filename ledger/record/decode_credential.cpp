#include <limits>

#include "ledger/base/encoding.h"
#include "ledger/record/decode_body.h"
#include "ledger/record/forms.h"

namespace stele::record {
namespace {

using json::Field;
using json::FieldFaultKind;
using json::ObjectReader;

constexpr std::size_t digests_read_max = 512;  // more than the bytes of a credential can hold
constexpr std::uint32_t status_index_max = 1'048'575;
constexpr std::uint64_t status_list_max = 999'999'999;

/// Decoys fill up to one number for each kind, so that a count tells nothing.
constexpr std::size_t digest_count(Type type) {
  return type == Type::transcript || type == Type::export_copy ? 64 : 32;
}

RegisterNumber read_register(ObjectReader& r) {
  RegisterNumber out;
  out.year = r.string("year", text::year);
  out.number = r.integer<std::uint64_t>("number", 1, std::uint64_t(json::integer_max));
  return out;
}

/// What stands in `stele` of this credential after `v net after`.
void read_private(Type type, ObjectReader& s, Credential& out) {
  out.org = s.string("org", text::org);
  out.kind = s.string("kind", text::code);
  if (type == Type::export_copy) {
    out.original = s.digest43<RecordId>("original");
    return;
  }
  out.tag = s.digest43<Tag256>("tag");
  out.period = s.string("period", text::period);
  out.replaces = s.optional_digest43<RecordId>("replaces");
  out.reason = s.optional_string("reason", text::code);
  if (type == Type::transcript) {
    out.assessment = s.object("assessment", read_assessment);
    out.cls = s.string("class", text::cls);
  }
  if (type == Type::diploma) out.register_number = s.object("register", read_register);
  if (type == Type::school_transfer) out.to = s.string("to", text::org);
}

StatusSlot read_slot(ObjectReader& l) {
  StatusSlot out;
  out.idx = l.integer<std::uint32_t>("idx", 0, status_index_max);
  out.uri = l.string("uri", text::url);
  return out;
}

bool ends_with(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

/// base_url ‖ "/status/" ‖ vault number ‖ "/" ‖ list number
bool is_status_uri(std::string_view uri) {
  constexpr std::string_view middle = "/status/";
  const auto at = uri.rfind(middle);
  if (at == std::string_view::npos) return false;
  const auto tail = uri.substr(at + middle.size());
  const auto slash = tail.find('/');
  if (slash == std::string_view::npos) return false;
  return is_decimal(tail.substr(0, slash), std::numeric_limits<std::uint16_t>::max()) &&
         is_decimal(tail.substr(slash + 1), status_list_max);
}

}  // namespace

CredentialParts read_credential(Type type, ObjectReader& payload) {
  CredentialParts out;
  Credential& body = out.body;
  body.iss = payload.string("iss", text::url);
  body.vct = payload.string("vct", text::url);
  (void)payload.choice<bool>("_sd_alg", {{"sha-256", true}});
  body.sd = payload.array("_sd", 0, digests_read_max, [](Field& f) { return f.digest43<Digest>(); });
  body.status = payload.object("status", [](ObjectReader& s) { return s.object("status_list", read_slot); });
  body.cnf = payload.optional_object("cnf", [](ObjectReader& c) { return c.object("jwk", read_jwk); });
  payload.object("stele", [&](ObjectReader& s) {
    out.common = read_common(s);
    read_private(type, s, body);
  });
  return out;
}

Result<void, Rejection> check_credential(Type type, const Credential& body) {
  if (body.sd.size() != digest_count(type)) return reject(RejectionCode::bad_count_of_digests, "_sd");
  // RFC 9901 asks for an order that tells nothing: that of the texts, which is not that of the bytes.
  std::vector<std::string> texts;
  texts.reserve(body.sd.size());
  for (const Digest& d : body.sd) texts.push_back(base64url(d.view()));
  STELE_CHECK(check_ascending(texts, "_sd"));
  if (!ends_with(body.iss, "/orgs/" + body.org)) return reject(RejectionCode::bad_url, "iss");
  if (!is_status_uri(body.status.uri)) return reject(RejectionCode::bad_url, "status.status_list.uri");
  if (body.cnf) STELE_CHECK(check_jwk(*body.cnf, "cnf.jwk"));
  return check_reason(body.replaces, body.reason);
}

}  // namespace stele::record
