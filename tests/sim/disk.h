// A machine's disk, of which the power can be cut at any write.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "ledger/store/head_file.h"
#include "ledger/store/memory_store.h"
#include "node/finality/vote_file.h"

namespace stele::sim {

struct PowerCut {};

class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  int cut_in = 0;          ///< the power goes at so many writes from now; 0: not planned
  bool cut_after = false;  ///< after that write is done, not before

  // The machine starts: what is on the disk. What these give ends before `power_off`.
  [[nodiscard]] virtual Result<std::unique_ptr<store::Store>> store() = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<store::HeadKeeper>> head() = 0;
  [[nodiscard]] virtual Result<finality::VoteRecord> votes() = 0;
  /// Power cut after all that was planned, or none.
  virtual Result<void> put_votes(const finality::VoteRecord&) = 0;

  /// Nothing that is written from now on will be there.
  virtual void power_off() {}
  /// All that was opened is closed.
  virtual void power_on() { cut_in = 0; }
  /// As a backup takes it.
  [[nodiscard]] virtual std::unique_ptr<Disk> copy() const = 0;

  /// Runs a write; throws PowerCut where one was planned.
  template <class F>
  auto write(F act) {
    const bool cut = cut_in > 0 && --cut_in == 0;
    if (cut && !cut_after && !goes_on_unsynced()) throw PowerCut{};
    if (cut && !cut_after) power_off();
    auto out = act();
    if (cut) throw PowerCut{};
    return out;
  }

 private:
  /// A write that the power interrupts has happened, and is gone with it.
  [[nodiscard]] virtual bool goes_on_unsynced() const { return false; }
};

/// In memory: a write is there or is not.
[[nodiscard]] std::unique_ptr<Disk> make_memory_disk();

/// The node's own files in a folder of their own: RocksDB, head file, vote file. A power cut leaves what was synced and
/// nothing else. For an honest node: its vote file refuses a second vote for one place.
[[nodiscard]] std::unique_ptr<Disk> make_file_disk(const std::string& net, const PublicKey& voter);

}  // namespace stele::sim
