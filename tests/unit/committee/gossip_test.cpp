// Nodes joined by HTTP on loopback, as real ones are.
#include "tests/unit/committee/http_network.h"

namespace stele::committee {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using Futures = std::vector<std::future<std::vector<Outcome>>>;

Futures submit_some(const Network& net, std::size_t from, std::size_t to, std::size_t orderers = 2) {
  Futures out;
  for (std::size_t i = from; i <= to; ++i) out.push_back(net.submit(i % orderers, {net.org(i)}));
  return out;
}

/// Says nothing, and notes whose votes it is handed.
class Listener {
 public:
  Listener() : server_(http::ServerOptions{}) {
    server_.route("POST", "/v1/feed", [this](const http::Request& r, http::Respond respond) {
      const auto list = decode_messages(as_bytes(r.body));
      const std::lock_guard lock(mutex_);
      for (const auto& m : *list) {
        if (const auto* v = std::get_if<log::SignedVote>(&m.message))
          voters_.insert(v->validator);
        else
          others_ = true;
      }
      http::Response out;
      out.status = 204;
      respond(std::move(out));
    });
    must(server_.start());
  }
  ~Listener() { server_.stop(0ms); }
  [[nodiscard]] Peer peer(const std::optional<PublicKey>& orderer) const {
    return {"http://127.0.0.1:" + std::to_string(server_.port()), {}, orderer};
  }
  [[nodiscard]] std::set<PublicKey> voters() const {
    const std::lock_guard lock(mutex_);
    return voters_;
  }
  /// Anything but votes, which waits for nothing and takes votes along: on a machine that stands still for so long that
  /// an epoch is given up.
  [[nodiscard]] bool heard_others() const {
    const std::lock_guard lock(mutex_);
    return others_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<PublicKey> voters_;
  bool others_ = false;
  http::Server server_;
};

TEST(Gossip, VotesGoFirstToWhoWaitsForThem) {
  HttpNetwork net(4, 1);
  const Listener waits, other;
  net.gossip_options.votes_gather = 10min;
  net.up(0);
  net.more_peers = {waits.peer(net.genesis.orderers[0].key), other.peer({})};
  for (std::size_t i = 1; i < 4; ++i) net.up(i);
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  EXPECT_TRUE(eventually([&] { return waits.voters().size() == 3; })) << waits.voters().size();
  EXPECT_TRUE(other.voters().empty() || other.heard_others());
}

TEST(Gossip, WhoMadeTheLastBlockHandsItsCertificateOn) {
  HttpNetwork net(4, 1);
  const Listener other;
  net.gossip_options.votes_gather = 10min;
  net.more_peers = {other.peer({})};
  net.up(0);
  net.more_peers.clear();
  for (std::size_t i = 1; i < 4; ++i) net.up(i);
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  EXPECT_TRUE(eventually([&] { return other.voters().size() >= 3; })) << "a quorum of four: " << other.voters().size();
}

TEST(Gossip, RecordsOfTwoOrderersBecomeFinalEverywhere) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  auto done = submit_some(net, 1, 200);
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(201)) << net.where();
  net.expect_one_chain_everywhere();
}

TEST(Gossip, AnOrdererThatDoesNotLeadRefusesByItsOwnLedger) {
  HttpNetwork net(4, 2);
  net.options.left_out = 10min;  // it never loses its patience here
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  ASSERT_TRUE(eventually([&] { return net.nodes[0]->committee->leads() != net.nodes[1]->committee->leads(); }));
  const std::size_t other = net.nodes[0]->committee->leads() ? 1 : 0;
  auto done = net.submit(other, {org_record(net.genesis, 1, "nobody")});
  ASSERT_EQ(done.wait_for(60s), std::future_status::ready) << net.where();
  const auto outcome = done.get()[0];
  EXPECT_EQ(outcome.status, Outcome::Status::refused);
  EXPECT_EQ(outcome.rejection->code, RejectionCode::unknown_org);
}

TEST(Gossip, AnOrdererThatHearsNobodyLetsAnotherLead) {
  HttpNetwork net(4, 2);
  net.options.left_out = 10min;  // nobody loses his patience here
  net.options.unheard = 1s;
  net.options.stand_back = 10min;
  net.table.lease = 3s;
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  ASSERT_TRUE(eventually([&] { return net.nodes[0]->committee->leads() != net.nodes[1]->committee->leads(); }));
  const std::size_t old = net.nodes[0]->committee->leads() ? 0 : 1;
  // It still writes into the table, which the others read, and sees nothing of what they say to that.
  net.gossips[old]->stop();
  net.fronts[old].reset();
  auto at_the_old_one = net.submit(old, {net.org(1)});
  ASSERT_TRUE(net.finalise(1 - old, 2)) << net.where();
  EXPECT_FALSE(net.nodes[old]->committee->leads());
  EXPECT_TRUE(net.nodes[1 - old]->committee->leads());
}

TEST(Gossip, KnowsHowFarItsPeersSayTheyAre) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  EXPECT_TRUE(eventually([&] {
    const auto peers = net.gossips[3]->status();
    return std::all_of(peers.begin(), peers.end(), [&](const PeerStatus& p) {
      return p.final_height && p.final_height->value >= net.nodes[3]->final_height().value;
    });
  })) << net.where();
}

TEST(Gossip, GoesOnWithoutOneValidator) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  net.down(3);
  auto done = submit_some(net, 1, 20);
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(21)) << net.where();
}

TEST(Gossip, WhoJoinsLateCatchesUpAndVotes) {
  HttpNetwork net(4, 2);
  for (std::size_t i = 0; i < 3; ++i) net.up(i);
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  auto done = submit_some(net, 1, 30);
  expect_final(done, net);
  net.up(3);
  EXPECT_TRUE(net.all_have(31)) << net.where();
  // Now its vote is needed.
  net.down(2);
  done = submit_some(net, 31, 40);
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(41)) << net.where();
  net.expect_one_chain_everywhere();
}

TEST(Gossip, TwoWhoBothLeadLoseNoSlotAndDoubleNoRecord) {
  HttpNetwork net(4, 2);
  net.table.all_lead = true;
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  // Each record at both: it stands on the ledger once, and both are told that it is final.
  Futures done;
  for (std::size_t i = 1; i <= 100; ++i) {
    done.push_back(net.submit(0, {net.org(i)}));
    done.push_back(net.submit(1, {net.org(i)}));
  }
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(101)) << net.where();
  net.expect_one_chain_everywhere();
  std::uint64_t height = 0;
  for (const auto& [slot, block] : net.table.all()) {
    EXPECT_LE(slot.height.value, height + 1) << "a height was left out";
    height = std::max(height, slot.height.value);
  }
  for (const auto& n : net.nodes) EXPECT_EQ(n->told(Notice::Kind::ordered_twice), 0u);
}

TEST(Gossip, GarbageInASlotIsPassedOver) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  // Into the next slot, whichever that is by then.
  for (int i = 0; i < 3; ++i) {
    {
      const std::lock_guard lock(net.table.mutex);
      const auto last = net.table.slots.rbegin()->first;
      net.table.slots.emplace(Slot{last.epoch, Height{last.height.value + 1}, 0}, Bytes(100, 0xAB));
    }
    ASSERT_TRUE(net.finalise(0, static_cast<std::size_t>(i) + 1)) << net.where();
  }
  EXPECT_TRUE(net.all_have(4)) << net.where();
  for (const auto& n : net.nodes) EXPECT_GE(n->told(Notice::Kind::slot_refused), 1u) << "node " << n->number;
  net.expect_one_chain_everywhere();
}

TEST(Gossip, AllStartAgainFromTheirDisksAndGoOn) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  for (std::size_t round = 0; round < 3; ++round) {
    auto done = submit_some(net, round * 20 + 1, round * 20 + 20);
    if (round == 1) {  // in the middle of it
      std::this_thread::sleep_for(30ms);
      for (std::size_t i = 0; i < 4; ++i) net.down(i);
      net.up_all();
      // What was answered before the end is not wanted again; the rest is handed in anew.
      for (auto& d : done) d.wait();
      done = submit_some(net, round * 20 + 1, round * 20 + 20);
    }
    expect_final(done, net);
  }
  for (std::size_t i = 0; i < 4; ++i) net.down(i);
  net.up_all();
  auto done = submit_some(net, 61, 70);
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(71)) << net.where();
  net.expect_one_chain_everywhere();
  for (const auto& n : net.nodes) {
    EXPECT_EQ(n->told(Notice::Kind::double_vote), 0u);
    EXPECT_EQ(n->told(Notice::Kind::key_is_dead), 0u);
  }
}

TEST(Gossip, AnOrdererThatIsLeftOutProposesItself) {
  HttpNetwork net(4, 2);
  net.table.leader = 0;
  for (std::size_t i = 1; i < 4; ++i) net.up(i);  // who leads is away, and nobody notices
  ASSERT_TRUE(net.finalise(1, 0)) << net.where();
}

TEST(Gossip, ANetworkWhoseSlotsWereLostBeginsAnEpoch) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  {
    const std::lock_guard lock(net.table.mutex);
    net.table.slots.clear();
  }
  ASSERT_TRUE(net.finalise(0, 1)) << net.where();
  EXPECT_TRUE(net.all_have(2)) << net.where();
  EXPECT_GE(net.nodes[3]->ledger->final_point()->checkpoint.epoch.value, 1u);
  net.expect_one_chain_everywhere();
}

TEST(Gossip, AKeyWhoseVoteFileWasLostVotesNoMore) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  // Only a vote that others have seen binds: a quorum may have done without this one.
  std::uint64_t records = 1;
  const auto seen_by_all = [&] {
    return std::all_of(net.nodes.begin(), net.nodes.begin() + 3, [](const auto& n) {
      std::promise<bool> known;
      n->committee->highest_vote_of(public_of(validator_name(3)), [&](const auto& v) { known.set_value(v && *v); });
      return known.get_future().get();
    });
  };
  for (; !eventually(seen_by_all, 1s); ++records) ASSERT_TRUE(net.finalise(0, records)) << net.where();
  net.down(3);
  std::filesystem::remove(*net.nodes[3]->folder / "votes");
  net.nodes[3]->disk = sim::make_memory_disk();  // the disk came back empty
  net.up(3);
  EXPECT_TRUE(eventually([&] { return net.nodes[3]->told(Notice::Kind::key_is_dead) == 1; })) << net.where();
  EXPECT_FALSE(net.nodes[3]->committee->may_sign());
  auto done = submit_some(net, records, records + 4);
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(records + 5)) << net.where();
}

}  // namespace
}  // namespace stele::committee
