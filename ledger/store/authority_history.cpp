#include "ledger/store/authority_history.h"

#include <algorithm>

namespace stele::store {
namespace {

void add(std::vector<InForce>& line, Height from, RecordIndex index, std::string under) {
  if (!line.empty() && line.back().index == index) return;  // reinstated
  line.push_back({from, index, std::move(under)});
}

const InForce* last_at(const std::vector<InForce>& line, Height height) {
  const auto after =
      std::upper_bound(line.begin(), line.end(), height, [](Height h, const InForce& f) { return h < f.from; });
  return after == line.begin() ? nullptr : &*std::prev(after);
}

}  // namespace

AuthorityHistory::Notes AuthorityHistory::notes_of(std::span<const record::Record> records) {
  Notes out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (const auto* o = std::get_if<record::Org>(&records[i].body))
      out.orgs.push_back({i, o->org, o->parent.value_or("")});
    if (const auto* s = std::get_if<record::SecondSignature>(&records[i].body)) out.seconds.push_back({i, s->targets});
  }
  return out;
}

void AuthorityHistory::note(const rules::Applied& applied, const Notes& notes, const registry::State& state) {
  const auto first = applied.first.value;
  for (const auto& o : notes.orgs) org_records_[first + o.position] = {o.org, o.parent};
  for (const auto& s : notes.seconds) {
    for (const auto& target : s.targets) seconds_[target].push_back({first + s.position});
  }
  const Height height = applied.header.height;
  for (const auto& [index, status] : applied.changed) {
    if (status != log::Status::valid) continue;
    const auto& id = state.ids[index.value];
    switch (state.find(id)->type) {
      case record::Type::key:
        if (const auto it = state.key_records.find(id); it != state.key_records.end())
          add(keys_[it->second], height, index, state.keys.at(it->second).key.org);
        break;
      case record::Type::org: {
        const auto& [org, parent] = org_records_.at(index.value);
        add(orgs_[org], height, index, parent);
        break;
      }
      case record::Type::policy:
        add(policies_, height, index, {});
        break;
      default:
        break;
    }
  }
}

const InForce* AuthorityHistory::key(const KeyId& kid, Height height) const {
  const auto it = keys_.find(kid);
  return it == keys_.end() ? nullptr : last_at(it->second, height);
}
const InForce* AuthorityHistory::org(const std::string& id, Height height) const {
  const auto it = orgs_.find(id);
  return it == orgs_.end() ? nullptr : last_at(it->second, height);
}
const InForce* AuthorityHistory::policy(Height height) const {
  return last_at(policies_, height);
}

std::span<const RecordIndex> AuthorityHistory::seconds(const RecordId& target) const {
  const auto it = seconds_.find(target);
  return it == seconds_.end() ? std::span<const RecordIndex>{} : std::span<const RecordIndex>(it->second);
}

}  // namespace stele::store
