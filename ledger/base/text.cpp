#include "ledger/base/text.h"

#include <fmt/core.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "ledger/base/assert.h"

namespace stele {
namespace {

const utf8proc_uint8_t* units(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());  // NOLINT
}

constexpr std::uint64_t each_byte(std::uint8_t value) {
  return 0x0101010101010101ull * value;
}

/// How many leading bytes are printable ASCII, eight at a time (the rest of the last eight may be too).
std::size_t printable_ascii_prefix(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t w = 0;
    std::memcpy(&w, text.data() + i, 8);
    // The high bit of a byte ends up set if it was set, if the byte is below 0x20, or if it is DEL. A borrow or carry
    // between bytes starts only at a byte that is itself refused, so it can't hide one.
    const std::uint64_t below_space = w - each_byte(0x20);
    const std::uint64_t is_del = w + each_byte(0x01);
    if (((w | below_space | is_del) & each_byte(0x80)) != 0) break;
  }
  return i;
}

bool is_noncharacter(utf8proc_int32_t c) {
  return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

TextFault code_point_fault(utf8proc_int32_t c) {
  if (c == 0) return TextFault::nul;
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return TextFault::control;
  if (c < 0x7F) return TextFault::none;
  if (is_noncharacter(c)) return TextFault::noncharacter;
  const auto category = utf8proc_category(c);
  if (category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CO) return TextFault::unassigned;
  return TextFault::none;
}

/// Blocks in which every code point is a starter that no composition changes (NFC_Quick_Check=Yes, class 0): all that
/// Vietnamese needs. A text of nothing else is NFC.
bool is_always_nfc(utf8proc_int32_t c) {
  return c < 0x300 || (c >= 0x1E00 && c <= 0x1EFF);
}

/// The four characters whose canonical decomposition is marks only. No NFC text has them.
bool is_mark_sequence(utf8proc_int32_t c) {
  return c == 0x344 || c == 0xF73 || c == 0xF75 || c == 0xF81;
}

/// Finds in one pass most texts that are not NFC, above all those whose marks are out of order: utf8proc sorts marks in
/// quadratic time, so that a long run of them from outside must never reach it unsorted.
class NfcScan {
 public:
  void next(utf8proc_int32_t c) {
    if (is_always_nfc(c)) {
      last_class_ = 0;
      return;
    }
    needs_full_check_ = true;
    const int combining_class = utf8proc_get_property(c)->combining_class;
    if (is_mark_sequence(c) || (combining_class != 0 && combining_class < last_class_)) refused_ = true;
    last_class_ = combining_class;
  }
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] bool needs_full_check() const { return needs_full_check_; }

 private:
  int last_class_ = 0;
  bool refused_ = false;
  bool needs_full_check_ = false;
};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `text` is all digits and short.
unsigned number(std::string_view text) {
  unsigned out = 0;
  for (const char c : text) out = out * 10 + unsigned(c - '0');
  return out;
}

// Proleptic Gregorian calendar by Howard Hinnant's "chrono-compatible low-level date algorithms", for years from 1 on.
constexpr std::int64_t days_per_era = 146097;  // 400 years
constexpr std::int64_t days_0000_03_01_to_1970 = 719468;

constexpr std::int64_t days_from_date(int year, unsigned month, unsigned day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = y / 400;
  const std::int64_t year_of_era = y % 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * days_per_era + day_of_era - days_0000_03_01_to_1970;
}

/// `days` since 1970-01-01, not negative.
constexpr Date date_from_days(std::int64_t days) {
  const std::int64_t z = days + days_0000_03_01_to_1970;
  const std::int64_t era = z / days_per_era;
  const std::int64_t doe = z % days_per_era;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  return Date{std::int32_t(year), std::uint8_t(month), std::uint8_t(doy - (153 * mp + 2) / 5 + 1)};
}

constexpr bool is_leap(unsigned year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr unsigned days_in_month(unsigned year, unsigned month) {
  constexpr unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

constexpr std::uint64_t day_seconds = 86400;
constexpr std::uint64_t vietnam_offset_seconds = 7 * 3600;
constexpr std::uint64_t utc_end = std::uint64_t(days_from_date(9999, 12, 31) + 1) * day_seconds;
static_assert(days_from_date(1970, 1, 1) == 0);
static_assert(utc_end == utc_last.value + 1);
static_assert(date_from_days(days_from_date(9999, 12, 31)) == Date{9999, 12, 31});

}  // namespace

std::string_view unicode_version() {
  return utf8proc_unicode_version();
}

TextFault check_text(std::string_view text) {
  NfcScan scan;
  std::size_t i = printable_ascii_prefix(text);
  while (i < text.size()) {
    utf8proc_int32_t c = 0;
    const auto used = utf8proc_iterate(units(text) + i, utf8proc_ssize_t(text.size() - i), &c);
    if (used <= 0) return TextFault::not_utf8;
    if (const auto fault = code_point_fault(c); fault != TextFault::none) return fault;
    scan.next(c);
    i += std::size_t(used);
  }
  if (scan.refused()) return TextFault::not_nfc;
  if (!scan.needs_full_check()) return TextFault::none;
  const auto normal = to_nfc(text);
  STELE_ASSERT(normal.has_value());  // every code point was decoded above
  return *normal == text ? TextFault::none : TextFault::not_nfc;
}

bool only_letters_digits_and(std::string_view text, std::string_view also) {
  std::size_t i = 0;
  while (i < text.size()) {
    utf8proc_int32_t c = 0;
    const auto used = utf8proc_iterate(units(text) + i, utf8proc_ssize_t(text.size() - i), &c);
    if (used <= 0) return false;
    const auto category = utf8proc_category(c);
    const bool letter_or_mark = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
    const bool listed = c < 0x80 && also.find(char(c)) != std::string_view::npos;
    if (!letter_or_mark && category != UTF8PROC_CATEGORY_ND && !listed) return false;
    i += std::size_t(used);
  }
  return true;
}

std::optional<std::string> to_nfc(std::string_view text) {
  constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  utf8proc_uint8_t* raw = nullptr;
  const auto size = utf8proc_map(units(text), utf8proc_ssize_t(text.size()), &raw, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(raw, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(raw), std::size_t(size));  // NOLINT
}

std::string utc_text(UnixSeconds at) {
  if (at.value >= utc_end) return {};
  const auto second = unsigned(at.value % day_seconds);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", date_text(date_from_days(std::int64_t(at.value / day_seconds))),
                     second / 3600, second / 60 % 60, second % 60);
}

std::optional<UnixSeconds> parse_utc(std::string_view text) {
  // 2026-05-31T08:00:00Z
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
    return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto h = text.substr(11, 2), m = text.substr(14, 2), s = text.substr(17, 2);
  if (!date || date->year < 1970 || !all_digits(h) || !all_digits(m) || !all_digits(s)) return std::nullopt;
  if (number(h) > 23 || number(m) > 59 || number(s) > 59) return std::nullopt;  // no leap seconds in Unix time
  const auto days = std::uint64_t(days_from_date(date->year, date->month, date->day));
  return UnixSeconds{days * day_seconds + number(h) * 3600 + number(m) * 60 + number(s)};
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = text.substr(0, 4), m = text.substr(5, 2), d = text.substr(8, 2);
  if (!all_digits(y) || !all_digits(m) || !all_digits(d)) return std::nullopt;
  const unsigned year = number(y), month = number(m), day = number(d);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  return Date{std::int32_t(year), std::uint8_t(month), std::uint8_t(day)};
}

std::string date_text(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

Date date_in_vietnam(UnixSeconds at) {
  const std::uint64_t last = utc_end - 1 - vietnam_offset_seconds;
  return date_from_days(std::int64_t((std::min(at.value, last) + vietnam_offset_seconds) / day_seconds));
}

}  // namespace stele
