#include "ledger/verdict/as_of.h"

#include <algorithm>

namespace stele::verdict {

AsOf::AsOf(const Facts& facts, std::size_t header) : facts_(&facts), header_(header) {
  const auto& records = facts.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!facts.included(i, header)) continue;
    const auto& body = records[i].record.body;
    const auto* org = std::get_if<record::Org>(&body);
    if (org != nullptr && !orgs_.contains(org->org)) tree_.insert_or_assign(org->org, i);
    if (facts.status(i, header) != log::Status::valid) continue;
    // Of two valid at once the ledger has none; should a bag prove it all the same, the later one counts.
    if (const auto* k = std::get_if<record::Key>(&body)) keys_.insert_or_assign(k->jwk.thumbprint(), i);
    if (org != nullptr) orgs_.insert_or_assign(org->org, i), tree_.insert_or_assign(org->org, i);
    if (std::holds_alternative<record::Policy>(body)) policy_ = i;
  }
}

std::optional<std::string> AsOf::parent(std::string_view org_id) const {
  const auto it = tree_.find(org_id);
  if (it == tree_.end()) return std::nullopt;
  return std::get<record::Org>(facts_->records()[it->second].record.body).parent.value_or("");
}

std::optional<std::size_t> AsOf::key(const KeyId& kid) const {
  const auto it = keys_.find(kid);
  return it == keys_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<std::size_t> AsOf::org(std::string_view id) const {
  const auto it = orgs_.find(id);
  return it == orgs_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<std::vector<std::size_t>> AsOf::chain(std::string_view org_id, std::string& missing) const {
  return chain_in(orgs_, org_id, missing);
}

std::optional<std::vector<std::size_t>> AsOf::tree_chain(std::string_view org_id, std::string& missing) const {
  return chain_in(tree_, org_id, missing);
}

std::optional<std::vector<std::size_t>> AsOf::chain_in(const Orgs& orgs, std::string_view org_id,
                                                       std::string& missing) const {
  std::vector<std::size_t> out;
  std::string at(org_id);
  for (int depth = 0; depth <= registry::org_depth_max; ++depth) {
    const auto it = orgs.find(at);
    if (it == orgs.end()) break;
    out.push_back(it->second);
    at = *parent(at);
    if (at.empty()) return out;
  }
  missing = at;
  return std::nullopt;
}

namespace {

/// What speaks of a record that stands already is judged by the signer's organisation alone: a closed school's records
/// must still be suspended, revoked, corrected and reinstated from above (wire-format.md section 4.2).
bool asks_valid_org(record::Type type) {
  switch (type) {
    case record::Type::amend:
    case record::Type::suspend:
    case record::Type::reinstate:
    case record::Type::revoke:
    case record::Type::compromise:
    case record::Type::erase:
      return false;
    default:
      return true;
  }
}

}  // namespace

Grounds grounds_of(const Facts& facts, const AsOf& as_of, std::size_t record) {
  Grounds out;
  const auto& r = facts.records()[record].record;
  out.key = as_of.key(r.kid);
  out.policy = as_of.policy();
  const auto take = [&out](const std::optional<std::vector<std::size_t>>& chain) {
    if (chain) out.orgs.insert(out.orgs.end(), chain->begin(), chain->end());
  };
  if (const auto org = registry::subject_of(r).org)
    take(asks_valid_org(r.type) ? as_of.chain(*org, out.missing_org) : as_of.tree_chain(*org, out.missing_org));
  if (out.key) take(as_of.chain(std::get<record::Key>(facts.records()[*out.key].record.body).org, out.missing_org));
  std::sort(out.orgs.begin(), out.orgs.end());
  out.orgs.erase(std::unique(out.orgs.begin(), out.orgs.end()), out.orgs.end());
  return out;
}

namespace {

/// The organisation that may change the record; none: nobody may.
std::optional<std::string> owner_of(const record::Record& r) {
  if (const auto* o = std::get_if<record::Org>(&r.body)) return o->org;
  const auto* org = record::org_of(r);
  return org == nullptr ? std::nullopt : std::optional(*org);
}

/// Completes the subject of a change from what it changes. False: one of the targets is not in the bag.
bool take_targets(const Facts& facts, std::span<const RecordId> targets, registry::Subject& subject,
                  bool& of_one_kind) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto* entry = facts.find(targets[i]);
    if (entry == nullptr) return false;
    const std::string on(record::type_name(entry->record.type));
    of_one_kind = of_one_kind && owner_of(entry->record) == subject.org && (i == 0 || subject.on == on);
    if (i > 0) continue;
    subject.on = on;
    if (!record::is_sheet(entry->record.type)) continue;  // only sheets lend their class, subject, term and year
    const auto of_target = registry::subject_of(entry->record);
    subject.cls = of_target.cls;
    subject.subject = of_target.subject;
    subject.term = of_target.term;
    subject.year = of_target.year;
  }
  return true;
}

}  // namespace

FullSubject full_subject(const Facts& facts, const record::Record& r) {
  FullSubject out;
  out.subject = registry::subject_of(r);
  if (const auto* k = std::get_if<record::Key>(&r.body); k != nullptr && k->replaces) {
    const auto* old = facts.find(*k->replaces);
    const auto* before = old == nullptr ? nullptr : std::get_if<record::Key>(&old->record.body);
    out.shown = old != nullptr;
    out.of_one_kind = old == nullptr || before != nullptr;
    if (before != nullptr && before->jwk.thumbprint() != k->jwk.thumbprint()) out.subject.on = "replace";
    return out;
  }
  if (const auto* a = std::get_if<record::Amend>(&r.body))
    out.shown = take_targets(facts, std::span(&a->target, 1), out.subject, out.of_one_kind);
  if (const auto* c = std::get_if<record::StatusChange>(&r.body))
    out.shown = take_targets(facts, c->targets, out.subject, out.of_one_kind);
  if (const auto* e = std::get_if<record::Erase>(&r.body))
    out.shown = take_targets(facts, std::span(&e->target, 1), out.subject, out.of_one_kind);
  return out;
}

std::vector<std::size_t> second_signatures_of(const Facts& facts, const RecordId& id) {
  std::vector<std::size_t> out;
  const auto& records = facts.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* body = std::get_if<record::SecondSignature>(&records[i].record.body);
    if (body != nullptr && std::find(body->targets.begin(), body->targets.end(), id) != body->targets.end())
      out.push_back(i);
  }
  return out;
}

}  // namespace stele::verdict
