// Teachers' files: arbitrary bytes as CSV, XLSX or ODS never crash, never break a limit, and every fault says
// something.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"
#include "wallet-cli/tables/fold.h"
#include "wallet-cli/tables/sheet_file.h"

namespace {

using namespace stele::tables;

using Parts = std::vector<std::pair<std::string, std::string>>;

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

std::uint32_t crc32(const std::string& data) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

/// A zip of stored parts.
std::string zip(const Parts& parts) {
  std::string out;
  std::string directory;
  for (const auto& [name, content] : parts) {
    std::string common;  // what the local and the central header share
    put(common, 20, 2);
    put(common, 0, 4);            // flags, stored
    put(common, 0x00210000U, 4);  // 1980-01-01
    put(common, crc32(content), 4);
    put(common, static_cast<std::uint32_t>(content.size()), 4);
    put(common, static_cast<std::uint32_t>(content.size()), 4);
    put(common, static_cast<std::uint32_t>(name.size()), 4);  // and no extra field
    directory.append("PK\x01\x02\x14\0", 6).append(common).append(10, '\0');
    put(directory, static_cast<std::uint32_t>(out.size()), 4);
    directory += name;
    out.append("PK\x03\x04").append(common).append(name).append(content);
  }
  const auto start = static_cast<std::uint32_t>(out.size());
  out += directory + std::string("PK\x05\x06\0\0\0\0", 8);
  put(out, static_cast<std::uint32_t>(parts.size()), 2);
  put(out, static_cast<std::uint32_t>(parts.size()), 2);
  put(out, static_cast<std::uint32_t>(directory.size()), 4);
  put(out, start, 4);
  put(out, 0, 2);
  return out;
}

/// The XML as content of an OpenDocument file, or as the sheet (and styles) of an Excel workbook.
std::string packed(const std::string& xml) {
  if (xml.find("opendocument") != std::string::npos) return zip({{"mimetype", "x"}, {"content.xml", xml}});
  const std::string rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string open = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  const auto relation = [&](const std::string& type, const std::string& target) {
    return "<Relationship Id=\"" + type + "\" Type=\"" + rel + "/" + type + "\" Target=\"" + target + "\"/>";
  };
  const std::string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  return zip(
      {{"[Content_Types].xml", ""},
       {"_rels/.rels", open + relation("officeDocument", "xl/workbook.xml") + "</Relationships>"},
       {"xl/workbook.xml", "<workbook xmlns=\"" + main + "\" xmlns:r=\"" + rel +
                               "\"><sheets><sheet name=\"a\" r:id=\"worksheet\"/></sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels", open + relation("worksheet", "s.xml") + relation("sharedStrings", "t.xml") +
                                          relation("styles", "s.xml") + "</Relationships>"},
       {"xl/s.xml", xml},
       {"xl/t.xml", "<sst xmlns=\"" + main + "\"><si><t>L\u1edbp</t></si><si><r><t>8,5</t></r></si></sst>"}});
}

void check_texts(const std::vector<stele::Error>& errors) {
  STELE_ASSERT(errors.size() <= findings_max);
  for (const auto& e : errors) STELE_ASSERT(!e.code.empty() && !e.vi.empty() && !e.en.empty());
}

template <class R>
void check_reading(const Reading<R>& reading) {
  STELE_ASSERT(!reading.sheet || reading.findings.ok());
  check_texts(reading.findings.errors);
  check_texts(reading.findings.warnings);
  if (!reading.sheet) return;
  STELE_ASSERT(!reading.sheet->rows.empty());
  for (const R& row : reading.sheet->rows) STELE_ASSERT(is_digits(row.student.id, 10));
}

void check_tables(const std::vector<Table>& tables) {
  STELE_ASSERT(tables.size() <= sheets_max);
  for (const Table& table : tables) {
    std::uint32_t last_row = 0;
    for (const Row& row : table.rows) {
      STELE_ASSERT(row.number > last_row && row.number <= rows_max && row.cells.size() <= columns_max);
      last_row = row.number;
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        const Cell& cell = row.cells[c];
        STELE_ASSERT(cell.row == row.number && cell.column == c);
        STELE_ASSERT(count_chars(cell.text) <= cell_text_max_chars && stele::to_nfc(cell.text) == cell.text);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bool is_xml = size > 0 && data[0] == '<';
  const std::string workbook = is_xml ? packed(std::string(stele::as_text({data, size}))) : std::string();
  const auto tables = read_bytes("f.csv", is_xml ? stele::as_bytes(workbook) : stele::ByteView(data, size));
  if (!tables) {
    check_texts({tables.error()});
    return 0;
  }
  check_tables(*tables);
  ReadOptions options;
  if (size % 2 == 0)
    options.empty = {Missing::not_yet, Missing::not_yet, Missing::not_yet, Missing::not_yet, Missing::not_yet};
  check_reading(read_marks(*tables, options));
  check_reading(read_comments(*tables, options));
  check_reading(read_primary(*tables, options));
  check_reading(read_class_list(*tables, options));
  check_reading(read_summary(*tables, options));
  check_reading(read_diploma_list(*tables, options));
  (void)guess_kind(*tables);
  return 0;
}
