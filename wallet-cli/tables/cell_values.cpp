#include "wallet-cli/tables/cell_values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "wallet-cli/tables/fold.h"

namespace stele::tables {
namespace {

constexpr std::array assessment_choices = {Choice{"dat", "Đạt", "Đ"}, Choice{"chua-dat", "Chưa đạt", "CĐ"}};
constexpr std::array level_choices = {Choice{"tot", "Tốt", "T"}, Choice{"kha", "Khá", "K"}, Choice{"dat", "Đạt", "Đ"},
                                      Choice{"chua-dat", "Chưa đạt", "CĐ"}};
constexpr std::array primary_choices = {Choice{"t", "T", "Hoàn thành tốt"}, Choice{"h", "H", "Hoàn thành"},
                                        Choice{"c", "C", "Chưa hoàn thành"}};
constexpr std::array title_choices = {Choice{"xuat-sac", "Học sinh Xuất sắc", "Xuất sắc|HSXS"},
                                      Choice{"gioi", "Học sinh Giỏi", "Giỏi|HSG"}};
constexpr std::array outcome_choices = {
    Choice{"len-lop", "Được lên lớp", "Lên lớp"},
    Choice{"danh-gia-lai", "Đánh giá lại trong hè", "Kiểm tra lại|Thi lại|Đánh giá lại"},
    Choice{"ren-luyen-he", "Rèn luyện trong hè", "Rèn luyện hè"},
    Choice{"o-lai-lop", "Không được lên lớp", "Ở lại lớp|Lưu ban"},
    Choice{"hoan-thanh", "Hoàn thành chương trình", "Hoàn thành chương trình THCS|Hoàn thành chương trình THPT"}};
constexpr std::array gender_choices = {Choice{"nam", "Nam", ""}, Choice{"nu", "Nữ", ""}};
constexpr std::array state_choices = {Choice{"dang-hoc", "Đang học", ""},
                                      Choice{"chuyen-den", "Chuyển đến", "Chuyển đến kỳ 1|Chuyển đến kỳ 2"},
                                      Choice{"chuyen-di", "Chuyển đi", "Chuyển trường|Đã chuyển đi"},
                                      Choice{"bao-luu", "Bảo lưu", ""},
                                      Choice{"luu-ban", "Lưu ban", "Học lại"},
                                      Choice{"thoi-hoc", "Thôi học", "Bỏ học|Nghỉ học"}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool names(const Choice& choice, const std::string& folded) {
  if (fold(choice.text) == folded) return true;
  std::string_view rest = choice.other;
  while (!rest.empty()) {
    const auto bar = std::min(rest.find('|'), rest.size());
    if (fold(rest.substr(0, bar)) == folded) return true;
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::string_view missing_code(Missing missing) {
  switch (missing) {
    case Missing::not_yet:
      return "not-yet";
    case Missing::exempt:
      return "exempt";
    case Missing::absent:
      return "absent";
    case Missing::none:
      break;
  }
  return "";
}

std::optional<Missing> parse_missing(std::string_view text) {
  const std::string folded = fold(text);
  const auto any_of = [&](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), folded) != words.end();
  };
  if (any_of({"m", "miễn", "được miễn", "miễn học"})) return Missing::exempt;
  if (any_of({"v", "vắng", "vắng thi", "vắng kiểm tra"})) return Missing::absent;
  if (any_of({"ct", "chưa", "chưa có", "chưa thi", "chưa kiểm tra", "chưa có điểm"})) return Missing::not_yet;
  return std::nullopt;
}

ParsedMark parse_mark(std::string_view text) {
  const auto bad = [](MarkFault fault) { return ParsedMark{fault, {}}; };
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = std::min(text.find_first_of(",."), text.size());
  const auto whole = text.substr(0, point);
  const auto decimals = point < text.size() ? text.substr(point + 1) : std::string_view("0");
  const auto all_digits = [](std::string_view s) { return !s.empty() && std::all_of(s.begin(), s.end(), is_digit); };
  if (!all_digits(whole) || !all_digits(decimals)) return bad(MarkFault::not_a_number);
  if (whole.size() > 1 && whole[0] == '0') return bad(MarkFault::not_a_number);
  if (negative || whole.size() > 2) return bad(MarkFault::out_of_range);
  const int units = whole.size() == 2 ? (whole[0] - '0') * 10 + (whole[1] - '0') : whole[0] - '0';
  const bool beyond_ten = units == 10 && decimals.find_first_not_of('0') != std::string_view::npos;
  if (units > 10 || beyond_ten) return bad(MarkFault::out_of_range);
  if (decimals.size() > 1) return bad(MarkFault::too_many_decimals);
  return {MarkFault::none, std::string(whole) + "." + decimals[0]};
}

std::optional<Date> parse_day(std::string_view text) {
  std::array<std::uint32_t, 3> parts{};
  const char* at = text.data();
  const char* const end = at + text.size();
  char divider = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    const auto length = next - at;
    const bool length_fits = i < 2 ? length >= 1 && length <= 2 : length == 4;
    if (error != std::errc{} || !length_fits) return std::nullopt;
    at = next;
    if (i == 2) break;
    if (at == end || std::string_view("/-.").find(*at) == std::string_view::npos) return std::nullopt;
    if (divider != 0 && *at != divider) return std::nullopt;
    divider = *at++;
  }
  if (at != end || parts[2] < 1900 || parts[2] > 2100) return std::nullopt;
  const Date date{static_cast<std::int32_t>(parts[2]), static_cast<std::uint8_t>(parts[1]),
                  static_cast<std::uint8_t>(parts[0])};
  return parse_date(date_text(date));  // knows the lengths of months
}

std::string day_text(const Date& date) {
  const std::string iso = date_text(date);
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), is_digit);
}

std::span<const Choice> assessments() {
  return assessment_choices;
}
std::span<const Choice> levels() {
  return level_choices;
}
std::span<const Choice> primary_levels() {
  return primary_choices;
}
std::span<const Choice> titles() {
  return title_choices;
}
std::span<const Choice> outcomes() {
  return outcome_choices;
}
std::span<const Choice> genders() {
  return gender_choices;
}
std::span<const Choice> student_states() {
  return state_choices;
}

const Choice* find_choice(std::span<const Choice> choices, std::string_view text) {
  const std::string folded = fold(text);
  for (const Choice& choice : choices)
    if (names(choice, folded)) return &choice;
  return nullptr;
}

std::string choice_texts(std::span<const Choice> choices) {
  std::string out;
  for (const Choice& choice : choices) out += (out.empty() ? "" : ", ") + std::string(choice.text);
  return out;
}

}  // namespace stele::tables
