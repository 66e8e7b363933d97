// Random numbers from the kernel (getrandom): for keys, salts, nonces and the order of rows. Any thread. The core never
// draws chance itself: what it needs is passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "signer/secret.h"

namespace stele::signer {

/// Waits for the kernel's pool at boot, if it must. A kernel without randomness stops the program: nothing sensible can
/// be done without.
void fill_random(std::span<std::uint8_t> out);

/// A FixedBytes of any meaning: salt, nonce, handle.
template <class T>
[[nodiscard]] T random_fixed() {
  T out;
  fill_random(out.bytes);
  return out;
}

template <std::size_t N>
[[nodiscard]] Secret<N> random_secret() {
  Secret<N> out;
  fill_random(out.writable());
  return out;
}

/// Each of 0..n-1 equally likely; n > 0.
[[nodiscard]] std::uint64_t random_below(std::uint64_t n);

/// Each order equally likely (Fisher and Yates).
template <class Items>
void shuffle(Items& items) {
  using std::swap;
  for (std::size_t left = items.size(); left > 1; --left) {
    const auto chosen = static_cast<std::size_t>(random_below(left));
    if (chosen != left - 1) swap(items[chosen], items[left - 1]);
  }
}

}  // namespace stele::signer
