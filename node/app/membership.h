// A node's part in a network of several validators: its committee, the links to the other nodes, the ordering service
// if it is an orderer, and the way of records to those that order. Internal to node/app.
#pragma once

#include <memory>
#include <optional>

#include "node/app/alarms.h"
#include "node/app/peers.h"
#include "node/committee/gossip.h"
#include "node/finality/vote_file.h"
#include "node/http/metrics.h"
#include "node/http/server.h"
#include "node/http/work_pool.h"
#include "node/relay/relay.h"

namespace stele::app {

/// As an operator sees it.
struct PeerState {
  Peer peer;
  committee::PeerStatus link;
};
struct MembershipState {
  Epoch epoch;
  Height final_height;
  bool leads = false;     ///< it cuts the blocks, as far as it knows
  bool may_sign = false;  ///< its key votes
  bool key_dead = false;  ///< its key never votes again
  std::vector<PeerState> peers;
  std::optional<log::Recovery> recovery{};  ///< that waits here for its day
  std::uint64_t behind = 0;                 ///< final blocks that some peer says it has and this node has not
};

/// Started and stopped by one thread; the rest is for any.
class Membership {
 public:
  /// Registers the routes between nodes, which answer `starting` until start(). Server, pool and log must outlive it
  /// being stopped; it must outlive the server.
  Membership(const Config&, record::Genesis, EventLog&, http::Server&, http::WorkPool&);
  ~Membership();
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  struct Keys {
    std::optional<signer::SigningKey> orderer, validator;
    std::optional<finality::VoteFile> votes;  ///< with the validator's key
  };
  /// The ledger is opened with `uncertified_max` of `finality::Replica::unfinal_max`; it and the clock must outlive
  /// this. Errors: `config_…` (peers, etcd), `not_an_orderer`, `http_…` (URLs, the file of their authorities).
  Result<void> start(store::Ledger&, ordering::Clock&, Keys);
  /// Whoever waits for a record is answered before this returns. Then only reading goes on. Again: nothing.
  void stop();

  /// Takes records, at every node. After start().
  [[nodiscard]] ordering::Orderer& orderer();
  [[nodiscard]] MembershipState state() const;
  [[nodiscard]] std::vector<http::Gauge> gauges() const;
  [[nodiscard]] const Alarms& alarms() const;
  [[nodiscard]] std::filesystem::path evidence_folder() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::app
