#include "ledger/log/certificate.h"

#include <algorithm>

#include "ledger/base/hash.h"
#include "ledger/log/wire.h"

namespace stele::log {
Digest vote_digest(const HeaderHash& header, UnixSeconds time) {
  Writer w;
  w.raw(header.view());
  w.u64(time.value);
  return tagged_hash("stele/v1/vote", w.bytes());
}

Bytes encode(const QuorumCertificate& qc) {
  Writer w;
  w.raw(as_bytes("STLQ"));
  w.u8(1);
  w.raw(qc.header.view());
  w.u16(static_cast<std::uint16_t>(qc.votes.size()));
  for (const auto& v : qc.votes) {
    w.u16(v.validator);
    w.u64(v.time.value);
    w.raw(v.signature.view());
  }
  return std::move(w).take();
}

Result<QuorumCertificate, Rejection> decode_qc(ByteView in) {
  Reader r(in);
  r.expect("STLQ");
  const auto version = r.u8();
  QuorumCertificate qc;
  qc.header = r.fixed<HeaderHash>();
  const auto count = r.u16();
  if (!r.ok()) return reject(RejectionCode::bad_form, "qc");
  if (version != 1) return reject(RejectionCode::wrong_version, "qc");
  if (count == 0 || count > qc_votes_max) return reject(RejectionCode::out_of_bounds, "qc.votes");
  for (std::uint16_t i = 0; i < count; ++i) {
    Vote v;
    v.validator = r.u16();
    v.time.value = r.u64();
    v.signature = r.fixed<Signature>();
    if (i > 0 && v.validator <= qc.votes.back().validator) return reject(RejectionCode::not_ascending, "qc.votes");
    qc.votes.push_back(v);
  }
  if (!r.done()) return reject(RejectionCode::bad_form, "qc");
  return qc;
}

namespace {

/// All but the quorum. `set` numbers the keys.
template <class Set>
Result<std::vector<std::uint16_t>, Rejection> check_votes(const QuorumCertificate& qc, const HeaderHash& header,
                                                          const Set& set) {
  if (qc.header != header) return reject(RejectionCode::block_bad_qc, "header");
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < qc.votes.size(); ++i) {
    const auto& v = qc.votes[i];
    if (i > 0 && v.validator <= qc.votes[i - 1].validator) return reject(RejectionCode::block_bad_qc, "order");
    if (v.validator >= set.size()) return reject(RejectionCode::block_bad_qc, "validator");
    if (!set.key(v.validator).verify(vote_digest(header, v.time), v.signature))
      return reject(RejectionCode::block_bad_qc, "signature");
    out.push_back(v.validator);
  }
  return out;
}

}  // namespace

Result<void, Rejection> check_qc(const QuorumCertificate& qc, const HeaderHash& header, const Signers& signers) {
  STELE_TRY(const auto numbers, check_votes(qc, header, signers));
  if (!signers.quorum(numbers)) return reject(RejectionCode::block_bad_qc, "quorum");
  return {};
}

Result<void, Rejection> check_qc(const QuorumCertificate& qc, const HeaderHash& header, const ValidatorSet& set) {
  STELE_TRY(const auto numbers, check_votes(qc, header, set));
  if (numbers.size() < set.quorum()) return reject(RejectionCode::block_bad_qc, "quorum");
  return {};
}

UnixSeconds median_time(std::vector<UnixSeconds> times) {
  STELE_ASSERT(!times.empty());
  std::sort(times.begin(), times.end());
  return times[(times.size() - 1) / 2];
}

UnixSeconds median_time(const QuorumCertificate& qc) {
  std::vector<UnixSeconds> times;
  for (const auto& v : qc.votes) times.push_back(v.time);
  return median_time(std::move(times));
}

}  // namespace stele::log
