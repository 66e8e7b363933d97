// From the plain members that stand beside each golden record to our typed values: a path of its own, so that a decoder
// that drops or mixes up members is found out.
#pragma once

#include "ledger/record/types.h"
#include "tests/unit/golden/golden.h"

namespace stele::test {

[[nodiscard]] record::Common common_of(const Json& payload);
/// `payload` is the whole payload of the JWS.
[[nodiscard]] record::Body body_of(record::Type, const Json& payload);
[[nodiscard]] record::Jwk jwk_of(const Json&);

}  // namespace stele::test
