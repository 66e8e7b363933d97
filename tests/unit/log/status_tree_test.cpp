#include "ledger/log/status_tree.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/seed.h"

namespace stele::log {
namespace {

using Statuses = std::vector<Status>;

/// wire-format.md section 8 once more, from nothing: all leaves, then the root over them.
std::vector<StatusLeaf> naive_leaves(const Statuses& statuses) {
  std::vector<StatusLeaf> leaves((statuses.size() + 255) / 256);
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    auto& byte = leaves[i / 256][i % 256 / 4];
    byte = std::uint8_t(byte | unsigned(statuses[i]) << 2 * (i % 4));
  }
  return leaves;
}
Digest naive_root(const Statuses& statuses) {
  std::vector<LeafHash> hashes;
  for (const auto& leaf : naive_leaves(statuses)) hashes.push_back(merkle_leaf(leaf));
  return merkle_root(hashes);
}

StatusTree tree_of(const Statuses& statuses) {
  StatusTree tree;
  for (const auto s : statuses) tree.append(s);
  return tree;
}

Statuses random_statuses(std::mt19937& random, std::size_t count) {
  Statuses out(count);
  for (auto& s : out) s = Status(random() % 4);
  return out;
}

TEST(StatusTree, OfNothingHasTheEmptyRoot) {
  const StatusTree tree;
  EXPECT_EQ(tree.root(), merkle_empty_root());
  EXPECT_EQ(tree.size(), 0u);
  EXPECT_EQ(tree.leaves(), 0u);
}

TEST(StatusTree, PacksFourRecordsAByteFromTheLeastSignificantBit) {
  const StatusTree tree =
      tree_of({Status::superseded, Status::suspended, Status::revoked, Status::valid, Status::suspended});
  StatusLeaf expected{};
  expected[0] = 0b00'11'10'01;
  expected[1] = 0b10;
  EXPECT_EQ(tree.leaf_bytes(0), expected);
  EXPECT_EQ(tree.root(), Digest{merkle_leaf(expected).bytes});
}

TEST(StatusTree, AgreesWithANaiveRebuildAtEverySizeAroundItsLeaves) {
  const auto seed = test::seed();
  SCOPED_TRACE("STELE_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  Statuses model;
  StatusTree tree;
  while (model.size() < 256 * 9 + 2) {
    model.push_back(Status(random() % 4));
    tree.append(model.back());
    const auto rest = model.size() % 256;
    if (rest > 1 && rest < 255 && rest % 50 != 0) continue;
    ASSERT_EQ(tree.root(), naive_root(model)) << model.size();
  }
}

TEST(StatusTree, AgreesWithANaiveRebuildUnderAnyOrderOfChanges) {
  const auto seed = test::seed();
  SCOPED_TRACE("STELE_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  Statuses model;
  StatusTree tree;
  for (int step = 0; step < 400; ++step) {
    for (auto n = random() % 60; n > 0; --n) {
      model.push_back(Status(random() % 4));
      tree.append(model.back());
    }
    for (auto n = random() % 5; n > 0 && !model.empty(); --n) {
      const auto i = random() % model.size();
      model[i] = Status(random() % 4);
      tree.set({i}, model[i]);
    }
    if (random() % 3 != 0) continue;
    ASSERT_EQ(tree.root(), naive_root(model)) << "step " << step;
  }
  ASSERT_EQ(tree.size(), model.size());
  for (std::size_t i = 0; i < model.size(); ++i) ASSERT_EQ(tree.get({i}), model[i]) << i;
  const auto leaves = naive_leaves(model);
  ASSERT_EQ(tree.leaves(), leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) ASSERT_EQ(tree.leaf_bytes(i), leaves[i]) << i;
}

TEST(StatusTree, CopiesAreIndependentWithChangesStillToBeHashed) {
  StatusTree tree = tree_of(Statuses(600));
  const Digest before = tree.root();
  tree.set({300}, Status::revoked);
  StatusTree copy = tree;
  copy.set({5}, Status::suspended);
  tree.set({300}, Status::valid);
  EXPECT_EQ(tree.root(), before);
  Statuses expected(600);
  expected[300] = Status::revoked;
  expected[5] = Status::suspended;
  EXPECT_EQ(copy.root(), naive_root(expected));
}

TEST(StatusTree, ProvesTheStatusOfEveryRecord) {
  std::mt19937 random(7);
  for (const std::size_t size : {1u, 255u, 256u, 257u, 512u, 513u, 1500u, 2048u}) {
    const Statuses model = random_statuses(random, size);
    const StatusTree tree = tree_of(model);
    for (std::size_t i = 0; i < size; ++i) {
      const auto path = tree.path(i / 256);
      ASSERT_LE(path.size(), path_length_max);
      ASSERT_EQ(verify_status({i}, size, tree.leaf_bytes(i / 256), path, tree.root()), model[i]) << i << " of " << size;
    }
  }
}

TEST(VerifyStatus, RefusesARecordBeyondTheLog) {
  const StatusTree tree = tree_of(Statuses(300));
  EXPECT_TRUE(verify_status({299}, 300, tree.leaf_bytes(1), tree.path(1), tree.root()));
  EXPECT_FALSE(verify_status({300}, 300, tree.leaf_bytes(1), tree.path(1), tree.root()));
  EXPECT_FALSE(verify_status({0}, 0, tree.leaf_bytes(0), tree.path(0), tree.root()));
  EXPECT_FALSE(verify_status({~0ull}, ~0ull, tree.leaf_bytes(0), tree.path(0), tree.root()));
}

TEST(VerifyStatus, RefusesTheLeafOrThePathOfAnotherRecord) {
  std::mt19937 random(8);
  const StatusTree tree = tree_of(random_statuses(random, 1100));
  for (std::uint64_t leaf = 0; leaf < 5; ++leaf)
    for (std::uint64_t other = 0; other < 5; ++other) {
      if (other == leaf) continue;
      const RecordIndex record{leaf * 256 + 9};
      EXPECT_FALSE(verify_status(record, 1100, tree.leaf_bytes(other), tree.path(leaf), tree.root()));
      EXPECT_FALSE(verify_status(record, 1100, tree.leaf_bytes(other), tree.path(other), tree.root()));
      EXPECT_FALSE(verify_status(record, 1100, tree.leaf_bytes(leaf), tree.path(other), tree.root()));
    }
}

TEST(VerifyStatus, RefusesEveryChangedBitAndEveryOtherLength) {
  StatusTree tree = tree_of(Statuses(700));
  tree.set({10}, Status::revoked);
  const StatusLeaf good = tree.leaf_bytes(0);
  const auto path = tree.path(0);
  for (std::size_t bit = 0; bit < 512; ++bit) {
    StatusLeaf changed = good;
    changed[bit / 8] ^= std::uint8_t(1u << bit % 8);
    EXPECT_FALSE(verify_status({10}, 700, changed, path, tree.root())) << bit;
  }
  EXPECT_FALSE(verify_status({10}, 700, ByteView(good).first(63), path, tree.root()));
  EXPECT_FALSE(verify_status({10}, 700, {}, path, tree.root()));
  EXPECT_FALSE(verify_status({10}, 700, good, std::span(path).first(path.size() - 1), tree.root()));
  auto longer = path;
  longer.push_back(tree.root());
  EXPECT_FALSE(verify_status({10}, 700, good, longer, tree.root()));
  EXPECT_FALSE(verify_status({10}, 200, good, path, tree.root()));
  EXPECT_EQ(verify_status({10}, 700, good, path, tree.root()), Status::revoked);
}

// Else the two bits would be read from beyond its end.
TEST(VerifyStatus, RefusesAShortLeafEvenUnderARootThatWasMadeForIt) {
  const Bytes leaf(10, 0xff);
  EXPECT_FALSE(verify_status({200}, 256, leaf, {}, Digest{merkle_leaf(leaf).bytes}));
}

// A leaf of 64 bytes can't be passed off as a node of two hashes, nor the other way round.
TEST(VerifyStatus, RefusesANodeInPlaceOfALeaf) {
  const StatusTree tree = tree_of(Statuses(1024));
  const auto path = tree.path(0);
  StatusLeaf node;
  const auto left = merkle_leaf(tree.leaf_bytes(0));
  std::copy(left.bytes.begin(), left.bytes.end(), node.begin());
  std::copy(path[0].bytes.begin(), path[0].bytes.end(), node.begin() + 32);
  EXPECT_FALSE(verify_status({0}, 512, node, std::span(path).subspan(1), tree.root()));
}

TEST(StatusTreeDeathTest, StopsWhenAskedBeyondItsSize) {
  StatusTree tree = tree_of(Statuses(3));
  EXPECT_DEATH(tree.set({3}, Status::revoked), "broken invariant");
  EXPECT_DEATH((void)tree.get({3}), "broken invariant");
  EXPECT_DEATH((void)tree.path(1), "broken invariant");
}

}  // namespace
}  // namespace stele::log
