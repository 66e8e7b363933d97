// The fonts that pages are set in: named files with known contents, so that a page has the same bytes on every machine.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/error.h"

namespace stele::paper {

struct Font {
  std::string_view file;    ///< name inside the folder
  std::string_view sha256;  ///< hex, of the file
};
/// Debian 12's package fonts-noto-core, version 20201225-1.
inline constexpr std::array<Font, 5> fonts{{
    {"NotoSerif-Regular.ttf", "9d7583b7dc9e812afd32a14280c5cac3160012efe50c8d08938f4fea266ff67f"},
    {"NotoSerif-Bold.ttf", "0af0ff2be8f84910fb21ec5fe1b6b7395e3073250502a334baf6ca2f860c88fe"},
    {"NotoSerif-Italic.ttf", "bc25600aa27cd409e1e5b3d86340df3a329bb860fcfbe57a03a95070b229e1b0"},
    {"NotoSerif-BoldItalic.ttf", "78a6d685e5690b7dcda0f336b689193afc03b6bab5cf18fc1a9ecc3aa0600059"},
    {"NotoSerifDisplay-Bold.ttf", "8666c2488e681a31670f9fc0b5d59fa4f21f2a0664a76876fe49ebd832f673c7"},
}};
/// 8 hexadecimal digits that stand for all of them in a renderer's version.
[[nodiscard]] std::string fonts_digest();

/// The files' paths, once each has been read and found to be the one expected; `paper_font` otherwise, with what to
/// install. The folder is that of the package, or STELE_FONTS: another place, never other fonts.
[[nodiscard]] Result<std::vector<std::string>> find_fonts();

}  // namespace stele::paper
