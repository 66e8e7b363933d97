// Hex, base64url and base64, strict in both directions: one text for each byte string and no other accepted.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/bytes.h"

namespace stele {

[[nodiscard]] std::string hex(ByteView);
[[nodiscard]] std::optional<Bytes> unhex(std::string_view);  ///< lower case only

/// RFC 4648 section 5 without padding. Decoding refuses padding, white space and non-zero unused trailing bits.
[[nodiscard]] std::string base64url(ByteView);
[[nodiscard]] std::optional<Bytes> unbase64url(std::string_view);
/// Decodes into `out` (resized), reusing its memory. False: not canonical.
[[nodiscard]] bool unbase64url_into(std::string_view text, Bytes& out);

/// RFC 4648 section 4 with padding (checkpoints). Decoding refuses every other form.
[[nodiscard]] std::string base64(ByteView);
[[nodiscard]] std::optional<Bytes> unbase64(std::string_view);

/// 43 characters of base64url to 32 bytes and so on: none if the length or the form is wrong.
template <class T>
[[nodiscard]] std::optional<T> fixed_from_base64url(std::string_view text) {
  if (text.size() != (T::size_bytes * 8 + 5) / 6) return std::nullopt;
  auto raw = unbase64url(text);
  if (!raw) return std::nullopt;
  return T::from(*raw);
}

}  // namespace stele
