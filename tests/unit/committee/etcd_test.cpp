// Real members of etcd under four nodes of which three order.
#include "node/etcd/etcd_slots.h"
#include "node/etcd/etcd_watch.h"
#include "tests/support/etcd_cluster.h"
#include "tests/unit/committee/http_network.h"

namespace stele::committee {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using stele::test::EtcdCluster;

class CommitteeWithEtcd : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!EtcdCluster::available())
      GTEST_SKIP() << "NO ETCD HERE: install the package etcd-server; nothing of a committee over etcd is tested";
    cluster = std::make_unique<EtcdCluster>(folder / "etcd", 3);
    net.slots = [this](std::size_t) { return must(etcd::EtcdSlots::open(net.genesis.net, options())); };
    net.options.stall_s = 60;  // the service is away for seconds, not for good
  }
  void up_all() {
    net.up_all();
    for (std::size_t i = 0; i < 3; ++i) {
      watches.push_back(
          must(etcd::EtcdWatch::start(net.genesis.net, options(), [c = net.nodes[i]->committee.get()] { c->wake(); })));
    }
  }
  void TearDown() override { watches.clear(); }
  [[nodiscard]] etcd::EtcdOptions options() const { return {.members = cluster->urls()}; }

  TempFolder folder;
  std::unique_ptr<EtcdCluster> cluster;
  HttpNetwork net{4, 3};
  std::vector<std::unique_ptr<etcd::EtcdWatch>> watches;
};

TEST_F(CommitteeWithEtcd, NothingThatWasAnsweredFinalIsLostWhenItsLeaderIsKilled) {
  up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  std::vector<std::future<std::vector<Outcome>>> done;
  std::size_t number = 1;
  const auto submit_some = [&](std::size_t n) {
    for (std::size_t i = 0; i < n; ++i, ++number) {
      for (std::size_t node = 0; node < 2; ++node) done.push_back(net.submit(node, {net.org(number)}));
      std::this_thread::sleep_for(10ms);
    }
  };
  submit_some(50);
  const auto victim = cluster->leader();
  cluster->kill(victim);
  submit_some(100);
  expect_final(done, net);
  done.clear();
  cluster->start(victim);
  cluster->wait_until_ready();
  submit_some(20);
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(number)) << net.where();
  net.expect_one_chain_everywhere();
  for (std::size_t i = 0; i < number; ++i) {
    const auto id = record::decode(net.org(i))->id;
    for (const auto& n : net.nodes)
      EXPECT_NE(n->ledger->with_chain([&](const rules::Chain& c) { return c.state().find(id); }), nullptr) << i;
  }
  for (const auto& n : net.nodes) {
    EXPECT_EQ(n->told(Notice::Kind::ordered_twice), 0u);
    EXPECT_EQ(n->ledger->final_point()->checkpoint.epoch.value, 0u);
  }
}

}  // namespace
}  // namespace stele::committee
