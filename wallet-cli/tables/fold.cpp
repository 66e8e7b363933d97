#include "wallet-cli/tables/fold.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace stele::tables {
namespace {

/// Length of the white space that starts at `i`, 0 if there is none.
std::size_t space_at(std::string_view s, std::size_t i) {
  const auto c = static_cast<unsigned char>(s[i]);
  if (c == ' ' || (c >= 0x09 && c <= 0x0D)) return 1;
  for (const std::string_view wide : {"\xC2\xA0", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE3\x80\x80"})
    if (s.substr(i, wide.size()) == wide) return wide.size();
  return 0;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::string tidy(std::string_view text) {
  std::string out;
  bool pending = false;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto space = space_at(text, i)) {
      pending = !out.empty();
      i += space;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += text[i++];
  }
  return out;
}

std::string fold(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),  // NOLINT
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) return {};
  std::string out = tidy({reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)});  // NOLINT
  replace_all(out, "\xC3\xB0", "đ");  // eth, already in lower case
  replace_all(out, "\xC9\x96", "đ");  // African d, likewise
  return out;
}

std::string fold_heading(std::string_view text) {
  std::string out = fold(text);
  std::erase_if(out, [](char c) { return std::string_view(" .:*()/&-_").find(c) != std::string_view::npos; });
  return out;
}

namespace {

/// `fold` without marks, đ as d.
std::string without_marks(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK);
  std::string folded = fold(text);
  replace_all(folded, "đ", "d");
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(folded.data()),  // NOLINT
                                   static_cast<utf8proc_ssize_t>(folded.size()), &mapped, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) return {};
  // utf8proc gives unsigned bytes, which are this text's.
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};  // NOLINT
}

}  // namespace

std::size_t count_chars(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string bare(std::string_view text) {
  const std::string folded = without_marks(text);
  std::string out;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const auto c = static_cast<unsigned char>(folded[i]);
    if (c < 0x80) {
      out += folded[i];
    } else if (folded.compare(i, 2, "\xE2\x80") == 0 && i + 2 < folded.size() && folded[i + 2] >= '\x90' &&
               folded[i + 2] <= '\x95') {  // U+2010 to U+2015
      out += '-';
      i += 2;
    } else if ((c & 0xC0U) == 0xC0U) {
      out += ' ';
    }
  }
  return tidy(out);
}

std::string code_from_text(std::string_view text) {
  std::string out;
  for (const char c : without_marks(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    if (c == ' ' && !out.empty()) out += '-';
  }
  return out;
}

}  // namespace stele::tables
