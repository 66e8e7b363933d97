#include "tests/bench/load.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "ledger/base/hash.h"
#include "signer/issue.h"
#include "signer/keyfile.h"
#include "wallet-cli/cli/policy_file.h"

namespace stele::bench {

double seconds_since(Clock::time_point t) {
  return std::chrono::duration<double>(Clock::now() - t).count();
}

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

std::vector<First> first_records(const Person& author, const record::Genesis& g, const fs::path& policy_file) {
  record::Org org;
  org.org = "so-bench";
  org.kind = "department";
  org.name = "Bench";
  auto policy = must(cli::read_policy_file(policy_file));
  policy.quotas.clear();  // 500 documents a day would be reached at once
  record::Key key;
  key.org = "so-bench";
  key.person = author.handle;
  key.jwk = signer::jwk_of(author.key.public_key());
  record::Grant grant;
  grant.role = "department-officer";
  grant.org = "so-bench";
  key.grants.push_back(grant);
  const auto disclosure = signer::person_disclosure("Bench", "Bench");
  key.binding = sha256(as_bytes(disclosure));
  key.proof = signer::prove_possession(author.key, g.net, key.org, key.person, key.use, key.binding);
  return {{record::Type::org, org}, {record::Type::policy, policy}, {record::Type::key, key}};
}

std::vector<std::string> presign(const Person& author, const record::Genesis& g, const HeaderHash& after,
                                 std::size_t count) {
  std::vector<std::string> out(count);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      record::Document d;
      d.org = "so-bench";
      d.kind = "report";
      // 43 characters, two quotes and a comma a digest, a third more in base64: this many fill 1 KB.
      for (int k = 0; k < 9; ++k) d.digests.push_back(signer::random_fixed<Digest>());
      out[i] = signer::sign_record(author.key, record::Type::document, {g.net, after}, d).jws;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
  for (auto& t : threads) t.join();
  return out;
}

Node start_node(const char* program, const fs::path& folder, std::chrono::seconds patience) {
  int fds[2];
  if (::pipe(fds) != 0) std::exit(1);
  const std::string line = std::string(passphrase) + "\n";
  if (::write(fds[1], line.data(), line.size()) < 0) std::exit(1);
  ::close(fds[1]);
  const auto ready = (folder / "ready").string();
  const auto config = (folder / "node.toml").string();
  fs::remove(ready);
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
  for (const auto begun = Clock::now(); Clock::now() < begun + patience;) {
    std::ifstream in(ready);
    std::string url;
    if (std::getline(in, url) && !url.empty()) return {pid, url};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::kill(pid, SIGKILL);
  fmt::print(stderr, "the node did not start; see {}\n", (folder / "node.log").string());
  std::exit(1);
}

bool stop_node(const Node& node) {
  ::kill(node.pid, SIGTERM);
  int status = 0;
  ::waitpid(node.pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace stele::bench
