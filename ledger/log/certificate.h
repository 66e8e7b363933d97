// Votes and quorum certificates (wire-format.md section 7). Pure.
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
inline constexpr std::size_t qc_votes_max = 2 * validators_max;  ///< of the block that two sets sign
inline constexpr std::size_t qc_bytes_max = 4 + 1 + 32 + 2 + qc_votes_max * (2 + 8 + 64);
[[nodiscard]] Bytes encode(const QuorumCertificate&);
[[nodiscard]] Result<QuorumCertificate, Rejection> decode_qc(ByteView);
/// A quorum signed exactly this header, and every vote that stands there is good.
[[nodiscard]] Result<void, Rejection> check_qc(const QuorumCertificate&, const HeaderHash&, const Signers&);
/// The same where one set signs alone.
[[nodiscard]] Result<void, Rejection> check_qc(const QuorumCertificate&, const HeaderHash&, const ValidatorSet&);
/// Median of the votes' times; of an even number the lower middle.
[[nodiscard]] UnixSeconds median_time(const QuorumCertificate&);
/// The same of any times, at least one.
[[nodiscard]] UnixSeconds median_time(std::vector<UnixSeconds>);

}  // namespace stele::log
