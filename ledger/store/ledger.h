// The ledger as one program keeps it: the chain's state in memory, blocks on disk, and all that is needed to prove
// things from them. One writer thread; any number of readers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "ledger/rules/chain.h"
#include "ledger/store/fair_shared_mutex.h"
#include "ledger/store/head_file.h"
#include "ledger/store/store.h"
#include "ledger/verdict/evidence.h"

namespace stele::store {

/// A header with which another set of validators began to sign, as evidence shows it.
struct ShownChange {
  std::string text;
  Bytes qc;
  verdict::SetChange change;
  std::string base;  ///< of a recovery: the header below
};

/// A header that is final here, with the certified child that makes it so.
struct FinalPoint {
  log::Checkpoint checkpoint;  ///< genesis checkpoint at first
  std::string text;
  HeaderHash hash;
  std::string child_text;  ///< empty for the genesis checkpoint
  Bytes child_qc;
  std::shared_ptr<const std::vector<ShownChange>> changes{};  ///< of the set, up to and with the child; null: none
};

inline constexpr std::size_t range_bytes_max = 32 << 20;
/// So many blocks, and bytes of records, are stored at once by who copies a ledger: small blocks are not synced one by
/// one. A sudden stop leaves the head file behind by these at most.
inline constexpr std::size_t accepted_max = 64;
inline constexpr std::size_t accepted_bytes_max = 16 << 20;

struct LedgerOptions {
  bool verify_signatures =
      false;  ///< at opening: also every signature, on all cores (a verifier that copied its files; fsck)
  /// So many blocks may stand above the head file's: 1 for who makes the blocks alone; `accepted_max` for who copies
  /// them; what can be given up (`replace_tail`), which is more, for one of several validators.
  std::uint64_t uncertified_max = 1;
  /// done, total blocks; called from time to time while opening.
  std::function<void(std::uint64_t, std::uint64_t)> progress{};
};

/// What can be found out about a block before its turn comes: `Ledger::prepare`.
class Prepared {
 private:
  friend class Ledger;
  Signature of_;  ///< the block's
  std::vector<record::Record> decoded_;
  std::vector<std::optional<VerifyKey>> good_with_;  ///< by record: the key that its signature was checked with
  std::optional<rules::Chain::BlockRejection> bad_;  ///< a record does not decode
};

class Ledger {
 public:
  /// Replays all blocks, decoding on all cores. Compares with the head file: a head ahead of the store or behind by
  /// more than `uncertified_max`, another block at its height, a hole, or a header that does not follow from the
  /// records is `ledger_damaged` with what `fsck` can do; a head that is less behind is the trace of a crash, and
  /// mended by the owner's next `certify`. `rules_unknown`: a newer program wrote it. Other errors: those of the store
  /// and of the head file.
  static Result<std::unique_ptr<Ledger>> open(const record::Genesis&, std::unique_ptr<Store>,
                                              const std::filesystem::path& head_file, const LedgerOptions& = {});
  /// The same with a head that is kept elsewhere than in a file.
  static Result<std::unique_ptr<Ledger>> open(const record::Genesis&, std::unique_ptr<Store>,
                                              std::unique_ptr<HeadKeeper>, const LedgerOptions& = {});
  ~Ledger();

  // ---- writer thread ----

  /// The chain, to build and judge with. Only the writer may hold this reference across calls.
  [[nodiscard]] const rules::Chain& chain() const;
  struct AppendError {
    std::optional<rules::Chain::BlockRejection> rejected;  ///< their fault; nothing changed
    /// Ours; outcome unknown: reopen. `rules_unknown` is such a one: the block may be good, this program is too old.
    std::optional<Error> failed;
  };
  /// Validates, applies and stores, synced. Then `certify` is due before the next one; if it was left out, the QC that
  /// the next block carries is taken for it. Signatures that are to be checked are checked on all cores.
  Result<rules::Applied, AppendError> append(log::Block, rules::Chain::Signatures);
  /// For who copies many blocks: judges a block that was prepared (what was found out must be of this very block) and
  /// moves the chain on by it, but stores nothing yet. Its certificate is checked first. A sound block whose
  /// certificate is a good one of another header is accepted without it, and `block_bad_qc` says so: nothing may follow
  /// it here.
  Result<void, AppendError> accept(log::Block, Prepared, log::QuorumCertificate);
  /// What was accepted is as much as is to be stored at once.
  [[nodiscard]] bool accepted_enough() const;
  /// Stores all that was accepted and the newest certificate, synced. Due after `accept` before any other call of the
  /// writer.
  Result<std::vector<rules::Applied>> store_accepted();
  /// The same for a block that was built on `chain()` here: not judged a second time. `sign` it first.
  Result<rules::Applied, AppendError> append(rules::Chain::Draft);
  /// A valid QC of the head: writes the head file, synced; the head's parent is then final. Again with any valid one is
  /// harmless. Errors: `block_bad_qc`, those of the head file (outcome unknown: reopen).
  Result<void> certify(const log::QuorumCertificate&);
  /// Gives up what stands above `keep`, which must not be below the final block, and appends these blocks instead, all
  /// or nothing: they are validated first, signatures too, on a chain of its own that is replayed up to there. `qc`: a
  /// certificate of the last of them (or of `keep`, if there are none), which is then the head's. Slow: only when an
  /// epoch begins below the head, or when another branch is certified.
  Result<std::vector<rules::Applied>, AppendError> replace_tail(Height keep, std::vector<log::Block> blocks,
                                                                const std::optional<log::QuorumCertificate>& qc);
  /// The final block (at first the genesis checkpoint) and all above it, in order; without what they did to records.
  [[nodiscard]] const std::vector<rules::Applied>& tail() const;
  [[nodiscard]] const std::optional<log::QuorumCertificate>& head_qc() const;  ///< none: height 0, or not certified yet

  // ---- any thread ----

  [[nodiscard]] std::shared_ptr<const FinalPoint> final_point() const;
  /// Those that order or did, by number, as the newest block here has them. Any thread.
  [[nodiscard]] std::vector<registry::OrdererState> orderers() const;
  /// State of the head (not only what is final), while no writer moves. Keep it short.
  template <class F>
  auto with_chain(F f) const {
    const std::shared_lock lock(mutex_);
    return f(chain());
  }
  [[nodiscard]] const record::Genesis& genesis() const;
  [[nodiscard]] const Store& store() const;
  /// A record that the chain knows is in the store some ms later, when its block is synced; until then this waits.
  /// False: not within `limit`.
  [[nodiscard]] bool wait_until_stored(RecordIndex, std::chrono::milliseconds limit) const;
  /// On all cores, while the writer may work on blocks before this one: decodes the records, and checks the signatures
  /// whose keys are known by now. What is not good, or not known yet, is looked at when the block is appended.
  [[nodiscard]] Prepared prepare(const log::Block&) const;

  /// Facts of wire-format.md section 9 for these records: inclusion, authority under the parent, second signatures, and
  /// status under the newest final checkpoint. What they name comes with them: the sheet of an amend with facts of its
  /// own; targets of changes and second signatures, and what a key replaces, with their status. `not_final_yet` if one
  /// of them is not final, `not_on_ledger` if one is unknown, `evidence_too_large` if the bag would exceed its bounds.
  [[nodiscard]] Result<verdict::Evidence> evidence(std::span<const RecordId>) const;
  /// A final header below the newest, as it is shown. Errors: `not_final_yet`, those of the store.
  [[nodiscard]] Result<FinalPoint> final_point_at(Height) const;
  /// Who signs the block of this height on the chain as it stands here; of a height above it who signs its head. None:
  /// there is no block yet.
  [[nodiscard]] std::optional<log::Signers> signers_at(Height) const;
  /// Status of a record under the newest final checkpoint; none: not final or unknown.
  [[nodiscard]] std::optional<log::Status> final_status(const RecordId&) const;
  /// Of a final record: what it was after that block; none: it was not on the ledger then.
  [[nodiscard]] std::optional<log::Status> status_at(const RecordId&, Height) const;
  /// Encoded blocks from `from` up to the certified head, at most `bytes_max` (and `range_bytes_max`) but at least one,
  /// and the QC of the last of them. Both empty: `from` is above the certified head.
  struct Range {
    std::vector<Bytes> blocks;
    Bytes qc_of_last;
  };
  [[nodiscard]] Result<Range> range(Height from, std::size_t bytes_max) const;

 private:
  Ledger();
  Result<void> replay(const Store&, Height to, const LedgerOptions&);
  Result<void> replay_block(const BlockInfo&, const log::Block&, std::vector<record::Record> decoded);
  struct Validated;
  Result<Validated, AppendError> validate(log::Block, Prepared, rules::Chain::Signatures);
  Result<void, AppendError> certify_from(const log::Block&);
  template <class Apply>
  Result<rules::Applied, rules::Chain::BlockRejection> move_on(std::span<const record::Record>, Apply);
  static Validated validated(log::Block, rules::Applied);
  static Prepared decoded(const log::Block&);
  Result<rules::Applied, AppendError> keep(Validated);
  Result<void> keep_certificate(log::QuorumCertificate);
  void advance(const rules::Applied&);
  friend class EvidenceCollector;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  void tell_stored();
  void fail();
  mutable FairSharedMutex mutex_;
  mutable std::mutex stored_mutex_;
  mutable std::condition_variable stored_;
};

}  // namespace stele::store
