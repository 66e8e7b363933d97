#include "ledger/log/merkle.h"

#include <gtest/gtest.h>

#include <bit>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"

namespace stele::log {
namespace {

constexpr std::size_t sizes_max = 70;
using Leaves = std::span<const LeafHash>;

LeafHash leaf_number(std::uint64_t i) {
  return merkle_leaf(as_bytes("leaf " + std::to_string(i)));
}

std::vector<LeafHash> some_leaves(std::size_t count) {
  std::vector<LeafHash> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(leaf_number(i));
  return out;
}

MerkleTree tree_of(Leaves leaves) {
  MerkleTree tree;
  for (const auto& leaf : leaves) tree.append(leaf);
  return tree;
}

// RFC 6962 section 2.1, word for word and slow: MTH, PATH and SUBPROOF.
std::size_t split(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
Digest mth(Leaves d) {
  if (d.empty()) return sha256(ByteView{});
  if (d.size() == 1) return Digest{d[0].bytes};
  const auto k = split(d.size());
  const Digest left = mth(d.first(k)), right = mth(d.subspan(k));
  constexpr std::uint8_t one[] = {1};
  return sha256({one, left.view(), right.view()});
}
MerklePath rfc_path(std::size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const auto k = split(d.size());
  MerklePath out = m < k ? rfc_path(m, d.first(k)) : rfc_path(m - k, d.subspan(k));
  out.push_back(m < k ? mth(d.subspan(k)) : mth(d.first(k)));
  return out;
}
MerklePath rfc_subproof(std::size_t m, Leaves d, bool whole) {
  if (m == d.size()) return whole ? MerklePath{} : MerklePath{mth(d)};
  const auto k = split(d.size());
  MerklePath out = m <= k ? rfc_subproof(m, d.first(k), whole) : rfc_subproof(m - k, d.subspan(k), false);
  out.push_back(m <= k ? mth(d.subspan(k)) : mth(d.first(k)));
  return out;
}

TEST(Merkle, GivesTheRootsOfTheCertificateTransparencyTestData) {
  const char* data[] = {
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  const char* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleTree tree;
  EXPECT_EQ(hex(tree.root().view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < std::size(data); ++i) {
    tree.append(merkle_leaf(*unhex(data[i])));
    EXPECT_EQ(hex(tree.root().view()), roots[i]) << i;
  }
}

TEST(MerkleTree, HasTheRootsOfRfc6962AtEverySize) {
  const auto leaves = some_leaves(sizes_max);
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t n = 0; n <= sizes_max; ++n) {
    const Digest expected = mth(Leaves(leaves).first(n));
    EXPECT_EQ(tree.root_at(n), expected) << n;
    EXPECT_EQ(merkle_root(Leaves(leaves).first(n)), expected) << n;
    EXPECT_EQ(tree_of(Leaves(leaves).first(n)).root(), expected) << n;
  }
}

TEST(MerkleTree, KeepsItsLeaves) {
  const auto leaves = some_leaves(9);
  const MerkleTree tree = tree_of(leaves);
  EXPECT_EQ(tree.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(tree.leaf(i), leaves[i]);
}

TEST(MerkleTree, HasTheInclusionPathsOfRfc6962) {
  const auto leaves = some_leaves(sizes_max);
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t n = 1; n <= sizes_max; ++n)
    for (std::size_t i = 0; i < n; ++i) {
      const auto path = tree.inclusion_path(i, n);
      ASSERT_EQ(path, rfc_path(i, Leaves(leaves).first(n))) << i << " of " << n;
      ASSERT_TRUE(verify_inclusion(leaves[i], i, n, path, tree.root_at(n))) << i << " of " << n;
    }
}

TEST(MerkleTree, HasTheConsistencyPathsOfRfc6962) {
  const auto leaves = some_leaves(sizes_max);
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t n = 1; n <= sizes_max; ++n) {
    EXPECT_EQ(tree.consistency_path(0, n), MerklePath{});
    for (std::size_t m = 1; m <= n; ++m) {
      const auto path = tree.consistency_path(m, n);
      ASSERT_EQ(path, rfc_subproof(m, Leaves(leaves).first(n), true)) << m << " in " << n;
      ASSERT_TRUE(verify_consistency(m, n, tree.root_at(m), tree.root_at(n), path)) << m << " in " << n;
    }
  }
}

TEST(Inclusion, RefusesAnotherIndexOrLeaf) {
  const auto leaves = some_leaves(20);
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t n = 1; n <= 20; ++n)
    for (std::size_t i = 0; i < n; ++i) {
      const auto path = tree.inclusion_path(i, n);
      for (std::size_t j = 0; j < 20; ++j) {
        if (j == i) continue;
        ASSERT_FALSE(verify_inclusion(leaves[i], j, n, path, tree.root_at(n))) << i << j << n;
        ASSERT_FALSE(verify_inclusion(leaves[j], i, n, path, tree.root_at(n))) << i << j << n;
      }
    }
}

TEST(Inclusion, RefusesAPathOfAnotherLengthOrWithAChangedBit) {
  const auto leaves = some_leaves(40);
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t n = 1; n <= 40; ++n)
    for (std::size_t i = 0; i < n; ++i) {
      const Digest root = tree.root_at(n);
      const auto path = tree.inclusion_path(i, n);
      for (std::size_t k = 0; k < path.size(); ++k) {
        auto changed = path;
        changed[k].bytes[k % 32] ^= 1;
        ASSERT_FALSE(verify_inclusion(leaves[i], i, n, changed, root));
        auto shorter = path;
        shorter.erase(shorter.begin() + std::ptrdiff_t(k));
        ASSERT_FALSE(root_from_inclusion(leaves[i], i, n, shorter));
      }
      auto longer = path;
      longer.push_back(root);
      ASSERT_FALSE(root_from_inclusion(leaves[i], i, n, longer));
    }
}

TEST(Inclusion, RefusesAnIndexOutsideTheTree) {
  const LeafHash leaf = leaf_number(0);
  EXPECT_FALSE(root_from_inclusion(leaf, 0, 0, {}));
  EXPECT_FALSE(root_from_inclusion(leaf, 1, 1, {}));
  EXPECT_FALSE(root_from_inclusion(leaf, ~0ull, 1, {}));
  EXPECT_FALSE(root_from_inclusion(leaf, ~0ull, ~0ull, MerklePath(64)));
  EXPECT_EQ(root_from_inclusion(leaf, 0, 1, {}), Digest{leaf.bytes});
}

TEST(Inclusion, TakesPathsOfAtMost64HashesInTheLargestTree) {
  const LeafHash leaf = leaf_number(0);
  EXPECT_TRUE(root_from_inclusion(leaf, 0, ~0ull, MerklePath(path_length_max)));
  EXPECT_FALSE(root_from_inclusion(leaf, 0, ~0ull, MerklePath(path_length_max + 1)));
  EXPECT_TRUE(root_from_inclusion(leaf, ~0ull - 1, ~0ull, MerklePath(63)));  // the last leaf stands alone at the bottom
  EXPECT_FALSE(root_from_inclusion(leaf, ~0ull - 1, ~0ull, MerklePath(64)));
}

TEST(Consistency, RefusesAPathOfAnotherLengthOrWithAChangedBit) {
  const MerkleTree tree = tree_of(some_leaves(40));
  for (std::size_t n = 1; n <= 40; ++n)
    for (std::size_t m = 1; m <= n; ++m) {
      const Digest before = tree.root_at(m), after = tree.root_at(n);
      const auto path = tree.consistency_path(m, n);
      for (std::size_t k = 0; k < path.size(); ++k) {
        auto changed = path;
        changed[k].bytes[k % 32] ^= 1;
        ASSERT_FALSE(verify_consistency(m, n, before, after, changed));
        auto shorter = path;
        shorter.erase(shorter.begin() + std::ptrdiff_t(k));
        ASSERT_FALSE(verify_consistency(m, n, before, after, shorter));
      }
      for (const std::size_t place : {std::size_t(0), path.size()}) {
        auto longer = path;
        longer.insert(longer.begin() + std::ptrdiff_t(place), before);
        ASSERT_FALSE(verify_consistency(m, n, before, after, longer));
      }
    }
}

TEST(Consistency, RefusesAHistoryThatWasRewritten) {
  const auto leaves = some_leaves(40);
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t m = 1; m <= 20; ++m)
    for (std::size_t changed = 0; changed < m; ++changed) {
      auto others = leaves;
      others[changed] = leaf_number(1000);
      const MerkleTree forged = tree_of(others);
      for (const std::size_t n : {m, m + 1, m + 7, std::size_t(40)}) {
        ASSERT_FALSE(verify_consistency(m, n, tree.root_at(m), forged.root_at(n), forged.consistency_path(m, n)));
        ASSERT_FALSE(verify_consistency(m, n, tree.root_at(m), forged.root_at(n), tree.consistency_path(m, n)));
      }
    }
}

TEST(Consistency, OfNothingOrOfALargerTreeIsRefused) {
  const MerkleTree tree = tree_of(some_leaves(4));
  EXPECT_FALSE(verify_consistency(0, 0, merkle_empty_root(), merkle_empty_root(), {}));
  EXPECT_FALSE(verify_consistency(0, 4, merkle_empty_root(), tree.root(), {}));
  EXPECT_FALSE(verify_consistency(4, 3, tree.root(), tree.root_at(3), {}));
  EXPECT_FALSE(verify_consistency(~0ull, 1, tree.root(), tree.root_at(1), {}));
  EXPECT_TRUE(verify_consistency(4, 4, tree.root(), tree.root(), {}));
  EXPECT_FALSE(verify_consistency(4, 4, tree.root(), tree.root_at(3), {}));
}

TEST(MerkleTreeDeathTest, StopsWhenAskedBeyondItsSize) {
  const MerkleTree tree = tree_of(some_leaves(3));
  EXPECT_DEATH((void)tree.root_at(4), "broken invariant");
  EXPECT_DEATH((void)tree.inclusion_path(3, 3), "broken invariant");
  EXPECT_DEATH((void)tree.inclusion_path(0, 4), "broken invariant");
  EXPECT_DEATH((void)tree.consistency_path(3, 2), "broken invariant");
  EXPECT_DEATH((void)tree.leaf(3), "broken invariant");
}

TEST(MerkleTree, ServesPathsOfALargeLog) {
  constexpr std::uint64_t size = 100003;
  MerkleTree tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf_number(i));
  const Digest root = tree.root();
  for (std::uint64_t i = 0; i < size; i += 997)
    EXPECT_TRUE(verify_inclusion(leaf_number(i), i, size, tree.inclusion_path(i, size), root)) << i;
  for (std::uint64_t m = 1; m < size; m += 991)
    EXPECT_TRUE(verify_consistency(m, size, tree.root_at(m), root, tree.consistency_path(m, size))) << m;
}

}  // namespace
}  // namespace stele::log
