#include "node/http/client.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/http/support.h"

namespace stele::http::test {
namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string code_of(const Result<Response>& result) {
  return result ? "status " + std::to_string(result->status) : result.error().code;
}

Client client_for(const FakeServer& server, ClientOptions options = {}) {
  return Client::open(server.url(), std::move(options)).value();
}

TEST(Client, KeepsItsConnection) {
  const auto server = demo_server({.connections_max = 1});
  auto client = client_of(*server);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code_of(client.send({.target = "/hello"})), "status 200");
  EXPECT_EQ(code_of(client_of(*server).send({.target = "/hello"})), "status 503") << "there was room for one only";
}

TEST(Client, GivesUpAConnectionOnWhichAnAnswerCameUnasked) {
  const FakeServer server({ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", ok});
  auto client = client_for(server);
  EXPECT_EQ(client.send({}).value().body, "ok");
  EXPECT_EQ(client.send({}).value().body, "ok");
  EXPECT_EQ(server.connections(), 2);
}

TEST(Client, ReconnectsAfterARestartOfTheServer) {
  auto server = demo_server();
  const auto port = server->port();
  auto client = client_of(*server);
  EXPECT_EQ(client.send({.target = "/hello"}).value().status, 200);
  server->stop(0ms);
  EXPECT_EQ(code_of(client.send({.target = "/hello"})), "http_connect_failed");
  server = demo_server({.port = port});
  EXPECT_EQ(code_of(client.send({.target = "/hello"})), "status 200");
  server->stop(0ms);
  server = demo_server({.port = port});
  const Request post{.method = "POST", .target = "/echo", .body = "x"};
  EXPECT_EQ(code_of(client.send(post)), "status 200") << "the dead connection is noticed before anything is sent";
}

/// Answers one request on the first connection, reads a second one there and closes without a word.
class DyingServer {
 public:
  DyingServer() {
    server_.route("POST", "/x", [this](Request, Respond respond) {
      if (++requests_ == 2) {
        held_ = std::make_unique<Respond>(std::move(respond));  // never answered; the handler's time runs out
      } else {
        respond(text_response(200, "ok"));
      }
    });
    EXPECT_TRUE(server_.start());
  }
  ~DyingServer() { server_.stop(0ms); }
  Server server_{{}};
  std::atomic<int> requests_ = 0;
  std::unique_ptr<Respond> held_;
};

TEST(Client, RepeatsOnADeadKeptConnectionOnlyWhatIsIdempotent) {
  for (const auto idempotent : {Idempotent::yes, Idempotent::no}) {
    DyingServer server;
    auto client = client_of(server.server_);
    const Request post{.method = "POST", .target = "/x", .body = "r"};
    ASSERT_EQ(code_of(client.send(post, idempotent)), "status 200");
    std::thread restart([&] {
      while (server.requests_ < 2) std::this_thread::sleep_for(1ms);
      server.server_.stop(0ms);  // the connection dies with the request in work
    });
    const auto out = client.send(post, idempotent);
    restart.join();
    // Nobody listens any more, which shows whether a second attempt was made.
    EXPECT_EQ(code_of(out), idempotent == Idempotent::yes ? "http_connect_failed" : "http_connection_lost");
  }
}

TEST(Client, DoesNotRepeatOnAFreshConnection) {
  const FakeServer server({"", ok});
  auto client = client_for(server);
  EXPECT_EQ(code_of(client.send({.method = "POST"}, Idempotent::yes)), "http_connection_lost");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Client, TellsApartTheWaysToFail) {
  const FakeServer server({"silent"});
  auto waiting = client_for(server, {.read_timeout = 50ms});
  const auto timed_out = waiting.send({});
  EXPECT_EQ(code_of(timed_out), "http_timeout");
  EXPECT_TRUE(outcome_unknown(timed_out.error()));

  const FakeServer garbage({"SSH-2.0-OpenSSH\r\n\r\n"});
  EXPECT_EQ(code_of(client_for(garbage).send({})), "http_bad_response");
  const FakeServer cut({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"});
  EXPECT_EQ(code_of(client_for(cut).send({})), "http_connection_lost");
  const FakeServer large({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789"});
  EXPECT_EQ(code_of(client_for(large, {.response_bytes_max = 8}).send({})), "http_too_large");
  const FakeServer fits({"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678"});
  EXPECT_EQ(code_of(client_for(fits, {.response_bytes_max = 8}).send({})), "status 200");
  const FakeServer header({"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"});
  EXPECT_EQ(code_of(client_for(header).send({})), "http_bad_response");

  auto server_gone = demo_server();
  auto client = client_of(*server_gone);
  server_gone.reset();
  const auto refused = client.send({});
  EXPECT_EQ(code_of(refused), "http_connect_failed");
  EXPECT_FALSE(outcome_unknown(refused.error()));
}

TEST(Client, ADrippingAnswerIsATimeOutToo) {
  const FakeServer server({"drip"});
  auto client = client_for(server, {.read_timeout = 100ms});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(client.send({})), "http_timeout");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Client, NothingMalformedLeavesIt) {
  const FakeServer server({ok});
  auto client = client_for(server);
  Request bad_header;
  bad_header.headers.add("X", "a\r\nY: b");
  for (const Request& bad : {Request{.target = "/a b"}, Request{.target = "/\r\nX: y"}, Request{.target = "a"},
                             Request{.method = "GE T"}, Request{.method = ""}, bad_header}) {
    const auto out = client.send(bad);
    EXPECT_EQ(code_of(out), "http_bad_request");
    EXPECT_FALSE(outcome_unknown(out.error()));
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Client, PutsThePrefixBeforeTheTarget) {
  Server server({});
  server.route("GET", "/api/v1/{x}", [](Request request, Respond respond) {
    respond(text_response(200, request.path + " " + std::string(request.headers.get("Host").value_or(""))));
  });
  ASSERT_TRUE(server.start());
  auto client = Client::open(url_of(server) + "/api/").value();
  EXPECT_EQ(client.send({.target = "/v1/a?b=c"}).value().body, "/api/v1/a 127.0.0.1:" + std::to_string(server.port()));
}

TEST(Client, CancelWakesASendAndForbidsLaterOnes) {
  const FakeServer server({"silent"});
  auto client = client_for(server, {.read_timeout = 60s});
  std::thread canceller([&] {
    while (server.connections() == 0) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
    client.cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(client.send({})), "http_cancelled");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  canceller.join();
  EXPECT_EQ(code_of(client.send({})), "http_cancelled");
}

TEST(Client, RefusesAUrlThatIsNone) {
  const auto out = Client::open("localhost:80");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, "http_bad_url");
}

}  // namespace
}  // namespace stele::http::test
