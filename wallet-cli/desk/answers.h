// What the page is told, as JSON: faults with both texts, tables with their cells, plain words in both languages.
#pragma once

#include <span>

#include "node/http/message.h"
#include "wallet-cli/cli/sheet_work.h"
#include "wallet-cli/tables/table.h"

namespace stele::desk {

inline constexpr std::size_t rows_shown_max = 400;  ///< of a table; a class has about 45
inline constexpr std::size_t columns_shown_max = 60;
inline constexpr std::size_t cell_chars_shown_max = 120;

[[nodiscard]] http::Response ok(const json::Value&);
/// A problem with the HTTP status that fits its code.
[[nodiscard]] http::Response problem(const Error&);

[[nodiscard]] json::Value errors_json(const std::vector<Error>&);
/// {vi, en}
/// {columns: [{vi, en}], rows: [[text or {vi, en}]], exempt, absent, not_yet, more_rows}
[[nodiscard]] json::Value view_json(const cli::SheetView&);
[[nodiscard]] json::Value text_json(std::string_view vi, std::string_view en);
/// {vi: [lines], en: [lines]}: what these records say of themselves, and of each type and text only once.
[[nodiscard]] json::Value words_json(const record::Genesis&, std::span<const cli::Draft>, const signer::SubjectNames&);
/// {name, rows: [{n, cells}], more_rows}: the sheet that the report speaks of, or the first visible one. Null if none.
[[nodiscard]] json::Value table_json(std::span<const tables::Table>, const cli::SheetReport&, std::string_view sheet);

}  // namespace stele::desk
