// Several connections to one server, for threads that ask it at the same time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "node/http/client.h"

namespace stele::http {

/// Any thread.
class ClientPool {
 public:
  /// `idle_max` connections are kept open between requests. Errors: those of Client::open.
  [[nodiscard]] static Result<std::unique_ptr<ClientPool>> open(std::string url, ClientOptions, std::size_t idle_max);

  /// As Client::send.
  [[nodiscard]] Result<Response> send(const Request&, Idempotent);
  /// Every send in progress and every later one returns `http_cancelled`.
  void cancel();
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  ClientPool(std::string url, ClientOptions options, std::size_t idle_max)
      : url_(std::move(url)), options_(std::move(options)), idle_max_(idle_max) {}

  const std::string url_;
  const ClientOptions options_;
  const std::size_t idle_max_;
  std::mutex mutex_;
  bool cancelled_ = false;
  std::vector<std::unique_ptr<Client>> idle_;
  std::vector<Client*> busy_;
};

}  // namespace stele::http
