// A follower with an empty disk joins a network of four validators whose ledger has many 1 KB `document` records: from
// the start of its process until it has verified and stored all that is final, beside the raw rate of signature
// verification on all cores. That is measured before, after, and every ten seconds between while both nodes stand
// still, for a machine is quicker in one minute than in the next; the time of these stops does not count. The ledger is
// made here, by the node's own code, and served by a follower that was there before; both run on this machine.
//
//   load_join STELE-NODE POLICY-FILE [RECORDS] [--at-least SHARE]
//
// --at-least: exit status 1 if records/s is below that share of the raw rate.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "ledger/record/decode.h"
#include "ledger/store/ledger.h"
#include "ledger/store/rocks_store.h"
#include "node/finality/replica.h"
#include "node/http/client.h"
#include "signer/issue.h"
#include "tests/bench/load.h"

namespace {

using namespace stele;         // NOLINT(google-build-using-namespace): a program of one file
using namespace stele::bench;  // NOLINT(google-build-using-namespace): as above

constexpr std::size_t validators = 4;
constexpr std::size_t records_a_block = 1'000;
constexpr std::size_t signed_at_once = 50'000;
constexpr auto patience = std::chrono::seconds(1'800);

struct Network {
  fs::path folder = "build/bench-join";
  Person root, author, orderer;
  std::vector<Person> voters{validators};
  record::Genesis genesis;
};

Network make_network() {
  Network n;
  fs::remove_all(n.folder);
  record::Genesis g;
  g.name = "bench";
  g.base_url = "https://bench.example";
  g.time.value = static_cast<std::uint64_t>(std::time(nullptr));
  g.roots.push_back({n.root.handle, n.root.key.public_key().compressed()});
  g.orderers.push_back({"orderer", n.orderer.key.public_key().compressed()});
  for (std::size_t i = 0; i < validators; ++i)
    g.validators.push_back({"validator-" + std::to_string(i), n.voters[i].key.public_key().compressed()});
  g.vaults.push_back({"vault", Person().key.public_key().compressed()});
  const auto text = record::encode_genesis(g);
  n.genesis = record::decode_genesis(text).value();
  for (const auto* name : {"source", "joining"}) {
    fs::create_directories(n.folder / name);
    std::ofstream(n.folder / name / "genesis.json") << text;
  }
  return n;
}

void write_config(const fs::path& folder, const std::string& peer) {
  std::ofstream out(folder / "node.toml");
  out << "genesis = \"genesis.json\"\ndata = \"data\"\nroles = []\n[http]\nport = 0\n[limits]\nrequests_per_second = "
         "0\n";
  if (!peer.empty()) out << "[[peers]]\nurl = \"" << peer << "\"\n";
}

[[noreturn]] void refused(const Rejection& why) {
  fmt::print(stderr, "refused: {} {}\n", code_name(why.code), why.where);
  std::exit(1);
}

/// Everything a network does to a block, in one place.
void add_block(const Network& n, store::Ledger& ledger, const std::vector<std::string>& records, std::size_t first,
               std::size_t count) {
  auto builder = ledger.chain().build(ledger.head_qc(), 0);
  for (std::size_t i = first; i < first + count; ++i) {
    auto decoded = record::decode(records[i]);
    if (!decoded) refused(decoded.error());
    if (auto ok = builder.add(records[i], std::move(*decoded), {}); !ok) refused(ok.error());
  }
  auto draft = std::move(builder).finish();
  draft.sign(n.orderer.key.sign(log::block_digest(draft.body_hash())));
  auto applied = ledger.append(std::move(draft));
  if (!applied) refused(applied.error().rejected ? applied.error().rejected->why : Rejection{});
  log::QuorumCertificate qc{applied->header_hash, {}};
  const UnixSeconds now{static_cast<std::uint64_t>(std::time(nullptr))};
  for (std::uint16_t i = 0; i < validators - 1; ++i)
    qc.votes.push_back({i, now, n.voters[i].key.sign(log::vote_digest(applied->header_hash, now))});
  must(ledger.certify(qc));
}

void make_ledger(const Network& n, const fs::path& data, const fs::path& policy_file, std::size_t count) {
  fs::create_directories(data);
  store::Options options;
  options.net = n.genesis.net;
  options.create = true;
  auto ledger = must(store::Ledger::open(n.genesis, must(store::open_rocks_store(data / "ledger", options)),
                                         data / "head", {.uncertified_max = finality::Replica::unfinal_max}));
  const auto after = [&] { return ledger->final_point()->hash; };
  for (const auto& first : first_records(n.author, n.genesis, policy_file))
    add_block(n, *ledger, {signer::sign_record(n.root.key, first.type, {n.genesis.net, after()}, first.body).jws}, 0,
              1);
  for (std::size_t done = 0; done < count; done += signed_at_once) {
    const auto records = presign(n.author, n.genesis, after(), std::min(signed_at_once, count - done));
    for (std::size_t i = 0; i < records.size(); i += records_a_block)
      add_block(n, *ledger, records, i, std::min(records_a_block, records.size() - i));
    fmt::print(stderr, "\r{} records made", done + records.size());
  }
  add_block(n, *ledger, {}, 0, 0);  // makes the one before it final
  fmt::print(stderr, "\n");
}

nlohmann::json state_of(const std::string& url) {
  auto client = must(http::Client::open(url));
  http::Request r;
  r.target = "/v1/network";
  const auto answer = must(client.send(r));
  return nlohmann::json::parse(answer.body, nullptr, false);
}
std::uint64_t final_height(const std::string& url) {
  return state_of(url).value("/final/height"_json_pointer, std::uint64_t{0});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: load_join STELE-NODE POLICY-FILE [RECORDS] [--at-least SHARE]\n");
    return 2;
  }
  double share_min = 0;
  if (argc > 4 && std::string_view(argv[argc - 2]) == "--at-least") {
    share_min = std::stod(argv[argc - 1]);
    argc -= 2;
  }
  const std::size_t count = argc > 3 ? std::stoul(argv[3]) : 1'000'000;
  const auto network = make_network();
  make_ledger(network, network.folder / "source" / "data", argv[2], count);
  write_config(network.folder / "source", {});
  const auto begun = Clock::now();
  const auto source = start_node(argv[1], network.folder / "source", patience);
  fmt::print("the source read its ledger in {:.1f} s\n", seconds_since(begun));
  const auto target = final_height(source.url);

  std::vector<double> raw{raw_rate()};
  write_config(network.folder / "joining", source.url);
  const auto source_before = cpu_of_process(source.pid);
  const auto start = Clock::now();
  double stood_still = 0;
  const auto joining = start_node(argv[1], network.folder / "joining", patience);
  while (final_height(joining.url) < target) {
    if (seconds_since(start) > static_cast<double>(patience.count())) {
      fmt::print(stderr, "it did not catch up\n");
      return 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (seconds_since(start) - stood_still < 10.0 * static_cast<double>(raw.size())) continue;
    const auto stopped = Clock::now();
    for (const auto pid : {joining.pid, source.pid}) ::kill(pid, SIGSTOP);
    raw.push_back(raw_rate());
    for (const auto pid : {source.pid, joining.pid}) ::kill(pid, SIGCONT);
    stood_still += seconds_since(stopped);
  }
  const double took = seconds_since(start) - stood_still;
  const double source_cpu = cpu_of_process(source.pid) - source_before;
  const double joining_cpu = cpu_of_process(joining.pid);
  raw.push_back(raw_rate());
  const double mean = std::accumulate(raw.begin(), raw.end(), 0.0) / static_cast<double>(raw.size());
  const auto [lowest, highest] = std::minmax_element(raw.begin(), raw.end());
  const auto rate = static_cast<double>(count) / took;
  fmt::print(
      "{} records in {} blocks: {:.1f} s from the start of the process to the last final block; {:.0f} records/s, "
      "{:.1f}% of {:.0f} raw verifications/s (mean of {}; {:.0f} to {:.0f})\n",
      count, target, took, rate, 100 * rate / mean, mean, raw.size(), *lowest, *highest);
  fmt::print("processor a record: {:.1f} us in the node that joins, {:.1f} us in the one that serves\n",
             joining_cpu / static_cast<double>(count) * 1e6, source_cpu / static_cast<double>(count) * 1e6);
  const bool ended = stop_node(joining) && stop_node(source);
  fs::remove_all(network.folder);
  const bool fast = rate >= share_min * mean;
  if (!fast)
    fmt::print(stderr, "too slow: {:.1f}% of the raw rate, and {:.0f}% was asked for\n", 100 * rate / mean,
               100 * share_min);
  return ended && fast ? 0 : 1;
}
