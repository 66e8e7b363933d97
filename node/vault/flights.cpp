#include "node/vault/flights.h"

namespace stele::vault {

void Flights::begin(const RecordId& id, const std::vector<std::string>& takes) {
  drop_old();
  auto& f = flights_[id];
  ++f.tries;
  f.until = std::chrono::steady_clock::now() + hold_;
  f.takes = takes;
  for (const auto& name : takes) takers_[name].insert(id);
  by_age_.emplace(f.until, id);
}

void Flights::end(const RecordId& id) {
  const auto it = flights_.find(id);
  if (it != flights_.end() && --it->second.tries == 0) drop(it);
}

bool Flights::flying(const RecordId& id, const registry::State& state) {
  drop_old();
  const auto it = flights_.find(id);
  if (it == flights_.end()) return false;
  if (state.find(id) == nullptr) return true;
  drop(it);  // it has arrived
  return false;
}

bool Flights::taken(const std::string& name, const RecordId& self, const registry::State& state, std::uint64_t times) {
  drop_old();
  const auto it = takers_.find(name);
  if (it == takers_.end() || it->second.size() < times) return times == 0;
  std::uint64_t count = 0;
  const auto takers = it->second;  // those that have arrived leave the set
  for (const auto& id : takers) {
    if (id != self && flying(id, state)) ++count;
  }
  return count >= times;
}

void Flights::drop(std::unordered_map<RecordId, Flight>::iterator it) {
  for (const auto& name : it->second.takes) {
    const auto t = takers_.find(name);
    if (t == takers_.end()) continue;
    t->second.erase(it->first);
    if (t->second.empty()) takers_.erase(t);
  }
  flights_.erase(it);
}

void Flights::drop_old() {
  const auto now = std::chrono::steady_clock::now();
  while (!by_age_.empty() && by_age_.begin()->first <= now) {
    const auto it = flights_.find(by_age_.begin()->second);
    if (it != flights_.end() && it->second.until <= now) drop(it);
    by_age_.erase(by_age_.begin());
  }
}

}  // namespace stele::vault
