#include "ledger/store/status_history.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/seed.h"

namespace stele::store {
namespace {

using log::Status;

/// A log that grows and changes, with a copy of its tree after each block.
struct Grown {
  log::StatusTree tree;
  StatusHistory history;
  std::vector<log::StatusTree> trees;  ///< [height - 1]

  void block(std::uint64_t count, const std::vector<std::pair<std::uint64_t, Status>>& later, Status entering) {
    const RecordIndex first{tree.size()};
    std::vector<std::pair<RecordIndex, Status>> changes;
    for (std::uint64_t i = 0; i < count; ++i) {
      changes.emplace_back(RecordIndex{tree.size()}, entering);
      tree.append(entering);
    }
    for (const auto& [index, status] : later) {
      changes.emplace_back(RecordIndex{index}, status);
      tree.set({index}, status);
    }
    (void)tree.root();
    trees.push_back(tree);
    history.note({trees.size()}, first, changes);
  }

  [[nodiscard]] ::testing::AssertionResult proves(std::uint64_t index, std::uint64_t height) const {
    const auto& then = trees[height - 1];
    const auto proof = history.prove(tree, {index}, {height}, then.size());
    const auto shown = log::verify_status({index}, then.size(), proof.leaf, proof.path, then.root());
    if (shown != then.get({index})) return ::testing::AssertionFailure() << "record " << index << " at " << height;
    if (history.at({index}, {height}) != then.get({index})) return ::testing::AssertionFailure() << "at " << height;
    return ::testing::AssertionSuccess();
  }
};

TEST(StatusHistory, ProvesEveryRecordAtEveryHeightOfARandomLog) {
  std::mt19937 random(test::seed());
  Grown g;
  for (int block = 0; block < 60; ++block) {
    std::vector<std::pair<std::uint64_t, Status>> later;
    const std::uint64_t count = random() % 120;
    const std::uint64_t size = g.tree.size() + count;
    for (std::uint64_t i = 0; size > 0 && i < random() % 6; ++i)
      later.emplace_back(random() % size, Status(random() % 4));
    g.block(count, later, random() % 3 == 0 ? Status::suspended : Status::valid);
  }
  for (std::uint64_t height = 1; height <= g.trees.size(); ++height) {
    for (std::uint64_t i = 0; i < g.trees[height - 1].size(); i += 1 + random() % 40) ASSERT_TRUE(g.proves(i, height));
  }
}

TEST(StatusHistory, ShowsTheStatusOfThenAfterAChange) {
  Grown g;
  g.block(300, {}, Status::valid);
  g.block(300, {{5, Status::suspended}}, Status::valid);
  g.block(1, {{5, Status::revoked}}, Status::valid);
  EXPECT_EQ(g.history.at({5}, {1}), Status::valid);
  EXPECT_EQ(g.history.at({5}, {2}), Status::suspended);
  EXPECT_EQ(g.history.at({5}, {3}), Status::revoked);
  for (std::uint64_t height = 1; height <= 3; ++height) EXPECT_TRUE(g.proves(5, height));
}

TEST(StatusHistory, ARecordThatEntersAndChangesInOneBlockShowsTheLast) {
  Grown g;
  g.block(2, {{0, Status::suspended}, {0, Status::valid}, {1, Status::superseded}}, Status::valid);
  EXPECT_TRUE(g.proves(0, 1));
  EXPECT_TRUE(g.proves(1, 1));
}

}  // namespace
}  // namespace stele::store
