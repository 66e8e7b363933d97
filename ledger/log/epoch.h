// How the network passes from one epoch to the next, and what validators can be shown to have signed (wire-format.md
// section 7.1). Bytes and what can be checked from them; when to sign is `node/finality`'s. Pure.
#pragma once

#include "ledger/log/certificate.h"

namespace stele::log {

/// A header by its place. Certificates are ordered by epoch, then height.
struct Place {
  Epoch epoch;
  Height height;
  HeaderHash header;
  friend bool operator==(const Place&, const Place&) = default;
};
/// Is a's certificate lower than b's?
[[nodiscard]] bool lower(const Place& a, const Place& b);

/// "I have left every epoch below `to`." The certificate of `highest` travels beside it: that of the highest of all
/// stands in the block that carries the proof.
struct EpochStatement {
  std::string net;
  Epoch to;
  Place highest;           ///< whose certificate is the highest that the signer holds; the genesis checkpoint has none
  Place last_vote;         ///< zeros: never voted
  Epoch last_vote_parent;  ///< the epoch of the last vote's parent
  Digest recovery;         ///< of the recovery that it serves; zeros: none
  UnixSeconds time;
  PublicKey validator;
  Signature signature;
  friend bool operator==(const EpochStatement&, const EpochStatement&) = default;
};
[[nodiscard]] Bytes encode(const EpochStatement&);
[[nodiscard]] Result<EpochStatement, Rejection> decode_epoch_statement(ByteView);
[[nodiscard]] Digest epoch_digest(const EpochStatement&);
/// Its certificate is below the parent of its own last vote: whoever signs that has forgotten something, or lies.
[[nodiscard]] bool is_void(const EpochStatement&);

/// k of n genesis roots restart a network that can't reach its quorum.
struct Recovery {
  std::string net;
  Place base;
  Epoch epoch;
  std::string reason;  ///< a code
  UnixSeconds time;    ///< when it was published
  std::vector<record::Member> set;
  struct RootSignature {
    std::uint16_t root = 0;
    Signature signature;
    friend bool operator==(const RootSignature&, const RootSignature&) = default;
  };
  std::vector<RootSignature> signatures;  ///< ascending by root, unique
};
inline constexpr std::uint64_t recovery_wait_s = 7 * 86'400;
[[nodiscard]] Bytes encode(const Recovery&);
[[nodiscard]] Result<Recovery, Rejection> decode_recovery(ByteView);
[[nodiscard]] Digest recovery_digest(const Recovery&);
/// Of this network, and k roots signed it.
[[nodiscard]] Result<void, Rejection> check_recovery(const Recovery&, const record::Genesis&);

/// What an epoch's first block carries: statements of a quorum, and the recovery if that is what they serve.
struct EpochProof {
  std::optional<Recovery> recovery;
  std::vector<EpochStatement> statements;  ///< ascending by key, unique
};
[[nodiscard]] Bytes encode(const EpochProof&);
[[nodiscard]] Result<EpochProof, Rejection> decode_epoch_proof(ByteView);
/// Is it a proof for `to` with `base` as the parent of the first block? `child` signs the child of `base`; with a
/// recovery its own set does, which `recovery_signers` gives. The base's certificate is checked by the caller.
[[nodiscard]] Result<void, Rejection> check_epoch_proof(const EpochProof&, const record::Genesis&, Epoch to,
                                                        const Place& base, const Signers& child);
/// None if a key is not on the curve.
[[nodiscard]] std::optional<Signers> recovery_signers(const Recovery&);
/// Median of the statements' times; of an even number the lower middle.
[[nodiscard]] UnixSeconds median_time(const EpochProof&);

/// A vote with all that is needed to attribute it: as it travels, and as it is shown to others.
struct SignedVote {
  Checkpoint header;
  PublicKey validator;
  UnixSeconds time;
  Signature signature;
  friend bool operator==(const SignedVote&, const SignedVote&) = default;
};
[[nodiscard]] Bytes encode(const SignedVote&);
[[nodiscard]] Result<SignedVote, Rejection> decode_signed_vote(ByteView);
[[nodiscard]] Place place_of(const Checkpoint&);

/// One key voted for two headers of one (epoch, height): nobody but the holder of the key can make this.
struct DoubleVote {
  SignedVote first, second;  ///< ascending by header hash
};
[[nodiscard]] Bytes encode(const DoubleVote&);
/// Checks all of it, signatures too.
[[nodiscard]] Result<DoubleVote, Rejection> decode_double_vote(ByteView);

}  // namespace stele::log
