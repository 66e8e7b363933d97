#include <algorithm>
#include <set>

#include "ledger/verdict/as_of.h"
#include "ledger/verdict/document.h"

namespace stele::verdict {
namespace {

using record::Disclosure;

/// Which facts of a bag a verdict on some records rests on; everything else can go.
class Needed {
 public:
  Needed(const Facts& facts, const Evidence& evidence) : facts_(facts), evidence_(evidence) {}

  /// The record with all that its verdict asks for.
  void judged(std::size_t record) {
    if (!judged_.insert(record).second) return;
    records_.insert(record);
    const auto& r = facts_.records()[record].record;
    if (const auto top = facts_.status_checkpoint()) fact(record, *top);
    if (const auto place = facts_.place(record)) {
      fact(record, place->block);
      final_header(place->parent);
      authority(record, place->parent);
    }
    if (const auto* amend = std::get_if<record::Amend>(&r.body)) {
      if (const auto target = facts_.position(amend->target)) judged(*target);
    }
    if (std::holds_alternative<record::SecondSignature>(r.body)) return;
    for (const auto second : second_signatures_of(facts_, r.id)) judged(second);
  }

  [[nodiscard]] bool has(std::size_t record) const { return records_.contains(record); }

  [[nodiscard]] EvidenceBuilder bag() const {
    EvidenceBuilder out;
    const auto hash = [&](std::size_t header) -> const HeaderHash& { return facts_.headers()[header].hash; };
    auto headers = headers_, certified = certified_;
    // Whoever signs the highest header that stays must be led back to the genesis.
    for (const auto& c : evidence_.changes) {
      if (headers_.empty() || c.header > *headers_.rbegin()) break;
      headers.insert(c.header);
      if (const auto base = facts_.headers()[c.header].parent; base && c.change.kind == SetChange::Kind::recovery)
        headers.insert(*base);
      certified.insert(c.header);
      out.change(hash(c.header), c.change);
    }
    for (const auto h : headers) out.header(evidence_.headers[h]);
    for (const auto& q : evidence_.qcs) {
      if (certified.contains(q.header)) out.qc(hash(q.header), q.qc);
    }
    for (const auto r : records_) out.record(evidence_.records[r].jws, evidence_.records[r].index);
    for (const auto& i : evidence_.inclusions) {
      if (facts_needed_.contains({i.record, i.header}))
        out.inclusion(evidence_.records[i.record].index, hash(i.header), i.path);
    }
    for (const auto& s : evidence_.statuses) {
      if (facts_needed_.contains({s.record, s.header}))
        out.status(evidence_.records[s.record].index, hash(s.header), s.leaf, s.path);
    }
    return out;
  }

 private:
  void fact(std::size_t record, std::size_t header) {
    records_.insert(record);
    facts_needed_.insert({record, header});
    final_header(header);
  }

  /// The header, and those that make it final, with the certificates that these need.
  void final_header(std::size_t header) {
    std::optional<std::size_t> at = header;
    while (at && proven_.insert(*at).second) {
      headers_.insert(*at);
      const auto& h = facts_.headers()[*at];
      if (!h.proven_by) {
        certified_.insert(*at);  // not final: at least that a quorum voted for it
        return;
      }
      const auto& child = facts_.headers()[*h.proven_by];
      headers_.insert(*h.proven_by);
      const bool pair = child.certified && child.checkpoint.epoch == h.checkpoint.epoch;
      if (pair) certified_.insert(*h.proven_by);
      at = pair ? std::nullopt : h.proven_by;
    }
  }

  void authority(std::size_t record, std::size_t parent) {
    auto it = as_of_.find(parent);
    if (it == as_of_.end()) it = as_of_.emplace(parent, AsOf(facts_, parent)).first;
    const auto grounds = grounds_of(facts_, it->second, record);
    // A genesis root needs none of these.
    if (!grounds.key) return;
    fact(*grounds.key, parent);
    for (const auto org : grounds.orgs) fact(org, parent);
    if (grounds.policy) fact(*grounds.policy, parent);
  }

  const Facts& facts_;
  const Evidence& evidence_;
  std::map<std::size_t, AsOf> as_of_;
  std::set<std::size_t> judged_, records_, headers_, proven_, certified_;
  std::set<std::pair<std::size_t, std::size_t>> facts_needed_;
};

struct Opened {
  std::size_t record;
  Disclosure disclosure;
};

Result<std::vector<Opened>, Rejection> open_all(const DocumentFile& f) {
  std::vector<Opened> out;
  for (std::size_t i = 0; i < f.disclosures.size(); ++i) {
    auto d = record::decode_disclosure(f.disclosures[i].disclosure);
    if (!d) return reject(d.error().code, "disclosures[" + std::to_string(i) + "]");
    out.push_back({f.disclosures[i].record, std::move(d).value()});
  }
  return out;
}

bool asked(std::span<const std::string> claims, std::string_view name) {
  return std::find(claims.begin(), claims.end(), name) != claims.end();
}

/// Sheets, with the row, that a claim leads to.
std::vector<std::pair<RecordId, std::uint32_t>> rows_named(const Disclosure& d) {
  std::vector<std::pair<RecordId, std::uint32_t>> out;
  if (const auto summary = record::summary_claim(d)) out.emplace_back(summary->sheet, summary->row);
  if (const auto subject = record::subject_claim(d)) {
    for (const auto& t : subject->terms) out.emplace_back(t.sheet, t.row);
    if (subject->retest) out.emplace_back(subject->retest->sheet, subject->retest->row);
  }
  return out;
}

/// What stays, with positions still those of the full file.
struct Kept {
  std::vector<DocumentDisclosure> disclosures;
  std::vector<std::size_t> basis;
  std::set<std::pair<std::size_t, std::uint32_t>> rows;
};

Kept choose(const DocumentFile& f, const Facts& facts, const std::vector<Opened>& opened,
            std::span<const std::string> claims) {
  Kept out;
  const bool same_student = asked(claims, "basis") && asked(claims, "student_id");
  for (const auto& o : opened) {
    const auto& d = o.disclosure;
    if (o.record != f.subject) {
      if (same_student && d.name == "student_id") {
        out.disclosures.push_back({o.record, d.text});
        out.basis.push_back(o.record);
      }
      continue;
    }
    if (d.name != "contents" && !asked(claims, d.name)) continue;
    out.disclosures.push_back({o.record, d.text});
    for (const auto& [sheet, row] : rows_named(d)) {
      if (const auto position = facts.position(sheet)) out.rows.insert({*position, row});
    }
  }
  return out;
}

}  // namespace

Result<DocumentFile, Rejection> disclose(const DocumentFile& f, std::span<const std::string> claims) {
  STELE_TRY(const auto facts, Facts::believe(f.evidence));
  STELE_TRY(const auto opened, open_all(f));
  for (const auto& name : claims) {
    const bool there = std::any_of(opened.begin(), opened.end(),
                                   [&](const Opened& o) { return o.record == f.subject && o.disclosure.name == name; });
    if (!there) return reject(RejectionCode::payload_claims, name);
  }

  const auto kept = choose(f, facts, opened, claims);
  Needed needed(facts, f.evidence);
  needed.judged(f.subject);
  for (const auto basis : kept.basis) needed.judged(basis);
  for (const auto& [record, row] : kept.rows) needed.judged(record);

  const auto bag = needed.bag();
  const auto moved = [&](std::size_t record) { return bag.position(f.evidence.records[record].index).value(); };
  DocumentFile out;
  out.net = f.net;
  out.subject = moved(f.subject);
  for (const auto& d : kept.disclosures) out.disclosures.push_back({moved(d.record), d.disclosure});
  for (const auto& row : f.rows) {
    if (!kept.rows.contains({row.record, row.row})) continue;
    out.rows.push_back(row);
    out.rows.back().record = moved(row.record);
  }
  for (const auto& p : f.persons) {
    if (needed.has(p.record)) out.persons.push_back({moved(p.record), p.disclosure});
  }
  out.evidence = bag.finish();
  return decode_document(encode(out));
}

}  // namespace stele::verdict
