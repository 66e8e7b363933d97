// RFC 6962 section 2.1 Merkle trees: the log of all records, its inclusion and its consistency proofs (wire-format.md
// section 1). Leaves enter as hashes; sizes and positions are plain counts of leaves, because the same tree also serves
// sheets and the status tree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/base/bytes.h"

namespace stele::log {

/// Bottom up; never longer than path_length_max.
using MerklePath = std::vector<Digest>;
inline constexpr std::size_t path_length_max = 64;

/// SHA-256(0x00 || data).
[[nodiscard]] LeafHash merkle_leaf(ByteView data);
/// SHA-256(0x01 || left || right).
[[nodiscard]] Digest merkle_node(const Digest& left, const Digest& right);
/// SHA-256(""), the root of no leaves.
[[nodiscard]] const Digest& merkle_empty_root();
/// The root over `leaves` without keeping a tree.
[[nodiscard]] Digest merkle_root(std::span<const LeafHash> leaves);

/// The only root under which `leaf` can be number `index` of `size` with this path. None if index >= size or the path
/// does not have exactly the length that the two demand.
[[nodiscard]] std::optional<Digest> root_from_inclusion(const LeafHash& leaf, std::uint64_t index, std::uint64_t size,
                                                        std::span<const Digest> path);
[[nodiscard]] bool verify_inclusion(const LeafHash& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Digest> path, const Digest& root);

/// True only if the tree of `old_size` leaves under `old_root` is a prefix of the other. False for old_size = 0
/// (nothing is a prefix of everything: such a proof says nothing), for old_size > new_size, and for a path of another
/// length.
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Digest& old_root,
                                      const Digest& new_root, std::span<const Digest> path);

/// An append-only tree with all its complete nodes in memory, 64 bytes a leaf. One writer; any number of readers while
/// nobody writes. Sizes and positions beyond size() are broken invariants: check what comes from outside first.
class MerkleTree {
 public:
  /// Amortised one node hash.
  void append(const LeafHash&);
  [[nodiscard]] std::uint64_t size() const { return levels_.empty() ? 0 : levels_.front().size(); }
  [[nodiscard]] LeafHash leaf(std::uint64_t index) const;

  [[nodiscard]] Digest root() const { return root_at(size()); }
  /// The root when the tree had `size` leaves; size <= size(). O(log size).
  [[nodiscard]] Digest root_at(std::uint64_t size) const;
  /// Proves leaf `index` in the tree of `size` leaves; index < size <= size().
  [[nodiscard]] MerklePath inclusion_path(std::uint64_t index, std::uint64_t size) const;
  /// Proves the tree of `old_size` a prefix of that of `new_size`; old_size <= new_size <= size(). Empty if old_size is
  /// 0 or new_size.
  [[nodiscard]] MerklePath consistency_path(std::uint64_t old_size, std::uint64_t new_size) const;

 private:
  [[nodiscard]] Digest range_root(std::uint64_t begin, std::uint64_t end) const;

  std::vector<std::vector<Digest>> levels_;  ///< levels_[k][i]: root over leaves [i * 2^k, (i + 1) * 2^k)
};

}  // namespace stele::log
