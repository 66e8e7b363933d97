#include "wallet-cli/tables/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "ledger/base/text.h"

namespace stele::tables {
namespace {

constexpr int significant_digits = 15;

std::string two(unsigned n) {
  return {static_cast<char>('0' + n / 10 % 10), static_cast<char>('0' + n % 10)};
}

std::string day_text(unsigned day, unsigned month, int year) {
  std::string digits = std::to_string(year);
  digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
  return two(day) + "/" + two(month) + "/" + digits;
}

/// Days since 1970-01-01 to a civil date (proleptic Gregorian; Hinnant's algorithm).
std::string civil_text(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const auto year = static_cast<int>(era * 400 + year_of_era + (month <= 2 ? 1 : 0));
  return day_text(day, month, year);
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string decimal_text(double value) {
  if (value == 0) return "0";
  std::array<char, 40> buffer{};
  const auto printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                     std::chars_format::scientific, significant_digits - 1);
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(printed.ptr - buffer.data()));
  const auto e = scientific.find('e');
  std::string digits = std::string(scientific.substr(0, 1)) + std::string(scientific.substr(2, e - 2));
  digits.erase(digits.find_last_not_of('0') + 1);
  const bool negative_exponent = scientific[e + 1] == '-';
  int exponent = 0;
  std::from_chars(scientific.data() + e + 2, scientific.data() + scientific.size(), exponent);
  if (negative_exponent) exponent = -exponent;

  const std::string sign = value < 0 ? "-" : "";
  if (exponent >= significant_digits || exponent < -9)
    return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") + "E" +
           std::to_string(exponent);
  if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0');
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::optional<std::string> serial_date_text(double serial, bool since_1904) {
  constexpr double serial_max = 2958466;  // the day after 31/12/9999
  if (!(serial >= (since_1904 ? 0 : 1)) || serial >= serial_max - (since_1904 ? 1462 : 0)) return std::nullopt;
  auto day = static_cast<std::int64_t>(serial);
  auto minutes = static_cast<unsigned>(std::lround((serial - static_cast<double>(day)) * 24 * 60));
  if (minutes == 24 * 60) {
    minutes = 0;
    ++day;
  }
  std::string out;
  if (since_1904) {
    out = civil_text(day - 24107);  // 1904-01-01
  } else if (day == 60) {
    out = "29/02/1900";  // Excel counts a day that never was; who reads the date refuses it
  } else {
    out = civil_text(day - (day < 60 ? 25568 : 25569));
  }
  if (minutes != 0) out += " " + two(minutes / 60) + ":" + two(minutes % 60);
  return out;
}

std::optional<std::string> iso_date_text(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  std::string out = day_text(date->day, date->month, date->year);
  if (text.size() == 10 || text.substr(10).starts_with("T00:00:00")) return out;
  if (text.size() < 16 || text[10] != 'T') return std::nullopt;
  return out + " " + std::string(text.substr(11, 5));
}

bool is_date_format(unsigned id, std::string_view code) {
  if (code.empty())
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"' || c == '[') {
      // Quoted text, a colour or a locale; but [h], [mm], [s] are elapsed time.
      const auto end = code.find(c == '"' ? '"' : ']', i + 1);
      if (end == std::string_view::npos) return false;
      const auto inside = code.substr(i + 1, end - i - 1);
      if (c == '[' && !inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos) return true;
      i = end;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == ';') {
      return false;  // only the first section speaks of positive numbers
    } else if (std::string_view("dDmMyYhHsS").find(c) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace stele::tables
