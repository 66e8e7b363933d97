// The JWSs by which staff sign their requests to a node (wire-format.md section 10). Pure: whose key it is, and whether
// it signed, is for StaffGate.
#pragma once

#include "ledger/record/decode.h"

namespace stele::app {

inline constexpr std::size_t request_jws_bytes_max = 8192;

/// The envelope points into the JWS.
struct RequestClaims {
  record::Envelope envelope;
  std::string net, node, method, path, nonce;
  Digest body;
  std::uint64_t time = 0;
};
struct SessionClaims {
  record::Envelope envelope;
  std::string net, node;
  PublicKey key;
  std::uint64_t from = 0, until = 0;
};

/// None: no JWS of that type and form.
[[nodiscard]] std::optional<RequestClaims> decode_request(std::string_view jws);
[[nodiscard]] std::optional<SessionClaims> decode_session(std::string_view jws);

}  // namespace stele::app
