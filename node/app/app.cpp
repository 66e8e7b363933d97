#include "node/app/app.h"

#include <fstream>
#include <future>

#include "ledger/store/rocks_store.h"
#include "node/app/answers.h"
#include "node/app/node.h"
#include "node/finality/replica.h"
#include "node/ordering/sequencer.h"
#include "signer/keyfile.h"

namespace stele::app {
namespace {

namespace fs = std::filesystem;
using json::Value;

constexpr auto stop_grace = std::chrono::seconds(5);
constexpr std::size_t pool_queue_max = 4096;
constexpr std::size_t megabyte = 1024 * 1024;

Error file_error(const char* code, const fs::path& path, std::string vi, std::string en) {
  Where w;
  w.file = path.string();
  return make_error(code, std::move(vi), std::move(en), w);
}

Error not_in_genesis(const fs::path& path) {
  return file_error("key_not_in_genesis", path, "Khóa này không có trong tệp gốc của mạng. Hãy kiểm tra [keys].",
                    "This key does not stand in the network's genesis file. Check [keys].");
}

Result<std::uint16_t> number_in(const std::vector<record::Member>& members, const signer::SigningKey& key,
                                const fs::path& path) {
  const auto mine = key.public_key().compressed();
  const auto it = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == mine; });
  if (it == members.end()) return Unexpected(not_in_genesis(path));
  return static_cast<std::uint16_t>(it - members.begin());
}

/// A vote file is made for a key that can't have voted yet: the ledger has no block. Later its absence is an error.
Result<finality::VoteFile> open_vote_file(const Config& c, const store::Ledger& ledger, const PublicKey& key) {
  const auto& path = c.keys.vote_file;
  std::error_code ec;
  const auto height = ledger.with_chain([](const rules::Chain& chain) { return chain.head().height; });
  if (height.value > 0 || fs::exists(path, ec)) return finality::VoteFile::open(path, ledger.genesis().net, key);
  STELE_CHECK(make_folder(path.parent_path()));
  return finality::VoteFile::create(path, ledger.genesis().net, key);
}

Value to_json(const std::vector<Alarms::Open>& alarms) {
  auto out = Value::array();
  for (const auto& a : alarms) {
    auto one = Value::object({{"code", a.code}, {"vi", a.texts.vi}, {"en", a.texts.en}});
    if (!a.subject.empty()) one.set("subject", a.subject);
    out.push(std::move(one));
  }
  return out;
}

http::ServerOptions server_options(const Config& c) {
  http::ServerOptions o;
  o.address = c.http.address;
  o.port = c.http.port;
  o.threads = c.http.threads;
  o.connections_max = c.limits.connections;
  o.requests_per_second_max = c.limits.requests_per_second;
  o.requests_burst_max = c.limits.requests_burst;
  o.tls_certificate_file = c.http.tls_certificate.string();
  o.tls_key_file = c.http.tls_key.string();
  return o;
}

}  // namespace

fs::path ledger_folder(const Config& c) {
  return c.data / "ledger";
}
fs::path head_file(const Config& c) {
  return c.data / "head";
}
fs::path vault_folder(const Config& c) {
  return c.data / "vault";
}

Result<std::string> read_genesis_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(genesis_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || in.gcount() == 0 || std::cmp_greater(in.gcount(), genesis_bytes_max)) {
    return Unexpected(file_error("genesis_unreadable", path, "Không đọc được tệp gốc của mạng (tối đa 64 KB).",
                                 "The genesis file can't be read (64 KB at most)."));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

bool needs_keys(const Config::Roles& r) {
  return r.orderer || r.validator || r.vault;
}

Result<void> make_folder(const fs::path& path) {
  std::error_code ec;
  if (fs::create_directories(path, ec)) fs::permissions(path, fs::perms::owner_all, ec);
  if (!ec) return {};
  return Unexpected(file_error("data_unwritable", path, "Không tạo được thư mục: " + ec.message() + ".",
                               "The folder can't be made: " + ec.message() + "."));
}

Result<NodeKeys> open_node_keys(const Config& c, const signer::SecretBytes& passphrase) {
  // Each derivation takes its time by design: side by side.
  const auto open = [&](bool has, const fs::path& path) -> std::future<Result<signer::OpenKey>> {
    if (!has) return {};
    return std::async(std::launch::async, [&passphrase, path] { return signer::open_key_file(path, passphrase); });
  };
  auto orderer = open(c.roles.orderer, c.keys.orderer);
  auto validator = open(c.roles.validator, c.keys.validator);
  auto vault = open(c.roles.vault, c.keys.vault);
  NodeKeys out;
  for (const auto& [opening, key] :
       {std::pair(&orderer, &out.orderer), std::pair(&validator, &out.validator), std::pair(&vault, &out.vault)}) {
    if (!opening->valid()) continue;
    STELE_TRY(auto opened, opening->get());
    *key = std::move(opened.key);
  }
  return out;
}

struct App::Impl {
  Impl(const Config& c, EventLog& l)
      : config(c),
        log(l),
        pool(std::max(2U, std::thread::hardware_concurrency()), pool_queue_max),
        server(observed(server_options(c))),
        routes(server, ready, pool) {}

  http::ServerOptions observed(http::ServerOptions o) {
    o.observe = [this](const http::Observation& seen) {
      metrics.request(seen.method, seen.route, seen.status, seen.duration);
      const auto status = static_cast<std::uint64_t>(seen.status);
      const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, seen.duration.count()));
      if (seen.status >= 500)
        log.warn("request", {{"method", seen.method}, {"route", seen.route}, {"status", status}, {"us", us}});
      else
        log.debug("request", {{"method", seen.method}, {"route", seen.route}, {"status", status}, {"us", us}});
    };
    return o;
  }

  Result<void> read_genesis();
  Result<void> open(NodeKeys, const Progress&);
  Result<void> find_place(const NodeKeys&);
  Result<void> open_ledger(const Progress&);
  Result<void> open_vault(signer::SigningKey);
  Result<void> start_solo(NodeKeys&);
  Result<void> join(NodeKeys&);
  void add_routes();
  void add_health();
  [[nodiscard]] std::optional<Error> trouble() const;
  [[nodiscard]] std::vector<http::Gauge> gauges() const;
  void stop();

  const Config config;
  EventLog& log;
  http::Metrics metrics{"stele_records_total",
                        "Records answered, by outcome: final, pending, or why they were refused."};
  std::unique_ptr<Node> node = std::make_unique<Node>();
  std::atomic<Node*> ready = nullptr;
  std::atomic<std::uint64_t> replayed = 0;
  http::WorkPool pool;
  http::Server server;
  Routes routes;
  bool stopped = false;
};

Result<void> App::Impl::open_ledger(const Progress& progress) {
  auto& n = *node;
  STELE_CHECK(make_folder(config.data));
  store::Options options;
  options.net = n.genesis.net;
  options.create = true;
  options.free_space_floor_bytes = config.limits.free_space_floor_mb * megabyte;
  STELE_TRY(auto blocks, store::open_rocks_store(ledger_folder(config), options));
  store::LedgerOptions replay;
  if (!n.solo()) replay.uncertified_max = finality::Replica::unfinal_max;
  replay.progress = [&](std::uint64_t done, std::uint64_t total) {
    replayed = done;
    if (progress) progress(done, total);
  };
  STELE_TRY(n.ledger, store::Ledger::open(n.genesis, std::move(blocks), head_file(config), replay));
  return {};
}

/// Before the server listens: which routes there are depends on it.
Result<void> App::Impl::read_genesis() {
  auto& n = *node;
  n.config = config;
  n.pool = &pool;
  STELE_TRY(n.genesis_text, read_genesis_file(config.genesis));
  auto genesis = record::decode_genesis(n.genesis_text);
  if (!genesis) {
    auto e = to_error(genesis.error());
    e.where.file = config.genesis.string();
    return Unexpected(std::move(e));
  }
  n.genesis = std::move(*genesis);
  if (n.genesis.validators.size() == 1 || config.roles.given) return {};
  Where where;
  where.field = "roles";
  return Unexpected(make_error("config_missing_key",
                               "Mạng này có nhiều nút xác nhận: tệp cấu hình phải có khóa \"roles\", ví dụ "
                               "roles = [\"validator\"]; nút chỉ theo dõi: roles = [].",
                               "This network has several validators: the configuration must have the key \"roles\", "
                               "such as roles = [\"validator\"]; a follower has roles = [].",
                               where));
}

/// Its name among the nodes, and its vault's number.
Result<void> App::Impl::find_place(const NodeKeys& keys) {
  auto& n = *node;
  if (keys.vault) {
    STELE_TRY(n.vault_number, number_in(n.genesis.vaults, *keys.vault, config.keys.vault));
    n.id = n.vault_id();
  }
  if (keys.orderer) {
    // Whose key it is not, the orderer itself refuses.
    if (const auto number = number_in(n.genesis.orderers, *keys.orderer, config.keys.orderer))
      n.id = n.genesis.orderers[*number].id;
  }
  if (!keys.validator) return {};
  const auto number = number_in(n.genesis.validators, *keys.validator, config.keys.validator);
  if (number) {
    n.id = n.genesis.validators[*number].id;
  } else if (n.solo()) {
    return Unexpected(number.error());
  } else {
    // It may be registered by a record that is not here yet.
    log.warn("the validator's key does not stand in the genesis file: it votes only if a validators record names it");
  }
  return {};
}

Result<void> App::Impl::open_vault(signer::SigningKey key) {
  auto& n = *node;
  vault::Vault::Options v;
  v.folder = vault_folder(config);
  v.wrapping_keys = config.keys.wrapping;
  v.number = *n.vault_number;
  v.net = n.genesis.net;
  v.id = n.vault_id();
  v.free_space_floor_bytes = config.limits.free_space_floor_mb * megabyte;
  STELE_TRY(n.vault, vault::Vault::open(std::move(v), std::move(key)));
  n.vetting = std::make_unique<replication::Vetting>(
      replication::Vetting::Parts{*n.ledger, *n.vault, *n.clock, *n.vault_number});
  if (!n.vaults) return {};
  STELE_TRY(const auto peers, resolve_peers(config, n.genesis, n.ledger->orderers()));
  return n.vaults->start(*n.ledger, *n.vault, *n.vetting, *n.vault_number, peers);
}

Result<void> App::Impl::start_solo(NodeKeys& keys) {
  auto& n = *node;
  STELE_TRY(auto votes, open_vote_file(config, *n.ledger, keys.validator->public_key().compressed()));
  STELE_TRY(auto solo, finality::SoloValidator::make(n.genesis, std::move(*keys.validator), std::move(votes)));
  STELE_TRY(n.sequencer, ordering::Sequencer::start(*n.ledger, *n.clock, std::move(*keys.orderer), std::move(solo)));
  n.orderer = n.sequencer.get();
  return {};
}

Result<void> App::Impl::join(NodeKeys& keys) {
  auto& n = *node;
  Membership::Keys mine;
  if (keys.validator) {
    STELE_TRY(mine.votes, open_vote_file(config, *n.ledger, keys.validator->public_key().compressed()));
  }
  mine.orderer = std::move(keys.orderer);
  mine.validator = std::move(keys.validator);
  STELE_CHECK(n.membership->start(*n.ledger, *n.clock, std::move(mine)));
  n.orderer = &n.membership->orderer();
  return {};
}

Result<void> App::Impl::open(NodeKeys keys, const Progress& progress) {
  auto& n = *node;
  STELE_CHECK(find_place(keys));
  if (config.test.clock_file) {
    STELE_TRY(n.clock, ordering::make_file_clock(n.genesis, *config.test.clock_file));
  } else {
    n.clock = ordering::make_system_clock();
  }
  STELE_CHECK(open_ledger(progress));
  if (keys.vault) STELE_CHECK(open_vault(std::move(*keys.vault)));
  STELE_CHECK(n.membership ? join(keys) : start_solo(keys));
  n.admission = std::make_unique<Admission>(Admission::Parts{
      *n.ledger, n.vault.get(), n.vetting.get(), n.vaults ? &n.vaults->peers() : nullptr, *n.orderer, pool, metrics});
  n.lookups = std::make_unique<Lookups>(config.limits.lookups_per_number);
  n.directory = std::make_unique<sync::Directory>(*n.ledger);
  const auto system = std::shared_ptr<ordering::Clock>(ordering::make_system_clock());
  n.gate = std::make_unique<StaffGate>(
      *n.ledger, n.genesis.net, n.vault_id(), [system] { return system->now(); },
      [clock = n.clock.get()] { return clock->now(); });
  return {};
}

// ---- health ----

/// Why the node does not write; none: all is well.
std::optional<Error> App::Impl::trouble() const {
  if (ready.load() == nullptr) {
    const auto n = std::to_string(replayed.load());
    return make_error("starting", "Nút đang khởi động: đã đọc lại " + n + " khối.",
                      "The node is starting: " + n + " blocks replayed.");
  }
  if (auto failure = node->orderer->failure()) return failure;
  const auto free = store::free_space_of(config.data);
  if (free && *free < config.limits.free_space_floor_mb * megabyte) {
    return make_error("space_floor", "Ổ đĩa sắp đầy nên nút ngừng ghi; việc đọc vẫn tiếp tục.",
                      "The disk is nearly full, so nothing more is written; reading goes on.");
  }
  return std::nullopt;
}

std::vector<http::Gauge> App::Impl::gauges() const {
  std::vector<http::Gauge> out{
      {"stele_ready", "1 when the node serves.", ready.load() != nullptr ? 1.0 : 0.0},
      {"stele_work_queue", "Requests that wait for a thread.", static_cast<double>(pool.queued())}};
  if (const auto free = store::free_space_of(config.data))
    out.push_back({"stele_disk_free_bytes", "Free space where the ledger is.", static_cast<double>(*free)});
  out.push_back({"stele_secrets_not_locked", "Secrets that could not be locked in memory.",
                 static_cast<double>(signer::secrets_not_locked())});
  if (ready.load() == nullptr) return out;
  const auto final = node->ledger->final_point();
  const auto [height, size, pending] = node->ledger->with_chain(
      [](const rules::Chain& c) { return std::tuple(c.head().height.value, c.head().size, c.state().pending.size()); });
  const auto add = [&](std::string_view name, std::string_view help, std::uint64_t v) {
    out.push_back({name, help, static_cast<double>(v)});
  };
  add("stele_height", "Height of the newest block.", height);
  add("stele_final_height", "Height of the newest final block.", final->checkpoint.height.value);
  add("stele_final_time_seconds", "Time of the newest final block.", final->checkpoint.time.value);
  add("stele_log_records", "Records on the ledger.", size);
  add("stele_pending_records", "Records that wait for a second signature.", pending);
  add("stele_writing_failed", "1 when a disk failed and nothing more is written.", node->orderer->failure() ? 1 : 0);
  if (node->membership)
    for (auto& g : node->membership->gauges()) out.push_back(g);
  if (node->vaults)
    for (auto& g : node->vaults->gauges()) out.push_back(g);
  return out;
}

void App::Impl::add_health() {
  http::RouteOptions unlimited;
  unlimited.rate_limited = false;
  server.route(
      "GET", "/healthz",
      [this](const http::Request&, http::Respond respond) {
        if (const auto why = trouble()) return respond(refuse(*why));
        const auto height = node->ledger->with_chain([](const rules::Chain& c) { return c.head().height; });
        auto v = Value::object({{"status", "ok"},
                                {"height", height.value},
                                {"final_height", node->ledger->final_point()->checkpoint.height.value}});
        std::vector<Alarms::Open> alarms;
        if (node->membership) alarms = node->membership->alarms().open();
        if (node->vaults)
          for (auto& a : node->vaults->alarms().open()) alarms.push_back(std::move(a));
        if (node->membership || node->vaults) v.set("alarms", to_json(alarms));
        respond(answer(v));
      },
      unlimited);
  server.route(
      "GET", "/metrics",
      [this](const http::Request&, http::Respond respond) {
        auto r = http::text_response(200, metrics.text(gauges()));
        r.content_type = "text/plain; version=0.0.4; charset=utf-8";
        respond(std::move(r));
      },
      unlimited);
}

void App::Impl::add_routes() {
  add_health();
  if (!node->solo()) node->membership = std::make_unique<Membership>(config, node->genesis, log, server, pool);
  if (config.roles.vault && node->genesis.vaults.size() > 1) node->vaults = std::make_unique<VaultGroup>(config, log);
  add_network_routes(routes);
  add_record_routes(routes);
  add_school_routes(routes);
  add_document_routes(routes);
  add_lookup_routes(routes);
}

void App::Impl::stop() {
  if (std::exchange(stopped, true)) return;
  if (node->membership) node->membership->stop();
  // Those who wait for an answer get it while the orderer still works; then nothing new can come.
  server.stop(stop_grace);
  if (node->sequencer) node->sequencer->stop();
  if (node->vaults) node->vaults->cancel();
  pool.stop();
  if (node->vaults) node->vaults->stop();
  if (node->lookups) node->lookups->delay().stop();
  if (node->admission) node->admission->stop();
}

App::App() = default;

Result<std::unique_ptr<App>> App::start(const Config& config, NodeKeys keys, EventLog& log, const Progress& progress) {
  std::unique_ptr<App> out(new App());
  out->impl_ = std::make_unique<Impl>(config, log);
  auto& m = *out->impl_;
  STELE_CHECK(m.read_genesis());
  m.add_routes();
  STELE_CHECK(m.server.start());
  log.info("listening", {{"port", std::uint64_t{m.server.port()}}});
  if (m.node->vaults) STELE_CHECK(m.node->vaults->listen());
  STELE_CHECK(m.open(std::move(keys), progress));
  m.ready = m.node.get();
  if (m.node->genesis.test) log.warn("test network: nothing here is a real document");
  if (signer::secrets_not_locked() > 0) log.warn("secrets are not locked in memory; raise RLIMIT_MEMLOCK");
  log.info("ready", {{"height", out->height()}});
  return out;
}

App::~App() {
  if (impl_) impl_->stop();
}

std::string App::url() const {
  const auto& c = impl_->config;
  const bool v6 = c.http.address.find(':') != std::string::npos;
  const auto host = v6 ? "[" + c.http.address + "]" : c.http.address;
  return (c.http.tls_key.empty() ? "http://" : "https://") + host + ":" + std::to_string(impl_->server.port());
}

std::uint64_t App::height() const {
  return impl_->node->ledger->with_chain([](const rules::Chain& c) { return c.head().height.value; });
}

void App::stop() {
  impl_->stop();
  impl_->log.info("stopped", {{"height", height()}});
}

}  // namespace stele::app
