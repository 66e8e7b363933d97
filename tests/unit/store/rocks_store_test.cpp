#include "ledger/store/rocks_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/store/tail_check.h"
#include "tests/support/syncs.h"
#include "tests/unit/store/made_blocks.h"
#include "tests/unit/store/rocks_surgery.h"

namespace stele::store::test {
namespace {

class RocksStore : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(Options options = {}) {
    if (options.net.empty()) options.net = "stele/test";
    return open_rocks_store(path(), options);
  }
  std::filesystem::path path() const { return folder_ / "db"; }
  void make(const std::vector<BlockRow>& chain) {
    auto store = open({.create = true});
    ASSERT_EQ(code_of(store), "ok");
    ASSERT_TRUE((*store)->commit(chain));
  }
  TempFolder folder_;
};

TEST_F(RocksStore, IsMadeOnlyWhenAsked) {
  EXPECT_EQ(code_of(open()), "store_absent");
  EXPECT_EQ(code_of(open({.read_only = true})), "store_absent");
  EXPECT_EQ(code_of(open({.create = true, .read_only = true})), "store_absent");
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(code_of(open({.create = true})), "ok");
  EXPECT_EQ(code_of(open({.create = true})), "ok") << "asking again opens what is there";
  EXPECT_EQ(code_of(open()), "ok");
}

TEST_F(RocksStore, HoldsEverythingAfterReopening) {
  const auto chain = made_chain({3, 0, 5});
  make(chain);
  const auto store = open().value();
  EXPECT_EQ(store->tip(), (Tip{{3}, chain[2].header_hash, 8}));
  for (const auto& row : chain) EXPECT_EQ(store->block(row.height)->value().records, row.records);
  EXPECT_TRUE(find_holes(*store)->empty());
  const auto next = made_block(4, 8, 1);
  EXPECT_EQ(code_of(store->commit(std::span(&next, 1))), "ok");
}

TEST_F(RocksStore, RefusesAnUnknownVersionAndChangesNothing) {
  make(made_chain({1}));
  const Surgery surgery(path());
  surgery.put_setting("format", big_endian(3));
  const auto refused = open({.create = true});
  ASSERT_EQ(code_of(refused), "store_version_unknown");
  EXPECT_NE(refused.error().en.find("version 3"), std::string::npos);
  surgery.put_setting("format", "x");
  EXPECT_EQ(code_of(open()), "store_version_unknown");
  surgery.remove_setting("format");
  EXPECT_EQ(code_of(open()), "store_version_unknown");
  EXPECT_EQ(code_of(open({.create = true})), "store_damaged") << "blocks without a version are not taken over";
  surgery.put_setting("format", big_endian(2));
  EXPECT_EQ(code_of(open()), "ok");
}

TEST_F(RocksStore, RefusesTheStoreOfAnotherNetwork) {
  make(made_chain({1}));
  EXPECT_EQ(code_of(open({.net = "stele/pilot", .create = true})), "store_net_mismatch");
  EXPECT_EQ(code_of(open({.net = "stele/pilot", .read_only = true})), "store_net_mismatch");
  EXPECT_EQ(code_of(open()), "ok");
}

TEST_F(RocksStore, HasOneWriterAndAnyNumberOfReadersBesideIt) {
  const auto chain = made_chain({2, 2, 2});
  const auto writer = open({.create = true}).value();
  ASSERT_TRUE(writer->commit(std::span(chain).first(2)));
  EXPECT_EQ(code_of(open()), "store_locked");
  const auto reader = open({.read_only = true}).value();
  ASSERT_TRUE(writer->commit(chain));
  EXPECT_EQ(reader->tip()->height, Height{2}) << "as it was when it was opened";
  EXPECT_EQ(reader->block({2})->value().records, chain[1].records);
  EXPECT_EQ(code_of(reader->commit(chain)), "store_read_only");
  EXPECT_EQ(code_of(reader->replace_tail({1}, {})), "store_read_only");
  EXPECT_EQ(open({.read_only = true}).value()->tip()->height, Height{3});
}

TEST_F(RocksStore, StopsWritingAtTheFloorOfFreeSpaceAndGoesOnReading) {
  const auto chain = made_chain({2, 2});
  std::uint64_t free = 10'000'000;
  Options options{.create = true, .free_space_floor_bytes = 1'000'000};
  options.free_space = [&free](const std::filesystem::path&) -> Result<std::uint64_t> { return free; };
  auto store = open(options).value();
  ASSERT_TRUE(store->commit(std::span(chain).first(1)));
  free = 1'000'000;  // the floor itself, but the block would go below it
  EXPECT_EQ(code_of(store->commit(chain)), "space_floor");
  EXPECT_EQ(*store->record({1}), std::optional(chain[0].records[1]));
  EXPECT_EQ(code_of(store->commit(std::span(chain).first(1))), "ok") << "what is there needs no space";
  free = 1'100'000;
  EXPECT_EQ(code_of(store->commit(chain)), "ok") << "and goes on as soon as there is space";
  store.reset();
  free = 999'999;
  EXPECT_EQ(code_of(open(options)), "space_floor") << "opening for writing writes";
  options.read_only = true;
  EXPECT_EQ(open(options).value()->tip()->height, Height{2});
  options.free_space = [](const std::filesystem::path&) -> Result<std::uint64_t> {
    return Unexpected(make_error("store_io", "", ""));
  };
  options.read_only = false;
  EXPECT_EQ(code_of(open(options)), "store_io") << "unknown space is not free space";
}

TEST_F(RocksStore, MeasuresTheSpaceOfTheDiskThatHoldsIt) {
  const auto here = free_space_of(std::filesystem::temp_directory_path());
  ASSERT_TRUE(here);
  EXPECT_GT(*here, 0U);
  EXPECT_EQ(code_of(free_space_of("/no/such/folder")), "store_io");
  Options options{.create = true, .free_space_floor_bytes = ~0ULL >> 1};
  EXPECT_EQ(code_of(open(options)), "space_floor");
}

TEST_F(RocksStore, SyncsOncePerCommitHoweverManyBlocks) {
  const auto chain = made_chain({2, 2, 40, 0});
  const auto store = open({.create = true}).value();
  int before = stele::test::syncs_so_far();
  ASSERT_TRUE(store->commit(std::span(chain).first(1)));
  EXPECT_EQ(stele::test::syncs_so_far() - before, 1);
  before = stele::test::syncs_so_far();
  ASSERT_TRUE(store->commit(chain));
  EXPECT_EQ(stele::test::syncs_so_far() - before, 1);
}

TEST_F(RocksStore, TakesNothingMoreAfterAFailedSyncUntilItIsReopened) {
  const auto chain = made_chain({2, 2});
  auto store = open({.create = true}).value();
  ASSERT_TRUE(store->commit(std::span(chain).first(1)));
  stele::test::fail_next_sync();
  EXPECT_EQ(code_of(store->commit(chain)), "store_io");
  EXPECT_EQ(store->tip()->height, Height{1}) << "what is not synced is not shown";
  EXPECT_EQ(code_of(store->commit(chain)), "store_failed");
  EXPECT_EQ(*store->record({0}), std::optional(chain[0].records[0])) << "reads go on";
  store = nullptr;
  store = open().value();
  EXPECT_GE(store->tip()->height, Height{1}) << "the outcome is unknown, but what was acknowledged is there";
  EXPECT_EQ(code_of(store->commit(chain)), "ok") << "and repeating is harmless";
  EXPECT_EQ(store->tip()->records, 4U);
  EXPECT_TRUE(find_holes(*store)->empty());
}

/// Some more than is written as tables at once.
std::vector<BlockRow> large_chain(std::uint64_t after, std::uint64_t first) {
  std::vector<BlockRow> out;
  for (std::uint64_t i = 0; i < 5; ++i) out.push_back(made_block(after + 1 + i, first + i * 1000, 1000, 1000));
  return out;
}

TEST_F(RocksStore, TakesMuchAtOnceBetweenLittleAndHoldsAllOfIt) {
  auto chain = made_chain({3, 2});
  auto store = open({.create = true}).value();
  ASSERT_EQ(code_of(store->commit(chain)), "ok");
  const auto much = large_chain(2, 5);
  ASSERT_EQ(code_of(store->commit(much)), "ok");
  EXPECT_EQ(code_of(store->commit(much)), "ok") << "repeating is harmless";
  const auto little = made_block(8, 5005, 4);
  ASSERT_EQ(code_of(store->commit(std::span(&little, 1))), "ok");
  const auto more = large_chain(8, 5009);
  ASSERT_EQ(code_of(store->commit(more)), "ok");
  EXPECT_FALSE(std::filesystem::exists(path() / "incoming"));
  chain.insert(chain.end(), much.begin(), much.end());
  chain.push_back(little);
  chain.insert(chain.end(), more.begin(), more.end());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(store->tip(), (Tip{{13}, chain.back().header_hash, 10'009}));
    EXPECT_TRUE(find_holes(*store)->empty());
    for (const auto& row : chain) {
      const auto block = store->block(row.height).value();
      ASSERT_TRUE(block.has_value());
      EXPECT_TRUE(block->records == row.records && block->meta == row.meta && block->header == row.header);
    }
    store = nullptr;
    store = open().value();
  }
}

TEST_F(RocksStore, GivesUpMuchThatItTookAtOnceAndTakesItAgain) {
  const auto store = open({.create = true}).value();
  const auto much = large_chain(0, 0);
  ASSERT_EQ(code_of(store->commit(much)), "ok");
  ASSERT_EQ(code_of(store->replace_tail({1}, {})), "ok");
  EXPECT_EQ(store->tip()->records, 1000U);
  EXPECT_FALSE(store->record({1000})->has_value());
  EXPECT_TRUE(find_holes(*store)->empty());
  ASSERT_EQ(code_of(store->commit(std::span(much).subspan(1))), "ok");
  EXPECT_EQ(store->record({4321})->value(), made_jws(4321, 1000));
  EXPECT_TRUE(find_holes(*store)->empty());
}

TEST_F(RocksStore, AFailedSyncOfMuchAtOnceLeavesAllOrNothing) {
  make(made_chain({3}));
  const auto much = large_chain(1, 3);
  auto store = open().value();
  stele::test::fail_next_sync();
  EXPECT_EQ(code_of(store->commit(much)), "store_io");
  EXPECT_EQ(store->tip()->height, Height{1});
  EXPECT_EQ(code_of(store->commit(much)), "store_failed");
  store = nullptr;
  store = open().value();
  EXPECT_TRUE(find_holes(*store)->empty());
  EXPECT_EQ(code_of(store->commit(much)), "ok");
  EXPECT_EQ(store->tip()->records, 5003U);
}

TEST_F(RocksStore, FillsAHoleWithTheBlockOfAPeerButNotWithAnother) {
  const auto chain = made_chain({2, 3, 2});
  make(chain);
  const Surgery surgery(path());
  surgery.remove("blocks", 2);
  surgery.remove("metas", 2);
  surgery.remove("records", 3);
  auto store = open().value();
  using Kind = Hole::Kind;
  EXPECT_EQ(*find_holes(*store), (std::vector<Hole>{{Kind::block, 2, 2}, {Kind::record, 3, 3}}));
  EXPECT_FALSE(store->block({2})->has_value());
  auto other = chain[1];
  other.records[0] += "x";
  EXPECT_EQ(code_of(store->commit(std::span(&other, 1))), "store_conflict");
  const auto shorter = made_block(2, 2, 2);
  EXPECT_EQ(code_of(store->commit(std::span(&shorter, 1))), "store_conflict") << "does not reach its neighbour";
  const auto earlier = made_block(2, 1, 4);
  EXPECT_EQ(code_of(store->commit(std::span(&earlier, 1))), "store_conflict") << "overlaps the other neighbour";
  EXPECT_EQ(code_of(store->commit(std::span(chain).subspan(1, 1))), "ok");
  EXPECT_TRUE(find_holes(*store)->empty());
  EXPECT_EQ(store->tip(), (Tip{{3}, chain[2].header_hash, 7}));
  EXPECT_EQ(store->block({2})->value().records, chain[1].records);
}

TEST_F(RocksStore, SaysThatAMissingPartIsAHole) {
  const auto chain = made_chain({2, 3, 2});
  make(chain);
  const Surgery surgery(path());
  surgery.remove("records", 3);
  surgery.remove("metas", 3);
  const auto store = open().value();
  EXPECT_EQ(code_of(store->block({2})), "store_hole");
  EXPECT_EQ(code_of(store->block({3})), "store_hole");
  EXPECT_EQ(code_of(store->records({2}, 2)), "store_hole");
  EXPECT_EQ(code_of(replay(*store, {1}, [](const BlockRow&) -> Result<Walk> { return Walk::more; })), "store_hole");
}

TEST_F(RocksStore, RefusesValuesThatItNeverWrote) {
  make(made_chain({2, 2, 2}));
  const Surgery surgery(path());
  surgery.put("records", 1, "short");
  surgery.put("blocks", 2, "short");
  {
    const auto store = open().value();
    EXPECT_EQ(code_of(store->record({1})), "store_damaged");
    EXPECT_EQ(code_of(store->height_of({1})), "store_damaged");
    EXPECT_EQ(code_of(store->records({0}, 2)), "store_damaged");
    EXPECT_EQ(code_of(store->row({2})), "store_damaged");
    EXPECT_EQ(code_of(find_holes(*store)), "store_damaged");
  }
  surgery.put("blocks", 3, "short");
  EXPECT_EQ(code_of(open()), "store_damaged");
}

TEST_F(RocksStore, OpensWithoutItsLostEndAndTheHeadFileTells) {
  const auto chain = made_chain({2, 2, 2});
  make(chain);
  // Since recovery writes tables, only what was committed after the last opening is in the log: cut in the middle of
  // it.
  const auto later = made_block(4, 6, 400, 1000);
  ASSERT_TRUE(open().value()->commit(std::span(&later, 1)));
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(path()))
    if (entry.path().extension() == ".log" && entry.file_size() > 100'000) log = entry.path();
  ASSERT_FALSE(log.empty());
  {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100'000);
    file.put('\0').put('\1').put('\2').put('\3');
  }
  const auto store = open().value();
  EXPECT_EQ(store->tip()->height, Height{3});
  EXPECT_TRUE(find_holes(*store)->empty());
  EXPECT_EQ(*check_tail(*store, head_of(later)), TailState::head_ahead);
  EXPECT_EQ(code_of(store->commit(std::span(&later, 1))), "ok") << "fetched from a peer";
  EXPECT_EQ(*check_tail(*store, head_of(later)), TailState::equal);
}

}  // namespace
}  // namespace stele::store::test
