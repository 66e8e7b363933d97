// The rules of voting and finality as a state machine (DESIGN.md section 4, wire-format.md section 7): what a validator
// may sign, what is certified and final, when an epoch is left. No I/O, clock, threads or randomness: time and messages
// come in, effects go out, and whoever drives it carries them out in their order.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <variant>

#include "ledger/log/epoch.h"
#include "node/finality/vote_file.h"

namespace stele::finality {

/// A block that this node validated and stored, synced.
struct StoredBlock {
  log::Checkpoint header;
  HeaderHash hash;
  Epoch parent_epoch;
  std::shared_ptr<const log::Signers> signers;        ///< of this block
  std::shared_ptr<const log::Signers> child_signers;  ///< of its child, and of an epoch that begins on it
  std::optional<log::QuorumCertificate> parent_qc;    ///< checked; none at height 1
};

// ---- effects --------------------------------------------------------------------------------------------------------

/// Sign, write to the vote file, sync, only then send to all and hand back by `vote`. If it can't be written: stop.
struct CastVote {
  log::Checkpoint header;
  HeaderHash hash;
  Epoch parent_epoch;
  UnixSeconds time;
};
/// Sign, write `left_below` to the vote file, sync, only then send to all and hand back by `statement`.
struct CastStatement {
  log::EpochStatement statement;  ///< all but the signature
  std::optional<log::QuorumCertificate> highest_qc;
};
/// The last vote again, as the vote file has it.
struct ResendVote {};
struct Certified {
  log::Place block;
  log::QuorumCertificate qc;
};
/// This block and all its ancestors.
struct Final {
  log::Place block;
};
/// To be stored and published.
struct FoundDoubleVote {
  log::DoubleVote evidence;
};
/// An epoch may begin with a block on `base`, which is stored here.
struct EpochReady {
  Epoch to;
  log::Place base;
  log::EpochProof proof;
};
/// Others have certified what is not stored here: fetch blocks.
struct Behind {};
/// Ask every validator for the highest vote of this key that it knows; hand answers to `answer`.
struct AskForMyVotes {};
/// Somebody showed a vote of this key that its file does not know: it never signs again. A new key must be registered.
struct KeyIsDead {
  log::SignedVote shown;
};
using Effect = std::variant<CastVote, CastStatement, ResendVote, Certified, Final, FoundDoubleVote, EpochReady, Behind,
                            AskForMyVotes, KeyIsDead>;

struct MachineOptions {
  std::optional<PublicKey> me;  ///< none: it watches and votes for nothing
  std::uint64_t stall_s = 900;  ///< without progress for so long it leaves the epoch; doubles while that does not help
  std::uint64_t repeat_s = 5;   ///< votes, statements and questions are sent again after so long
  /// A pause between two ticks counts for so much at most: what nobody watched (the machine slept, its clock was set)
  /// is not silence of others.
  std::uint64_t pause_s = 60;
};

/// One thread at a time. Messages may come in any order, twice or never; what is not signed right is dropped.
class Machine {
 public:
  Machine(record::Genesis, MachineOptions);

  /// Once, first: what the disk has. `blocks`: the final block, then every stored block above it in order; `head_qc`
  /// certifies the last, if that is known. The genesis checkpoint is given as a block, too.
  void start(const VoteRecord&, std::vector<StoredBlock> blocks, const std::optional<log::QuorumCertificate>& head_qc,
             UnixSeconds now);
  /// A block on top of the last.
  void stored(StoredBlock);
  /// What stood above this height is not stored any more. Never below the final block.
  void given_up_above(Height);
  void certificate(const log::QuorumCertificate&);
  void vote(const log::SignedVote&);
  /// `highest_qc`: of the header that the statement names, if it came along.
  void statement(const log::EpochStatement&, const std::optional<log::QuorumCertificate>& highest_qc);
  /// What a validator says is the highest vote of my key; none: it knows of none.
  void answer(const PublicKey& from, const std::optional<log::SignedVote>&);
  /// The roots' word (rule 9). Dropped if final blocks stand above its base, or it is not theirs.
  void recovery(const log::Recovery&);
  void tick(UnixSeconds now);

  [[nodiscard]] std::vector<Effect> take_effects() { return std::exchange(effects_, {}); }

  [[nodiscard]] const log::Place& final_block() const { return final_; }
  [[nodiscard]] const log::Place& highest_certified() const { return high_; }
  [[nodiscard]] Height head_height() const { return head().header.height; }
  [[nodiscard]] const VoteRecord& record() const { return record_; }
  /// The start-up questions are answered and the key is alive.
  [[nodiscard]] bool may_sign() const { return ready_ && !dead_; }
  /// Would this machine vote for a block in that place, were it stored? For who must give up blocks to store it.
  [[nodiscard]] bool would_vote(Epoch, Height, const log::Signers&) const;
  /// The roots' word on the highest certified block here, if there is one.
  [[nodiscard]] const std::optional<log::Recovery>& held_recovery() const { return recovery_; }
  /// For others who ask for votes of their key.
  [[nodiscard]] std::optional<log::SignedVote> highest_vote_of(const PublicKey&) const;
  [[nodiscard]] std::optional<log::QuorumCertificate> certificate_of(const HeaderHash&) const;

 private:
  struct Seen {
    log::SignedVote vote;
    HeaderHash hash;
  };
  using At = std::pair<Epoch, Height>;

  [[nodiscard]] const StoredBlock* block(const HeaderHash&) const;
  [[nodiscard]] const StoredBlock& head() const { return blocks_.back(); }
  [[nodiscard]] const log::Signers& signers_of_next() const;
  [[nodiscard]] const log::Signers& signers_to_ask() const;
  [[nodiscard]] std::optional<VerifyKey> known_key(const PublicKey&) const;
  void add(StoredBlock);
  void consider(const StoredBlock&);
  void count(const StoredBlock&);
  void certified(const StoredBlock&, const log::QuorumCertificate&);
  void finalise(Height);
  void forget_old_votes();
  void find_highest();
  void check_mine(const log::SignedVote&, const HeaderHash&);
  void leave(Epoch to, const std::optional<log::Recovery>& serves);
  using Statements = std::map<PublicKey, log::EpochStatement>;
  void amplify();
  [[nodiscard]] static std::optional<Epoch> left_by_one_honest(const Statements&, const log::Signers&);
  [[nodiscard]] static bool quorum_left(const Statements&, const log::Signers&, Epoch to);
  [[nodiscard]] bool serves_recovery() const;
  void keep_ahead(const log::Recovery&);
  void take_recoveries_ahead();
  [[nodiscard]] bool enough_answered(const log::Signers&) const;
  void become_ready();
  void say_what_is_left(bool stalled);
  void assemble();
  void assemble(const Statements&, const std::optional<log::Recovery>& serves, const log::Signers&);
  [[nodiscard]] std::optional<log::EpochProof> proof_for(Epoch to, const std::optional<log::Recovery>&,
                                                         const log::Signers&) const;

  const record::Genesis genesis_;
  const MachineOptions options_;
  std::vector<Effect> effects_;
  std::vector<StoredBlock> blocks_;  ///< the final one, then all above it
  std::map<HeaderHash, log::QuorumCertificate> qcs_;
  std::map<PublicKey, std::map<At, std::vector<Seen>>> seen_;  ///< at most two for each place
  Statements statements_;                                      ///< the latest epoch of each; no recovery's
  Statements recovery_statements_;
  std::optional<log::Recovery> recovery_;
  std::optional<log::Signers> recovery_signers_;  ///< its set
  std::vector<log::Recovery> recoveries_ahead_;   ///< checked; of bases that are not certified here yet
  std::set<PublicKey> answered_;
  std::set<std::pair<PublicKey, At>> told_;  ///< double votes that were published
  VoteRecord record_;
  log::Place final_, high_;
  UnixSeconds now_;                                          ///< never goes back
  UnixSeconds looked_;                                       ///< what the clock said at the last tick
  std::uint64_t watched_ = 0, progress_ = 0, repeated_ = 0;  ///< seconds that were watched: in all, at the last of each
  unsigned patience_ = 0;
  bool ready_ = false, dead_ = false;
};

}  // namespace stele::finality
