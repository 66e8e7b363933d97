// Typed record to JWS signing input, in the member order of wire-format.md. The signature is added by `signer`. Pure.
#pragma once

#include "ledger/record/types.h"

namespace stele::record {

/// `header.payload` (both base64url). `decode` of it with a signature gives the same values back.
[[nodiscard]] std::string signing_input(Type, const KeyId& kid, const Common&, const Body&);
/// `signing_input.signature`
[[nodiscard]] std::string compact(std::string_view signing_input, const Signature&);

}  // namespace stele::record
