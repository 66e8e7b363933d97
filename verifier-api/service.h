// The verification service: a ledger of its own that follows a node, and the HTTP API over it (docs/http-api.md,
// "Verifier"). Holds no secret and takes no record.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "node/http/metrics.h"
#include "node/http/work_pool.h"
#include "node/sync/follower.h"
#include "node/sync/ledger_routes.h"
#include "verifier-api/explorer.h"
#include "verifier-api/judge.h"
#include "verifier-api/lookup.h"
#include "verifier-api/peers.h"
#include "verifier-api/shared_store.h"
#include "verifier-api/site.h"

namespace stele::verifier {

inline constexpr std::size_t documents_max = 1'000;
inline constexpr std::size_t verify_body_bytes_max = 64 * 1024 * 1024;
inline constexpr std::size_t body_bytes_max = 64 * 1024;       ///< of all other routes, which read none
inline constexpr std::size_t documents_nodes_max = 4'000'000;  ///< JSON values in one request
inline constexpr std::size_t queue_max = 1'024;
inline constexpr std::size_t signatures_max = 262'144;  ///< remembered: about 20 MB
/// Without a word from the source for longer, health says so.
inline constexpr std::chrono::minutes lag_max{15};

struct Config {
  std::filesystem::path genesis, data;
  std::string node;  ///< URL
  std::string address = "127.0.0.1";
  std::uint16_t port = 7490;  ///< 0: any free one
  unsigned threads = 0;       ///< 0: one for each core
  std::uint64_t status_days = 30;
  std::string node_ca;                              ///< PEM file for https; empty: the system's
  std::optional<std::filesystem::path> clock_file;  ///< test networks only: the time, as text
  bool check_all = false;                           ///< at the start: every signature of the stored ledger, too
  double requests_per_second = 100;                 ///< for each client address; 0: no limit
  std::filesystem::path web;                        ///< the page's files; empty: none are served
  std::string lookup_node;                          ///< URL of the node that holds the vault; empty: `node`
  LookupLimits lookups{};
  std::vector<std::string> compare;  ///< URLs of servers whose checkpoints are compared with ours
  std::chrono::milliseconds compare_pause{60'000};
  std::uint64_t shared_mb = 1'024;                      ///< of all shared documents together
  double shared_per_hour = 20, shared_mb_per_day = 20;  ///< for each client address
  std::chrono::milliseconds refresh_pause{5'000};       ///< of the explorer
  sync::FollowOptions follow{};
};

/// A line for the operator: never a body, a document's content or a client's address.
using Log = std::function<void(std::string_view vi, std::string_view en)>;

/// What the routes share. Any thread.
struct Context {
  Config config;
  std::string genesis_text;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<sync::Directory> directory;
  std::unique_ptr<sync::Follower> follower;
  http::Metrics metrics{"stele_verdicts_total", "Files judged, by outcome."};
  std::unique_ptr<VerifiedMemo> signatures;
  std::unique_ptr<Explorer> explorer;
  std::unique_ptr<Peers> peers;
  std::unique_ptr<SharedStore> shared;
  std::unique_ptr<http::SharedRateLimiter> shared_puts, shared_bytes;
  std::optional<Site> site;
  std::unique_ptr<Lookup> lookup;
  std::unique_ptr<http::WorkPool> pool;
  std::mutex large_body;  ///< one at a time: its JSON tree is many times its size

  [[nodiscard]] UnixSeconds now() const;
  /// `starting`, or why nothing may be believed that this ledger says now.
  [[nodiscard]] Result<void> ready() const;
};

/// Registers routes, and knows them: the test of openapi.json asks.
class Routes {
 public:
  using Plain = std::function<Result<http::Response>(Context&, const http::Request&)>;
  using Async = std::function<void(Context&, http::Request, http::Respond)>;
  /// Whose pages may read a GET: everybody's, for what is public; or this server's own.
  enum class Origin : std::uint8_t { any, own };
  Routes(http::Server& server, Context& context) : server_(server), context_(context) {}
  /// On the server's thread, whether or not the ledger is ready.
  void always(std::string method, std::string pattern, Plain, Origin = Origin::any);
  /// On the server's thread: for what takes microseconds.
  void quick(std::string method, std::string pattern, Plain);
  /// On the pool.
  void slow(std::string method, std::string pattern, Plain, http::RouteOptions = {});
  /// The handler answers itself; only when the ledger is ready.
  void async(std::string method, std::string pattern, Async, http::RouteOptions = {});
  /// "GET /v1/status"
  [[nodiscard]] const std::vector<std::string>& list() const { return list_; }

 private:
  void add(std::string method, std::string pattern, http::Handler, http::RouteOptions);
  http::Server& server_;
  Context& context_;
  std::vector<std::string> list_;
};
void add_ledger_routes(Routes&);
void add_verify_routes(Routes&);
void add_service_routes(Routes&);
void add_explorer_routes(Routes&);
/// Shared documents, what the page pins, and with `site` the page's files.
void add_page_routes(Routes&, bool site);

/// openapi.json
[[nodiscard]] std::string_view openapi_text();

class Service {
 public:
  /// Opens the ledger (which replays it) and listens; every answer is `starting` until it has caught up.
  /// Errors: of the genesis file, the store, the address, the URL.
  [[nodiscard]] static Result<std::unique_ptr<Service>> start(Config, Log);
  /// Stops listening, following and working, in that order.
  ~Service();

  [[nodiscard]] std::string url() const;
  /// See Follower::wait_caught_up.
  [[nodiscard]] bool wait_ready(std::chrono::milliseconds) const;
  [[nodiscard]] const Context& context() const { return *context_; }
  [[nodiscard]] const std::vector<std::string>& routes() const { return routes_; }

 private:
  Service() = default;
  std::unique_ptr<Context> context_;
  std::unique_ptr<http::Server> server_;
  std::vector<std::string> routes_;
};

}  // namespace stele::verifier
