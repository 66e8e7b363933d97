#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/verdict/judge_decoded.h"
#include "ledger/verdict/provenance.h"

namespace stele::verdict {
namespace {

constexpr std::size_t part_count = 8;
constexpr std::size_t findings_told_max = 3;  ///< of one part; the rest is counted

/// Collects findings part by part, then makes the verdict of them.
class Court {
 public:
  Court(const record::Genesis& genesis, const Options& options) : genesis_(genesis), options_(options) {}

  Verdict document(const Result<DocumentFile, Rejection>& file) {
    if (!file) return refused(file.error());
    if (!same_network(file->net)) return finish();
    const auto facts = verified(file->evidence);
    if (!facts) return finish();
    auto names = persons(*facts, file->persons);
    RecordJudge judge(genesis_, *facts, std::move(names));
    subject(judge, file->subject);
    disclosed(judge, *file);
    return finish();
  }

  Verdict receipt(const Result<Receipt, Rejection>& file) {
    if (!file) return refused(file.error());
    if (!same_network(file->net)) return finish();
    const auto facts = verified(file->evidence);
    if (!facts) return finish();
    RecordJudge judge(genesis_, *facts, {});
    subject(judge, file->subject);
    for (const auto part : {Part::disclosures, Part::provenance}) {
      add(part, not_judged(Outcome::valid, "receipt", "", "biên nhận không mang nội dung cá nhân để kiểm tra",
                           "a receipt carries no personal content to check"));
    }
    return finish();
  }

 private:
  void add(Part part, Finding f) { findings_[std::size_t(part)].push_back(std::move(f)); }
  [[nodiscard]] bool clean(Part part) const {
    const auto& list = findings_[std::size_t(part)];
    return std::all_of(list.begin(), list.end(), [](const Finding& f) { return f.outcome == Outcome::valid; });
  }

  // ---- file ----

  Verdict refused(const Rejection& why) {
    switch (why.code) {
      case RejectionCode::unknown_type:
        add(Part::file,
            found_bad(Outcome::unreadable, "not_such_a_file", why.where, "đây không phải tệp văn bản của hệ thống này",
                      "this is not a document file of this system"));
        break;
      case RejectionCode::wrong_version:
        add(Part::file, found_bad(Outcome::unreadable, "unknown_version", why.where,
                                  "tệp thuộc phiên bản định dạng khác; hãy cập nhật chương trình",
                                  "the file is of another version of the format; update the program"));
        break;
      case RejectionCode::too_large:
        if (why.where == "file") {
          add(Part::file, found_bad(Outcome::unreadable, "too_large", why.where, "tệp lớn hơn 4 MiB",
                                    "the file is larger than 4 MiB"));
          break;
        }
        [[fallthrough]];
      default:
        damaged(why);
    }
    return finish();
  }

  void damaged(const Rejection& why) {
    add(Part::file, found_bad(Outcome::altered, std::string(code_name(why.code)), why.where,
                              fmt::format("tệp đã bị sửa hoặc hỏng tại {}", why.where),
                              fmt::format("the file was altered or damaged at {}", why.where)));
  }

  bool same_network(const std::string& net) {
    if (net == genesis_.net) return true;
    add(Part::file,
        found_bad(Outcome::other_network, "other_network", "net",
                  fmt::format("tệp thuộc mạng {}, còn chương trình này kiểm tra mạng {}", net, genesis_.net),
                  fmt::format("the file is of the network {}, but this program checks {}", net, genesis_.net)));
    return false;
  }

  std::optional<Facts> verified(const Evidence& evidence) {
    auto facts = Facts::verify(genesis_, evidence);
    if (!facts) {
      if (facts.error().code == RejectionCode::rules_unknown) {
        add(Part::file, found_bad(Outcome::unreadable, "unknown_rules", facts.error().where,
                                  "tệp theo bộ quy tắc mới hơn; hãy cập nhật chương trình",
                                  "the file follows newer rules; update the program"));
      } else {
        damaged(facts.error());
      }
      return std::nullopt;
    }
    v_.restarts = facts->restarts();
    if (!fits_pinned(*facts)) return std::nullopt;
    std::string vi = "đúng dạng, mọi bằng chứng kèm theo đều đúng";
    std::string en = "of the right form, and every proof in it holds";
    for (const auto& r : v_.restarts) {
      vi += fmt::format("; mạng đã được các khóa gốc khôi phục từ khối {} (lý do: {}, công bố {})", r.height.value,
                        r.reason, date_vi(r.published));
      en += fmt::format("; the network was restarted by its root keys at block {} (reason: {}, published {})",
                        r.height.value, r.reason, date_en(r.published));
    }
    add(Part::file, found_ok("file_ok", std::move(vi), std::move(en)));
    return std::move(facts).value();
  }

  /// Only what is proven final can contradict: a certified block may be given up for another one.
  bool fits_pinned(const Facts& facts) {
    if (!options_.pinned_checkpoint) return true;
    auto pinned = log::parse_checkpoint(*options_.pinned_checkpoint);
    if (!pinned || pinned->net != genesis_.net) return conflicts("checkpoint");
    pinned_ = std::move(*pinned);
    const auto hash = log::hash_of(*options_.pinned_checkpoint);
    for (std::size_t i = 0; i < facts.headers().size(); ++i) {
      const auto& h = facts.headers()[i];
      if (h.final && !goes_with(h, *pinned_, hash)) return conflicts(fmt::format("evidence.headers[{}]", i));
    }
    // Keys of a set that was replaced must not sign what is newer than the checkpoint.
    const auto top = facts.status_checkpoint();
    if (!top || facts.headers()[*top].checkpoint.height < pinned_->height) return true;
    return facts.validators_at(pinned_->height) == pinned_->validators || conflicts("evidence.changes");
  }

  /// Could both stand in one chain, as far as two headers tell?
  static bool goes_with(const Facts::Header& h, const log::Checkpoint& pinned, const HeaderHash& pinned_hash) {
    const auto& c = h.checkpoint;
    if (c.height == pinned.height) return h.hash == pinned_hash;
    if (c.height.value == pinned.height.value + 1 && c.parent != pinned_hash) return false;
    if (c.height.value + 1 == pinned.height.value && h.hash != pinned.parent) return false;
    const auto& low = c.height < pinned.height ? c : pinned;
    const auto& high = c.height < pinned.height ? pinned : c;
    return low.size <= high.size && low.time <= high.time && low.epoch <= high.epoch;
  }

  bool conflicts(std::string where) {
    add(Part::file,
        found_bad(Outcome::altered, "conflicts_with_checkpoint", std::move(where),
                  "bằng chứng mâu thuẫn với điểm kiểm tra mà chương trình này đã ghi nhớ; hãy báo cho Sở",
                  "the evidence contradicts a checkpoint that this program remembers; tell the department"));
    return false;
  }

  // ---- persons ----

  std::map<std::size_t, record::PersonClaim> persons(const Facts& facts, const std::vector<DocumentPerson>& list) {
    std::map<std::size_t, record::PersonClaim> out;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto where = fmt::format("persons[{}]", i);
      const auto* key = std::get_if<record::Key>(&facts.records()[list[i].record].record.body);
      const auto d = record::decode_disclosure(list[i].disclosure);
      if (key == nullptr || !d || d->digest != key->binding) {
        add(Part::disclosures, found_bad(Outcome::altered, "person_mismatch", where,
                                         "tên người ký trong tệp không khớp với khóa đã đăng ký",
                                         "the signer's name in the file does not fit the registered key"));
        continue;
      }
      const auto claim = record::person_claim(*d);
      if (claim && d->name == "person") {
        out.emplace(list[i].record, *claim);
      } else {
        add(Part::disclosures, found_bad(Outcome::altered, "person_bad", where, "tên người ký không đúng dạng",
                                         "the signer's name is not of the right form"));
      }
    }
    return out;
  }

  // ---- the record itself ----

  void subject(RecordJudge& judge, std::size_t position) {
    const auto& facts = judge.facts();
    const auto& entry = facts.records()[position];
    const auto& j = judge.judge(position);
    if (entry.record.common.net != genesis_.net) {
      add(Part::signature, found_bad(Outcome::other_network, "signed_for_other_network", "stele.net",
                                     "bản ghi được ký cho một mạng khác", "the record was signed for another network"));
    }
    add(Part::signature, j.signature);
    add(Part::authority, j.authority);
    add(Part::inclusion, j.inclusion);
    add(Part::finality, j.finality);
    add(Part::status, j.status_finding);
    describe(judge, position);
    status_age(facts);
  }

  void describe(RecordJudge& judge, std::size_t position) {
    const auto& facts = judge.facts();
    const auto& entry = facts.records()[position];
    const auto& j = judge.judge(position);
    v_.type = entry.record.type;
    v_.id = entry.record.id;
    v_.index = entry.index;
    if (const auto* org = record::org_of(entry.record)) v_.org = *org;
    if (const auto* name = judge.name_of(j.right.key)) v_.signer_name = name->name, v_.signer_title = name->title;
    if (j.place) {
      const auto& block = facts.headers()[j.place->block].checkpoint;
      if (j.inclusion.answer == Answer::ok) v_.height = block.height, v_.issued = block.time;
      if (const auto i = judge.as_of(j.place->parent).org(v_.org))
        v_.org_name = std::get<record::Org>(facts.records()[*i].record.body).name;
    }
    v_.status = j.status;
    if (const auto top = facts.status_checkpoint(); top && j.status) {
      v_.status_height = facts.headers()[*top].checkpoint.height;
      v_.status_time = facts.headers()[*top].checkpoint.time;
    }
    for (const auto i : j.seconds) v_.second_signatures.push_back(second_signer(judge, i));
  }

  static SecondSigner second_signer(RecordJudge& judge, std::size_t position) {
    const auto& r = judge.facts().records()[position].record;
    const auto& body = std::get<record::SecondSignature>(r.body);
    const auto& j = judge.judge(position);
    SecondSigner out{r.type, body.org, body.role, j.right.person, {}, {}, r.id, {}};
    if (const auto* name = judge.name_of(j.right.key)) out.name = name->name, out.title = name->title;
    out.height = judge.facts().headers()[j.place->block].checkpoint.height;
    return out;
  }

  void status_age(const Facts& facts) {
    if (!v_.status_time) return;
    if (options_.now && options_.now->value > v_.status_time->value &&
        options_.now->value - v_.status_time->value > options_.status_age_max_s) {
      add(Part::status,
          not_judged(Outcome::status_too_old, "status_too_old", "",
                     fmt::format("tình trạng chỉ được chứng minh đến {}; hãy xin tệp mới", date_vi(*v_.status_time)),
                     fmt::format("the status is proven up to {} only; ask for a new file", date_en(*v_.status_time))));
    }
    if (!pinned_ || *v_.status_height >= pinned_->height ||
        facts.set_in_force_at(*v_.status_height) == pinned_->validators)
      return;
    add(Part::status,
        not_judged(Outcome::status_too_old, "signers_replaced", "",
                   "tập nút xác nhận đã thay đổi sau bằng chứng này; hãy xin tệp mới hoặc kiểm tra trực tuyến",
                   "the set of validators has changed since this evidence; ask for a new file or check online"));
  }

  // ---- what it says ----

  using Claims = std::map<std::size_t, std::vector<record::Disclosure>>;  ///< by record

  void disclosed(RecordJudge& judge, const DocumentFile& file) {
    const auto& facts = judge.facts();
    const auto& r = facts.records()[file.subject].record;
    if (!record::is_credential(r.type)) {
      add(Part::disclosures, found_bad(Outcome::altered, "not_a_credential", "subject",
                                       "bản ghi chính của tệp không phải văn bằng, học bạ hay chứng chỉ",
                                       "the file's subject is no transcript, diploma or certificate"));
      return;
    }
    const Claims claims = open_claims(facts, file);
    if (!clean(Part::disclosures)) return;
    const auto mine = claims.find(file.subject);
    const auto& shown = mine == claims.end() ? v_.claims : mine->second;
    contents(shown);
    basis(judge, file, claims, shown);
    figures(judge, file, claims);
    book(facts, file, claims);
    if (clean(Part::disclosures)) v_.claims = shown;
  }

  Claims open_claims(const Facts& facts, const DocumentFile& file) {
    Claims out;
    for (std::size_t i = 0; i < file.disclosures.size(); ++i) {
      const auto& item = file.disclosures[i];
      const auto where = fmt::format("disclosures[{}]", i);
      auto d = record::decode_disclosure(item.disclosure);
      if (!d) {
        add(Part::disclosures,
            found_bad(Outcome::altered, "disclosure_bad", where, fmt::format("mục tại {} đã bị sửa hoặc hỏng", where),
                      fmt::format("the item at {} was altered or damaged", where)));
        continue;
      }
      const auto& r = facts.records()[item.record].record;
      const auto* credential = std::get_if<record::Credential>(&r.body);
      if (credential == nullptr ||
          std::find(credential->sd.begin(), credential->sd.end(), d->digest) == credential->sd.end()) {
        claim_bad("claim_not_signed", where, *d, "không có trong văn bản đã ký",
                  "does not stand in the signed document");
      } else if (!record::check_claim(r.type, *d)) {
        claim_bad("claim_bad", where, *d, "không thuộc loại văn bản này hoặc không đúng dạng",
                  "is not of this type of document, or not of the right form");
      } else if (const auto& before = out[item.record];
                 std::any_of(before.begin(), before.end(), [&](const auto& other) { return other.name == d->name; })) {
        claim_bad("claim_twice", where, *d, "xuất hiện hai lần", "stands twice");
      } else {
        out[item.record].push_back(std::move(d).value());
      }
    }
    return out;
  }

  void claim_bad(std::string code, const std::string& where, const record::Disclosure& d, std::string_view vi,
                 std::string_view en) {
    add(Part::disclosures, found_bad(Outcome::altered, std::move(code), where + " (" + d.name + ")",
                                     fmt::format("mục “{}” {}", claim_text(d, Lang::vi), vi),
                                     fmt::format("the item “{}” {}", claim_text(d, Lang::en), en)));
  }

  static const record::Disclosure* find_claim(const std::vector<record::Disclosure>& claims, std::string_view name) {
    const auto it = std::find_if(claims.begin(), claims.end(), [&](const auto& d) { return d.name == name; });
    return it == claims.end() ? nullptr : &*it;
  }

  void contents(const std::vector<record::Disclosure>& shown) {
    const auto* d = find_claim(shown, "contents");
    if (d == nullptr) {
      add(Part::disclosures,
          found_ok("contents_not_shown", "các mục được trình đều đúng; tệp không cho biết còn mục nào không được trình",
                   "what is shown is right; the file does not say whether anything is left out"));
      return;
    }
    const auto names = record::contents_claim(*d);
    STELE_ASSERT(names.has_value());  // check_claim read it before
    for (const auto& claim : shown) {
      if (std::find(names->begin(), names->end(), claim.name) != names->end()) continue;
      claim_bad("claim_not_in_contents", "contents", claim, "không có trong danh mục của văn bản",
                "is not in the document's list of contents");
    }
    std::string left_out;
    for (const auto& name : *names) {
      if (find_claim(shown, name) == nullptr) left_out += (left_out.empty() ? "" : ", ") + name;
    }
    v_.complete = left_out.empty();
    if (v_.complete) {
      add(Part::disclosures, found_ok("complete", "văn bản được trình đầy đủ", "the document is shown completely"));
    } else {
      auto f = found_ok("partial", "bản trích: các mục được trình đều đúng; không trình: " + left_out,
                        "an extract: what is shown is right; left out: " + left_out);
      f.where = left_out;
      add(Part::disclosures, std::move(f));
    }
  }

  // ---- basis ----

  void basis(RecordJudge& judge, const DocumentFile& file, const Claims& claims,
             const std::vector<record::Disclosure>& shown) {
    const auto& facts = judge.facts();
    const auto* d = find_claim(shown, "basis");
    const auto ids =
        d == nullptr ? Result<std::vector<RecordId>, Rejection>(std::vector<RecordId>{}) : record::basis_claim(*d);
    STELE_ASSERT(ids.has_value());  // check_claim read it before
    for (const auto& [position, list] : claims) {
      const auto& id = facts.records()[position].record.id;
      if (position == file.subject || std::find(ids->begin(), ids->end(), id) != ids->end()) continue;
      claim_bad("claim_of_stray_record", RecordJudge::place_of(position), list.front(),
                "là của bản ghi không được văn bản này dẫn", "is of a record that this document does not rest on");
    }
    if (d == nullptr) return;
    bool all_shown = true;
    for (const auto& id : *ids) all_shown = basis_record(judge, claims, shown, id) && all_shown;
    if (all_shown) {
      add(Part::provenance,
          found_ok("basis_ok", "các học bạ làm căn cứ đều có trên sổ cái và của cùng học sinh",
                   "the transcripts that it rests on stand on the ledger and are the same student's"));
    } else if (clean(Part::provenance)) {
      add(Part::provenance,
          not_judged(Outcome::valid, "basis_not_shown", "basis",
                     "tệp không trình các học bạ làm căn cứ nên chưa kiểm tra căn cứ",
                     "the file does not show the transcripts that it rests on; they were not checked"));
    }
  }

  /// False: not shown. What is shown and does not fit is a finding.
  bool basis_record(RecordJudge& judge, const Claims& claims, const std::vector<record::Disclosure>& shown,
                    const RecordId& id) {
    const auto position = judge.facts().position(id);
    if (!position) return false;
    const auto where = RecordJudge::place_of(*position);
    const auto& j = judge.judge(*position);
    for (const auto* f : j.findings()) {
      // A later amendment supersedes a transcript; what was issued on it stands until it is itself changed.
      if (f->answer != Answer::failed || f->outcome == Outcome::superseded) continue;
      add(Part::provenance, found_bad(f->outcome, "basis_" + f->code, where, "căn cứ cấp (" + where + "): " + f->vi,
                                      "the basis (" + where + "): " + f->en));
    }
    const auto opened = claims.find(*position);
    const auto* theirs = opened == claims.end() ? nullptr : find_claim(opened->second, "student_id");
    const auto* mine = find_claim(shown, "student_id");
    if (theirs == nullptr || mine == nullptr) return false;
    if (theirs->value != mine->value) {
      add(Part::provenance,
          found_bad(Outcome::altered, "basis_of_another", where, "học bạ làm căn cứ là của học sinh khác",
                    "the transcript that it rests on is another student's"));
    }
    const auto findings = j.findings();
    return std::all_of(findings.begin(), findings.end(),
                       [](const Finding* f) { return f->answer != Answer::not_checked; });
  }

  // ---- figures ----

  void figures(RecordJudge& judge, const DocumentFile& file, const Claims& claims) {
    auto rows = open_rows(judge.facts(), file.rows);
    if (!rows) {
      add(Part::provenance,
          found_bad(Outcome::altered, "row_altered", rows.error().where,
                    fmt::format("dòng điểm tại {} không khớp với bảng điểm đã ký", rows.error().where),
                    fmt::format("the row at {} does not fit the signed sheet", rows.error().where)));
      return;
    }
    for (const auto& [position, list] : claims) {
      Provenance provenance(judge, position, *rows);
      provenance.check(list);
      for (const auto& f : provenance.findings()) add(Part::provenance, f);
      if (position == file.subject) v_.figures = std::move(provenance).take_figures();
    }
    for (const auto& [key, row] : *rows) {
      if (row.named) continue;
      add(Part::provenance,
          found_bad(Outcome::altered, "row_stray", fmt::format("rows (record {}, row {})", key.first, key.second),
                    "tệp kèm một dòng điểm mà không mục nào dẫn tới", "the file has a row that no item leads to"));
    }
    if (!clean(Part::provenance)) return;
    const bool none = findings_[std::size_t(Part::provenance)].empty();
    if (!v_.figures.empty()) {
      add(Part::provenance,
          found_ok(
              "figures_ok",
              fmt::format("{} điểm số được trình đều dẫn tới chữ ký của người cho điểm hoặc được tính lại đúng",
                          v_.figures.size()),
              fmt::format("all {} figures shown lead to the signature of whoever gave them, or were computed again",
                          v_.figures.size())));
    } else if (none) {
      add(Part::provenance,
          found_ok("no_figures", "không có điểm số nào cần dẫn nguồn", "there are no figures to lead back"));
    }
  }

  /// The holder's own copy carries the book key, from which every tag must follow.
  void book(const Facts& facts, const DocumentFile& file, const Claims& claims) {
    if (!file.book) return;
    std::set<std::size_t> credentials{file.subject};
    for (const auto& [position, list] : claims) credentials.insert(position);
    for (const auto position : credentials) {
      const auto& r = facts.records()[position].record;
      const auto& c = std::get<record::Credential>(r.body);
      if (record::book_tag(file.book->view(), r.type, c.kind, c.period) == c.tag) continue;
      add(Part::provenance,
          found_bad(Outcome::altered, "book_mismatch", "book", "khóa sổ học bạ trong tệp không phải của văn bản này",
                    "the book key in the file is not that of this document"));
    }
  }

  // ---- verdict ----

  Verdict finish() {
    v_.outcome = Outcome::valid;
    for (std::size_t i = 0; i < part_count; ++i) {
      v_.parts.push_back(sum_up(Part(i), findings_[i]));
      for (const auto& f : findings_[i]) v_.outcome = std::max(v_.outcome, f.outcome);
    }
    return std::move(v_);
  }

  static PartVerdict sum_up(Part part, std::vector<Finding>& list) {
    if (list.empty()) {
      return {part,
              Answer::not_checked,
              "not_reached",
              "",
              "không kiểm tra vì phần trước không đạt",
              "not checked, since an earlier part failed"};
    }
    // Failures first, the gravest of them in front; what is fine is told only if nothing else is to be told.
    std::stable_sort(list.begin(), list.end(),
                     [](const Finding& a, const Finding& b) { return a.outcome > b.outcome; });
    const auto worst = list.front().outcome;
    PartVerdict out{part, Answer::ok, list.front().code, list.front().where, "", ""};
    std::size_t told = 0, more = 0;
    for (const auto& f : list) {
      if (f.answer == Answer::failed || (f.answer == Answer::not_checked && out.answer == Answer::ok))
        out.answer = f.answer;
      if (worst != Outcome::valid && f.outcome == Outcome::valid) continue;
      if (told == findings_told_max) {
        ++more;
        continue;
      }
      out.vi += (told == 0 ? "" : "; ") + f.vi;
      out.en += (told == 0 ? "" : "; ") + f.en;
      ++told;
    }
    if (more > 0) out.vi += fmt::format("; và {} lỗi khác", more), out.en += fmt::format("; and {} more", more);
    return out;
  }

  const record::Genesis& genesis_;
  const Options& options_;
  std::optional<log::Checkpoint> pinned_;
  Verdict v_;
  std::array<std::vector<Finding>, part_count> findings_;
};

}  // namespace

Verdict judge_decoded(const record::Genesis& genesis, const Result<DocumentFile, Rejection>& file,
                      const Options& options) {
  return Court(genesis, options).document(file);
}
Verdict judge_decoded(const record::Genesis& genesis, const Result<Receipt, Rejection>& file, const Options& options) {
  return Court(genesis, options).receipt(file);
}
Verdict judge_document(const record::Genesis& genesis, std::string_view file, const Options& options) {
  return judge_decoded(genesis, decode_document(file), options);
}
Verdict judge_receipt(const record::Genesis& genesis, std::string_view file, const Options& options) {
  return judge_decoded(genesis, decode_receipt(file), options);
}
Verdict judge_file(const record::Genesis& genesis, std::string_view file, const Options& options) {
  return says_receipt(file) ? judge_receipt(genesis, file, options) : judge_document(genesis, file, options);
}

}  // namespace stele::verdict
