// From HTTP to final and synced: pre-signed 1 KB `document` records, up to 1,000 a request, against a node of its own,
// beside the raw rate of signature verification on all cores measured in the same run.
//
//   load_append STELE-NODE POLICY-FILE [RECORDS] [CONNECTIONS]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "node/http/client.h"
#include "signer/issue.h"
#include "signer/keyfile.h"
#include "signer/random.h"
#include "wallet-cli/cli/node_client.h"
#include "wallet-cli/cli/policy_file.h"

namespace {

using namespace stele;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t records_per_request = 1000;
constexpr std::size_t record_bytes = 1024;
constexpr unsigned log2n_for_speed = 14;
constexpr std::string_view passphrase = "append-bench";

template <class T>
T must(Result<T> r) {
  if (r) {
    if constexpr (!std::is_void_v<T>) return std::move(r).value();
  } else {
    fmt::print(stderr, "{} [{}]\n", to_text(r.error(), Lang::en), r.error().code);
    std::exit(1);
  }
}

double seconds_since(Clock::time_point t) {
  return std::chrono::duration<double>(Clock::now() - t).count();
}

double cpu_of(int who) {
  rusage u{};
  ::getrusage(who, &u);
  const auto s = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return s(u.ru_utime) + s(u.ru_stime);
}

/// user + system seconds of another process, from /proc.
double cpu_of_process(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::size_t at = text.rfind(')');
  double sum = 0;
  int field = 2;
  for (std::size_t i = at + 2; i < text.size() && field < 16;) {
    const auto end = std::min(text.find(' ', i), text.size());
    ++field;
    if (field == 14 || field == 15) sum += std::stod(text.substr(i, end - i));
    i = end + 1;
  }
  return sum / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Person {
  signer::SigningKey key = signer::SigningKey::generate();
  std::string handle = base64url(signer::random_fixed<FixedBytes<struct HandleTag, 16>>().view());
};

void write_key(const fs::path& path, const Person& p) {
  signer::KeyHeader h;
  h.person = p.handle;
  h.jwk = signer::jwk_of(p.key.public_key());
  must(signer::write_key_file(path, h, p.key, signer::SecretBytes(as_bytes(passphrase)), log2n_for_speed));
}

struct Network {
  fs::path folder;
  Person root, author;
  record::Genesis genesis;
};

Network make_network() {
  Network n;
  n.folder = fs::path("build/bench-append");
  fs::remove_all(n.folder);
  fs::create_directories(n.folder / "keys");
  record::Genesis g;
  g.name = "bench";
  g.base_url = "https://bench.example";
  g.time.value = static_cast<std::uint64_t>(std::time(nullptr));
  g.roots.push_back({n.root.handle, n.root.key.public_key().compressed()});
  for (auto [list, name] :
       {std::pair{&g.orderers, "orderer"}, std::pair{&g.validators, "validator"}, std::pair{&g.vaults, "vault"}}) {
    const Person p;
    write_key(n.folder / "keys" / (std::string(name) + ".key"), p);
    list->push_back({name, p.key.public_key().compressed()});
  }
  const auto text = record::encode_genesis(g);
  std::ofstream(n.folder / "genesis.json") << text;
  n.genesis = record::decode_genesis(text).value();
  std::ofstream(n.folder / "node.toml") << R"(genesis = "genesis.json"
data = "data"
[http]
port = 0
[keys]
orderer = "keys/orderer.key"
validator = "keys/validator.key"
vault = "keys/vault.key"
vote_file = "vote/vote"
wrapping = "wrapping"
[limits]
requests_per_second = 0
)";
  return n;
}

struct Node {
  pid_t pid = 0;
  std::string url;
};

Node start_node(const char* program, const fs::path& folder) {
  int fds[2];
  if (::pipe(fds) != 0) std::exit(1);
  const std::string line = std::string(passphrase) + "\n";
  if (::write(fds[1], line.data(), line.size()) < 0) std::exit(1);
  ::close(fds[1]);
  const auto ready = (folder / "ready").string();
  const auto config = (folder / "node.toml").string();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int log = ::open((folder / "node.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(log, 1);
    ::dup2(log, 2);
    const auto fd = std::to_string(fds[0]);
    ::execl(program, program, "run", "--config", config.c_str(), "--passphrase-fd", fd.c_str(), "--ready-file",
            ready.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(fds[0]);
  for (int i = 0; i < 300; ++i) {
    std::ifstream in(ready);
    std::string url;
    if (std::getline(in, url) && !url.empty()) return {pid, url};
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  fmt::print(stderr, "the node did not start; see {}\n", (folder / "node.log").string());
  std::exit(1);
}

void send(cli::NodeClient& client, const signer::SigningKey& key, const record::Genesis& g, record::Type type,
          const record::Body& body, const std::string& payload = {}) {
  const record::Common common{g.net, must(client.after())};
  const auto answers = must(client.submit({{signer::sign_record(key, type, common, body).jws, payload}}));
  if (answers.front().state == cli::Answer::State::final) return;
  fmt::print(stderr, "{} [{}]\n", to_text(answers.front().error, Lang::en), answers.front().error.code);
  std::exit(1);
}

void bootstrap(cli::NodeClient& client, const Network& n, const fs::path& policy_file) {
  record::Org org;
  org.org = "so-bench";
  org.kind = "department";
  org.name = "Bench";
  send(client, n.root.key, n.genesis, record::Type::org, org);
  auto policy = must(cli::read_policy_file(policy_file));
  policy.quotas.clear();  // 500 documents a day would be reached at once
  send(client, n.root.key, n.genesis, record::Type::policy, policy);
  record::Key key;
  key.org = "so-bench";
  key.person = n.author.handle;
  key.jwk = signer::jwk_of(n.author.key.public_key());
  record::Grant grant;
  grant.role = "department-officer";
  grant.org = "so-bench";
  key.grants.push_back(grant);
  const auto disclosure = signer::person_disclosure("Bench", "Bench");
  key.binding = sha256(as_bytes(disclosure));
  key.proof = signer::prove_possession(n.author.key, n.genesis.net, key.org, key.person, key.use, key.binding);
  send(client, n.root.key, n.genesis, record::Type::key, key);
}

std::vector<std::string> presign(const Network& n, const HeaderHash& after, std::size_t count) {
  std::vector<std::string> out(count);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      record::Document d;
      d.org = "so-bench";
      d.kind = "report";
      // 43 characters, two quotes and a comma a digest, a third more in base64: this many fill 1 KB.
      for (int k = 0; k < 9; ++k) d.digests.push_back(signer::random_fixed<Digest>());
      out[i] = signer::sign_record(n.author.key, record::Type::document, {n.genesis.net, after}, d).jws;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
  for (auto& t : threads) t.join();
  return out;
}

double raw_rate() {
  const auto key = signer::SigningKey::generate();
  std::vector<std::pair<Digest, Signature>> set(256);
  for (auto& [d, s] : set) {
    d = signer::random_fixed<Digest>();
    s = key.sign(d);
  }
  std::atomic<std::uint64_t> done{0};
  const auto until = Clock::now() + std::chrono::seconds(3);
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::thread::hardware_concurrency(); ++t) {
    threads.emplace_back([&] {
      std::uint64_t n = 0;
      while (Clock::now() < until) {
        for (const auto& [d, s] : set) n += key.public_key().verify(d, s) ? 1 : 0;
      }
      done += n;
    });
  }
  for (auto& t : threads) t.join();
  return static_cast<double>(done) / seconds_since(start);
}

std::atomic<std::uint64_t> not_final{0};

void post_all(const std::string& url, const std::vector<std::string>& records, std::atomic<std::size_t>& next) {
  auto client = must(http::Client::open(url));
  for (std::size_t i = next.fetch_add(records_per_request); i < records.size();
       i = next.fetch_add(records_per_request)) {
    http::Request r;
    r.method = "POST";
    r.target = "/v1/records?wait=final";
    r.headers.set("Content-Type", "application/jose-lines");
    const auto end = std::min(records.size(), i + records_per_request);
    r.body.reserve((end - i) * (record_bytes + 64));
    for (std::size_t k = i; k < end; ++k) {
      r.body += records[k];
      r.body += '\n';
    }
    const auto answer = must(client.send(r, http::Idempotent::yes));
    std::size_t finals = 0;
    for (std::size_t at = answer.body.find("\"final\""); at != std::string::npos;
         at = answer.body.find("\"final\"", at + 1))
      ++finals;
    if (answer.status != 200 || finals != end - i) {
      if (not_final.fetch_add(end - i - std::min(finals, end - i)) == 0)
        fmt::print(stderr, "{}\n", answer.body.substr(0, 400));
    }
  }
}

struct Run {
  double rate, node_cpu, client_cpu;
};

Run run_once(const Node& node, const std::vector<std::string>& records, unsigned connections) {
  const double node_before = cpu_of_process(node.pid);
  const double mine_before = cpu_of(RUSAGE_SELF);
  const auto start = Clock::now();
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < connections; ++t) threads.emplace_back([&] { post_all(node.url, records, next); });
  for (auto& t : threads) t.join();
  const double wall = seconds_since(start);
  const auto n = static_cast<double>(records.size());
  return {n / wall, (cpu_of_process(node.pid) - node_before) / n * 1e6, (cpu_of(RUSAGE_SELF) - mine_before) / n * 1e6};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: load_append STELE-NODE POLICY-FILE [RECORDS] [CONNECTIONS]\n");
    return 2;
  }
  const std::size_t count = argc > 3 ? std::stoul(argv[3]) : 40'000;
  const auto connections = static_cast<unsigned>(argc > 4 ? std::stoul(argv[4]) : 4);
  constexpr int rounds = 5;
  const auto network = make_network();
  const auto node = start_node(argv[1], network.folder);
  cli::Context context;
  context.genesis_file = network.folder / "genesis.json";
  context.node_url = node.url;
  auto client = must(cli::NodeClient::connect(context, network.genesis));
  bootstrap(client, network, argv[2]);

  fmt::print("{:>6} {:>14} {:>14} {:>7} {:>16} {:>18}\n", "round", "raw verify/s", "append/s", "ratio",
             "node us/record", "client us/record");
  std::vector<double> ratios;
  std::vector<double> rates;
  for (int i = 1; i <= rounds; ++i) {
    const auto records = presign(network, must(client.after()), count);
    const double raw = raw_rate();
    const auto run = run_once(node, records, connections);
    ratios.push_back(run.rate / raw);
    rates.push_back(run.rate);
    fmt::print("{:>6} {:>14.0f} {:>14.0f} {:>6.1f}% {:>16.1f} {:>18.1f}\n", i, raw, run.rate, 100 * run.rate / raw,
               run.node_cpu, run.client_cpu);
    if (i == 1)
      fmt::print("       (records of {} bytes, {} a request, {} connections)\n", records.front().size(),
                 records_per_request, connections);
  }
  std::sort(ratios.begin(), ratios.end());
  std::sort(rates.begin(), rates.end());
  fmt::print(
      "median: {:.0f} records/s final and synced, {:.1f}% of raw verification (spread {:.1f}%..{:.1f}%); not final: "
      "{}\n",
      rates[rounds / 2], 100 * ratios[rounds / 2], 100 * ratios.front(), 100 * ratios.back(), not_final.load());
  ::kill(node.pid, SIGTERM);
  int status = 0;
  ::waitpid(node.pid, &status, 0);
  return not_final.load() == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
