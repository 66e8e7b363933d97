// AES-256-GCM for key files and the vault, and HKDF-SHA-256 to derive its keys (Crypto++ behind both). Any thread.
#pragma once

#include <cstddef>
#include <span>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"
#include "signer/secret.h"

namespace stele::signer {

using AeadKey = Secret<32>;
/// Never twice under one key. Random ones are safe for up to 2^32 messages a key (NIST SP 800-38D, section 8.3).
using AeadNonce = FixedBytes<struct AeadNonceTag, 12>;
inline constexpr std::size_t aead_tag_size = 16;
/// Far above every payload, far below GCM's own limit.
inline constexpr std::size_t aead_bytes_max = std::size_t{1} << 30U;

/// Ciphertext, then the 16-byte tag. Plain text and `aad` must each be at most aead_bytes_max.
[[nodiscard]] Bytes seal(const AeadKey&, const AeadNonce&, ByteView aad, ByteView plain);

/// The plain text, or `not_authentic`: wrong key, or sealed text, nonce or `aad` altered; which of them can't be known.
[[nodiscard]] Result<Bytes> open(const AeadKey&, const AeadNonce&, ByteView aad, ByteView sealed);
/// The same for keys: the plain text touches no other memory.
[[nodiscard]] Result<SecretBytes> open_secret(const AeadKey&, const AeadNonce&, ByteView aad, ByteView sealed);

/// RFC 5869: extract, then expand.
inline constexpr std::size_t hkdf_bytes_max = std::size_t{255} * 32;
/// Fills `out`; `hkdf_too_long` above hkdf_bytes_max.
[[nodiscard]] Result<void> hkdf_sha256(ByteView key_material, ByteView salt, ByteView info,
                                       std::span<std::uint8_t> out);
template <std::size_t N>
[[nodiscard]] Secret<N> derive_secret(ByteView key_material, ByteView salt, ByteView info) {
  static_assert(N <= hkdf_bytes_max);
  Secret<N> out;
  hkdf_sha256(key_material, salt, info, out.writable()).value();
  return out;
}

}  // namespace stele::signer
