// This node's vault among those of its organisations: the port that serves other vaults, the way to them, and the
// mending of what is lacking here (docs/adr/0012). Internal to node/app.
#pragma once

#include <atomic>
#include <memory>

#include "node/app/alarms.h"
#include "node/app/peers.h"
#include "node/http/metrics.h"
#include "node/replication/repair.h"
#include "node/replication/routes.h"

namespace stele::app {

/// Started and stopped by one thread; the rest is for any.
class VaultGroup {
 public:
  VaultGroup(const Config&, EventLog&);
  ~VaultGroup();
  VaultGroup(const VaultGroup&) = delete;
  VaultGroup& operator=(const VaultGroup&) = delete;

  /// Other vaults are answered `starting` from now on. Errors: those of http::Server::start.
  Result<void> listen();
  /// All of it must outlive this. Errors: those of replication::Peers::open.
  Result<void> start(const store::Ledger&, vault::Vault&, const replication::Vetting&, std::uint16_t number,
                     const std::vector<Peer>&);
  /// Nobody is asked any more, and who waits for another vault is told that it does not answer.
  void cancel();
  /// After the threads that use peers() have ended.
  void stop();

  /// After start().
  [[nodiscard]] replication::Peers& peers() { return *peers_; }
  [[nodiscard]] std::string url() const;  ///< of the port for vaults
  /// Waits until what is final by now was looked through, and what others have of it came here; before, a book that
  /// another vault made may be unknown. `not_in_sync` after some seconds.
  [[nodiscard]] Result<void> catch_up() const;
  [[nodiscard]] std::vector<http::Gauge> gauges() const;
  [[nodiscard]] const Alarms& alarms() const { return alarms_; }

 private:
  void watch();

  const Config config_;
  Alarms alarms_;
  // Of its own: a node's other threads may all be waiting for another vault, which waits for this one.
  http::WorkPool pool_;
  std::atomic<replication::Desk*> ready_ = nullptr;
  http::Server server_;
  const store::Ledger* ledger_ = nullptr;
  std::unique_ptr<replication::Desk> desk_;
  std::unique_ptr<replication::Peers> peers_;
  std::unique_ptr<replication::Repair> repair_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace stele::app
