#include "ledger/log/merkle.h"

#include <algorithm>
#include <array>
#include <bit>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"

namespace stele::log {
namespace {

constexpr std::uint8_t leaf_prefix = 0x00;
constexpr std::uint8_t node_prefix = 0x01;

/// Roots of complete subtrees, low level first, folded from the right: what stands over a size that is no power of two.
class RightFold {
 public:
  void add_left(const Digest& subtree) { root_ = root_ ? merkle_node(subtree, *root_) : subtree; }
  [[nodiscard]] Digest root() const { return root_ ? *root_ : merkle_empty_root(); }

 private:
  std::optional<Digest> root_;
};

/// An inclusion path consists of `inner` siblings up to where the ways of the leaf and of the last leaf part, then only
/// left siblings: one for each bit set in the index above.
struct PathShape {
  std::size_t inner;
  std::size_t border;
};
PathShape inclusion_shape(std::uint64_t index, std::uint64_t size) {
  const auto inner = std::size_t(std::bit_width(index ^ (size - 1)));
  return {inner, inner == 64 ? 0 : std::size_t(std::popcount(index >> inner))};
}

/// Climbs the inner part: the bits of `position` say on which side each sibling stands.
Digest climb(Digest hash, std::uint64_t position, std::span<const Digest> siblings) {
  for (const Digest& sibling : siblings) {
    hash = (position & 1) == 0 ? merkle_node(hash, sibling) : merkle_node(sibling, hash);
    position >>= 1;
  }
  return hash;
}

/// As climb, but over left siblings only: the root of the smaller, older tree, which had nothing to the right.
Digest climb_left_only(Digest hash, std::uint64_t position, std::span<const Digest> siblings) {
  for (const Digest& sibling : siblings) {
    if ((position & 1) == 1) hash = merkle_node(sibling, hash);
    position >>= 1;
  }
  return hash;
}

Digest climb_border(Digest hash, std::span<const Digest> left_siblings) {
  for (const Digest& sibling : left_siblings) hash = merkle_node(sibling, hash);
  return hash;
}

}  // namespace

LeafHash merkle_leaf(ByteView data) {
  return LeafHash{sha256({ByteView(&leaf_prefix, 1), data}).bytes};
}

Digest merkle_node(const Digest& left, const Digest& right) {
  // One contiguous message: three short updates of the hash object cost more than two copies.
  std::array<std::uint8_t, 1 + 2 * Digest::size_bytes> message;
  message[0] = node_prefix;
  std::copy(left.bytes.begin(), left.bytes.end(), message.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), message.begin() + 1 + Digest::size_bytes);
  return sha256(message);
}

const Digest& merkle_empty_root() {
  static const Digest root = sha256(ByteView{});
  return root;
}

Digest merkle_root(std::span<const LeafHash> leaves) {
  // pending[k] is a complete subtree of 2^k leaves if bit k of the count so far is set: a binary counter.
  std::array<Digest, 64> pending;
  for (std::uint64_t count = 0; count < leaves.size(); ++count) {
    Digest carry{leaves[count].bytes};
    std::size_t level = 0;
    for (; (count >> level & 1) == 1; ++level) carry = merkle_node(pending[level], carry);
    pending[level] = carry;
  }
  RightFold fold;
  for (std::size_t level = 0; level < 64; ++level)
    if ((leaves.size() >> level & 1) == 1) fold.add_left(pending[level]);
  return fold.root();
}

std::optional<Digest> root_from_inclusion(const LeafHash& leaf, std::uint64_t index, std::uint64_t size,
                                          std::span<const Digest> path) {
  if (index >= size) return std::nullopt;
  const PathShape shape = inclusion_shape(index, size);
  if (path.size() != shape.inner + shape.border) return std::nullopt;
  return climb_border(climb(Digest{leaf.bytes}, index, path.first(shape.inner)), path.last(shape.border));
}

bool verify_inclusion(const LeafHash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> path,
                      const Digest& root) {
  return root_from_inclusion(leaf, index, size, path) == root;
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Digest& old_root, const Digest& new_root,
                        std::span<const Digest> path) {
  if (old_size == 0 || old_size > new_size) return false;
  if (old_size == new_size) return path.empty() && old_root == new_root;
  // The path is the inclusion path, in the new tree, of the last complete subtree of the old one (2^shift leaves),
  // preceded by that subtree itself; if that is the whole old tree, its root is known and not sent.
  const auto shift = std::size_t(std::countr_zero(old_size));
  PathShape shape = inclusion_shape(old_size - 1, new_size);
  shape.inner -= shift;
  const bool seed_is_old_root = std::has_single_bit(old_size);
  if (path.size() != shape.inner + shape.border + (seed_is_old_root ? 0 : 1)) return false;
  const Digest& seed = seed_is_old_root ? old_root : path.front();
  if (!seed_is_old_root) path = path.subspan(1);

  const std::uint64_t position = (old_size - 1) >> shift;
  const auto inner = path.first(shape.inner), border = path.last(shape.border);
  return climb_border(climb_left_only(seed, position, inner), border) == old_root &&
         climb_border(climb(seed, position, inner), border) == new_root;
}

void MerkleTree::append(const LeafHash& leaf) {
  Digest node{leaf.bytes};
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& nodes = levels_[level];
    nodes.push_back(node);
    if (nodes.size() % 2 == 1) return;
    node = merkle_node(nodes[nodes.size() - 2], nodes.back());
  }
}

LeafHash MerkleTree::leaf(std::uint64_t index) const {
  STELE_ASSERT(index < size());
  return LeafHash{levels_.front()[index].bytes};
}

Digest MerkleTree::root_at(std::uint64_t size) const {
  STELE_ASSERT(size <= this->size());
  return range_root(0, size);
}

/// The root over leaves [begin, end), where begin is a multiple of the smallest power of two that is >= end - begin:
/// the only ranges that stand under one node.
Digest MerkleTree::range_root(std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t count = end - begin;
  RightFold fold;
  for (std::size_t level = 0; (count >> level) != 0; ++level)
    if ((count >> level & 1) == 1) fold.add_left(levels_[level][(end >> level) - 1]);
  return fold.root();
}

MerklePath MerkleTree::inclusion_path(std::uint64_t index, std::uint64_t size) const {
  STELE_ASSERT(index < size);
  STELE_ASSERT(size <= this->size());
  MerklePath path;
  std::uint64_t last = size - 1;  // position of the last, perhaps incomplete, node of each level
  for (std::size_t level = 0; last > 0; ++level, index >>= 1, last >>= 1) {
    const std::uint64_t sibling = index ^ 1;
    if (sibling > last) continue;  // no sibling: the node stands alone until a higher level
    path.push_back(range_root(sibling << level, std::min((sibling + 1) << level, size)));
  }
  STELE_ASSERT(path.size() <= path_length_max);
  return path;
}

MerklePath MerkleTree::consistency_path(std::uint64_t old_size, std::uint64_t new_size) const {
  STELE_ASSERT(old_size <= new_size);
  STELE_ASSERT(new_size <= size());
  if (old_size == 0 || old_size == new_size) return {};
  // RFC 6962 section 2.1.2 SUBPROOF as a loop from the root down to the node where the old tree ends.
  MerklePath path;
  std::uint64_t begin = 0, end = new_size;
  while (old_size != end) {
    const std::uint64_t middle = begin + std::bit_floor(end - begin - 1);
    if (old_size <= middle) {
      path.push_back(range_root(middle, end));
      end = middle;
    } else {
      path.push_back(range_root(begin, middle));
      begin = middle;
    }
  }
  if (begin != 0) path.push_back(range_root(begin, end));
  std::reverse(path.begin(), path.end());
  STELE_ASSERT(path.size() <= path_length_max);
  return path;
}

}  // namespace stele::log
