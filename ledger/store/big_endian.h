// Numbers as big-endian bytes: keys that rise as the numbers do. Internal to ledger/store.
#pragma once

#include <array>
#include <string_view>

#include "ledger/base/assert.h"
#include "ledger/base/bytes.h"

namespace stele::store {

using Key64 = std::array<char, 8>;

[[nodiscard]] inline Key64 key64(std::uint64_t value) {
  Key64 out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>((value >> (56 - 8 * i)) & 0xff);
  return out;
}

/// The first 8 bytes; the caller has checked that they are there.
[[nodiscard]] inline std::uint64_t number64(std::string_view bytes) {
  STELE_ASSERT(bytes.size() >= 8);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | static_cast<std::uint8_t>(bytes[i]);
  return out;
}

[[nodiscard]] inline std::string_view text_of(const Key64& key) {
  return {key.data(), key.size()};
}

}  // namespace stele::store
