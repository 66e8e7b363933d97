// What each exit status means: for the manual, for scripts, for tests.
#pragma once

#include <span>
#include <string_view>

#include "wallet-cli/cli/context.h"

namespace stele::cli {

struct ExitText {
  Exit exit{};
  std::string_view vi, en;
};
/// Every status, ascending.
[[nodiscard]] std::span<const ExitText> exit_texts();

}  // namespace stele::cli
