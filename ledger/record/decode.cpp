#include "ledger/record/decode.h"

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode_body.h"
#include "ledger/record/forms.h"

namespace stele::record {
namespace {

constexpr std::size_t header_bytes_max = 256;
constexpr std::size_t signature_chars = 86;
constexpr std::string_view credential_typ = "dc+sd-jwt";
constexpr std::string_view typ_prefix = "stele-";
constexpr std::string_view typ_suffix = "+jwt";

/// More than any text within the bound of its type can hold, so that bytes alone decide: the longest policy is all
/// codes of one letter, four bytes each.
constexpr std::size_t nodes_max(Type type) {
  return type == Type::policy ? 32'768 : 4'096;
}

struct Header {
  std::string alg, typ;
  KeyId kid;
};

Result<Header, Rejection> decode_header(std::string_view header_b64) {
  const auto refused = [](std::string where) { return reject(RejectionCode::bad_header, std::move(where)); };
  if (header_b64.size() > (header_bytes_max * 8 + 5) / 6) return refused("header");
  const auto bytes = unbase64url(header_b64);
  if (!bytes) return reject(RejectionCode::bad_base64, "header");
  const auto json = json::parse(as_text(*bytes), {.bytes_max = header_bytes_max, .depth_max = 1, .nodes_max = 8});
  if (!json) return refused("header");

  json::ObjectReader r(*json);
  Header out;
  out.alg = r.string("alg", {.chars_max = 16});
  out.kid = r.digest43<KeyId>("kid");
  out.typ = r.string("typ", {.chars_max = 64});
  if (const auto end = r.finish(); !end) {
    const auto& member = end.error().path;
    return refused(member.empty() ? "header" : "header." + member);
  }
  if (out.alg != "ES256K" && out.alg != "ES256") return reject(RejectionCode::bad_algorithm, "header.alg");
  return out;
}

/// All records of one type by one key have the same header, byte for byte: one that was read is read once. A function
/// of these bytes alone, like `decode_header`; faults are not kept.
Result<Header, Rejection> read_header(std::string_view header_b64) {
  struct Known {
    std::string text;
    Header header;
  };
  constexpr std::size_t known_max = 64;
  thread_local std::array<Known, known_max> table;
  auto& known = table[std::hash<std::string_view>()(header_b64) % known_max];  // NOLINT: the index is in range
  if (!known.text.empty() && known.text == header_b64) return known.header;
  STELE_TRY(auto header, decode_header(header_b64));
  known = {std::string(header_b64), header};
  return header;
}

/// The type that a header names; none inside for a credential, whose `vct` says it.
Result<std::optional<Type>, Rejection> type_of_header(std::string_view typ) {
  if (typ == credential_typ) return std::optional<Type>();
  const bool ours = typ.size() > typ_prefix.size() + typ_suffix.size() &&
                    typ.substr(0, typ_prefix.size()) == typ_prefix &&
                    typ.substr(typ.size() - typ_suffix.size()) == typ_suffix;
  if (ours) {
    const auto type = type_from_name(typ.substr(typ_prefix.size(), typ.size() - typ_prefix.size() - typ_suffix.size()));
    if (type && !is_credential(*type)) return type;
  }
  return reject(RejectionCode::unknown_type, "header.typ");
}

/// From the tail `/vct/sd-jwt-vc-13/<type>/1`; what stands before it is compared with the genesis elsewhere.
Result<Type, Rejection> type_of_vct(const json::Value& payload) {
  if (!payload.is(json::Kind::object)) return reject(RejectionCode::wrong_type, "payload");
  const json::Value* vct = payload.find("vct");
  if (vct == nullptr) return reject(RejectionCode::missing_member, "vct");
  if (!vct->is(json::Kind::string)) return reject(RejectionCode::wrong_type, "vct");
  constexpr std::string_view middle = "/vct/sd-jwt-vc-13/";
  constexpr std::string_view version = "/1";
  const std::string_view url = vct->string();
  const auto at = url.rfind(middle);
  if (at == std::string_view::npos) return reject(RejectionCode::bad_url, "vct");
  auto tail = url.substr(at + middle.size());
  if (tail.size() < version.size() || tail.substr(tail.size() - version.size()) != version) {
    return reject(RejectionCode::bad_url, "vct");
  }
  tail.remove_suffix(version.size());
  const auto type = type_from_name(tail);
  if (!type || !is_credential(*type)) return reject(RejectionCode::unknown_type, "vct");
  return *type;
}

/// Before anything else is read, so that a record of a later version is called that and not malformed.
Result<void, Rejection> check_version(const json::Value& payload) {
  if (!payload.is(json::Kind::object)) return reject(RejectionCode::wrong_type, "payload");
  const json::Value* stele = payload.find("stele");
  if (stele == nullptr) return reject(RejectionCode::missing_member, "stele");
  if (!stele->is(json::Kind::object)) return reject(RejectionCode::wrong_type, "stele");
  const json::Value* v = stele->find("v");
  if (v == nullptr) return reject(RejectionCode::missing_member, "stele.v");
  if (!v->is(json::Kind::integer)) return reject(RejectionCode::wrong_type, "stele.v");
  if (v->integer() != 1) return reject(RejectionCode::wrong_version, "stele.v");
  return {};
}

struct Payload {
  Common common;
  Body body;
};

Result<Payload, Rejection> read_payload(Type type, const json::Value& json) {
  STELE_CHECK(check_version(json));
  Payload out;
  json::ObjectReader r(json);
  if (is_credential(type)) {
    auto parts = read_credential(type, r);
    out.common = std::move(parts.common);
    out.body = std::move(parts.body);
  } else {
    r.object("stele", [&](json::ObjectReader& s) {
      out.common = read_common(s);
      out.body = read_body(type, s);
    });
  }
  if (auto end = r.finish(); !end) return Unexpected(to_rejection(std::move(end).error(), "payload"));
  STELE_CHECK(check_body(type, out.body));
  return out;
}

}  // namespace

Common read_common(json::ObjectReader& stele) {
  Common out;
  (void)stele.integer("v", 1, 1);  // check_version read it
  out.net = stele.string("net", text::net);
  out.after = stele.digest43<HeaderHash>("after");
  return out;
}

Result<Envelope, Rejection> open_envelope(std::string_view jws, std::size_t bytes_max) {
  if (jws.size() > bytes_max) return reject(RejectionCode::too_large);
  const auto first = jws.find('.');
  const auto second = first == std::string_view::npos ? first : jws.find('.', first + 1);
  if (second == std::string_view::npos || jws.find('.', second + 1) != std::string_view::npos) {
    return reject(RejectionCode::bad_envelope);
  }
  Envelope out;
  out.header_b64 = jws.substr(0, first);
  out.payload_b64 = jws.substr(first + 1, second - first - 1);
  out.signing_input = jws.substr(0, second);
  const auto signature = jws.substr(second + 1);
  if (out.header_b64.empty() || out.payload_b64.empty() || signature.size() != signature_chars) {
    return reject(RejectionCode::bad_envelope);
  }
  STELE_TRY(auto header, read_header(out.header_b64));
  out.alg = std::move(header.alg);
  out.typ = std::move(header.typ);
  out.kid = header.kid;
  const auto raw = fixed_from_base64url<Signature>(signature);
  if (!raw) return reject(RejectionCode::bad_base64, "signature");
  out.signature = *raw;
  return out;
}

RecordId record_id(std::string_view signing_input) {
  return RecordId{sha256(as_bytes(signing_input)).bytes};
}

LeafHash leaf_hash(std::string_view jws) {
  static constexpr std::uint8_t leaf_prefix[] = {0};
  return LeafHash{sha256({leaf_prefix, as_bytes(jws)}).bytes};
}

Result<Record, Rejection> decode(std::string_view jws) {
  STELE_TRY(const auto envelope, open_envelope(jws));
  return decode(jws, envelope, record_id(envelope.signing_input));
}

Result<Record, Rejection> decode(std::string_view jws, const Envelope& envelope, const RecordId& id) {
  STELE_TRY(const auto named, type_of_header(envelope.typ));
  // All credentials have one bound.
  if (jws.size() > jws_bytes_max(named.value_or(Type::transcript))) return reject(RejectionCode::too_large);
  if (envelope.alg == "ES256" && named) return reject(RejectionCode::bad_algorithm, "header.alg");

  const auto bytes = unbase64url(envelope.payload_b64);
  if (!bytes) return reject(RejectionCode::bad_base64, "payload");
  const json::Limits limits{.bytes_max = bytes->size(), .nodes_max = nodes_max(named.value_or(Type::transcript))};
  auto json = json::parse(as_text(*bytes), limits);
  if (!json) return Unexpected(to_rejection(std::move(json).error(), "payload"));

  Record out;
  if (named) {
    out.type = *named;
  } else {
    STELE_TRY(out.type, type_of_vct(*json));
  }
  if ((envelope.alg == "ES256") != (out.type == Type::export_copy)) {
    return reject(RejectionCode::bad_algorithm, "header.alg");
  }
  STELE_TRY(auto payload, read_payload(out.type, *json));
  out.kid = envelope.kid;
  out.common = std::move(payload.common);
  out.body = std::move(payload.body);
  out.id = id;
  out.leaf = leaf_hash(jws);
  out.signature = envelope.signature;
  return out;
}

Result<void, Rejection> check_signature(const Record& record, const VerifyKey& key) {
  if (!is_low_s(record.signature)) return reject(RejectionCode::high_s, "signature");
  if (!key.verify(Digest{record.id.bytes}, record.signature)) return reject(RejectionCode::bad_signature, "signature");
  return {};
}

Digest possession_digest(std::string_view net, std::string_view org, std::string_view person, std::string_view use,
                         const KeyId& kid, const Digest& binding) {
  std::string content;
  const std::string thumbprint = base64url(kid.view());
  for (const std::string_view part : {net, org, person, use, std::string_view(thumbprint)}) {
    content += part;
    content += '\0';
  }
  content += base64url(binding.view());
  return tagged_hash("stele/v1/key-proof", as_bytes(content));
}

Result<void, Rejection> check_possession(const Record& record) {
  const auto* key = std::get_if<Key>(&record.body);
  STELE_ASSERT(key != nullptr);
  const auto use = on_of(record);
  STELE_ASSERT(use.has_value());
  const auto digest =
      possession_digest(record.common.net, key->org, key->person, *use, key->jwk.thumbprint(), key->binding);
  const auto& jwk = key->jwk;
  bool good = false;
  if (jwk.p256) {
    good = verify_p256(jwk.x, jwk.y, digest, key->proof);
  } else if (const auto parsed = VerifyKey::from_coordinates(jwk.x, jwk.y)) {
    good = parsed->verify(digest, key->proof);
  }
  if (!good) return reject(RejectionCode::bad_proof_of_possession, "stele.proof");
  return {};
}

}  // namespace stele::record
