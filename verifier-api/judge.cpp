#include "verifier-api/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/encoding.h"
#include "node/sync/directory.h"

namespace stele::verifier {
namespace {

using verdict::Evidence;
using verdict::Outcome;
using verdict::Verdict;

/// A header of the file that stands where this ledger has another one: ours, to be held against the file. Otherwise
/// the newest final one.
std::string pinned_checkpoint(const store::Ledger& ledger, const Evidence* evidence) {
  const auto newest = ledger.final_point();
  if (evidence == nullptr) return newest->text;
  for (const auto& text : evidence->headers) {
    const auto header = log::parse_checkpoint(text);
    if (!header || header->height.value == 0 || header->height > newest->checkpoint.height) continue;
    const auto row = ledger.store().row(header->height);
    if (row && *row && (*row)->header_hash != log::hash_of(text)) return (*row)->header;
  }
  return newest->text;
}

/// Ids of the file's records, if all of them stand on the ledger where the file says. None: the file's own evidence
/// must stand alone.
std::optional<std::vector<RecordId>> known_ids(const store::Ledger& ledger, const Evidence& e) {
  std::vector<RecordId> out;
  for (const auto& entry : e.records) {
    const auto record = record::decode(entry.jws);
    if (!record) return std::nullopt;
    out.push_back(record->id);
  }
  const bool all = ledger.with_chain([&](const rules::Chain& c) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto* info = c.state().find(out[i]);
      if (info == nullptr || info->index != e.records[i].index) return false;
    }
    return true;
  });
  return all ? std::optional(std::move(out)) : std::nullopt;
}

/// This ledger's newest evidence about records of a file, and where it puts them.
class Renewal {
 public:
  /// None: one of the file's records is unknown or not final here.
  static std::optional<Renewal> of(const store::Ledger& ledger, const Evidence& old,
                                   const std::set<std::size_t>& positions) {
    const auto ids = known_ids(ledger, old);
    if (!ids) return std::nullopt;
    std::vector<RecordId> asked;
    for (const auto p : positions) asked.push_back((*ids)[p]);
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
  const auto document = verdict::decode_document(file);
  const auto receipt = document ? Result<verdict::Receipt, Rejection>(reject(RejectionCode::unknown_type))
                                : verdict::decode_receipt(file);
  const Evidence* evidence = document ? &document->evidence : receipt ? &receipt->evidence : nullptr;
  verdict::Options o{options.now, options.status_age_max_s, pinned_checkpoint(ledger, evidence)};

  Judgement out;
  const auto newest = ledger.final_point();
  out.standing.height = newest->checkpoint.height;
  out.standing.time = newest->checkpoint.time;
  // The file as it came is judged first: facts of ours must not stand in for a false one of its own. That is said
  // without an id.
  out.verdict = verdict::judge_file(ledger.genesis(), file, o);
  if (!out.verdict.id) return out;
  if (!out.verdict.status_height || *out.verdict.status_height < newest->checkpoint.height) {
    const auto newer = document ? renewed(ledger, *document) : renewed(ledger, *receipt);
    if (newer) out.verdict = verdict::judge_file(ledger.genesis(), *newer, o);
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
