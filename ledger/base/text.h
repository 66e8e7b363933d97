// Strict text: UTF-8, Unicode NFC of one pinned version, and the small code alphabets of the wire format.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/bytes.h"

namespace stele {

/// The one Unicode version that nodes must agree on (utf8proc's tables); programs refuse to start with another.
[[nodiscard]] std::string_view unicode_version();
inline constexpr std::string_view unicode_version_required = "15.0.0";

enum class TextFault : std::uint8_t { none, not_utf8, nul, noncharacter, unassigned, control, not_nfc };
/// What forbids this text inside a record: malformed UTF-8, U+0000, noncharacters, unassigned or private-use code
/// points, C0/C1 controls, not NFC.
[[nodiscard]] TextFault check_text(std::string_view);

/// Each character is a letter, mark or decimal digit of some script, or stands in `also` (ASCII). False: not UTF-8.
[[nodiscard]] bool only_letters_digits_and(std::string_view text, std::string_view also);

/// Any UTF-8 to NFC; none if not UTF-8. For input from people's files.
[[nodiscard]] std::optional<std::string> to_nfc(std::string_view);

/// The last second of the year 9999. No time that is signed or hashed is beyond it.
inline constexpr UnixSeconds utc_last{253'402'300'799};
/// "2026-05-31T08:00:00Z" and back; none (as text: empty) outside years 1970 to 9999 or in any other form.
[[nodiscard]] std::string utc_text(UnixSeconds);
[[nodiscard]] std::optional<UnixSeconds> parse_utc(std::string_view);

/// A calendar date; ordered. Text form "2026-05-31", years 0001 to 9999.
struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  friend auto operator<=>(const Date&, const Date&) = default;
};
[[nodiscard]] std::optional<Date> parse_date(std::string_view);
[[nodiscard]] std::string date_text(const Date&);
/// The legal date in Vietnam (UTC+7, no daylight saving) at this instant: pure arithmetic, no time zone data.
/// Instants after the year 9999 count as its last day, so that a wild clock can't overflow a date.
[[nodiscard]] Date date_in_vietnam(UnixSeconds);

}  // namespace stele
