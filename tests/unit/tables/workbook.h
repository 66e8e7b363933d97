// Writes small workbooks by hand, so that tests can make the ones that no honest program writes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/bytes.h"
#include "wallet-cli/tables/sheet_file.h"

namespace stele::tables::testing {

using Parts = std::vector<std::pair<std::string, std::string>>;  ///< path in the zip and content

/// A zip with these parts, deflated; level 1 is fast (some tests pack 128 MB), 9 packs tightest.
[[nodiscard]] Bytes zip(const Parts&, std::uint32_t level = 1);

/// A sheet's cells in XML: `cell("B2", "8,5")` as inline text, `number("B2", "8.5")`.
[[nodiscard]] std::string cell(std::string_view at, std::string_view text);
[[nodiscard]] std::string number(std::string_view at, std::string_view value, int style = 0);
[[nodiscard]] std::string formula(std::string_view at, std::string_view formula, std::string_view cached);
/// Rows of texts as sheet data, from row 1; an empty text is no cell. A text that starts with '#' is a number cell.
[[nodiscard]] std::string sheet_data(const std::vector<std::vector<std::string>>& rows);

struct Book {
  struct Sheet {
    std::string name = "Bang diem";
    std::string data = {};    ///< inside sheetData
    std::string after = {};   ///< after sheetData, e.g. mergeCells
    std::string before = {};  ///< before sheetData, e.g. cols
    std::string state = "visible";
  };
  std::vector<Sheet> sheets;
  std::string shared_strings = {};  ///< inside sst; empty: no such part
  bool since_1904 = false;
  bool absolute_paths = false;
  std::string styles_xml =
      R"(<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>)";
  [[nodiscard]] Parts parts() const;
  [[nodiscard]] Bytes bytes() const { return zip(parts()); }
};
/// One visible sheet with these rows.
[[nodiscard]] Bytes book_of(const std::vector<std::vector<std::string>>& rows);

/// The tables of a file that must be readable.
[[nodiscard]] std::vector<Table> tables_of(std::string_view name, const Bytes&);
[[nodiscard]] std::vector<Table> csv_tables(std::string_view text);
/// The code of the error that reading must give, both of whose texts must say something.
[[nodiscard]] std::string refusal(std::string_view name, const Bytes&);
[[nodiscard]] std::string refusal(std::string_view name, std::string_view content);

/// "code sheet row column" of each error: what a test compares. Fails the test if a text is empty.
[[nodiscard]] std::vector<std::string> places(const std::vector<Error>&);

}  // namespace stele::tables::testing
