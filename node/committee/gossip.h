// One node's links to the others: reads their logs of messages, hands them its own, asks them what its key has voted,
// and fetches blocks. Each peer has threads of its own, so that one that is silent or lies holds up nobody.
#pragma once

#include <atomic>
#include <thread>

#include "node/committee/committee.h"
#include "node/http/client.h"

namespace stele::committee {

struct Peer {
  std::string url;  ///< `http(s)://host:port[/prefix]`
  /// Whose answer a word about votes is. Configured, never taken from the peer: one liar could speak for many. None: it
  /// is no validator, and is not asked.
  std::optional<PublicKey> validator{};
  /// The key that it orders with. Votes on a block go to whoever made it before all others.
  std::optional<PublicKey> orderer{};
};

struct GossipOptions {
  http::ClientOptions http{.connect_timeout = std::chrono::milliseconds(2'000),
                           .read_timeout = std::chrono::milliseconds(5'000)};
  std::chrono::milliseconds wait{10'000};  ///< of one long poll
  /// A peer gathers for so long before it answers one: whom others hand their messages gets most of it twice else.
  std::chrono::milliseconds gather{0};
  /// Votes wait so long for more of them before they are handed to who needs them no sooner: the next block, or whoever
  /// made the last one, tells of the certificate before that.
  std::chrono::milliseconds votes_gather{250};
  /// Blocks are taken from orderers alone. For who is linked to all of them: else every peer sends every block.
  bool light = false;
  std::chrono::milliseconds backoff_min{100};  ///< after the first failure; doubles
  std::chrono::milliseconds backoff_max{2'000};
  std::chrono::milliseconds lie_pause{30'000};   ///< after an answer that does not verify
  std::chrono::milliseconds fetch_every{5'000};  ///< blocks are asked for so often though none are known to be missing
};

struct PeerStatus {
  std::string url;
  bool reachable = false;                ///< its last answer came and was good
  std::uint64_t lies = 0;                ///< answers since the start that do not verify
  std::optional<Error> error{};          ///< of the last failure
  std::optional<Height> final_height{};  ///< as it says itself: for operators, believed by nobody
};

class Gossip {
 public:
  /// Does not connect. `me`: whose votes are asked for. Errors: those of http::Client::open.
  static Result<std::unique_ptr<Gossip>> open(std::vector<Peer>, std::optional<PublicKey> me,
                                              const GossipOptions& = {});
  /// As stop().
  ~Gossip();
  Gossip(const Gossip&) = delete;
  Gossip& operator=(const Gossip&) = delete;

  /// Once. Committee and feed must live until stop() has returned, and this until the committee has stopped: its hooks
  /// come here.
  void start(Committee&, Feed&);
  /// From the owner's thread; later calls do nothing.
  void stop();

  // Any thread; both return at once. For the hooks of the committee; before start() they are remembered.
  void behind();
  void ask_for_my_votes();

  [[nodiscard]] std::vector<PeerStatus> status() const;

 private:
  Gossip();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::committee
