// What the load tools share: a network of their own, its first records, and many signed ones of 1 KB.
#pragma once

#include <fmt/format.h>
#include <sys/types.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/encoding.h"
#include "ledger/record/genesis.h"
#include "ledger/record/types.h"
#include "signer/random.h"
#include "signer/sign.h"

namespace stele::bench {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

inline constexpr std::size_t record_bytes = 1024;
inline constexpr std::string_view passphrase = "load-bench";

/// Ends the program with the error.
template <class T>
T must(Result<T> r) {
  if (r) {
    if constexpr (!std::is_void_v<T>) return std::move(r).value();
  } else {
    fmt::print(stderr, "{} [{}]\n", to_text(r.error(), Lang::en), r.error().code);
    std::exit(1);
  }
}

[[nodiscard]] double seconds_since(Clock::time_point);
/// user + system seconds of another process.
[[nodiscard]] double cpu_of_process(pid_t);
/// Signature verifications a second, on all cores.
[[nodiscard]] double raw_rate();

struct Person {
  signer::SigningKey key = signer::SigningKey::generate();
  std::string handle = base64url(signer::random_fixed<FixedBytes<struct HandleTag, 16>>().view());
};

/// To be signed by the root, in this order: then the author may sign documents.
struct First {
  record::Type type;
  record::Body body;
};
[[nodiscard]] std::vector<First> first_records(const Person& author, const record::Genesis&,
                                               const fs::path& policy_file);
/// `document` records of 1 KB, on all cores.
[[nodiscard]] std::vector<std::string> presign(const Person& author, const record::Genesis&, const HeaderHash& after,
                                               std::size_t count);

struct Node {
  pid_t pid = 0;
  std::string url;
};
/// `stele-node run` on `folder`/node.toml; waits until it is ready, or ends the program.
[[nodiscard]] Node start_node(const char* program, const fs::path& folder, std::chrono::seconds patience);
/// SIGTERM; true: it ended in good order.
[[nodiscard]] bool stop_node(const Node&);

}  // namespace stele::bench
