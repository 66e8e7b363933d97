#include "verifier-api/csv.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"

namespace stele::verifier {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error bad_form(std::uint32_t row, std::string vi, std::string en) {
  Where w;
  w.row = row;
  return make_error("csv_form", std::move(vi), std::move(en), w);
}

/// Excel writes what the user's language uses as list separator.
char separator_of(std::string_view text) {
  constexpr std::string_view known = ",;\t";
  std::array<std::size_t, known.size()> seen{};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (const auto i = known.find(c); i != std::string_view::npos) ++seen[i];
  }
  return known[static_cast<std::size_t>(std::max_element(seen.begin(), seen.end()) - seen.begin())];
}

/// Reads one row after another.
class Reader {
 public:
  Reader(std::string_view text, char separator) : text_(text), separator_(separator) {}
  [[nodiscard]] bool done() const { return text_.empty(); }

  Result<std::vector<std::string>> row(std::uint32_t number) {
    std::vector<std::string> out(1);
    for (;;) {
      STELE_CHECK(cell(out.back(), number));
      if (text_.empty()) return out;
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == separator_) {
        if (out.size() == csv_columns_max) {
          return Unexpected(bad_form(number, "Dòng này có quá nhiều cột (nhiều nhất 80).",
                                     "This row has too many columns (at most 80)."));
        }
        out.emplace_back();
        continue;
      }
      if (c == '\r' && text_.starts_with('\n')) text_.remove_prefix(1);
      return out;
    }
  }

 private:
  [[nodiscard]] bool ends_cell(char c) const { return c == separator_ || c == '\n' || c == '\r'; }

  Result<void> cell(std::string& out, std::uint32_t row) {
    if (!text_.starts_with('"')) {
      std::size_t n = 0;
      while (n < text_.size() && !ends_cell(text_[n])) ++n;
      out = text_.substr(0, n);
      text_.remove_prefix(n);
      return {};
    }
    text_.remove_prefix(1);
    for (;;) {
      const auto quote = text_.find('"');
      if (quote == std::string_view::npos)
        return Unexpected(bad_form(row, "Dấu ngoặc kép không được đóng.", "A quotation mark is not closed."));
      out += text_.substr(0, quote);
      text_.remove_prefix(quote + 1);
      if (!text_.starts_with('"')) break;
      out += '"';
      text_.remove_prefix(1);
    }
    if (text_.empty() || ends_cell(text_.front())) return {};
    return Unexpected(bad_form(row, "Có chữ sau dấu ngoặc kép đóng; dấu ngoặc kép bên trong phải viết đôi.",
                               "There is text behind a closing quotation mark; quotation marks inside are doubled."));
  }

  std::string_view text_;
  const char separator_;
};

}  // namespace

Result<Table> read_csv(std::string_view text, std::size_t rows_max) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!to_nfc(text)) {
    return Unexpected(bad_form(0, "Bảng không phải UTF-8. Trong Excel hãy lưu kiểu “CSV UTF-8”.",
                               "The table is not UTF-8. In Excel, save it as “CSV UTF-8”."));
  }
  Table out;
  out.separator = separator_of(text);
  Reader reader(text, out.separator);
  for (std::uint32_t number = 1; !reader.done(); ++number) {
    STELE_TRY(auto row, reader.row(number));
    if (row.size() == 1 && row.front().empty()) continue;
    if (out.rows.size() > rows_max) {
      return Unexpected(make_error("too_many", "Mỗi bảng được nhiều nhất 1.000 dòng; hãy chia nhỏ.",
                                   "A table may have 1,000 rows at most; split it."));
    }
    if (!out.rows.empty()) {
      const auto width = out.rows.front().size();
      if (row.size() > width) {
        return Unexpected(bad_form(number, "Dòng này dài hơn dòng tiêu đề.", "This row is longer than the heading."));
      }
      row.resize(width);
    }
    out.rows.push_back(std::move(row));
  }
  if (out.rows.empty()) return Unexpected(bad_form(1, "Bảng không có dòng tiêu đề.", "The table has no heading."));
  return out;
}

void write_cell(std::string& out, std::string_view text, char separator) {
  constexpr std::string_view formula_begins = "=+-@\t\r";
  const bool formula = !text.empty() && formula_begins.find(text.front()) != std::string_view::npos;
  const bool quote =
      text.find_first_of("\"\r\n") != std::string_view::npos || text.find(separator) != std::string_view::npos;
  if (quote) out += '"';
  if (formula) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quote) out += '"';
}

}  // namespace stele::verifier
