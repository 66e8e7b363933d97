// A network of nodes in one thread: their own ledgers, rules, sync and finality, on simulated clocks, disks, links and
// ordering service. One seed gives one history, always the same.
//
// What is not simulated: signatures are real ones, each verified once for the whole network (VerifiedMemo). A disk in
// memory has done a write or not when the power fails. With `files` honest nodes have the real files (RocksDB, head and
// vote file), and what was not synced is lost; a seed then gives the same history as without, but takes longer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace stele::sim {

struct Options {
  std::uint64_t seed = 0;
  std::size_t nodes = 0;                 ///< validators at the start; 0: drawn from the seed, 4 to 10
  std::optional<std::size_t> byzantine;  ///< none: drawn from the seed, 0 to f
  bool files = false;                    ///< real files instead of disks in memory
  bool trace = false;                    ///< what happens, to standard error
};

struct Outcome {
  std::optional<std::string> violation;  ///< what was broken, and where
  std::uint64_t simulated_ms = 0;
  std::uint64_t messages = 0, blocks = 0, records = 0, epochs = 0, crashes = 0, double_votes = 0, ordered_twice = 0,
                set_changes = 0, given_up = 0, dead_keys = 0;
  std::uint64_t digest = 0;  ///< of the whole history: equal for equal seeds
};

[[nodiscard]] Outcome run(const Options&);

}  // namespace stele::sim
