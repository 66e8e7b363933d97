// CSV: separators, quotes, encodings.
#include <gtest/gtest.h>

#include "tests/unit/tables/workbook.h"

namespace stele::tables::testing {
namespace {

std::vector<std::vector<std::string>> texts(const Table& table) {
  std::vector<std::vector<std::string>> out;
  for (const Row& row : table.rows) {
    out.emplace_back();
    for (const Cell& c : row.cells) out.back().push_back(c.text);
  }
  return out;
}
using Rows = std::vector<std::vector<std::string>>;

std::string utf16(std::string_view ascii, bool big_endian) {
  std::string out = big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) out += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return out;
}

TEST(Csv, FindsTheSeparatorDespiteDecimalCommas) {
  EXPECT_EQ(texts(csv_tables("a;b;c\n1;8,5;9,5\n2;7,5;6\n")[0]),
            (Rows{{"a", "b", "c"}, {"1", "8,5", "9,5"}, {"2", "7,5", "6"}}));
  EXPECT_EQ(texts(csv_tables("a,b\n1,\"8,5\"\n2,\"7,5\"\n")[0]), (Rows{{"a", "b"}, {"1", "8,5"}, {"2", "7,5"}}));
  EXPECT_EQ(texts(csv_tables("a\tb\n1\t8,5\n2\t7,5\n3\t9,0\n")[0])[1], (std::vector<std::string>{"1", "8,5"}));
  EXPECT_EQ(texts(csv_tables("sep=;\na;b,c,d\n")[0]), (Rows{{"a", "b,c,d"}}));
}

TEST(Csv, CountsRowsAsASpreadsheetDoes) {
  const auto table = csv_tables("tieu de,,\n\n\"hai\ndong\",x\n,y\n")[0];
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[1].number, 3U);
  EXPECT_EQ(table.rows[1].cells[0].text, "hai\ndong");
  EXPECT_EQ(address(table.rows[2].cells[1]), "B4");
  EXPECT_EQ(table.rows[2].cells[0].kind, CellKind::empty);
  EXPECT_EQ(csv_tables("sep=,\na,b\n")[0].rows[0].number, 2U);
}

TEST(Csv, KeepsQuotesAndLineEndsInsideQuotedCells) {
  EXPECT_EQ(texts(csv_tables("a,b\r\n\"nói \"\"vâng\"\"\",2\r\n")[0])[1][0], "nói \"vâng\"");
  EXPECT_EQ(texts(csv_tables("a,b\r1,2")[0]), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(texts(csv_tables("a,\"\"\n")[0]), (Rows{{"a"}}));
}

TEST(Csv, ReadsUtf8AndUtf16AndGivesNfc) {
  EXPECT_EQ(texts(csv_tables("\xEF\xBB\xBFlop;x\n")[0])[0][0], "lop");
  EXPECT_EQ(texts(csv_tables(utf16("lop;x\n", false))[0]), (Rows{{"lop", "x"}}));
  EXPECT_EQ(texts(csv_tables(utf16("lop;x\n", true))[0]), (Rows{{"lop", "x"}}));
  EXPECT_EQ(texts(csv_tables("Nga\xCC\x80y,x\n")[0])[0][0], "Ngày");
}

TEST(Csv, RefusesOtherEncodingsWithARemedy) {
  EXPECT_EQ(refusal("d.csv", std::string_view("H\xE4 v\xE0 t\xEAn,x\n")), "csv_encoding");  // Windows-1258
  EXPECT_EQ(refusal("d.csv", utf16("lop;x", false).substr(2)), "csv_encoding");             // UTF-16 without mark
  EXPECT_EQ(refusal("d.csv", utf16("lop;x", false) + "a"), "csv_encoding");                 // cut
  EXPECT_EQ(refusal("d.csv", std::string_view("\xFF\xFE\x00\xDC", 4)), "csv_encoding");     // lone surrogate
  const auto error = read_bytes("d.csv", as_bytes("\xE4"));
  ASSERT_FALSE(error.has_value());
  EXPECT_NE(error.error().vi.find("CSV UTF-8"), std::string::npos);
}

TEST(Csv, RefusesMisplacedQuotesByRowAndColumn) {
  const auto misplaced = read_bytes("d.csv", as_bytes("a,b\n1,x\"y\n"));
  ASSERT_FALSE(misplaced.has_value());
  EXPECT_EQ(places({misplaced.error()}), (std::vector<std::string>{"csv_quote [] 2 B"}));
  EXPECT_EQ(refusal("d.csv", std::string_view("a,b\n\"1\"2,x\n")), "csv_quote");
  const auto open = read_bytes("d.csv", as_bytes("a,b\n\n\"1,x\n2,y\n"));
  ASSERT_FALSE(open.has_value());
  EXPECT_EQ(places({open.error()}), (std::vector<std::string>{"csv_quote_open [] 3 A"}));
}

TEST(Csv, FlagsFormulas) {
  EXPECT_EQ(csv_tables("a,b\n=SUM(A1),2\n")[0].rows[1].cells[0].kind, CellKind::formula);
}

TEST(Csv, HoldsTheLimitsOfATable) {
  std::string rows;
  for (std::uint32_t i = 0; i < rows_max; ++i) rows += "a,b\n";
  EXPECT_EQ(csv_tables(rows)[0].rows.size(), rows_max);
  EXPECT_EQ(refusal("d.csv", rows + "a,b\n"), "table_too_many_rows");
  EXPECT_EQ(csv_tables(std::string(columns_max - 1, ',') + "x\n")[0].rows[0].cells.size(), columns_max);
  EXPECT_EQ(refusal("d.csv", std::string(columns_max, ',') + "x\n"), "table_too_many_columns");
  EXPECT_EQ(refusal("d.csv", std::string(cell_text_max_chars, 'x') + ",y\n"), "accepted");
  EXPECT_EQ(refusal("d.csv", std::string(cell_text_max_chars + 1, 'x') + ",y\n"), "table_cell_too_long");
}

}  // namespace
}  // namespace stele::tables::testing
