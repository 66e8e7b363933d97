// Calls to the JSON gateway of an etcd cluster: whichever member answers (etcd 3.4 and later, `/v3/`).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/record/json.h"
#include "node/http/client.h"

namespace stele::etcd {

struct EtcdOptions {
  std::vector<std::string> members;          ///< http://host:port, loopback and the orderers' own links only
  std::chrono::milliseconds timeout{1'500};  ///< of one try with one member
  std::size_t rounds = 2;                    ///< through all members before it gives up
};

/// It would not take so much in one request.
inline constexpr const char* etcd_too_large = "etcd_too_large";

/// One thread at a time, but for cancel().
class EtcdClient {
 public:
  /// Does not connect. Errors: `etcd_no_members`, those of http::Client::open.
  [[nodiscard]] static Result<std::unique_ptr<EtcdClient>> open(EtcdOptions);

  /// `path` such as "/v3/kv/range". Tries one member after the other, the one that answered last first, so that what is
  /// asked must do no harm if it is done twice. Errors: `etcd_unreachable` (no member answered in time),
  /// `etcd_too_large` and `etcd_refused` (one did, and said no), `etcd_bad_answer`, `http_cancelled`.
  [[nodiscard]] Result<json::Value> call(std::string_view path, const json::Value& body);

  /// Ends the call in progress and all later ones. Any thread.
  void cancel();

 private:
  explicit EtcdClient(EtcdOptions options) : options_(std::move(options)) {}

  const EtcdOptions options_;
  std::vector<http::Client> members_;
  std::size_t current_ = 0;
  std::atomic<bool> cancelled_ = false;
};

/// int64 come as strings; a member that is left out is 0.
[[nodiscard]] std::optional<std::uint64_t> number_of(const json::Value& object, std::string_view name);

}  // namespace stele::etcd
