#include "ledger/log/certificate.h"

#include <algorithm>

#include "ledger/base/hash.h"
#include "ledger/log/wire.h"

namespace stele::log {
namespace {

constexpr std::size_t vote_bytes = 2 + 8 + 64;
constexpr std::size_t qc_bytes_max = 4 + 1 + 32 + 2 + validators_max * vote_bytes;
constexpr std::size_t net_bytes_max = 64;

}  // namespace

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
  if (count == 0 || count > validators_max) return reject(RejectionCode::out_of_bounds, "qc.votes");
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

Result<void, Rejection> check_qc(const QuorumCertificate& qc, const HeaderHash& header, const ValidatorSet& set) {
  if (qc.header != header) return reject(RejectionCode::block_bad_qc, "header");
  if (qc.votes.size() < set.quorum()) return reject(RejectionCode::block_bad_qc, "quorum");
  for (std::size_t i = 0; i < qc.votes.size(); ++i) {
    const auto& v = qc.votes[i];
    if (i > 0 && v.validator <= qc.votes[i - 1].validator) return reject(RejectionCode::block_bad_qc, "order");
    if (v.validator >= set.size()) return reject(RejectionCode::block_bad_qc, "validator");
    if (!set.key(v.validator).verify(vote_digest(header, v.time), v.signature))
      return reject(RejectionCode::block_bad_qc, "signature");
  }
  return {};
}

UnixSeconds median_time(const QuorumCertificate& qc) {
  STELE_ASSERT(!qc.votes.empty());
  std::vector<UnixSeconds> times;
  for (const auto& v : qc.votes) times.push_back(v.time);
  std::sort(times.begin(), times.end());
  return times[(times.size() - 1) / 2];
}

namespace {

Bytes statement_content(const EpochStatement& s) {
  Writer w;
  w.raw(as_bytes("STLE"));
  w.u8(1);
  w.bytes16(as_bytes(s.net));
  w.u64(s.from.value);
  w.u64(s.to.value);
  w.u64(s.last_height.value);
  w.raw(s.last_vote.view());
  w.u64(s.time.value);
  w.bytes32(s.highest_qc);
  w.u16(s.validator);
  return std::move(w).take();
}

}  // namespace

Bytes encode(const EpochStatement& s) {
  Bytes out = statement_content(s);
  out.insert(out.end(), s.signature.bytes.begin(), s.signature.bytes.end());
  return out;
}

Digest epoch_digest(const EpochStatement& s) {
  return tagged_hash("stele/v1/epoch", statement_content(s));
}

Result<EpochStatement, Rejection> decode_epoch_statement(ByteView in) {
  Reader r(in);
  r.expect("STLE");
  const auto version = r.u8();
  EpochStatement s;
  s.net = as_text(r.bytes16(net_bytes_max));
  s.from.value = r.u64();
  s.to.value = r.u64();
  s.last_height.value = r.u64();
  s.last_vote = r.fixed<HeaderHash>();
  s.time.value = r.u64();
  const auto qc = r.bytes32(qc_bytes_max);
  s.highest_qc.assign(qc.begin(), qc.end());
  s.validator = r.u16();
  s.signature = r.fixed<Signature>();
  if (!r.done()) return reject(RejectionCode::bad_form, "epoch_statement");
  if (version != 1) return reject(RejectionCode::wrong_version, "epoch_statement");
  if (s.to <= s.from) return reject(RejectionCode::out_of_bounds, "epoch_statement.to");
  if (!s.highest_qc.empty()) STELE_CHECK(decode_qc(s.highest_qc));
  return s;
}

Bytes encode(const EpochProof& p) {
  Writer w;
  w.raw(as_bytes("STLP"));
  w.u8(1);
  w.u16(static_cast<std::uint16_t>(p.statements.size()));
  for (const auto& s : p.statements) w.bytes32(encode(s));
  return std::move(w).take();
}

Result<EpochProof, Rejection> decode_epoch_proof(ByteView in) {
  Reader r(in);
  r.expect("STLP");
  const auto version = r.u8();
  const auto count = r.u16();
  if (!r.ok()) return reject(RejectionCode::bad_form, "epoch_proof");
  if (version != 1) return reject(RejectionCode::wrong_version, "epoch_proof");
  if (count == 0 || count > validators_max) return reject(RejectionCode::out_of_bounds, "epoch_proof");
  EpochProof p;
  for (std::uint16_t i = 0; i < count; ++i) {
    STELE_TRY(auto s, decode_epoch_statement(r.bytes32(qc_bytes_max + 512)));
    if (i > 0 && s.validator <= p.statements.back().validator)
      return reject(RejectionCode::not_ascending, "epoch_proof");
    p.statements.push_back(std::move(s));
  }
  if (!r.done()) return reject(RejectionCode::bad_form, "epoch_proof");
  return p;
}

}  // namespace stele::log
