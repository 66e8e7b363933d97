// What every store promises: the same claims over both.
#include "ledger/store/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "ledger/store/memory_store.h"
#include "ledger/store/rocks_store.h"
#include "ledger/store/tail_check.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::store::test {
namespace {

struct InMemory {
  std::unique_ptr<Store> store = make_memory_store();
};

struct OnDisk {
  TempFolder folder;
  std::unique_ptr<Store> store = open_rocks_store(folder / "db", {.net = "stele/test", .create = true}).value();
};

template <class Made>
class EveryStore : public ::testing::Test {
 protected:
  Store& store() { return *made_.store; }

 private:
  Made made_;
};
using Both = ::testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(EveryStore, Both);

TYPED_TEST(EveryStore, IsEmptyAtFirst) {
  const Store& s = this->store();
  EXPECT_EQ(s.tip(), std::nullopt);
  EXPECT_FALSE(s.row({0})->has_value());
  EXPECT_FALSE(s.row({1})->has_value());
  EXPECT_FALSE(s.meta({1})->has_value());
  EXPECT_FALSE(s.header({1})->has_value());
  EXPECT_FALSE(s.block({1})->has_value());
  EXPECT_FALSE(s.record({0})->has_value());
  EXPECT_FALSE(s.height_of({0})->has_value());
  EXPECT_TRUE(s.records({0}, 0)->empty());
  EXPECT_EQ(code_of(s.records({0}, 1)), "store_hole");
  EXPECT_TRUE(find_holes(s)->empty());
}

TYPED_TEST(EveryStore, GivesBackEveryByteThatWasCommitted) {
  Store& s = this->store();
  auto chain = made_chain({3, 0, 1, 20});
  chain[2].records[0] = std::string("\0\xff not text", 11);
  ASSERT_EQ(code_of(s.commit(chain)), "ok");
  EXPECT_EQ(s.tip(), (Tip{{4}, chain[3].header_hash, 24}));
  for (const auto& row : chain) {
    const BlockInfo info{row.height, row.header_hash, row.header, row.first, row.records.size()};
    EXPECT_EQ(*s.row(row.height), std::optional(info));
    EXPECT_EQ(*s.meta(row.height), std::optional(row.meta));
    EXPECT_EQ(*s.header(row.height), std::optional(row.header));
    const auto block = s.block(row.height).value();
    ASSERT_TRUE(block.has_value());
    EXPECT_EQ(block->records, row.records);
    EXPECT_EQ(block->meta, row.meta);
    EXPECT_EQ(block->first, row.first);
    for (std::size_t i = 0; i < row.records.size(); ++i) {
      const RecordIndex index{row.first.value + i};
      EXPECT_EQ(*s.record(index), std::optional(row.records[i]));
      EXPECT_EQ(*s.height_of(index), std::optional(row.height));
    }
  }
  EXPECT_FALSE(s.row({5})->has_value());
  EXPECT_FALSE(s.record({24})->has_value());
  EXPECT_TRUE(find_holes(s)->empty());
}

TYPED_TEST(EveryStore, ReadsARangeOfRecordsAcrossBlocksOrNamesTheFirstThatIsMissing) {
  Store& s = this->store();
  ASSERT_TRUE(s.commit(made_chain({2, 0, 3})));
  EXPECT_EQ(*s.records({1}, 3), (std::vector{made_jws(1), made_jws(2), made_jws(3)}));
  EXPECT_EQ(s.records({0}, 5)->size(), 5U);
  EXPECT_EQ(code_of(s.records({0}, 6)), "store_hole");
  EXPECT_NE(s.records({0}, 6).error().en.find("record 5"), std::string::npos);
  EXPECT_EQ(code_of(s.records({9}, 1)), "store_hole");
  EXPECT_EQ(code_of(s.records({~0ULL}, 2)), "store_hole");
  EXPECT_EQ(code_of(s.records({0}, records_per_read_max + 1)), "store_read_too_large");
}

TYPED_TEST(EveryStore, TakesARepeatedCommitAndChangesNothing) {
  Store& s = this->store();
  const auto chain = made_chain({3, 2, 4});
  const auto first_two = std::span(chain).first(2);
  ASSERT_TRUE(s.commit(first_two));
  const auto before = s.tip();
  EXPECT_EQ(code_of(s.commit(first_two)), "ok");
  EXPECT_EQ(code_of(s.commit(first_two.subspan(1))), "ok");
  EXPECT_EQ(s.tip(), before);
  EXPECT_EQ(code_of(s.commit(chain)), "ok") << "old rows before new ones";
  EXPECT_EQ(s.tip()->records, 9U);
  EXPECT_EQ(code_of(s.commit({})), "ok");
}

TYPED_TEST(EveryStore, RefusesAnotherBlockAtAStoredHeight) {
  Store& s = this->store();
  const auto chain = made_chain({3, 2});
  ASSERT_TRUE(s.commit(chain));
  const auto with = [&](auto change) {
    auto row = chain[1];
    change(row);
    return code_of(s.commit(std::span(&row, 1)));
  };
  EXPECT_EQ(with([](BlockRow& r) { r.header_hash.bytes[31] ^= 1; }), "store_conflict");
  EXPECT_EQ(with([](BlockRow& r) { r.header += "x"; }), "store_conflict");
  EXPECT_EQ(with([](BlockRow& r) { r.meta[0] ^= 1; }), "store_conflict");
  EXPECT_EQ(with([](BlockRow& r) { r.records[1] += "x"; }), "store_conflict");
  EXPECT_EQ(with([](BlockRow& r) { r.first.value -= 1; }), "store_conflict");
  EXPECT_EQ(with([](BlockRow& r) { r.records.pop_back(); }), "store_conflict");
  EXPECT_EQ(with([](BlockRow&) {}), "ok");
  EXPECT_EQ(*s.record({4}), std::optional(chain[1].records[1]));
}

TYPED_TEST(EveryStore, RefusesRowsThatDoNotContinueTheTip) {
  Store& s = this->store();
  const auto commit = [&](const BlockRow& row) { return code_of(s.commit(std::span(&row, 1))); };
  EXPECT_EQ(commit(made_block(2, 0, 1)), "store_not_next");
  EXPECT_EQ(commit(made_block(0, 0, 1)), "store_not_next");
  EXPECT_EQ(commit(made_block(1, 1, 1)), "store_not_next");
  ASSERT_EQ(commit(made_block(1, 0, 2)), "ok");
  EXPECT_EQ(commit(made_block(3, 2, 1)), "store_not_next");
  EXPECT_EQ(commit(made_block(0, 2, 1)), "store_not_next");
  EXPECT_EQ(commit(made_block(2, 1, 1)), "store_not_next");
  EXPECT_EQ(commit(made_block(2, 3, 1)), "store_not_next");
  EXPECT_EQ(commit(made_block(~0ULL, ~0ULL, 1)), "store_not_next");
  const std::vector gap = {made_block(2, 2, 1), made_block(4, 3, 1)};
  EXPECT_EQ(code_of(s.commit(gap)), "store_not_next");
  const std::vector twice = {made_block(2, 2, 1), made_block(2, 2, 1)};
  EXPECT_EQ(code_of(s.commit(twice)), "store_not_next");
  const std::vector jump = {made_block(1, 0, 2), made_block(3, 2, 1)};
  EXPECT_EQ(code_of(s.commit(jump)), "store_not_next");
  EXPECT_EQ(s.tip()->height, Height{1}) << "a refused commit leaves nothing, not even its good rows";
  EXPECT_FALSE(s.record({2})->has_value());
  EXPECT_EQ(commit(made_block(2, 2, 1)), "ok") << "and the store goes on";
}

TYPED_TEST(EveryStore, RefusesMoreThanItsBounds) {
  Store& s = this->store();
  const auto full = made_block(1, 0, records_per_block_max, 1);
  ASSERT_EQ(code_of(s.commit(std::span(&full, 1))), "ok");
  EXPECT_EQ(s.block({1})->value().records.size(), records_per_block_max);
  const auto above = made_block(2, records_per_block_max, records_per_block_max + 1, 1);
  EXPECT_EQ(code_of(s.commit(std::span(&above, 1))), "store_row_malformed");
  auto large = made_block(2, records_per_block_max, 1);
  large.records[0].assign(commit_bytes_max, 'x');
  EXPECT_EQ(code_of(s.commit(std::span(&large, 1))), "store_commit_too_large");
}

TYPED_TEST(EveryStore, GivesUpItsTailForAnotherAtOnce) {
  Store& s = this->store();
  const auto chain = made_chain({3, 2, 0, 4});
  ASSERT_TRUE(s.commit(chain));
  auto other = made_block(2, 3, 3);  // its first two records stood in the old block 2, too
  other.header += "of another branch\n";
  other.header_hash = hash_of(other.header);
  ASSERT_EQ(code_of(s.replace_tail({1}, std::span(&other, 1))), "ok");
  EXPECT_EQ(s.tip(), (Tip{{2}, other.header_hash, 6}));
  EXPECT_EQ(*s.header({2}), std::optional(other.header));
  EXPECT_FALSE(s.row({3})->has_value());
  EXPECT_FALSE(s.meta({4})->has_value());
  EXPECT_FALSE(s.record({6})->has_value());
  EXPECT_EQ(*s.record({5}), std::optional(other.records[2]));
  EXPECT_TRUE(find_holes(s)->empty());
  const auto third = made_block(3, 6, 1);
  EXPECT_EQ(code_of(s.commit(std::span(&third, 1))), "ok");
  EXPECT_EQ(code_of(s.replace_tail({9}, {})), "store_hole");
  EXPECT_EQ(code_of(s.replace_tail({0}, std::span(&third, 1))), "store_not_next");
  EXPECT_EQ(code_of(s.replace_tail({0}, {})), "ok");
  EXPECT_EQ(s.tip(), std::nullopt);
  EXPECT_EQ(code_of(s.commit(chain)), "ok");
}

TYPED_TEST(EveryStore, WalksInRisingOrderFromWhereItIsToldUntilItIsToldEnough) {
  Store& s = this->store();
  ASSERT_TRUE(s.commit(made_chain({2, 0, 2, 2})));
  std::vector<std::uint64_t> heights;
  ASSERT_TRUE(s.for_each_row({2}, [&](const BlockInfo& info) -> Result<Walk> {
    heights.push_back(info.height.value);
    return info.height.value == 3 ? Walk::enough : Walk::more;
  }));
  EXPECT_EQ(heights, (std::vector<std::uint64_t>{2, 3}));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> records;
  ASSERT_TRUE(s.for_each_record({1}, [&](RecordIndex i, Height h, std::string_view jws) -> Result<Walk> {
    EXPECT_EQ(jws, made_jws(i.value));
    records.emplace_back(i.value, h.value);
    return Walk::more;
  }));
  EXPECT_EQ(records, (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 1}, {2, 3}, {3, 3}, {4, 4}, {5, 4}}));
  const auto stop = s.for_each_row(
      {1}, [](const BlockInfo&) -> Result<Walk> { return Unexpected(make_error("of_the_visitor", "", "")); });
  EXPECT_EQ(code_of(stop), "of_the_visitor");
}

TYPED_TEST(EveryStore, ReplaysWholeBlocks) {
  Store& s = this->store();
  const auto chain = made_chain({2, 0, 3});
  ASSERT_TRUE(s.commit(chain));
  std::size_t next = 1;
  ASSERT_TRUE(replay(s, {2}, [&](const BlockRow& row) -> Result<Walk> {
    EXPECT_EQ(row.header, chain[next].header);
    EXPECT_EQ(row.meta, chain[next].meta);
    EXPECT_EQ(row.records, chain[next].records);
    ++next;
    return Walk::more;
  }));
  EXPECT_EQ(next, 3U);
}

TYPED_TEST(EveryStore, LetsOthersReadWholeBlocksWhileOneWrites) {
  Store& s = this->store();
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  const auto read = [&] {
    while (!stop) {
      const auto tip = s.tip();
      if (!tip) continue;
      const auto block = s.block(tip->height);
      const bool good = block && *block && (*block)->first.value + (*block)->records.size() == tip->records &&
                        (*block)->header_hash == tip->header_hash &&
                        *s.record({tip->records - 1}) == made_jws(tip->records - 1);
      if (!good) ++wrong;
    }
  };
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  for (std::uint64_t h = 1; h <= 100; ++h) {
    const auto row = made_block(h, (h - 1) * 3, 3);
    EXPECT_TRUE(s.commit(std::span(&row, 1)));
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace stele::store::test
