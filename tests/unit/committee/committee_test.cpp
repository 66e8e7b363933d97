// Nodes joined by direct links: what one says goes to all others at once.
#include <shared_mutex>

#include "node/custody/items.h"
#include "node/ordering/sequencer.h"
#include "tests/unit/committee/network.h"

namespace stele::committee {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

/// Carries what each node says to all others, and blocks to those that are behind.
class Direct {
 public:
  explicit Direct(Network& net) : net_(net) {}
  ~Direct() { stop(); }
  Direct(const Direct&) = delete;
  Direct& operator=(const Direct&) = delete;

  void start_all() {
    for (auto& n : net_.nodes) {
      net_.start(n->number, {{}, [this](Node& who) { asks_[who.number] = true; }});
    }
    for (auto& n : net_.nodes) threads_.emplace_back([this, &n] { carry(*n); });
  }
  /// While it is held nothing is carried.
  [[nodiscard]] std::unique_lock<std::shared_mutex> silence() { return std::unique_lock(carrying_); }
  void stop() {
    stopping_ = true;
    for (auto& t : threads_) t.join();
    threads_.clear();
    for (auto& n : net_.nodes) n->committee->stop();
  }

 private:
  void ask_for_votes_of(Node& n) {
    for (auto& peer : net_.nodes) {
      if (peer->number == n.number) continue;
      peer->committee->highest_vote_of(public_of(validator_name(n.number)), [&n, from = peer->number](const auto& v) {
        if (v) n.committee->answer(public_of(validator_name(from)), *v);
      });
    }
  }
  void carry(Node& n) {
    std::uint64_t after = 0;
    while (!stopping_) {
      if (asks_[n.number].exchange(false)) ask_for_votes_of(n);
      const auto part = n.feed->wait(after, Feed::Which::own, Steady::now() + 20ms);
      after = part.next;
      const std::shared_lock carrying(carrying_);
      for (auto& peer : net_.nodes) {
        if (peer->number != n.number) must(peer->committee->receive(part.messages));
      }
    }
  }

  Network& net_;
  std::array<std::atomic<bool>, 8> asks_{};
  std::shared_mutex carrying_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;
};

TEST(Committee, RecordsOfTwoOrderersBecomeFinalEverywhere) {
  Network net(4, 2);
  Direct links(net);
  links.start_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  std::vector<std::future<std::vector<Outcome>>> done;
  for (std::size_t i = 1; i <= 200; ++i) done.push_back(net.submit(i % 2, {net.org(i)}));
  for (auto& d : done) {
    ASSERT_EQ(d.wait_for(60s), std::future_status::ready) << net.where();
    EXPECT_EQ(d.get()[0].status, Outcome::Status::final);
  }
  EXPECT_TRUE(eventually([&] {
    return std::all_of(net.nodes.begin(), net.nodes.end(), [](const auto& n) { return n->final_size() == 201; });
  })) << net.where();
  net.expect_one_chain({0, 1, 2, 3});
}

std::size_t largest(Table& table) {
  std::size_t out = 0;
  for (const auto& [slot, block] : table.all()) out = std::max(out, block.size());
  return out;
}

TEST(Committee, BlocksAreFilledUpToABound) {
  Network net(4, 1);
  net.options.batch_bytes = 30'000;
  Direct links(net);
  links.start_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  std::vector<std::string> records;
  for (std::size_t i = 1; i <= 200; ++i) records.push_back(net.org(i));
  auto done = net.submit(0, records);
  ASSERT_EQ(done.wait_for(60s), std::future_status::ready) << net.where();
  for (const auto& o : done.get()) EXPECT_EQ(o.status, Outcome::Status::final);
  EXPECT_LT(largest(net.table), 33'000U) << "with what stands around the records";
  EXPECT_GT(largest(net.table), 28'000U) << "and they are filled";
}

TEST(Committee, WhatTheOrderingServiceFindsTooLargeIsCutSmaller) {
  Network net(4, 1);
  Direct links(net);
  links.start_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  net.table.block_max = 140'000;
  std::vector<std::string> records;
  for (std::size_t i = 1; i <= 400; ++i) records.push_back(net.org(i));
  auto done = net.submit(0, records);
  ASSERT_EQ(done.wait_for(60s), std::future_status::ready) << net.where();
  for (const auto& o : done.get()) EXPECT_EQ(o.status, Outcome::Status::final);
  EXPECT_GT(largest(net.table), 100'000U);
  EXPECT_GE(net.nodes[0]->told(Notice::Kind::slots_failed), 1U);
}

TEST(Committee, AnOrdererIsAddedByARecordAndTheFirstOneRetired) {
  Network net(4, 1);
  {
    Direct links(net);
    links.start_all();
    ASSERT_TRUE(net.finalise(0, 0)) << net.where();
    EXPECT_FALSE(number_of_orderer(*net.nodes[1]->ledger, public_of(orderer_name(1))));
    auto done = net.submit(0, {orderers_record(net.genesis, {1}, {})});
    ASSERT_EQ(done.wait_for(60s), std::future_status::ready) << net.where();
    ASSERT_EQ(done.get()[0].status, Outcome::Status::final);
    ASSERT_TRUE(eventually([&] { return net.nodes[1]->final_size() == 2; })) << net.where();
    EXPECT_EQ(number_of_orderer(*net.nodes[1]->ledger, public_of(orderer_name(1))), 1);
  }
  for (std::size_t i = 0; i < 4; ++i) net.stop(i);
  net.more_orderers = {1};
  Direct links(net);
  links.start_all();
  ASSERT_TRUE(net.finalise(1, 1)) << net.where();
  ASSERT_TRUE(net.finalise(0, 2)) << net.where();
  auto done = net.submit(1, {orderers_record(net.genesis, {}, {0})});
  ASSERT_EQ(done.wait_for(60s), std::future_status::ready) << net.where();
  ASSERT_EQ(done.get()[0].status, Outcome::Status::final);
  ASSERT_TRUE(net.finalise(1, 3)) << net.where();
  EXPECT_TRUE(eventually([&] { return !net.nodes[0]->committee->leads(); }));
  ASSERT_TRUE(net.finalise(1, 4)) << net.where();
  const auto slots = net.table.all();
  const auto last = log::decode_block(slots.rbegin()->second);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->orderer, 1);
  const std::array<Digest, 1> item{};
  EXPECT_FALSE(net.nodes[0]->committee->sign_for(item)) << "it was retired";
  EXPECT_TRUE(net.nodes[1]->committee->sign_for(item));
  // Nor has it a word on slots: who believed it that these are void would wait for attempts that never come.
  const auto key = key_named(orderer_name(0));
  for (std::uint64_t ahead = 1; ahead <= 8; ++ahead) {
    const Slot s{last->epoch, Height{last->height.value + ahead}, 0};
    const VoidSlot word{s, 0, key.sign(void_slot_digest(net.genesis.net, s, 0))};
    must(net.nodes[3]->committee->receive(encode(Message(word))));
  }
  ASSERT_TRUE(net.finalise(1, 5)) << net.where();
  EXPECT_TRUE(eventually([&] { return net.nodes[3]->final_size() == 8; })) << net.where();
  EXPECT_FALSE(number_of_orderer(*net.nodes[3]->ledger, public_of(orderer_name(0))));
  net.expect_one_chain({0, 1, 2, 3});
}

TEST(Committee, ANetworkWithoutRecordsHasABlockNowAndThen) {
  Network net(4, 1);
  net.options.stall_s = 900;  // above the heartbeat, as in a node
  Direct links(net);
  links.start_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  const auto heights = [&] { return net.table.all().size(); };
  const auto settled = [&] {
    const auto before = heights();
    std::this_thread::sleep_for(1s);
    return before == heights();
  };
  ASSERT_TRUE(eventually(settled)) << net.where();
  const auto before = heights();
  net.clock.advance(ordering::heartbeat_s - 200);
  std::this_thread::sleep_for(1s);
  EXPECT_EQ(heights(), before) << "not yet";
  net.clock.advance(200);
  ASSERT_TRUE(eventually([&] { return heights() > before; })) << net.where();
  ASSERT_TRUE(eventually(settled)) << net.where();
  EXPECT_EQ(heights(), before + 1) << "one, and then silence again";
  const auto slots = net.table.all();
  EXPECT_TRUE(log::decode_block(slots.rbegin()->second)->records.empty());
  EXPECT_TRUE(eventually([&] { return net.nodes[3]->final_height().value == before; })) << net.where();
  for (const auto& n : net.nodes) EXPECT_EQ(n->ledger->final_point()->checkpoint.epoch, Epoch{0});
}

TEST(Committee, SlotsFarBelowTheFinalBlockAreForgotten) {
  constexpr std::uint64_t kept = 10, at_once = 64;
  Network net(4, 2);
  net.options.slots_kept = kept;
  net.options.stall_s = 60;
  Direct links(net);
  links.start_all();
  std::size_t records = 0;
  const auto first = [&] { return net.table.all().begin()->first.height.value; };
  const auto grow_to = [&](std::uint64_t height) {
    while (net.nodes[0]->final_height().value < height && net.finalise(0, records)) ++records;
    return net.nodes[0]->final_height().value >= height;
  };
  ASSERT_TRUE(grow_to(kept + at_once - 20)) << net.where();
  EXPECT_EQ(first(), 1U) << "many at once";
  ASSERT_TRUE(grow_to(kept + at_once)) << net.where();
  ASSERT_TRUE(eventually([&] { return first() > 1; })) << net.where();
  const auto forgotten = first();
  EXPECT_GE(forgotten, at_once);
  EXPECT_LE(forgotten + kept, net.nodes[0]->final_height().value);
  std::set<std::uint64_t> heights;
  for (const auto& [slot, block] : net.table.all()) heights.insert(slot.height.value);
  EXPECT_EQ(heights.size(), *heights.rbegin() - *heights.begin() + 1) << "nothing above is missing";
  ASSERT_TRUE(grow_to(forgotten + kept + at_once)) << net.where();
  EXPECT_TRUE(eventually([&] { return first() >= forgotten + at_once; })) << net.where();
  net.expect_one_chain({0, 1, 2, 3});
}

TEST(Committee, WhatAValidatorComplainsOfIsTakenInHandByEveryOrderer) {
  Network net(4, 2);
  Direct links(net);
  links.start_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  ordering::Item item{net.org(1), {}};
  const std::array<Digest, 1> digest{sha256(custody::encode_item(item))};
  EXPECT_FALSE(net.nodes[2]->committee->sign_for(digest)) << "it orders nothing";
  const auto word = net.nodes[1]->committee->sign_for(digest);
  ASSERT_TRUE(word);
  const auto receipt = custody::receipts_of(*word, digest)[0];
  EXPECT_TRUE(verify(receipt, digest[0], net.genesis.net, net.nodes[2]->ledger->orderers()));
  ASSERT_TRUE(net.finalise(0, 2) && net.finalise(0, 3)) << net.where();
  const auto settled = [&] {
    const auto height = net.nodes[2]->final_height();
    return height.value > word->height.value + 2 &&
           std::all_of(net.nodes.begin(), net.nodes.end(), [&](const auto& n) { return n->final_height() == height; });
  };
  ASSERT_TRUE(eventually(settled)) << net.where();
  const UnixSeconds since{net.clock.now().value - 90};
  // Nobody but the two orderers can vote until all have heard it: who hears it after the record is final need not.
  auto silence = links.silence();
  const auto c = net.nodes[2]->committee->complain(item, since, {receipt});
  EXPECT_EQ(c.key, public_of(validator_name(2)));
  EXPECT_GE(c.time.value - c.since.value, 90U);
  EXPECT_GT(c.final_block.height, word->height);
  EXPECT_LT(c.final_block.height, net.nodes[2]->final_height()) << "others have it";
  for (const std::size_t i : {0U, 1U, 3U}) {
    must(net.nodes[i]->committee->receive(encode(Message{c})));
    ASSERT_TRUE(eventually([&] { return net.nodes[i]->complained() == 1; })) << i;
    EXPECT_EQ(encode(net.nodes[i]->complaints[0]), encode(c));
  }
  silence.unlock();
  EXPECT_TRUE(eventually([&] {
    return std::all_of(net.nodes.begin(), net.nodes.end(), [](const auto& n) { return n->final_size() == 4; });
  })) << net.where();
  // Of what is on the ledger nobody need hear.
  (void)net.nodes[2]->committee->complain(item, since, {receipt});
  ASSERT_TRUE(net.finalise(0, 4)) << net.where();
  for (const std::size_t i : {0U, 1U, 3U}) EXPECT_EQ(net.nodes[i]->complained(), 1U);
}

}  // namespace
}  // namespace stele::committee
