// Against real members of etcd: slots are written once, read in order, and survive the loss of a member.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "node/etcd/etcd_slots.h"
#include "node/etcd/etcd_watch.h"
#include "tests/support/etcd_cluster.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::etcd {
namespace {

using namespace std::chrono_literals;
using Put = ordering::Slots::Put;
using ordering::Slot;
using test::EtcdCluster;

constexpr auto net = "stele/thu/0123456789abcdef0123456789abcdef";

Slot at(std::uint64_t epoch, std::uint64_t height, std::uint32_t attempt = 0) {
  return {Epoch{epoch}, Height{height}, attempt};
}
Bytes block(const std::string& text) {
  return {text.begin(), text.end()};
}
template <class T>
T must(Result<T> r) {
  if (!r) throw std::runtime_error(r.error().code + ": " + r.error().en);
  return std::move(*r);
}

/// Three members for all tests of this program; each test uses a network of its own.
class EtcdTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!EtcdCluster::available()) return;
    folder = std::make_unique<store::test::TempFolder>();
    cluster = std::make_unique<EtcdCluster>(*folder / "etcd", 3);
  }
  static void TearDownTestSuite() {
    cluster.reset();
    folder.reset();
  }
  void SetUp() override {
    if (!cluster) GTEST_SKIP() << "NO ETCD HERE: install the package etcd-server; nothing of etcd is tested";
  }
  [[nodiscard]] std::string my_net() const {
    return std::string(net) + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  [[nodiscard]] std::unique_ptr<EtcdSlots> slots() const { return must(EtcdSlots::open(my_net(), options())); }
  [[nodiscard]] static EtcdOptions options() { return {.members = cluster->urls()}; }

  static inline std::unique_ptr<store::test::TempFolder> folder;
  static inline std::unique_ptr<EtcdCluster> cluster;
};

TEST_F(EtcdTest, TooLargeABlockIsSaidSo) {
  auto patient = options();
  patient.timeout = 60s;
  auto s = must(EtcdSlots::open(my_net(), patient));
  EXPECT_EQ(must(s->put(at(0, 1), block(std::string(20U << 20U, 'x')), true)), Put::too_large);
  EXPECT_EQ(must(s->put(at(0, 1), block("smaller"), true)), Put::kept);
}

TEST_F(EtcdTest, ASlotIsWrittenOnce) {
  auto a = slots();
  auto b = slots();
  EXPECT_EQ(must(a->put(at(0, 1), block("one"), true)), Put::kept);
  EXPECT_EQ(must(a->put(at(0, 1), block("one"), true)), Put::kept) << "the same again is no conflict";
  EXPECT_EQ(must(b->put(at(0, 1), block("other"), true)), Put::taken);
  const auto all = must(b->read(at(0, 0), 16));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].slot, at(0, 1));
  EXPECT_EQ(all[0].block, block("one"));
}

TEST_F(EtcdTest, WhatComesBeforeMustBeThere) {
  auto s = slots();
  EXPECT_EQ(must(s->put(at(0, 2), block("two"), false)), Put::early);
  EXPECT_EQ(must(s->put(at(0, 1, 1), block("again"), true)), Put::early) << "attempt 0 is missing";
  EXPECT_EQ(must(s->put(at(0, 1), block("one"), true)), Put::kept);
  EXPECT_EQ(must(s->put(at(0, 1, 1), block("again"), true)), Put::kept);
  EXPECT_EQ(must(s->put(at(0, 2), block("two"), false)), Put::kept);
  EXPECT_EQ(must(s->put(at(0, 4), block("four"), false)), Put::early);
  EXPECT_EQ(must(s->put(at(3, 2), block("new epoch"), true)), Put::kept);
  EXPECT_EQ(must(s->put(at(3, 3), block("and on"), false)), Put::kept);
}

TEST_F(EtcdTest, ReadsInOrderFromAnySlotAndOfItsNetworkOnly) {
  auto s = slots();
  auto other = must(EtcdSlots::open(my_net() + "x", options()));
  must(other->put(at(0, 1), block("not ours"), true));
  must(s->put(at(0, 1), block("1"), true));
  for (std::uint64_t h = 2; h <= 20; ++h) must(s->put(at(0, h), block(std::to_string(h)), false));
  must(s->put(at(0, 9, 1), block("9b"), false));
  must(s->put(at(1, 15), block("15e1"), true));
  std::vector<Slot> seen;
  for (const auto& k : must(s->read(at(0, 9), 16))) seen.push_back(k.slot);
  std::vector<Slot> expected{at(0, 9), at(0, 9, 1)};
  for (std::uint64_t h = 10; h <= 20; ++h) expected.push_back(at(0, h));
  expected.push_back(at(1, 15));
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(must(s->read(at(0, 9), 3)).size(), 3u);
  EXPECT_TRUE(must(s->read(at(2, 0), 3)).empty());
}

TEST_F(EtcdTest, ForgetsWhatIsBehind) {
  auto s = slots();
  must(s->put(at(0, 1), block("1"), true));
  for (std::uint64_t h = 2; h <= 10; ++h) must(s->put(at(0, h), block("x"), false));
  ASSERT_TRUE(s->forget(at(0, 8)));
  const auto left = must(s->read(at(0, 0), 16));
  ASSERT_EQ(left.size(), 3u);
  EXPECT_EQ(left[0].slot, at(0, 8));
  EXPECT_EQ(must(s->put(at(0, 11), block("x"), false)), Put::kept);
  ASSERT_TRUE(s->forget(at(0, 8))) << "again is harmless";
}

TEST_F(EtcdTest, LargeBlocksComeBackWhole) {
  auto s = slots();
  Bytes large(1 << 20);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  must(s->put(at(0, 1), large, true));
  for (std::uint64_t h = 2; h <= 8; ++h) must(s->put(at(0, h), large, false));
  std::size_t whole = 0;
  for (std::uint64_t h = 1; h <= 8;) {
    const auto some = must(s->read(at(0, h), 16));
    ASSERT_FALSE(some.empty());
    for (const auto& k : some) whole += k.block == large ? 1 : 0;
    h = some.back().slot.height.value + 1;
  }
  EXPECT_EQ(whole, 8u);
}

TEST_F(EtcdTest, OneLeadsUntilItFallsSilent) {
  auto a = slots();
  auto b = slots();
  EXPECT_TRUE(must(a->lead(0)));
  EXPECT_FALSE(must(b->lead(1)));
  EXPECT_TRUE(must(a->lead(0)));
  const auto begun = std::chrono::steady_clock::now();
  while (!must(b->lead(1))) {
    ASSERT_LT(std::chrono::steady_clock::now() - begun, 60s);
    std::this_thread::sleep_for(200ms);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(lease_s) - 2s);
  EXPECT_FALSE(must(a->lead(0)));
}

TEST_F(EtcdTest, TheWatchWakesWhenASlotIsWritten) {
  std::atomic<int> woken = 0;
  auto watch = must(EtcdWatch::start(my_net(), options(), [&] { ++woken; }));
  auto s = slots();
  const auto wakes_after = [&](auto act) {
    std::this_thread::sleep_for(500ms);  // the watch has begun, and what came of that is over
    const int before = woken;
    act();
    for (int i = 0; i < 300 && woken == before; ++i) std::this_thread::sleep_for(10ms);
    return woken != before;
  };
  EXPECT_FALSE(wakes_after([] {})) << "nothing was written";
  EXPECT_TRUE(wakes_after([&] { must(s->put(at(0, 1), block("one"), true)); }));
  EXPECT_TRUE(wakes_after([&] { must(s->put(at(0, 2), block("two"), false)); }));
}

TEST_F(EtcdTest, GoesOnWhenTheLeaderIsKilledOrFrozen) {
  auto s = slots();
  must(s->put(at(0, 1), block("1"), true));
  std::uint64_t h = 2;
  const auto write_some = [&] {
    const auto end = std::chrono::steady_clock::now() + 60s;
    for (const auto until = h + 10; h < until;) {
      const auto done = s->put(at(0, h), block(std::to_string(h)), false);
      if (done) {
        ASSERT_EQ(*done, Put::kept);
        ++h;
      }
      ASSERT_LT(std::chrono::steady_clock::now(), end);
    }
  };
  write_some();
  auto victim = cluster->leader();
  cluster->kill(victim);
  write_some();
  cluster->start(victim);
  cluster->wait_until_ready();
  victim = cluster->leader();
  cluster->freeze(victim);
  write_some();
  cluster->thaw(victim);
  cluster->wait_until_ready();
  const auto all = must(s->read(at(0, 0), 64));
  ASSERT_EQ(all.size(), h - 1);
  for (std::uint64_t i = 2; i < h; ++i) EXPECT_EQ(all[i - 1].block, block(std::to_string(i)));
}

}  // namespace
}  // namespace stele::etcd
