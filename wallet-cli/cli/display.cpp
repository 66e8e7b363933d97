#include "wallet-cli/cli/display.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace stele::cli {
namespace {

/// The code point at the front, taken away; U+FFFD for what is not UTF-8.
std::int32_t take_code_point(std::string_view& text) {
  utf8proc_int32_t c = 0;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),  // NOLINT
                                  static_cast<utf8proc_ssize_t>(text.size()), &c);
  text.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 1);
  return n > 0 ? c : 0xFFFD;
}

std::string rule(const std::vector<std::size_t>& widths, std::string_view left, std::string_view middle,
                 std::string_view right) {
  std::string out(left);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    for (std::size_t k = 0; k < widths[i] + 2; ++k) out += "─";
    out += i + 1 < widths.size() ? middle : right;
  }
  return out + "\n";
}

std::string row_text(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::vector<std::vector<std::string>> columns;
  std::size_t lines = 1;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    columns.push_back(wrapped(i < cells.size() ? cells[i] : std::string(), widths[i]));
    lines = std::max(lines, columns.back().size());
  }
  std::string out;
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      out += "│ " + padded(line < columns[i].size() ? columns[i][line] : std::string(), widths[i]) + " ";
    out += "│\n";
  }
  return out;
}

/// A word that is wider than a column is cut where the column ends.
void add_word(std::vector<std::string>& out, std::string_view word, std::size_t width) {
  while (display_width(word) > width) {
    std::string_view rest = word;
    std::size_t used = 0;
    std::string_view before = rest;
    while (!rest.empty()) {
      before = rest;
      const auto c = take_code_point(rest);
      const auto w = static_cast<std::size_t>(std::max(0, utf8proc_charwidth(c)));
      if (used + w > width && used > 0) break;
      used += w;
      before = rest;
    }
    out.emplace_back(word.substr(0, word.size() - before.size()));
    word = before;
    if (word.empty()) return;
  }
  out.emplace_back(word);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t out = 0;
  while (!text.empty()) out += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(take_code_point(text))));
  return out;
}

std::string padded(std::string_view text, std::size_t width) {
  const auto w = display_width(text);
  return std::string(text) + std::string(w < width ? width - w : 0, ' ');
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> out;
  bool fresh = true;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    if (!fresh && display_width(out.back()) + 1 + display_width(word) <= width) {
      out.back() += " " + std::string(word);
    } else {
      add_word(out, word, width);
      fresh = false;
    }
  }
  if (out.empty()) out.emplace_back();
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto before = text;
    const auto c = take_code_point(text);
    const auto category = utf8proc_category(c);
    const bool hidden = c == 0xFFFD || category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
                        category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
    out += hidden ? std::string_view("?") : before.substr(0, before.size() - text.size());
  }
  return out;
}

std::string capitalised(std::string_view text) {
  if (text.empty()) return {};
  auto rest = text;
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto n = utf8proc_encode_char(utf8proc_toupper(take_code_point(rest)), bytes.data());
  return std::string(bytes.begin(), bytes.begin() + n) + std::string(rest);
}

std::vector<std::size_t> Box::widths(std::size_t width) const {
  std::vector<std::size_t> out;
  for (const auto& h : heading_) out.push_back(std::max<std::size_t>(1, display_width(h)));
  for (const auto& r : rows_) {
    for (std::size_t i = 0; i < out.size() && i < r.size(); ++i) out[i] = std::max(out[i], display_width(r[i]));
  }
  const auto frame = 3 * out.size() + 1;
  constexpr std::size_t narrowest = 8;
  while (std::accumulate(out.begin(), out.end(), frame) > width) {
    const auto widest = std::max_element(out.begin(), out.end());
    if (*widest <= narrowest) break;
    --*widest;
  }
  return out;
}

std::string Box::text(std::size_t width) const {
  const auto w = widths(width);
  std::string out = rule(w, "┌", "┬", "┐");
  if (std::any_of(heading_.begin(), heading_.end(), [](const auto& h) { return !h.empty(); }))
    out += row_text(heading_, w) + rule(w, "├", "┼", "┤");
  for (const auto& r : rows_) out += row_text(r, w);
  return out + rule(w, "└", "┴", "┘");
}

}  // namespace stele::cli
