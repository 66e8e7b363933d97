// Diploma and certificate: one page in landscape; and the copy of either in the form of an extract from the register.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/paper/sheet.h"

namespace stele::paper {
namespace {

constexpr double inset = 8;

std::string diploma_title(const Content& c) {
  const auto level = level_of_kind(c.kind);
  return level.empty() ? "BẰNG TỐT NGHIỆP" : "BẰNG TỐT NGHIỆP\n" + level;
}

std::string signer_title(const Content& c) {
  return capitals(c.signer.title.empty() ? std::string("Người ký") : c.signer.title);
}

/// "label: value" lines, each on the line of the one before; empty values are left out. Gives the height.
double lines_of(Canvas& c, Point at, double width, const std::vector<std::pair<std::string, std::string>>& list,
                double size) {
  double y = at.y;
  for (const auto& [name, value] : list) {
    if (value.empty()) continue;
    const std::vector<Run> runs{{name + ": ", {.size = size, .colour = grey}}, {value, {.size = size, .bold = true}}};
    y += c.text({at.x, y}, width, runs, Align::left, 1.0, "P") + 1.3;
  }
  return y - at.y;
}

void plaque(Canvas& c) {
  c.fill({0, 0, c.width(), c.height()}, {0.998, 0.992, 0.975});
  rosette(c, {c.width() / 2, c.height() / 2 + 10}, 66, watermark);
  ornate_frame(c, inset, red, gold);
}

void qr_corner(Canvas& c, Point at, double side, const Job& job) {
  qr_block(c, {at.x, at.y, side, side}, job.qr);
  c.text({at.x - 4, at.y + side + 0.8}, side + 8, {.size = 7, .colour = grey, .align = Align::centre},
         job.shared ? "Quét để xem và kiểm tra" : "Quét để tra trên sổ cái", "P");
}

void landscape_foot(Canvas& c, const Job& job) {
  const auto& v = job.content.verdict;
  c.text({inset + 14, c.height() - inset - 16.2}, c.width() - 2 * inset - 28,
         {.size = 6.8, .colour = grey, .align = Align::centre},
         fmt::format("Bản thể hiện của văn bản số trên sổ cái Stele; giá trị nằm ở văn bản số đính kèm tệp PDF này."
                     "{}\nMã bản ghi: {} · Có hiệu lực tính đến {}, khối {}",
                     v.complete ? "" : " Bản trích: chỉ gồm những mục được trình ra.", id_text(*v.id),
                     v.status_time ? time_label(*v.status_time) : "?",
                     v.status_height ? std::to_string(v.status_height->value) : "?"),
         "P");
}

struct Landscape {
  std::string title, grants;
  std::vector<std::pair<std::string, std::string>> left, right, numbers;
};

void draw_landscape(Canvas& c, const Job& job, const Landscape& what) {
  const auto& content = job.content;
  plaque(c);
  const double x = inset + 16, w = c.width() - 2 * x;
  double y = 22;
  y += national_heading(c, {x, y}, w, 12) + 5;
  y += c.text({x, y}, w, {.size = 26, .display = true, .colour = red, .align = Align::centre, .line = 0.92}, what.title,
              "H1");
  y += 1.5;
  y += c.text({x, y}, w, {.size = 12, .bold = true, .align = Align::centre},
              fmt::format("{} {}", signer_title(content), capitals(content.school)), "P");
  y += 1.5;
  y += c.text({x, y}, w, {.size = 11.5, .italic = true, .align = Align::centre}, what.grants, "P");
  y += c.text({x, y}, w, {.size = 28, .bold = true, .colour = red, .align = Align::centre}, content.value("name"), "P");
  y += 2.5;
  const double column = w * 0.5;
  const double a = lines_of(c, {x + 16, y}, column - 20, what.left, 12.5);
  const double b = lines_of(c, {x + column + 8, y}, column - 12, what.right, 12.5);
  y += std::max(a, b);

  constexpr double qr = 31;
  const double low = c.height() - inset - 20 - qr - 5;
  qr_corner(c, {x + 4, low}, qr, job);
  lines_of(c, {x + 4 + qr + 7, low + 9}, 74, what.numbers, 10.5);
  const double box_width = 84, box_x = c.width() - x - box_width;
  const double date_y = std::max(y, low - 7);
  const double date = c.text({box_x, date_y}, box_width, {.size = 10.5, .italic = true, .align = Align::centre},
                             "Cấp " + long_date(content.day()), "P");
  signed_box(c, {box_x, date_y + date + 1.5, box_width, 0}, content.signer, content);
  landscape_foot(c, job);
}

Landscape diploma_of(const Content& c) {
  return {diploma_title(c),
          "cấp cho",
          {{"Ngày sinh", c.value("birth_date")},
           {"Nơi sinh", c.value("birth_place")},
           {"Giới tính", c.value("gender")},
           {"Dân tộc", c.value("ethnicity")}},
          {{"Học sinh trường", c.value("school").empty() ? c.school : c.value("school")},
           {"Năm tốt nghiệp", c.value("graduation_year")},
           {"Xếp loại tốt nghiệp", c.value("ranking")},
           {"Hình thức đào tạo", c.value("mode")}},
          {{"Số hiệu", c.value("serial")}, {"Số vào sổ gốc", c.value("register_no")}}};
}

/// A title of more than one line in two of about equal length.
std::string in_two_lines(std::string title) {
  constexpr std::size_t letters_max = 40;
  const auto letters = [](std::string_view t) {
    return std::size_t(std::count_if(t.begin(), t.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  const auto all = letters(title);
  if (all <= letters_max) return title;
  std::size_t best = std::string::npos, least = all;
  for (auto at = title.find(' '); at != std::string::npos; at = title.find(' ', at + 1)) {
    const auto before = letters(std::string_view(title).substr(0, at));
    const auto longer = std::max(before, all - before);
    if (longer < least) best = at, least = longer;
  }
  if (best != std::string::npos) title[best] = '\n';
  return title;
}

Landscape certificate_of(const Content& c) {
  const auto title = c.value("title");
  return {
      title.empty() ? "CHỨNG CHỈ" : in_two_lines(capitals(title)),
      "cấp cho",
      {{"Ngày sinh", c.value("birth_date")}, {"Nơi sinh", c.value("birth_place")}, {"Giới tính", c.value("gender")}},
      {{"Trường", c.value("school").empty() ? c.school : c.value("school")}, {"Xếp loại", c.value("grade")}},
      {{"Mã học sinh", c.value("student_id")}}};
}

}  // namespace

void draw_diploma(Canvas& c, const Job& job) {
  draw_landscape(c, job, diploma_of(job.content));
}

void draw_certificate(Canvas& c, const Job& job) {
  draw_landscape(c, job, certificate_of(job.content));
}

void draw_copy(Canvas& canvas, const Job& job) {
  const auto& c = job.content;
  const bool diploma = c.type == record::Type::diploma;
  const auto what = diploma ? diploma_of(c) : certificate_of(c);
  constexpr double margin = 24;
  Sheet s(canvas, margin, [&](Canvas& x) { foot(x, job, margin, 26); });
  ornate_frame(canvas, inset, red, gold);
  const double half = s.width() / 2;
  office_heading(canvas, {margin - 2, 24}, half - 4, 9.5, c);
  national_heading(canvas, {margin + half - 6, 24}, half + 8, 9.5);
  s.to(52);
  s.paragraph({.size = 30, .display = true, .colour = red, .align = Align::centre}, "BẢN SAO", "H1");
  auto title = what.title;
  std::replace(title.begin(), title.end(), '\n', ' ');
  s.paragraph({.size = 14, .bold = true, .align = Align::centre}, title, "P");
  s.paragraph({.size = 10.5, .italic = true, .colour = grey, .align = Align::centre},
              "Bản sao theo văn bản số gốc trên sổ cái, kèm chính văn bản đó để đối chiếu");
  s.skip(8);
  std::vector<std::pair<std::string, std::string>> all{{"Họ và tên", c.value("name")}};
  for (const auto* part : {&what.left, &what.right, &what.numbers}) all.insert(all.end(), part->begin(), part->end());
  if (const auto basis = c.value("basis"); !basis.empty()) all.emplace_back("Căn cứ", basis);
  s.fields(all);
  s.skip(8);
  constexpr double qr = 36;
  s.need(qr + 20);
  const double y = s.at();
  qr_corner(canvas, {margin + 6, y}, qr, job);
  const double box_x = margin + qr + 20, box_width = s.width() - qr - 22;
  const double date = canvas.text({box_x, y}, box_width, {.size = 10.5, .italic = true, .align = Align::centre},
                                  "Bản gốc cấp " + long_date(c.day()), "P");
  signed_box(canvas, {box_x, y + date + 2, box_width, 0}, c.signer, c);
  s.finish();
}

}  // namespace stele::paper
