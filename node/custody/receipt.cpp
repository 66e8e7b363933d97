#include "node/custody/receipt.h"

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"

namespace stele::custody {
namespace {

LeafHash leaf_of(const RecordId& id) {
  return log::merkle_leaf(id.view());
}

}  // namespace

void write(log::Writer& w, const Word& x) {
  w.u16(x.orderer);
  w.u64(x.height.value);
  w.u64(x.time.value);
  w.raw(x.signature.view());
}

Word read_word(log::Reader& r) {
  Word out;
  out.orderer = r.u16();
  out.height.value = r.u53();
  out.time.value = r.u53();
  out.signature = r.fixed<Signature>();
  return out;
}

Digest root_of(std::span<const RecordId> ids) {
  STELE_ASSERT(!ids.empty() && ids.size() <= receipt_records_max);
  std::vector<LeafHash> leaves;
  leaves.reserve(ids.size());
  for (const auto& id : ids) leaves.push_back(leaf_of(id));
  return log::merkle_root(leaves);
}

Digest word_digest(std::string_view net, const Word& x, std::size_t records, const Digest& root) {
  log::Writer w;
  w.raw(as_bytes(net));
  w.u8(0);
  w.u16(x.orderer);
  w.u64(x.height.value);
  w.u64(x.time.value);
  w.u32(static_cast<std::uint32_t>(records));
  w.raw(root.view());
  return tagged_hash("stele/v1/held", w.bytes());
}

void write(log::Writer& w, const Receipt& x) {
  write(w, x.word);
  w.u32(x.records);
  w.u32(x.index);
  w.u8(static_cast<std::uint8_t>(x.path.size()));
  for (const auto& hash : x.path) w.raw(hash.view());
}

Receipt read_receipt(log::Reader& r) {
  Receipt out;
  out.word = read_word(r);
  out.records = r.u32();
  out.index = r.u32();
  const auto hashes = r.u8();
  for (std::uint8_t i = 0; r.ok() && i < hashes; ++i) out.path.push_back(r.fixed<Digest>());
  return out;
}

Receipt receipt_of(const Word& word, std::span<const RecordId> ids, std::size_t index) {
  STELE_ASSERT(index < ids.size() && ids.size() <= receipt_records_max);
  log::MerkleTree tree;
  for (const auto& id : ids) tree.append(leaf_of(id));
  return {word, static_cast<std::uint32_t>(ids.size()), static_cast<std::uint32_t>(index),
          tree.inclusion_path(index, ids.size())};
}

bool verify(const Receipt& x, const RecordId& id, const record::Genesis& genesis) {
  if (x.records > receipt_records_max || x.word.orderer >= genesis.orderers.size()) return false;
  const auto root = log::root_from_inclusion(leaf_of(id), x.index, x.records, x.path);
  const auto key = VerifyKey::parse(genesis.orderers[x.word.orderer].key);
  return root && key && key->verify(word_digest(genesis.net, x.word, x.records, *root), x.word.signature);
}

}  // namespace stele::custody
