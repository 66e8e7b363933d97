#include "tests/unit/http/support.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

namespace stele::http::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

bool readable(int fd, std::chrono::milliseconds wait) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, static_cast<int>(wait.count())) == 1;
}

}  // namespace

Raw::Raw(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback(port);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

Raw::~Raw() {
  ::close(fd_);
}

bool Raw::send(std::string_view text) {
  while (!text.empty()) {
    const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void Raw::end_sending() {
  ::shutdown(fd_, SHUT_WR);
}

bool Raw::receive(std::string& into) {
  if (!readable(fd_, 10s)) {
    timed_out = true;
    return false;
  }
  char buffer[65536];
  const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
  if (n <= 0) return false;
  into.append(buffer, static_cast<std::size_t>(n));
  return true;
}

std::string Raw::read_all() {
  std::string out;
  while (receive(out)) {
  }
  return out;
}

std::string Raw::read_until(std::string_view text) {
  std::string out;
  while (out.find(text) == std::string::npos && receive(out)) {
  }
  return out;
}

struct FakeServer::State {
  int listener = -1;
  std::atomic<int> connections = 0;
  std::atomic<bool> done = false;
  std::vector<std::string> answers;
  std::thread thread;

  void serve(int fd, const std::string& answer) const {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos && readable(fd, 5s)) {
      const auto n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      request.append(buffer, static_cast<std::size_t>(n));
    }
    if (answer == "silent") {
      while (!done) std::this_thread::sleep_for(2ms);
      return;
    }
    if (answer == "drip") {
      const std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
      (void)!::send(fd, head.data(), head.size(), MSG_NOSIGNAL);
      while (!done && ::send(fd, "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::sleep_for(5ms);
      return;
    }
    (void)!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  void run() {
    for (const auto& answer : answers) {
      while (!done && !readable(listener, 5ms)) {
      }
      if (done) return;
      const int fd = ::accept(listener, nullptr, nullptr);
      ++connections;
      if (!answer.empty()) serve(fd, answer);
      ::close(fd);
    }
  }
};

FakeServer::FakeServer(std::vector<std::string> answers) : state_(std::make_shared<State>()) {
  state_->answers = std::move(answers);
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  EXPECT_EQ(::bind(state_->listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(state_->listener, 16), 0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::getsockname(state_->listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  state_->thread = std::thread([s = state_.get()] { s->run(); });
}

FakeServer::~FakeServer() {
  state_->done = true;
  state_->thread.join();
  ::close(state_->listener);
}

int FakeServer::connections() const {
  return state_->connections;
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_; });
}

void add_demo_routes(Server& server) {
  server.route("GET", "/hello", [](const Request&, Respond respond) { respond(text_response(200, "xin chào")); });
  server.route("POST", "/echo", [](Request request, Respond respond) {
    Response out{.status = 200, .body = std::move(request.body), .content_type = "application/octet-stream"};
    respond(std::move(out));
  });
  server.route("GET", "/items/{id}", [](const Request& request, Respond respond) {
    respond(text_response(200, std::string(request.param("id")) + "|" +
                                   std::string(request.query_value("lang").value_or("none")) + "|" +
                                   request.remote_address));
  });
  server.route("POST", "/small", [](const Request&, Respond respond) { respond(json_response(201, "{}")); },
               {.body_bytes_max = 100});
  server.route("GET", "/drop", [](const Request&, const Respond&) {});
  server.route("GET", "/throw", [](const Request&, const Respond&) { throw std::runtime_error("boom"); });
  server.route("GET", "/elsewhere", [](const Request&, Respond respond) {
    std::thread([r = std::move(respond)]() mutable {
      std::this_thread::sleep_for(5ms);
      r(text_response(200, "from afar"));
    }).detach();
  });
  server.route("GET", "/huge", [](const Request&, Respond respond) {
    respond(text_response(200, std::string(std::size_t{64} * 1024 * 1024, 'h')));
  });
}

std::unique_ptr<Server> demo_server(ServerOptions options) {
  auto server = std::make_unique<Server>(std::move(options));
  add_demo_routes(*server);
  const auto started = server->start();
  EXPECT_TRUE(started) << started.error().en;
  return server;
}

std::string url_of(const Server& server, bool tls) {
  return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server.port());
}

Client client_of(const Server& server, ClientOptions options) {
  return Client::open(url_of(server), std::move(options)).value();
}

std::string get(std::string_view target, std::string_view more_headers) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more_headers) + "\r\n";
}

std::uint64_t number(std::string_view digits, int base) {
  std::uint64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return out;
}

int status_in(std::string_view text) {
  return text.starts_with("HTTP/1.1 ") && text.size() > 12 ? static_cast<int>(number(text.substr(9, 3))) : 0;
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++out;
  return out;
}

Certificate::Certificate() {
  folder_ = (std::filesystem::temp_directory_path() / "stele-http-XXXXXX").string();
  EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("stele test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  X509_add_ext(certificate, names, -1);
  EXPECT_NE(X509_sign(certificate, key, EVP_sha256()), 0);
  std::FILE* out = std::fopen(certificate_file().c_str(), "w");
  EXPECT_EQ(PEM_write_X509(out, certificate), 1);
  std::fclose(out);
  out = std::fopen(key_file().c_str(), "w");
  EXPECT_EQ(PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr), 1);
  std::fclose(out);
  X509_EXTENSION_free(names);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace stele::http::test
