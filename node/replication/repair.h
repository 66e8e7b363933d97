// Brings this vault what it should hold and does not: what other vaults acked while it was away, everything when its
// disk was lost, and the years before an organisation was assigned to it (docs/adr/0012).
#pragma once

#include <atomic>
#include <condition_variable>
#include <thread>

#include "node/replication/peers.h"

namespace stele::replication {

struct RepairOptions {
  std::chrono::milliseconds beat{200};      ///< the ledger is looked at so often
  std::chrono::milliseconds again{30'000};  ///< what was not to be had is asked for again
};

struct RepairState {
  std::uint64_t looked_at = 0, records = 0;  ///< of the ledger's final records
  std::size_t wanting = 0;                   ///< records of which no other vault had anything
  std::uint64_t adopted = 0;                 ///< since the start
  std::optional<Error> error{};              ///< of this vault, or of a copy that was not what was signed
  [[nodiscard]] bool complete() const { return looked_at == records && wanting == 0; }
};

/// One thread of its own.
class Repair {
 public:
  /// All that is named must outlive it. `number`: of the vault.
  Repair(const store::Ledger&, vault::Vault&, Peers&, std::uint16_t number, RepairOptions = {});
  /// As stop().
  ~Repair();
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  void start();
  /// After Peers::stop, for which it does not wait else.
  void stop();
  /// Any thread.
  [[nodiscard]] RepairState status() const;

 private:
  struct Lacking {
    std::uint64_t index = 0;
    record::Record record;
  };
  void run();
  Result<void> step(bool again);
  Result<std::vector<Lacking>> look(vault::Vault::RepairPoint&, std::uint64_t end);
  Result<void> fetch(std::vector<Lacking>, std::vector<std::uint64_t>& still_wanting);
  [[nodiscard]] Result<std::optional<record::Record>> record_at(std::uint64_t index) const;
  [[nodiscard]] bool mine(const record::Record&) const;

  const store::Ledger& ledger_;
  vault::Vault& vault_;
  Peers& peers_;
  const std::uint16_t number_;
  const RepairOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  RepairState state_;
  std::thread thread_;
};

}  // namespace stele::replication
