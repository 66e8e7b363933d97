#include "wallet-cli/tables/columns.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "wallet-cli/tables/fold.h"

namespace stele::tables {
namespace {

/// A column's heading in the template and other spellings, separated by |. Compared by fold_heading.
struct Heading {
  Column column;
  std::string_view text;
  std::string_view other;
};
constexpr std::array headings = {
    Heading{Column::ordinal, "STT", "TT|Số thứ tự"},
    Heading{Column::class_name, "Lớp", "Lớp học|Tên lớp"},
    Heading{Column::id, "Mã định danh Bộ GD&ĐT",
            "Mã định danh|Mã định danh Bộ GDĐT|Mã định danh Bộ|Mã định danh học sinh"},
    Heading{Column::name, "Họ và tên", "Họ tên|Họ và tên học sinh|Họ tên học sinh"},
    Heading{Column::birth_date, "Ngày sinh", "Ngày, tháng, năm sinh|Ngày tháng năm sinh"},
    Heading{Column::regular, "ĐĐGtx", "ĐĐG thường xuyên"},
    Heading{Column::mid, "ĐĐGgk", "ĐĐG giữa kì|ĐĐG giữa kỳ"},
    Heading{Column::final, "ĐĐGck", "ĐĐG cuối kì|ĐĐG cuối kỳ"},
    Heading{Column::average, "ĐTBmhk", "ĐTBmhkI|ĐTBmhkII|ĐTBmhk1|ĐTBmhk2"},
    Heading{Column::comment_code, "Mã nhận xét", ""},
    Heading{Column::comment, "Nhận xét", "Nội dung nhận xét|Nhận xét của giáo viên|Nhận xét của GVCN"},
    Heading{Column::level, "Đánh giá", "Đánh giá (Đạt/Chưa đạt)|Đánh giá (Đ/CĐ)"},
    Heading{Column::mid_level, "Mức đạt được GK", ""},
    Heading{Column::mid_comment, "Nhận xét GK", ""},
    Heading{Column::end_level, "Mức đạt được CK", ""},
    Heading{Column::end_test, "Điểm KTĐK", "Điểm KTĐK CK"},
    Heading{Column::end_comment, "Nhận xét CK", ""},
    Heading{Column::birth_place, "Nơi sinh", ""},
    Heading{Column::gender, "Giới tính", ""},
    Heading{Column::ethnicity, "Dân tộc", ""},
    Heading{Column::state, "Trạng thái", "Trạng thái học sinh"},
    Heading{Column::personal_id, "Số định danh cá nhân", "Số ĐDCN|Số CCCD"},
    Heading{Column::conduct_first, "Rèn luyện HK I", "Rèn luyện HK1|Rèn luyện học kì I|Rèn luyện học kỳ I"},
    Heading{Column::conduct_second, "Rèn luyện HK II", "Rèn luyện HK2|Rèn luyện học kì II|Rèn luyện học kỳ II"},
    Heading{Column::conduct_year, "Rèn luyện cả năm", "Rèn luyện CN"},
    Heading{Column::absences, "Số buổi nghỉ", "Số buổi nghỉ học"},
    Heading{Column::learning, "Học tập", "Kết quả học tập"},
    Heading{Column::title, "Danh hiệu", ""},
    Heading{Column::outcome, "Kết quả", ""},
    Heading{Column::grade, "Xếp loại", "Xếp loại tốt nghiệp"},
    Heading{Column::mode, "Hình thức đào tạo", "Hình thức ĐT"},
    Heading{Column::serial, "Số hiệu", "Số hiệu văn bằng|Số hiệu bằng"},
};

using C = Column;
/// Columns of a kind: the needed ones, then those that may be there. The ordinal is known everywhere.
struct Template {
  std::string_view name;
  std::vector<Column> required;
  std::vector<Column> optional;
};
const Template& template_of(SheetKind kind) {
  static const std::array<Template, 6> templates = {
      Template{"bảng điểm môn học",
               {C::class_name, C::id, C::name, C::regular, C::mid, C::final},
               {C::birth_date, C::average, C::comment_code, C::comment}},
      Template{"bảng đánh giá môn nhận xét",
               {C::class_name, C::id, C::name, C::level},
               {C::birth_date, C::comment_code, C::comment}},
      Template{"bảng đánh giá tiểu học",
               {C::class_name, C::id, C::name, C::mid_level, C::end_level},
               {C::birth_date, C::mid_comment, C::end_test, C::end_comment}},
      Template{"danh sách lớp",
               {C::class_name, C::id, C::name, C::birth_date, C::gender},
               {C::birth_place, C::ethnicity, C::state, C::personal_id}},
      Template{"bảng tổng kết",
               {C::class_name, C::id, C::name, C::learning},
               {C::birth_date, C::conduct_first, C::conduct_second, C::conduct_year, C::absences, C::title, C::outcome,
                C::comment}},
      Template{"danh sách cấp bằng",
               {C::id, C::name, C::birth_date, C::birth_place, C::gender, C::ethnicity, C::grade, C::mode, C::serial},
               {C::class_name}},
  };
  return templates[static_cast<std::size_t>(kind)];
}

bool contains(const std::vector<Column>& columns, Column column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// Every spelling, folded, to its column; no two columns share one.
const std::map<std::string, Column>& columns_by_spelling() {
  static const auto map = [] {
    std::map<std::string, Column> out;
    for (const Heading& heading : headings) {
      out.emplace(fold_heading(heading.text), heading.column);
      std::string_view rest = heading.other;
      while (!rest.empty()) {
        const auto bar = std::min(rest.find('|'), rest.size());
        out.emplace(fold_heading(rest.substr(0, bar)), heading.column);
        rest.remove_prefix(std::min(bar + 1, rest.size()));
      }
    }
    return out;
  }();
  return map;
}

std::optional<Column> column_of(const std::string& folded, const Template& t) {
  const auto found = columns_by_spelling().find(folded);
  if (found == columns_by_spelling().end()) return std::nullopt;
  const Column column = found->second;
  if (column != Column::ordinal && !contains(t.required, column) && !contains(t.optional, column)) return std::nullopt;
  return column;
}

/// The n of "đđgtxn".
std::optional<std::uint32_t> regular_number(std::string_view folded) {
  constexpr std::string_view prefix = "đđgtx";
  if (!folded.starts_with(prefix) || folded.size() == prefix.size()) return std::nullopt;
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(folded.data() + prefix.size(), folded.data() + folded.size(), n);
  if (error != std::errc{} || end != folded.data() + folded.size() || n < 1 || n > regular_marks_max)
    return std::nullopt;
  return n;
}

bool looks_like_marks(const std::string& folded) {
  for (const std::string_view start : {"đđg", "điểm", "đgtx", "đggk", "đgck", "ddg"})
    if (folded.starts_with(start)) return true;
  return false;
}

bool holds_heading(CellKind kind) {
  return kind == CellKind::text;
}

/// Reads one row as if it were the heading row.
Header read_as_header(const Row& row, SheetKind kind, HeaderFaults& faults) {
  const Template& t = template_of(kind);
  Header header;
  header.row = row.number;
  for (const Cell& cell : row.cells) {
    const std::string folded = holds_heading(cell.kind) ? fold_heading(cell.text) : "";
    if (folded.empty()) continue;
    header.headings[cell.column] = tidy(cell.text);
    const auto n = kind == SheetKind::marks ? regular_number(folded) : std::nullopt;
    if (n) {
      const auto [place, is_new] = header.regular.emplace(*n, cell.column);
      if (!is_new) faults.twice.push_back({cell.column, place->second});
    } else if (const auto column = column_of(folded, t)) {
      const auto [place, is_new] = header.at.emplace(*column, cell.column);
      if (!is_new) faults.twice.push_back({cell.column, place->second});
    } else {
      faults.unknown.push_back({cell.column, kind == SheetKind::marks && looks_like_marks(folded)});
    }
  }
  return header;
}

std::string_view template_text(Column column) {
  const auto* found =
      std::find_if(headings.begin(), headings.end(), [&](const Heading& h) { return h.column == column; });
  return found->text;
}

void note_missing(const Header& header, SheetKind kind, HeaderFaults& faults) {
  for (const Column column : template_of(kind).required) {
    const bool numbered = column == Column::regular && !header.regular.empty();
    if (!header.at.contains(column) && !numbered)
      faults.missing.emplace_back(column == Column::regular ? "ĐĐGtx1" : template_text(column));
  }
  if (header.regular.empty()) return;
  for (std::uint32_t n = 1; n < header.regular.rbegin()->first; ++n)
    if (!header.regular.contains(n)) faults.missing.push_back("ĐĐGtx" + std::to_string(n));
  if (const auto list = header.at.find(Column::regular); list != header.at.end())
    faults.twice.push_back({header.regular.begin()->second, list->second});
}

}  // namespace

std::optional<Header> find_header(const Table& table, SheetKind kind, HeaderFaults& faults) {
  constexpr std::size_t known_min = 3;  // title rows hold one or two texts; none of them is three headings
  std::optional<Header> best;
  std::size_t best_known = known_min - 1;
  for (std::size_t i = 0; i < table.rows.size() && i < header_search_rows; ++i) {
    HeaderFaults row_faults;
    Header header = read_as_header(table.rows[i], kind, row_faults);
    const std::size_t known = header.at.size() + header.regular.size();
    if (known <= best_known) continue;
    best_known = known;
    best = std::move(header);
    faults = std::move(row_faults);
  }
  if (best) note_missing(*best, kind, faults);
  return best;
}

std::string required_headings(SheetKind kind) {
  std::string out;
  for (const Column column : template_of(kind).required)
    out += (out.empty() ? "" : " | ") + std::string(column == Column::regular ? "ĐĐGtx1 …" : template_text(column));
  return out;
}

std::string_view kind_name(SheetKind kind) {
  return template_of(kind).name;
}

}  // namespace stele::tables
