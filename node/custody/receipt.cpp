#include "node/custody/receipt.h"

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"

namespace stele::custody {

LeafHash leaf_of(const Digest& item) {
  return log::merkle_leaf(item.view());
}

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

Digest root_of(ItemDigests items) {
  STELE_ASSERT(!items.empty() && items.size() <= receipt_items_max);
  std::vector<LeafHash> leaves;
  leaves.reserve(items.size());
  for (const auto& item : items) leaves.push_back(leaf_of(item));
  return log::merkle_root(leaves);
}

Digest word_digest(std::string_view net, const Word& x, std::size_t items, const Digest& root) {
  log::Writer w;
  w.raw(as_bytes(net));
  w.u8(0);
  w.u16(x.orderer);
  w.u64(x.height.value);
  w.u64(x.time.value);
  w.u32(static_cast<std::uint32_t>(items));
  w.raw(root.view());
  return tagged_hash("stele/v1/held", w.bytes());
}

void write(log::Writer& w, const Receipt& x) {
  write(w, x.word);
  w.u32(x.items);
  w.u32(x.index);
  w.u8(static_cast<std::uint8_t>(x.path.size()));
  for (const auto& hash : x.path) w.raw(hash.view());
}

Receipt read_receipt(log::Reader& r) {
  Receipt out;
  out.word = read_word(r);
  out.items = r.u32();
  out.index = r.u32();
  const auto hashes = r.u8();
  for (std::uint8_t i = 0; r.ok() && i < hashes; ++i) out.path.push_back(r.fixed<Digest>());
  return out;
}

std::vector<Receipt> receipts_of(const Word& word, ItemDigests items) {
  STELE_ASSERT(items.size() <= receipt_items_max);
  log::MerkleTree tree;
  for (const auto& item : items) tree.append(leaf_of(item));
  std::vector<Receipt> out;
  out.reserve(items.size());
  const auto count = static_cast<std::uint32_t>(items.size());
  for (std::uint32_t i = 0; i < count; ++i) out.push_back({word, count, i, tree.inclusion_path(i, count)});
  return out;
}

bool verify(const Receipt& x, const Digest& item, std::string_view net,
            std::span<const registry::OrdererState> orderers) {
  if (x.items > receipt_items_max || x.word.orderer >= orderers.size()) return false;
  const auto root = log::root_from_inclusion(leaf_of(item), x.index, x.items, x.path);
  return root && orderers[x.word.orderer].verify.verify(word_digest(net, x.word, x.items, *root), x.word.signature);
}

}  // namespace stele::custody
