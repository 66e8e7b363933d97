// OpenDocument spreadsheets.
#include <gtest/gtest.h>

#include "tests/unit/tables/workbook.h"

namespace stele::tables::testing {
namespace {

Parts ods(const std::string& tables, const std::string& manifest = "") {
  const std::string content =
      "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""
      " xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\""
      " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\""
      " xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" xmlns:dc=\"urn:dc\">"
      "<office:automatic-styles><style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties"
      " table:display=\"false\"/></style:style></office:automatic-styles>"
      "<office:body><office:spreadsheet>" +
      tables + "</office:spreadsheet></office:body></office:document-content>";
  Parts out = {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", content}};
  if (!manifest.empty()) out.emplace_back("META-INF/manifest.xml", manifest);
  return out;
}
std::string text_cell(const std::string& text) {
  return "<table:table-cell office:value-type=\"string\"><text:p>" + text + "</text:p></table:table-cell>";
}
Table one(const std::string& rows) {
  auto tables = tables_of("b.ods", zip(ods("<table:table table:name=\"Điểm\">" + rows + "</table:table>")));
  return tables.empty() ? Table{} : tables[0];
}

TEST(Ods, ReadsTextNumbersDatesAndBooleans) {
  const Table table = one(
      "<table:table-row>" + text_cell("Nguyễn<text:s text:c=\"2\"/><text:span>Mẫu</text:span></text:p><text:p>dòng 2") +
      "<table:table-cell office:value-type=\"float\" "
      "office:value=\"8.4999999999999996\"><text:p>8,5</text:p></table:table-cell>"
      "<table:table-cell office:value-type=\"date\" "
      "office:date-value=\"2009-05-31\"><text:p>31/05/2009</text:p></table:table-cell>"
      "<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"/></table:table-row>");
  ASSERT_EQ(table.rows.size(), 1U);
  const auto& cells = table.rows[0].cells;
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(table.sheet, "Điểm");
  EXPECT_EQ(cells[0].text, "Nguyễn  Mẫu\ndòng 2");
  EXPECT_EQ(cells[1].text, "8.5");
  EXPECT_EQ(cells[1].kind, CellKind::number);
  EXPECT_EQ(cells[2].text, "31/05/2009");
  EXPECT_EQ(cells[2].kind, CellKind::date);
  EXPECT_EQ(cells[3].text, "TRUE");
}

TEST(Ods, NeverTakesAFormulasCachedValueNorAComment) {
  const Table table = one(
      "<table:table-row><table:table-cell table:formula=\"of:=[.B1]\" office:value-type=\"float\" office:value=\"8\"/>"
      "<table:table-cell office:value-type=\"string\"><office:annotation><text:p>ghi "
      "chú</text:p></office:annotation><text:p>x</text:p></table:table-cell>"
      "<table:table-cell table:formula=\"of:=[.A1]\" table:number-matrix-columns-spanned=\"2\" "
      "table:number-matrix-rows-spanned=\"1\" office:value-type=\"float\" office:value=\"1\"/>"
      "<table:table-cell office:value-type=\"float\" office:value=\"2\"/></table:table-row>");
  const auto& cells = table.rows.at(0).cells;
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(cells[0].kind, CellKind::formula);
  EXPECT_EQ(cells[1].text, "x");
  EXPECT_EQ(cells[2].kind, CellKind::formula);
  EXPECT_EQ(cells[3].kind, CellKind::formula);
}

TEST(Ods, CountsRepeatedRowsAndCells) {
  const Table table =
      one("<table:table-row table:number-rows-repeated=\"3\"><table:table-cell "
          "table:number-columns-repeated=\"16384\"/></table:table-row>"
          "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"2\"/>"
          "<table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"float\" "
          "office:value=\"7\"/></table:table-row>"
          "<table:table-row table:number-rows-repeated=\"1048571\"><table:table-cell/></table:table-row>");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].number, 4U);
  EXPECT_EQ(address(table.rows[1].cells[3]), "D5");
  EXPECT_EQ(table.rows[1].cells[1].kind, CellKind::empty);
}

TEST(Ods, ReportsHiddenSheetsAndMerges) {
  const auto tables = tables_of(
      "b.ods", zip(ods("<table:table table:name=\"a\" table:style-name=\"ta2\"/>"
                       "<table:table table:name=\"b\"><table:table-column "
                       "table:visibility=\"collapse\"/><table:table-row table:visibility=\"filter\">"
                       "<table:table-cell table:number-columns-spanned=\"3\" "
                       "office:value-type=\"string\"><text:p>x</text:p></table:table-cell><table:covered-table-cell "
                       "table:number-columns-repeated=\"2\"/></table:table-row></table:table>")));
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_TRUE(tables[0].hidden);
  EXPECT_TRUE(tables[1].rows.at(0).hidden);
  EXPECT_EQ(tables[1].hidden_columns, (std::vector<std::uint32_t>{0}));
  ASSERT_EQ(tables[1].merges.size(), 1U);
  EXPECT_EQ(tables[1].merges[0].column_last, 2U);
}

TEST(Ods, HoldsTheLimitsAndRefusesPasswords) {
  const auto code_of = [](const std::string& rows) {
    return refusal("b.ods", zip(ods("<table:table table:name=\"b\">" + rows + "</table:table>")));
  };
  const std::string seven = "office:value-type=\"float\" office:value=\"7\"";
  EXPECT_EQ(code_of("<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell " + seven +
                    "/></table:table-row>"),
            "table_too_many_rows");
  EXPECT_EQ(code_of("<table:table-row><table:table-cell table:number-columns-repeated=\"101\" " + seven +
                    "/></table:table-row>"),
            "file_damaged");
  EXPECT_EQ(code_of("<table:table-row><table:table-cell table:number-columns-repeated=\"100\"/><table:table-cell " +
                    seven + "/></table:table-row>"),
            "table_too_many_columns");
  EXPECT_EQ(code_of("<table:table-row>" + text_cell("<text:s text:c=\"16000\"/>") + "</table:table-row>"),
            "table_cell_too_long");
  EXPECT_EQ(
      code_of("<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"x\"/></table:table-row>"),
      "file_damaged");
  EXPECT_EQ(
      refusal("b.ods", zip(ods("",
                               "<manifest:manifest "
                               "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-"
                               "entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"))),
      "file_is_encrypted");
}

}  // namespace
}  // namespace stele::tables::testing
