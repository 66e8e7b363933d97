#include "wallet-cli/tables/csv.h"

#include <algorithm>
#include <array>
#include <map>

#include "ledger/base/text.h"
#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/fold.h"

namespace stele::tables {
namespace {

constexpr std::size_t separator_sample_rows = 60;

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&](char32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

/// UTF-16 after its byte order mark. None if cut in a unit or with a lone surrogate.
std::optional<std::string> from_utf16(ByteView bytes, bool big_endian) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  const auto unit = [&](std::size_t i) {
    const unsigned first = bytes[i];
    const unsigned second = bytes[i + 1];
    return static_cast<char32_t>(big_endian ? first << 8U | second : second << 8U | first);
  };
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xDC00 && c <= 0xDFFF) return std::nullopt;
    if (c >= 0xD800 && c <= 0xDBFF) {
      if (i + 4 > bytes.size()) return std::nullopt;
      const char32_t low = unit(i + 2);
      if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
      c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
      i += 2;
    }
    append_utf8(out, c);
  }
  return out;
}

/// The text in UTF-8 (not yet NFC); none if its encoding is none of ours.
std::optional<std::string> decode(ByteView bytes) {
  const auto starts = [&](std::initializer_list<std::uint8_t> mark) {
    return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
  };
  if (starts({0xFF, 0xFE})) return from_utf16(bytes.subspan(2), false);
  if (starts({0xFE, 0xFF})) return from_utf16(bytes.subspan(2), true);
  if (starts({0xEF, 0xBB, 0xBF})) bytes = bytes.subspan(3);
  if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) return std::nullopt;  // UTF-16 without its mark
  if (!to_nfc(as_text(bytes))) return std::nullopt;
  return std::string(as_text(bytes));
}

enum class Next : std::uint8_t { cell, row, end, bad_quote, open_quote };

/// Takes cells off a CSV text, one at a time.
class CellScanner {
 public:
  CellScanner(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  /// Reads a cell into `out`. `cell`: another follows in this row; `row`: the row ends here; `end`: the text ends here.
  [[nodiscard]] Next take(std::string& out) {
    out.clear();
    if (at_ < text_.size() && text_[at_] == '"') return take_quoted(out);
    const std::array<char, 4> stops = {separator_, '\n', '\r', '"'};
    const auto stop = std::min(text_.find_first_of({stops.data(), stops.size()}, at_), text_.size());
    out = text_.substr(at_, stop - at_);
    at_ = stop;
    return after_cell();
  }

 private:
  Next take_quoted(std::string& out) {
    ++at_;
    for (;;) {
      const auto quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return Next::open_quote;
      out += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') return after_cell();
      out += '"';
      ++at_;
    }
  }

  Next after_cell() {
    if (at_ == text_.size()) return Next::end;
    const char c = text_[at_++];
    if (c == separator_) return Next::cell;
    if (c == '"') return Next::bad_quote;
    if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    return c == '\r' || c == '\n' ? Next::row : Next::bad_quote;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
};

/// How well a separator fits: cells beyond the first, over the rows that have the commonest number of them.
std::size_t separator_fit(std::string_view text, char separator) {
  CellScanner scanner(text, separator);
  std::map<std::size_t, std::size_t> rows_by_cells;
  std::string cell;
  std::size_t cells = 1;
  for (std::size_t rows = 0; rows < separator_sample_rows && !scanner.at_end();) {
    const Next next = scanner.take(cell);
    if (next == Next::bad_quote || next == Next::open_quote) break;
    if (next == Next::cell) {
      ++cells;
      continue;
    }
    ++rows_by_cells[cells];
    ++rows;
    cells = 1;
  }
  std::size_t best = 0;
  for (const auto& [count, rows] : rows_by_cells) best = std::max(best, (count - 1) * rows);
  return best;
}

char choose_separator(std::string_view& text) {
  if (text.starts_with("sep=") && text.size() > 4) {
    const char named = text[4];
    const auto line_end = text.find('\n');
    if (named == ',' || named == ';' || named == '\t') {
      text.remove_prefix(line_end == std::string_view::npos ? text.size() : line_end + 1);
      return named;
    }
  }
  char best = ',';
  for (const char candidate : {';', '\t'})
    if (separator_fit(text, candidate) > separator_fit(text, best)) best = candidate;
  return best;
}

class CsvReader {
 public:
  CsvReader(std::string_view file_name, std::string_view text) : text_(text) { table_.file = file_name; }

  Result<Table> read() {
    const std::size_t before = text_.size();
    const char separator = choose_separator(text_);
    row_.number = text_.size() == before ? 1 : 2;  // the line `sep=` is a row to whoever looks at the file
    CellScanner scanner(text_, separator);
    std::string cell;
    while (!scanner.at_end()) {
      const Next next = scanner.take(cell);
      if (next == Next::bad_quote) return Unexpected(fault("csv_quote", here()));
      if (next == Next::open_quote) return Unexpected(fault("csv_quote_open", here()));
      STELE_CHECK(add(cell));
      if (next != Next::cell) STELE_CHECK(end_row());
    }
    STELE_CHECK(end_row());
    return std::move(table_);
  }

 private:
  [[nodiscard]] Where here() const {
    return {.file = table_.file, .sheet = {}, .row = row_.number, .column = column_letters(column_), .field = {}};
  }

  Result<void> add(std::string_view raw) {
    const std::uint32_t column = column_++;
    if (raw.empty()) return {};
    if (column >= columns_max) {
      --column_;
      return Unexpected(fault("table_too_many_columns", here(), {std::to_string(columns_max)}));
    }
    auto text = to_nfc(raw);
    if (!text) return Unexpected(fault("csv_encoding", here()));
    if (count_chars(*text) > cell_text_max_chars) {
      --column_;
      return Unexpected(fault("table_cell_too_long", here(), {std::to_string(cell_text_max_chars)}));
    }
    while (row_.cells.size() < column) {
      const auto at = static_cast<std::uint32_t>(row_.cells.size());
      row_.cells.push_back({.kind = CellKind::empty, .text = {}, .row = row_.number, .column = at});
    }
    const CellKind kind = text->starts_with('=') ? CellKind::formula : CellKind::text;
    row_.cells.push_back({.kind = kind, .text = std::move(*text), .row = row_.number, .column = column});
    return {};
  }

  Result<void> end_row() {
    if (!row_.cells.empty()) {
      if (row_.number > rows_max) return Unexpected(fault("table_too_many_rows", here(), {std::to_string(rows_max)}));
      table_.rows.push_back(row_);
    }
    row_.cells.clear();
    ++row_.number;
    column_ = 0;
    return {};
  }

  std::string_view text_;
  Table table_;
  Row row_;
  std::uint32_t column_ = 0;
};

}  // namespace

Result<Table> read_csv(std::string_view file_name, ByteView bytes) {
  const auto text = decode(bytes);
  if (!text) {
    Where where;
    where.file = file_name;
    return Unexpected(fault("csv_encoding", std::move(where)));
  }
  return CsvReader(file_name, *text).read();
}

}  // namespace stele::tables
