// Numbers as people wrote them, from the binary fractions that spreadsheets store. No locale takes part.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stele::tables {

/// The double that XML text names; none if it is not a finite number.
[[nodiscard]] std::optional<double> parse_number(std::string_view);

/// 15 significant digits (what a spreadsheet shows and keeps when typed), trailing zeros cut: 8.4999999999999996 is
/// "8.5". Plain decimals from 1e-9 up to 1e15, else with an exponent.
[[nodiscard]] std::string decimal_text(double);

/// A spreadsheet's day number as "dd/mm/yyyy", with " hh:mm" if it has a part of a day; none before the first day or
/// after year 9999. `since_1904`: the workbook counts from 1904.
[[nodiscard]] std::optional<std::string> serial_date_text(double serial, bool since_1904);

/// "2009-05-31" or "2009-05-31T08:30:00" as "31/05/2009" or "31/05/2009 08:30".
[[nodiscard]] std::optional<std::string> iso_date_text(std::string_view);

/// Whether an Excel number format shows dates or times. `code` is empty for built-in formats.
[[nodiscard]] bool is_date_format(unsigned id, std::string_view code);

}  // namespace stele::tables
