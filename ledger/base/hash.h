// SHA-256 and HMAC-SHA-256 (Crypto++ behind it). Thread-safe: each thread reuses its own hash object.
#pragma once

#include <initializer_list>
#include <span>

#include "ledger/base/bytes.h"

namespace stele {

/// SHA-256 of the concatenation.
[[nodiscard]] Digest sha256(std::span<const ByteView> parts);
[[nodiscard]] inline Digest sha256(std::initializer_list<ByteView> parts) {
  return sha256(std::span(parts.begin(), parts.size()));
}
[[nodiscard]] inline Digest sha256(ByteView data) {
  return sha256(std::span(&data, 1));
}

/// SHA-256(tag || 0x00 || content): what every signature that is not a JWS covers. `tag` never holds a NUL.
[[nodiscard]] Digest tagged_hash(std::string_view tag, ByteView content);

[[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace stele
