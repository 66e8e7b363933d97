#include "signer/sign.h"

#include <secp256k1.h>

#include "signer/random.h"

namespace stele::signer {
namespace {

/// One context for the process, blinded with fresh randomness against side channels. Constant after that, and so safe
/// on every thread. It lives as long as the process: threads may still sign while statics are destroyed.
const secp256k1_context* context() {
  static const secp256k1_context* const shared = [] {
    secp256k1_context* made = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    STELE_ASSERT(made != nullptr);
    const auto seed = random_secret<32>();
    STELE_ASSERT(secp256k1_context_randomize(made, seed.view().data()) == 1);
    return made;
  }();
  return shared;
}

}  // namespace

SigningKey SigningKey::generate() {
  // One in 2^128 draws is no valid key.
  while (true) {
    if (auto key = from_secret(random_secret<32>())) return std::move(key).value();
  }
}

Result<SigningKey> SigningKey::from_secret(Secret<32> secret) {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(context(), &point, secret.view().data()) != 1) {
    return Unexpected(make_error("secret_key_invalid", "khóa bí mật không hợp lệ; tệp khóa hỏng, hãy dùng bản sao lưu",
                                 "this is not a valid secret key; the key file is damaged, use its backup"));
  }
  PublicKey compressed;
  std::size_t size = PublicKey::size_bytes;
  secp256k1_ec_pubkey_serialize(context(), compressed.bytes.data(), &size, &point, SECP256K1_EC_COMPRESSED);
  STELE_ASSERT(size == PublicKey::size_bytes);
  const auto public_key = VerifyKey::parse(compressed);
  STELE_ASSERT(public_key.has_value());
  return SigningKey(std::move(secret), *public_key);
}

Signature SigningKey::sign(const Digest& digest) const {
  secp256k1_ecdsa_signature made;
  const int signed_ok = secp256k1_ecdsa_sign(context(), &made, digest.bytes.data(), secret_.view().data(),
                                             secp256k1_nonce_function_rfc6979, nullptr);
  STELE_ASSERT(signed_ok == 1);
  Signature out;
  secp256k1_ecdsa_signature_serialize_compact(context(), out.bytes.data(), &made);
  STELE_ASSERT(public_key_.verify(digest, out));  // low-S among the rest
  return out;
}

}  // namespace stele::signer
