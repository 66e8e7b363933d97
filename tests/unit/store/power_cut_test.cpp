// The power goes in the middle of commits, and everything that was not synced with it.
#include <gtest/gtest.h>

#include <random>

#include "ledger/store/rocks_store.h"
#include "ledger/store/tail_check.h"
#include "tests/support/syncs.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::store::test {
namespace {

using stele::test::SyncedImage;

class PowerCutTest : public ::testing::Test {
 protected:
  /// A folder that is what a power cut left of the one before.
  void new_life() {
    store_.reset();
    head_.reset();
    const auto next = folder_ / ("life " + std::to_string(++lives_));
    if (image_)
      image_->write_to(next);
    else
      std::filesystem::create_directory(next);
    image_.reset();
    if (!path_.empty()) std::filesystem::remove_all(path_);
    path_ = next;
    image_ = std::make_unique<SyncedImage>(path_);
  }
  void open() {
    auto store = open_rocks_store(path_ / "db", {.net = "power", .create = true});
    ASSERT_EQ(code_of(store), "ok");
    store_ = std::move(*store);
    auto head = HeadFile::open(path_ / "head");
    ASSERT_EQ(code_of(head), "ok");
    head_ = std::move(*head);
  }
  /// The rows that come next, one or some large ones together.
  [[nodiscard]] std::vector<BlockRow> next_rows() const {
    const auto tip = store_->tip().value_or(Tip{});
    std::vector<BlockRow> out;
    auto records = tip.records;
    auto height = tip.height.value;
    do {
      ++height;
      out.push_back(made_block(height, records, records_of(height), 1000));
      records += out.back().records.size();
    } while (goes_with_the_next(height));
    return out;
  }
  void expect_sound(std::uint64_t stored, std::uint64_t head) const {
    const auto tip = store_->tip().value_or(Tip{});
    EXPECT_EQ(tip.height.value, stored);
    EXPECT_EQ(head_->head() ? head_->head()->height.value : 0, head);
    const auto tail = *check_tail(*store_, head_->head());
    EXPECT_TRUE(stored == head ? tail == (stored == 0 ? TailState::empty : TailState::equal)
                               : tail == TailState::head_behind);
    EXPECT_TRUE(find_holes(*store_)->empty());
    std::uint64_t records = 0;
    ASSERT_TRUE(replay(*store_, {1}, [&](const BlockRow& row) -> Result<Walk> {
      const auto made = made_block(row.height.value, records, records_of(row.height.value), 1000);
      EXPECT_TRUE(row.header_hash == made.header_hash && row.meta == made.meta && row.records == made.records);
      records += row.records.size();
      return Walk::more;
    }));
    EXPECT_EQ(records, tip.records);
  }

  TempFolder folder_;
  std::filesystem::path path_;
  std::unique_ptr<SyncedImage> image_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<HeadFile> head_;
  int lives_ = 0;
};

TEST_F(PowerCutTest, LosesNothingThatWasAcknowledged) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uint64_t stored = 0, head = 0;
  for (int life = 0; life < 12; ++life) {
    new_life();
    open();
    expect_sound(stored, head);
    const auto commits = 1 + random() % 15, cut = random() % (2 * commits);
    for (std::uint64_t write = 0; write < 2 * commits; write += 2) {
      const auto rows = next_rows();
      if (write == cut) image_->freeze();
      ASSERT_TRUE(store_->commit(rows));
      if (write < cut) stored = rows.back().height.value;
      if (write + 1 == cut) image_->freeze();
      ASSERT_TRUE(head_->write(head_of(rows.back())));
      if (write + 1 < cut) head = rows.back().height.value;
    }
  }
}

TEST_F(PowerCutTest, ATailThatWasGivenUpStaysGivenUp) {
  new_life();
  open();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(store_->commit(next_rows()));
  const auto kept = store_->block({5}).value().value();
  const auto other = made_block(6, kept.first.value + kept.records.size(), 3, 77);
  ASSERT_TRUE(store_->replace_tail({5}, std::span(&other, 1)));
  image_->freeze();
  new_life();
  open();
  EXPECT_EQ(store_->tip()->height.value, 6U);
  EXPECT_EQ(store_->block({6}).value()->records, other.records);
}

TEST_F(PowerCutTest, AnImageHoldsWhatWasSyncedAndNoMore) {
  new_life();
  open();
  ASSERT_TRUE(store_->commit(next_rows()));
  ASSERT_TRUE(head_->write(head_of(store_->block({1}).value().value())));
  image_->freeze();
  const auto before = store_->tip()->height.value;
  ASSERT_TRUE(store_->commit(next_rows()));
  ASSERT_TRUE(head_->write(head_of(store_->block({before + 1}).value().value())));
  new_life();
  open();
  EXPECT_EQ(store_->tip()->height.value, before);
  EXPECT_EQ(head_->head()->height.value, 1U);
}

}  // namespace
}  // namespace stele::store::test
