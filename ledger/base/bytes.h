// Bytes, and distinct 32-byte types for distinct ideas, so that a record id can't pass for a leaf hash.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stele {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // NOLINT
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT
}

/// A fixed-size byte string whose type carries its meaning. Ordered bytewise.
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t size_bytes = N;
  std::array<std::uint8_t, N> bytes{};
  [[nodiscard]] ByteView view() const { return bytes; }
  /// None unless exactly N bytes.
  [[nodiscard]] static std::optional<FixedBytes> from(ByteView v) {
    if (v.size() != N) return std::nullopt;
    FixedBytes out;
    std::memcpy(out.bytes.data(), v.data(), N);
    return out;
  }
  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
};

using Digest = FixedBytes<struct DigestTag, 32>;          ///< SHA-256 of something that has no type of its own
using RecordId = FixedBytes<struct RecordIdTag, 32>;      ///< SHA-256 of `header.payload`
using LeafHash = FixedBytes<struct LeafHashTag, 32>;      ///< SHA-256(0x00 || whole JWS)
using HeaderHash = FixedBytes<struct HeaderHashTag, 32>;  ///< SHA-256 of a checkpoint's text
using KeyId = FixedBytes<struct KeyIdTag, 32>;            ///< RFC 7638 thumbprint (`kid`)
using Tag256 = FixedBytes<struct BookTagTag, 32>;         ///< HMAC-SHA-256(book key, kind || period)
using Signature = FixedBytes<struct SignatureTag, 64>;    ///< r || s, low-S
using PublicKey = FixedBytes<struct PublicKeyTag, 33>;    ///< compressed SEC1 point

/// A count or position whose type carries its meaning.
template <class Tag>
struct Number {
  std::uint64_t value = 0;
  friend auto operator<=>(const Number&, const Number&) = default;
};
using Height = Number<struct HeightTag>;
using Epoch = Number<struct EpochTag>;
using RecordIndex = Number<struct RecordIndexTag>;
using UnixSeconds = Number<struct UnixSecondsTag>;  ///< seconds since 1970-01-01T00:00:00Z

}  // namespace stele

template <class Tag, std::size_t N>
struct std::hash<stele::FixedBytes<Tag, N>> {
  std::size_t operator()(const stele::FixedBytes<Tag, N>& b) const noexcept {
    static_assert(N >= sizeof(std::size_t));
    std::size_t out = 0;
    std::memcpy(&out, b.bytes.data() + (N - sizeof out),
                sizeof out);  // contents are hashes: any 8 bytes are mixed enough
    return out;
  }
};
