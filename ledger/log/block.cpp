#include "ledger/log/block.h"

#include <tuple>

#include "ledger/base/hash.h"
#include "ledger/log/wire.h"

namespace stele::log {
namespace {

constexpr std::size_t net_bytes_max = 64;
constexpr std::size_t epoch_proof_bytes_max = 65'536;
constexpr std::size_t acks_max = 3 * block_records_max;

void write_head(Writer& w, const Block& b) {
  w.raw(as_bytes("STLB"));
  w.u8(1);
  w.bytes16(as_bytes(b.net));
  w.u32(b.rules);
  w.u64(b.epoch.value);
  w.u64(b.height.value);
  w.u32(b.attempt);
  w.raw(b.parent.view());
  w.bytes32(b.parent_qc);
  w.bytes32(b.epoch_proof);
  w.u32(static_cast<std::uint32_t>(b.acks.size()));
  for (const auto& a : b.acks) {
    w.raw(a.leaf.view());
    w.u16(a.vault);
    w.raw(a.signature.view());
  }
  w.u16(b.orderer);
}

Bytes encode_with(const Block& b, bool records) {
  Writer w;
  std::size_t bytes = 512 + b.parent_qc.size() + b.epoch_proof.size() + b.acks.size() * 98;
  if (records) {
    for (const auto& r : b.records) bytes += r.size() + 4;
  }
  w.reserve(bytes);
  write_head(w, b);
  w.u32(records ? static_cast<std::uint32_t>(b.records.size()) : 0);
  if (records) {
    for (const auto& r : b.records) w.bytes32(as_bytes(r));
  }
  w.raw(b.signature.view());
  return std::move(w).take();
}

Result<void, Rejection> read_acks(Reader& r, Block& b) {
  const auto count = r.u32();
  if (!r.ok() || count > acks_max) return reject(RejectionCode::block_bad_encoding, "acks");
  for (std::uint32_t i = 0; i < count && r.ok(); ++i) {
    Ack a;
    a.leaf = r.fixed<LeafHash>();
    a.vault = r.u16();
    a.signature = r.fixed<Signature>();
    if (i > 0 && std::tie(a.leaf, a.vault) <= std::tie(b.acks.back().leaf, b.acks.back().vault)) {
      return reject(RejectionCode::not_ascending, "acks");
    }
    b.acks.push_back(a);
  }
  return {};
}

}  // namespace

Digest ack_digest(std::string_view net, const LeafHash& leaf, std::uint16_t vault) {
  Writer w;
  w.raw(as_bytes(net));
  w.u8(0);
  w.raw(leaf.view());
  w.u16(vault);
  return tagged_hash("stele/v1/ack", w.bytes());
}

Bytes encode(const Block& b) {
  return encode_with(b, true);
}
Bytes encode_meta(const Block& b) {
  return encode_with(b, false);
}

Result<Block, Rejection> decode_block(ByteView in) {
  if (in.size() > block_bytes_max) return reject(RejectionCode::block_too_large);
  Reader r(in);
  Block b;
  r.expect("STLB");
  const auto version = r.u8();
  b.net = as_text(r.bytes16(net_bytes_max));
  b.rules = r.u32();
  b.epoch.value = r.u53();
  b.height.value = r.u53();
  b.attempt = r.u32();
  b.parent = r.fixed<HeaderHash>();
  const auto qc = r.bytes32(qc_bytes_max);
  b.parent_qc.assign(qc.begin(), qc.end());
  const auto proof = r.bytes32(epoch_proof_bytes_max);
  b.epoch_proof.assign(proof.begin(), proof.end());
  if (!r.ok()) return reject(RejectionCode::block_bad_encoding);
  if (version != 1) return reject(RejectionCode::wrong_version, "block");
  STELE_CHECK(read_acks(r, b));
  b.orderer = r.u16();
  const auto count = r.u32();
  if (!r.ok() || count > block_records_max) return reject(RejectionCode::block_bad_encoding, "records");
  b.records.reserve(count);
  for (std::uint32_t i = 0; i < count && r.ok(); ++i)
    b.records.emplace_back(as_text(r.bytes32(record::jws_bytes_max_any)));
  b.signature = r.fixed<Signature>();
  if (!r.done()) return reject(RejectionCode::block_bad_encoding);
  return b;
}

Result<Block, Rejection> decode_meta(ByteView meta, std::vector<std::string> records) {
  STELE_TRY(auto b, decode_block(meta));
  if (!b.records.empty()) return reject(RejectionCode::block_bad_encoding, "meta");
  b.records = std::move(records);
  return b;
}

BlockJoin::BlockJoin(ByteView meta, std::uint32_t count, std::size_t bytes)
    : signature_(meta.last(Signature::size_bytes)) {
  constexpr std::size_t count_bytes = 4;
  out_.reserve(bytes);
  out_.raw(meta.first(meta.size() - Signature::size_bytes - count_bytes));
  out_.u32(count);
}
Bytes BlockJoin::finish() && {
  out_.raw(signature_);
  return std::move(out_).take();
}

Digest body_hash(const Block& b) {
  // The same bytes as encode() without its last 64, but not copied: they are megabytes.
  constexpr std::size_t length_bytes = 4;
  Writer head, lengths;
  write_head(head, b);
  head.u32(static_cast<std::uint32_t>(b.records.size()));
  for (const auto& r : b.records) lengths.u32(static_cast<std::uint32_t>(r.size()));
  std::vector<ByteView> parts{head.bytes()};
  parts.reserve(1 + 2 * b.records.size());
  for (std::size_t i = 0; i < b.records.size(); ++i) {
    parts.push_back(ByteView(lengths.bytes()).subspan(i * length_bytes, length_bytes));
    parts.push_back(as_bytes(b.records[i]));
  }
  return sha256(parts);
}

Digest block_digest(const Digest& body) {
  return tagged_hash("stele/v1/block", body.view());
}

}  // namespace stele::log
