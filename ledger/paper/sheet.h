// What all forms share: headings, fields, tables that run over pages, footers. Internal to this library.
#pragma once

#include <functional>

#include "ledger/paper/canvas.h"
#include "ledger/paper/content.h"
#include "ledger/paper/qr.h"

namespace stele::paper {

inline constexpr double a4_long = 297, a4_short = 210;
inline constexpr Colour cream{0.985, 0.965, 0.92};
inline constexpr Colour pale{0.90, 0.84, 0.70};
inline constexpr Colour watermark{0.95, 0.905, 0.81};

struct Column {
  std::string heading;
  double width = 0;
  Align align = Align::left;
};
struct Cell {
  std::string text;
  bool bold = false;
};
using Row = std::vector<Cell>;

/// A page being filled from top to bottom, with the next one begun where there is no more room. Owns nothing.
class Sheet {
 public:
  /// `footer` draws the foot of the page that is current; called once for each page by `end_page` and `finish`.
  Sheet(Canvas&, double margin, std::function<void(Canvas&)> footer);

  [[nodiscard]] Canvas& canvas() { return canvas_; }
  [[nodiscard]] double left() const { return margin_; }
  [[nodiscard]] double width() const { return canvas_.width() - 2 * margin_; }
  [[nodiscard]] double at() const { return y_; }
  void skip(double mm) { y_ += mm; }
  void to(double mm) { y_ = mm; }
  /// A new page if less than this is left.
  void need(double mm);
  void end_page();
  void finish() { footer_(canvas_); }

  void paragraph(const Style&, std::string_view, const char* tag = "P");
  void heading(std::string_view);
  void table(const std::vector<Column>&, const std::vector<Row>&, double size = 9.5);
  /// "label: value" lines on dots; empty values are left out.
  void fields(const std::vector<std::pair<std::string, std::string>>&, double size = 11);

 private:
  void table_row(const std::vector<Column>&, const Row&, double size, bool head);
  [[nodiscard]] double row_height(const std::vector<Column>&, const Row&, double size, bool head);

  Canvas& canvas_;
  double margin_, y_;
  std::function<void(Canvas&)> footer_;
};

/// "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc" with its rule; gives its height.
double national_heading(Canvas&, Point, double width, double size);
/// The office over the one that issues; gives its height.
double office_heading(Canvas&, Point, double width, double size, const Content&);
/// QR code with what it is for beside or below it.
void qr_block(Canvas&, const Box&, const QrCode&);
/// "Đã ký số": who signed, when it came on the ledger. In a box.
double signed_box(Canvas&, const Box&, const Signer&, const Content&);
/// A border of interlaced waves between two frames.
void ornate_frame(Canvas&, double inset, Colour first, Colour second);
/// A rosette of many fine curves, as on bank notes.
void rosette(Canvas&, Point centre, double radius, Colour);

[[nodiscard]] std::string id_text(const RecordId&);
/// "TRUNG HỌC PHỔ THÔNG"; empty for a kind that has no name here.
[[nodiscard]] std::string level_of_kind(std::string_view kind);
[[nodiscard]] bool is_primary(std::string_view kind);

// ---- the forms ----

/// All that a form needs beside its canvas.
struct Job {
  const Content& content;
  const QrCode& qr;
  std::string link;
  bool shared = false;      ///< the link opens a shared copy
  std::size_t pages = 0;    ///< of all, once known: forms are drawn twice
  std::vector<QrCode> set;  ///< the whole document
};
void draw_transcript(Canvas&, const Job&);
void draw_diploma(Canvas&, const Job&);
void draw_certificate(Canvas&, const Job&);
void draw_copy(Canvas&, const Job&);
/// Pages with the whole document as codes; begins a new page first.
void draw_codes(Canvas&, const Job&);
/// The line at the foot of every page.
void foot(Canvas&, const Job&, double margin, double from_below = 15);

}  // namespace stele::paper
