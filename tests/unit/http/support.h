// What the HTTP tests share: raw loopback connections, a small server, a throwaway certificate.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "node/http/client.h"
#include "node/http/server.h"

namespace stele::http::test {

using namespace std::chrono_literals;

/// A loopback TCP connection that says exactly what it is told to.
class Raw {
 public:
  explicit Raw(std::uint16_t port);
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw();
  /// False if the server has closed: what it said before can still be read.
  bool send(std::string_view);
  void end_sending();
  /// Everything until the server closes; also after 10 s, when `timed_out` becomes true.
  std::string read_all();
  /// Until `text` has been received; what came so far if the server closes or 10 s pass.
  std::string read_until(std::string_view text);
  bool timed_out = false;

 private:
  bool receive(std::string& into);
  int fd_ = -1;
};

/// A listener that takes connections one after the other and answers each as told: for what no proper server does.
class FakeServer {
 public:
  /// The n-th connection reads one request's header and then sends the n-th text, and closes. An empty text: closes at
  /// once; "silent": says nothing until the FakeServer is destroyed; "drip": sends a body of a megabyte, a byte every 5
  /// ms.
  explicit FakeServer(std::vector<std::string> answers);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::uint16_t port_ = 0;
};

/// A door that handlers wait at until the test opens it.
class Gate {
 public:
  void open();
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// GET /hello, POST /echo (the body comes back), GET /items/{id}, POST /small (100 bytes at most), GET /drop (never
/// answers), GET /throw, GET /elsewhere (answers from another thread), GET /huge (64 MB).
std::unique_ptr<Server> demo_server(ServerOptions = {});
void add_demo_routes(Server&);

[[nodiscard]] std::string url_of(const Server&, bool tls = false);
[[nodiscard]] Client client_of(const Server&, ClientOptions = {});
[[nodiscard]] std::string get(std::string_view target, std::string_view more_headers = "");
/// The status of the first answer in `text`; 0 if there is none.
[[nodiscard]] int status_in(std::string_view text);
/// 0 where there is none.
[[nodiscard]] std::uint64_t number(std::string_view digits, int base = 10);
[[nodiscard]] std::size_t occurrences(std::string_view text, std::string_view part);

/// A self-signed P-256 certificate for 127.0.0.1 and localhost in a folder of its own, removed at the end.
class Certificate {
 public:
  Certificate();
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  [[nodiscard]] std::string certificate_file() const { return folder_ + "/cert.pem"; }
  [[nodiscard]] std::string key_file() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

}  // namespace stele::http::test
