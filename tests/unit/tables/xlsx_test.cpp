// XLSX: what other programs write, and what ours must never take for a value.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/source_dir.h"
#include "tests/unit/tables/workbook.h"

namespace stele::tables::testing {
namespace {

/// The cells of a one-row sheet with this XML.
std::vector<Cell> row_of(const std::string& cells, Book book = {}) {
  book.sheets.push_back({.data = "<row r=\"1\">" + cells + "</row>"});
  const auto tables = tables_of("b.xlsx", book.bytes());
  if (tables.size() != 1 || tables[0].rows.empty()) return {};
  return tables[0].rows[0].cells;
}
std::string shown(const Cell& c) {
  static const char* const kinds[] = {"empty", "text", "number", "date", "boolean", "formula", "error"};
  return std::string(kinds[static_cast<std::size_t>(c.kind)]) + " " + c.text;
}
std::string one(const std::string& xml, Book book = {}) {
  const auto cells = row_of(xml, std::move(book));
  return cells.size() == 1 ? shown(cells[0]) : "cells: " + std::to_string(cells.size());
}

TEST(Xlsx, ReadsInlineTextAndSharedStringsWithRuns) {
  Book book;
  book.shared_strings =
      "<si><t>một</t></si><si><r><rPr><b/></rPr><t>Nguyễn </t></r><r><t>Mẫu</t></r><rPh><t>x</t></rPh></si>";
  const auto cells =
      row_of("<c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" t=\"s\"><v>0</v></c>" + cell("C1", "8,5"), book);
  ASSERT_EQ(cells.size(), 3U);
  EXPECT_EQ(shown(cells[0]), "text Nguyễn Mẫu");
  EXPECT_EQ(shown(cells[1]), "text một");
  EXPECT_EQ(shown(cells[2]), "text 8,5");
}

TEST(Xlsx, ReadsAbsolutePartPaths) {
  Book book;
  book.absolute_paths = true;
  book.shared_strings = "<si><t>x</t></si>";
  EXPECT_EQ(one("<c r=\"A1\" t=\"s\"><v>0</v></c>", book), "text x");
}

TEST(Xlsx, ReadsNumbersAsTheyWereTyped) {
  EXPECT_EQ(one(number("A1", "8.4999999999999996")), "number 8.5");
  EXPECT_EQ(one(number("A1", "9900000001")), "number 9900000001");
}

TEST(Xlsx, ReadsDatesByTheirFormatInBothCalendars) {
  EXPECT_EQ(one(number("A1", "39964", 1)), "date 31/05/2009");
  EXPECT_EQ(one(number("A1", "39964", 2)), "date 31/05/2009");
  EXPECT_EQ(one(number("A1", "39964", 0)), "number 39964");
  Book book;
  book.since_1904 = true;
  EXPECT_EQ(one(number("A1", "38502", 1), book), "date 31/05/2009");
  EXPECT_EQ(one("<c r=\"A1\" t=\"d\"><v>2009-05-31</v></c>"), "date 31/05/2009");
  EXPECT_EQ(one(number("A1", "0.368", 1)), "date 0.368");  // 8:50 typed for 8.50: no number
}

TEST(Xlsx, ReadsBooleansErrorsAndPlainStr) {
  EXPECT_EQ(one("<c r=\"A1\" t=\"b\"><v>1</v></c>"), "boolean TRUE");
  EXPECT_EQ(one("<c r=\"A1\" t=\"e\"><v>#REF!</v></c>"), "error #REF!");
  EXPECT_EQ(one("<c r=\"A1\" t=\"str\"><v>chữ</v></c>"), "text chữ");
}

TEST(Xlsx, NeverTakesAFormulasCachedValue) {
  EXPECT_EQ(one(formula("A1", "SUM(B1:C1)", "8.5")), "formula =SUM(B1:C1)");
  EXPECT_EQ(one("<c r=\"A1\"><f t=\"shared\" si=\"0\"/><v>8.5</v></c>"), "formula =");
  EXPECT_EQ(one("<c r=\"A1\"><v>8.5</v><f>B1</f></c>"), "formula =B1");
  const auto spilled =
      row_of("<c r=\"A1\"><f t=\"array\" ref=\"A1:B1\">D1:E1</f><v>8</v></c>" + number("B1", "9") + number("C1", "7"));
  ASSERT_EQ(spilled.size(), 3U);
  EXPECT_EQ(shown(spilled[0]), "formula =D1:E1");
  EXPECT_EQ(shown(spilled[1]), "formula =");
  EXPECT_EQ(shown(spilled[2]), "number 7");
}

TEST(Xlsx, GivesTextInNfcAndUndoesEscapes) {
  EXPECT_EQ(one(cell("A1", "Nga\xCC\x80y")), "text Ngày");
  EXPECT_EQ(one(cell("A1", "a_x000D_b")), "text a\rb");
  EXPECT_EQ(one(cell("A1", "a_x0000_b")), "text a_x0000_b");
  EXPECT_EQ(one(cell("A1", "a_xD800_b_x")), "text a_xD800_b_x");
}

TEST(Xlsx, PlacesCellsWithoutReferences) {
  Book book;
  book.sheets.push_back({.data = "<row><c t=\"inlineStr\"><is><t>a</t></is></c><c><v>2</v></c></row><row r=\"4\"><c "
                                 "r=\"C4\"><v>3</v></c><c><v>4</v></c></row>"});
  const auto table = tables_of("b.xlsx", book.bytes()).at(0);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(address(table.rows[0].cells[1]), "B1");
  EXPECT_EQ(address(table.rows[1].cells[3]), "D4");
}

TEST(Xlsx, ReportsHiddenSheetsRowsColumnsAndMerges) {
  Book book;
  book.sheets.push_back(
      {.name = "Nháp", .data = sheet_data({{"x"}}), .after = {}, .before = {}, .state = "veryHidden"});
  book.sheets.push_back(
      {.name = "Điểm",
       .data = "<row r=\"1\" hidden=\"1\">" + cell("A1", "x") + "</row>",
       .after = "<mergeCells><mergeCell ref=\"A1:C2\"/></mergeCells><extLst><ext><c/></ext></extLst>",
       .before = "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/><col min=\"4\" max=\"16384\"/></cols>"});
  const auto tables = tables_of("b.xlsx", book.bytes());
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_TRUE(tables[0].hidden);
  EXPECT_FALSE(tables[1].hidden);
  EXPECT_EQ(tables[1].sheet, "Điểm");
  EXPECT_TRUE(tables[1].rows[0].hidden);
  EXPECT_EQ(tables[1].hidden_columns, (std::vector<std::uint32_t>{1, 2}));
  ASSERT_EQ(tables[1].merges.size(), 1U);
  EXPECT_EQ(tables[1].merges[0].row_last, 2U);
  EXPECT_EQ(tables[1].merges[0].column_last, 2U);
}

TEST(Xlsx, PassesOverEmptyFormattedCellsHoweverFar) {
  Book book;
  book.sheets.push_back({.data = "<row r=\"1\">" + cell("A1", "x") +
                                 "<c r=\"XFD1\" s=\"1\"/></row><row r=\"1048576\"><c r=\"A1048576\" s=\"1\"/></row>"});
  EXPECT_EQ(tables_of("b.xlsx", book.bytes()).at(0).rows.size(), 1U);
}

TEST(Xlsx, HoldsTheLimitsOfATable) {
  EXPECT_EQ(one(cell("CV1", "x")).substr(0, 10), "cells: 100");
  const auto code_of = [](const std::string& data) {
    Book book;
    book.sheets.push_back({.data = data});
    return refusal("b.xlsx", book.bytes());
  };
  EXPECT_EQ(code_of("<row r=\"1\">" + cell("CW1", "x") + "</row>"), "table_too_many_columns");
  EXPECT_EQ(code_of("<row r=\"5000\">" + cell("A5000", "x") + "</row>"), "accepted");
  EXPECT_EQ(code_of("<row r=\"5001\">" + cell("A5001", "x") + "</row>"), "table_too_many_rows");
  EXPECT_EQ(code_of("<row r=\"1\">" + cell("A1", std::string(cell_text_max_chars, 'x')) + "</row>"), "accepted");
  EXPECT_EQ(code_of("<row r=\"1\">" + cell("A1", std::string(cell_text_max_chars + 1, 'x')) + "</row>"),
            "table_cell_too_long");
  EXPECT_EQ(code_of("<row r=\"1\">" + cell("A1", std::string(500'000, 'x')) + "</row>"), "table_cell_too_long");
  Book many;
  for (std::size_t i = 0; i <= sheets_max; ++i) many.sheets.push_back({.name = std::to_string(i)});
  EXPECT_EQ(refusal("b.xlsx", many.bytes()), "table_too_many_sheets");
  many.sheets.pop_back();
  EXPECT_EQ(refusal("b.xlsx", many.bytes()), "accepted");
}

TEST(Xlsx, RefusesWhatTwoReadersWouldReadDifferently) {
  const auto code_of = [](const std::string& data) {
    Book book;
    book.sheets.push_back({.data = data});
    return refusal("b.xlsx", book.bytes());
  };
  const std::string row = "<row r=\"1\">";
  EXPECT_EQ(code_of(row + number("A1", "8") + number("A1", "9") + "</row>"), "file_damaged");
  EXPECT_EQ(code_of(row + number("B1", "8") + number("A1", "9") + "</row>"), "file_damaged");
  EXPECT_EQ(code_of(row + number("A2", "8") + "</row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "</row>" + row + "</row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "<c r=\"A1\" t=\"s\"><v>7</v></c></row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "<c r=\"A1\" t=\"zz\"><v>7</v></c></row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "<c r=\"A1\"><v>8,5</v></c></row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "<c r=\"A1\"><v>8</v><v>9</v></c></row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "<c r=\"A1\"><v>8<t>9</t></v></c></row>"), "file_damaged");
  EXPECT_EQ(code_of(row + "<x><c r=\"A1\"><v>8</v></c></x></row>"), "file_damaged");
  EXPECT_EQ(code_of("<block>" + row + "</row></block>"), "file_damaged");
  Book good;
  good.sheets.push_back({.data = sheet_data({{"x"}})});
  Parts twice = good.parts();
  twice.emplace_back("XL/worksheets/SHEET1.xml", "<worksheet/>");
  EXPECT_EQ(refusal("b.xlsx", zip(twice)), "file_damaged");
}

TEST(Xlsx, ReadsAWorkbookOfAnotherProgram) {
  // Written by openpyxl; see fixtures/README.md.
  const auto tables = read_file(test::source_dir() + "/tests/unit/tables/fixtures/toan_hk1.xlsx");
  ASSERT_TRUE(tables.has_value()) << to_text(tables.error(), Lang::en);
  ReadOptions options;
  options.class_name = "10A1";
  const auto reading = read_marks(*tables, options);
  EXPECT_EQ(places(reading.findings.errors), std::vector<std::string>{});
  ASSERT_TRUE(reading.sheet.has_value());
  ASSERT_EQ(reading.sheet->rows.size(), 3U);
  const MarksRow& first = reading.sheet->rows[0];
  EXPECT_EQ(first.student.id, "9900000001");
  EXPECT_EQ(first.student.name, "Nguyễn Thị Ánh Nguyệt-Thử");
  EXPECT_EQ(first.student.birth_date, (Date{2010, 5, 31}));
  EXPECT_EQ(first.regular, (std::vector<Entry>{{"8.5"}, {"9.0"}, {"7.5"}}));
  EXPECT_EQ(first.mid, (Entry{"8.0"}));
  EXPECT_EQ(first.final, (Entry{"6.8"}));
  const MarksRow& second = reading.sheet->rows[1];
  EXPECT_EQ(second.student.name, "Trần Đỗ Quỳnh Giả");  // NFD in the file
  EXPECT_EQ(second.regular, (std::vector<Entry>{{"7.5"}, {"", Missing::exempt}, {"10.0"}}));
  const MarksRow& third = reading.sheet->rows[2];
  EXPECT_EQ(third.student.id, "9900000003");                                                // a number there
  EXPECT_EQ(third.regular, (std::vector<Entry>{{"6.8"}, {"0.3"}, {"", Missing::absent}}));  // 2.3 + 4.5, 0.1 + 0.2
}

}  // namespace
}  // namespace stele::tables::testing
