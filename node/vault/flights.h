// Records that were acked and are not on the ledger yet: what they take is held for them, for a short time, so that two
// that exclude each other are not both admitted in the same state. In memory only; one thread at a time.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/registry/state.h"

namespace stele::vault {

class Flights {
 public:
  /// A record of which nothing is heard for `hold` is given up.
  explicit Flights(std::chrono::seconds hold) : hold_(hold) {}

  /// One more try of this record. `takes`: names of what it holds meanwhile.
  void begin(const RecordId&, const std::vector<std::string>& takes);
  /// One try less.
  void end(const RecordId&);
  [[nodiscard]] bool flying(const RecordId&, const registry::State&);
  /// By `times` other records than this one, or more.
  [[nodiscard]] bool taken(const std::string& name, const RecordId& self, const registry::State&,
                           std::uint64_t times = 1);

 private:
  struct Flight {
    std::size_t tries = 0;
    std::chrono::steady_clock::time_point until;
    std::vector<std::string> takes;
  };
  void drop(std::unordered_map<RecordId, Flight>::iterator);
  void drop_old();

  const std::chrono::seconds hold_;
  std::unordered_map<RecordId, Flight> flights_;
  std::unordered_map<std::string, std::set<RecordId>> takers_;
  std::multimap<std::chrono::steady_clock::time_point, RecordId> by_age_;
};

}  // namespace stele::vault
