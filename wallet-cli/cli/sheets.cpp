// From a teacher's file to a signed sheet: read whole, compared with the class's roster, shown, signed, sent.
#include <algorithm>
#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/rules/assessment.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/signing.h"
#include "wallet-cli/tables/sheet_file.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

Result<std::vector<tables::Table>, std::vector<Error>> read_tables(const fs::path& file) {
  auto t = tables::read_file(file);
  if (!t) return Unexpected(std::vector<Error>{std::move(t).error()});
  return std::move(*t);
}

template <class R>
Result<tables::SheetRows<R>, std::vector<Error>> take(const Context& c, tables::Reading<R> reading) {
  for (const auto& w : reading.findings.warnings) {
    if (!c.json) std::cerr << pick(c, "Lưu ý: ", "Note: ") << to_text(w, c.lang) << '\n';
  }
  if (!reading.findings.ok()) {
    auto errors = std::move(reading.findings.errors);
    for (auto& e : errors)
      e.code = e.code.starts_with("table_") || e.code.starts_with("file_") ? e.code : "file_" + e.code;
    if (reading.findings.more > 0) {
      errors.push_back(make_error("file_more_errors",
                                  "Còn " + std::to_string(reading.findings.more) + " lỗi nữa trong tệp này.",
                                  std::to_string(reading.findings.more) + " more faults in this file."));
    }
    return Unexpected(std::move(errors));
  }
  return std::move(*reading.sheet);
}

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

Error at_row(const std::string& file, const tables::Student& s, std::string_view code, std::string vi, std::string en) {
  Where where;
  where.file = file;
  where.row = s.row;
  return make_error(code, std::move(vi), std::move(en), where);
}

std::vector<std::string> about(const Context& c, const SheetFile& o, std::string_view vi, std::string_view en,
                               std::size_t rows) {
  std::vector<std::string> out{std::string(pick(c, vi, en))};
  out.push_back(std::string(pick(c, "Tệp: ", "File: ")) + o.file.string());
  if (!o.subject.empty()) out.push_back(std::string(pick(c, "Môn: ", "Subject: ")) + o.subject);
  out.push_back(std::string(pick(c, "Lớp: ", "Class: ")) + o.cls +
                (o.term.empty() ? "" : std::string(pick(c, ", học kỳ ", ", term ")) + o.term) +
                std::string(pick(c, ", năm học ", ", school year ")) + o.year);
  out.push_back(std::string(pick(c, "Số học sinh: ", "Students: ")) + std::to_string(rows));
  return out;
}

/// Each row of the file must be a student of the roster; who is missing from the file is said, not refused.
template <class Rows>
std::vector<Error> compare(const Context& c, const Rows& sheet, const Roster& roster) {
  std::vector<Error> errors;
  for (const auto& row : sheet.rows) {
    const auto* s = roster.find(row.student.id);
    if (s == nullptr) {
      errors.push_back(
          at_row(sheet.file, row.student, "file_unknown_student",
                 "Học sinh có mã " + row.student.id + " không có trong danh sách lớp đã ký. Hãy kiểm tra mã định danh.",
                 "The student with id " + row.student.id + " is not on the signed class list. Check the id."));
    } else if (s->name != row.student.name && !c.json) {
      std::cerr << pick(c, "Lưu ý: hàng ", "Note: row ") << row.student.row
                << pick(c, ": họ tên khác với danh sách lớp.", ": the name differs from the class list.") << '\n';
    }
  }
  if (!c.json && sheet.rows.size() < roster.students.size()) {
    std::cerr << pick(c, "Lưu ý: tệp có ", "Note: the file has ") << sheet.rows.size()
              << pick(c, " học sinh; danh sách lớp có ", " students; the class list has ") << roster.students.size()
              << ".\n";
  }
  return errors;
}

struct GradeRow {
  record::GradeResult result;
  record::GradeDetail detail;
};

Result<GradeRow> grade_row(const rules::RuleSet& set, const std::string& file, const tables::MarksRow& row,
                           const Tag256& tag) {
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
    return Unexpected(at_row(file, row.student, "file_average_differs",
                             "ĐTBmhk trong tệp là " + row.average->value + " nhưng tính từ các điểm là " + computed +
                                 ". Hãy sửa điểm hoặc điểm trung bình.",
                             "The file's average is " + row.average->value + " but the marks give " + computed +
                                 ". Correct the marks or the average."));
  }
  return out;
}

struct GradeFile {
  std::string file;
  std::optional<tables::SheetRows<tables::MarksRow>> marks;
  std::optional<tables::SheetRows<tables::CommentRow>> comments;
  [[nodiscard]] std::size_t size() const { return marks ? marks->rows.size() : comments->rows.size(); }
};

Result<GradeFile, std::vector<Error>> read_grades(const Context& c, const SheetFile& o) {
  auto t = read_tables(o.file);
  if (!t) return Unexpected(std::move(t).error());
  GradeFile out;
  out.file = o.file.filename().string();
  if (tables::guess_kind(*t) == tables::SheetKind::comment) {
    auto rows = take(c, tables::read_comments(*t, options_for(o)));
    if (!rows) return Unexpected(std::move(rows).error());
    out.comments = std::move(*rows);
  } else {
    auto rows = take(c, tables::read_marks(*t, options_for(o)));
    if (!rows) return Unexpected(std::move(rows).error());
    out.marks = std::move(*rows);
  }
  return out;
}

Result<std::vector<signer::SheetRow>, std::vector<Error>> grade_rows(const rules::RuleSet& set,
                                                                     const rules::Subject& subject, const GradeFile& f,
                                                                     const Roster& roster) {
  std::vector<signer::SheetRow> out;
  std::vector<Error> errors;
  if (subject.marks != f.marks.has_value()) {
    Where where;
    where.file = f.file;
    return Unexpected(std::vector<Error>{
        make_error("file_wrong_kind",
                   subject.marks ? "Môn " + subject.name + " cho điểm, nhưng tệp là bảng nhận xét."
                                 : "Môn " + subject.name + " đánh giá bằng nhận xét, nhưng tệp là bảng điểm.",
                   subject.marks ? "Subject " + subject.name + " has marks, but the file is a sheet of comments."
                                 : "Subject " + subject.name + " is judged by comments, but the file has marks.",
                   where)});
  }
  if (f.marks) {
    for (const auto& row : f.marks->rows) {
      auto one = grade_row(set, f.file, row, roster.find(row.student.id)->tag);
      if (!one) {
        errors.push_back(std::move(one).error());
      } else if (auto ok = rules::check_grade_row(set, subject, one->result, one->detail, set.term_first); !ok) {
        auto e = to_error(ok.error());
        e.where.file = f.file;
        e.where.row = row.student.row;
        errors.push_back(std::move(e));
      } else {
        out.push_back({record::to_json(one->result), record::to_json(one->detail)});
      }
    }
  } else {
    for (const auto& row : f.comments->rows) {
      GradeRow one;
      one.result.tag = roster.find(row.student.id)->tag;
      one.result.figure = row.level.missing == tables::Missing::none ? record::Figure(row.level.value)
                                                                     : record::Figure(missing_of(row.level.missing));
      one.detail.comment = row.comment;
      out.push_back({record::to_json(one.result), record::to_json(one.detail)});
    }
  }
  if (!errors.empty()) return Unexpected(std::move(errors));
  return out;
}

}  // namespace

Exit enrol_students(const Context& c, const SheetFile& o) {
  const auto t = read_tables(o.file);
  if (!t) return fail(c, t.error());
  const auto rows = take(c, tables::read_class_list(*t, options_for(o)));
  if (!rows) return fail(c, rows.error());
  auto desk =
      Desk::open(c, about(c, o, "Bạn sắp ký: danh sách lớp", "You are about to sign: a class list", rows->rows.size()));
  if (!desk) return fail(c, desk.error());
  const auto org = desk->org();
  if (!org) return fail(c, org.error());

  auto ids = Value::array();
  for (const auto& r : rows->rows) ids.push(r.student.id);
  const auto books = desk->node().staff_post(desk->key(), "/v1/books", Value::object({{"students", std::move(ids)}}));
  if (!books) return fail(c, books.error());
  const auto& list = items_of(*books, "books");
  if (list.size() != rows->rows.size())
    return fail(c, make_error("http_bad_answer", "Máy chủ trả lời thiếu.", "The server's answer is incomplete."));

  std::vector<signer::SheetRow> sheet;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& r = rows->rows[i];
    const auto book = fixed_from_base64url<Digest>(text_of(list[i], "key"));
    if (!book || !r.student.birth_date) {
      return fail(
          c, at_row(rows->file, r.student, "file_no_birth_date", "Thiếu ngày sinh.", "The birth date is missing."));
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
  auto built = signer::build_sheet(sheet, false);
  record::ClassList body;
  body.org = *org;
  body.kind = o.kind;
  body.cls = o.cls;
  body.year = o.year;
  body.root = built.root;
  body.rows = built.rows;
  if (!o.replaces.empty()) {
    const auto id = parse_id(o.replaces);
    if (!id) return fail(c, id.error());
    body.replaces = *id;
    body.reason = o.reason;
  }
  return deliver(c, *desk, {desk->sign({Type::class_list, std::move(body), std::move(built.payload)})}, o.save);
}

Exit sign_grades(const Context& c, const SheetFile& o) {
  const auto f = read_grades(c, o);
  if (!f) return fail(c, f.error());
  auto desk =
      Desk::open(c, about(c, o, "Bạn sắp ký: bảng điểm môn học", "You are about to sign: a grade sheet", f->size()));
  if (!desk) return fail(c, desk.error());
  const auto org = desk->org();
  if (!org) return fail(c, org.error());
  const auto roster = fetch_roster(*desk, *org, o.cls, o.year);
  if (!roster) return fail(c, roster.error());
  const auto rules = rules_for(*desk, roster->kind);
  if (!rules) return fail(c, rules.error());
  const auto* subject = rules->set.subject(o.subject);
  if (subject == nullptr) return fail(c, unknown_subject(*rules, o.subject));
  auto errors = f->marks ? compare(c, *f->marks, *roster) : compare(c, *f->comments, *roster);
  if (!errors.empty()) return fail(c, errors);
  const auto rows = grade_rows(rules->set, *subject, *f, *roster);
  if (!rows) return fail(c, rows.error());
  auto built = signer::build_sheet(*rows, false);
  record::GradeSheet body;
  body.org = *org;
  body.kind = roster->kind;
  body.cls = o.cls;
  body.subject = o.subject;
  if (!o.group.empty()) body.group = o.group;
  body.term = o.term;
  body.year = o.year;
  body.list = roster->list;
  body.assessment = rules->assessment;
  body.root = built.root;
  body.rows = built.rows;
  return deliver(c, *desk, {desk->sign({Type::grade_sheet, std::move(body), std::move(built.payload)})}, o.save);
}

Exit sign_summary(const Context& c, const SheetFile& o) {
  const auto t = read_tables(o.file);
  if (!t) return fail(c, t.error());
  const auto rows = take(c, tables::read_summary(*t, options_for(o)));
  if (!rows) return fail(c, rows.error());
  auto desk = Desk::open(c, about(c, o, "Bạn sắp ký: bảng tổng kết của lớp",
                                  "You are about to sign: the summary sheet of the class", rows->rows.size()));
  if (!desk) return fail(c, desk.error());
  const auto org = desk->org();
  if (!org) return fail(c, org.error());
  const auto roster = fetch_roster(*desk, *org, o.cls, o.year);
  if (!roster) return fail(c, roster.error());
  const auto rules = rules_for(*desk, roster->kind);
  if (!rules) return fail(c, rules.error());
  if (const auto errors = compare(c, *rows, *roster); !errors.empty()) return fail(c, errors);
  std::vector<signer::SheetRow> sheet;
  const auto code = [](const std::optional<tables::Entry>& e) {
    return e && e->missing == tables::Missing::none && !e->value.empty() ? std::optional(e->value) : std::nullopt;
  };
  for (const auto& r : rows->rows) {
    record::SummaryResult s;
    s.tag = roster->find(r.student.id)->tag;
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
  record::SummarySheet body{*org,
                            roster->kind,
                            o.cls,
                            o.term.empty() ? rules->set.term_year : o.term,
                            o.year,
                            roster->list,
                            rules->assessment,
                            built.root,
                            built.rows};
  return deliver(c, *desk, {desk->sign({Type::summary_sheet, std::move(body), std::move(built.payload)})}, o.save);
}

// ---- amend ----

namespace {

Error bad_set(const std::string& text) {
  return make_error("usage_set",
                    "--set phải là regular1=8.5, mid=9.0, final=9.5, level=dat hoặc comment=…: \"" + text + "\".",
                    "--set must be regular1=8.5, mid=9.0, final=9.5, level=dat or comment=…: \"" + text + "\".");
}

Result<void> apply_set(const std::string& text, record::GradeResult& result, record::GradeDetail& detail) {
  const auto eq = text.find('=');
  if (eq == std::string::npos) return Unexpected(bad_set(text));
  const auto name = text.substr(0, eq);
  auto value = text.substr(eq + 1);
  if (name == "comment") {
    detail.comment = to_nfc(value).value_or("");
    return {};
  }
  if (name == "level") {
    result.figure = value;
    return {};
  }
  std::replace(value.begin(), value.end(), ',', '.');
  const auto mark = record::parse_mark(value.find('.') == std::string::npos ? value + ".0" : value);
  if (!mark) return Unexpected(bad_set(text));
  constexpr std::string_view regular = "regular";
  if (name == "mid") {
    detail.mid = *mark;
  } else if (name == "final") {
    detail.final = *mark;
  } else if (name.starts_with(regular) && name.size() == regular.size() + 1 && name.back() >= '1' &&
             name.back() <= '8') {
    const auto n = static_cast<std::size_t>(name.back() - '1');
    if (n > detail.regular.size()) return Unexpected(bad_set(text));
    if (n == detail.regular.size())
      detail.regular.emplace_back(*mark);
    else
      detail.regular[n] = *mark;
  } else {
    return Unexpected(bad_set(text));
  }
  return {};
}

}  // namespace

Exit amend(const Context& c, const AmendMark& o) {
  std::vector<std::string> what{
      std::string(pick(c, "Bạn sắp ký: sửa điểm đã ký", "You are about to sign: an amendment of signed marks")),
      std::string(pick(c, "Lớp ", "Class ")) + o.cls + ", " + o.subject + ", " + o.term + "/" + o.year,
      std::string(pick(c, "Học sinh ", "Student ")) + o.student_id,
      std::string(pick(c, "Lý do: ", "Reason: ")) + o.reason};
  for (const auto& s : o.set) what.push_back("  " + s);
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  const auto org = desk->org();
  if (!org) return fail(c, org.error());
  const auto roster = fetch_roster(*desk, *org, o.cls, o.year);
  if (!roster) return fail(c, roster.error());
  const auto* student = roster->find(o.student_id);
  if (student == nullptr)
    return fail(c, make_error("unknown_student", "Không có học sinh này trong danh sách lớp.",
                              "No such student on the class list."));
  const auto rules = rules_for(*desk, roster->kind);
  if (!rules) return fail(c, rules.error());
  const auto sheets = fetch_sheets(*desk, *org, o.cls, o.year);
  if (!sheets) return fail(c, sheets.error());
  const auto hit = sheets->find(Type::grade_sheet, o.subject, o.term, student->tag);
  if (!hit) return fail(c, hit.error());
  if (!*hit)
    return fail(c, make_error("not_found", "Chưa có bảng điểm nào của học sinh này cho môn và học kỳ đó.",
                              "There is no sheet of this student for that subject and term."));
  const auto* sheet = (*hit)->sheet;
  const auto* row = (*hit)->row;
  auto result = record::grade_result(row->result);
  auto detail = record::grade_detail(row->detail);
  if (!result || !detail)
    return fail(c, make_error("http_bad_answer", "Máy chủ trả lời không đúng định dạng.",
                              "The server's answer has a wrong form."));
  for (const auto& s : o.set) {
    if (auto ok = apply_set(s, *result, *detail); !ok) return fail(c, ok.error());
  }
  if (detail->mid) {
    const auto average = rules::term_average(rules->set, *detail);
    if (average) result->figure = *average;
  }
  const signer::SheetRow one[] = {{record::to_json(*result), record::to_json(*detail)}};
  auto built = signer::build_sheet(one, true);
  record::Amend body;
  body.org = *org;
  body.target = sheet->id;
  body.positions = {row->position};
  body.reason = o.reason;
  body.root = built.root;
  body.rows = built.rows;
  const auto live = live_credential(*desk, student->tag);
  if (!live) return fail(c, live.error());
  if (*live) body.supersedes = {**live};
  return deliver(c, *desk, {desk->sign({Type::amend, std::move(body), std::move(built.payload)})}, o.save);
}

}  // namespace stele::cli
