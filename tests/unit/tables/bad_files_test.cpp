// Files that must be refused as a whole, each by name and with a remedy.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/tables/workbook.h"

namespace stele::tables::testing {
namespace {

Parts good_parts() {
  Book book;
  book.sheets.push_back({.data = sheet_data({{"x"}})});
  return book.parts();
}

/// The parts with one's content replaced.
Bytes with_part(const std::string& path, const std::string& content, std::uint32_t level = 1) {
  Parts parts = good_parts();
  for (auto& part : parts)
    if (part.first == path) part.second = content;
  return zip(parts, level);
}

/// A folder that is removed when the test ends.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "stele-tables-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string ole_file(std::string_view stream_name) {
  std::string out("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
  out.resize(512);
  for (const char c : stream_name) out += {c, '\0'};
  return out;
}

TEST(BadFile, IsToldByName) {
  EXPECT_EQ(refusal("d.xlsx", std::string_view()), "file_empty");
  EXPECT_EQ(refusal("d.csv", std::string_view()), "file_empty");
  EXPECT_EQ(refusal("d.xlsx", std::string_view("%PDF-1.7\n")), "file_is_pdf");
  EXPECT_EQ(refusal("d.csv", std::string_view("%PDF-1.7\n")), "file_is_pdf");
  EXPECT_EQ(refusal("d.xls", ole_file("Workbook")), "file_is_old_xls");
  EXPECT_EQ(refusal("d.xlsx", ole_file("Workbook")), "file_is_old_xls");
  EXPECT_EQ(refusal("d.xlsx", ole_file("EncryptedPackage")), "file_is_encrypted");
  EXPECT_EQ(refusal("d.xls", std::string_view("<html><body><table>")), "file_is_html");
  EXPECT_EQ(refusal("d.xlsx", std::string_view("\x89PNG\r\n")), "file_kind_unknown");
  EXPECT_EQ(refusal("d.xlsx", std::string_view("a;b;c\n")), "file_kind_unknown");
  EXPECT_EQ(refusal("d.xlsx", zip({{"anh.png", "x"}})), "file_kind_unknown");
  EXPECT_EQ(refusal("d.xlsx", zip({{"[Content_Types].xml", "x"}, {"word/document.xml", "x"}})), "file_kind_unknown");
  EXPECT_EQ(refusal("d.xlsx", zip({{"[Content_Types].xml", "x"}, {"xl/workbook.bin", "x"}})), "file_is_xlsb");
}

TEST(BadFile, TruncatedAnywhereIsDamagedAndNeverCrashes) {
  const Bytes whole = zip(good_parts());
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(refusal("d.xlsx", cut), "file_damaged") << size;
  }
  EXPECT_EQ(refusal("d.xlsx", whole), "accepted");
}

TEST(BadFile, WithAFlippedByteIsNeverReadAsSomethingElse) {
  const Bytes whole = zip(good_parts());
  const auto good = tables_of("d.xlsx", whole);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes flipped = whole;
    flipped[i] ^= 0x40U;
    const auto tables = read_bytes("d.xlsx", flipped);
    if (!tables) continue;
    ASSERT_EQ(tables->size(), 1U) << i;
    ASSERT_EQ((*tables)[0].rows.size(), 1U) << i;
    EXPECT_EQ((*tables)[0].rows[0].cells[0].text, good[0].rows[0].cells[0].text) << i;
  }
}

TEST(BadFile, WithoutANeededPartIsDamaged) {
  for (const auto* part :
       {"_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml"}) {
    Parts parts = good_parts();
    std::erase_if(parts, [&](const auto& p) { return p.first == part; });
    EXPECT_EQ(refusal("d.xlsx", zip(parts)), "file_damaged") << part;
  }
}

TEST(BadFile, OfAHundredMegabytesIsRefusedUnread) {
  const Scratch folder;
  const auto path = folder / "lon.xlsx";
  std::ofstream(path) << "PK\x03\x04";
  std::filesystem::resize_file(path, 100U << 20U);  // sparse
  const auto tables = read_file(path);
  ASSERT_FALSE(tables.has_value());
  EXPECT_EQ(places({tables.error()}), (std::vector<std::string>{"file_too_large [] 0 "}));
  EXPECT_EQ(tables.error().where.file, "lon.xlsx");
  std::filesystem::resize_file(path, file_size_max_bytes + 1);
  EXPECT_EQ(read_file(path).error().code, "file_too_large");
  std::filesystem::resize_file(path, file_size_max_bytes);
  EXPECT_EQ(read_file(path).error().code, "file_damaged");
}

TEST(BadFile, ThatCannotBeReadIsSaidSo) {
  const Scratch folder;
  EXPECT_EQ(read_file(folder / "khong-co.csv").error().code, "file_unreadable");
  EXPECT_EQ(read_file(folder / "").error().code, "file_unreadable");
  std::ofstream(folder / "rong.csv").close();
  EXPECT_EQ(read_file(folder / "rong.csv").error().code, "file_empty");
}

const std::string worksheet_head =
    "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";

/// Honest empty rows up to this size: no bomb by its ratio.
std::string empty_rows(std::size_t size) {
  std::string out = worksheet_head;
  std::uint32_t random = 1;
  for (std::uint32_t row = 1; out.size() < size; ++row) {
    random = random * 1664525U + 1013904223U;
    out += "<row r=\"" + std::to_string(row) + "\" id=\"" + std::to_string(random % 1000) +
           "\" customFormat=\"1\" customHeight=\"1\" spans=\"1:10\"/>";
  }
  return out + "</sheetData></worksheet>";
}

TEST(BadFile, ThatUnpacksToTooMuchIsRefused) {
  // 40 MB of spaces in about 40 KB: caught by the ratio, long before the limit of a part.
  const std::string spaces(40U << 20U, ' ');
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", worksheet_head + spaces, 9)),
            "file_unpacks_too_large");
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/styles.xml", "<x>" + spaces, 9)), "file_unpacks_too_large");
}

TEST(BadFile, WithAPartOverTheLimitIsRefused) {
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", empty_rows(part_size_max_bytes))),
            "file_unpacks_too_large");
}

TEST(BadFile, WithAllPartsTogetherOverTheLimitIsRefused) {
  Book book;
  book.sheets.resize(3);
  Parts parts = book.parts();
  const std::string rows = empty_rows(unpacked_total_max_bytes / 3);
  for (auto& [path, content] : parts)
    if (path.starts_with("xl/worksheets/")) content = rows;
  EXPECT_EQ(refusal("d.xlsx", zip(parts)), "file_unpacks_too_large");
}

TEST(BadFile, WithTooManyPartsIsRefused) {
  Parts parts = good_parts();
  while (parts.size() <= archive_entries_max) parts.emplace_back("xl/media/" + std::to_string(parts.size()), "x");
  EXPECT_EQ(refusal("d.xlsx", zip(parts)), "table_too_many_parts");
  parts.pop_back();
  EXPECT_EQ(refusal("d.xlsx", zip(parts)), "accepted");
}

TEST(BadFile, WithADoctypeIsRefusedInEveryPart) {
  const std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]><x>&b;</x>";
  for (const auto* part :
       {"_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml"})
    EXPECT_EQ(refusal("d.xlsx", with_part(part, bomb)), "file_has_doctype") << part;
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/workbook.xml", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>")),
            "file_has_doctype");
}

TEST(BadFile, WithBrokenOrBottomlessXmlIsDamaged) {
  const std::string head = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">";
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", head)), "file_damaged");
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", head + "<sheetData>&x;")), "file_damaged");
  // Both would be good XML.
  const auto nested = [&](std::size_t depth) {
    std::string xml = head;
    for (std::size_t i = 1; i < depth; ++i) xml += "<x>";
    for (std::size_t i = 1; i < depth; ++i) xml += "</x>";
    return refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", xml + "</worksheet>"));
  };
  EXPECT_EQ(nested(xml_depth_max), "accepted");
  EXPECT_EQ(nested(xml_depth_max + 1), "file_damaged");
  const std::string endless = head + "<x a=\"" + std::string(3U << 20U, 'x') + "\"/></worksheet>";
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", endless)), "file_damaged");
  EXPECT_EQ(refusal("d.xlsx", with_part("xl/worksheets/sheet1.xml", "<chartsheet/>")), "file_damaged");
}

}  // namespace
}  // namespace stele::tables::testing
