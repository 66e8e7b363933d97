// What single cells say: marks, reasons for a missing one, levels, dates, ids. Pure; the same for every sheet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/base/text.h"

namespace stele::tables {

/// Why a mark or level is not there. `none`: it is there.
enum class Missing : std::uint8_t { none, not_yet, exempt, absent };
/// "not-yet", "exempt", "absent", as records write it; empty for none.
[[nodiscard]] std::string_view missing_code(Missing);
/// M, Miễn; V, Vắng; CT, Chưa ...; in any case and form. None: the text is no reason. "Chưa đạt" is not one.
[[nodiscard]] std::optional<Missing> parse_missing(std::string_view);

enum class MarkFault : std::uint8_t { none, not_a_number, too_many_decimals, out_of_range };
struct ParsedMark {
  MarkFault fault = MarkFault::none;
  std::string value;  ///< exactly one decimal, "0.0" to "10.0"; empty if there is a fault
};
/// `8,5`, `8.5`, `8`, `10`. A leading zero ("05": 5 or 0.5?) is no number; `8,50` has two decimals.
[[nodiscard]] ParsedMark parse_mark(std::string_view);

/// "31/05/2009", also with - or . between, one digit for day or month; years 1900 to 2100.
[[nodiscard]] std::optional<Date> parse_day(std::string_view);
/// "31/05/2009".
[[nodiscard]] std::string day_text(const Date&);

[[nodiscard]] bool is_digits(std::string_view text, std::size_t count);

/// A value that a column may hold: how records write it, how people do, and other spellings.
struct Choice {
  std::string_view code;
  std::string_view text;
  std::string_view other;  ///< further spellings, separated by |
};
/// The vocabularies of the sector's templates (TT 22/2021, TT 27/2020). Law that adds a word adds a line in the .cpp.
[[nodiscard]] std::span<const Choice> assessments();     ///< Đạt, Chưa đạt
[[nodiscard]] std::span<const Choice> levels();          ///< Tốt, Khá, Đạt, Chưa đạt
[[nodiscard]] std::span<const Choice> primary_levels();  ///< T, H, C
[[nodiscard]] std::span<const Choice> titles();          ///< Học sinh Xuất sắc, Học sinh Giỏi
[[nodiscard]] std::span<const Choice> outcomes();        ///< Lên lớp, ...
[[nodiscard]] std::span<const Choice> genders();         ///< Nam, Nữ
[[nodiscard]] std::span<const Choice> student_states();  ///< Đang học, ...
/// The choice that the text names in any case, spacing and form; none if it names none.
[[nodiscard]] const Choice* find_choice(std::span<const Choice>, std::string_view text);
/// "Tốt, Khá, Đạt": for messages.
[[nodiscard]] std::string choice_texts(std::span<const Choice>);

}  // namespace stele::tables
