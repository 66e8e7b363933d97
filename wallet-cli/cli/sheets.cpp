// Teachers' files on the command line: read, shown, signed, sent. And corrections of what was signed.
#include <algorithm>
#include <iostream>
#include <sstream>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/rules/assessment.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/display.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/sheet_work.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using record::Type;

constexpr std::size_t rows_shown_max = 60;  // a class has about 45
constexpr std::size_t columns_shown = 96;

std::string_view pick(const Context& c, const Both& text) {
  return c.lang == Lang::vi ? text.vi : text.en;
}

/// The marks themselves: nobody should sign a file by its name.
void add_table(const Context& c, const SheetView& view, std::vector<std::string>& out) {
  const auto cells = [&](const std::vector<Both>& row) {
    std::vector<std::string> texts;
    texts.reserve(row.size());
    for (const auto& cell : row) texts.push_back(printable(pick(c, cell)));
    return texts;
  };
  Box box(cells(view.columns));
  for (std::size_t i = 0; i < view.rows.size() && i < rows_shown_max; ++i) box.row(cells(view.rows[i]));
  std::istringstream lines(box.text(columns_shown));
  for (std::string line; std::getline(lines, line);) out.push_back(line);
  if (view.rows.size() > rows_shown_max) {
    const auto more = std::to_string(view.rows.size() - rows_shown_max);
    out.push_back(c.lang == Lang::vi ? "… và " + more + " học sinh nữa" : "… and " + more + " more students");
  }
}

void add_counts(const Context& c, const SheetView& view, std::vector<std::string>& out) {
  std::string special;
  const auto count = [&](std::string_view vi, std::string_view en, std::size_t n) {
    if (n > 0) special += (special.empty() ? "" : ", ") + std::string(pick(c, vi, en)) + " " + std::to_string(n);
  };
  count("miễn", "exempt", view.exempt);
  count("vắng", "absent", view.absent);
  count("chưa có", "not yet", view.not_yet);
  if (!special.empty())
    out.push_back(std::string(pick(c, "Mục không có điểm: ", "Entries without a mark: ")) + special);
}

std::vector<std::string> about(const Context& c, const SheetFile& o, std::string_view vi, std::string_view en,
                               const SheetReport& report, const signer::SubjectNames& names) {
  std::vector<std::string> out{std::string(pick(c, vi, en))};
  out.push_back(std::string(pick(c, "Tệp: ", "File: ")) + o.file.string());
  for (const auto& title : report.titles)
    out.push_back(std::string(pick(c, "Tiêu đề trong tệp: ", "Title in the file: ")) + printable(title));
  if (!o.subject.empty()) {
    const auto name = names.find(o.subject);
    out.push_back(std::string(pick(c, "Môn: ", "Subject: ")) +
                  (name == names.end() ? o.subject : name->second + " (" + o.subject + ")"));
  }
  out.push_back(std::string(pick(c, "Lớp: ", "Class: ")) + o.cls +
                (o.term.empty() ? "" : ", " + label(Words::term, o.term, c.lang)) +
                std::string(pick(c, ", năm học ", ", school year ")) + o.year);
  out.push_back(std::string(pick(c, "Số học sinh: ", "Students: ")) + std::to_string(report.students));
  if (!c.yes) add_table(c, report.view, out);  // whoever asked not to be asked reads none
  add_counts(c, report.view, out);
  return out;
}

/// Those that were not `said` before.
void show_notes(const Context& c, const std::vector<Error>& notes, const std::vector<Error>& said = {}) {
  if (c.json) return;
  for (const auto& n : notes) {
    const bool before =
        std::any_of(said.begin(), said.end(), [&](const Error& e) { return to_text(e, c.lang) == to_text(n, c.lang); });
    if (!before) std::cerr << pick(c, "Lưu ý: ", "Note: ") << to_text(n, c.lang) << '\n';
  }
}

Exit sign_sheet(const Context& c, SheetUse use, const SheetFile& o, std::string_view vi, std::string_view en) {
  const auto t = tables::read_file(o.file);
  if (!t) return fail(c, t.error());
  const auto genesis = read_genesis(c);
  if (!genesis) return fail(c, genesis.error());
  auto node = NodeClient::connect(c, *genesis);
  const auto sets = node ? rule_sets(*node) : Unexpected(node.error());
  const auto first = read_sheet(use, *t, o, sets ? std::span(*sets) : std::span<const rules::RuleSet>());
  show_notes(c, first.notes);
  if (!first.ok()) return fail(c, first.errors);
  if (!sets) return fail(c, sets.error());
  signer::SubjectNames names;
  for (const auto& set : *sets)
    for (const auto& s : set.subjects) names.emplace(s.code, s.name);
  auto desk = Desk::open(c, about(c, o, vi, en, first, names));
  if (!desk) return fail(c, desk.error());
  const auto sheet = prepare_sheet(use, *desk, *t, o);
  if (!sheet) return fail(c, sheet.error());
  show_notes(c, sheet->report.notes, first.notes);
  if (!sheet->report.ok()) return fail(c, sheet->report.errors);
  return deliver(c, *desk, {desk->sign(*sheet->draft)}, o.save);
}

}  // namespace

Exit enrol_students(const Context& c, const SheetFile& o) {
  return sign_sheet(c, SheetUse::class_list, o, "Bạn sắp ký: danh sách lớp", "You are about to sign: a class list");
}

Exit sign_grades(const Context& c, const SheetFile& o) {
  return sign_sheet(c, SheetUse::grades, o, "Bạn sắp ký: bảng điểm môn học", "You are about to sign: a grade sheet");
}

Exit sign_summary(const Context& c, const SheetFile& o) {
  return sign_sheet(c, SheetUse::summary, o, "Bạn sắp ký: bảng tổng kết của lớp",
                    "You are about to sign: the summary sheet of the class");
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
