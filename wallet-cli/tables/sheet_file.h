// A teacher's file as typed rows: finds the table below its title rows by the sector's headings, checks every cell, and
// collects all that is wrong with file, sheet, row, column and remedy. Whether averages and levels follow from the
// marks is not judged here, and no subject is known here.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/text.h"
#include "wallet-cli/tables/cell_values.h"
#include "wallet-cli/tables/table.h"
#include "wallet-cli/tables/titles.h"

namespace stele::tables {

inline constexpr std::size_t findings_max = 100;         ///< errors kept, and warnings kept, of one file
inline constexpr std::size_t header_search_rows = 40;    ///< the heading row is among these first rows
inline constexpr std::size_t regular_marks_max = 8;      ///< a record's row holds no more
inline constexpr std::size_t comment_max_chars = 1'000;  ///< a record's free text holds no more
inline constexpr std::uint32_t absences_max = 366;

enum class SheetKind : std::uint8_t { marks, comment, primary, class_list, summary, diploma_list };

/// What a file's reading brought to light. Errors forbid its use; warnings are shown before anybody signs.
struct Findings {
  std::vector<Error> errors;
  std::vector<Error> warnings;
  std::size_t more = 0;  ///< errors and warnings beyond findings_max, counted only
  [[nodiscard]] bool ok() const { return errors.empty(); }
};

struct RosterEntry {
  std::string name;
  std::optional<Date> birth_date;
};
/// The signed class list, by student id.
using Roster = std::map<std::string, RosterEntry, std::less<>>;

/// What an empty cell means; without a meaning it is an error. Title, serial and text columns have rules of their own.
struct EmptyMeans {
  std::optional<Missing> regular, mid, final, average;
  std::optional<Missing> level;  ///< comment subjects, primary levels and tests, conduct and learning of a summary
};

struct ReadOptions {
  Purpose purpose;                 ///< title rows that say something else are errors; its class is `class_name`
  std::string class_name;          ///< rows of another class are errors; empty: the file may have any, but only one
  std::string sheet;               ///< empty: the only visible sheet that has the headings
  const Roster* roster = nullptr;  ///< differing names and birth dates are warnings, unknown ids errors; not owned
  EmptyMeans empty;
  bool serial_required = true;  ///< diploma list
};

/// Who a row is about. Only `id` counts; the rest is for showing.
struct Student {
  std::uint32_t row = 0;  ///< of the file, as a spreadsheet shows it
  std::string id;         ///< 10 digits
  std::string name;
  std::string class_name;
  std::optional<Date> birth_date;
};

/// A value as records write it (mark "8.5", or a code of cell_values.h), or the reason why there is none.
struct Entry {
  std::string value;
  Missing missing = Missing::none;
  friend bool operator==(const Entry&, const Entry&) = default;
};

struct MarksRow {
  Student student;
  std::vector<Entry> regular;  ///< the same number in each row; columns that are empty for everybody left out
  Entry mid, final;
  std::optional<Entry> average;  ///< as the file states it, if it has the column; not recomputed
  std::string average_column;    ///< how messages name that column
  std::string comment_code, comment;
};
struct CommentRow {
  Student student;
  Entry level;  ///< a code of assessments()
  std::string comment_code, comment;
};
struct PrimaryRow {
  Student student;
  Entry mid_level, end_level;     ///< codes of primary_levels()
  std::optional<Entry> end_test;  ///< whole mark "8.0"; absent if the file has no such column
  std::string mid_comment, end_comment;
};
struct ClassListRow {
  Student student;
  std::string gender;                               ///< a code of genders()
  std::string birth_place, ethnicity, personal_id;  ///< empty if not given
  std::string state;                                ///< a code of student_states(), or empty
};
struct SummaryRow {
  Student student;
  std::optional<Entry> conduct_first, conduct_second, conduct_year, learning;  ///< absent: the file has no such column
  std::optional<std::uint32_t> absences;
  std::string title, outcome;  ///< codes of titles() and outcomes(), or empty
  std::string comment;
};
struct DiplomaRow {
  Student student;
  std::string birth_place, gender, ethnicity, grade, mode, serial;
};

template <class R>
struct SheetRows {
  std::string file, sheet;
  std::string class_name;           ///< as the file writes it
  std::vector<R> rows;              ///< in the order of the file
  std::vector<std::string> titles;  ///< what stands above the headings
};

/// Rows only if there is no error at all: a file is taken whole or not.
template <class R>
struct Reading {
  std::optional<SheetRows<R>> sheet;
  Findings findings;
};

/// ĐĐGtx1 … n, or one column ĐĐGtx with marks separated by spaces; ĐTBmhk if it is there.
[[nodiscard]] Reading<MarksRow> read_marks(std::span<const Table>, const ReadOptions&);
[[nodiscard]] Reading<CommentRow> read_comments(std::span<const Table>, const ReadOptions&);
[[nodiscard]] Reading<PrimaryRow> read_primary(std::span<const Table>, const ReadOptions&);
[[nodiscard]] Reading<ClassListRow> read_class_list(std::span<const Table>, const ReadOptions&);
[[nodiscard]] Reading<SummaryRow> read_summary(std::span<const Table>, const ReadOptions&);
[[nodiscard]] Reading<DiplomaRow> read_diploma_list(std::span<const Table>, const ReadOptions&);

/// The kind whose headings the visible sheets show; none if there is none, or more than one.
[[nodiscard]] std::optional<SheetKind> guess_kind(std::span<const Table>);

}  // namespace stele::tables
