// A spreadsheet of documents and look-ups in, the same with verdict columns out (docs/http-api.md, "Verifying", CSV).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier-api/csv.h"
#include "verifier-api/judge.h"
#include "verifier-api/lookup.h"

namespace stele::verifier {

inline constexpr std::size_t table_rows_max = 1'000;

/// `{…}` printed as document files are.
[[nodiscard]] std::string canonical(const json::Value&);
/// The same of a text; the text itself if it is no JSON, for that gets a verdict, too.
[[nodiscard]] std::string canonical_text(std::string_view);

struct TableRow {
  std::string document;        ///< canonical; empty: to be looked up
  LookupQuery query;           ///< used if there is no document
  std::optional<Error> fault;  ///< of the query
};
/// Either a judgement, or why there is none.
struct RowVerdict {
  std::optional<Judgement> judgement;
  std::string code;
  Error reason;
};

class VerifyTable {
 public:
  /// Errors: those of read_csv; `csv_columns`: neither `document` nor `number` and `birth_date`, or a column twice.
  [[nodiscard]] static Result<VerifyTable> read(std::string_view body);
  [[nodiscard]] const std::vector<TableRow>& rows() const { return rows_; }
  /// One verdict for each row, in order.
  [[nodiscard]] std::string write(const std::vector<RowVerdict>&) const;

 private:
  Table table_;
  std::optional<std::size_t> document_;  ///< its column, which does not come back
  std::vector<TableRow> rows_;
};

}  // namespace stele::verifier
