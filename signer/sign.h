// ES256K signing (libsecp256k1 behind it): the one place where a secret key meets a message.
#pragma once

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"
#include "ledger/base/verify.h"
#include "signer/secret.h"

namespace stele::signer {

/// A secp256k1 key pair. Moves, never copies; the secret wipes itself. Any number of threads may sign at once.
class SigningKey {
 public:
  [[nodiscard]] static SigningKey generate();
  /// `secret_key_invalid` for 0 and for numbers from the group order on.
  [[nodiscard]] static Result<SigningKey> from_secret(Secret<32> secret);

  [[nodiscard]] const VerifyKey& public_key() const { return public_key_; }
  [[nodiscard]] KeyId id() const { return public_key_.thumbprint(); }
  /// Deterministic (RFC 6979), always low-S. The signature is verified before it leaves: one made by a faulty processor
  /// can give the key away, so the program stops instead.
  [[nodiscard]] Signature sign(const Digest&) const;
  /// For sealing into a key file, and nothing else.
  [[nodiscard]] const Secret<32>& secret() const { return secret_; }

 private:
  SigningKey(Secret<32> secret, const VerifyKey& public_key) : secret_(std::move(secret)), public_key_(public_key) {}

  Secret<32> secret_;
  VerifyKey public_key_;
};

}  // namespace stele::signer
