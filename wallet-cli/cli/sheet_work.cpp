#include "wallet-cli/cli/sheet_work.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/rules/assessment.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/tables/fold.h"
#include "wallet-cli/tables/sheet_file.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

std::optional<tables::Missing> empty_meaning(const std::string& text) {
  if (text == "not-yet") return tables::Missing::not_yet;
  if (text == "exempt") return tables::Missing::exempt;
  if (text == "absent") return tables::Missing::absent;
  return std::nullopt;
}

/// What the title rows are compared with. A term that no rule set knows is compared with nothing.
tables::Purpose purpose_of(SheetUse use, const SheetFile& o, std::span<const rules::RuleSet> sets) {
  tables::Purpose out;
  out.year = o.year;
  if (use == SheetUse::class_list) return out;
  for (const auto& set : sets) {
    const auto term = use == SheetUse::summary && o.term.empty() ? set.term_year : o.term;
    if (term == set.term_first) out.period = tables::Period::first;
    if (term == set.term_second) out.period = tables::Period::second;
    if (term == set.term_year) out.period = tables::Period::year;
    for (const auto& s : set.subjects) out.subjects.push_back({s.code, s.name});
  }
  if (use == SheetUse::grades) out.subject = o.subject;
  return out;
}

tables::ReadOptions options_for(SheetUse use, const SheetFile& o, std::span<const rules::RuleSet> sets) {
  tables::ReadOptions out;
  out.purpose = purpose_of(use, o, sets);
  out.class_name = o.cls;
  out.sheet = o.sheet;
  const auto empty = empty_meaning(o.empty);
  out.empty = {empty, empty, empty, empty, empty};
  return out;
}

record::Missing missing_of(tables::Missing m) {
  return m == tables::Missing::exempt   ? record::Missing::exempt
         : m == tables::Missing::absent ? record::Missing::absent
                                        : record::Missing::not_yet;
}

record::MarkOrMissing mark_or_missing(const tables::Entry& e) {
  if (e.missing != tables::Missing::none) return missing_of(e.missing);
  const auto mark = record::parse_mark(e.value);
  STELE_ASSERT(mark.has_value());  // the reader gives only marks of this form
  return *mark;
}

/// A file of one of the three uses.
struct Read {
  SheetReport report;
  std::string file, sheet;
  std::optional<tables::SheetRows<tables::ClassListRow>> list;
  std::optional<tables::SheetRows<tables::MarksRow>> marks;
  std::optional<tables::SheetRows<tables::CommentRow>> comments;
  std::optional<tables::SheetRows<tables::SummaryRow>> summary;
};

template <class R>
void take(Read& out, std::optional<tables::SheetRows<R>>& rows, tables::Reading<R> reading) {
  auto& [errors, warnings, more] = reading.findings;
  for (auto& e : errors) {
    if (!e.code.starts_with("table_") && !e.code.starts_with("file_")) e.code.insert(0, "file_");
  }
  if (!errors.empty() && more > 0) {
    errors.push_back(make_error("file_more_errors", "Còn " + std::to_string(more) + " lỗi nữa trong tệp này.",
                                std::to_string(more) + " more faults in this file."));
  }
  out.report.errors = std::move(errors);
  out.report.notes = std::move(warnings);
  if (!reading.sheet || !out.report.ok()) return;
  rows = std::move(*reading.sheet);
  out.file = rows->file;
  out.sheet = rows->sheet;
  out.report.titles = rows->titles;
  out.report.students = rows->rows.size();
}

Read read(SheetUse use, std::span<const tables::Table> t, const tables::ReadOptions& options) {
  Read out;
  if (use == SheetUse::class_list) {
    take(out, out.list, tables::read_class_list(t, options));
  } else if (use == SheetUse::summary) {
    take(out, out.summary, tables::read_summary(t, options));
  } else if (tables::guess_kind(t) == tables::SheetKind::comment) {
    take(out, out.comments, tables::read_comments(t, options));
  } else {
    take(out, out.marks, tables::read_marks(t, options));
  }
  return out;
}

Error in_row(const Read& f, std::uint32_t row, std::string_view code, std::string vi, std::string en,
             std::string column = {}) {
  return make_error(code, std::move(vi), std::move(en),
                    {.file = f.file, .sheet = f.sheet, .row = row, .column = std::move(column), .field = {}});
}

// ---- marks ----

struct GradeRow {
  record::GradeResult result;
  record::GradeDetail detail;
};

record::GradeDetail detail_of(const tables::MarksRow& row) {
  record::GradeDetail out;
  for (const auto& e : row.regular) out.regular.push_back(mark_or_missing(e));
  out.mid = mark_or_missing(row.mid);
  out.final = mark_or_missing(row.final);
  out.comment = row.comment;
  return out;
}

record::Figure figure_of(const tables::MarksRow& row, const std::optional<record::Mark>& average) {
  if (average) return *average;
  return row.final.missing == tables::Missing::none ? record::Missing::not_yet : missing_of(row.final.missing);
}

// ---- what is shown ----

Both both(Words words, std::string_view code) {
  return {label(words, code, Lang::vi), label(words, code, Lang::en)};
}
Both plain(const std::string& text) {
  return {text, text};
}

void count(SheetView& view, const tables::Entry& e) {
  if (e.missing == tables::Missing::exempt) ++view.exempt;
  if (e.missing == tables::Missing::absent) ++view.absent;
  if (e.missing == tables::Missing::not_yet) ++view.not_yet;
}

Both entry(SheetView& view, const tables::Entry& e) {
  count(view, e);
  if (e.missing != tables::Missing::none) return both(Words::missing, tables::missing_code(e.missing));
  return both(Words::level, e.value);  // a mark is no code of a level and stays as it is
}

void show(SheetView& out, const tables::SheetRows<tables::MarksRow>& sheet, const rules::RuleSet* set) {
  out.columns = {{"Họ và tên", "Name"}, {"Thường xuyên", "Regular"}, {"Giữa kỳ", "Mid-term"}, {"Cuối kỳ", "Final"}};
  if (set != nullptr) out.columns.push_back({"ĐTB", "Average"});
  for (const auto& r : sheet.rows) {
    Both regular;
    for (const auto& e : r.regular) {
      const auto one = entry(out, e);
      regular.vi += (regular.vi.empty() ? "" : "  ") + one.vi;
      regular.en += (regular.en.empty() ? "" : "  ") + one.en;
    }
    out.rows.push_back({plain(r.student.name), std::move(regular), entry(out, r.mid), entry(out, r.final)});
    if (set == nullptr) continue;
    const auto figure = figure_of(r, rules::term_average(*set, detail_of(r)));
    out.rows.back().push_back({figure_label(figure, Lang::vi), figure_label(figure, Lang::en)});
  }
}

void show(SheetView& out, const tables::SheetRows<tables::CommentRow>& sheet) {
  out.columns = {{"Họ và tên", "Name"}, {"Đánh giá", "Level"}, {"Nhận xét", "Comment"}};
  for (const auto& r : sheet.rows) out.rows.push_back({plain(r.student.name), entry(out, r.level), plain(r.comment)});
}

void show(SheetView& out, const tables::SheetRows<tables::SummaryRow>& sheet) {
  out.columns = {{"Họ và tên", "Name"},  {"Rèn luyện HK I", "Conduct I"}, {"HK II", "II"},
                 {"Cả năm", "Year"},     {"Học tập", "Learning"},         {"Nghỉ", "Absent"},
                 {"Danh hiệu", "Title"}, {"Kết quả", "Outcome"}};
  const auto level = [&](const std::optional<tables::Entry>& e) { return e ? entry(out, *e) : Both{}; };
  for (const auto& r : sheet.rows) {
    out.rows.push_back({plain(r.student.name), level(r.conduct_first), level(r.conduct_second), level(r.conduct_year),
                        level(r.learning), plain(r.absences ? std::to_string(*r.absences) : std::string()),
                        both(Words::title, r.title), both(Words::promotion, r.outcome)});
  }
}

void show(SheetView& out, const tables::SheetRows<tables::ClassListRow>& sheet) {
  out.columns = {
      {"Họ và tên", "Name"}, {"Mã định danh", "Student id"}, {"Ngày sinh", "Birth date"}, {"Giới tính", "Gender"}};
  for (const auto& r : sheet.rows) {
    out.rows.push_back({plain(r.student.name), plain(r.student.id),
                        plain(r.student.birth_date ? day_label(*r.student.birth_date) : std::string()),
                        both(Words::gender, r.gender)});
  }
}

/// `set`: what averages follow from; null: they are left out.
SheetView view_of(const Read& f, const rules::RuleSet* set) {
  SheetView out;
  if (f.marks) show(out, *f.marks, set);
  if (f.comments) show(out, *f.comments);
  if (f.summary) show(out, *f.summary);
  if (f.list) show(out, *f.list);
  return out;
}

// ---- grades ----

Result<GradeRow> grade_row(const rules::RuleSet& set, const Read& f, const tables::MarksRow& row, const Tag256& tag) {
  GradeRow out;
  out.detail = detail_of(row);
  out.result.tag = tag;
  const auto average = rules::term_average(set, out.detail);
  out.result.figure = figure_of(row, average);
  if (row.average && row.average->missing == tables::Missing::none &&
      (!average || record::mark_text(*average) != row.average->value)) {
    const auto computed = average ? record::mark_text(*average) : std::string("-");
    return Unexpected(in_row(f, row.student.row, "file_average_differs",
                             "ĐTBmhk trong tệp là " + row.average->value + " nhưng tính từ các điểm là " + computed +
                                 ". Hãy sửa điểm hoặc điểm trung bình.",
                             "The file's average is " + row.average->value + " but the marks give " + computed +
                                 ". Correct the marks or the average.",
                             row.average_column));
  }
  return out;
}

std::vector<signer::SheetRow> mark_rows(const rules::RuleSet& set, const rules::Subject& subject, Read& f,
                                        const Roster& roster) {
  std::vector<signer::SheetRow> out;
  for (const auto& row : f.marks->rows) {
    auto one = grade_row(set, f, row, roster.find(row.student.id)->tag);
    if (!one) {
      f.report.errors.push_back(std::move(one).error());
    } else if (auto ok = rules::check_grade_row(set, subject, one->result, one->detail, set.term_first); !ok) {
      auto e = to_error(ok.error());
      e.where.file = f.file;
      e.where.sheet = f.sheet;
      e.where.row = row.student.row;
      f.report.errors.push_back(std::move(e));
    } else {
      out.push_back({record::to_json(one->result), record::to_json(one->detail)});
    }
  }
  return out;
}

std::vector<signer::SheetRow> comment_rows(const Read& f, const Roster& roster) {
  std::vector<signer::SheetRow> out;
  for (const auto& row : f.comments->rows) {
    GradeRow one;
    one.result.tag = roster.find(row.student.id)->tag;
    one.result.figure = row.level.missing == tables::Missing::none ? record::Figure(row.level.value)
                                                                   : record::Figure(missing_of(row.level.missing));
    one.detail.comment = row.comment;
    out.push_back({record::to_json(one.result), record::to_json(one.detail)});
  }
  return out;
}

Error wrong_kind(const rules::Subject& subject, const std::string& file) {
  return make_error("file_wrong_kind",
                    subject.marks ? "Môn " + subject.name + " cho điểm, nhưng tệp là bảng nhận xét."
                                  : "Môn " + subject.name + " đánh giá bằng nhận xét, nhưng tệp là bảng điểm.",
                    subject.marks ? "Subject " + subject.name + " has marks, but the file is a sheet of comments."
                                  : "Subject " + subject.name + " is judged by comments, but the file has marks.",
                    {.file = file, .sheet = {}, .row = 0, .column = {}, .field = {}});
}

Result<std::optional<Draft>> grades_draft(const std::string& org, Read& f, const Roster& roster, const Rules& rules,
                                          const SheetFile& o) {
  const auto* subject = rules.set.subject(o.subject);
  if (subject == nullptr) return Unexpected(unknown_subject(rules, o.subject));
  if (subject->marks != f.marks.has_value()) {
    f.report.errors.push_back(wrong_kind(*subject, f.file));
    return std::optional<Draft>{};
  }
  const auto rows = f.marks ? mark_rows(rules.set, *subject, f, roster) : comment_rows(f, roster);
  if (!f.report.ok()) return std::optional<Draft>{};
  auto built = signer::build_sheet(rows, false);
  record::GradeSheet body;
  body.org = org;
  body.kind = roster.kind;
  body.cls = o.cls;
  body.subject = o.subject;
  if (!o.group.empty()) body.group = o.group;
  body.term = o.term;
  body.year = o.year;
  body.list = roster.list;
  body.assessment = rules.assessment;
  body.root = built.root;
  body.rows = built.rows;
  return std::optional(Draft{Type::grade_sheet, std::move(body), std::move(built.payload)});
}

// ---- summaries ----

Draft summary_draft(const std::string& org, const Read& f, const Roster& roster, const Rules& rules,
                    const SheetFile& o) {
  std::vector<signer::SheetRow> sheet;
  const auto code = [](const std::optional<tables::Entry>& e) {
    return e && e->missing == tables::Missing::none && !e->value.empty() ? std::optional(e->value) : std::nullopt;
  };
  for (const auto& r : f.summary->rows) {
    record::SummaryResult s;
    s.tag = roster.find(r.student.id)->tag;
    s.conduct = {code(r.conduct_first), code(r.conduct_second), code(r.conduct_year)};
    s.learning = code(r.learning);
    if (!r.title.empty()) s.title = r.title;
    if (!r.outcome.empty()) s.promotion = r.outcome;
    s.absences = r.absences;
    auto detail = Value::object();
    if (!r.comment.empty()) detail.set("comment", r.comment);
    sheet.push_back({record::to_json(s), std::move(detail)});
  }
  auto built = signer::build_sheet(sheet, false);
  record::SummarySheet body{org,
                            roster.kind,
                            o.cls,
                            o.term.empty() ? rules.set.term_year : o.term,
                            o.year,
                            roster.list,
                            rules.assessment,
                            built.root,
                            built.rows};
  return {Type::summary_sheet, std::move(body), std::move(built.payload)};
}

// ---- class lists ----

Where whole_file(const Read& f) {
  return {.file = f.file, .sheet = f.sheet, .row = 0, .column = {}, .field = {}};
}

/// "10a2" is class 10A2: a second class of the same children would come of it.
bool same_class(std::string a, std::string b) {
  a = tables::bare(a);
  b = tables::bare(b);
  std::erase(a, ' ');
  std::erase(b, ' ');
  return a == b;
}

void check_class_name(Read& f, const std::vector<ClassInfo>& classes, const SheetFile& o) {
  const auto same =
      std::find_if(classes.begin(), classes.end(), [&](const auto& c) { return same_class(c.cls, o.cls); });
  if (same == classes.end()) return;
  if (same->cls != o.cls) {
    f.report.errors.push_back(
        make_error("file_class_spelt_otherwise",
                   "Năm học này đã có lớp " + same->cls + "; \"" + o.cls +
                       "\" sẽ thành một lớp thứ hai. Hãy ghi đúng " + same->cls + ", hoặc đặt tên khác hẳn.",
                   "There is a class " + same->cls + " this year; \"" + o.cls + "\" would become a second one. Write " +
                       same->cls + ", or take a name that differs.",
                   whole_file(f)));
  } else if (o.replaces.empty()) {
    const auto id = base64url(same->list.view());
    f.report.errors.push_back(make_error(
        "file_list_exists",
        "Lớp " + o.cls + " đã có danh sách. Muốn sửa, hãy ký danh sách mới thay bản cũ: --replaces id:" + id +
            " và --reason LÝ-DO; danh sách mới chờ hiệu trưởng ký xác nhận.",
        "Class " + o.cls + " has a list already. To change it, sign a new list in its place: --replaces id:" + id +
            " and --reason CODE; the new list waits for the principal.",
        whole_file(f)));
  }
}

/// One child in two classes is a mistake, or a change of class that somebody means.
Result<void> check_other_classes(Access& access, const std::string& org, Read& f, const std::vector<ClassInfo>& classes,
                                 const SheetFile& o) {
  for (const auto& c : classes) {
    if (same_class(c.cls, o.cls)) continue;
    const auto roster = fetch_roster(access, org, c.cls, o.year);
    if (!roster && (roster.error().code == "no_authority" || roster.error().code == "not_found")) continue;
    if (!roster) return Unexpected(roster.error());
    for (const auto& r : f.list->rows) {
      const auto* there = roster->find(r.student.id);
      if (there == nullptr) continue;
      auto e =
          in_row(f, r.student.row, "file_student_elsewhere",
                 there->name + " (" + r.student.id + ") đã có trong danh sách lớp " + c.cls + " của năm học này.",
                 there->name + " (" + r.student.id + ") is on the list of class " + c.cls + " of this year already.");
      if (!o.moved) {
        e.vi += " Hãy bỏ dòng này; nếu em chuyển lớp, hãy xác nhận là chuyển lớp (--moved).";
        e.en += " Remove the row; if the student changes class, confirm that (--moved).";
      }
      (o.moved ? f.report.notes : f.report.errors).push_back(std::move(e));
    }
  }
  return {};
}

Result<std::optional<Draft>> list_draft(Access& access, const std::string& org, Read& f, const SheetFile& o) {
  STELE_TRY(const auto classes, fetch_classes(access, org, o.year));
  check_class_name(f, classes, o);
  if (f.report.ok()) STELE_CHECK(check_other_classes(access, org, f, classes, o));
  if (!f.report.ok()) return std::optional<Draft>{};
  auto ids = Value::array();
  for (const auto& r : f.list->rows) ids.push(r.student.id);
  STELE_TRY(const auto books, access.post("/v1/books", Value::object({{"students", std::move(ids)}})));
  const auto& list = items_of(books, "books");
  if (list.size() != f.list->rows.size())
    return Unexpected(make_error("http_bad_answer", "Máy chủ trả lời thiếu.", "The server's answer is incomplete."));
  std::vector<signer::SheetRow> sheet;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& r = f.list->rows[i];
    const auto book = fixed_from_base64url<Digest>(text_of(list[i], "key"));
    if (!book || !r.student.birth_date) {
      f.report.errors.push_back(
          in_row(f, r.student.row, "file_no_birth_date", "Thiếu ngày sinh.", "The birth date is missing."));
      continue;
    }
    record::StudentResult result{record::book_tag(book->view(), Type::transcript, o.kind, o.year), r.student.id,
                                 r.student.name, r.gender, *r.student.birth_date};
    record::StudentDetail detail;
    if (!r.birth_place.empty()) detail.birth_place = r.birth_place;
    if (!r.ethnicity.empty()) detail.ethnicity = r.ethnicity;
    if (!r.personal_id.empty()) detail.personal_id = r.personal_id;
    if (!r.state.empty()) detail.status = r.state;
    sheet.push_back({record::to_json(result), record::to_json(detail)});
  }
  if (!f.report.ok()) return std::optional<Draft>{};
  auto built = signer::build_sheet(sheet, false);
  record::ClassList body;
  body.org = org;
  body.kind = o.kind;
  body.cls = o.cls;
  body.year = o.year;
  body.root = built.root;
  body.rows = built.rows;
  if (!o.replaces.empty()) {
    STELE_TRY(const auto id, parse_id(o.replaces));
    body.replaces = id;
    body.reason = o.reason;
  }
  return std::optional(Draft{Type::class_list, std::move(body), std::move(built.payload)});
}

tables::Roster roster_to_compare(const Roster& roster) {
  tables::Roster out;
  for (const auto& s : roster.students) out[s.id] = {s.name, s.birth_date};
  return out;
}

}  // namespace

SheetReport read_sheet(SheetUse use, std::span<const tables::Table> t, const SheetFile& o,
                       std::span<const rules::RuleSet> sets) {
  auto f = read(use, t, options_for(use, o, sets));
  const rules::RuleSet* only = nullptr;
  std::size_t with_subject = 0;
  for (const auto& set : sets)
    if (set.subject(o.subject) != nullptr) ++with_subject, only = &set;
  if (f.report.ok()) f.report.view = view_of(f, with_subject == 1 ? only : nullptr);
  return std::move(f.report);
}

namespace {

/// Refused before the passphrase, not after: the ledger would say the same.
Result<void> refuse_second_sheet(Access& access, const std::string& org, Read& f, SheetUse use, const SheetFile& o) {
  const auto held = fetch_sheets(access, org, o.cls, o.year);
  if (!held) {
    if (held.error().code == "no_authority" || held.error().code == "not_found") return {};  // nobody to tell
    return Unexpected(held.error());
  }
  const auto type = use == SheetUse::grades ? Type::grade_sheet : Type::summary_sheet;
  for (const auto& s : held->sheets) {
    const bool subject = use != SheetUse::grades || (s.subject == o.subject && s.group == o.group);
    if (s.type != type || !subject || (s.term != o.term && !(use == SheetUse::summary && o.term.empty()))) continue;
    const auto id = base64url(s.id.view());
    f.report.errors.push_back(make_error(
        "file_sheet_exists",
        "Bảng này của lớp " + o.cls + " đã được ký từ trước (bản ghi " + id +
            "). Không ký lại được; muốn sửa điểm, hãy dùng “stele amend”, và người khác duyệt.",
        "This sheet of class " + o.cls + " was signed before (record " + id +
            "). It can't be signed again; to correct a mark use `stele amend`, which another person approves.",
        whole_file(f)));
  }
  return {};
}

}  // namespace

Result<PreparedSheet> prepare_sheet(SheetUse use, Access& access, std::span<const tables::Table> t,
                                    const SheetFile& o) {
  PreparedSheet out;
  STELE_TRY(const auto org, access.org());
  STELE_TRY(const auto sets, rule_sets(access.node()));
  auto options = options_for(use, o, sets);
  if (use == SheetUse::class_list) {
    auto f = read(use, t, options);
    if (f.report.ok()) {
      STELE_TRY(out.draft, list_draft(access, org, f, o));
      f.report.view = view_of(f, nullptr);
    }
    out.report = std::move(f.report);
    return out;
  }
  STELE_TRY(const auto roster, fetch_roster(access, org, o.cls, o.year));
  const auto known = roster_to_compare(roster);
  options.roster = &known;
  auto f = read(use, t, options);
  if (f.report.ok()) STELE_CHECK(refuse_second_sheet(access, org, f, use, o));
  if (f.report.ok()) {
    STELE_TRY(const auto rules, rules_for(access, roster.kind));
    if (use == SheetUse::grades) {
      STELE_TRY(out.draft, grades_draft(org, f, roster, rules, o));
    } else {
      out.draft = summary_draft(org, f, roster, rules, o);
    }
    f.report.view = view_of(f, &rules.set);
  }
  out.report = std::move(f.report);
  return out;
}

}  // namespace stele::cli
