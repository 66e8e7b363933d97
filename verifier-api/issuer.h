// Which keys may issue credentials for an organisation, as SD-JWT VC and JOSE libraries ask for them. Read from keys
// and policy on the ledger: no role is known here by name.
#pragma once

#include "ledger/record/json.h"
#include "ledger/registry/state.h"

namespace stele::verifier {

/// Keys in force that an act of the policy lets sign some credential of this organisation at this date; ascending by
/// kid. Empty: none, or the organisation is unknown or not in force.
[[nodiscard]] std::vector<const registry::KeyState*> issuing_keys(const registry::State&, const std::string& org, Date);

/// {"keys":[{kty, crv, x, y, kid, alg, use}]} (RFC 7517, RFC 8812).
[[nodiscard]] json::Value jwks(const std::vector<const registry::KeyState*>&);

}  // namespace stele::verifier
