#include "verifier-api/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "ledger/store/rocks_store.h"
#include "node/http/answers.h"
#include "node/http/caching.h"

namespace stele::verifier {
namespace {

using http::Request;
using http::Response;
using json::Value;
using sync::FollowState;

constexpr auto stop_grace = std::chrono::seconds(5);
constexpr auto handler_timeout = std::chrono::minutes(2);  ///< a thousand large documents on one core
constexpr std::size_t clock_bytes_max = 64;
constexpr std::uint64_t megabyte = 1024 * 1024;

Result<std::string> read_genesis(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(sync::genesis_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  if (!text.empty()) return text;
  return Unexpected(make_error("genesis_unreadable", "Không đọc được tệp genesis. Hãy kiểm tra --genesis.",
                               "The genesis file can't be read. Check --genesis.",
                               Where{path.string(), {}, 0, {}, {}}));
}

std::optional<UnixSeconds> read_clock(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(clock_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return parse_utc(text);
}

Result<record::Genesis> genesis_of(const Config& config, const std::string& text) {
  auto genesis = record::decode_genesis(text);
  if (!genesis) {
    auto e = to_error(genesis.error());
    e.where.file = config.genesis.string();
    return Unexpected(std::move(e));
  }
  if (!config.clock_file) return std::move(*genesis);
  const Where where{config.clock_file->string(), {}, 0, {}, {}};
  if (!genesis->test) {
    return Unexpected(make_error("clock_file_on_live_network",
                                 "Mạng này là mạng thật nên không được chạy theo đồng hồ cho sẵn. Hãy bỏ --clock-file.",
                                 "This is a live network, which never runs on a given clock. Leave --clock-file out.",
                                 where));
  }
  if (!read_clock(*config.clock_file)) {
    return Unexpected(make_error(
        "clock_file_unreadable", "Tệp đồng hồ không có giờ hợp lệ. Hãy ghi một dòng như 2026-01-10T08:00:00Z.",
        "The clock file holds no valid time. Write a line such as 2026-01-10T08:00:00Z.", where));
  }
  return std::move(*genesis);
}

Result<std::unique_ptr<store::Ledger>> open_ledger(const Config& config, const record::Genesis& genesis) {
  std::error_code fault;
  std::filesystem::create_directories(config.data, fault);
  if (fault) {
    return Unexpected(make_error("data_folder", "Không tạo được thư mục dữ liệu. Hãy kiểm tra --data và quyền ghi.",
                                 "The data folder can't be made. Check --data and its permissions.",
                                 Where{config.data.string(), {}, 0, {}, {}}));
  }
  store::Options options;
  options.net = genesis.net;
  options.create = true;
  STELE_TRY(auto blocks, store::open_rocks_store(config.data / "ledger", options));
  store::LedgerOptions replay;
  replay.uncertified_max = store::accepted_max;
  replay.verify_signatures = config.check_all;
  return store::Ledger::open(genesis, std::move(blocks), config.data / "head", replay);
}

void report(const Log& log, const sync::FollowStatus& s) {
  const auto vi = s.error ? to_text(*s.error, Lang::vi) : std::string();
  const auto en = s.error ? to_text(*s.error, Lang::en) : std::string();
  const auto name = sync::state_name(s.state);
  log(fmt::format("đồng bộ: {} ở khối {}{}{}", name, s.height.value, vi.empty() ? "" : ": ", vi),
      fmt::format("sync: {} at block {}{}{}", name, s.height.value, en.empty() ? "" : ": ", en));
}

Error starting() {
  return make_error("starting", "Trạm kiểm chứng đang tải sổ cái về; hãy thử lại sau giây lát.",
                    "The verifier is still fetching the ledger; try again in a moment.");
}

// ---- health, metrics, genesis ----

double lag_seconds(const sync::FollowStatus& s) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - s.current).count();
}

/// What an operator's monitor is told; "ok" or why this instance should not be asked.
std::string_view health(const sync::FollowStatus& s) {
  if (s.state == FollowState::source_lies || s.state == FollowState::failed) return sync::state_name(s.state);
  if (!s.caught_up) return "starting";
  if (lag_seconds(s) > std::chrono::duration<double>(lag_max).count()) return "behind";
  return "ok";
}

Result<Response> healthz(Context& x, const Request& /*unused*/) {
  const auto s = x.follower->status();
  const auto status = health(s);
  auto out = Value::object({{"status", status},
                            {"sync", sync::state_name(s.state)},
                            {"height", s.height.value},
                            {"final_height", x.ledger->final_point()->checkpoint.height.value},
                            {"lag_s", static_cast<std::uint64_t>(lag_seconds(s))}});
  if (s.error) out.set("error", Value::object({{"code", s.error->code}, {"vi", s.error->vi}, {"en", s.error->en}}));
  return http::cached(http::json_response(status == "ok" ? 200 : 503, json::write(out)), "no-store");
}

Result<Response> metrics(Context& x, const Request& /*unused*/) {
  const auto s = x.follower->status();
  const auto final = x.ledger->final_point();
  auto out = http::text_response(
      200, x.metrics.text(
               {{"stele_height", "Blocks of the certified chain here.", static_cast<double>(s.height.value)},
                {"stele_final_height", "Newest final block.", static_cast<double>(final->checkpoint.height.value)},
                {"stele_records", "Final records.", static_cast<double>(final->checkpoint.size)},
                {"stele_sync_caught_up", "1 once it has had everything the source has.", s.caught_up ? 1.0 : 0.0},
                {"stele_sync_lag_seconds", "Since it last had everything the source has.", lag_seconds(s)},
                {"stele_shared_bytes", "Ciphertext behind links.", static_cast<double>(x.shared->bytes())},
                {"stele_signatures_remembered", "Signatures that need not be computed again.",
                 static_cast<double>(x.signatures->size())},
                {"stele_sync_blocks", "Blocks taken in since the start.", static_cast<double>(s.blocks)},
                {"stele_sync_refused", "Answers of the source that did not verify, since the start.",
                 static_cast<double>(s.lies)}}));
  out.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return http::cached(std::move(out), "no-store");
}

Result<Response> genesis(Context& x, const Request& /*unused*/) {
  return http::cached(http::json_response(200, x.genesis_text), http::immutable);
}

Result<Response> openapi(Context& /*unused*/, const Request& /*unused*/) {
  auto out = http::json_response(200, std::string(openapi_text()));
  out.content_type = "application/vnd.oai.openapi+json;version=3.1";
  return out;
}

}  // namespace

UnixSeconds Context::now() const {
  if (config.clock_file) {
    // While the file is being written, the newest block's time is the best guess.
    return read_clock(*config.clock_file).value_or(ledger->final_point()->checkpoint.time);
  }
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(since).count()))};
}

Result<void> Context::ready() const {
  const auto s = follower->status();
  if (s.state == FollowState::failed && s.error) return Unexpected(*s.error);
  if (!s.caught_up) return Unexpected(starting());
  return {};
}

// ---- routes ----

namespace {

/// The last step of every answer: a GET gets its tag, and is not sent twice.
Response finished(const Request& request, Result<Response> response) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  auto out = http::to_response(std::move(response));
  return get ? http::conditional(request, std::move(out)) : std::move(out);
}

}  // namespace

void Routes::add(std::string method, std::string pattern, http::Handler handler, http::RouteOptions options) {
  list_.push_back(method + " " + pattern);
  server_.route(std::move(method), std::move(pattern), std::move(handler), options);
}

void Routes::always(std::string method, std::string pattern, Plain handler, Origin origin) {
  http::RouteOptions options;
  options.any_origin = origin == Origin::any && method == "GET";
  add(
      std::move(method), std::move(pattern),
      [&x = context_, handler = std::move(handler)](const Request& request, http::Respond respond) {
        respond(finished(request, handler(x, request)));
      },
      options);
}

void Routes::quick(std::string method, std::string pattern, Plain handler) {
  always(std::move(method), std::move(pattern),
         [handler = std::move(handler)](Context& x, const Request& request) -> Result<Response> {
           STELE_CHECK(x.ready());
           return handler(x, request);
         });
}

void Routes::async(std::string method, std::string pattern, Async handler, http::RouteOptions options) {
  add(
      std::move(method), std::move(pattern),
      [&x = context_, handler = std::move(handler)](Request request, http::Respond respond) {
        if (auto ok = x.ready(); !ok) return respond(http::refuse(ok.error()));
        handler(x, std::move(request), std::move(respond));
      },
      options);
}

void Routes::slow(std::string method, std::string pattern, Plain handler, http::RouteOptions options) {
  if (method == "GET") options.any_origin = true;
  async(
      std::move(method), std::move(pattern),
      [handler = std::move(handler)](Context& x, Request request, http::Respond respond) {
        http::respond_on(*x.pool, std::move(request), std::move(respond),
                         [&x, handler](const Request& r) { return Result<Response>(finished(r, handler(x, r))); });
      },
      options);
}

void add_service_routes(Routes& r) {
  r.always("GET", "/healthz", healthz);
  r.always("GET", "/metrics", metrics);
  r.always("GET", "/v1/genesis", genesis);
  r.always("GET", "/openapi.json", openapi);
}

// ---- service ----

namespace {

void add_limits(Context& x, const Config& config) {
  constexpr double hour_s = 3600, day_s = 86'400;
  constexpr std::size_t clients_max = 65'536;
  const double bytes = config.shared_mb_per_day * megabyte;
  x.shared_puts = std::make_unique<http::SharedRateLimiter>(config.shared_per_hour / hour_s,
                                                            std::max(1.0, config.shared_per_hour), clients_max);
  // At least one document may always be shared.
  x.shared_bytes = std::make_unique<http::SharedRateLimiter>(
      bytes / day_s, std::max(bytes, static_cast<double>(shared_bytes_max)), clients_max);
}

}  // namespace

Result<std::unique_ptr<Service>> Service::start(Config config, Log log) {
  std::unique_ptr<Service> out(new Service());
  out->context_ = std::make_unique<Context>();
  auto& x = *out->context_;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  if (config.threads == 0) config.threads = cores;
  STELE_TRY(x.genesis_text, read_genesis(config.genesis));
  STELE_TRY(const auto genesis, genesis_of(config, x.genesis_text));
  http::ClientOptions client;
  client.tls_ca_file = config.node_ca;
  STELE_TRY(auto source, sync::BlockSource::open(config.node, client));
  if (!config.web.empty()) {
    STELE_TRY(x.site, Site::load(config.web));
  }
  STELE_TRY(x.lookup,
            Lookup::open(config.lookup_node.empty() ? config.node : config.lookup_node, client, config.lookups));
  STELE_TRY(x.ledger, open_ledger(config, genesis));
  STELE_TRY(x.shared, SharedStore::open({config.data / "shared", config.shared_mb * megabyte}));
  STELE_TRY(x.peers, Peers::open(*x.ledger, config.compare, client, config.data / "evidence", config.compare_pause));
  add_limits(x, config);
  x.signatures = std::make_unique<VerifiedMemo>(signatures_max);
  x.explorer = std::make_unique<Explorer>(*x.ledger, config.refresh_pause);
  x.directory = std::make_unique<sync::Directory>(*x.ledger);
  x.config = std::move(config);
  x.pool = std::make_unique<http::WorkPool>(x.config.threads, queue_max);
  x.follower =
      std::make_unique<sync::Follower>(*x.ledger, std::move(source), x.config.follow,
                                       [log = std::move(log)](const sync::FollowStatus& s) { report(log, s); });
  http::ServerOptions options;
  options.address = x.config.address;
  options.port = x.config.port;
  options.threads = std::min(x.config.threads, cores);
  options.body_bytes_max = body_bytes_max;
  options.handler_timeout = handler_timeout;
  options.requests_per_second_max = x.config.requests_per_second;
  options.observe = [&x](const http::Observation& o) { x.metrics.request(o.method, o.route, o.status, o.duration); };
  out->server_ = std::make_unique<http::Server>(std::move(options));
  Routes routes(*out->server_, x);
  add_service_routes(routes);
  add_ledger_routes(routes);
  add_verify_routes(routes);
  add_explorer_routes(routes);
  add_page_routes(routes, x.site.has_value());
  out->routes_ = routes.list();
  STELE_CHECK(out->server_->start());
  x.follower->start();
  x.explorer->start();
  x.peers->start();
  return out;
}

Service::~Service() {
  if (server_) server_->stop(stop_grace);
  if (!context_) return;
  if (context_->explorer) context_->explorer->stop();
  if (context_->peers) context_->peers->stop();
  if (context_->follower) context_->follower->stop();
  if (context_->pool) context_->pool->stop();
  if (context_->lookup) context_->lookup->stop();
}

std::string Service::url() const {
  const auto& address = context_->config.address;
  const bool v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}:{}", v6 ? "[" + address + "]" : address, server_->port());
}

bool Service::wait_ready(std::chrono::milliseconds limit) const {
  return context_->follower->wait_caught_up(limit);
}

}  // namespace stele::verifier
