#include "ledger/store/tail_check.h"

#include <gtest/gtest.h>

#include "ledger/store/memory_store.h"
#include "ledger/store/rocks_store.h"
#include "tests/unit/store/made_blocks.h"
#include "tests/unit/store/rocks_surgery.h"

namespace stele::store::test {
namespace {

using Kind = Hole::Kind;

TEST(CheckTail, TellsEveryStateApart) {
  const auto chain = made_chain({2, 0, 3});
  const auto store = make_memory_store();
  EXPECT_EQ(*check_tail(*store, std::nullopt), TailState::empty);
  EXPECT_EQ(*check_tail(*store, head_of(chain[0])), TailState::head_ahead) << "all blocks lost";
  ASSERT_TRUE(store->commit(std::span(chain).first(2)));
  EXPECT_EQ(*check_tail(*store, std::nullopt), TailState::head_behind);
  EXPECT_EQ(*check_tail(*store, head_of(chain[0])), TailState::head_behind);
  EXPECT_EQ(*check_tail(*store, head_of(chain[1])), TailState::equal);
  EXPECT_EQ(*check_tail(*store, head_of(chain[2])), TailState::head_ahead);
  auto other = head_of(chain[1]);
  other.header_hash.bytes[0] ^= 1;
  EXPECT_EQ(*check_tail(*store, other), TailState::different_block);
  other = head_of(chain[0]);
  other.header_hash.bytes[0] ^= 1;
  EXPECT_EQ(*check_tail(*store, other), TailState::different_block) << "below the tip as well";
}

class Holes : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = open({.net = "n", .create = true});
    // records: block 1: 0-2, 2: none, 3: 3-7, 4: 8-9, 5: 10-12
    ASSERT_TRUE(store->commit(made_chain({3, 0, 5, 2, 3})));
  }
  std::unique_ptr<Store> open(const Options& options = {.net = "n"}) {
    return open_rocks_store(folder_ / "db", options).value();
  }
  std::vector<Hole> found(Height from = {1}) { return find_holes(*open(), from).value(); }
  Surgery surgery() { return Surgery(folder_ / "db"); }

 private:
  TempFolder folder_;
};

TEST_F(Holes, AreNoneInASoundStore) {
  for (std::uint64_t from = 0; from <= 7; ++from) EXPECT_TRUE(found({from}).empty()) << from;
}

TEST_F(Holes, ShowMissingRowsAsOneRange) {
  surgery().remove("blocks", 2);
  surgery().remove("blocks", 3);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::block, 2, 3}}));
  EXPECT_EQ(found({3}), (std::vector<Hole>{{Kind::block, 3, 3}}));
  EXPECT_TRUE(found({4}).empty());
}

TEST_F(Holes, ShowAMissingFirstBlock) {
  surgery().remove("blocks", 1);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::block, 1, 1}}));
}

TEST_F(Holes, ShowMissingMetas) {
  surgery().remove("metas", 1);
  surgery().remove("metas", 4);
  surgery().remove("metas", 5);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::meta, 1, 1}, {Kind::meta, 4, 5}}));
}

TEST_F(Holes, ShowMissingRecordsAtTheBeginningInTheMiddleAndAtTheEnd) {
  for (const std::uint64_t index : {0, 4, 5, 12}) surgery().remove("records", index);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::record, 0, 0}, {Kind::record, 4, 5}, {Kind::record, 12, 12}}));
  EXPECT_EQ(found({3}), (std::vector<Hole>{{Kind::record, 4, 5}, {Kind::record, 12, 12}}));
  EXPECT_EQ(code_of(check_tail(*open(), std::nullopt)), "store_hole");
}

TEST_F(Holes, ShowEveryRecordGone) {
  for (std::uint64_t index = 0; index < 13; ++index) surgery().remove("records", index);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::record, 0, 12}}));
}

TEST_F(Holes, ShowRowsThatDoNotChain) {
  auto row = surgery().get("blocks", 4);
  row[32 + 7] ^= 1;  // first: 8 -> 9
  surgery().put("blocks", 4, row);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::chain, 4, 5}, {Kind::wrong_block, 8, 8}}));
}

TEST_F(Holes, ShowARecordThatNamesAnotherBlock) {
  surgery().put("records", 6, big_endian(4) + made_jws(6));
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::wrong_block, 6, 6}}));
}

TEST_F(Holes, ShowRecordsBehindTheEnd) {
  surgery().remove("blocks", 5);
  EXPECT_EQ(found(), (std::vector<Hole>{{Kind::stray_record, 10, 12}}));
}

TEST_F(Holes, ShowAHeadWhoseBlockIsMissing) {
  surgery().remove("blocks", 3);
  EXPECT_EQ(code_of(check_tail(*open(), head_of(made_block(3, 3, 5)))), "store_hole");
}

TEST(HolesInALongStore, AreListedUpToABound) {
  const TempFolder folder;
  const std::size_t records = 2 * holes_max + 10;
  {
    const auto store = open_rocks_store(folder / "db", {.net = "n", .create = true}).value();
    const auto row = made_block(1, 0, records);
    ASSERT_TRUE(store->commit(std::span(&row, 1)));
  }
  const Surgery surgery(folder / "db");
  surgery.remove_odd_records(records);
  const auto found = find_holes(*open_rocks_store(folder / "db", {.net = "n"}).value()).value();
  ASSERT_EQ(found.size(), holes_max);
  EXPECT_EQ(found.back(), (Hole{Kind::record, 2 * holes_max - 1, 2 * holes_max - 1}));
}

}  // namespace
}  // namespace stele::store::test
