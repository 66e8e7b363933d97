// Blocking HTTP/1.1 client: one server, one keep-alive connection, opened when needed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "node/http/message.h"

namespace stele::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{5'000};  ///< name look-up, connection and TLS handshake together
  /// For sending the request and for the answer, each; beyond it as long as bytes_per_second_min needs for what has
  /// passed already.
  std::chrono::milliseconds read_timeout{30'000};
  std::size_t bytes_per_second_min = 16 * 1024;
  std::size_t response_bytes_max = 64 * 1024 * 1024;
  bool tls_verify = true;     ///< off only for tests and for reading a certificate that will be checked otherwise
  std::string tls_ca_file{};  ///< PEM; empty: the system's
  /// PEM, both or none: shown to a server that asks who calls.
  std::string tls_certificate_file{}, tls_key_file{};
};

/// Yes: repeating the request can do no harm, so it is sent once more when a kept-alive connection turns out dead
/// before any byte of the answer. GET and HEAD always are.
enum class Idempotent : bool { no, yes };

/// One thread at a time, but for cancel().
class Client {
 public:
  /// `http(s)://host:port[/prefix]`; the prefix is put before each target. Does not connect. Errors: `http_bad_url`,
  /// `http_tls_bad` (a PEM file).
  [[nodiscard]] static Result<Client> open(std::string_view url, ClientOptions = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// Any status that the server gives is a Response. Errors:
  /// `http_bad_request`      the request can't be written (target, header); nothing was sent
  /// `http_connect_failed`   no connection, or TLS not trusted; nothing was sent
  /// `http_timeout`          the outcome is unknown
  /// `http_connection_lost`  the connection ended before the answer did; the outcome is unknown
  /// `http_bad_response`     what came is not HTTP/1.1; the outcome is unknown
  /// `http_too_large`        the answer is above response_bytes_max; the outcome is unknown
  /// `http_cancelled`        see cancel(); the outcome is unknown
  [[nodiscard]] Result<Response> send(const Request&, Idempotent = Idempotent::no);

  /// Like `send`, and repeatable; but the body of a 200 goes to `take` in pieces as it comes, and the Response has
  /// none. `take` ends it by saying false. If an Error comes after all, the pieces were those of an answer that broke
  /// off.
  [[nodiscard]] Result<Response> fetch(const Request&, const std::function<bool(std::string_view)>& take);

  /// For an answer that comes piece by piece and may never end: `take` gets each piece of the body of a 200 as it
  /// comes, and ends it by saying false. Silence for longer than read_timeout is `http_timeout`. The Response has no
  /// body unless its status is another one.
  [[nodiscard]] Result<Response> stream(const Request&, const std::function<bool(std::string_view)>& take);

  /// Makes the send in progress and all later ones return `http_cancelled`. Any thread. A name look-up or the like in
  /// progress is not waited for here, but by send().
  void cancel();

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

/// False only if the server can't have seen the request.
[[nodiscard]] bool outcome_unknown(const Error&);

}  // namespace stele::http
