// The parts of a running node, as the routes see them. Internal to node/app.
#pragma once

#include <atomic>

#include "node/app/admission.h"
#include "node/app/config.h"
#include "node/app/event_log.h"
#include "node/app/lookups.h"
#include "node/app/staff.h"
#include "node/http/server.h"
#include "node/sync/ledger_routes.h"

namespace stele::app {

using sync::find_record;

/// Any thread may use all of it.
struct Node {
  Config config;
  record::Genesis genesis;
  std::string genesis_text;
  std::string id;  ///< of its validator
  std::uint16_t vault_number = 0;

  // In the order in which they need each other: destroyed from below.
  std::unique_ptr<ordering::Clock> clock;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<vault::Vault> vault;
  std::unique_ptr<replication::Vetting> vetting;
  http::WorkPool* pool = nullptr;  ///< of the application
  std::unique_ptr<ordering::Orderer> orderer;
  std::unique_ptr<Admission> admission;
  std::unique_ptr<sync::Directory> directory;
  std::unique_ptr<StaffGate> gate;
  std::unique_ptr<Lookups> lookups;

  [[nodiscard]] const std::string& vault_id() const { return genesis.vaults[vault_number].id; }
};

/// Registers handlers; a request that comes before the node is ready is answered `starting`.
class Routes {
 public:
  using Plain = std::function<Result<http::Response>(Node&, const http::Request&)>;
  using Signed = std::function<Result<http::Response>(Node&, const http::Request&, const Staff&)>;
  using Async = std::function<void(Node&, http::Request, http::Respond)>;

  /// `node`: set once, when all its parts are there.
  Routes(http::Server& server, const std::atomic<Node*>& node, http::WorkPool& pool)
      : server_(server), node_(node), pool_(pool) {}

  /// On the server's thread: for what takes microseconds.
  void quick(std::string method, std::string pattern, Plain);
  /// On the pool.
  void slow(std::string method, std::string pattern, Plain, http::RouteOptions = {});
  /// On the pool, after the request's signature was checked.
  void staff(std::string method, std::string pattern, Signed, http::RouteOptions = {});
  void async(std::string method, std::string pattern, Async, http::RouteOptions = {});

 private:
  http::Server& server_;
  const std::atomic<Node*>& node_;
  http::WorkPool& pool_;
};

/// For requests whose body is a few short members.
[[nodiscard]] http::RouteOptions body_at_most(std::size_t bytes);

void add_network_routes(Routes&);
void add_record_routes(Routes&);
void add_school_routes(Routes&);
void add_document_routes(Routes&);
void add_lookup_routes(Routes&);

}  // namespace stele::app
