// Vietnamese text compared as people read it: NFC or NFD, any case, any spacing.
#pragma once

#include <string>
#include <string_view>

namespace stele::tables {

/// White space (no-break spaces and line breaks too) at the ends cut, inside reduced to one space. UTF-8 in and out.
[[nodiscard]] std::string tidy(std::string_view);

/// For comparing only, never for storing: NFC, lower case, invisible characters dropped, tidy, and the letter eth
/// (U+00D0), which old Vietnamese keyboards produce, read as Đ. Input that is not UTF-8 gives the empty text.
[[nodiscard]] std::string fold(std::string_view);

/// `fold` without any space and without . : * ( ) / & - _: "ĐĐG tx 1" and "ĐĐGtx1" are one heading.
[[nodiscard]] std::string fold_heading(std::string_view);

/// A word of law as records write it: "Chính quy" is `chinh-quy`. Marks dropped, đ as d, spaces as hyphens; whatever is
/// no letter or digit is left out.
[[nodiscard]] std::string code_from_text(std::string_view);

/// For finding words whoever typed them: small letters without marks, đ as d, digits, single spaces; every kind of dash
/// is "-", and other characters of ASCII stay. What is left is a space.
[[nodiscard]] std::string bare(std::string_view);

/// Characters (code points) of UTF-8 text.
[[nodiscard]] std::size_t count_chars(std::string_view);

}  // namespace stele::tables
