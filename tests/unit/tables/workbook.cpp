#include "tests/unit/tables/workbook.h"

#include <gtest/gtest.h>
#include <zip.h>

namespace stele::tables::testing {
namespace {

constexpr std::string_view main_ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr std::string_view rel_ns = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr std::string_view package_ns = "http://schemas.openxmlformats.org/package/2006/relationships";

std::string relation(std::string_view id, std::string_view type, std::string_view target) {
  return "<Relationship Id=\"" + std::string(id) + "\" Type=\"" + std::string(rel_ns) + "/" + std::string(type) +
         "\" Target=\"" + std::string(target) + "\"/>";
}

std::string relations(const std::string& content) {
  return "<Relationships xmlns=\"" + std::string(package_ns) + "\">" + content + "</Relationships>";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return out;
}

}  // namespace

Bytes zip(const Parts& parts, std::uint32_t level) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* out = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(out);
  zip_t* archive = zip_open_from_source(out, ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (const auto& [path, content] : parts) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const auto index = zip_file_add(archive, path.c_str(), source, ZIP_FL_ENC_UTF_8);
    zip_set_file_compression(archive, static_cast<std::uint64_t>(index), ZIP_CM_DEFLATE, level);
  }
  EXPECT_EQ(zip_close(archive), 0);
  zip_source_open(out);
  zip_source_seek(out, 0, SEEK_END);
  Bytes bytes(static_cast<std::size_t>(zip_source_tell(out)));
  zip_source_seek(out, 0, SEEK_SET);
  zip_source_read(out, bytes.data(), bytes.size());
  zip_source_close(out);
  zip_source_free(out);
  return bytes;
}

std::string cell(std::string_view at, std::string_view text) {
  return "<c r=\"" + std::string(at) + "\" t=\"inlineStr\"><is><t>" + escaped(text) + "</t></is></c>";
}

std::string number(std::string_view at, std::string_view value, int style) {
  return "<c r=\"" + std::string(at) + "\" s=\"" + std::to_string(style) + "\"><v>" + std::string(value) + "</v></c>";
}

std::string formula(std::string_view at, std::string_view formula, std::string_view cached) {
  return "<c r=\"" + std::string(at) + "\"><f>" + escaped(formula) + "</f><v>" + std::string(cached) + "</v></c>";
}

std::string sheet_data(const std::vector<std::vector<std::string>>& rows) {
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += "<row r=\"" + std::to_string(r + 1) + "\">";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string& text = rows[r][c];
      const std::string at = column_letters(static_cast<std::uint32_t>(c)) + std::to_string(r + 1);
      if (text.starts_with('#'))
        out += number(at, text.substr(1));
      else if (text.starts_with('='))
        out += formula(at, text.substr(1), "8.5");
      else if (!text.empty())
        out += cell(at, text);
    }
    out += "</row>";
  }
  return out;
}

Parts Book::parts() const {
  const std::string root = absolute_paths ? "/xl/" : "";
  Parts out = {
      {"[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"},
      {"_rels/.rels",
       relations(relation("r1", "officeDocument", absolute_paths ? "/xl/workbook.xml" : "xl/workbook.xml"))}};
  std::string entries;
  std::string links = relation("styles", "styles", root + "styles.xml");
  if (!shared_strings.empty()) links += relation("strings", "sharedStrings", root + "sharedStrings.xml");
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const std::string path = "worksheets/sheet" + number + ".xml";
    entries.append("<sheet name=\"").append(escaped(sheets[i].name)).append("\" sheetId=\"").append(number);
    entries.append("\" state=\"").append(sheets[i].state).append("\" r:id=\"s").append(number).append("\"/>");
    links += relation("s" + number, "worksheet", root + path);
    out.emplace_back("xl/" + path, "<worksheet xmlns=\"" + std::string(main_ns) + "\">" + sheets[i].before +
                                       "<sheetData>" + sheets[i].data + "</sheetData>" + sheets[i].after +
                                       "</worksheet>");
  }
  out.emplace_back("xl/workbook.xml", "<workbook xmlns=\"" + std::string(main_ns) + "\" xmlns:r=\"" +
                                          std::string(rel_ns) + "\"><workbookPr date1904=\"" +
                                          (since_1904 ? "1" : "0") + "\"/><sheets>" + entries + "</sheets></workbook>");
  out.emplace_back("xl/_rels/workbook.xml.rels", relations(links));
  out.emplace_back("xl/styles.xml",
                   "<styleSheet xmlns=\"" + std::string(main_ns) + "\">" + styles_xml + "</styleSheet>");
  if (!shared_strings.empty())
    out.emplace_back("xl/sharedStrings.xml",
                     "<sst xmlns=\"" + std::string(main_ns) + "\">" + shared_strings + "</sst>");
  return out;
}

Bytes book_of(const std::vector<std::vector<std::string>>& rows) {
  Book book;
  book.sheets.push_back({.data = sheet_data(rows)});
  return book.bytes();
}

std::vector<Table> tables_of(std::string_view name, const Bytes& bytes) {
  auto tables = read_bytes(name, bytes);
  EXPECT_TRUE(tables.has_value()) << (tables ? "" : to_text(tables.error(), Lang::en));
  return tables ? std::move(tables).value() : std::vector<Table>{};
}

std::vector<Table> csv_tables(std::string_view text) {
  const auto bytes = as_bytes(text);
  return tables_of("diem.csv", Bytes(bytes.begin(), bytes.end()));
}

std::string refusal(std::string_view name, const Bytes& bytes) {
  const auto tables = read_bytes(name, bytes);
  if (tables) return "accepted";
  const Error& e = tables.error();
  EXPECT_FALSE(e.vi.empty());
  EXPECT_FALSE(e.en.empty());
  EXPECT_EQ(e.where.file, name);
  return e.code;
}

std::string refusal(std::string_view name, std::string_view content) {
  const auto bytes = as_bytes(content);
  return refusal(name, Bytes(bytes.begin(), bytes.end()));
}

std::vector<std::string> places(const std::vector<Error>& errors) {
  std::vector<std::string> out;
  for (const Error& e : errors) {
    EXPECT_FALSE(e.vi.empty());
    EXPECT_FALSE(e.en.empty());
    EXPECT_NE(e.vi, e.en);
    out.push_back(e.code + " [" + e.where.sheet + "] " + std::to_string(e.where.row) + " " + e.where.column);
  }
  return out;
}

}  // namespace stele::tables::testing
