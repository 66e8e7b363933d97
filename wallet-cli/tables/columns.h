// The headings of the sector's templates, and where they stand in a table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wallet-cli/tables/sheet_file.h"

namespace stele::tables {

enum class Column : std::uint8_t {
  ordinal,
  class_name,
  id,
  name,
  birth_date,
  regular,
  mid,
  final,
  average,
  comment_code,
  comment,
  level,
  mid_level,
  mid_comment,
  end_level,
  end_test,
  end_comment,
  birth_place,
  gender,
  ethnicity,
  state,
  personal_id,
  conduct_first,
  conduct_second,
  conduct_year,
  absences,
  learning,
  title,
  outcome,
  grade,
  mode,
  serial
};

/// The heading row that was found, and which column is what.
struct Header {
  std::uint32_t row = 0;
  std::map<Column, std::uint32_t> at;              ///< 0-based columns
  std::map<std::uint32_t, std::uint32_t> regular;  ///< n of ĐĐGtx n to its column
  std::map<std::uint32_t, std::string> headings;   ///< every heading as the file writes it, tidied
};

struct Unknown {
  std::uint32_t column = 0;
  bool like_marks = false;  ///< its heading looks like a mark's: a misspelt ĐĐGtx3 must not be dropped
};
struct Twice {
  std::uint32_t column = 0, first = 0;
};
/// What is wrong with a header.
struct HeaderFaults {
  std::vector<std::string> missing;  ///< the template's headings
  std::vector<Unknown> unknown;
  std::vector<Twice> twice;
};

/// None: no row among the first ones looks like this kind's heading row.
[[nodiscard]] std::optional<Header> find_header(const Table&, SheetKind, HeaderFaults&);

/// "STT | Lớp | ...": the columns that the kind needs, and its name, for messages.
[[nodiscard]] std::string required_headings(SheetKind);
[[nodiscard]] std::string_view kind_name(SheetKind);

}  // namespace stele::tables
