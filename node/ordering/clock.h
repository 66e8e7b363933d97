// The time that votes carry and that heartbeats follow.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/record/genesis.h"

namespace stele::ordering {

/// Never goes back while the process lives. Any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual UnixSeconds now() = 0;
};

[[nodiscard]] std::unique_ptr<Clock> make_system_clock();

/// Reads "2026-01-10T08:00:00Z" from a file, again when the last reading is 200 ms old. While the file is absent or
/// holds anything else, time stands still. Errors: `clock_file_on_live_network` (only a network whose genesis says
/// `test` may run on a given clock), `clock_file_unreadable` (at the start it must hold a time).
Result<std::unique_ptr<Clock>> make_file_clock(const record::Genesis&, const std::filesystem::path&);

}  // namespace stele::ordering
