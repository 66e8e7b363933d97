// The transcript (học bạ): the student, the year's results, the teachers' words, and where each figure comes from. The
// order is that of the forms of TT 22/2021 (lower and upper secondary) and TT 27/2020 (primary).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/paper/sheet.h"

namespace stele::paper {
namespace {

constexpr double margin = 18;

std::string figure_in(const std::vector<record::TermFigure>& terms, const std::string& term) {
  const auto it = std::find_if(terms.begin(), terms.end(), [&](const auto& f) { return f.term == term; });
  return it == terms.end() ? std::string() : figure_label(it->figure, Lang::vi);
}

/// Codes of the two terms: the rule set's, or those that the subjects name.
std::pair<std::string, std::string> terms_of(const Content& c) {
  if (c.rules) return {c.rules->term_first, c.rules->term_second};
  std::set<std::string> seen;
  for (const auto& s : c.subjects) {
    for (const auto& t : s.terms) seen.insert(t.term);
  }
  const std::vector<std::string> list(seen.begin(), seen.end());
  return {list.empty() ? "" : list[0], list.size() < 2 ? "" : list[1]};
}

/// Who signed this subject's sheets.
std::string teachers_of(const Content& c, const std::string& subject) {
  std::string out;
  for (const auto& f : c.verdict.figures) {
    if (f.subject_code != subject || f.signer_name.empty() || out.find(f.signer_name) != std::string::npos) continue;
    out += (out.empty() ? "" : ", ") + f.signer_name;
  }
  return out;
}

void title_page(Sheet& s, const Job& job) {
  const auto& c = job.content;
  auto& canvas = s.canvas();
  rosette(canvas, {canvas.width() / 2, canvas.height() / 2 + 22}, 72, watermark);
  ornate_frame(canvas, 8, red, gold);
  const double inner = margin + 4, half = (canvas.width() - 2 * inner) / 2;
  constexpr double top = 24;
  office_heading(canvas, {inner, top}, half - 4, 9.5, c);
  national_heading(canvas, {inner + half - 6, top}, half + 6, 9.5);
  double y = 54;
  y += canvas.text({inner, y}, 2 * half, {.size = 44, .display = true, .colour = red, .align = Align::centre}, "HỌC BẠ",
                   "H1");
  if (const auto level = level_of_kind(c.kind); !level.empty()) {
    y += canvas.text({inner, y}, 2 * half, {.size = 17, .bold = true, .align = Align::centre, .spacing = 0.6}, level,
                     "P");
  }
  if (const auto year = c.value("year"); !year.empty()) {
    y += 2 + canvas.text({inner, y + 2}, 2 * half, {.size = 13, .align = Align::centre}, "Năm học " + year, "P");
  }
  s.to(y + 14);
  s.fields({{"Họ và tên", c.value("name")},
            {"Giới tính", c.value("gender")},
            {"Ngày sinh", c.value("birth_date")},
            {"Nơi sinh", c.value("birth_place")},
            {"Dân tộc", c.value("ethnicity")},
            {"Mã học sinh (Bộ GDĐT)", c.value("student_id")},
            {"Số định danh cá nhân", c.value("personal_id")},
            {"Trường", c.value("school").empty() ? c.school : c.value("school")},
            {"Lớp", c.value("class")}},
           12.5);
  if (!c.verdict.complete) {
    s.skip(2);
    s.paragraph({.size = 10, .italic = true, .colour = red},
                "Bản trích: chỉ gồm những mục mà người giữ văn bản chọn trình ra.");
  }
  constexpr double qr = 38;
  const double low = canvas.height() - 42 - qr;
  qr_block(canvas, {inner, low, qr, qr}, job.qr);
  canvas.text({inner, low + qr + 1}, qr, {.size = 7.5, .colour = grey, .align = Align::centre},
              job.shared ? "Quét để xem và kiểm tra" : "Quét để tra bản ghi trên sổ cái", "P");
  const double right = inner + qr + 10, room = 2 * half - qr - 10;
  const double date = canvas.text({right, low - 1}, room, {.size = 10.5, .italic = true, .align = Align::centre},
                                  "Cấp " + long_date(c.day()), "P");
  signed_box(canvas, {right + 8, low + date + 2, room - 16, 0}, c.signer, c);
}

void results(Sheet& s, const Content& c) {
  const bool primary = is_primary(c.kind);
  const auto [first, second] = terms_of(c);
  const bool retests =
      std::any_of(c.subjects.begin(), c.subjects.end(), [](const auto& x) { return x.retest.has_value(); });
  // A primary level has three words, and the mark of a test beside it.
  const double term = primary ? 29 : 22, year = primary ? 31 : 22, teacher = primary ? 41 : 45;
  std::vector<Column> columns{{primary ? "Môn học và\nhoạt động giáo dục" : "Môn học / Hoạt động giáo dục", 0},
                              {"Học kỳ I", term, Align::centre},
                              {"Học kỳ II", term, Align::centre},
                              {"Cả năm", year, Align::centre}};
  if (retests) columns.push_back({"Sau\nđánh giá lại", primary ? 26.0 : 25.0, Align::centre});
  columns.push_back({"Giáo viên đã ký số", primary && retests ? teacher - 8 : teacher});
  double used = 0;
  for (const auto& x : columns) used += x.width;
  columns[0].width = s.width() - used;
  std::vector<Row> rows;
  for (const auto& x : c.subjects) {
    Row r{{x.name, true}, {figure_in(x.terms, first)}, {figure_in(x.terms, second)}};
    r.push_back({x.year ? figure_label(*x.year, Lang::vi) : std::string(), true});
    if (retests) r.push_back({x.retest ? figure_label(x.retest->figure, Lang::vi) : std::string()});
    r.push_back({teachers_of(c, x.code)});
    rows.push_back(std::move(r));
  }
  if (rows.empty()) return;
  s.heading(primary ? "Mức đạt được của các môn học và hoạt động giáo dục"
                    : "Điểm trung bình hoặc mức đánh giá các môn học");
  s.table(columns, rows, 10);
  s.skip(5);
}

void summary(Sheet& s, const Content& c) {
  if (!c.summary) return;
  const auto& m = c.summary->summary;
  const bool primary = is_primary(c.kind);
  const auto level = [](const std::optional<std::string>& code) {
    return code ? label(Words::level, *code, Lang::vi) : std::string();
  };
  s.heading(primary ? "Phẩm chất, năng lực và kết quả cuối năm" : "Rèn luyện và kết quả cuối năm");
  // Traits of primary pupils are told for the year: then the terms have no columns.
  const bool terms = m.conduct.t1 || m.conduct.t2;
  std::vector<Row> rows;
  const auto add = [&](const std::string& what, const std::string& first, const std::string& second, Cell last) {
    if (terms) {
      rows.push_back({{what, true}, {first}, {second}, std::move(last)});
    } else {
      rows.push_back({{what, true}, std::move(last)});
    }
  };
  add(primary ? "Phẩm chất, năng lực" : "Kết quả rèn luyện", level(m.conduct.t1), level(m.conduct.t2),
      {level(m.conduct.year), true});
  if (m.learning) add(primary ? "Đánh giá kết quả giáo dục" : "Kết quả học tập", "", "", {level(m.learning), true});
  if (m.absences) add("Số buổi nghỉ học", "", "", {std::to_string(*m.absences)});
  std::vector<Column> columns{{"", s.width() - (terms ? 90.0 : 50.0)}};
  if (terms) {
    columns.push_back({"Học kỳ I", 30, Align::centre});
    columns.push_back({"Học kỳ II", 30, Align::centre});
  }
  columns.push_back({"Cả năm", terms ? 30.0 : 50.0, Align::centre});
  s.table(columns, rows, 10);
  s.skip(4);
  s.fields({{"Danh hiệu", m.title ? label(Words::title, *m.title, Lang::vi) : std::string()},
            {"Kết quả cuối năm", m.promotion ? label(Words::promotion, *m.promotion, Lang::vi) : std::string()},
            {"Nhận xét của GVCN", c.summary_comment}});
  s.skip(4);
}

void signatures(Sheet& s, const Content& c) {
  constexpr double room = 42;
  s.need(room);
  auto& canvas = s.canvas();
  const double half = s.width() / 2, y = s.at();
  const Style head{.size = 10, .bold = true, .align = Align::centre};
  const bool homeroom = c.summary.has_value();
  if (homeroom) {
    canvas.text({s.left(), y}, half - 4, head, "XÁC NHẬN CỦA GIÁO VIÊN CHỦ NHIỆM", "P");
    signed_box(canvas, {s.left() + 4, y + 7, half - 12, 0}, c.homeroom, c);
  }
  const auto title = capitals(c.signer.title.empty() ? std::string("Hiệu trưởng") : c.signer.title);
  canvas.text({s.left() + half + 4, y}, half - 4, head, "PHÊ DUYỆT CỦA " + title, "P");
  signed_box(canvas, {s.left() + half + 8, y + 7, half - 12, 0}, c.signer, c);
  s.skip(room);
}

std::string entry_text(const record::MarkOrMissing& m) {
  if (const auto* mark = std::get_if<record::Mark>(&m)) return record::mark_text(*mark);
  return figure_label(record::Figure(std::get<record::Missing>(m)), Lang::vi);
}

std::string details(const verdict::FigureTrace& f) {
  if (!f.detail) return {};
  std::string out;
  for (const auto& m : f.detail->regular) out += (out.empty() ? "TX: " : "  ") + entry_text(m);
  if (f.detail->mid) out += (out.empty() ? "" : "; ") + ("GK: " + entry_text(*f.detail->mid));
  if (f.detail->final) out += (out.empty() ? "" : "; ") + ("CK: " + entry_text(*f.detail->final));
  return out;
}

void comments(Sheet& s, const Content& c) {
  if (c.comments.empty()) return;
  s.heading("Nhận xét của giáo viên bộ môn");
  std::vector<Row> rows;
  for (const auto& x : c.comments) rows.push_back({{x.subject, true}, {x.term}, {x.text}});
  s.table({{"Môn học", 48}, {"Học kỳ", 24, Align::centre}, {"Nhận xét", s.width() - 72}}, rows);
  s.skip(5);
}

/// One that stands outside the two terms is that of a re-test.
std::string term_of(const Content& c, const std::string& term) {
  if (term.empty() || (c.rules && term == c.rules->term_year)) return "Đánh giá lại";
  return term_label(c.rules, term, Lang::vi);
}

void origin(Sheet& s, const Content& c) {
  std::vector<const verdict::FigureTrace*> figures;
  std::vector<std::string> names;
  for (const auto& x : c.subjects) {
    for (const auto& f : c.verdict.figures) {
      if (f.subject_code != x.code || !f.sheet) continue;
      figures.push_back(&f);
      names.push_back(x.name);
    }
  }
  if (figures.empty()) return;
  const bool marks = std::any_of(figures.begin(), figures.end(), [](const auto* f) { return !details(*f).empty(); });
  std::vector<Row> rows;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const auto& f = *figures[i];
    Row r{{names[i], true}, {term_of(c, f.term)}, {figure_label(f.figure, Lang::vi), true}};
    if (marks) r.push_back({details(f)});
    r.push_back({f.signer_name.empty() ? "(không được trình)" : f.signer_name});
    r.push_back({fmt::format("{}{}\nkhối {}", day_label(date_in_vietnam(f.time)), f.amended_sheet ? " (sửa)" : "",
                             f.height.value)});
    rows.push_back(std::move(r));
  }
  s.heading("Nguồn gốc từng con điểm: bảng điểm do giáo viên ký trên sổ cái");
  const double result = marks ? 16 : 38, signer = marks ? 38 : 46;
  std::vector<Column> columns{
      {"Môn học", marks ? 36.0 : s.width() - 127}, {"Học kỳ", 19, Align::centre}, {"Kết quả", result, Align::centre}};
  if (marks) columns.push_back({"Điểm thành phần", s.width() - 133});
  columns.push_back({"Người ký bảng điểm", signer});
  columns.push_back({"Ngày, khối", 24, Align::centre});
  s.table(columns, rows, 8.5);
}

}  // namespace

void draw_transcript(Canvas& canvas, const Job& job) {
  Sheet s(canvas, margin + 4, [&](Canvas& c) { foot(c, job, margin + 4, 26); });
  title_page(s, job);
  const auto& c = job.content;
  if (c.subjects.empty() && !c.summary) {
    s.finish();
    return;
  }
  s.end_page();
  Sheet rest(canvas, margin, [&](Canvas& x) { foot(x, job, margin); });
  const auto name = c.value("name");
  rest.paragraph({.size = 10, .colour = grey},
                 fmt::format("{}{}{}", name, c.value("class").empty() ? "" : " · Lớp " + c.value("class"),
                             c.value("year").empty() ? "" : " · Năm học " + c.value("year")));
  rest.skip(3);
  results(rest, c);
  summary(rest, c);
  signatures(rest, c);
  comments(rest, c);
  origin(rest, c);
  rest.finish();
}

}  // namespace stele::paper
