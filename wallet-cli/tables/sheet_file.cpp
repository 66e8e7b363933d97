#include "wallet-cli/tables/sheet_file.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "wallet-cli/tables/columns.h"
#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/fold.h"

namespace stele::tables {
namespace {

void keep(std::vector<Error>& list, Error error, Findings& findings) {
  if (list.size() < findings_max) {
    list.push_back(std::move(error));
  } else {
    ++findings.more;
  }
}

/// Class names compare without case and spaces: "10 a1" is 10A1.
std::string fold_class(std::string_view text) {
  std::string out = fold(text);
  std::erase(out, ' ');
  return out;
}

/// "05/09/2010", as the file writes it.
std::string day_text(const Date& d) {
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(d.day) + "/" + two(d.month) + "/" + std::to_string(d.year);
}

/// A table with its header: everything that is common to the kinds. Errors go to the findings; values that could not be
/// read come back empty and are never used, since one error forbids the file.
class SheetReader {
 public:
  SheetReader(std::span<const Table> tables, SheetKind kind, const ReadOptions& options, Findings& findings)
      : tables_(tables), kind_(kind), options_(options), findings_(findings) {}

  /// Finds table and header and gathers the rows that are about students. False: there is nothing to read.
  bool open() {
    if (!choose_table()) return false;
    report_header();
    check_titles();
    if (!findings_.ok()) return false;
    gather_rows();
    if (findings_.ok()) check_whose_file();
    return (findings_.ok() || !students_.empty()) && !of_others_;
  }

  [[nodiscard]] const Table& table() const { return *table_; }
  [[nodiscard]] const std::vector<const Row*>& students() const { return students_; }
  [[nodiscard]] const std::string& class_name() const { return class_shown_; }
  [[nodiscard]] const std::vector<std::string>& titles() const { return titles_.lines; }
  [[nodiscard]] bool has(Column column) const { return header_.at.contains(column); }
  /// The column is there and somebody has something in it.
  [[nodiscard]] bool in_use(Column column) const { return has(column) && used_.contains(header_.at.at(column)); }

  /// "H (ĐTBmhk)". Only of a column that the table has.
  [[nodiscard]] std::string name_of(Column column) const { return where(0, header_.at.at(column)).column; }

  Student student(const Row& row);
  void check_whole_file();

  std::string text(const Row& row, Column column, bool required = false);
  std::vector<Entry> regular_marks(const Row& row);
  void even_out_regular(std::vector<MarksRow>& rows);
  Entry mark(const Row& row, Column column, const std::optional<Missing>& empty) {
    return has(column) ? mark_in(cell(row, header_.at[column]), empty) : Entry{};
  }
  Entry whole_mark(const Row& row, Column column, const std::optional<Missing>& empty);
  Entry level(const Row& row, Column column, std::span<const Choice> choices, const std::optional<Missing>& empty);
  /// A code, or empty if the cell is.
  std::string choice(const Row& row, Column column, std::span<const Choice> choices, bool required = false);
  std::optional<std::uint32_t> absences(const Row& row);
  std::string personal_id(const Row& row);
  std::string serial(const Row& row);

 private:
  bool choose_table();
  bool choose_named();
  void report_header();
  void check_titles();
  void check_title_subject(const Purpose&);
  void gather_rows();
  void check_whose_file();
  bool all_of_another_class();
  bool nobody_on_the_list();
  bool check_shape(const Row& row);
  [[nodiscard]] bool has_data(const Row& row) const;
  [[nodiscard]] bool is_students(const Row& row) const;
  std::string student_class(const Row& row);
  std::string student_id(const Row& row);
  [[nodiscard]] std::string name_in_row(std::uint32_t number) const;
  std::optional<Date> birth_date(const Row& row, bool required);
  void compare_with_roster(const Row& row, const Student& student);
  Entry mark_in(const Cell& cell, const std::optional<Missing>& empty);
  Entry mark_from(const Cell& cell, const std::string& text);

  [[nodiscard]] Where where(std::uint32_t row, std::uint32_t column) const;
  [[nodiscard]] Where where(const Cell& cell) const { return where(cell.row, cell.column); }
  void error(std::string_view code, Where at, std::initializer_list<std::string_view> arguments = {}) {
    keep(findings_.errors, fault(code, std::move(at), arguments), findings_);
  }
  void warn(std::string_view code, Where at, std::initializer_list<std::string_view> arguments = {}) {
    keep(findings_.warnings, fault(code, std::move(at), arguments), findings_);
  }
  [[nodiscard]] static Cell cell(const Row& row, std::uint32_t column) {
    if (column < row.cells.size()) return row.cells[column];
    return {.kind = CellKind::empty, .text = {}, .row = row.number, .column = column};
  }
  [[nodiscard]] Cell cell(const Row& row, Column column) const {
    const auto found = header_.at.find(column);
    return found == header_.at.end() ? Cell{} : cell(row, found->second);
  }
  /// Tidied text of a cell with a value of its own; none (and an error) for formulas and error cells.
  std::optional<std::string> value(const Cell& cell);
  [[nodiscard]] std::set<std::uint32_t> read_columns() const;

  std::span<const Table> tables_;
  SheetKind kind_;
  const ReadOptions& options_;
  Findings& findings_;
  const Table* table_ = nullptr;
  Header header_;
  HeaderFaults header_faults_;
  std::set<std::uint32_t> read_;  // columns that are read
  std::set<std::uint32_t> used_;  // of these, the ones where a student's row has something
  std::vector<const Row*> students_;
  Titles titles_;
  bool of_others_ = false;  // the whole file: one fault says so, not one for each row
  std::string class_shown_;
  std::map<std::string, std::uint32_t, std::less<>> row_of_id_;
  std::map<std::string, std::uint32_t, std::less<>> row_of_serial_;
};

// --- Finding table and header ------------------------------------------------------------------------------------

Where SheetReader::where(std::uint32_t row, std::uint32_t column) const {
  std::string name = column_letters(column);
  if (const auto heading = header_.headings.find(column); heading != header_.headings.end())
    name += " (" + shortened(heading->second) + ")";
  return {.file = table_->file, .sheet = table_->sheet, .row = row, .column = std::move(name), .field = {}};
}

bool SheetReader::choose_named() {
  const std::string wanted = fold(options_.sheet);
  for (const Table& table : tables_)
    if (fold(table.sheet) == wanted) table_ = &table;
  Where at;
  at.file = tables_.front().file;
  if (table_ == nullptr) {
    error("sheet_not_found", at, {shortened(options_.sheet)});
    return false;
  }
  auto header = find_header(*table_, kind_, header_faults_);
  at.sheet = table_->sheet;
  if (!header) error("header_missing", at, {kind_name(kind_), required_headings(kind_)});
  if (header) header_ = std::move(*header);
  return header.has_value();
}

bool SheetReader::choose_table() {
  Where at;
  if (tables_.empty()) {
    error("sheet_none", at);
    return false;
  }
  if (!options_.sheet.empty()) return choose_named();
  at.file = tables_.front().file;
  const Table* hidden = nullptr;
  std::vector<const Table*> complete;
  std::size_t fewest_missing = SIZE_MAX;
  for (const Table& candidate : tables_) {
    HeaderFaults faults;
    auto header = find_header(candidate, kind_, faults);
    if (!header) continue;
    if (candidate.hidden) {
      if (faults.missing.empty()) hidden = &candidate;
      continue;
    }
    if (faults.missing.empty()) complete.push_back(&candidate);
    if (faults.missing.size() >= fewest_missing) continue;
    fewest_missing = faults.missing.size();
    table_ = &candidate;
    header_ = std::move(*header);
    header_faults_ = std::move(faults);
  }
  if (complete.size() > 1) {
    std::string names;
    for (const Table* t : complete) names += (names.empty() ? "“" : ", “") + shortened(t->sheet) + "”";
    error("sheet_several", at, {names});
    return false;
  }
  if (hidden != nullptr && complete.empty()) {
    at.sheet = hidden->sheet;
    error("sheet_only_hidden", at, {shortened(hidden->sheet)});
    return false;
  }
  if (table_ != nullptr) return true;
  if (tables_.size() == 1) at.sheet = tables_.front().sheet;
  error("header_missing", at, {kind_name(kind_), required_headings(kind_)});
  return false;
}

void SheetReader::report_header() {
  for (const std::string& heading : header_faults_.missing) {
    Where at{.file = table_->file, .sheet = table_->sheet, .row = header_.row, .column = heading, .field = {}};
    error("column_missing", std::move(at), {heading});
  }
  for (const auto& [column, first] : header_faults_.twice)
    error("column_twice", where(header_.row, column), {shortened(header_.headings[column]), column_letters(first)});
  for (const auto& [column, like_marks] : header_faults_.unknown) {
    const std::string heading = shortened(header_.headings[column]);
    if (like_marks) {
      error("column_unknown", where(header_.row, column), {heading});
    } else {
      warn("column_ignored", where(header_.row, column), {heading});
    }
  }
  read_ = read_columns();
  for (const std::uint32_t column : table_->hidden_columns)
    if (read_.contains(column)) warn("column_hidden", where(header_.row, column));
}

std::set<std::uint32_t> SheetReader::read_columns() const {
  std::set<std::uint32_t> out;
  for (const auto& [column, at] : header_.at)
    if (column != Column::ordinal) out.insert(at);
  for (const auto& [n, at] : header_.regular) out.insert(at);
  return out;
}

// --- What the title rows say -------------------------------------------------------------------------------------

struct PeriodWords {
  std::string_view vi, en;
};
PeriodWords words_of(Period p) {
  return p == Period::first    ? PeriodWords{"học kỳ I", "the first term"}
         : p == Period::second ? PeriodWords{"học kỳ II", "the second term"}
                               : PeriodWords{"cả năm", "the whole year"};
}

std::string school_year(const std::string& first) {
  unsigned year = 0;
  std::from_chars(first.data(), first.data() + first.size(), year);
  return first + "–" + std::to_string(year + 1);
}

constexpr std::size_t title_chars_shown = 80;

void SheetReader::check_titles() {
  Purpose purpose = options_.purpose;
  purpose.class_name = options_.class_name;
  titles_ = read_titles(*table_, header_.row, purpose);
  const auto at = [&](const Stated& s) {
    return Where{
        .file = table_->file, .sheet = table_->sheet, .row = s.row, .column = column_letters(s.column), .field = {}};
  };
  if (const auto* s = other_class(titles_, purpose))
    error("title_class_differs", at(*s), {shortened(s->text, title_chars_shown), s->value, purpose.class_name});
  check_title_subject(purpose);
  if (const auto* s = other_period(titles_, purpose)) {
    const auto says = words_of(s->period), asked = words_of(*purpose.period);
    const auto shown = shortened(s->text, title_chars_shown);
    auto e = fault("title_term_differs", at(*s), {shown, says.vi, asked.vi});
    e.en = fault("title_term_differs", {}, {shown, says.en, asked.en}).en;
    keep(findings_.errors, std::move(e), findings_);
  }
  if (const auto* s = other_year(titles_, purpose)) {
    error("title_year_differs", at(*s),
          {shortened(s->text, title_chars_shown), school_year(s->value), school_year(purpose.year)});
  }
}

void SheetReader::check_title_subject(const Purpose& purpose) {
  const auto* s = other_subject(titles_, purpose);
  if (s == nullptr) return;
  const auto name = [&](const std::string& code) {
    for (const auto& subject : purpose.subjects)
      if (subject.code == code) return subject.name;
    return code;
  };
  Where at{
      .file = table_->file, .sheet = table_->sheet, .row = s->row, .column = column_letters(s->column), .field = {}};
  const auto shown = shortened(s->text, title_chars_shown);
  if (s->known) {
    error("title_subject_differs", std::move(at), {shown, name(s->value), name(purpose.subject)});
  } else {
    warn("title_subject_unknown", std::move(at), {shown, name(purpose.subject)});
  }
}

// --- Which rows are students' ------------------------------------------------------------------------------------

/// Templates come with numbers and formulas filled in down to row 50: these alone make no student.
bool SheetReader::has_data(const Row& row) const {
  return std::any_of(row.cells.begin(), row.cells.end(), [&](const Cell& c) {
    return read_.contains(c.column) && c.kind != CellKind::formula && !tidy(c.text).empty();
  });
}

/// A row without id: a student whose id is forgotten, or a line below the table (date, signature, totals)?
bool SheetReader::is_students(const Row& row) const {
  const bool named = !tidy(cell(row, Column::name).text).empty() && !tidy(cell(row, Column::class_name).text).empty();
  if (named) return true;
  const auto holds_value = [&](std::uint32_t column) {
    const Cell c = cell(row, column);
    const std::string text = tidy(c.text);
    return c.kind == CellKind::number || c.kind == CellKind::date ||
           parse_mark(text).fault != MarkFault::not_a_number || parse_missing(text) ||
           find_choice(levels(), text) != nullptr || find_choice(primary_levels(), text) != nullptr;
  };
  const std::set<Column> identity = {Column::ordinal, Column::class_name, Column::id, Column::name};
  for (const auto& [column, at] : header_.at)
    if (!identity.contains(column) && holds_value(at)) return true;
  return std::any_of(header_.regular.begin(), header_.regular.end(),
                     [&](const auto& n) { return holds_value(n.second); });
}

/// What would make the row's cells unreliable as a whole.
bool SheetReader::check_shape(const Row& row) {
  const std::size_t before = findings_.errors.size() + findings_.more;
  for (const Merge& m : table_->merges) {
    if (row.number < m.row_first || row.number > m.row_last) continue;
    const auto first = read_.lower_bound(m.column_first);
    const auto touched = std::distance(first, read_.upper_bound(m.column_last));
    if (touched > 1 || (touched == 1 && m.row_first != m.row_last)) error("cell_merged", where(row.number, *first));
  }
  for (const Cell& c : row.cells)
    if (!header_.headings.contains(c.column) && !tidy(c.text).empty())
      error("cell_without_heading", where(c), {shortened(c.text)});
  if (row.hidden)
    warn("row_hidden", {.file = table_->file, .sheet = table_->sheet, .row = row.number, .column = {}, .field = {}});
  return findings_.errors.size() + findings_.more == before;
}

void SheetReader::gather_rows() {
  for (const Row& row : table_->rows) {
    if (row.number <= header_.row || !has_data(row)) continue;
    const Cell id = cell(row, Column::id);
    if (tidy(id.text).empty()) {
      if (is_students(row)) {
        error("id_missing", where(id));
      } else {
        warn("row_ignored",
             {.file = table_->file, .sheet = table_->sheet, .row = row.number, .column = {}, .field = {}});
      }
      continue;
    }
    check_shape(row);
    students_.push_back(&row);
    for (const Cell& c : row.cells)
      if (read_.contains(c.column) && !tidy(c.text).empty()) used_.insert(c.column);
  }
  if (!students_.empty() || !findings_.ok()) return;
  error("no_students", {.file = table_->file, .sheet = table_->sheet, .row = header_.row, .column = {}, .field = {}});
}

/// Every row of one other class: somebody took another class's file.
bool SheetReader::all_of_another_class() {
  std::string shown;
  if (options_.class_name.empty() || !has(Column::class_name)) return false;
  for (const Row* row : students_) {
    const Cell c = cell(*row, Column::class_name);
    const auto name = c.kind == CellKind::text || c.kind == CellKind::number ? tidy(c.text) : std::string();
    if (name.empty() || fold_class(name) == fold_class(options_.class_name)) return false;
    if (shown.empty()) shown = name;
    if (fold_class(name) != fold_class(shown)) return false;
  }
  error("class_differs_all", where(cell(*students_.front(), Column::class_name)),
        {std::to_string(students_.size()), shortened(shown), options_.class_name});
  return true;
}

bool SheetReader::nobody_on_the_list() {
  if (options_.roster == nullptr || options_.roster->empty()) return false;
  const auto length = options_.roster->begin()->first.size();
  for (const Row* row : students_) {
    const auto id = tidy(cell(*row, Column::id).text);
    // An id that is none (Excel dropped its zero) is a fault of its own, which says more.
    if (id.size() != length || options_.roster->contains(id)) return false;
  }
  error("nobody_in_class", where(cell(*students_.front(), Column::id)),
        {std::to_string(students_.size()), options_.class_name});
  return true;
}

void SheetReader::check_whose_file() {
  constexpr std::size_t students_min = 2;  // of one student alone the row's own fault says more
  if (students_.size() < students_min) return;
  of_others_ = all_of_another_class() || nobody_on_the_list();
}

// --- Students ----------------------------------------------------------------------------------------------------

std::optional<std::string> SheetReader::value(const Cell& cell) {
  if (cell.kind == CellKind::formula) {
    error("cell_formula", where(cell), {shortened(cell.text)});
    return std::nullopt;
  }
  if (cell.kind == CellKind::error) {
    error("cell_error", where(cell), {shortened(cell.text)});
    return std::nullopt;
  }
  return tidy(cell.text);
}

std::string SheetReader::name_in_row(std::uint32_t number) const {
  for (const Row* row : students_)
    if (row->number == number) return shortened(tidy(cell(*row, Column::name).text));
  return {};
}

std::string SheetReader::student_id(const Row& row) {
  const Cell c = cell(row, Column::id);
  const auto id = value(c);
  if (!id) return {};
  const bool digits_only = id->find_first_not_of("0123456789") == std::string::npos;
  if (digits_only && id->size() < 10) {
    error("id_too_short", where(c), {*id, std::to_string(id->size())});
    return {};
  }
  if (!is_digits(*id, 10)) {
    error("id_invalid", where(c), {shortened(*id)});
    return {};
  }
  const auto [first, is_new] = row_of_id_.emplace(*id, row.number);
  if (!is_new) error("row_twice", where(c), {std::to_string(first->second), name_in_row(first->second)});
  return *id;
}

std::string SheetReader::student_class(const Row& row) {
  const Cell c = cell(row, Column::class_name);
  if (!has(Column::class_name)) return {};
  if (c.kind == CellKind::date) {
    error("class_became_date", where(c), {c.text});
    return {};
  }
  auto name = value(c);
  if (!name) return {};
  std::erase(*name, ' ');
  if (name->empty()) {
    error("cell_required", where(c));
    return {};
  }
  if (class_shown_.empty()) class_shown_ = options_.class_name.empty() ? *name : options_.class_name;
  if (fold_class(*name) != fold_class(class_shown_)) error("class_differs", where(c), {shortened(*name), class_shown_});
  return *name;
}

std::optional<Date> SheetReader::birth_date(const Row& row, bool required) {
  if (!has(Column::birth_date)) return std::nullopt;
  const Cell c = cell(row, Column::birth_date);
  const auto text = value(c);
  if (!text) return std::nullopt;
  if (text->empty()) {
    if (required) error("cell_required", where(c));
    return std::nullopt;
  }
  const auto date = c.kind == CellKind::number ? std::nullopt : parse_day(*text);
  if (!date) error("date_invalid", where(c), {shortened(*text)});
  return date;
}

void SheetReader::compare_with_roster(const Row& row, const Student& student) {
  if (options_.roster == nullptr || student.id.empty()) return;
  const auto entry = options_.roster->find(student.id);
  if (entry == options_.roster->end()) return error("student_not_in_class", where(cell(row, Column::id)));
  const auto& [name, birth_date] = entry->second;
  if (!name.empty() && !student.name.empty() && fold(name) != fold(student.name))
    warn("name_differs", where(cell(row, Column::name)), {shortened(student.name), shortened(name), student.id});
  if (birth_date && student.birth_date && *birth_date != *student.birth_date)
    warn("birth_differs", where(cell(row, Column::birth_date)), {day_text(*student.birth_date), day_text(*birth_date)});
}

Student SheetReader::student(const Row& row) {
  const bool full = kind_ == SheetKind::class_list || kind_ == SheetKind::diploma_list;
  Student out;
  out.row = row.number;
  out.id = student_id(row);
  out.class_name = student_class(row);
  out.name = text(row, Column::name, full);
  out.birth_date = birth_date(row, full);
  compare_with_roster(row, out);
  return out;
}

void SheetReader::check_whole_file() {
  if (options_.roster == nullptr) return;
  Where at{.file = table_->file, .sheet = table_->sheet, .row = 0, .column = {}, .field = {}};
  for (const auto& [id, entry] : *options_.roster)
    if (!row_of_id_.contains(id)) warn("student_missing", at, {id, shortened(entry.name)});
}

// --- Values ------------------------------------------------------------------------------------------------------

std::string SheetReader::text(const Row& row, Column column, bool required) {
  if (!has(column)) return {};
  const Cell c = cell(row, column);
  const auto out = value(c);
  if (!out) return {};
  if (out->empty() && required) error("cell_required", where(c));
  if (count_chars(*out) > comment_max_chars)
    error("table_cell_too_long", where(c), {std::to_string(comment_max_chars)});
  if (check_text(*out) != TextFault::none) error("cell_text_forbidden", where(c));
  return *out;
}

Entry SheetReader::mark_from(const Cell& c, const std::string& text) {
  if (const auto missing = parse_missing(text)) return {{}, *missing};
  auto [mark_fault, mark] = parse_mark(text);
  const std::string shown = shortened(text);
  if (mark_fault == MarkFault::not_a_number) error("mark_not_a_number", where(c), {shown});
  if (mark_fault == MarkFault::too_many_decimals) error("mark_decimals", where(c), {shown});
  if (mark_fault == MarkFault::out_of_range) error("mark_out_of_range", where(c), {shown});
  return {std::move(mark), Missing::none};
}

Entry SheetReader::mark_in(const Cell& c, const std::optional<Missing>& empty) {
  if (c.kind == CellKind::date) {
    error("mark_became_date", where(c), {c.text});
    return {};
  }
  const auto text = value(c);
  if (!text) return {};
  if (!text->empty()) return mark_from(c, *text);
  if (!empty) error("entry_required", where(c));
  return {{}, empty.value_or(Missing::none)};
}

Entry SheetReader::whole_mark(const Row& row, Column column, const std::optional<Missing>& empty) {
  Entry out = mark(row, column, empty);
  if (out.value.empty() || out.value.ends_with(".0")) return out;
  error("mark_not_whole", where(cell(row, column)), {out.value});
  return {};
}

std::vector<Entry> SheetReader::regular_marks(const Row& row) {
  std::vector<Entry> out;
  for (const auto& [n, column] : header_.regular)
    if (used_.contains(column)) out.push_back(mark_in(cell(row, column), options_.empty.regular));
  if (!has(Column::regular)) return out;
  // One cell for all of them: "8 9 7,5".
  const Cell c = cell(row, Column::regular);
  if (c.kind == CellKind::date) {
    error("mark_became_date", where(c), {c.text});
    return out;
  }
  std::string rest = value(c).value_or("");
  while (!rest.empty()) {
    const auto space = std::min(rest.find(' '), rest.size());
    if (out.size() == regular_marks_max) {
      error("mark_not_a_number", where(c), {shortened(c.text)});
      return out;
    }
    out.push_back(mark_from(c, rest.substr(0, space)));
    rest.erase(0, space + 1);
  }
  return out;
}

/// Marks in one cell may be fewer for some: those that others have are empty cells of these.
void SheetReader::even_out_regular(std::vector<MarksRow>& rows) {
  std::size_t most = 0;
  for (const MarksRow& row : rows) most = std::max(most, row.regular.size());
  for (MarksRow& row : rows) {
    if (row.regular.size() == most) continue;
    if (!options_.empty.regular) {
      error("entry_required", where(row.student.row, header_.at.at(Column::regular)));
    } else {
      row.regular.resize(most, Entry{{}, *options_.empty.regular});
    }
  }
}

Entry SheetReader::level(const Row& row, Column column, std::span<const Choice> choices,
                         const std::optional<Missing>& empty) {
  if (!has(column)) return {};
  const Cell c = cell(row, column);
  const auto text = value(c);
  if (!text) return {};
  if (text->empty()) {
    if (!empty) error("entry_required", where(c));
    return {{}, empty.value_or(Missing::none)};
  }
  // A level first: T is Tốt here, and M or V are no levels.
  if (const Choice* found = find_choice(choices, *text)) return {std::string(found->code), Missing::none};
  if (const auto missing = parse_missing(*text)) return {{}, *missing};
  error("value_not_allowed", where(c), {shortened(*text), choice_texts(choices) + ", M, V, CT"});
  return {};
}

std::string SheetReader::choice(const Row& row, Column column, std::span<const Choice> choices, bool required) {
  if (!has(column)) return {};
  const Cell c = cell(row, column);
  const auto text = value(c);
  if (!text) return {};
  if (text->empty()) {
    if (required) error("cell_required", where(c));
    return {};
  }
  if (const Choice* found = find_choice(choices, *text)) return std::string(found->code);
  error("value_not_allowed", where(c), {shortened(*text), choice_texts(choices)});
  return {};
}

std::optional<std::uint32_t> SheetReader::absences(const Row& row) {
  if (!has(Column::absences)) return std::nullopt;
  const Cell c = cell(row, Column::absences);
  const auto text = value(c);
  if (!text || text->empty()) return std::nullopt;
  std::uint32_t count = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), count);
  if (failed == std::errc{} && end == text->data() + text->size() && count <= absences_max) return count;
  error("count_invalid", where(c), {shortened(*text), std::to_string(absences_max)});
  return std::nullopt;
}

std::string SheetReader::personal_id(const Row& row) {
  std::string out = text(row, Column::personal_id);
  if (out.empty() || is_digits(out, 12)) return out;
  error("personal_id_invalid", where(cell(row, Column::personal_id)), {shortened(out)});
  return {};
}

std::string SheetReader::serial(const Row& row) {
  std::string out = text(row, Column::serial, options_.serial_required);
  if (out.empty()) return out;
  const Cell c = cell(row, Column::serial);
  if (out[0] < 'A' || out[0] > 'Z' || !is_digits(std::string_view(out).substr(1), 8)) {
    error("serial_invalid", where(c), {shortened(out)});
    return {};
  }
  const auto [first, is_new] = row_of_serial_.emplace(out, row.number);
  if (!is_new) error("serial_twice", where(c), {out, std::to_string(first->second)});
  return out;
}

/// The loop that all kinds share: `fill(reader, row, out)` reads the columns beyond the student's; `finish` sees all
/// rows.
template <class R, class Fill, class Finish>
Reading<R> read_rows(std::span<const Table> tables, SheetKind kind, const ReadOptions& options, Fill fill,
                     Finish finish) {
  Reading<R> out;
  SheetReader reader(tables, kind, options, out.findings);
  if (!reader.open()) return out;
  SheetRows<R> sheet;
  for (const Row* row : reader.students()) {
    R typed;
    typed.student = reader.student(*row);
    fill(reader, *row, typed);
    sheet.rows.push_back(std::move(typed));
  }
  finish(reader, sheet.rows);
  reader.check_whole_file();
  if (!out.findings.ok()) return out;
  sheet.file = reader.table().file;
  sheet.sheet = reader.table().sheet;
  sheet.class_name = reader.class_name();
  sheet.titles = reader.titles();
  out.sheet = std::move(sheet);
  return out;
}

template <class R, class Fill>
Reading<R> read_rows(std::span<const Table> tables, SheetKind kind, const ReadOptions& options, Fill fill) {
  return read_rows<R>(tables, kind, options, fill, [](SheetReader&, std::vector<R>&) {});
}

}  // namespace

Reading<MarksRow> read_marks(std::span<const Table> tables, const ReadOptions& options) {
  const auto fill = [&](SheetReader& reader, const Row& row, MarksRow& out) {
    out.regular = reader.regular_marks(row);
    out.mid = reader.mark(row, Column::mid, options.empty.mid);
    out.final = reader.mark(row, Column::final, options.empty.final);
    if (reader.in_use(Column::average)) {
      out.average = reader.mark(row, Column::average, options.empty.average);
      out.average_column = reader.name_of(Column::average);
    }
    out.comment_code = reader.text(row, Column::comment_code);
    out.comment = reader.text(row, Column::comment);
  };
  return read_rows<MarksRow>(tables, SheetKind::marks, options, fill,
                             [](SheetReader& reader, std::vector<MarksRow>& rows) { reader.even_out_regular(rows); });
}

Reading<CommentRow> read_comments(std::span<const Table> tables, const ReadOptions& options) {
  return read_rows<CommentRow>(tables, SheetKind::comment, options,
                               [&](SheetReader& reader, const Row& row, CommentRow& out) {
                                 out.level = reader.level(row, Column::level, assessments(), options.empty.level);
                                 out.comment_code = reader.text(row, Column::comment_code);
                                 out.comment = reader.text(row, Column::comment);
                               });
}

Reading<PrimaryRow> read_primary(std::span<const Table> tables, const ReadOptions& options) {
  return read_rows<PrimaryRow>(
      tables, SheetKind::primary, options, [&](SheetReader& reader, const Row& row, PrimaryRow& out) {
        out.mid_level = reader.level(row, Column::mid_level, primary_levels(), options.empty.level);
        out.end_level = reader.level(row, Column::end_level, primary_levels(), options.empty.level);
        if (reader.in_use(Column::end_test))
          out.end_test = reader.whole_mark(row, Column::end_test, options.empty.level);
        out.mid_comment = reader.text(row, Column::mid_comment);
        out.end_comment = reader.text(row, Column::end_comment);
      });
}

Reading<ClassListRow> read_class_list(std::span<const Table> tables, const ReadOptions& options) {
  return read_rows<ClassListRow>(tables, SheetKind::class_list, options,
                                 [](SheetReader& reader, const Row& row, ClassListRow& out) {
                                   out.gender = reader.choice(row, Column::gender, genders(), true);
                                   out.birth_place = reader.text(row, Column::birth_place);
                                   out.ethnicity = reader.text(row, Column::ethnicity);
                                   out.personal_id = reader.personal_id(row);
                                   out.state = reader.choice(row, Column::state, student_states());
                                 });
}

Reading<SummaryRow> read_summary(std::span<const Table> tables, const ReadOptions& options) {
  return read_rows<SummaryRow>(tables, SheetKind::summary, options,
                               [&](SheetReader& reader, const Row& row, SummaryRow& out) {
                                 const auto level = [&](Column column) -> std::optional<Entry> {
                                   if (!reader.in_use(column)) return std::nullopt;
                                   return reader.level(row, column, levels(), options.empty.level);
                                 };
                                 out.conduct_first = level(Column::conduct_first);
                                 out.conduct_second = level(Column::conduct_second);
                                 out.conduct_year = level(Column::conduct_year);
                                 out.learning = level(Column::learning);
                                 out.absences = reader.absences(row);
                                 out.title = reader.choice(row, Column::title, titles());
                                 out.outcome = reader.choice(row, Column::outcome, outcomes());
                                 out.comment = reader.text(row, Column::comment);
                               });
}

Reading<DiplomaRow> read_diploma_list(std::span<const Table> tables, const ReadOptions& options) {
  return read_rows<DiplomaRow>(tables, SheetKind::diploma_list, options,
                               [](SheetReader& reader, const Row& row, DiplomaRow& out) {
                                 out.birth_place = reader.text(row, Column::birth_place, true);
                                 out.gender = reader.choice(row, Column::gender, genders(), true);
                                 out.ethnicity = reader.text(row, Column::ethnicity, true);
                                 out.grade = reader.text(row, Column::grade);
                                 out.mode = reader.text(row, Column::mode);
                                 out.serial = reader.serial(row);
                               });
}

std::optional<SheetKind> guess_kind(std::span<const Table> tables) {
  std::set<SheetKind> found;
  for (const Table& table : tables)
    for (const SheetKind kind : {SheetKind::marks, SheetKind::comment, SheetKind::primary, SheetKind::class_list,
                                 SheetKind::summary, SheetKind::diploma_list}) {
      HeaderFaults faults;
      if (!table.hidden && find_header(table, kind, faults) && faults.missing.empty()) found.insert(kind);
    }
  // A diploma list has all that a class list needs, if it names classes.
  if (found.contains(SheetKind::diploma_list)) found.erase(SheetKind::class_list);
  if (found.size() != 1) return std::nullopt;
  return *found.begin();
}

}  // namespace stele::tables
