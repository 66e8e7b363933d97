#include "wallet-cli/cli/sheet_work.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/rules/assessment.h"
#include "wallet-cli/cli/school.h"
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

tables::ReadOptions options_for(const SheetFile& o) {
  tables::ReadOptions out;
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

// ---- grades ----

struct GradeRow {
  record::GradeResult result;
  record::GradeDetail detail;
};

Result<GradeRow> grade_row(const rules::RuleSet& set, const Read& f, const tables::MarksRow& row, const Tag256& tag) {
  GradeRow out;
  for (const auto& e : row.regular) out.detail.regular.push_back(mark_or_missing(e));
  out.detail.mid = mark_or_missing(row.mid);
  out.detail.final = mark_or_missing(row.final);
  out.detail.comment = row.comment;
  out.result.tag = tag;
  const auto average = rules::term_average(set, out.detail);
  if (average) {
    out.result.figure = *average;
  } else {
    out.result.figure = row.final.missing == tables::Missing::exempt   ? record::Missing::exempt
                        : row.final.missing == tables::Missing::absent ? record::Missing::absent
                                                                       : record::Missing::not_yet;
  }
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

Result<std::optional<Draft>> list_draft(Access& access, const std::string& org, Read& f, const SheetFile& o) {
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

SheetReport read_sheet(SheetUse use, std::span<const tables::Table> t, const SheetFile& o) {
  return read(use, t, options_for(o)).report;
}

Result<PreparedSheet> prepare_sheet(SheetUse use, Access& access, std::span<const tables::Table> t,
                                    const SheetFile& o) {
  PreparedSheet out;
  auto options = options_for(o);
  STELE_TRY(const auto org, access.org());
  if (use == SheetUse::class_list) {
    auto f = read(use, t, options);
    if (f.report.ok()) {
      STELE_TRY(out.draft, list_draft(access, org, f, o));
    }
    out.report = std::move(f.report);
    return out;
  }
  STELE_TRY(const auto roster, fetch_roster(access, org, o.cls, o.year));
  const auto known = roster_to_compare(roster);
  options.roster = &known;
  auto f = read(use, t, options);
  if (f.report.ok()) {
    STELE_TRY(const auto rules, rules_for(access, roster.kind));
    if (use == SheetUse::grades) {
      STELE_TRY(out.draft, grades_draft(org, f, roster, rules, o));
    } else {
      out.draft = summary_draft(org, f, roster, rules, o);
    }
  }
  out.report = std::move(f.report);
  return out;
}

}  // namespace stele::cli
