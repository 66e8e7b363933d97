// The members of each record type, read from strict JSON. Internal to this library: decode() is the door.
#pragma once

#include "ledger/record/object_reader.h"
#include "ledger/record/rejection.h"
#include "ledger/record/types.h"

namespace stele::record {

/// Reads the members of `stele` beside v, net and after, for every type that is no credential. Faults stay in the
/// reader; rules between members are `check_body`'s.
[[nodiscard]] Body read_body(Type, json::ObjectReader& stele);
[[nodiscard]] Policy read_policy(json::ObjectReader& stele);
/// A whole credential payload. `common` is called for `stele`'s v, net and after.
struct CredentialParts {
  Common common;
  Credential body;
};
[[nodiscard]] CredentialParts read_credential(Type, json::ObjectReader& payload);
[[nodiscard]] Common read_common(json::ObjectReader& stele);

/// What relates members to each other: ascending lists, counts, keys on their curve, digests of what is carried.
[[nodiscard]] Result<void, Rejection> check_body(Type, const Body&);
[[nodiscard]] Result<void, Rejection> check_policy(const Policy&);
[[nodiscard]] Result<void, Rejection> check_credential(Type, const Credential&);

[[nodiscard]] Jwk read_jwk(json::ObjectReader&);
/// Nothing is replaced without a reason, and nothing else has one here.
[[nodiscard]] Result<void, Rejection> check_reason(const std::optional<RecordId>& replaces,
                                                   const std::optional<std::string>& reason);
/// `bad_key` unless a secp256k1 key is a point of its curve. P-256 points are judged when they verify something.
[[nodiscard]] Result<void, Rejection> check_jwk(const Jwk&, std::string_view where);
[[nodiscard]] Assessment read_assessment(json::ObjectReader&);

}  // namespace stele::record
