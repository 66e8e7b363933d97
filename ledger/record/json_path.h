// The path to a place inside JSON as people read it: "stele.targets[3].id". Bounded, since names come from outside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace stele::json {

inline constexpr std::size_t path_bytes_max = 256;

/// Grows until the bound, then ends in "…" once and stays.
class Path {
 public:
  void member(std::string_view name) {
    if (full(name.size() + 1)) return;
    if (!text_.empty()) text_ += '.';
    text_ += name;
  }
  void index(std::size_t i) {
    const std::string digits = std::to_string(i);
    if (full(digits.size() + 2)) return;
    text_ += '[';
    text_ += digits;
    text_ += ']';
  }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  [[nodiscard]] bool full(std::size_t more) {
    if (!full_ && text_.size() + more > path_bytes_max) {
      full_ = true;
      text_ += "…";
    }
    return full_;
  }
  std::string text_;
  bool full_ = false;
};

}  // namespace stele::json
