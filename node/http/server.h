// HTTP/1.1 server: routes, limits, time-outs, back-pressure. It never logs; what may be told about a request is told to
// the `observe` hook, which sees neither body, query, headers nor path parameters.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "node/http/message.h"

namespace stele::http {

/// Where the answer to one request goes. Owned by the one answer: call it once, from any thread. Dropped uncalled, the
/// client gets 500. If the client has gone, the time has run out or the server was stopped, the answer is dropped.
class Respond {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void deliver(Response) noexcept = 0;
  };
  explicit Respond(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
  Respond(Respond&&) = default;
  Respond& operator=(Respond&&) = delete;
  ~Respond();
  void operator()(Response);

 private:
  std::shared_ptr<Sink> sink_;
};

/// Runs on a server thread, which serves other clients too: what takes longer than a few milliseconds belongs on a
/// thread of the handler's own, which then calls Respond. An exception that leaves it becomes 500.
using Handler = std::function<void(Request, Respond)>;

struct RouteOptions {
  std::optional<std::size_t> body_bytes_max{};  ///< instead of the server's
  bool rate_limited = true;
  /// The body is a secret (a passphrase): the connection's buffers are wiped behind it. Wiping Request::body is up to
  /// the handler. A body without Content-Length is refused, for a growing string leaves copies behind.
  bool secret_body = false;
  /// Pages of other origins may read the answer: `Access-Control-Allow-Origin: *`, on refusals too, and never with
  /// credentials. Only for what anybody may ask without being asked who they are.
  bool any_origin = false;
};

/// What may be told about a request that was answered. Views are valid during the call only.
struct Observation {
  std::string_view method{};  ///< "OTHER" unless one of RFC 9110's or PATCH: clients can't invent labels
  std::string_view route{};   ///< the pattern, such as "/v1/records/{id}"; empty if none matched
  int status = 0;
  std::chrono::microseconds
      duration{};  ///< from the complete header (if there was one) to the last byte handed to the system
  std::size_t request_body_bytes = 0;
  std::size_t response_body_bytes = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< numeric; "::" takes IPv4 as well
  std::uint16_t port = 0;             ///< 0: any free one, see Server::port()
  unsigned threads = 1;

  std::size_t body_bytes_max = 16 * 1024 * 1024;
  std::size_t header_bytes_max = 16 * 1024;  ///< request line and header fields together
  std::size_t target_bytes_max = 4 * 1024;
  /// Bodies of all requests that are being received or answered. Above: 503, so that many large requests at once can't
  /// exhaust the memory.
  std::size_t bodies_bytes_max = std::size_t{256} * 1024 * 1024;
  std::size_t connections_max = 1024;
  std::size_t requests_per_connection_max = 100'000;

  std::chrono::milliseconds idle_timeout{60'000};  ///< between two requests of a connection
  std::chrono::milliseconds read_timeout{10'000};  ///< for a header or a TLS handshake as a whole; for a body see below
  std::chrono::milliseconds write_timeout{30'000};    ///< see below
  std::chrono::milliseconds handler_timeout{60'000};  ///< until Respond is called; then 503
  /// A body may take its time-out and, beyond it, as long as this rate needs for what has passed already.
  std::size_t bytes_per_second_min = 16 * 1024;

  double requests_per_second_max = 0;  ///< per client address (IPv6: per /64); 0 = no limit
  double requests_burst_max = 0;       ///< 0: twice the rate, at least 1
  std::size_t rate_clients_max = 65'536;

  std::string tls_certificate_file{};  ///< PEM chain; with tls_key_file it turns TLS on (1.2 and later)
  std::string tls_key_file{};
  /// PEM: only clients that show a certificate signed by one of these get through the handshake. Needs the two above.
  std::string tls_client_ca_file{};

  std::function<void(const Observation&)> observe{};  ///< any server thread; must be quick and not throw
};

/// Threads: `route` and `start` from the owner, before and at the start; `port` and `stop` from any thread but the
/// server's own.
class Server {
 public:
  explicit Server(ServerOptions);
  /// As stop() without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Before start(). A segment in braces takes one path segment ("/v1/records/{id}"); "{name...}" at the end takes all
  /// that follow. A literal is preferred to a name. GET also answers HEAD; OPTIONS, 404 and 405 are answered for you.
  void route(std::string method, std::string pattern, Handler, RouteOptions = {});

  /// Listens and returns. `http_bind_failed`: address or port; `http_tls_bad`: certificate or key.
  [[nodiscard]] Result<void> start();
  /// The port that it listens on; 0 before start().
  [[nodiscard]] std::uint16_t port() const;

  /// Stops accepting, lets requests in flight finish for at most `grace`, then closes what is left and joins the
  /// threads. A handler that never returns is waited for. Later calls do nothing.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::http
