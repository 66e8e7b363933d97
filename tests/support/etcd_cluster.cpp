#include "tests/support/etcd_cluster.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "node/http/client.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace stele::test {
namespace {

using namespace std::chrono_literals;

constexpr auto start_patience = 60s;

/// One that nobody uses now; held until all are chosen, so that none is chosen twice. Below those that the system gives
/// to outgoing connections: one of them could take it before it is used.
class FreePort {
 public:
  FreePort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    constexpr std::uint16_t first = 12'000, count = 20'000;
    static std::mt19937 random{std::random_device{}()};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    do {
      port_ = static_cast<std::uint16_t>(first + random() % count);
      address.sin_port = htons(port_);
    } while (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0);
  }
  ~FreePort() { ::close(fd_); }
  FreePort(const FreePort&) = delete;
  FreePort& operator=(const FreePort&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

std::string url(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

/// The body of an answer; empty if there was none.
std::string ask(std::uint16_t port, const std::string& target) {
  http::ClientOptions options;
  options.connect_timeout = options.read_timeout = 1s;
  auto client = http::Client::open(url(port), options);
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.body = "{}";
  auto answer = client ? client->send(request, http::Idempotent::yes) : Unexpected(client.error());
  return answer && answer->status == 200 ? answer->body : std::string();
}

std::string member_of(const std::string& body, const std::string& name) {
  const auto at = body.find("\"" + name + "\":\"");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 4;
  return body.substr(from, body.find('"', from) - from);
}

}  // namespace

bool EtcdCluster::available() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/etcd").c_str(), X_OK) == 0) return true;
  }
  return false;
}

EtcdCluster::EtcdCluster(std::filesystem::path folder, std::size_t members) : folder_(std::move(folder)) {
  {
    std::vector<std::unique_ptr<FreePort>> ports;
    for (std::size_t i = 0; i < 2 * members; ++i) ports.push_back(std::make_unique<FreePort>());
    for (std::size_t i = 0; i < members; ++i) members_.push_back({-1, ports[2 * i]->port(), ports[2 * i + 1]->port()});
  }
  for (std::size_t i = 0; i < members; ++i) start(i);
  wait_until_ready();
}

EtcdCluster::~EtcdCluster() {
  for (std::size_t i = 0; i < members_.size(); ++i) kill(i);
}

std::vector<std::string> EtcdCluster::urls() const {
  std::vector<std::string> out;
  for (const auto& m : members_) out.push_back(url(m.client));
  return out;
}

std::size_t EtcdCluster::leader() const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto body = members_[i].pid < 0 ? std::string() : ask(members_[i].client, "/v3/maintenance/status");
    if (!body.empty() && member_of(body, "leader") == member_of(body, "member_id")) return i;
  }
  throw std::runtime_error("etcd has no leader");
}

void EtcdCluster::kill(std::size_t i) {
  auto& m = members_[i];
  if (m.pid < 0) return;
  ::kill(m.pid, SIGKILL);
  ::waitpid(m.pid, nullptr, 0);
  m.pid = -1;
}

void EtcdCluster::freeze(std::size_t i) {
  ::kill(members_[i].pid, SIGSTOP);
}
void EtcdCluster::thaw(std::size_t i) {
  ::kill(members_[i].pid, SIGCONT);
}

void EtcdCluster::start(std::size_t i) {
  auto& m = members_[i];
  std::string all;
  for (std::size_t n = 0; n < members_.size(); ++n)
    all += (n == 0 ? "m" : ",m") + std::to_string(n) + "=" + url(members_[n].peer);
  const auto data = folder_ / ("m" + std::to_string(i));
  std::filesystem::create_directories(data);
  std::filesystem::permissions(data, std::filesystem::perms::owner_all);
  std::vector<std::string> words{"etcd",
                                 "--name",
                                 "m" + std::to_string(i),
                                 "--data-dir",
                                 data,
                                 "--listen-client-urls",
                                 url(m.client),
                                 "--advertise-client-urls",
                                 url(m.client),
                                 "--listen-peer-urls",
                                 url(m.peer),
                                 "--initial-advertise-peer-urls",
                                 url(m.peer),
                                 "--initial-cluster",
                                 all,
                                 "--initial-cluster-token",
                                 data.parent_path().filename(),
                                 "--max-request-bytes",
                                 "16777216",
                                 "--logger",
                                 "zap",
                                 "--log-level",
                                 "error"};
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto log = (folder_ / ("m" + std::to_string(i) + ".log")).string();
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int failed = ::posix_spawnp(&m.pid, "etcd", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("etcd does not start");
}

void EtcdCluster::wait_until_ready() const {
  const auto end = std::chrono::steady_clock::now() + start_patience;
  for (const auto& m : members_) {
    if (m.pid < 0) continue;
    for (;;) {
      const auto leader = member_of(ask(m.client, "/v3/maintenance/status"), "leader");
      if (!leader.empty() && leader != "0") break;
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("etcd has no leader; see its log");
      std::this_thread::sleep_for(50ms);
    }
  }
}

}  // namespace stele::test
