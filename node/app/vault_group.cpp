#include "node/app/vault_group.h"

#include "node/ordering/clock.h"

namespace stele::app {
namespace {

constexpr unsigned pool_threads = 2;
constexpr std::size_t pool_queue_max = 256;
constexpr auto stop_grace = std::chrono::seconds(2);
constexpr auto look_every = std::chrono::seconds(1);
constexpr auto catch_up_within = std::chrono::seconds(5);
constexpr auto catch_up_beat = std::chrono::milliseconds(20);
constexpr auto connect_timeout = std::chrono::seconds(2), read_timeout = std::chrono::seconds(15);

http::ServerOptions server_options(const Config::Vaults& c) {
  http::ServerOptions o;
  o.address = c.address;
  o.port = c.port;
  o.bodies_bytes_max = 4 * replication::body_bytes_max;
  o.tls_certificate_file = c.tls_certificate.string();
  o.tls_key_file = c.tls_key.string();
  o.tls_client_ca_file = c.tls_ca.string();
  return o;
}

http::ClientOptions client_options(const Config::Vaults& c) {
  http::ClientOptions o;
  o.connect_timeout = connect_timeout;
  o.read_timeout = read_timeout;
  o.response_bytes_max = replication::body_bytes_max;
  o.tls_ca_file = c.tls_ca.string();
  o.tls_certificate_file = c.tls_certificate.string();
  o.tls_key_file = c.tls_key.string();
  return o;
}

}  // namespace

VaultGroup::VaultGroup(const Config& c, EventLog& log)
    : config_(c), alarms_(log), pool_(pool_threads, pool_queue_max), server_(server_options(c.vaults)) {
  replication::add_routes(server_, ready_, pool_);
}

VaultGroup::~VaultGroup() {
  stop();
}

Result<void> VaultGroup::listen() {
  return server_.start();
}

Result<void> VaultGroup::start(const store::Ledger& ledger, vault::Vault& vault, const replication::Vetting& vetting,
                               std::uint16_t number, const std::vector<Peer>& peers) {
  const auto system = std::shared_ptr<ordering::Clock>(ordering::make_system_clock());
  const auto now = [system] { return system->now(); };
  ledger_ = &ledger;
  std::vector<replication::VaultPeer> others;
  for (const auto& p : peers) {
    if (p.vault && !p.vault_url.empty()) others.push_back({*p.vault, p.vault_url});
  }
  STELE_TRY(peers_, replication::Peers::open({ledger, vault, number, now}, others, client_options(config_.vaults)));
  desk_ = std::make_unique<replication::Desk>(replication::Parts{ledger, vault, vetting, number, now});
  ready_ = desk_.get();
  repair_ = std::make_unique<replication::Repair>(ledger, vault, *peers_, number);
  repair_->start();
  watcher_ = std::thread([this] { watch(); });
  return {};
}

/// What an operator must see, once a second.
void VaultGroup::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, look_every, [this] { return stopping_; })) {
    for (const auto& p : peers_->status()) {
      if (p.error)
        alarms_.raise(
            "vault_unreachable", ledger_->genesis().vaults.at(p.number).id,
            {"Kho này không trả lời (" + p.error->code + ").", "This vault does not answer (" + p.error->code + ")."});
      else
        alarms_.clear("vault_unreachable", ledger_->genesis().vaults.at(p.number).id);
    }
    const auto r = repair_->status();
    if (r.wanting > 0)
      alarms_.raise("vault_wanting", "",
                    {"Kho này thiếu dữ liệu của " + std::to_string(r.wanting) + " bản ghi mà chưa kho nào khác đưa.",
                     "This vault lacks the data of " + std::to_string(r.wanting) +
                         " records, and no other vault has given it yet."});
    else
      alarms_.clear("vault_wanting", "");
    if (r.error)
      alarms_.raise("vault_repair", "", {r.error->vi, r.error->en});
    else
      alarms_.clear("vault_repair", "");
  }
}

Result<void> VaultGroup::catch_up() const {
  const auto size = ledger_->final_point()->checkpoint.size;
  for (const auto end = std::chrono::steady_clock::now() + catch_up_within; std::chrono::steady_clock::now() < end;) {
    if (repair_->status().looked_at >= size) return {};
    std::this_thread::sleep_for(catch_up_beat);
  }
  return Unexpected(
      make_error("not_in_sync", "Kho của nút này đang nhận dữ liệu từ các kho khác; hãy thử lại sau giây lát.",
                 "This node's vault is still getting data from the other vaults; try again in a moment."));
}

void VaultGroup::cancel() {
  if (peers_) peers_->stop();
}

void VaultGroup::stop() {
  cancel();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  if (repair_) repair_->stop();
  server_.stop(stop_grace);
  pool_.stop();
}

std::string VaultGroup::url() const {
  const auto& c = config_.vaults;
  const bool v6 = c.address.find(':') != std::string::npos;
  return (c.tls_key.empty() ? "http://" : "https://") + (v6 ? "[" + c.address + "]" : c.address) + ":" +
         std::to_string(server_.port());
}

std::vector<http::Gauge> VaultGroup::gauges() const {
  if (!repair_) return {};
  const auto r = repair_->status();
  double reachable = 0;
  for (const auto& p : peers_->status()) reachable += p.reachable ? 1 : 0;
  return {
      {"stele_vault_wanting", "Records whose data this vault lacks and no other gave.", static_cast<double>(r.wanting)},
      {"stele_vault_behind", "Final records that were not looked at yet.",
       static_cast<double>(r.records - r.looked_at)},
      {"stele_vault_adopted", "Records whose data came from other vaults since the start.",
       static_cast<double>(r.adopted)},
      {"stele_vault_peers_reachable", "Other vaults that answered the last question.", reachable}};
}

}  // namespace stele::app
