// Votes, quorum certificates and epoch statements (wire-format.md section 7). Pure.
#pragma once

#include "ledger/log/checkpoint.h"

namespace stele::log {

struct Vote {
  std::uint16_t validator = 0;
  UnixSeconds time;
  Signature signature;
  friend bool operator==(const Vote&, const Vote&) = default;
};
[[nodiscard]] Digest vote_digest(const HeaderHash&, UnixSeconds);

struct QuorumCertificate {
  HeaderHash header;
  std::vector<Vote> votes;  ///< ascending by validator, unique
  friend bool operator==(const QuorumCertificate&, const QuorumCertificate&) = default;
};
inline constexpr std::size_t validators_max = 64;
[[nodiscard]] Bytes encode(const QuorumCertificate&);
[[nodiscard]] Result<QuorumCertificate, Rejection> decode_qc(ByteView);
/// Enough distinct members of the set signed exactly this header.
[[nodiscard]] Result<void, Rejection> check_qc(const QuorumCertificate&, const HeaderHash&, const ValidatorSet&);
/// Median of the votes' times; of an even number the lower middle.
[[nodiscard]] UnixSeconds median_time(const QuorumCertificate&);

struct EpochStatement {
  std::string net;
  Epoch from, to;
  Height last_height;
  HeaderHash last_vote;
  UnixSeconds time;
  Bytes highest_qc;
  std::uint16_t validator = 0;
  Signature signature;
};
[[nodiscard]] Bytes encode(const EpochStatement&);
[[nodiscard]] Result<EpochStatement, Rejection> decode_epoch_statement(ByteView);
[[nodiscard]] Digest epoch_digest(const EpochStatement&);
struct EpochProof {
  std::vector<EpochStatement> statements;
};
[[nodiscard]] Bytes encode(const EpochProof&);
[[nodiscard]] Result<EpochProof, Rejection> decode_epoch_proof(ByteView);

}  // namespace stele::log
