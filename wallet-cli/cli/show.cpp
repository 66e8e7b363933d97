// What a document says, and where a figure comes from.
#include <algorithm>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/paper/content.h"
#include "ledger/record/decode.h"
#include "ledger/rules/assessment.h"
#include "wallet-cli/cli/access.h"
#include "wallet-cli/cli/display.h"
#include "wallet-cli/cli/holder.h"
#include "wallet-cli/cli/labels.h"

#include "wallet-cli/tables/fold.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Disclosure;
using verdict::FigureTrace;
using verdict::Outcome;

// ---- reading ----

struct Judged {
  OpenDocument document;
  std::optional<Value> form;                ///< the verdict with the print compared, as `verify` gives it
  std::optional<verdict::Verdict> verdict;  ///< none without a genesis file
  std::vector<Disclosure> claims;           ///< of the subject
  std::optional<record::Type> type;
};

std::vector<Disclosure> claims_of(const verdict::DocumentFile& file) {
  std::vector<Disclosure> out;
  for (const auto& d : file.disclosures) {
    if (d.record != file.subject) continue;
    if (auto open = record::decode_disclosure(d.disclosure)) out.push_back(std::move(*open));
  }
  return out;
}

Result<Judged> judge(const Context& c, const fs::path& path, bool genesis_needed, const std::string& now) {
  STELE_TRY(auto document, read_document(path));
  Judged out{std::move(document), std::nullopt, std::nullopt, {}, std::nullopt};
  if (genesis_needed || !c.genesis_file.empty()) {
    STELE_TRY(const auto genesis, read_genesis(c));
    verdict::Options options;
    STELE_TRY(options.now, clock_of(now));
    out.verdict = verdict::judge_document(genesis, out.document.text, options);
    STELE_TRY(out.form, judge_with_print(genesis, path, options));
    out.claims = out.verdict->claims;  // none if any of them is doubtful
    out.type = out.verdict->type;
    return out;
  }
  out.claims = claims_of(out.document.file);
  const auto& file = out.document.file;
  if (const auto r = record::decode(file.evidence.records[file.subject].jws)) out.type = r->type;
  return out;
}

const Disclosure* find_claim(const std::vector<Disclosure>& claims, std::string_view name) {
  const auto it = std::find_if(claims.begin(), claims.end(), [&](const auto& d) { return d.name == name; });
  return it == claims.end() ? nullptr : &*it;
}

/// The file's records, once their proofs hold.
class Bag {
 public:
  explicit Bag(const verdict::DocumentFile& file) : file_(file) {
    for (const auto& e : file.evidence.records) {
      auto r = record::decode(e.jws);
      if (r) records_.push_back({std::move(*r), e.index});
    }
  }
  [[nodiscard]] const record::Record* find(const RecordId& id) const {
    for (const auto& e : records_) {
      if (e.record.id == id) return &e.record;
    }
    return nullptr;
  }
  /// The organisation's record that stood last before this one.
  [[nodiscard]] const record::Org* org(const std::string& id, RecordIndex before) const {
    const record::Org* out = nullptr;
    RecordIndex at;
    for (const auto& e : records_) {
      const auto* o = std::get_if<record::Org>(&e.record.body);
      if (o == nullptr || o->org != id || before < e.index || (out != nullptr && e.index < at)) continue;
      out = o, at = e.index;
    }
    return out;
  }
  [[nodiscard]] std::optional<rules::RuleSet> rule_set() const { return paper::rule_set_of(file_); }

 private:
  struct Entry {
    record::Record record;
    RecordIndex index;
  };
  const verdict::DocumentFile& file_;
  std::vector<Entry> records_;
};

/// A new policy may define codes of its own: nothing of theirs may move the cursor.
std::string term_label(const std::optional<rules::RuleSet>& set, const std::string& term, Lang lang) {
  return printable(paper::term_label(set, term, lang));
}

// ---- content ----

std::string claim_label(const Context& c, const Disclosure& d) {
  return printable(paper::claim_value(d, c.lang));
}

std::string identity(const Context& c, const std::vector<Disclosure>& claims) {
  constexpr std::string_view order[] = {
      "name",   "birth_date", "birth_place", "gender", "ethnicity", "student_id",      "personal_id",
      "school", "class",      "year",        "title",  "grade",     "graduation_year", "ranking",
      "mode",   "serial",     "register_no", "reason", "basis",     "signer",          "issued"};
  Box box({"", ""});
  for (const auto name : order) {
    if (const auto* d = find_claim(claims, name)) box.row({label(Words::claim, name, c.lang), claim_label(c, *d)});
  }
  return box.empty() ? std::string() : box.text(output_width());
}

std::string marks(const Context& c, const std::vector<Disclosure>& claims, const std::optional<rules::RuleSet>& set) {
  const auto subjects = paper::subjects_of(claims, set);
  if (subjects.empty()) return {};
  std::vector<std::string> terms;
  bool retests = false, years = false;
  for (const auto& s : subjects) {
    for (const auto& t : s.terms) {
      if (std::find(terms.begin(), terms.end(), t.term) == terms.end()) terms.push_back(t.term);
    }
    retests = retests || s.retest;
    years = years || s.year;
  }
  std::sort(terms.begin(), terms.end());
  std::vector<std::string> heading{std::string(pick(c, "Môn", "Subject"))};
  for (const auto& t : terms) heading.push_back(term_label(set, t, c.lang));
  if (retests) heading.emplace_back(pick(c, "Thi lại", "Re-test"));
  if (years) heading.emplace_back(pick(c, "Cả năm", "Year"));
  Box box(heading);
  for (const auto& s : subjects) {
    std::vector<std::string> row{printable(s.name)};
    for (const auto& t : terms) {
      const auto it = std::find_if(s.terms.begin(), s.terms.end(), [&](const auto& f) { return f.term == t; });
      row.push_back(it == s.terms.end() ? std::string() : figure_label(it->figure, c.lang));
    }
    if (retests) row.push_back(s.retest ? figure_label(s.retest->figure, c.lang) : std::string());
    if (years) row.push_back(s.year ? figure_label(*s.year, c.lang) : std::string());
    box.row(std::move(row));
  }
  return box.text(output_width());
}

std::string summary(const Context& c, const std::vector<Disclosure>& claims) {
  const auto* d = find_claim(claims, "summary");
  const auto s =
      d == nullptr ? Result<record::SummaryClaim, Rejection>(Unexpected(Rejection{})) : record::summary_claim(*d);
  if (!s) return {};
  Box box({"", ""});
  const auto row = [&](std::string_view vi, std::string_view en, Words words, const std::optional<std::string>& code) {
    if (code) box.row({std::string(pick(c, vi, en)), label(words, printable(*code), c.lang)});
  };
  const auto& m = s->summary;
  row("Rèn luyện học kỳ I", "Conduct, first term", Words::level, m.conduct.t1);
  row("Rèn luyện học kỳ II", "Conduct, second term", Words::level, m.conduct.t2);
  row("Rèn luyện cả năm", "Conduct of the year", Words::level, m.conduct.year);
  row("Học tập", "Learning", Words::level, m.learning);
  row("Danh hiệu", "Title", Words::title, m.title);
  row("Kết quả", "Outcome", Words::promotion, m.promotion);
  if (m.absences) box.row({std::string(pick(c, "Số buổi nghỉ", "Absences")), std::to_string(*m.absences)});
  return box.empty() ? std::string() : box.text(output_width());
}

/// Who really signed, by the proofs of the file.
std::string signers(const Context& c, const verdict::Verdict& v) {
  const auto who = [&](const std::string& name, const std::string& title) {
    if (name.empty()) return std::string(pick(c, "(tên không được trình)", "(name not shown)"));
    return printable(name) + ", " + printable(title);
  };
  Box box({"", ""});
  box.row({std::string(pick(c, "Ký", "Signed")),
           who(v.signer_name, v.signer_title) + (v.org_name.empty() ? "" : " — " + printable(v.org_name))});
  for (const auto& s : v.second_signatures) {
    box.row({capitalised(label(Words::type, record::type_name(s.by), c.lang)),
             who(s.name, s.title) + " — " + label(Words::role, printable(s.role), c.lang) + ", " + printable(s.org)});
  }
  if (v.height && v.issued) {
    box.row({std::string(pick(c, "Trên sổ cái", "On the ledger")),
             std::string(pick(c, "khối ", "block ")) + std::to_string(v.height->value) + ", " + time_label(*v.issued)});
  }
  if (v.status && v.status_time) {
    constexpr std::string_view names[] = {"valid", "superseded", "suspended", "revoked"};
    box.row({std::string(pick(c, "Tình trạng", "Status")), label(Words::status, names[std::size_t(*v.status)], c.lang) +
                                                               std::string(pick(c, ", tính đến ", ", as of ")) +
                                                               time_label(*v.status_time)});
  }
  return box.text(output_width());
}

std::string title_of(const Context& c, const Judged& j) {
  if (!j.type) return {};
  return "\n" + capitalised(label(Words::type, record::type_name(*j.type), c.lang)) + "\n";
}

Value claims_json(const std::vector<Disclosure>& claims) {
  auto out = Value::object();
  for (const auto& d : claims) {
    if (out.find(d.name) == nullptr) out.set(d.name, d.value);
  }
  return out;
}

}  // namespace

Exit show(const Context& c, const fs::path& path, const std::string& now) {
  const auto j = judge(c, path, false, now);
  if (!j) return fail(c, j.error());
  if (!j->verdict) {
    print(c, std::string(pick(c,
                              "! CHƯA KIỂM TRA: không có tệp genesis (--genesis) nên chưa biết nội dung này có thật "
                              "không.\n",
                              "! NOT CHECKED: without a genesis file (--genesis) nobody knows whether this is "
                              "genuine.\n")));
  } else if (exit_of_verdict(*j->form) != Exit::ok) {
    print_verdict(c, path.string(), *j->form);
    const auto& parts = items_of(*j->form, "parts");
    if (std::any_of(parts.begin(), parts.end(), [](const auto& p) { return text_of(p, "part") == "print"; })) {
      say(c, "Dưới đây là văn bản đã ký, không phải những gì in trên giấy.",
          "Below stands the document that was signed, not what is printed on paper.");
    }
  } else {
    print(c, headline(c, *j->form) + "\n");
  }
  if (!j->claims.empty()) {
    print(c, title_of(c, *j) + identity(c, j->claims) + marks(c, j->claims, Bag(j->document.file).rule_set()) +
                 summary(c, j->claims));
    if (j->verdict) print(c, signers(c, *j->verdict));
    if (j->verdict && !j->verdict->complete)
      say(c, "Đây là bản trích: còn mục không được trình.", "This is an extract: not everything is shown.");
  }
  auto out = Value::object({{"checked", j->verdict.has_value()}, {"claims", claims_json(j->claims)}});
  if (j->form) out.set("verdict", *j->form);
  emit(c, out);
  return j->form ? exit_of_verdict(*j->form) : Exit::ok;
}

// ---- why ----

namespace {

std::string weighted(std::uint32_t weight, record::Mark m) {
  return (weight == 1 ? std::string() : std::to_string(weight) + "·") + record::mark_text(m);
}

/// "(8.0+7.5+2·8.0+3·9.0)/7 = 8.4"; empty if nothing is computed.
std::string term_formula(const rules::RuleSet& set, const record::GradeDetail& d) {
  const auto average = rules::term_average(set, d);
  if (!average) return {};
  std::string sum;
  std::uint32_t weights = 0;
  const auto add = [&](std::uint32_t weight, const record::MarkOrMissing& m) {
    const auto* mark = std::get_if<record::Mark>(&m);
    if (mark == nullptr) return;
    sum += (sum.empty() ? "" : "+") + weighted(weight, *mark);
    weights += weight;
  };
  for (const auto& m : d.regular) add(set.weight_regular, m);
  if (d.mid) add(set.weight_mid, *d.mid);
  if (d.final) add(set.weight_final, *d.final);
  return "(" + sum + ")/" + std::to_string(weights) + " = " + record::mark_text(*average);
}

/// "(8.4+2·8.6)/3 = 8.5"
std::string year_formula(const rules::RuleSet& set, const std::vector<const FigureTrace*>& figures) {
  const auto mark_of = [&](const std::string& term) -> std::optional<record::Mark> {
    for (const auto* f : figures) {
      const auto* m = std::get_if<record::Mark>(&f->figure);
      if (m != nullptr && f->sheet && f->term == term) return *m;
    }
    return std::nullopt;
  };
  const auto first = mark_of(set.term_first), second = mark_of(set.term_second);
  const auto average = first && second ? rules::year_average(set, *first, *second) : std::nullopt;
  if (!average) return {};
  return "(" + weighted(set.weight_first, *first) + "+" + weighted(set.weight_second, *second) + ")/" +
         std::to_string(set.weight_first + set.weight_second) + " = " + record::mark_text(*average);
}

std::string cell(const Context& c, const record::MarkOrMissing& m) {
  if (const auto* mark = std::get_if<record::Mark>(&m)) return record::mark_text(*mark);
  return figure_label(record::Figure(std::get<record::Missing>(m)), c.lang);
}

class Why {
 public:
  Why(const Context& c, const Bag& bag, std::vector<const FigureTrace*> figures)
      : c_(c), bag_(bag), figures_(std::move(figures)), set_(bag.rule_set()) {}

  [[nodiscard]] std::string formula(const FigureTrace& f) const {
    if (!set_) return {};
    if (f.sheet) return f.detail ? term_formula(*set_, *f.detail) : std::string();
    return retested() ? std::string() : year_formula(*set_, figures_);
  }

  [[nodiscard]] std::string text(const FigureTrace& f) const {
    std::string name = term_label(set_, f.term, c_.lang);
    if (f.sheet && set_ && f.term == set_->term_year) name = pick(c_, "Kiểm tra lại", "Re-test");
    Box box({name, figure_label(f.figure, c_.lang)});
    if (f.detail) marks(box, *f.detail);
    if (const auto sum = formula(f); !sum.empty()) row(box, "Cách tính", "Computed", sum);
    if (!f.sheet) {
      if (formula(f).empty()) row(box, "Cách tính", "Computed", std::string(without_formula(f)));
      policy(box, f);
      return box.text(output_width());
    }
    row(box, "Bảng điểm", "Sheet", base64url(f.sheet->view()));
    row(box, "Dòng", "Row", std::to_string(f.row));
    if (f.amended_sheet) amended(box, f);
    signer(box, f);
    policy(box, f);
    row(box, "Sổ cái", "Ledger", place(f));
    return box.text(output_width());
  }

 private:
  [[nodiscard]] bool retested() const {
    return std::any_of(figures_.begin(), figures_.end(),
                       [&](const auto* f) { return f->sheet && set_ && f->term == set_->term_year; });
  }
  [[nodiscard]] std::string_view without_formula(const FigureTrace& f) const {
    if (retested()) return pick(c_, "bằng kết quả kiểm tra lại", "the figure of the re-test");
    if (std::holds_alternative<record::LevelCode>(f.figure) || std::holds_alternative<record::LevelAndMark>(f.figure))
      return pick(c_, "mức đánh giá của cả năm, không có công thức", "the level of the year; it has no formula");
    return pick(c_, "chưa đủ điểm để tính", "there are not enough marks to compute it");
  }
  [[nodiscard]] std::string place(const FigureTrace& f) const {
    if (f.height.value == 0) return std::string(pick(c_, "không chứng minh được", "not proven"));
    return std::string(pick(c_, "khối ", "block ")) + std::to_string(f.height.value) + ", " + time_label(f.time) +
           std::string(pick(c_, ", bản ghi số ", ", record no. ")) + std::to_string(f.index.value) +
           std::string(pick(c_, ", chung cuộc", ", final"));
  }

  void row(Box& box, std::string_view vi, std::string_view en, std::string value) const {
    box.row({std::string(pick(c_, vi, en)), std::move(value)});
  }

  void marks(Box& box, const record::GradeDetail& d) const {
    std::string regular;
    for (const auto& m : d.regular) regular += (regular.empty() ? "" : "  ") + cell(c_, m);
    if (!regular.empty()) row(box, "Thường xuyên", "Regular", regular);
    if (d.mid) row(box, "Giữa kỳ", "Mid-term", cell(c_, *d.mid));
    if (d.final) row(box, "Cuối kỳ", "Final", cell(c_, *d.final));
    if (!d.comment.empty()) row(box, "Nhận xét", "Comment", printable(d.comment));
  }

  void amended(Box& box, const FigureTrace& f) const {
    const auto* r = bag_.find(*f.sheet);
    const auto* a = r == nullptr ? nullptr : std::get_if<record::Amend>(&r->body);
    std::string text(pick(c_, "bảng gốc ", "original "));
    text += base64url(f.amended_sheet->view());
    if (a != nullptr)
      text += std::string(pick(c_, "; lý do: ", "; reason: ")) + label(Words::reason, a->reason, c_.lang);
    row(box, "Đã được sửa", "Amended", text);
  }

  void signer(Box& box, const FigureTrace& f) const {
    std::string who = f.signer_name.empty() ? std::string(pick(c_, "(tên không được trình)", "(name not shown)"))
                                            : printable(f.signer_name) + ", " + printable(f.signer_title);
    row(box, "Người ký", "Signed by", who);
    row(box, "Mã người ký", "Person", printable(f.signer_person));
    row(box, "Khóa", "Key", base64url(f.signer_kid.view()));
    const auto role = label(Words::role, printable(f.role), c_.lang);
    row(box, "Vai trò", "Role", role == f.role ? role : role + " (" + f.role + ")");
    std::string chain;
    constexpr int depth_max = 16;
    const record::Org* org = bag_.org(f.signer_org, f.index);
    for (int depth = 0; org != nullptr && depth < depth_max; ++depth) {
      chain += (chain.empty() ? "" : " → ") + printable(org->name);
      org = org->parent ? bag_.org(*org->parent, f.index) : nullptr;
    }
    row(box, "Đơn vị", "Organisation", chain.empty() ? printable(f.signer_org) : chain);
  }

  void policy(Box& box, const FigureTrace& f) const {
    if (!f.policy_record) return;
    const auto* r = bag_.find(*f.policy_record);
    const auto* p = r == nullptr ? nullptr : std::get_if<record::Policy>(&r->body);
    row(box, "Quy định", "Policy",
        (p == nullptr ? std::string() : std::string(pick(c_, "số ", "no. ")) + std::to_string(p->number) + ", ") +
            base64url(f.policy_record->view()));
  }

  const Context& c_;
  const Bag& bag_;
  std::vector<const FigureTrace*> figures_;
  std::optional<rules::RuleSet> set_;
};

std::vector<const FigureTrace*> figures_of(const verdict::Verdict& v, const std::string& subject) {
  std::vector<const FigureTrace*> out;
  const auto folded = tables::fold(subject);
  for (const auto& f : v.figures) {
    if (f.subject_code == subject || tables::fold(f.subject_name) == folded) out.push_back(&f);
  }
  return out;
}

Error no_such_subject(const verdict::Verdict& v, const std::string& subject) {
  std::vector<std::string> names;
  for (const auto& f : v.figures) {
    const auto name = printable(f.subject_code);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string list;
  for (const auto& n : names) list += (list.empty() ? "" : ", ") + n;
  return make_error("usage_subject",
                    "Tệp không trình điểm môn \"" + subject + "\"." + (list.empty() ? "" : " Có: " + list + "."),
                    "The file shows no mark in \"" + subject + "\"." + (list.empty() ? "" : " It has: " + list + "."));
}

Value why_json(const verdict::Verdict& v, const Why& why, const std::vector<const FigureTrace*>& figures) {
  const auto all = verdict::to_json(v);
  auto list = Value::array();
  for (const auto* f : figures) {
    auto item = all.find("figures")->items()[static_cast<std::size_t>(f - v.figures.data())];
    if (const auto formula = why.formula(*f); !formula.empty()) item.set("formula", formula);
    list.push(std::move(item));
  }
  return Value::object({{"outcome", verdict::outcome_name(v.outcome)}, {"figures", std::move(list)}});
}

}  // namespace

Exit show_why(const Context& c, const fs::path& path, const std::string& subject) {
  const auto j = judge(c, path, true, "none");
  if (!j) return fail(c, j.error());
  const auto& v = *j->verdict;
  const auto exit = exit_of_outcome(verdict::outcome_name(v.outcome));
  if (exit == Exit::ok) say(c, "✓ Hợp lệ", "✓ Valid");
  if (exit != Exit::ok) print_verdict(c, path.string(), verdict::to_json(v));
  const auto figures = figures_of(v, subject);
  if (figures.empty()) {
    if (exit != Exit::ok && v.figures.empty()) {
      emit(c, Value::object({{"outcome", verdict::outcome_name(v.outcome)}, {"figures", Value::array()}}));
      return exit;
    }
    return fail(c, no_such_subject(v, subject));
  }
  const Bag bag(j->document.file);
  const Why why(c, bag, figures);
  print(c, printable(figures.front()->subject_name) + " (" + printable(figures.front()->subject_code) + ")\n");
  for (const auto* f : figures) print(c, why.text(*f));
  emit(c, why_json(v, why, figures));
  return exit;
}

}  // namespace stele::cli
