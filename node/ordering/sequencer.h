// The ordering engine `solo`: one process orders, votes and stores; no other service (DESIGN.md section 4).
#pragma once

#include <memory>

#include "ledger/store/ledger.h"
#include "node/finality/solo.h"
#include "node/ordering/clock.h"
#include "node/ordering/orderer.h"

namespace stele::ordering {

struct SequencerOptions {
  std::size_t queue_records_max = 65'536;
  std::size_t queue_bytes_max = 128ULL << 20;
  std::size_t threads = 0;  ///< that check signatures; 0: one for each core
};

/// A block at least this often, so that a checkpoint is never much older than the record that it shows.
inline constexpr std::uint64_t heartbeat_s = 300;
/// A final checkpoint older than this gets successors at once, until one is fresh: block time follows the votes on the
/// block before, and after a night's stop it would lag behind by that night.
inline constexpr std::uint64_t final_age_max_s = 1200;

/// Owns the writer's side of the ledger, on one thread of its own; checks records on all cores beside it, so that the
/// next block is verified while this one is being written. A block takes everything that is ready as soon as its
/// parent's QC is known; an empty one follows the last full one, so that this becomes final.
class Sequencer final : public Orderer {
 public:
  /// Certifies a head that was stored and not yet certified, with the vote from the vote file if it was cast. `key`
  /// must be that of an orderer in the genesis: `not_an_orderer` otherwise. Ledger and clock must outlive it.
  static Result<std::unique_ptr<Sequencer>> start(store::Ledger&, Clock&, signer::SigningKey key,
                                                  finality::SoloValidator, SequencerOptions = {});
  ~Sequencer() override;

  void submit(std::vector<Item>, Done) override;
  void stop() override;
  [[nodiscard]] std::optional<Error> failure() const override;

 private:
  Sequencer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::ordering
