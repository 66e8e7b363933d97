#include "ledger/paper/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ledger/base/encoding.h"

namespace stele::paper {
namespace {

constexpr double top = 16, bottom = 22;  // millimetres kept free
constexpr double cell_pad_x = 1.6, cell_pad_y = 1.1, thin = 0.18;

}  // namespace

Sheet::Sheet(Canvas& canvas, double margin, std::function<void(Canvas&)> footer)
    : canvas_(canvas), margin_(margin), y_(top), footer_(std::move(footer)) {}

void Sheet::need(double mm) {
  if (y_ + mm > canvas_.height() - bottom) end_page();
}

void Sheet::end_page() {
  footer_(canvas_);
  canvas_.next_page();
  y_ = top;
}

void Sheet::paragraph(const Style& style, std::string_view text, const char* tag) {
  need(canvas_.text_height(width(), style, text));
  y_ += canvas_.text({margin_, y_}, width(), style, text, tag);
}

void Sheet::heading(std::string_view text) {
  constexpr double room = 24;  // a heading alone at the foot of a page is no use
  need(room);
  y_ += canvas_.text({margin_, y_}, width(), {.size = 11.5, .bold = true, .colour = red}, text, "H2") + 1.2;
}

double Sheet::row_height(const std::vector<Column>& columns, const Row& row, double size, bool head) {
  double out = 0;
  for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i) {
    const Style s{.size = size, .bold = head || row[i].bold};
    out = std::max(out, canvas_.text_height(columns[i].width - 2 * cell_pad_x, s, row[i].text));
  }
  return out + 2 * cell_pad_y;
}

void Sheet::table_row(const std::vector<Column>& columns, const Row& row, double size, bool head) {
  const double h = row_height(columns, row, size, head);
  double x = margin_;
  canvas_.begin("TR");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& c = columns[i];
    if (head) canvas_.fill({x, y_, c.width, h}, cream);
    canvas_.frame({x, y_, c.width, h}, thin, gold);
    if (i < row.size()) {
      const double inner = c.width - 2 * cell_pad_x;
      const Style s{.size = size,
                    .bold = head || row[i].bold,
                    .colour = head ? red : ink,
                    .align = head ? Align::centre : c.align};
      const double free = h - 2 * cell_pad_y - canvas_.text_height(inner, s, row[i].text);
      canvas_.text({x + cell_pad_x, y_ + cell_pad_y + free / 2}, inner, s, row[i].text, head ? "TH" : "TD");
    }
    x += c.width;
  }
  canvas_.end("TR");
  y_ += h;
}

void Sheet::table(const std::vector<Column>& columns, const std::vector<Row>& rows, double size) {
  Row head;
  for (const auto& c : columns) head.push_back({c.heading, true});
  const double head_height = row_height(columns, head, size, true);
  need(head_height + 3 * (size / 2));
  canvas_.begin("Table");
  table_row(columns, head, size, true);
  for (const auto& row : rows) {
    if (y_ + row_height(columns, row, size, false) > canvas_.height() - bottom) {
      canvas_.end("Table");  // a table in two parts: each has its heading
      end_page();
      canvas_.begin("Table");
      table_row(columns, head, size, true);
    }
    table_row(columns, row, size, false);
  }
  canvas_.end("Table");
}

void Sheet::fields(const std::vector<std::pair<std::string, std::string>>& list, double size) {
  constexpr double label_width = 52;
  const double gap = size * 0.15 + (size - 11) * 1.2;
  for (const auto& [name, value] : list) {
    if (value.empty()) continue;
    const Style left_style{.size = size, .colour = grey};
    const Style right_style{.size = size + 0.5, .bold = true};
    const double h = std::max(canvas_.text_height(label_width, left_style, name),
                              canvas_.text_height(width() - label_width, right_style, value));
    need(h + gap);
    canvas_.text({margin_, y_}, label_width, left_style, name, "P");
    canvas_.text({margin_ + label_width, y_}, width() - label_width, right_style, value, "P");
    canvas_.line({margin_ + label_width, y_ + h + 0.3}, {margin_ + width(), y_ + h + 0.3}, 0.12, pale);
    y_ += h + gap;
  }
}

double national_heading(Canvas& c, Point at, double width, double size) {
  double y = at.y;
  y += c.text({at.x, y}, width, {.size = size, .bold = true, .align = Align::centre},
              "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "P");
  const Style motto{.size = size + 0.5, .bold = true, .align = Align::centre};
  y += c.text({at.x, y}, width, motto, "Độc lập - Tự do - Hạnh phúc", "P");
  const double rule = c.text_width(motto, "Độc lập - Tự do - Hạnh phúc");
  const double middle = at.x + width / 2;
  c.line({middle - rule / 2, y + 0.6}, {middle + rule / 2, y + 0.6}, 0.25, ink);
  return y + 1 - at.y;
}

double office_heading(Canvas& c, Point at, double width, double size, const Content& content) {
  double y = at.y;
  if (!content.above.empty()) {
    y += c.text({at.x, y}, width, {.size = size, .align = Align::centre}, capitals(content.above), "P");
  }
  y += c.text({at.x, y}, width, {.size = size, .bold = true, .align = Align::centre}, capitals(content.school), "P");
  const double middle = at.x + width / 2;
  constexpr double half = 12;
  c.line({middle - half, y + 0.8}, {middle + half, y + 0.8}, 0.25, ink);
  return y + 1.2 - at.y;
}

void qr_block(Canvas& c, const Box& b, const QrCode& qr) {
  c.squares(b, qr.side, qr.modules);
  c.frame(b, 0.2, gold);
}

double signed_box(Canvas& c, const Box& b, const Signer& s, const Content& content) {
  const auto& v = content.verdict;
  const bool sealed = std::any_of(v.second_signatures.begin(), v.second_signatures.end(),
                                  [](const auto& x) { return x.by == record::Type::seal; });
  std::vector<Run> runs;
  runs.push_back({"Đã ký số\n", {.size = 9.5, .bold = true, .colour = red}});
  runs.push_back({s.name.empty() ? "(tên người ký không được trình)" : s.name, {.size = 12.5, .bold = true}});
  if (!s.title.empty()) runs.push_back({"\n" + s.title, {.size = 9.5}});
  if (&s == &content.signer) {
    if (sealed) runs.push_back({"\nĐã đóng dấu số của nhà trường", {.size = 9, .italic = true, .colour = red}});
    runs.push_back({fmt::format("\nTrên sổ cái: khối {}, {}", v.height->value, time_label(*v.issued)),
                    {.size = 8, .colour = grey}});
  }
  constexpr double pad = 2.5;
  const double h = c.text_height(b.width - 2 * pad, runs) + 2 * pad;
  c.fill({b.x, b.y, b.width, h}, {1, 0.985, 0.96});
  c.frame({b.x, b.y, b.width, h}, 0.35, red);
  c.text({b.x + pad, b.y + pad}, b.width - 2 * pad, runs, Align::centre, 1.0, "P");
  return h;
}

void ornate_frame(Canvas& c, double inset, Colour first, Colour second) {
  constexpr double band = 7;
  const double w = c.width() - 2 * inset, h = c.height() - 2 * inset;
  c.frame({inset, inset, w, h}, 0.9, first);
  c.frame({inset + 1.3, inset + 1.3, w - 2.6, h - 2.6}, 0.25, second);
  c.frame({inset + band + 1.2, inset + band + 1.2, w - 2 * band - 2.4, h - 2 * band - 2.4}, 0.5, first);
  const double x0 = inset + 1.3 + band / 2 - 0.05, y0 = x0;
  const double run_x = c.width() - 2 * x0, run_y = c.height() - 2 * y0;
  constexpr double amplitude = 2.1, step = 0.35, wave = 6.6;
  constexpr int strands = 4;
  const auto strand = [&](double length, double phase, auto place) {
    const double waves = std::round(length / wave);
    std::vector<Point> points;
    for (double t = 0; t <= length; t += step) {
      const double angle = 2 * std::numbers::pi * waves * t / length + phase;
      points.push_back(place(t, amplitude * std::sin(angle)));
    }
    c.curve(points, 0.16, phase < std::numbers::pi ? second : first, false);
  };
  for (int k = 0; k < strands; ++k) {
    const double phase = 2 * std::numbers::pi * k / strands;
    strand(run_x, phase, [&](double t, double d) { return Point{x0 + t, y0 + d}; });
    strand(run_x, phase, [&](double t, double d) { return Point{x0 + t, c.height() - y0 + d}; });
    strand(run_y, phase, [&](double t, double d) { return Point{x0 + d, y0 + t}; });
    strand(run_y, phase, [&](double t, double d) { return Point{c.width() - x0 + d, y0 + t}; });
  }
  for (const double x : {x0, c.width() - x0}) {
    for (const double y : {y0, c.height() - y0}) {
      constexpr double half = band / 2 - 0.35;
      c.fill({x - half, y - half, 2 * half, 2 * half}, white);
      c.frame({x - half, y - half, 2 * half, 2 * half}, 0.35, first);
      std::vector<Point> star;
      for (int i = 0; i < 16; ++i) {
        const double r = i % 2 == 0 ? half - 0.5 : half * 0.42;
        const double a = std::numbers::pi * i / 8;
        star.push_back({x + r * std::sin(a), y - r * std::cos(a)});
      }
      c.polygon(star, second);
    }
  }
}

void rosette(Canvas& c, Point centre, double radius, Colour colour) {
  struct Band {
    double middle, swing;
    int waves, strands;
  };
  constexpr Band bands[] = {{0.80, 0.20, 24, 12}, {0.52, 0.15, 16, 10}, {0.27, 0.13, 10, 8}};
  constexpr int points = 960;
  for (const auto& b : bands) {
    for (int k = 0; k < b.strands; ++k) {
      const double phase = 2 * std::numbers::pi * k / b.strands;
      std::vector<Point> line;
      for (int i = 0; i < points; ++i) {
        const double a = 2 * std::numbers::pi * i / points;
        const double r = radius * (b.middle + b.swing * std::sin(b.waves * a + phase) * std::cos(2 * a + phase / 2));
        line.push_back({centre.x + r * std::cos(a), centre.y + r * std::sin(a)});
      }
      c.curve(line, 0.09, colour, true);
    }
  }
}

std::string id_text(const RecordId& id) {
  return base64url(id.view());
}

std::string level_of_kind(std::string_view kind) {
  if (is_primary(kind)) return "TIỂU HỌC";
  if (kind == "thcs") return "TRUNG HỌC CƠ SỞ";
  if (kind == "thpt") return "TRUNG HỌC PHỔ THÔNG";
  return {};
}
bool is_primary(std::string_view kind) {
  return kind == "primary" || kind == "tieu-hoc" || kind == "th";
}

void foot(Canvas& c, const Job& job, double margin, double from_below) {
  const double y = c.height() - from_below;
  const Style s{.size = 7, .colour = grey};
  c.line({margin, y - 1.2}, {c.width() - margin, y - 1.2}, 0.15, pale);
  const auto& v = job.content.verdict;
  c.text({margin, y}, c.width() - 2 * margin - 26, s,
         fmt::format("Bản thể hiện của văn bản số trên sổ cái Stele; giá trị nằm ở văn bản số đính kèm tệp PDF này.\n"
                     "Mã bản ghi: {} · Có hiệu lực tính đến {}, khối {}",
                     id_text(*v.id), v.status_time ? time_label(*v.status_time) : "?",
                     v.status_height ? std::to_string(v.status_height->value) : "?"),
         "P");
  c.text({c.width() - margin - 25, y}, 25, {.size = 7.5, .colour = grey, .align = Align::right},
         fmt::format("Trang {}/{}", c.pages(), job.pages), "P");
}

void draw_codes(Canvas& c, const Job& job) {
  constexpr double margin = 15, gap = 6, caption = 5, head = 16;
  constexpr std::size_t columns = 2, rows = 3;
  const double cell =
      std::min((c.width() - 2 * margin - gap) / columns, (c.height() - head - 20 - 3 * caption - 2 * gap) / rows);
  for (std::size_t i = 0; i < job.set.size(); ++i) {
    const auto on_page = i % (columns * rows);
    if (on_page == 0) {
      c.next_page();
      c.text({margin, 9}, c.width() - 2 * margin, {.size = 10.5, .bold = true, .colour = red},
             "Toàn bộ văn bản số trong các mã QR: quét lần lượt, thứ tự nào cũng được", "H2");
      foot(c, job, margin);
    }
    const double x = (c.width() - columns * cell - gap) / 2 + static_cast<double>(on_page % columns) * (cell + gap);
    const double y = head + static_cast<double>(on_page / columns) * (cell + caption + gap);
    c.squares({x, y, cell, cell}, job.set[i].side, job.set[i].modules);
    c.text({x, y + cell + 0.5}, cell, {.size = 8, .colour = grey, .align = Align::centre},
           fmt::format("Mã {}/{}", i + 1, job.set.size()), "P");
  }
}

}  // namespace stele::paper
