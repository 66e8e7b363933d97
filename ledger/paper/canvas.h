// Pages of a PDF being drawn: text, lines, shapes, and the tags that say what each text is (Pango and Cairo behind it).
// Lengths in millimetres from the upper left corner, sizes of letters in points.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/error.h"

namespace stele::paper {

struct Colour {
  double r = 0, g = 0, b = 0, a = 1;
};
inline constexpr Colour ink{0.10, 0.10, 0.12};
inline constexpr Colour grey{0.40, 0.40, 0.42};
inline constexpr Colour red{0.66, 0.08, 0.10};
inline constexpr Colour gold{0.72, 0.56, 0.22};
inline constexpr Colour white{1, 1, 1};

enum class Align : std::uint8_t { left, centre, right };
struct Style {
  double size = 10;
  bool bold = false, italic = false;
  bool display = false;  ///< the face for great titles, always bold
  Colour colour = ink;
  Align align = Align::left;
  double spacing = 0;  ///< between letters, in points
  double line = 1.0;   ///< factor between lines
};
/// A piece of a paragraph in a style of its own; alignment and line factor are the paragraph's.
struct Run {
  std::string text;
  Style style;
};
struct Point {
  double x = 0, y = 0;
};
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

/// What the PDF says about itself. All of it is fixed by the document printed: no clock takes part.
struct About {
  std::string title;
  std::string author;
  std::string subject;
  std::string time;  ///< ISO 8601, UTC: of the record
};

/// One PDF being drawn, page after page. Not copyable; one thread.
class Canvas {
 public:
  /// `paper_font` without the pinned fonts.
  [[nodiscard]] static Result<Canvas> open(double width, double height, const About&);
  Canvas(Canvas&&) noexcept;
  Canvas& operator=(Canvas&&) noexcept;
  ~Canvas();

  [[nodiscard]] double width() const;
  [[nodiscard]] double height() const;
  [[nodiscard]] std::size_t pages() const;
  /// Ends the page that is being drawn and begins the next.
  void next_page();

  /// A paragraph under the tag (`P`, `H1`, `TD` …); gives its height. Lines are broken at `width`.
  double text(Point, double width, const Style&, std::string_view, const char* tag = "P");
  double text(Point, double width, std::span<const Run>, Align, double line = 1.0, const char* tag = "P");
  [[nodiscard]] double text_height(double width, const Style&, std::string_view);
  [[nodiscard]] double text_height(double width, std::span<const Run>, double line = 1.0);
  /// Of one line.
  [[nodiscard]] double text_width(const Style&, std::string_view);

  void fill(const Box&, Colour);
  void frame(const Box&, double thick, Colour);
  void line(Point from, Point to, double thick, Colour);
  /// A closed or open curve through many points.
  void curve(std::span<const Point>, double thick, Colour, bool closed);
  void polygon(std::span<const Point>, Colour);
  /// Squares of a QR code with its quiet zone, white behind; `modules` row by row.
  void squares(const Box&, std::size_t side, std::span<const std::uint8_t> modules);

  /// Opens and closes a tag that holds others: `Table`, `TR`.
  void begin(const char* tag);
  void end(const char* tag);

  /// Closes the last page; the PDF's bytes, still without attachment and identity. `paper_glyph` names a text for which
  /// the fonts have no letters; `paper_draw` is a fault of this program or lack of memory.
  [[nodiscard]] Result<std::string> finish();

  struct Impl;

 private:
  explicit Canvas(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

/// Versions of the libraries that decide about a page's bytes.
[[nodiscard]] std::string drawing_versions();

/// A grid of squares as PNG, for screens: `scale` pixels a module, quiet zone included.
[[nodiscard]] Result<std::string> squares_png(std::size_t side, std::span<const std::uint8_t> modules,
                                              std::size_t scale);

}  // namespace stele::paper
