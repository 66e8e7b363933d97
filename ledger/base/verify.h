// Verification of ES256K signatures (libsecp256k1 behind it) and of P-256 (OpenSSL behind it). No secrets here.
#pragma once

#include <memory>
#include <vector>

#include "ledger/base/bytes.h"

namespace stele {

/// A parsed secp256k1 public key; parsing costs 5 us, so keep it. Copyable, immutable, any thread.
class VerifyKey {
 public:
  /// None if the point is not on the curve or not in compressed form.
  [[nodiscard]] static std::optional<VerifyKey> parse(const PublicKey&);
  /// From JWK coordinates, 32 bytes each. None if not on the curve.
  [[nodiscard]] static std::optional<VerifyKey> from_coordinates(ByteView x, ByteView y);
  [[nodiscard]] PublicKey compressed() const;
  /// x || y, 64 bytes.
  [[nodiscard]] std::array<std::uint8_t, 64> coordinates() const;
  /// RFC 7638 thumbprint of {"crv":"secp256k1","kty":"EC","x":...,"y":...}.
  [[nodiscard]] KeyId thumbprint() const;
  /// True only for a valid low-S signature over the 32-byte digest. High-S is false.
  [[nodiscard]] bool verify(const Digest&, const Signature&) const;

 private:
  std::array<std::uint8_t, 64> opaque_{};  // secp256k1_pubkey
};

/// s <= n/2. For telling "high-S" from "wrong".
[[nodiscard]] bool is_low_s(const Signature&);

/// P-256 (ES256), only for keys registered to sign exports. x, y: 32 bytes each. High-S is false here too.
[[nodiscard]] bool verify_p256(ByteView x, ByteView y, const Digest&, const Signature&);

}  // namespace stele
