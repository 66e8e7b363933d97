// What a desk is started with.
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "wallet-cli/desk/gate.h"

namespace stele::desk {

struct Options {
  std::vector<std::filesystem::path> keys;  ///< key files to choose from: the page can name no other
  std::filesystem::path codes;              ///< folder for pick-up codes
  std::chrono::milliseconds idle{15 * 60'000};
  ClockMs now_ms;  ///< empty: the steady clock
};

}  // namespace stele::desk
