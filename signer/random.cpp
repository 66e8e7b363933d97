#include "signer/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace stele::signer {

void fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    STELE_ASSERT(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_below(std::uint64_t n) {
  STELE_ASSERT(n > 0);
  // 2^64 mod n: draws below it would make the small results likelier, so they are drawn again.
  const std::uint64_t uneven = (0 - n) % n;
  while (true) {
    std::array<std::uint8_t, sizeof(std::uint64_t)> raw{};
    fill_random(raw);
    std::uint64_t drawn = 0;
    std::memcpy(&drawn, raw.data(), sizeof drawn);
    if (drawn >= uneven) return drawn % n;
  }
}

}  // namespace stele::signer
