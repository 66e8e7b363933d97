#include "ledger/verdict/provenance.h"

#include <fmt/format.h>

#include <algorithm>

namespace stele::verdict {
namespace {

struct Tree {
  Digest root;
  std::uint32_t rows = 0;
};
std::optional<Tree> tree_of(const record::Record& r) {
  if (const auto* g = std::get_if<record::GradeSheet>(&r.body)) return Tree{g->root, g->rows};
  if (const auto* s = std::get_if<record::SummarySheet>(&r.body)) return Tree{s->root, s->rows};
  if (const auto* a = std::get_if<record::Amend>(&r.body)) return Tree{a->root, a->rows};
  return std::nullopt;
}

Result<record::Disclosure, Rejection> open(const Tree& tree, std::uint64_t leaf, const std::string& text,
                                           const log::MerklePath& path, const std::string& where) {
  auto d = record::decode_disclosure(text);
  if (!d) return reject(d.error().code, where);
  if (!log::verify_inclusion(log::merkle_leaf(d->digest.view()), leaf, 2 * std::uint64_t{tree.rows}, path, tree.root))
    return reject(RejectionCode::payload_digest, where);
  return std::move(d).value();
}

bool same(const record::SummaryResult& a, const record::SummaryResult& b) {
  return std::tie(a.conduct.t1, a.conduct.t2, a.conduct.year, a.learning, a.title, a.promotion, a.absences) ==
         std::tie(b.conduct.t1, b.conduct.t2, b.conduct.year, b.learning, b.title, b.promotion, b.absences);
}

}  // namespace

Result<OpenRows, Rejection> open_rows(const Facts& facts, const std::vector<DocumentRow>& rows) {
  OpenRows out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& r = rows[i];
    const auto where = "rows[" + std::to_string(i) + "]";
    const auto tree = tree_of(facts.records()[r.record].record);
    if (!tree) return reject(RejectionCode::target_wrong_type, where + ".record");
    if (r.row >= tree->rows) return reject(RejectionCode::position_out_of_range, where + ".row");
    STELE_TRY(auto result, open(*tree, 2 * std::uint64_t{r.row}, r.result, r.result_path, where + ".result"));
    OpenRow row{std::move(result), std::nullopt, false};
    if (r.detail) {
      STELE_TRY(row.detail, open(*tree, 2 * std::uint64_t{r.row} + 1, *r.detail, r.detail_path, where + ".detail"));
    }
    out.emplace(std::pair(r.record, r.row), std::move(row));
  }
  return out;
}

Provenance::Provenance(RecordJudge& judge, std::size_t credential, OpenRows& rows)
    : judge_(judge),
      facts_(judge.facts()),
      record_(facts_.records()[credential].record),
      credential_(std::get<record::Credential>(record_.body)),
      rows_(rows) {}

void Provenance::check(const std::vector<record::Disclosure>& claims) {
  for (const auto& d : claims) {
    if (d.name.starts_with("subject.")) {
      if (const auto claim = record::subject_claim(d)) subject(*claim, d.name);
    } else if (d.name == "summary" && record_.type == record::Type::transcript) {
      if (const auto claim = record::summary_claim(d)) summary(*claim);
    } else if (d.name == "class" && credential_.cls) {
      stated(d, *credential_.cls, "lớp", "class");
    } else if (d.name == "year" && record_.type == record::Type::transcript) {
      stated(d, credential_.period, "năm học", "school year");
    }
  }
}

void Provenance::bad(Outcome outcome, std::string code, const Label& l, const std::string& vi, const std::string& en) {
  findings_.push_back(found_bad(outcome, std::move(code), l.where, l.vi + ": " + vi, l.en + ": " + en));
}

/// What stands in clear on the ledger and is said again in a claim must be the same.
void Provenance::stated(const record::Disclosure& d, const std::string& signed_value, std::string_view vi,
                        std::string_view en) {
  if (d.value == json::Value(signed_value)) return;
  bad(Outcome::altered, "claim_mismatch", {d.name, std::string(vi), std::string(en)},
      "khác với điều đã ghi trên sổ cái", "differs from what stands on the ledger");
}

const rules::RuleSet* Provenance::rule_set() {
  if (rule_set_) return *rule_set_ ? &**rule_set_ : nullptr;
  rule_set_.emplace();
  if (!credential_.assessment) return nullptr;
  const auto& records = facts_.records();
  for (std::size_t i = 0; i < records.size() && !*rule_set_; ++i) {
    const auto* p = std::get_if<record::Policy>(&records[i].record.body);
    if (p == nullptr) continue;
    for (const auto& a : p->assessment) {
      // The digest says that these are the bytes, whatever became of the policy that carries them.
      if (a.set != *credential_.assessment) continue;
      auto set = rules::decode_rule_set(a.data);
      if (!set) continue;
      rule_set_->emplace(std::move(set).value());
      policy_ = i;
      break;
    }
  }
  return *rule_set_ ? &**rule_set_ : nullptr;
}

Provenance::Label Provenance::label(const record::SubjectClaim& c, const std::string& term, std::string where) {
  const auto* set = rule_set();
  std::string vi = term, en = term;
  if (term.empty()) {
    vi = "thi lại", en = "re-test";
  } else if (set != nullptr && term == set->term_first) {
    vi = "học kỳ I", en = "first term";
  } else if (set != nullptr && term == set->term_second) {
    vi = "học kỳ II", en = "second term";
  } else if (set != nullptr && term == set->term_year) {
    vi = "cả năm", en = "whole year";
  }
  return {std::move(where), "Điểm " + c.name + " " + vi, "Figure of " + c.name + ", " + en};
}

void Provenance::subject(const record::SubjectClaim& c, const std::string& claim) {
  for (std::size_t i = 0; i < c.terms.size(); ++i) {
    figure(c, c.terms[i], false, label(c, c.terms[i].term, claim + ".terms[" + std::to_string(i) + "]"));
  }
  if (c.retest) figure(c, *c.retest, true, label(c, "", claim + ".retest"));
  const auto* set = rule_set();
  const auto of_year = label(c, set == nullptr ? "" : set->term_year, claim + ".year");
  if (set == nullptr) {
    bad(Outcome::not_authorised, "rule_set_not_shown", of_year, "tệp không kèm quy định đánh giá để tính lại điểm",
        "the file lacks the rules of assessment to compute it again");
    return;
  }
  if (const auto ok = rules::check_subject_claim(*set, c); !ok) {
    bad(Outcome::altered, "year_mismatch", {claim, of_year.vi, of_year.en},
        "không khớp với điểm các học kỳ theo quy định đánh giá",
        "does not follow from the terms by the rules of assessment");
  }
  if (!c.year) return;
  FigureTrace t;
  t.subject_code = c.code;
  t.subject_name = c.name;
  t.term = set->term_year;
  t.figure = *c.year;
  if (policy_) t.policy_record = facts_.records()[*policy_].record.id;
  figures_.push_back(std::move(t));
}

/// The record that holds the row, the sheet behind it, and the row itself, if the file has all of them.
std::optional<Provenance::Source> Provenance::source_of(const RecordId& id, std::uint32_t row, const Label& l) {
  Source out;
  const auto holder = facts_.position(id);
  if (!holder) {
    bad(Outcome::not_on_ledger, "sheet_not_shown", l, "tệp không kèm bảng điểm gốc",
        "the file lacks the sheet it comes from");
    return std::nullopt;
  }
  out.holder = out.sheet = *holder;
  if (const auto* amend = std::get_if<record::Amend>(&facts_.records()[*holder].record.body)) {
    const auto target = facts_.position(amend->target);
    if (!target) {
      bad(Outcome::not_on_ledger, "sheet_not_shown", l, "tệp không kèm bảng điểm mà bản sửa này nói tới",
          "the file lacks the sheet that this amendment is about");
      return std::nullopt;
    }
    out.sheet = *target;
    const auto* org = record::org_of(facts_.records()[*target].record);
    if (row >= amend->positions.size() || org == nullptr || *org != amend->org) {
      bad(Outcome::altered, "sheet_mismatch", l, "bản sửa điểm không có dòng này", "the amendment has no such row");
      return std::nullopt;
    }
  }
  const auto open = rows_.find({out.holder, row});
  if (open == rows_.end()) {
    bad(Outcome::altered, "row_not_shown", l, "tệp không kèm dòng điểm đã ký", "the file lacks the signed row");
    return std::nullopt;
  }
  open->second.named = true;
  out.row = &open->second;
  return out;
}

/// The sheet's own signature, authority, inclusion, finality and status.
bool Provenance::sheet_good(std::size_t record, const Label& l) {
  const auto& j = judge_.judge(record);
  bool good = true;
  for (const auto* f : j.findings()) {
    if (f->answer == Answer::ok) continue;
    good = false;
    bad(f->outcome, "sheet_" + f->code, l, "bảng điểm (" + RecordJudge::place_of(record) + ") " + f->vi,
        "the sheet (" + RecordJudge::place_of(record) + "): " + f->en);
  }
  return good;
}

template <class Sheet>
bool Provenance::agrees(const Sheet& s, const Label& l) {
  if (s.org == credential_.org && s.kind == credential_.kind && credential_.cls == s.cls &&
      s.year == credential_.period && credential_.assessment == s.assessment)
    return true;
  bad(Outcome::altered, "sheet_mismatch", l, "bảng điểm gốc thuộc trường, lớp, năm học hoặc quy định đánh giá khác",
      "the sheet is of another school, class, year or rules of assessment");
  return false;
}

void Provenance::figure(const record::SubjectClaim& c, const record::TermFigure& f, bool retest, const Label& l) {
  const auto source = source_of(f.sheet, f.row, l);
  if (!source) return;
  (void)sheet_good(source->sheet, l);
  if (source->holder != source->sheet) (void)sheet_good(source->holder, l);
  const auto* sheet = std::get_if<record::GradeSheet>(&facts_.records()[source->sheet].record.body);
  const auto* set = rule_set();
  const auto term = retest && set != nullptr ? set->term_year : f.term;
  if (sheet == nullptr || sheet->subject != c.code || sheet->term != term) {
    bad(Outcome::altered, "sheet_mismatch", l, "bảng điểm gốc là của môn hoặc học kỳ khác",
        "the sheet is of another subject or term");
    return;
  }
  if (!agrees(*sheet, l)) return;
  const auto result = record::grade_result(source->row->result);
  if (!result) {
    bad(Outcome::altered, "row_bad", l, "dòng điểm đã ký không đúng dạng", "the signed row is not of the right form");
    return;
  }
  if (result->tag != credential_.tag) {
    bad(Outcome::altered, "row_of_another", l, "dòng điểm được dẫn là của học sinh khác",
        "the row is another student's");
    return;
  }
  if (result->figure != f.figure) {
    bad(Outcome::altered, "figure_mismatch", l,
        fmt::format("trong tệp là {}, không khớp với dòng đã ký là {}", figure_text(f.figure, Lang::vi),
                    figure_text(result->figure, Lang::vi)),
        fmt::format("the file says {}, but the signed row says {}", figure_text(f.figure, Lang::en),
                    figure_text(result->figure, Lang::en)));
    return;
  }
  auto t = trace(c, f, *source);
  t.term = sheet->term;
  average(c, *result, *source->row, sheet->term, l, t);
  figures_.push_back(std::move(t));
}

void Provenance::average(const record::SubjectClaim& c, const record::GradeResult& result, const OpenRow& row,
                         const std::string& term, const Label& l, FigureTrace& t) {
  if (!row.detail) return;
  const auto detail = record::grade_detail(*row.detail);
  const auto* set = rule_set();
  const auto* subject = set == nullptr ? nullptr : set->subject(c.code);
  if (!detail || (subject != nullptr && !rules::check_grade_row(*set, *subject, result, *detail, term))) {
    bad(Outcome::altered, "average_mismatch", l, "không khớp với các điểm thành phần đã ký",
        "does not follow from the signed marks");
    return;
  }
  t.detail = *detail;
}

FigureTrace Provenance::trace(const record::SubjectClaim& c, const record::TermFigure& f, const Source& s) {
  const auto& holder = facts_.records()[s.holder];
  const auto& j = judge_.judge(s.holder);
  FigureTrace t;
  t.subject_code = c.code;
  t.subject_name = c.name;
  t.figure = f.figure;
  t.sheet = f.sheet;
  t.row = f.row;
  if (s.holder != s.sheet) t.amended_sheet = facts_.records()[s.sheet].record.id;
  t.signer_kid = holder.record.kid;
  t.signer_person = j.right.person;
  t.signer_org = j.right.org;
  t.role = j.right.role;
  t.index = holder.index;
  if (const auto* name = judge_.name_of(j.right.key)) t.signer_name = name->name, t.signer_title = name->title;
  if (j.right.key) t.key_record = facts_.records()[*j.right.key].record.id;
  if (j.place &&
      facts_.headers()[j.place->block].final) {  // of any other header not even the numbers are to be trusted
    const auto& block = facts_.headers()[j.place->block].checkpoint;
    t.height = block.height;
    t.time = block.time;
    if (const auto policy = judge_.as_of(j.place->parent).policy())
      t.policy_record = facts_.records()[*policy].record.id;
  }
  return t;
}

void Provenance::summary(const record::SummaryClaim& c) {
  const Label l{"summary", "Kết quả rèn luyện, học tập cả năm", "Summary of the year"};
  const auto source = source_of(c.sheet, c.row, l);
  if (!source) return;
  (void)sheet_good(source->sheet, l);
  if (source->holder != source->sheet) (void)sheet_good(source->holder, l);
  const auto* sheet = std::get_if<record::SummarySheet>(&facts_.records()[source->sheet].record.body);
  if (sheet == nullptr) {
    bad(Outcome::altered, "sheet_mismatch", l, "bản ghi được dẫn không phải bảng tổng kết",
        "the record named is no summary sheet");
    return;
  }
  if (!agrees(*sheet, l)) return;
  const auto result = record::summary_result(source->row->result);
  if (!result || (source->row->detail && !record::summary_comment(*source->row->detail))) {
    bad(Outcome::altered, "row_bad", l, "dòng đã ký không đúng dạng", "the signed row is not of the right form");
  } else if (result->tag != credential_.tag) {
    bad(Outcome::altered, "row_of_another", l, "dòng được dẫn là của học sinh khác", "the row is another student's");
  } else if (!same(c.summary, *result)) {
    bad(Outcome::altered, "figure_mismatch", l, "trong tệp không khớp với dòng đã ký",
        "the file differs from the signed row");
  }
}

}  // namespace stele::verdict
