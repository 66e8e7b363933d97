// Records on their way to orderers: a ledger of one validator here, orderers that do as they are told there.
#include "node/relay/relay.h"

#include <gmock/gmock.h>

#include <set>

#include "node/http/answers.h"
#include "node/relay/relay_routes.h"
#include "tests/unit/committee/network.h"

namespace stele::relay {
namespace {

using committee::test::eventually;
using committee::test::key_named;
using committee::test::must;
using committee::test::Network;
using committee::test::orderer_name;
using committee::test::Steady;
using custody::decode_fates;
using custody::Fate;
using ordering::Item;
using ordering::Outcome;
using namespace std::chrono_literals;

/// What an orderer does with what it is handed.
class Scripted final : public ordering::Orderer {
 public:
  enum class Does : std::uint8_t { order, hold, refuse, fail, lie };
  Scripted(ordering::Orderer& real, Does does) : real_(real), does_(does) {}

  void submit(std::vector<Item> items, Done done) override {
    taken += items.size();
    std::vector<Outcome> out(items.size());
    switch (does_.load()) {
      case Does::order:
        return real_.submit(std::move(items), std::move(done));
      case Does::hold: {
        const std::lock_guard lock(mutex_);
        held_.emplace_back(std::move(items), std::move(done));
        return;
      }
      case Does::refuse:
        for (auto& o : out)
          o.status = Outcome::Status::refused, o.rejection = {RejectionCode::no_authority, "stele.org"};
        return done(std::move(out));
      case Does::fail:
        for (auto& o : out) o.error = make_error("overloaded", "", "");
        return done(std::move(out));
      case Does::lie:
        for (auto& o : out) o.status = Outcome::Status::final;
        return done(std::move(out));
    }
  }
  /// From now on it does that, with what it holds as well.
  void becomes(Does does) {
    does_ = does;
    std::vector<std::pair<std::vector<Item>, Done>> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (auto& [items, done] : held) {
      taken -= items.size();
      submit(std::move(items), std::move(done));
    }
  }
  void stop() override {}
  [[nodiscard]] std::optional<Error> failure() const override { return std::nullopt; }
  std::atomic<std::size_t> taken = 0;

 private:
  ordering::Orderer& real_;
  std::atomic<Does> does_;
  std::mutex mutex_;
  std::vector<std::pair<std::vector<Item>, Done>> held_;
};
using Does = Scripted::Does;

/// An orderer's node, as far as others see it.
struct Front {
  Front(const record::Genesis& g, std::size_t number, ordering::Orderer& real, Does does)
      : genesis(g), key(key_named(orderer_name(number))), orderer(real, does), routes(server, pool, quick()) {
    must(server.start());
    routes.bind(orderer, {[this] { return leads.load(); }, [this](const Item&) { return sound.load(); },
                          [this, number](custody::ItemDigests items) { return sign(number, items); }});
  }
  static RelayRoutesLimits quick() {
    RelayRoutesLimits out;
    out.judge_after = 50ms;
    return out;
  }
  [[nodiscard]] custody::Word sign(std::size_t number, custody::ItemDigests items) const {
    custody::Word out{static_cast<std::uint16_t>(number), Height{height}, UnixSeconds{genesis.time.value + late}, {}};
    out.signature = key.sign(custody::word_digest(genesis.net, out, items.size(), custody::root_of(items)));
    if (forges) out.height.value += 1;
    return out;
  }
  ~Front() {
    routes.stop();
    server.stop(0ms);
    pool.stop();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
  const record::Genesis& genesis;
  const signer::SigningKey key;
  std::atomic<bool> leads = true, forges = false, sound = true;
  std::atomic<std::uint64_t> height = 1;
  std::atomic<std::uint64_t> late = 60;  ///< when it signs, after the genesis
  http::WorkPool pool{2, 256};
  http::Server server{http::ServerOptions{}};
  Scripted orderer;
  RelayRoutes routes;
};

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() : net(1, 10) {
    net.start(0);
    options.left_out = 60s;  // only where a test is about it
    options.complain = 60s;
    options.refusal = 60s;
    options.ask_min = 50ms;
    options.backoff_min = 20ms;
    EXPECT_TRUE(net.finalise(0, 0));
  }
  ~RelayTest() override {
    if (relay) relay->stop();
    for (auto& f : fronts) f->orderer.becomes(Does::fail);  // so that nothing is waited for
    net.nodes[0]->committee->stop();
    relay.reset();
    fronts.clear();
  }
  void have(const std::vector<Does>& orderers) {
    for (const auto d : orderers)
      fronts.push_back(std::make_unique<Front>(net.genesis, first_number + fronts.size(), committee(), d));
  }
  void start(bool orders = false) {
    std::vector<Target> targets = more;
    for (std::size_t i = 0; i < fronts.size(); ++i)
      targets.push_back({fronts[i]->url(), static_cast<std::uint16_t>(first_number + i)});
    relay = must(Relay::start(
        {*net.nodes[0]->ledger, orders ? own() : committee(), net.clock, orders}, std::move(targets),
        [this](const LeftOut& x) {
          const std::lock_guard lock(mutex);
          left_out.push_back(x);
        },
        options));
  }
  [[nodiscard]] ordering::Orderer& committee() const { return *net.nodes[0]->committee; }
  ordering::Orderer& own() {
    if (!own_) own_ = std::make_unique<Scripted>(committee(), Does::order);
    return *own_;
  }
  std::future<std::vector<Outcome>> submit(std::vector<std::string> records) const {
    std::vector<Item> items;
    items.reserve(records.size());
    for (auto& r : records) items.push_back({std::move(r), {}});
    auto done = std::make_shared<std::promise<std::vector<Outcome>>>();
    auto out = done->get_future();
    const auto* ledger = net.nodes[0]->ledger.get();
    relay->submit(std::move(items), [done, ledger](std::vector<Outcome> o) {
      for (const auto& x : o) {
        const bool final_here = x.index && x.index->value < ledger->final_point()->checkpoint.size;
        EXPECT_TRUE(x.status != Outcome::Status::final || final_here) << "said to be final, and is not here";
      }
      done->set_value(std::move(o));
    });
    return out;
  }
  static Outcome only(std::future<std::vector<Outcome>>& f) {
    if (f.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no outcome");
    auto all = f.get();
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
  [[nodiscard]] std::size_t taken(std::size_t i) const { return fronts[i]->orderer.taken; }
  /// Of so many records; of each it is told again later.
  /// The ledger goes on until so many records were told of.
  [[nodiscard]] bool goes_on_until_told(std::size_t records) {
    return eventually([&] {
      std::this_thread::sleep_for(50ms);
      return told() >= records || (net.finalise(0, next_++) && told() >= records);
    });
  }
  [[nodiscard]] std::size_t told() {
    const std::lock_guard lock(mutex);
    std::set<std::string> records;
    for (const auto& x : left_out) records.insert(x.item.jws);
    return records.size();
  }

  Network net;
  RelayOptions options;
  std::vector<std::unique_ptr<Front>> fronts;
  std::vector<Target> more;        ///< before those of `fronts`
  std::uint16_t first_number = 0;  ///< of the orderers in `fronts`
  std::unique_ptr<Relay> relay;
  std::mutex mutex;
  std::vector<LeftOut> left_out;

 private:
  std::size_t next_ = 100;  ///< organisations that nothing else is about
  std::unique_ptr<Scripted> own_;
};

TEST_F(RelayTest, ARecordGoesToTwoOrderersAndIsFinalWhenItIsFinalHere) {
  have({Does::hold, Does::order, Does::order});
  start();
  auto done = submit({net.org(1)});
  const auto o = only(done);
  EXPECT_EQ(o.status, Outcome::Status::final);
  ASSERT_TRUE(o.height);
  EXPECT_EQ(taken(0), 1U);
  EXPECT_EQ(taken(1), 1U);
  EXPECT_EQ(taken(2), 0U) << "a third one has no need of it";
  EXPECT_TRUE(eventually([&] { return relay->in_hand() == 0; }));
}

TEST_F(RelayTest, ManyRecordsBecomeFinal) {
  have({Does::order, Does::order});
  start();
  std::vector<std::future<std::vector<Outcome>>> done;
  for (std::size_t i = 1; i <= 300; i += 3) done.push_back(submit({net.org(i), net.org(i + 1), net.org(i + 2)}));
  for (auto& d : done) {
    ASSERT_EQ(d.wait_for(30s), std::future_status::ready);
    for (const auto& o : d.get()) EXPECT_EQ(o.status, Outcome::Status::final);
  }
  EXPECT_EQ(net.nodes[0]->final_size(), 301U);
}

TEST_F(RelayTest, WhatIsFinalAlreadyIsAnsweredAtOnceWithTheLedgersCopy) {
  have({Does::hold});
  start();
  auto done = submit({net.org(0)});
  const auto o = only(done);
  EXPECT_EQ(o.status, Outcome::Status::final);
  EXPECT_EQ(o.index->value, 0U);
  EXPECT_EQ(taken(0), 0U);
}

TEST_F(RelayTest, AnOrderersWordThatItIsFinalIsNotBelieved) {
  have({Does::lie, Does::lie});
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(done.wait_for(700ms), std::future_status::timeout);
  EXPECT_GE(taken(0), 2U) << "it is asked again";
  fronts[1]->orderer.becomes(Does::order);
  EXPECT_EQ(only(done).status, Outcome::Status::final);
}

TEST_F(RelayTest, AnotherOrdererGetsItWhenOneCantBeReached) {
  more = {{"http://127.0.0.1:1", 0}, {"http://127.0.0.1:2", 1}};
  first_number = 2;
  have({Does::order});
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::final);
  const auto status = relay->status();
  EXPECT_FALSE(status[0].reachable);
  EXPECT_TRUE(status[0].error);
  EXPECT_TRUE(status[2].reachable);
}

TEST_F(RelayTest, OneThatIsOverloadedIsAskedAgainAndAnotherOneMeanwhile) {
  have({Does::fail, Does::fail, Does::fail});
  start();
  auto done = submit({net.org(1)});
  EXPECT_TRUE(eventually([&] { return taken(0) >= 2 && taken(1) >= 2 && taken(2) >= 1; }));
  fronts[0]->orderer.becomes(Does::order);
  EXPECT_EQ(only(done).status, Outcome::Status::final);
}

TEST_F(RelayTest, WhatIsLeftOutGoesToOneMore) {
  have({Does::hold, Does::hold, Does::order});
  options.left_out = 300ms;
  start();
  const auto begun = Steady::now();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::final);
  EXPECT_GE(Steady::now() - begun, 300ms);
  EXPECT_EQ(taken(2), 1U);
}

TEST_F(RelayTest, WhoOrderedTheNewestBlockIsAskedFirst) {
  first_number = 5;
  have({Does::order});
  Front first(net.genesis, 0, committee(), Does::order);
  more = {{first.url(), 0}};
  options.copies = 1;
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::final);
  EXPECT_EQ(taken(0), 0U);
  EXPECT_EQ(first.orderer.taken, 1U);
  relay->stop();
}

TEST_F(RelayTest, TwoRefusalsArePassedOn) {
  have({Does::refuse, Does::refuse, Does::order});
  start();
  auto done = submit({net.org(1)});
  const auto o = only(done);
  ASSERT_EQ(o.status, Outcome::Status::refused);
  EXPECT_EQ(o.rejection, (Rejection{RejectionCode::no_authority, "stele.org"}));
  EXPECT_EQ(taken(2), 0U);
}

TEST_F(RelayTest, OneRefusalIsNotBelievedWhileAnotherHasTheRecordInHand) {
  have({Does::refuse, Does::hold});
  options.refusal = 1s;  // long enough for the other's word
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(done.wait_for(2s), std::future_status::timeout);
  fronts[1]->orderer.becomes(Does::order);
  EXPECT_EQ(only(done).status, Outcome::Status::final);
}

TEST_F(RelayTest, TwoRefusalsAreNotBelievedWhileWhoLeadsHasTheRecordInHand) {
  have({Does::refuse, Does::hold, Does::refuse});
  fronts[0]->leads = fronts[2]->leads = false;
  options.left_out = 200ms;
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(done.wait_for(2s), std::future_status::timeout);
  EXPECT_EQ(taken(2), 1U);
  fronts[1]->orderer.becomes(Does::order);
  EXPECT_EQ(only(done).status, Outcome::Status::final);
}

TEST_F(RelayTest, WhoeverLeadsGetsItThoughNobodyKnewWhoThatIs) {
  have({Does::hold, Does::hold, Does::order});
  fronts[0]->leads = fronts[1]->leads = false;
  options.left_out = 10min;
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::final);
  EXPECT_EQ(taken(0) + taken(1), 2U);
}

TEST_F(RelayTest, OneRefusalIsBelievedWhenNoOtherAnswers) {
  have({Does::refuse});
  more = {{"http://127.0.0.1:1", 9}};
  options.refusal = 300ms;
  start();
  const auto begun = Steady::now();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::refused);
  EXPECT_GE(Steady::now() - begun, 300ms);
}

TEST_F(RelayTest, WhatIsNoRecordIsRefusedHere) {
  have({Does::order, Does::order});
  start();
  auto done = submit({"garbage"});
  const auto o = only(done);
  EXPECT_EQ(o.status, Outcome::Status::refused);
  EXPECT_EQ(o.rejection->code, RejectionCode::bad_envelope);
  EXPECT_EQ(taken(0) + taken(1), 0U);
}

TEST_F(RelayTest, ARecordThatComesTwiceIsHandedOnOnce) {
  have({Does::hold, Does::hold});
  start();
  auto first = submit({net.org(1)});
  auto second = submit({net.org(1)});
  EXPECT_TRUE(eventually([&] { return taken(0) == 1 && taken(1) == 1; }));
  std::this_thread::sleep_for(300ms);  // it was asked about several times meanwhile
  EXPECT_EQ(taken(0), 1U);
  EXPECT_EQ(relay->in_hand(), 1U);
  fronts[0]->orderer.becomes(Does::order);
  EXPECT_EQ(only(first).status, Outcome::Status::final);
  EXPECT_EQ(only(second).status, Outcome::Status::final);
}

TEST_F(RelayTest, WithoutAnOrdererEachIsToldSo) {
  start();
  auto done = submit({net.org(1)});
  const auto o = only(done);
  EXPECT_EQ(o.status, Outcome::Status::failed);
  EXPECT_EQ(o.error->code, "no_orderer");
  EXPECT_EQ(http::status_for("no_orderer"), 503);
}

TEST_F(RelayTest, MoreThanTheQueueHoldsIsRefusedAtOnce) {
  have({Does::hold, Does::hold});
  options.queue_records_max = 2;
  start();
  auto fits = submit({net.org(1), net.org(2)});
  auto more_of_it = submit({net.org(3)});
  EXPECT_EQ(only(more_of_it).error->code, "overloaded");
  relay->stop();
  for (const auto& o : fits.get()) EXPECT_EQ(o.error->code, "stopping");
}

TEST_F(RelayTest, AStopLeavesNobodyWithoutAnAnswer) {
  have({Does::hold, Does::hold});
  start();
  auto done = submit({net.org(1)});
  EXPECT_TRUE(eventually([&] { return taken(0) == 1; }));
  relay->stop();
  EXPECT_EQ(only(done).error->code, "stopping");
  auto late = submit({net.org(2)});
  EXPECT_EQ(only(late).error->code, "stopping");
}

TEST_F(RelayTest, WhatStaysLeftOutIsToldOfOnceWithTheRecordAndWhoSignedForIt) {
  have({Does::hold, Does::hold, Does::hold});
  options.left_out = options.complain = 300ms;
  options.copies = 3;
  start();
  auto done = submit({net.org(1), net.org(2)});
  EXPECT_TRUE(eventually([&] { return taken(0) == 2 && taken(1) == 2 && taken(2) == 2; }));
  std::this_thread::sleep_for(600ms);
  EXPECT_EQ(told(), 0U) << "where no block comes at all, nobody is left out";
  ASSERT_TRUE(goes_on_until_told(2));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(told(), 2U);
  const auto first = [&] {
    const std::lock_guard lock(mutex);
    return left_out;
  }();
  for (const auto& x : first) {
    EXPECT_TRUE(x.item.jws == net.org(1) || x.item.jws == net.org(2));
    ASSERT_EQ(x.receipts.size(), 3U);
    for (const std::size_t orderer : {0U, 1U, 2U}) {
      EXPECT_EQ(x.receipts[orderer].word.orderer, orderer);
      EXPECT_TRUE(verify(x.receipts[orderer], sha256(custody::encode_item(x.item)), net.genesis.net,
                         registry::State(net.genesis).orderers));
    }
  }
  fronts[0]->orderer.becomes(Does::order);
  for (const auto& o : done.get()) EXPECT_EQ(o.status, Outcome::Status::final) << "late is not never";
}

TEST_F(RelayTest, WhoLeavesOutWhatIsNotSoundIsRight) {
  have({Does::hold, Does::hold});
  options.left_out = options.complain = 100ms;
  start();
  auto forged = net.org(1);
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  auto done = submit({forged, committee::test::org_record(net.genesis, 2, "khong-co")});
  EXPECT_TRUE(eventually([&] { return taken(0) == 2; }));
  std::this_thread::sleep_for(300ms);
  auto sound = submit({net.org(5)});
  ASSERT_TRUE(goes_on_until_told(1));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(told(), 1U);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(left_out[0].item.jws, net.org(5));
}

TEST_F(RelayTest, WhoSaysThatItIsFinalFurtherOnIsWaitedFor) {
  have({Does::lie, Does::lie});
  options.left_out = options.complain = 100ms;
  for (auto& f : fronts) f->height = 6;
  start();
  auto done = submit({net.org(1)});
  std::this_thread::sleep_for(300ms);
  ASSERT_TRUE(net.finalise(0, 2));
  std::this_thread::sleep_for(400ms);
  EXPECT_LT(net.nodes[0]->final_height().value, 6U);
  EXPECT_EQ(told(), 0U) << "this node may be behind";
  EXPECT_TRUE(goes_on_until_told(1)) << "it is past that height, and there is nothing";
}

TEST_F(RelayTest, WhoNeverSignsForWhatItSaysToHaveIsNotCounted) {
  have({Does::hold, Does::hold, Does::order});
  fronts[0]->sound = fronts[1]->sound = false;
  options.left_out = 1'500ms;
  options.ask_max = 100ms;
  start();
  const auto begun = Steady::now();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::final);
  EXPECT_GE(Steady::now() - begun, 1'400ms);
}

TEST_F(RelayTest, WhereEverythingIsLeftOutSomeTellOfIt) {
  have({Does::hold, Does::hold});
  options.left_out = options.complain = 200ms;
  options.complaints_max = 2;
  start();
  auto done = submit({net.org(1), net.org(2), net.org(3), net.org(4)});
  ASSERT_TRUE(goes_on_until_told(2));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(told(), 2U);
  const auto first = [&] {
    const std::lock_guard lock(mutex);
    return left_out;
  }();
  for (const std::size_t i : {1U, 2U, 3U, 4U}) {
    const auto is = [&](const LeftOut& x) { return x.item.jws == net.org(i); };
    if (std::any_of(first.begin(), first.end(), is)) {
      EXPECT_TRUE(net.finalise(0, i));
    }
  }
  EXPECT_TRUE(eventually([&] { return told() == 4; })) << "there is room again";
}

TEST_F(RelayTest, WhatIsSignedForWithAnotherDaysDateIsNotSignedFor) {
  have({Does::hold});
  fronts[0]->late = 60 + custody::clocks_apart_max_s + 600;
  start();
  auto done = submit({net.org(1)});
  EXPECT_TRUE(eventually([&] { return relay->status()[0].error.has_value(); }));
  EXPECT_EQ(relay->status()[0].error->code, "custody_unsigned");
  fronts[0]->late = 60;
  EXPECT_TRUE(eventually([&] { return relay->status()[0].reachable; }));
}

TEST_F(RelayTest, WhoHasARecordAndDoesNotSignForItHasNotAnswered) {
  have({Does::hold, Does::hold, Does::order});
  fronts[0]->forges = true;
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).status, Outcome::Status::final) << "a third one got it";
  const auto status = relay->status();
  EXPECT_FALSE(status[0].reachable);
  ASSERT_TRUE(status[0].error);
  EXPECT_EQ(status[0].error->code, "custody_unsigned");
}

TEST_F(RelayTest, WhoSignsAsAnotherOrdererHasNotAnswered) {
  first_number = 1;
  have({Does::hold});
  first_number = 4;  // where number 1 is, the configuration has number 4
  start();
  auto done = submit({net.org(1)});
  EXPECT_TRUE(eventually([&] { return relay->status()[0].error.has_value(); }));
  EXPECT_EQ(relay->status()[0].error->code, "custody_unsigned");
}

TEST_F(RelayTest, AnOrdererThatTheGenesisDoesNotKnowIsRefused) {
  const auto none = Relay::start(
      {*net.nodes[0]->ledger, committee(), net.clock, false}, {{"http://127.0.0.1:1", 10}}, [](const LeftOut&) {},
      options);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "no_such_orderer");
}

TEST_F(RelayTest, WhatNobodyOrdersIsGivenUpInTheEnd) {
  have({Does::hold, Does::hold});
  options.give_up = 300ms;
  start();
  auto done = submit({net.org(1)});
  EXPECT_EQ(only(done).error->code, "not_ordered");
  EXPECT_EQ(relay->in_hand(), 0U);
}

TEST_F(RelayTest, AnOrdererLetsOneOtherHaveItTooUntilItsOwnIsDone) {
  have({Does::hold, Does::hold});
  start(true);
  static_cast<Scripted&>(own()).becomes(Does::hold);
  auto done = submit({net.org(1)});
  EXPECT_TRUE(eventually([&] { return taken(0) + taken(1) == 1; }));
  EXPECT_EQ(relay->in_hand(), 1U);
  static_cast<Scripted&>(own()).becomes(Does::order);
  EXPECT_EQ(only(done).status, Outcome::Status::final);
  EXPECT_TRUE(eventually([&] { return relay->in_hand() == 0; }));
  EXPECT_EQ(taken(0) + taken(1), 1U) << "two have it: itself and one other";
}

// ---- the route ------------------------------------------------------------------------------------------------------

class RelayRoute : public RelayTest {
 protected:
  http::Response post(const std::string& body, const std::string& query = {}) {
    auto client = must(http::Client::open(fronts.at(0)->url()));
    http::Request r;
    r.method = "POST";
    r.target = "/v1/relay" + query;
    r.body = body;
    return must(client.send(r));
  }
  [[nodiscard]] std::string body_of(std::size_t number) const {
    const auto item = custody::encode_item({net.org(number), {}});
    const auto* one = &item;
    return std::string(as_text(custody::encode_items({&one, 1})));
  }
  static Fate fate(const http::Response& r) {
    EXPECT_EQ(r.status, 200) << r.body;
    const auto f = decode_fates(as_bytes(r.body), 1);
    EXPECT_TRUE(f);
    return f ? f->fates[0] : Fate{};
  }
};

TEST_F(RelayRoute, AnswersStartingUntilThereIsAnOrderer) {
  http::WorkPool pool(1, 16);
  http::Server server{http::ServerOptions{}};
  RelayRoutes routes(server, pool);
  must(server.start());
  auto client = must(http::Client::open("http://127.0.0.1:" + std::to_string(server.port())));
  http::Request r;
  r.method = "POST";
  r.target = "/v1/relay";
  r.body = body_of(1);
  const auto before = must(client.send(r));
  EXPECT_EQ(before.status, 503);
  EXPECT_THAT(before.body, testing::HasSubstr("\"starting\""));
  Scripted orderer(committee(), Does::refuse);
  routes.bind(orderer, {[] { return true; }, [](const Item&) { return false; },
                        [](custody::ItemDigests) { return std::nullopt; }});
  const auto answer = must(client.send(r));
  EXPECT_EQ(fate(answer), (Fate{Fate::Status::refused, "no_authority", "stele.org"}));
  EXPECT_TRUE(decode_fates(as_bytes(answer.body), 1)->leads);
  server.stop(0ms);
}

TEST_F(RelayRoute, PutsItsAnswerOffUntilItIsDecidedAndNoLonger) {
  have({Does::order});
  EXPECT_EQ(fate(post(body_of(1), "?wait_ms=5000")).status, Fate::Status::final);
  fronts[0]->orderer.becomes(Does::hold);
  const auto begun = Steady::now();
  EXPECT_EQ(fate(post(body_of(2), "?wait_ms=300")).status, Fate::Status::heard);
  EXPECT_GE(Steady::now() - begun, 300ms);
  EXPECT_EQ(fate(post(body_of(2))).status, Fate::Status::held);
  EXPECT_EQ(taken(0), 2U) << "it is in hand already";
  fronts[0]->orderer.becomes(Does::order);
  EXPECT_EQ(fate(post(body_of(2), "?wait_ms=5000")).status, Fate::Status::final);
}

TEST_F(RelayRoute, ARefusalIsKeptForWhoAsksNext) {
  have({Does::hold});
  EXPECT_EQ(fate(post(body_of(1))).status, Fate::Status::heard);
  fronts[0]->orderer.becomes(Does::refuse);
  EXPECT_EQ(fate(post(body_of(1))).status, Fate::Status::refused);
  EXPECT_EQ(taken(0), 1U) << "it was told what was decided, not handed in again";
  EXPECT_EQ(fate(post(body_of(1))).status, Fate::Status::refused);
  EXPECT_EQ(taken(0), 2U) << "once told it is judged anew";
}

TEST_F(RelayRoute, SignsForWhatItHasJudgedAndFoundSound) {
  have({Does::hold});
  fronts[0]->sound = false;
  const auto fates = [&] { return must(decode_fates(as_bytes(post(body_of(1)).body), 1)); };
  EXPECT_EQ(fates().fates[0].status, Fate::Status::heard);
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(fates().fates[0].status, Fate::Status::heard) << "it would not take it";
  fronts[0]->sound = true;
  const auto held = fates();
  EXPECT_EQ(held.fates[0].status, Fate::Status::held);
  ASSERT_TRUE(held.word);
  const std::array<Digest, 1> item{sha256(custody::encode_item({net.org(1), {}}))};
  EXPECT_TRUE(verify(custody::receipts_of(*held.word, item)[0], item[0], net.genesis.net,
                     registry::State(net.genesis).orderers));
  fronts[0]->sound = false;
  EXPECT_EQ(fates().fates[0].status, Fate::Status::held) << "it has said so";
}

TEST_F(RelayRoute, RefusesWhatIsNoItems) {
  have({Does::order});
  EXPECT_EQ(post("garbage").status, 400);
  EXPECT_EQ(post("").status, 400);
  EXPECT_EQ(post(body_of(1), "?wait_ms=x").status, 400);
  EXPECT_EQ(taken(0), 0U);
}

}  // namespace
}  // namespace stele::relay
