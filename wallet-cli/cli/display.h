// Text on a terminal: columns as they are seen, tables that stay aligned under Vietnamese marks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stele::cli {

/// Columns that a terminal uses: combining marks take none, wide characters two.
[[nodiscard]] std::size_t display_width(std::string_view utf8);
[[nodiscard]] std::string padded(std::string_view utf8, std::size_t width);
/// Lines of at most `width` columns, broken at spaces; a longer word stands alone.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view utf8, std::size_t width);
/// Without control characters, so that no file can move the cursor or colour the screen.
[[nodiscard]] std::string printable(std::string_view utf8);

[[nodiscard]] std::string capitalised(std::string_view utf8);

/// Rows of cells in a frame of box-drawing characters.
class Box {
 public:
  explicit Box(std::vector<std::string> heading) : heading_(std::move(heading)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Cells that do not fit into `width` columns altogether are wrapped.
  [[nodiscard]] std::string text(std::size_t width) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t width) const;
  std::vector<std::string> heading_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace stele::cli
