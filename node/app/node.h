// The parts of a running node, as the routes see them. Internal to node/app.
#pragma once

#include <atomic>

#include "node/app/admission.h"
#include "node/app/config.h"
#include "node/app/event_log.h"
#include "node/app/lookups.h"
#include "node/app/membership.h"
#include "node/app/staff.h"
#include "node/app/vault_group.h"
#include "node/http/server.h"
#include "node/ordering/sequencer.h"
#include "node/sync/ledger_routes.h"

namespace stele::app {

using sync::find_record;

/// Any thread may use all of it.
struct Node {
  Config config;
  record::Genesis genesis;
  std::string genesis_text;
  std::string id;                               ///< of its validator, else of its orderer or vault; empty: a follower
  std::optional<std::uint16_t> vault_number{};  ///< none: it has no vault

  // In the order in which they need each other: destroyed from below.
  std::unique_ptr<ordering::Clock> clock;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<vault::Vault> vault;            ///< null: it has none
  std::unique_ptr<replication::Vetting> vetting;  ///< with the vault
  std::unique_ptr<VaultGroup> vaults;             ///< with the vault, in a network of several
  http::WorkPool* pool = nullptr;                 ///< of the application
  // Either of them: the embedded orderer of a network of one, or the part in a network of several.
  std::unique_ptr<ordering::Sequencer> sequencer;
  std::unique_ptr<Membership> membership;
  ordering::Orderer* orderer = nullptr;  ///< who takes records here
  std::unique_ptr<Admission> admission;
  std::unique_ptr<sync::Directory> directory;
  std::unique_ptr<StaffGate> gate;
  std::unique_ptr<Lookups> lookups;

  /// Empty if it has none.
  [[nodiscard]] std::string vault_id() const { return vault_number ? genesis.vaults[*vault_number].id : std::string(); }
  /// The embedded orderer is for who is the only validator and orders, too.
  [[nodiscard]] bool solo() const {
    return genesis.validators.size() == 1 && config.roles.orderer && config.roles.validator;
  }
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
  /// On the pool; `no_vault` where there is none.
  void vault(std::string method, std::string pattern, Plain, http::RouteOptions = {});
  /// The same, after the request's signature was checked: it is made out to the vault.
  void staff(std::string method, std::string pattern, Signed, http::RouteOptions = {});
  void async(std::string method, std::string pattern, Async, http::RouteOptions = {});

 private:
  http::Server& server_;
  const std::atomic<Node*>& node_;
  http::WorkPool& pool_;
};

[[nodiscard]] Error no_vault();

/// For requests whose body is a few short members.
[[nodiscard]] http::RouteOptions body_at_most(std::size_t bytes);

void add_network_routes(Routes&);
void add_record_routes(Routes&);
void add_school_routes(Routes&);
void add_document_routes(Routes&);
void add_lookup_routes(Routes&);

}  // namespace stele::app
