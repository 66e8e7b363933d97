// One node's part in finality, put together: its ledger, the state machine, and what comes in from the ordering service
// and from other nodes. No network, clock or threads; the ledger's disk is the only thing outside that it touches.
#pragma once

#include <map>
#include <set>

#include "node/finality/machine.h"
#include "node/finality/slot.h"
#include "node/sync/take.h"

namespace stele::finality {

/// An orderer signed two blocks for one slot.
struct FoundOrderedTwice {
  Bytes first, second;
};
/// A slot was passed over: the reason, and who signed it if anybody did.
struct SlotRefused {
  Slot slot;
  Rejection why;
  std::optional<std::uint16_t> orderer;
};
using ReplicaEffect = std::variant<CastVote, CastStatement, ResendVote, Certified, Final, FoundDoubleVote, EpochReady,
                                   Behind, AskForMyVotes, KeyIsDead, FoundOrderedTwice, SlotRefused>;

/// A second block for a slot is known as one so many heights after the first was stored.
inline constexpr std::uint64_t slots_compared_below = 64;

/// The ledger's writer. One thread at a time.
class Replica {
 public:
  /// The ledger must outlive it, and be opened with `uncertified_max` of `unfinal_max`.
  static constexpr std::uint64_t unfinal_max = 1'024;
  Replica(store::Ledger&, MachineOptions);

  void start(const VoteRecord&, UnixSeconds now);
  /// What the ordering service has there. Slots may come in any order, and again.
  void slot(const Slot&, ByteView block);
  /// Certified blocks from another node. `lies`: they do not verify, nothing of them was stored.
  Result<void> batch(sync::Batch);
  void vote(const log::SignedVote&);
  void statement(const log::EpochStatement&, const std::optional<log::QuorumCertificate>& highest_qc);
  void answer(const PublicKey& from, const std::optional<log::SignedVote>&);
  void recovery(const log::Recovery&);
  void tick(UnixSeconds now);

  [[nodiscard]] std::vector<ReplicaEffect> take_effects() { return std::exchange(effects_, {}); }
  [[nodiscard]] const Machine& machine() const { return machine_; }
  /// The ledger can't be written, or must be opened again, or goes on by rules that this program does not know
  /// (`rules_unknown`): nothing goes on here.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  /// For an orderer: begins the block that is due in the ordering service, in the epoch that is ready to begin or in
  /// that of the head. None: the head is not certified yet. May give up a head that is not certified.
  [[nodiscard]] std::optional<rules::Chain::Builder> begin_block(std::uint16_t orderer);
  /// Would that block begin an epoch?
  [[nodiscard]] bool epoch_is_ready() const;

 private:
  [[nodiscard]] const rules::Chain& chain() const { return ledger_.chain(); }
  void settle();
  [[nodiscard]] std::optional<Bytes> here(const Slot&) const;
  void compare(const Slot&, ByteView first, ByteView second);
  void keep(const Slot&, ByteView);
  void try_slots();
  bool rules_known();
  bool try_next();
  bool try_epochs();
  bool begin_epoch(const Slot&, log::Block);
  bool begin_epoch_elsewhere(const sync::Batch&);
  [[nodiscard]] bool could_be_proven(const log::Block&) const;
  void refuse(const Slot&, const Rejection&, const log::Block*);
  void take_in(const rules::Applied&);
  std::uint32_t& attempt(Epoch, Height);

  store::Ledger& ledger_;
  Machine machine_;
  std::vector<ReplicaEffect> effects_;
  std::map<Slot, Bytes> slots_;
  /// Slots for which an orderer was found to have signed twice: one that signs a thousand is told of once.
  std::set<std::pair<Slot, std::uint16_t>> ordered_twice_;
  std::map<std::pair<Epoch, Height>, std::uint32_t> attempts_;  ///< the first that was not passed over
  std::optional<std::pair<Slot, Bytes>> last_;                  ///< the slot that the head came from
  std::optional<EpochReady> ready_;
  std::optional<std::pair<Slot, HeaderHash>> wanted_;  ///< an epoch's first block whose base is not stored here
  std::optional<Error> failure_;
};

}  // namespace stele::finality
