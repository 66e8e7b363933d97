// From HTTP to final and synced: pre-signed 1 KB `document` records, up to 1,000 a request, against a node of its own,
// beside the raw rate of signature verification on all cores measured in the same run.
//
//   load_append STELE-NODE POLICY-FILE [RECORDS] [CONNECTIONS]
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "node/http/client.h"
#include "signer/issue.h"
#include "signer/keyfile.h"
#include "tests/bench/load.h"
#include "wallet-cli/cli/node_client.h"

namespace {

using namespace stele;         // NOLINT(google-build-using-namespace): a program of one file
using namespace stele::bench;  // NOLINT(google-build-using-namespace): as above

constexpr std::size_t records_per_request = 1000;
constexpr unsigned log2n_for_speed = 14;

double cpu_of(int who) {
  rusage u{};
  ::getrusage(who, &u);
  const auto s = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return s(u.ru_utime) + s(u.ru_stime);
}

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

void send(cli::NodeClient& client, const signer::SigningKey& key, const record::Genesis& g, const First& first) {
  const record::Common common{g.net, must(client.after())};
  const auto answers = must(client.submit({{signer::sign_record(key, first.type, common, first.body).jws, {}}}));
  if (answers.front().state == cli::Answer::State::final) return;
  fmt::print(stderr, "{} [{}]\n", to_text(answers.front().error, Lang::en), answers.front().error.code);
  std::exit(1);
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
  const auto node = start_node(argv[1], network.folder, std::chrono::seconds(30));
  cli::Context context;
  context.genesis_file = network.folder / "genesis.json";
  context.node_url = node.url;
  auto client = must(cli::NodeClient::connect(context, network.genesis));
  for (const auto& first : first_records(network.author, network.genesis, argv[2]))
    send(client, network.root.key, network.genesis, first);

  fmt::print("{:>6} {:>14} {:>14} {:>7} {:>16} {:>18}\n", "round", "raw verify/s", "append/s", "ratio",
             "node us/record", "client us/record");
  std::vector<double> ratios;
  std::vector<double> rates;
  for (int i = 1; i <= rounds; ++i) {
    const auto records = presign(network.author, network.genesis, must(client.after()), count);
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
  return stop_node(node) && not_final.load() == 0 ? 0 : 1;
}
