#include "verifier-api/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/verdict/judge_decoded.h"
#include "node/sync/directory.h"

namespace stele::verifier {
namespace {

using verdict::Evidence;
using verdict::Outcome;
using verdict::Verdict;

/// A header of the file that it shows as final and that stands where this ledger has another one: ours, to be held
/// against the file. Otherwise the newest final one.
std::string pinned_checkpoint(const store::Ledger& ledger, const Evidence* evidence) {
  const auto newest = ledger.final_point();
  if (evidence == nullptr) return newest->text;
  const auto believed = verdict::Facts::believe(*evidence);
  if (!believed) return newest->text;
  for (const auto& h : believed->headers()) {
    const auto height = h.checkpoint.height;
    if (!h.final || height.value == 0 || height > newest->checkpoint.height) continue;
    const auto row = ledger.store().row(height);
    if (row && *row && (*row)->header_hash != h.hash) return (*row)->header;
  }
  return newest->text;
}

/// The record at this place of the file, if it stands on the ledger where the file says.
std::optional<RecordId> known_id(const store::Ledger& ledger, const Evidence::Entry& entry) {
  const auto record = record::decode(entry.jws);
  if (!record) return std::nullopt;
  const bool known = ledger.with_chain([&](const rules::Chain& c) {
    const auto* info = c.state().find(record->id);
    return info != nullptr && info->index == entry.index;
  });
  return known ? std::optional(record->id) : std::nullopt;
}

/// This ledger's newest evidence about records of a file, and where it puts them.
class Renewal {
 public:
  /// None: one of the records asked about is unknown or not final here. What else is in the bag does not matter: a
  /// stray record must not keep a newer status away.
  static std::optional<Renewal> of(const store::Ledger& ledger, const Evidence& old,
                                   const std::set<std::size_t>& positions) {
    std::vector<RecordId> asked;
    for (const auto p : positions) {
      const auto id = known_id(ledger, old.records[p]);
      if (!id) return std::nullopt;
      asked.push_back(*id);
    }
    auto own = ledger.evidence(asked);
    if (!own) return std::nullopt;
    Renewal out;
    for (std::size_t i = 0; i < own->records.size(); ++i) out.positions_.emplace(own->records[i].index, i);
    for (const auto& entry : old.records) out.old_.push_back(entry.index);
    out.evidence = std::move(*own);
    return out;
  }
  /// For the positions that were asked about.
  void move(std::size_t& position) const { position = positions_.at(old_[position]); }

  Evidence evidence;

 private:
  std::map<RecordIndex, std::size_t> positions_;
  std::vector<RecordIndex> old_;
};

std::optional<std::string> renewed(const store::Ledger& ledger, verdict::DocumentFile file) {
  // The name of a key that is not on the ledger belongs to nobody who signed anything here.
  std::erase_if(file.persons,
                [&](const verdict::DocumentPerson& p) { return !known_id(ledger, file.evidence.records[p.record]); });
  std::set<std::size_t> asked{file.subject};
  for (const auto& d : file.disclosures) asked.insert(d.record);
  for (const auto& r : file.rows) asked.insert(r.record);
  for (const auto& p : file.persons) asked.insert(p.record);
  auto renewal = Renewal::of(ledger, file.evidence, asked);
  if (!renewal) return std::nullopt;
  renewal->move(file.subject);
  for (auto& d : file.disclosures) renewal->move(d.record);
  for (auto& r : file.rows) renewal->move(r.record);
  for (auto& p : file.persons) renewal->move(p.record);
  file.evidence = std::move(renewal->evidence);
  return verdict::encode(std::move(file));
}

std::optional<std::string> renewed(const store::Ledger& ledger, verdict::Receipt file) {
  auto renewal = Renewal::of(ledger, file.evidence, {file.subject});
  if (!renewal) return std::nullopt;
  renewal->move(file.subject);
  file.evidence = std::move(renewal->evidence);
  return verdict::encode(file);
}

verdict::PartVerdict& status_part(Verdict& v) {
  return v.parts[static_cast<std::size_t>(verdict::Part::status)];
}

Outcome outcome_of(log::Status s) {
  switch (s) {
    case log::Status::superseded:
      return Outcome::superseded;
    case log::Status::suspended:
      return Outcome::suspended;
    case log::Status::revoked:
      return Outcome::revoked;
    case log::Status::valid:
      break;
  }
  return Outcome::valid;
}

/// Where the file's evidence could not be renewed as a whole, this ledger's own status of the record, and of the sheets
/// that its figures name, counts all the same.
void own_status(Verdict& v, const store::Ledger& ledger) {
  std::vector<RecordId> named{*v.id};
  for (const auto& f : v.figures) {
    if (f.sheet) named.push_back(*f.sheet);
    if (f.amended_sheet) named.push_back(*f.amended_sheet);
  }
  for (const auto& id : named) {
    const auto status = ledger.final_status(id);
    const auto found = status ? outcome_of(*status) : Outcome::valid;
    if (found <= v.outcome) continue;
    v.outcome = found;
    auto& part = status_part(v);
    part.answer = verdict::Answer::failed;
    part.code = std::string(verdict::outcome_name(found));
    part.where = base64url(id.view());
    part.vi = fmt::format("{} ({})", verdict::outcome_text(found, Lang::vi), part.where);
    part.en = fmt::format("{} ({})", verdict::outcome_text(found, Lang::en), part.where);
  }
}

/// What the status bits do not say: changes that still wait for a signature, and where the newer record is.
void tell(Verdict& v, const Standing& s) {
  auto& part = status_part(v);
  if (!s.pending_changes.empty() && v.outcome < Outcome::change_pending) {
    v.outcome = Outcome::change_pending;
    part.answer = verdict::Answer::failed;
    part.code = "change_pending";
    part.where = base64url(s.pending_changes.front().view());
    part.vi = "đang có thay đổi chờ chữ ký thứ hai: " + part.where;
    part.en = "a change awaits a second signature: " + part.where;
  }
  if (v.outcome != Outcome::superseded) return;
  if (const auto& by = s.newer ? s.newer : s.superseded_by) {
    part.where = base64url(by->view());
    part.vi += "; bản ghi mới: " + part.where;
    part.en += "; the newer record: " + part.where;
  }
}

}  // namespace

void add_standing(Standing& out, const registry::State& s, const RecordId& id) {
  out.on_ledger = s.find(id) != nullptr;
  if (const auto by = s.superseded_by.find(id); by != s.superseded_by.end()) out.superseded_by = by->second;
  if (const auto c = s.credentials.find(id); c != s.credentials.end()) {
    if (const auto live = s.live_tags.find(c->second.tag); live != s.live_tags.end() && live->second != id)
      out.newer = live->second;
  }
  out.pending_changes = sync::pending_changes(s, id);
}

Judgement judge(const store::Ledger& ledger, std::string_view file, const JudgeOptions& options) {
  const VerifiedMemo::Scope memo(options.signatures);
  // Read once: reading is most of the work.
  std::optional<Result<verdict::DocumentFile, Rejection>> document;
  std::optional<Result<verdict::Receipt, Rejection>> receipt;
  const Evidence* evidence = nullptr;
  if (verdict::says_receipt(file)) {
    receipt = verdict::decode_receipt(file);
    if (*receipt) evidence = &(*receipt)->evidence;
  } else {
    document = verdict::decode_document(file);
    if (*document) evidence = &(*document)->evidence;
  }
  verdict::Options o{options.now, options.status_age_max_s, pinned_checkpoint(ledger, evidence)};

  Judgement out;
  const auto newest = ledger.final_point();
  out.standing.height = newest->checkpoint.height;
  out.standing.time = newest->checkpoint.time;
  // The file as it came is judged first: facts of ours must not stand in for a false one of its own. That is said
  // without an id.
  out.verdict = document ? verdict::judge_decoded(ledger.genesis(), *document, o)
                         : verdict::judge_decoded(ledger.genesis(), *receipt, o);
  if (!out.verdict.id) return out;
  if (!out.verdict.status_height || *out.verdict.status_height < newest->checkpoint.height) {
    const auto newer = document ? renewed(ledger, **document) : renewed(ledger, **receipt);
    if (newer) {
      out.verdict = verdict::judge_file(ledger.genesis(), *newer, o);
    } else {
      own_status(out.verdict, ledger);
    }
  }
  ledger.with_chain([&](const rules::Chain& c) { add_standing(out.standing, c.state(), *out.verdict.id); });
  tell(out.verdict, out.standing);
  return out;
}

json::Value to_json(const Judgement& j) {
  auto out = verdict::to_json(j.verdict);
  auto own = json::Value::object(
      {{"height", j.standing.height.value}, {"time", utc_text(j.standing.time)}, {"on_ledger", j.standing.on_ledger}});
  if (j.standing.superseded_by) own.set("superseded_by", base64url(j.standing.superseded_by->view()));
  if (j.standing.newer) own.set("newer", base64url(j.standing.newer->view()));
  auto changes = json::Value::array();
  for (const auto& id : j.standing.pending_changes) changes.push(base64url(id.view()));
  own.set("pending_changes", std::move(changes));
  out.set("verifier", std::move(own));
  return out;
}

}  // namespace stele::verifier
