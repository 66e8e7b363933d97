// The program `stele`: from argv to a command and its exit status.
#pragma once

#include "wallet-cli/cli/app_tree.h"

namespace stele::cli {

/// Never throws. Every status is one of `Exit`.
[[nodiscard]] int run(int argc, char** argv);

/// All commands and options as the parser knows them, with their texts in one language. Help, completion and manual are
/// made of it, so that none of them can forget an option.
[[nodiscard]] CommandInfo describe_program(Lang);

}  // namespace stele::cli
