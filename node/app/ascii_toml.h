// TOML in ASCII: what toml++ 3.3 can be given.
//
// TOML 1.0 lets letters beyond ASCII stand in strings and comments. toml++ is wrong about some of them wherever it
// looks for white space (undefined behaviour from U+00A1 to U+0499; found by fuzzing), so that it never sees one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace stele::app {

/// The same text with escapes for letters in strings, and without comments and byte order mark; rows stay, a column
/// behind such a letter in its row does not. Or the row (from 1) of a letter elsewhere, of one in a literal string of
/// several lines, or of a string that is not UTF-8.
[[nodiscard]] Result<std::string, std::uint32_t> ascii_toml(std::string_view text);

}  // namespace stele::app
