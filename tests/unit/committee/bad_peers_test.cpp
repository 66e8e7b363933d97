// Peers that lie, hang or are not there, and the routes that anybody may call.
#include <gmock/gmock.h>

#include "tests/unit/committee/http_network.h"

namespace stele::committee {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

http::Response bytes_of(ByteView in) {
  http::Response out;
  out.body = as_text(in);
  return out;
}
log::SignedVote false_vote(const record::Genesis& g) {
  log::SignedVote v;
  v.header = log::genesis_checkpoint(g);
  v.header.height = Height{5};
  v.validator = public_of(validator_name(0));
  v.time = g.time;
  v.signature = key_named("a thief").sign(log::vote_digest(log::place_of(v.header).header, v.time));
  return v;
}

/// Says what it is told to say, to every question for messages and for blocks.
class BadPeer {
 public:
  explicit BadPeer(const std::function<std::optional<http::Response>()>& says) : server_(http::ServerOptions{}) {
    server_.route("GET", "/{all...}", [this, says](const http::Request&, http::Respond respond) {
      ++asked;
      if (auto r = says()) return respond(std::move(*r));
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(respond));
    });
    must(server_.start());
  }
  ~BadPeer() { server_.stop(0ms); }
  [[nodiscard]] Peer peer() const { return {"http://127.0.0.1:" + std::to_string(server_.port()), {}, {}}; }
  std::atomic<int> asked = 0;

 private:
  std::mutex mutex_;
  std::vector<http::Respond> held_;
  http::Server server_;
};

TEST(BadPeers, LiarsAndSilentOnesHoldUpNobody) {
  HttpNetwork net(4, 2);
  const BadPeer garbage([] { return bytes_of(as_bytes("no page at all")); });
  const BadPeer forger([&net] {
    FeedPage p;
    p.next = 1;
    p.messages = encode(Message(false_vote(net.genesis)));
    return bytes_of(encode(p));
  });
  const BadPeer silent([] { return std::nullopt; });
  net.more_peers = {garbage.peer(), forger.peer(), silent.peer(), {"http://127.0.0.1:1", {}, {}}};
  net.gossip_options.http.read_timeout = 1s;
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  std::vector<std::future<std::vector<Outcome>>> done;
  for (std::size_t i = 1; i <= 30; ++i) done.push_back(net.submit(0, {net.org(i)}));
  expect_final(done, net);
  EXPECT_TRUE(net.all_have(31)) << net.where();
  const auto status = net.gossips[0]->status();
  EXPECT_GE(status[0].lies, 1u);
  EXPECT_GE(status[1].lies, 1u);
  EXPECT_FALSE(status[3].reachable);
  EXPECT_TRUE(eventually([&] { return net.gossips[0]->status().back().reachable; }));
  EXPECT_EQ(net.gossips[0]->status().back().lies, 0u);
  EXPECT_LT(garbage.asked, 200) << "it is asked rarely";
  for (const auto& n : net.nodes) EXPECT_FALSE(n->feed->seen(sha256(encode(Message(false_vote(net.genesis))))));
}

TEST(BadPeers, AVotersKeyIsNotKilledByAForgedVote) {
  HttpNetwork net(4, 2);
  net.up_all();
  ASSERT_TRUE(net.finalise(0, 0)) << net.where();
  auto v = false_vote(net.genesis);
  net.nodes[0]->committee->answer(public_of(validator_name(1)), v);
  ASSERT_TRUE(net.finalise(0, 1)) << net.where();
  // The others may have made both final before it heard enough of them.
  EXPECT_TRUE(eventually([&] { return net.nodes[0]->committee->may_sign(); }));
  EXPECT_EQ(net.nodes[0]->told(Notice::Kind::key_is_dead), 0U);
}

// ---- routes ---------------------------------------------------------------------------------------------------------

class Routes : public ::testing::Test {
 protected:
  Routes() : net(1, 1) {
    net.up(0);
    EXPECT_TRUE(net.finalise(0, 0));
  }
  [[nodiscard]] http::Response get(const std::string& target) const {
    http::ClientOptions options;
    options.read_timeout = 2 * Front::wait_max;
    auto c = must(http::Client::open(net.url(0), options));
    http::Request r;
    r.target = target;
    return must(c.send(r));
  }
  [[nodiscard]] http::Response post(ByteView body) const {
    auto c = must(http::Client::open(net.url(0)));
    http::Request r;
    r.method = "POST";
    r.target = "/v1/feed";
    r.body = as_text(body);
    return must(c.send(r));
  }
  [[nodiscard]] FeedPage page(const std::string& query) const {
    return must(decode_feed_page(as_bytes(get("/v1/feed" + query).body)));
  }
  [[nodiscard]] std::string after_all() const {
    const auto p = page("");
    return "?id=" + base64url(p.feed) + "&after=" + std::to_string(p.next);
  }
  HttpNetwork net;
};

TEST_F(Routes, AnswerStartingUntilThereIsACommittee) {
  http::Server server{http::ServerOptions{}};
  http::WorkPool pool(1, 16);
  FeedRoutes routes(server, pool);
  must(server.start());
  auto client = must(http::Client::open("http://127.0.0.1:" + std::to_string(server.port())));
  const auto ask = [&](const std::string& method, const std::string& target) {
    http::Request r;
    r.method = method;
    r.target = target;
    return must(client.send(r));
  };
  const auto votes = "/v1/votes/" + base64url(public_of(validator_name(0)).view());
  for (const auto& [method, target] :
       {std::pair<std::string, std::string>{"GET", "/v1/feed"}, {"POST", "/v1/feed"}, {"GET", votes}}) {
    const auto answer = ask(method, target);
    EXPECT_EQ(answer.status, 503) << target;
    EXPECT_THAT(answer.body, testing::HasSubstr("\"starting\"")) << target;
    EXPECT_TRUE(answer.headers.get("Retry-After"));
  }
  routes.bind(*net.nodes[0]->committee);
  EXPECT_EQ(ask("GET", "/v1/feed").status, 200);
  EXPECT_EQ(ask("POST", "/v1/feed").status, 204);
  EXPECT_EQ(ask("GET", votes).status, 200);
  routes.stop();
  server.stop(0ms);
}

TEST_F(Routes, SayHowFarTheNodeIs) {
  const auto answer = get("/v1/feed");  // a header's text lives in it
  const auto height = answer.headers.get(final_height_header);
  ASSERT_TRUE(height);
  EXPECT_EQ(*height, std::to_string(net.nodes[0]->final_height().value));
}

TEST_F(Routes, GiveTheLogFromAnyNumber) {
  const auto all = page("");
  EXPECT_FALSE(all.messages.empty());
  EXPECT_TRUE(page(after_all()).messages.empty());
  const auto other = page("?id=" + base64url(Feed::Id{}) + "&after=" + std::to_string(all.next));
  EXPECT_EQ(other.messages, all.messages) << "a number of another log";
  EXPECT_EQ(get("/v1/feed?after=x").status, 400);
  EXPECT_EQ(get("/v1/feed?wait_ms=-1").status, 400);
  EXPECT_EQ(get("/v1/feed?gather_ms=x").status, 400);
}

TEST_F(Routes, ALongPollWaitsForNewsAndNoLonger) {
  std::string query;
  Steady::time_point begun;
  EXPECT_TRUE(eventually([&] {  // votes on the last block may still be on their way
    query = after_all();
    begun = Steady::now();
    return page(query + "&wait_ms=300").messages.empty();
  }));
  EXPECT_GE(Steady::now() - begun, 300ms);
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    EXPECT_TRUE(net.finalise(0, 1));
  });
  EXPECT_FALSE(page(query + "&wait_ms=" + std::to_string(Front::wait_max.count())).messages.empty());
  later.join();
  EXPECT_LT(Steady::now() - begun, 15s);
}

TEST_F(Routes, ALongPollGathersBeforeItAnswers) {
  const auto query = after_all();
  const auto gathered = [&](const std::string& more) {
    const auto begun = Steady::now();
    const auto p = page(query + more);
    EXPECT_FALSE(p.messages.empty()) << more;
    return std::pair(Steady::now() - begun, p.next);
  };
  std::thread later([&] { EXPECT_TRUE(net.finalise(0, 1)); });
  EXPECT_GE(gathered("&wait_ms=20000&gather_ms=1000").first, 1s) << "from the first news on";
  later.join();
  EXPECT_GE(gathered("&wait_ms=20000&gather_ms=300").first, 300ms) << "what is there already is gathered with, too";
  EXPECT_EQ(gathered("&gather_ms=60000").second, page("").next) << "who does not wait gathers nothing";
}

TEST_F(Routes, ManyLongPollsOccupyNoThread) {
  const auto query = "/v1/feed" + after_all() + "&wait_ms=" + std::to_string(Front::wait_max.count());
  std::vector<std::thread> polls;
  std::atomic<int> answered = 0, refused = 0;
  constexpr std::size_t many = 280;
  polls.reserve(many);
  for (std::size_t i = 0; i < many; ++i) {
    polls.emplace_back([&] {
      const auto r = get(query);
      ++(r.status == 503 ? refused : answered);
    });
  }
  EXPECT_TRUE(eventually([&] { return refused == 24; }, Front::wait_max)) << refused << " of 280 are above the limit";
  EXPECT_EQ(get("/v1/blocks?from=1").status, 200) << "the pool of one thread is free";
  EXPECT_TRUE(net.finalise(0, 1));
  for (auto& t : polls) t.join();
  EXPECT_EQ(answered, 256);
}

TEST_F(Routes, RefuseWhatIsNoMessage) {
  EXPECT_EQ(post(as_bytes("garbage")).status, 400);
  const auto forged = post(encode(Message(false_vote(net.genesis))));
  EXPECT_EQ(forged.status, 400);
  EXPECT_THAT(forged.body, testing::HasSubstr("messages_forged"));
  EXPECT_EQ(post({}).status, 204);
  EXPECT_EQ(post(page("").messages).status, 204) << "what it knows already is harmless";
  EXPECT_TRUE(net.finalise(0, 1));
}

TEST_F(Routes, TellTheHighestVoteOfAKey) {
  const auto key = base64url(public_of(validator_name(0)).view());
  const auto known = get("/v1/votes/" + key);
  EXPECT_EQ(known.status, 200);
  const auto vote = log::decode_signed_vote(as_bytes(known.body));
  ASSERT_TRUE(vote);
  EXPECT_EQ(vote->validator, public_of(validator_name(0)));
  EXPECT_EQ(vote->header.height,
            net.nodes[0]->ledger->with_chain([](const rules::Chain& c) { return c.head().height; }));
  EXPECT_EQ(get("/v1/votes/" + base64url(public_of("nobody").view())).status, 204);
  EXPECT_EQ(get("/v1/votes/abc").status, 400);
}

}  // namespace
}  // namespace stele::committee
