// Compares checkpoints with other servers of the network, so that a fork does not stay hidden between those who each
// see one side of it (DESIGN.md section 5). Believes none of them; asks a few times an hour.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ledger/store/ledger.h"
#include "node/http/client.h"

namespace stele::verifier {

inline constexpr std::size_t peers_max = 8;

/// Another block than ours at the same height.
struct Conflict {
  std::string url;
  bool certified = false;  ///< with a child that a quorum signed: a fork. Else somebody's word only
  Height height;
  std::string ours, theirs;  ///< checkpoint texts
};

/// What a peer's answer to GET /v1/checkpoint or /v1/checkpoints/{height} says against our ledger. None: nothing, or
/// nothing that can be compared yet. Any bytes whatever.
[[nodiscard]] std::optional<Conflict> compare(const store::Ledger&, std::string_view answer);

class Peers {
 public:
  /// Errors of the URLs: `http_bad_url`, `http_tls_bad`. `evidence`: folder in which a fork's bytes are kept.
  [[nodiscard]] static Result<std::unique_ptr<Peers>> open(const store::Ledger&, const std::vector<std::string>& urls,
                                                           const http::ClientOptions&, std::filesystem::path evidence,
                                                           std::chrono::milliseconds pause = std::chrono::minutes(1));
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;
  void start();
  /// Ends a request in progress and joins. Later calls do nothing.
  void stop();
  /// The latest of each peer; a fork, once seen, stays. Any thread.
  [[nodiscard]] std::vector<Conflict> conflicts() const;

 private:
  struct Peer {
    std::string url;
    http::Client client;
    std::optional<Conflict> conflict;
  };
  Peers(const store::Ledger& ledger, std::filesystem::path evidence, std::chrono::milliseconds pause)
      : ledger_(ledger), evidence_(std::move(evidence)), pause_(pause) {}
  void run();
  void ask(Peer&);
  void keep(const Conflict&, std::string_view answer) const;

  const store::Ledger& ledger_;
  const std::filesystem::path evidence_;
  const std::chrono::milliseconds pause_;
  std::vector<Peer> peers_;  ///< `conflict` under the mutex
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::verifier
