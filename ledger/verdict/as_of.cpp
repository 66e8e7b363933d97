#include "ledger/verdict/as_of.h"

#include <algorithm>

namespace stele::verdict {

AsOf::AsOf(const Facts& facts, std::size_t header) : facts_(&facts), header_(header) {
  const auto& records = facts.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!facts.included(i, header) || facts.status(i, header) != log::Status::valid) continue;
    const auto& body = records[i].record.body;
    // Of two valid at once the ledger has none; should a bag prove it all the same, the later one counts.
    if (const auto* k = std::get_if<record::Key>(&body)) keys_.insert_or_assign(k->jwk.thumbprint(), i);
    if (const auto* o = std::get_if<record::Org>(&body)) orgs_.insert_or_assign(o->org, i);
    if (std::holds_alternative<record::Policy>(body)) policy_ = i;
  }
}

std::optional<std::string> AsOf::parent(std::string_view org_id) const {
  const auto i = org(org_id);
  if (!i) return std::nullopt;
  return std::get<record::Org>(facts_->records()[*i].record.body).parent.value_or("");
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
  std::vector<std::size_t> out;
  std::string at(org_id);
  for (int depth = 0; depth <= registry::org_depth_max; ++depth) {
    const auto i = org(at);
    if (!i) break;
    out.push_back(*i);
    at = *parent(at);
    if (at.empty()) return out;
  }
  missing = at;
  return std::nullopt;
}

Grounds grounds_of(const Facts& facts, const AsOf& as_of, std::size_t record) {
  Grounds out;
  const auto& r = facts.records()[record].record;
  out.key = as_of.key(r.kid);
  out.policy = as_of.policy();
  std::vector<std::string> orgs;
  if (const auto org = registry::subject_of(r).org) orgs.push_back(*org);
  if (out.key) orgs.push_back(std::get<record::Key>(facts.records()[*out.key].record.body).org);
  for (const auto& org : orgs) {
    const auto chain = as_of.chain(org, out.missing_org);
    if (chain) out.orgs.insert(out.orgs.end(), chain->begin(), chain->end());
  }
  std::sort(out.orgs.begin(), out.orgs.end());
  out.orgs.erase(std::unique(out.orgs.begin(), out.orgs.end()), out.orgs.end());
  return out;
}

namespace {

/// For a key record that replaces another: the same key with other grants, or another key?
bool is_other_key(const Facts& facts, const record::Key& k) {
  const auto* old = k.replaces ? facts.find(*k.replaces) : nullptr;
  const auto* before = old == nullptr ? nullptr : std::get_if<record::Key>(&old->record.body);
  return before != nullptr && before->jwk.thumbprint() != k.jwk.thumbprint();
}

}  // namespace

std::optional<registry::Subject> full_subject(const Facts& facts, const record::Record& r) {
  auto subject = registry::subject_of(r);
  if (const auto* k = std::get_if<record::Key>(&r.body); k != nullptr && is_other_key(facts, *k))
    subject.on = "replace";
  const RecordId* target = nullptr;
  if (const auto* a = std::get_if<record::Amend>(&r.body)) target = &a->target;
  if (const auto* c = std::get_if<record::StatusChange>(&r.body)) target = &c->targets.front();
  if (target == nullptr) return subject;
  const auto* entry = facts.find(*target);
  if (entry == nullptr) return std::nullopt;
  const auto of_target = registry::subject_of(entry->record);
  subject.on = record::type_name(entry->record.type);
  if (!record::is_sheet(entry->record.type)) return subject;  // only sheets lend their class, subject, term and year
  subject.cls = of_target.cls;
  subject.subject = of_target.subject;
  subject.term = of_target.term;
  subject.year = of_target.year;
  return subject;
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
