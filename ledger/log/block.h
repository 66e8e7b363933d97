// An ordered batch of records, chained to its parent (wire-format.md section 7). Pure.
#pragma once

#include "ledger/log/certificate.h"
#include "ledger/log/wire.h"

namespace stele::log {

inline constexpr std::size_t block_records_max = 4096;
inline constexpr std::size_t block_bytes_max = 8'388'608;

struct Ack {
  LeafHash leaf;
  std::uint16_t vault = 0;
  Signature signature;
};
[[nodiscard]] Digest ack_digest(std::string_view net, const LeafHash&, std::uint16_t vault);

struct Block {
  std::string net;
  std::uint32_t rules = 1;
  Epoch epoch;
  Height height;
  std::uint32_t attempt = 0;
  HeaderHash parent;
  Bytes parent_qc;    ///< empty at height 1
  Bytes epoch_proof;  ///< empty: none
  std::vector<Ack> acks;
  std::uint16_t orderer = 0;
  std::vector<std::string> records;
  Signature signature;
};

[[nodiscard]] Bytes encode(const Block&);
[[nodiscard]] Result<Block, Rejection> decode_block(ByteView);
/// SHA-256 of the block without its last 64 bytes.
[[nodiscard]] Digest body_hash(const Block&);
[[nodiscard]] Digest block_digest(const Digest& body_hash);

/// A block is stored as its records and the rest: `meta` = encode() of the block with an empty record list. Joined they
/// give the block back.
[[nodiscard]] Bytes encode_meta(const Block&);
[[nodiscard]] Result<Block, Rejection> decode_meta(ByteView meta, std::vector<std::string> records);
/// Joins them as encode() would, without a copy of each record between: blocks are megabytes.
class BlockJoin {
 public:
  /// `meta` must be one that decode_meta takes. `bytes`: of the whole, as far as is known.
  BlockJoin(ByteView meta, std::uint32_t count, std::size_t bytes);
  void add(std::string_view jws) { out_.bytes32(as_bytes(jws)); }
  [[nodiscard]] Bytes finish() &&;

 private:
  ByteView signature_;
  Writer out_;
};

}  // namespace stele::log
