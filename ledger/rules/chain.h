// The ledger as a pure state machine: which record and which block is valid after which, and what follows from it
// (wire-format.md sections 6 to 8, 11). No I/O, clock, randomness or threads. One thread at a time.
#pragma once

#include <memory>
#include <span>

#include "ledger/log/block.h"
#include "ledger/log/epoch.h"
#include "ledger/log/merkle.h"
#include "ledger/registry/state.h"
#include "ledger/rules/assessment.h"

namespace stele::rules {

inline constexpr std::uint32_t rules_known = 1;

/// What a block did, for stores, receipts and answers.
struct Applied {
  log::Checkpoint header;
  std::string header_text;
  HeaderHash header_hash;
  RecordIndex first;
  std::vector<RecordId> ids;  ///< of its records
  Epoch parent_epoch;
  std::shared_ptr<const log::Signers> signers, child_signers;  ///< of the block, and of its child
  std::optional<log::Recovery> recovery;                       ///< the block begins by it
  std::optional<log::QuorumCertificate> parent_qc;
  /// Status bits that the header shows and its parent's did not, new records included; later entries win.
  std::vector<std::pair<RecordIndex, log::Status>> changed;
};

class Chain {
 public:
  explicit Chain(const record::Genesis&);
  ~Chain();
  Chain(Chain&&) noexcept;
  Chain& operator=(Chain&&) noexcept;

  [[nodiscard]] const registry::State& state() const;
  [[nodiscard]] const log::Checkpoint& head() const;  ///< genesis checkpoint at first
  [[nodiscard]] const HeaderHash& head_hash() const;
  [[nodiscard]] const log::MerkleTree& tree() const;
  /// Who signs the head.
  [[nodiscard]] const std::shared_ptr<const log::Signers>& signers() const;
  /// Who signs its child, and what an epoch that begins there must be proven by.
  [[nodiscard]] const std::shared_ptr<const log::Signers>& next_signers() const;
  /// Who signs this child of the head: its recovery's set if it begins with one. Null: that set is malformed.
  [[nodiscard]] std::shared_ptr<const log::Signers> signers_of(const log::Block&) const;
  /// Rules of the head's child. `rules_unknown`: this program does not know them. It builds no such block, accepts none
  /// and judges no record; that block may be a good one for all that is known here.
  [[nodiscard]] Result<std::uint32_t, Rejection> next_rules() const;
  [[nodiscard]] UnixSeconds time_of_next(const std::optional<log::QuorumCertificate>& head_qc) const;

  /// Would this record be valid in the next block, judged in the state of the head, were it alone? Its signature has
  /// been checked by the caller
  /// (`check_signature`), with the key that `signer_key` gives.
  [[nodiscard]] Result<void, Rejection> judge(const record::Record&, UnixSeconds block_time) const;
  /// The key to check a signature with: `unknown_key` or `key_not_valid` otherwise.
  [[nodiscard]] Result<const VerifyKey*, Rejection> signer_key(const KeyId&) const;

  /// Takes records for the next block one by one, with uniqueness inside it; `finish` gives the block to be signed.
  /// Records refused here are left out.
  class Builder;
  class Draft;
  /// `proof`: the block is the first of the epoch that this proves.
  [[nodiscard]] Builder build(std::optional<log::QuorumCertificate> head_qc, std::uint16_t orderer,
                              std::uint32_t attempt = 0, const log::EpochProof* proof = nullptr) const;

  enum class Signatures : std::uint8_t { check, trusted };  ///< `trusted`: this process checked these very bytes before
  /// Validates everything (structure, parent QC, orderer, acks, records) and moves on. On a rejection nothing changes;
  /// `at` says which record.
  struct BlockRejection {
    Rejection why;
    std::optional<std::size_t> record;
  };
  /// `decoded`: the records if the caller has them already decoded (same order), else empty.
  [[nodiscard]] Result<Applied, BlockRejection> apply(const log::Block&, Signatures,
                                                      std::vector<record::Record> decoded = {});
  /// The same for a block that was built here: frame, parent QC and orderer are checked as above; records were judged
  /// in this very state when they were added. Once the head is another one that is no longer so, and the draft is
  /// refused: `block_wrong_parent`.
  [[nodiscard]] Result<Applied, BlockRejection> apply(const Draft&);

 private:
  friend class Builder;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Chain::Builder {
 public:
  ~Builder();
  Builder(Builder&&) noexcept;
  /// A hint: room for so many records at once.
  void reserve(std::size_t records);
  /// `acks`: those of this record. Same checks as `apply` makes, but for the signature, which the caller has checked.
  [[nodiscard]] Result<void, Rejection> add(std::string jws, record::Record, std::vector<log::Ack> acks);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t bytes() const;
  /// Is there room for one more record of this size? `add` refuses it otherwise (`block_too_large`), and has taken it.
  [[nodiscard]] bool fits(std::size_t jws_bytes, std::size_t acks) const;
  [[nodiscard]] Draft finish() &&;

 private:
  friend class Chain;
  explicit Builder(const Chain&, std::optional<log::QuorumCertificate>, std::uint16_t, std::uint32_t,
                   const log::EpochProof*);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A block as `Builder` made it, with all that was derived on the way: nothing else makes one, and nothing in it can be
/// changed but the orderer's signature. What it claims holds in the state of the block's parent. Other nodes get the
/// block alone and judge for themselves.
class Chain::Draft {
 public:
  ~Draft();
  Draft(Draft&&) noexcept;
  [[nodiscard]] const log::Block& block() const;
  [[nodiscard]] std::span<const record::Record> records() const;  ///< those of the block
  [[nodiscard]] const Digest& body_hash() const;                  ///< of the block
  /// The orderer's, of `log::block_digest(body_hash())`. Due before `apply`, which checks it.
  void sign(const Signature&);
  [[nodiscard]] log::Block take_block() &&;

 private:
  friend class Chain;
  struct Impl;
  explicit Draft(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::rules
