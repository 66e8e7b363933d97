#include "ledger/registry/state.h"

#include <algorithm>

#include "ledger/log/checkpoint.h"

namespace stele::registry {
namespace {

KeyState root_key(const record::GenesisRoot& root, const record::Genesis& genesis) {
  KeyState k;
  k.verify = VerifyKey::parse(root.key);
  STELE_ASSERT(k.verify.has_value());  // decode_genesis refuses others
  const auto xy = k.verify->coordinates();
  std::copy_n(xy.begin(), 32, k.key.jwk.x.begin());
  std::copy_n(xy.begin() + 32, 32, k.key.jwk.y.begin());
  k.key.person = root.person;
  k.since = genesis.time;
  k.root = true;
  k.confirmed = true;
  return k;
}

}  // namespace

bool Pending::complete() const {
  for (std::size_t n = 0; n < needs.size(); ++n) {
    const auto count = std::count_if(given.begin(), given.end(), [n](const Given& g) { return g.need == n; });
    if (std::cmp_less(count, needs[n].count)) return false;
  }
  return true;
}

State::State(const record::Genesis& g) : genesis(g), today(date_in_vietnam(g.time)) {
  for (const auto& root : g.roots) {
    auto k = root_key(root, g);
    const auto kid = k.verify->thumbprint();
    persons.emplace(root.person, kid);
    keys.emplace(kid, std::move(k));
  }
  for (const auto& o : g.orderers) {
    auto key = VerifyKey::parse(o.key);
    STELE_ASSERT(key.has_value());  // decode_genesis refuses others
    orderers.push_back({o, std::move(*key), {}});
  }
  recent.emplace(log::hash_of(log::to_text(log::genesis_checkpoint(g))), g.time);
}

std::optional<std::string> State::parent(std::string_view id) const {
  const auto* o = org(id);
  if (o == nullptr) return std::nullopt;
  return o->org.parent.value_or("");
}

std::optional<log::Status> State::status_of(const RecordId& id) const {
  const auto* info = find(id);
  if (info == nullptr) return std::nullopt;
  return status.get(info->index);
}

const RecordId& State::latest(const RecordId& id) const {
  const auto record = key_records.find(id);
  if (record == key_records.end()) return id;
  const auto k = keys.find(record->second);
  return k == keys.end() ? id : k->second.id;
}
const RecordInfo* State::find(const RecordId& id) const {
  const auto it = records.find(id);
  return it == records.end() ? nullptr : &it->second;
}

const KeyState* State::key(const KeyId& kid) const {
  const auto it = keys.find(kid);
  return it == keys.end() ? nullptr : &it->second;
}

std::optional<std::string> State::owner_of(const RecordId& id) const {
  const auto* info = find(id);
  if (info == nullptr) return std::nullopt;
  if (const auto it = sheets.find(id); it != sheets.end()) return it->second.org;
  if (const auto it = credentials.find(id); it != credentials.end()) return it->second.org;
  if (const auto it = key_records.find(id); it != key_records.end()) return keys.at(it->second).key.org;
  if (const auto it = documents.find(id); it != documents.end()) return it->second;
  if (const auto it = amends.find(id); it != amends.end()) return it->second.org;
  switch (info->type) {
    case record::Type::org: {
      const auto it = std::find_if(orgs.begin(), orgs.end(), [&](const auto& o) { return o.second.id == id; });
      return it == orgs.end() ? std::nullopt : std::optional(it->first);
    }
    case record::Type::approve:
    case record::Type::countersign:
    case record::Type::seal:
      return keys.at(info->kid).key.org;
    default:
      return std::nullopt;
  }
}

bool State::key_valid(const KeyState& k) const {
  return k.root || status.get(*k.index) == log::Status::valid;
}

const OrgState* State::org(std::string_view id) const {
  const auto it = orgs.find(id);
  return it == orgs.end() ? nullptr : &it->second;
}

bool State::org_valid(std::string_view id) const {
  const auto* o = org(id);
  for (int depth = 0; depth < org_depth_max && o != nullptr; ++depth) {
    if (status.get(o->index) != log::Status::valid) return false;
    if (!o->org.parent) return true;
    o = org(*o->org.parent);
  }
  return false;
}

std::uint32_t State::rules_named() const {
  return policy ? policy->policy.rules : genesis.rules;
}

std::uint32_t State::rules_next() const {
  auto rules = genesis.rules;
  for (const auto& [from, version] : raised) {
    if (from.value <= height.value + 1) rules = std::max(rules, version);
  }
  return rules;
}

record::Limits State::limits() const {
  return policy ? policy->policy.limits : record::Limits{};
}

}  // namespace stele::registry
