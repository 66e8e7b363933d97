// From the bytes of a compact JWS to a typed record, strictly (wire-format.md sections 1, 3, 4, 5). Pure; any thread.
#pragma once

#include "ledger/base/verify.h"
#include "ledger/record/rejection.h"
#include "ledger/record/types.h"

namespace stele::record {

/// Everything that can be judged from these bytes alone: size, envelope, header, schema, bounds, ascending order, proof
/// of possession's form. Not judged: network, signature (`signature_valid`), authority.
[[nodiscard]] Result<Record, Rejection> decode(std::string_view jws);

/// ES256K over the signing input. A high s gives `high_s`, else `bad_signature`.
[[nodiscard]] Result<void, Rejection> check_signature(const Record&, const VerifyKey&);
/// `proof` of a key record over the fields of wire-format.md section 4.
[[nodiscard]] Result<void, Rejection> check_possession(const Record&);
/// The digest that `proof` signs. It covers the key's own thumbprint: from an ECDSA signature that does not cover it,
/// anybody can compute another key that the signature fits, too.
[[nodiscard]] Digest possession_digest(std::string_view net, std::string_view org, std::string_view person,
                                       std::string_view use, const KeyId& kid, const Digest& binding);

/// A JWS split and its header read, without its payload: for admission's first, cheap steps, and for staff requests.
struct Envelope {
  std::string_view header_b64, payload_b64, signing_input;
  std::string alg, typ;
  KeyId kid;
  Signature signature;
};
[[nodiscard]] Result<Envelope, Rejection> open_envelope(std::string_view jws,
                                                        std::size_t bytes_max = jws_bytes_max_any);
[[nodiscard]] RecordId record_id(std::string_view signing_input);
/// The rest of `decode`, for whoever has opened the envelope of this very JWS and hashed its signing input.
[[nodiscard]] Result<Record, Rejection> decode(std::string_view jws, const Envelope&, const RecordId&);
[[nodiscard]] LeafHash leaf_hash(std::string_view jws);

}  // namespace stele::record
