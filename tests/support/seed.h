// The seed of a random test: printed when the test fails, taken back from STELE_SEED.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace stele::test {

/// Use as: const auto seed = test::seed(); SCOPED_TRACE("STELE_SEED=" + std::to_string(seed));
inline std::uint32_t seed() {
  if (const char* given = std::getenv("STELE_SEED"); given != nullptr)
    return std::uint32_t(std::strtoul(given, nullptr, 10));
  return std::random_device{}();
}

}  // namespace stele::test
