// The nodes of `network.h`, each with a server of its own on loopback and links to the others.
#pragma once

#include <random>

#include "node/committee/feed_routes.h"
#include "node/committee/gossip.h"
#include "node/http/answers.h"
#include "node/sync/ledger_routes.h"
#include "tests/unit/committee/network.h"

namespace stele::committee::test {

/// Below those that the system gives to outgoing connections: one of them could take it before it is used.
inline std::uint16_t free_port() {
  constexpr std::uint16_t first = 12'000, count = 20'000;
  static std::mt19937 random{std::random_device{}()};
  for (;;) {
    http::ServerOptions o;
    o.port = static_cast<std::uint16_t>(first + random() % count);
    http::Server s(o);
    if (s.start()) return o.port;
  }
}

/// What a node shows of itself over HTTP.
struct Front {
  static constexpr std::chrono::milliseconds wait_max =
      120s;  ///< of a long poll; under a sanitizer connecting takes long
  Front(Node& n, std::uint16_t port) : directory(*n.ledger), pool(1, 256), server(options_of(port)) {
    FeedRoutesLimits limits;
    limits.wait_max = wait_max;
    routes = std::make_unique<FeedRoutes>(server, pool, limits);
    for (auto& route : sync::ledger_routes()) {
      server.route(route.method, route.pattern, [this, &n, f = route.handler](http::Request r, http::Respond respond) {
        http::respond_on(pool, std::move(r), std::move(respond), [this, &n, f](const http::Request& q) {
          return f({*n.ledger, directory}, q);
        });
      });
    }
    must(server.start());
    routes->bind(*n.committee);
  }
  ~Front() {
    routes->stop();
    server.stop(0ms);
    pool.stop();
  }
  static http::ServerOptions options_of(std::uint16_t port) {
    http::ServerOptions out;
    out.port = port;
    out.handler_timeout = wait_max + 30s;
    return out;
  }
  sync::Directory directory;
  http::WorkPool pool;
  http::Server server;
  std::unique_ptr<FeedRoutes> routes;
};

class HttpNetwork : public Network {
 public:
  HttpNetwork(std::size_t validators, std::size_t orderers) : Network(validators, orderers) {
    for (std::size_t i = 0; i < validators; ++i) ports.push_back(free_port());
    fronts.resize(validators);
    gossips.resize(validators);
    gossip_options.fetch_every = 500ms;
    gossip_options.lie_pause = 2s;
    gossip_options.wait = 2s;
  }
  ~HttpNetwork() {
    for (std::size_t i = 0; i < nodes.size(); ++i) down(i);
  }
  HttpNetwork(const HttpNetwork&) = delete;
  HttpNetwork& operator=(const HttpNetwork&) = delete;

  [[nodiscard]] std::string url(std::size_t i) const { return "http://127.0.0.1:" + std::to_string(ports[i]); }

  void up(std::size_t i) {
    std::vector<Peer> peers = more_peers;
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      if (k == i) continue;
      peers.push_back({url(k), public_of(validator_name(k)), {}});
      if (k < genesis.orderers.size()) peers.back().orderer = genesis.orderers[k].key;
    }
    gossips[i] = must(Gossip::open(std::move(peers), public_of(validator_name(i)), gossip_options));
    auto* g = gossips[i].get();
    start(i, {[g](Node&) { g->behind(); }, [g](Node&) { g->ask_for_my_votes(); }});
    fronts[i] = std::make_unique<Front>(*nodes[i], ports[i]);
    g->start(*nodes[i]->committee, *nodes[i]->feed);
  }
  void up_all() {
    for (std::size_t i = 0; i < nodes.size(); ++i) up(i);
  }
  /// As a process that is told to end.
  void down(std::size_t i) {
    if (!nodes[i]->committee) return;
    gossips[i]->stop();
    fronts[i].reset();
    nodes[i]->committee->stop();
    stop(i);
    gossips[i].reset();
  }
  /// All who run have so many final records.
  [[nodiscard]] bool all_have(std::uint64_t records, std::chrono::milliseconds within = 60s) const {
    return eventually(
        [&] {
          return std::all_of(nodes.begin(), nodes.end(),
                             [&](const auto& n) { return !n->committee || n->final_size() == records; });
        },
        within);
  }
  void expect_one_chain_everywhere() const {
    std::vector<std::size_t> which;
    for (const auto& n : nodes) {
      if (n->committee) which.push_back(n->number);
    }
    expect_one_chain(which);
  }

  GossipOptions gossip_options;
  std::vector<Peer> more_peers;
  std::vector<std::uint16_t> ports;
  std::vector<std::unique_ptr<Front>> fronts;
  std::vector<std::unique_ptr<Gossip>> gossips;
};

/// Every one of these becomes final.
inline void expect_final(std::vector<std::future<std::vector<Outcome>>>& done, const Network& net) {
  for (auto& d : done) {
    ASSERT_EQ(d.wait_for(60s), std::future_status::ready) << net.where();
    const auto outcome = d.get()[0];
    EXPECT_EQ(outcome.status, Outcome::Status::final) << (outcome.error ? outcome.error->en : "");
  }
}

}  // namespace stele::committee::test
