// What the rows above a table's headings say that it is: subject, class, term, school year. A teacher has a file for
// each, all alike but for these rows, and takes the wrong one sooner or later.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wallet-cli/tables/table.h"

namespace stele::tables {

enum class Period : std::uint8_t { first, second, year };

struct SubjectName {
  std::string code, name;
};

/// What a file is to be signed as. Empty members are not compared.
struct Purpose {
  std::string class_name;
  std::string year;  ///< the first year of a school year: "2025"
  std::optional<Period> period;
  std::string subject;                ///< a code
  std::vector<SubjectName> subjects;  ///< those that a title may name
};

/// Something that a title says, and the cell where it stands.
struct Stated {
  std::uint32_t row = 0, column = 0;
  std::string text;   ///< the cell, tidied
  std::string value;  ///< class without spaces; first year; code of a subject, or its name as written if it is unknown
  Period period = Period::first;
  bool known = true;  ///< false: a subject of no known name
};
struct Titles {
  std::vector<std::string> lines;  ///< each row's cells, tidied; at most title_lines_max
  std::vector<Stated> classes, years, periods, subjects;
};
inline constexpr std::size_t title_lines_max = 8;

/// Reads the rows above `header_row`, in any case, with or without marks, in NFC or NFD. What it can't understand it
/// leaves out: silence is no contradiction.
[[nodiscard]] Titles read_titles(const Table&, std::uint32_t header_row, const Purpose&);

/// Of these, one that contradicts: none if nothing is said, or if anything said agrees (a file may name two classes).
[[nodiscard]] const Stated* other_class(const Titles&, const Purpose&);
[[nodiscard]] const Stated* other_year(const Titles&, const Purpose&);
[[nodiscard]] const Stated* other_period(const Titles&, const Purpose&);
/// `known` is false where the title names something that is no known subject: to be shown, not refused.
[[nodiscard]] const Stated* other_subject(const Titles&, const Purpose&);

}  // namespace stele::tables
