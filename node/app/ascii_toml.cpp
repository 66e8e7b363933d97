#include "node/app/ascii_toml.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

namespace stele::app {
namespace {

bool is_beyond(char c) {
  return static_cast<unsigned char>(c) > 0x7F;
}
bool has_beyond(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_beyond);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  Result<std::string, std::uint32_t> whole() {
    while (at_ < text_.size()) {
      if (!next()) {
        const auto upto = text_.begin() + static_cast<std::ptrdiff_t>(at_);
        return Unexpected(static_cast<std::uint32_t>(1 + std::count(text_.begin(), upto, '\n')));
      }
    }
    return std::move(out_);
  }

 private:
  bool next() {
    const char c = text_[at_];
    // A quote elsewhere, as in +"x", begins no string: toml++ goes on to read what it took for a number.
    constexpr std::string_view before_strings = " \t\r\n=,[{.";
    const bool begins = at_ == 0 || before_strings.find(text_[at_ - 1]) != std::string_view::npos;
    if (begins && c == '"') return basic_string();
    if (begins && c == '\'') return literal_string();
    if (is_beyond(c)) return false;
    if (c == '#') {
      at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    } else {
      take(1);
    }
    return true;
  }
  bool opens_several_lines() const { return text_.substr(at_, 3) == std::string(3, text_[at_]); }
  void take(std::size_t n) {
    out_ += text_.substr(at_, n);
    at_ = std::min(at_ + n, text_.size());
  }
  /// Up to two quotes stand before the three that close.
  void close_several_lines(char quote) {
    take(3);
    for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) take(1);
  }

  /// To its last quote. The end of a line ends a string of one line: toml++ says what is wrong.
  bool basic_string() {
    const bool several_lines = opens_several_lines();
    take(several_lines ? 3 : 1);
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_beyond(c)) {
        if (!escape()) return false;
      } else if (c == '\\') {
        if (at_ + 1 < text_.size() && is_beyond(text_[at_ + 1])) return false;
        take(2);
      } else if (several_lines && text_.substr(at_, 3) == R"(""")") {
        close_several_lines(c);
        return true;
      } else {
        take(1);
        if (!several_lines && (c == '"' || c == '\n')) return true;
      }
    }
    return true;
  }
  bool escape() {
    utf8proc_int32_t letter = 0;
    // utf8proc reads unsigned bytes, and a view of text has none: hence the cast.
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text_.data()) + at_,  // NOLINT
                                       static_cast<utf8proc_ssize_t>(text_.size() - at_), &letter);
    if (used <= 0) return false;
    out_ += fmt::format("\\U{:08X}", letter);
    at_ += static_cast<std::size_t>(used);
    return true;
  }

  bool literal_string() {
    const bool several_lines = opens_several_lines();
    const auto from = at_ + (several_lines ? 3 : 1);
    const auto end = std::min(several_lines ? text_.find("'''", from) : text_.find_first_of("'\n", from), text_.size());
    if (has_beyond(text_.substr(from, end - from))) return !several_lines && as_basic_string(end);
    take(end - at_);
    if (several_lines) {
      close_several_lines('\'');
    } else {
      take(1);
    }
    return true;
  }
  bool as_basic_string(std::size_t end) {
    if (end == text_.size() || text_[end] == '\n') return false;
    out_ += '"';
    for (++at_; at_ < end;) {
      const char c = text_[at_];
      if (is_beyond(c)) {
        if (!escape()) return false;
      } else {
        if (c == '"' || c == '\\') out_ += '\\';
        take(1);
      }
    }
    out_ += '"';
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string, std::uint32_t> ascii_toml(std::string_view text) {
  return Scanner(text).whole();
}

}  // namespace stele::app
