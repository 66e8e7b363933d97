#include "node/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/unit/http/support.h"

namespace stele::http::test {
namespace {

std::string post(std::string_view target, std::size_t length, std::string_view more_headers = "") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(length) + "\r\n" +
         std::string(more_headers) + "\r\n";
}

std::string ask(const Server& server, std::string_view request) {
  Raw raw(server.port());
  raw.send(request);
  raw.end_sending();
  auto out = raw.read_all();
  EXPECT_FALSE(raw.timed_out) << request.substr(0, 100);
  return out;
}

TEST(Server, RoundTrip) {
  const auto server = demo_server();
  auto client = client_of(*server);
  const auto hello = client.send({.target = "/hello"}).value();
  EXPECT_EQ(hello.status, 200);
  EXPECT_EQ(hello.body, "xin chào");
  EXPECT_EQ(hello.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(hello.headers.get("x-content-type-options"), "nosniff");
  EXPECT_TRUE(hello.headers.get("Date")->ends_with(" GMT"));
  EXPECT_EQ(client.send({.target = "/items/a%2Fb?lang=vi"}).value().body, "a/b|vi|127.0.0.1");
}

TEST(Server, AMegabyteGoesBothWays) {
  const auto server = demo_server();
  auto client = client_of(*server);
  std::string body(1024 * 1024, '\0');
  std::mt19937 random(7);
  for (auto& c : body) c = static_cast<char>(random());
  for (int i = 0; i < 3; ++i) {
    const auto out = client.send({.method = "POST", .target = "/echo", .body = body}).value();
    EXPECT_EQ(out.status, 200);
    EXPECT_TRUE(out.body == body);
  }
}

TEST(Server, AVeryLargeAnswerArrivesWhole) {
  const auto server = demo_server();
  auto client = client_of(*server);
  EXPECT_EQ(client.send({.target = "/huge"}).value().body.size(), std::size_t{64} * 1024 * 1024);
}

TEST(Server, HeadGivesTheHeaderOfGetWithoutItsBody) {
  const auto server = demo_server();
  const auto out = ask(*server, "HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(status_in(out), 200);
  EXPECT_NE(out.find("Content-Length: 9\r\n"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
  auto client = client_of(*server);
  EXPECT_EQ(client.send({.method = "HEAD", .target = "/huge"}).value().body, "");
  EXPECT_EQ(client.send({.target = "/hello"}).value().body, "xin chào") << "on the same connection";
}

TEST(Server, UnknownPathsAndMethodsAreToldApart) {
  const auto server = demo_server();
  auto client = client_of(*server);
  EXPECT_EQ(client.send({.target = "/nowhere"}).value().status, 404);
  EXPECT_EQ(client.send({.target = "/items/"}).value().status, 404);
  const auto wrong = client.send({.method = "DELETE", .target = "/hello"}).value();
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.get("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(wrong.content_type, "application/problem+json");
  const auto options = client.send({.method = "OPTIONS", .target = "/echo"}).value();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.get("Allow"), "OPTIONS, POST");
  EXPECT_EQ(status_in(ask(*server, "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n")), 204);
}

TEST(Server, OtherOriginsMayReadOnlyWhatIsOpenToThem) {
  Server server(ServerOptions{.body_bytes_max = 10});
  const auto hello = [](const Request&, Respond respond) { respond(text_response(200, "hi")); };
  server.route("POST", "/open", hello, {.any_origin = true});
  server.route("GET", "/open", hello, {.any_origin = true});
  server.route("POST", "/closed", hello);
  ASSERT_TRUE(server.start().has_value());
  auto client = client_of(server);
  const auto preflight = [&](const char* target, const char* method) {
    Request r{.method = "OPTIONS", .target = target};
    r.headers.add("Origin", "https://uni.example");
    r.headers.add("Access-Control-Request-Method", method);
    return client.send(r).value();
  };
  const auto yes = preflight("/open", "POST");
  EXPECT_EQ(yes.status, 204);
  EXPECT_EQ(yes.headers.get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(yes.headers.get("Access-Control-Allow-Methods"), "POST");
  EXPECT_FALSE(yes.headers.get("Access-Control-Allow-Credentials").has_value());
  for (const auto& [target, method] : {std::pair("/closed", "POST"), std::pair("/open", "DELETE")})
    EXPECT_FALSE(preflight(target, method).headers.get("Access-Control-Allow-Origin").has_value()) << target << method;
  EXPECT_EQ(client.send({.target = "/open"}).value().headers.get("Access-Control-Allow-Origin"), "*");
  const auto refused = client.send({.method = "POST", .target = "/open", .body = "more than ten"}).value();
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.headers.get("Access-Control-Allow-Origin"), "*") << "the page may read why";
  auto again = client_of(server);
  EXPECT_FALSE(again.send({.method = "POST", .target = "/closed"}).value().headers.get("Access-Control-Allow-Origin"));
}

TEST(Server, LimitsAreHeldAndNamed) {
  const auto server = demo_server({.body_bytes_max = 2000, .header_bytes_max = 1000, .target_bytes_max = 200});
  EXPECT_EQ(status_in(ask(*server, post("/echo", 2000) + std::string(2000, 'a'))), 200);
  EXPECT_EQ(status_in(ask(*server, post("/echo", 2001) + std::string(2001, 'a'))), 413);
  EXPECT_EQ(status_in(ask(*server, post("/small", 100) + std::string(100, 'a'))), 201) << "the route's own limit";
  EXPECT_EQ(status_in(ask(*server, post("/small", 101) + std::string(101, 'a'))), 413);
  EXPECT_EQ(status_in(ask(*server, get("/" + std::string(250, 'a')))), 414);
  EXPECT_EQ(status_in(ask(*server, get("/" + std::string(5000, 'a')))), 414);
  EXPECT_EQ(status_in(ask(*server, get("/hello", "X: " + std::string(2000, 'a') + "\r\n"))), 431);
  EXPECT_EQ(status_in(ask(*server, get("/hello", "X: " + std::string(800, 'a') + "\r\n"))), 200);
}

TEST(Server, TheAnswerToATooLargeBodyArrivesWhileItIsStillSent) {
  const auto server = demo_server({.body_bytes_max = 1000});
  auto client = client_of(*server);
  const auto out = client.send({.method = "POST", .target = "/echo", .body = std::string(30'000'000, 'x')});
  ASSERT_TRUE(out) << out.error().en;
  EXPECT_EQ(out->status, 413);
}

TEST(Server, ARefusalDoesNotResetTheConnectionUnderTheClient) {
  const auto server = demo_server({.body_bytes_max = 1000});
  Raw raw(server->port());
  raw.send(post("/echo", 5000) + std::string(100, 'a'));
  EXPECT_EQ(status_in(raw.read_until("}\n")), 413);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(raw.send(std::string(100, 'a'))) << "a reset would also take the answer from a client that reads late";
    std::this_thread::sleep_for(10ms);
  }
  raw.end_sending();
  EXPECT_EQ(raw.read_all(), "");
}

TEST(Server, ChunkedBodiesAreJoinedUnderTheLimit) {
  const auto server = demo_server({.body_bytes_max = 1000});
  const std::string start = "POST /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(ask(*server, start + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").ends_with("\r\n\r\nabcde"));
  const std::string chunk = "190\r\n" + std::string(400, 'a') + "\r\n";
  EXPECT_EQ(status_in(ask(*server, start + chunk + chunk + "0\r\n\r\n")), 200);
  EXPECT_EQ(status_in(ask(*server, start + chunk + chunk + chunk + "0\r\n\r\n")), 413);
  EXPECT_EQ(status_in(ask(*server, start + "ffffffffffffffff\r\n")), 413);
  EXPECT_EQ(status_in(ask(*server, start + "xyz\r\n")), 400);
}

TEST(Server, ExpectationsAreMetBeforeTheBodyIsSent) {
  const auto server = demo_server({.body_bytes_max = 1000});
  Raw raw(server->port());
  raw.send(post("/echo", 5, "Expect: 100-continue\r\nConnection: close\r\n"));
  EXPECT_EQ(raw.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("hello");
  EXPECT_TRUE(raw.read_all().ends_with("\r\n\r\nhello"));
  Raw refused(server->port());
  refused.send(post("/echo", 5000, "Expect: 100-continue\r\n"));
  EXPECT_EQ(status_in(refused.read_until("\r\n\r\n")), 413);
  EXPECT_EQ(status_in(ask(*server, post("/echo", 1, "Expect: miracles\r\n") + "x")), 417);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = demo_server();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    // A slow answer must not be overtaken by the quick ones behind it.
    requests += i % 10 == 0 ? get("/elsewhere") : get("/items/n" + std::to_string(i));
    requests += post("/echo", 6) + "body" + std::to_string(10 + i);
  }
  requests += get("/hello", "Connection: close\r\n");
  const auto out = ask(*server, requests);
  EXPECT_EQ(occurrences(out, "HTTP/1.1 200 OK"), 101U);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    const auto answer = i % 10 == 0 ? std::string("from afar") : "n" + std::to_string(i) + "|none";
    at = out.find(answer, at);
    ASSERT_NE(at, std::string::npos) << i;
    at = out.find("body" + std::to_string(10 + i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST(Server, KeepsAConnectionAsLongAsBothWant) {
  const auto server = demo_server({.requests_per_connection_max = 3});
  EXPECT_EQ(occurrences(ask(*server, get("/hello") + get("/hello") + get("/hello") + get("/hello")), "HTTP/1.1 200"),
            3U);
  const auto old = ask(*server, "GET /hello HTTP/1.0\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(occurrences(old, "HTTP/1.1 200"), 1U);
  const auto kept = ask(*server, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(occurrences(kept, "HTTP/1.1 200"), 2U);
}

TEST(Server, SlowClientsAreCut) {
  const auto server = demo_server({.idle_timeout = 100ms, .read_timeout = 100ms, .bytes_per_second_min = 1'000'000});
  Raw silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_FALSE(silent.timed_out);

  Raw half(server->port());
  half.send("GET /hello HTTP/1.1\r\nHost");
  EXPECT_EQ(status_in(half.read_all()), 408);

  Raw body(server->port());
  body.send(post("/echo", 100) + "abc");
  EXPECT_EQ(status_in(body.read_all()), 408);

  Raw idle(server->port());
  idle.send(get("/hello"));
  EXPECT_EQ(status_in(idle.read_all()), 200);
  EXPECT_FALSE(idle.timed_out);
}

TEST(Server, AHeaderThatDripsIsCutAsAWhole) {
  const auto server = demo_server({.idle_timeout = 60s, .read_timeout = 150ms});
  Raw raw(server->port());
  const auto start = std::chrono::steady_clock::now();
  std::atomic<bool> done = false;
  std::thread drip([&] {
    raw.send("GET /hello HTTP/1.1\r\n");
    while (!done) {
      raw.send("X: y\r\n");
      std::this_thread::sleep_for(10ms);
    }
  });
  EXPECT_EQ(status_in(raw.read_until("\r\n\r\n")), 408);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  done = true;
  drip.join();
}

TEST(Server, AClientThatDoesNotReadIsCut) {
  const auto server = demo_server({.write_timeout = 100ms, .bytes_per_second_min = 1'000'000'000});
  Raw raw(server->port());
  raw.send(get("/huge"));
  std::this_thread::sleep_for(600ms);
  EXPECT_LT(raw.read_all().size(), std::size_t{64} * 1024 * 1024);
  EXPECT_FALSE(raw.timed_out);
}

TEST(Server, AnAnswerMayComeFromAnotherThread) {
  const auto server = demo_server({.threads = 2});
  auto client = client_of(*server);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.send({.target = "/elsewhere"}).value().body, "from afar");
}

TEST(Server, AForgottenOrFailedAnswerIs500) {
  const auto server = demo_server();
  auto client = client_of(*server);
  EXPECT_EQ(client.send({.target = "/drop"}).value().status, 500);
  EXPECT_EQ(client.send({.target = "/throw"}).value().status, 500);
  EXPECT_EQ(client.send({.target = "/hello"}).value().status, 200) << "on the same connection";
}

TEST(Server, AHandlersLineBreakDoesNotReachTheHeader) {
  Server server({});
  server.route("GET", "/go", [](Request request, Respond respond) {
    Response out{.status = 302};
    out.headers.add("Location", std::string(*request.query_value("to")));
    respond(std::move(out));
  });
  ASSERT_TRUE(server.start());
  auto client = client_of(server);
  EXPECT_EQ(client.send({.target = "/go?to=/a"}).value().headers.get("Location"), "/a");
  const auto out = client.send({.target = "/go?to=/a%0d%0aSet-Cookie:%20x"}).value();
  EXPECT_EQ(out.status, 500);
  EXPECT_EQ(out.headers.get("Set-Cookie"), std::nullopt);
}

TEST(Server, AHandlerThatTakesTooLongIs503) {
  Server server({.handler_timeout = 50ms});
  std::unique_ptr<Respond> held;
  server.route("GET", "/slow", [&](Request, Respond respond) { held = std::make_unique<Respond>(std::move(respond)); });
  ASSERT_TRUE(server.start());
  auto client = client_of(server);
  EXPECT_EQ(client.send({.target = "/slow"}).value().status, 503);
  server.stop(0ms);
}

TEST(Server, ALateAnswerIsNotTakenForThatOfTheNextRequest) {
  Server server({.handler_timeout = 100ms});
  std::unique_ptr<Respond> late;
  server.route("GET", "/slow", [&](Request, Respond respond) { late = std::make_unique<Respond>(std::move(respond)); });
  server.route("GET", "/next", [&](Request, Respond respond) {
    (*late)(text_response(200, "of the request before"));
    respond(text_response(200, "mine"));
  });
  ASSERT_TRUE(server.start());
  auto client = client_of(server);
  EXPECT_EQ(client.send({.target = "/slow"}).value().status, 503);
  EXPECT_EQ(client.send({.target = "/next"}).value().body, "mine");
}

TEST(Server, AClientAboveItsRateIsToldToWait) {
  const auto server = demo_server({.requests_per_second_max = 0.01, .requests_burst_max = 3});
  auto client = client_of(*server);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.send({.target = "/hello"}).value().status, 200);
  const auto out = client.send({.target = "/hello"}).value();
  EXPECT_EQ(out.status, 429);
  EXPECT_GT(std::stoi(std::string(out.headers.get("Retry-After").value())), 1);
  EXPECT_EQ(client_of(*server).send({.target = "/nowhere"}).value().status, 429) << "another connection, same address";
}

TEST(Server, ARouteMayBeFreeOfTheRate) {
  Server server({.requests_per_second_max = 0.01, .requests_burst_max = 1});
  server.route("GET", "/healthz", [](Request, Respond respond) { respond(text_response(200, "ok")); },
               {.rate_limited = false});
  ASSERT_TRUE(server.start());
  auto client = client_of(server);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.send({.target = "/healthz"}).value().status, 200);
}

TEST(Server, TooManyConnectionsAreToldSo) {
  const auto server = demo_server({.connections_max = 2});
  auto first = client_of(*server);
  auto second = client_of(*server);
  EXPECT_EQ(first.send({.target = "/hello"}).value().status, 200);
  EXPECT_EQ(second.send({.target = "/hello"}).value().status, 200);
  const auto out = client_of(*server).send({.target = "/hello"}).value();
  EXPECT_EQ(out.status, 503);
  EXPECT_EQ(out.headers.get("Retry-After"), "1");
  EXPECT_EQ(first.send({.target = "/hello"}).value().status, 200);
}

TEST(Server, BodiesTogetherAreBounded) {
  const auto server = demo_server({.bodies_bytes_max = 1000});
  Raw holder(server->port());
  holder.send(post("/echo", 900) + "a");
  auto client = client_of(*server);
  const Request large{.method = "POST", .target = "/echo", .body = std::string(200, 'a')};
  // The first request may not have been read yet.
  int status = 200;
  for (int i = 0; i < 1000 && status == 200; ++i) status = client.send(large).value().status;
  EXPECT_EQ(status, 503);
  holder.send(std::string(899, 'a'));
  EXPECT_EQ(status_in(holder.read_until("\r\n\r\n")), 200);
  for (int i = 0; i < 1000 && status == 503; ++i) status = client.send(large).value().status;
  EXPECT_EQ(status, 200);
}

TEST(Server, StopLetsRequestsInFlightFinish) {
  Server server({});
  Gate arrived;
  Gate go;
  server.route("GET", "/slow", [&](Request, Respond respond) {
    std::thread([&, r = std::move(respond)]() mutable {
      arrived.open();
      go.wait();
      r(text_response(200, "done"));
    }).detach();
  });
  ASSERT_TRUE(server.start());
  Raw idle(server.port());
  Raw raw(server.port());
  raw.send(get("/slow"));
  arrived.wait();
  std::thread stopper([&] { server.stop(10s); });
  EXPECT_EQ(idle.read_all(), "") << "idle connections are closed at once";
  go.open();
  const auto out = raw.read_all();
  EXPECT_EQ(status_in(out), 200);
  EXPECT_NE(out.find("Connection: close"), std::string::npos);
  stopper.join();
  auto client = client_of(server);
  EXPECT_EQ(client.send({.target = "/slow"}).error().code, "http_connect_failed");
}

TEST(Server, StopClosesWhatDoesNotFinishInTime) {
  std::unique_ptr<Respond> held;
  Gate arrived;
  {
    Server server({.threads = 2});
    server.route("GET", "/never", [&](Request, Respond respond) {
      held = std::make_unique<Respond>(std::move(respond));
      arrived.open();
    });
    ASSERT_TRUE(server.start());
    Raw raw(server.port());
    raw.send(get("/never"));
    arrived.wait();
    const auto start = std::chrono::steady_clock::now();
    server.stop(50ms);
    server.stop(50ms);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_EQ(raw.read_all(), "");
    EXPECT_FALSE(raw.timed_out);
  }
  (*held)(text_response(200, "nobody listens"));  // the server is gone; the answer is dropped
}

TEST(Server, StopAmidTrafficIsClean) {
  for (int round = 0; round < 5; ++round) {
    auto server = demo_server({.threads = 2});
    const auto url = url_of(*server);
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&, i] {
        auto client = Client::open(url).value();
        const Request request{.method = i % 2 == 0 ? "POST" : "GET",
                              .target = i % 2 == 0 ? "/echo" : "/elsewhere",
                              .body = i % 2 == 0 ? std::string(100'000, 'x') : ""};
        while (client.send(request)) {
        }
      });
    }
    std::this_thread::sleep_for(30ms);
    server->stop(round % 2 == 0 ? 0ms : 1000ms);
    server.reset();
    for (auto& thread : clients) thread.join();
  }
}

TEST(Server, TwoHundredConnectionsAtOnce) {
  const auto server = demo_server({.threads = 2});
  std::vector<std::unique_ptr<Raw>> connections;
  for (int i = 0; i < 200; ++i) connections.push_back(std::make_unique<Raw>(server->port()));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < connections.size(); ++i) connections[i]->send(get("/items/c" + std::to_string(i)));
    for (std::size_t i = 0; i < connections.size(); ++i) {
      const auto out = connections[i]->read_until("127.0.0.1");
      EXPECT_NE(out.find("c" + std::to_string(i) + "|none|127.0.0.1"), std::string::npos) << i;
    }
  }
}

TEST(Server, MalformedRequestsNeverCrashIt) {
  const auto server = demo_server({.read_timeout = 50ms});
  const std::vector<std::string> bad = {
      "",
      "\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: t\r\n\r\n",
      "GET /\x01 HTTP/1.1\r\nHost: t\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: t\r\n\r\n",
      "GET /%00 HTTP/1.1\r\nHost: t\r\n\r\n",
      "GET /../../etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n",
      "GET /hello HTTP/1.1\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: t\r\nHost: t\r\n\r\n",
      "GET /hello HTTP/1.1\nHost: t\n\n",
      "GET /hello HTTP/1.1\r\nHost: t\r\nX\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: t\r\n: y\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: t\r\n folded\r\n\r\n",
      "GET /hello?a=1&a=2 HTTP/1.1\r\nHost: t\r\n\r\n",
      "CONNECT t:80 HTTP/1.1\r\nHost: t\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n \r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n \r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
      std::string(100, '\0'),
  };
  for (const auto& request : bad) {
    const auto status = status_in(ask(*server, request));
    EXPECT_NE(status, 500) << request;
  }
  EXPECT_EQ(status_in(ask(*server, "GET /hello HTTP/1.1\r\nHost: t\r\nHost: t\r\n\r\n")), 400);
  EXPECT_EQ(status_in(ask(*server, "GET /hello HTTP/2.0\r\nHost: t\r\n\r\n")), 505);

  // Valid requests with random damage.
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    std::string request = i % 2 == 0 ? post("/echo", 5) + "hello" : bad[random() % bad.size()];
    for (unsigned n = random() % 4; n != 0 && !request.empty(); --n) {
      request[random() % request.size()] = static_cast<char>(random());
    }
    ask(*server, request);
  }
  EXPECT_EQ(status_in(ask(*server, get("/hello"))), 200);
}

TEST(Server, ObservationsNameTheRouteAndNothingPersonal) {
  std::mutex mutex;
  std::vector<std::string> seen;
  const auto server = demo_server({.observe = [&](const Observation& o) {
    const std::lock_guard lock(mutex);
    seen.push_back(std::string(o.method) + " " + std::string(o.route) + " " + std::to_string(o.status) + " " +
                   std::to_string(o.request_body_bytes) + " " + std::to_string(o.response_body_bytes));
  }});
  ask(*server, get("/items/secret?name=secret", "Authorization: secret\r\n"));
  ask(*server, "SECRET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  ask(*server, post("/echo", 3) + "abc");
  server->stop(0ms);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0], "GET /items/{id} 200 0 21");
  EXPECT_TRUE(seen[1].starts_with("OTHER  405 0 ")) << seen[1];
  EXPECT_EQ(seen[2], "POST /echo 200 3 3");
}

TEST(Server, APortInUseIsAnError) {
  const auto first = demo_server();
  Server second({.port = first->port()});
  const auto out = second.start();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, "http_bind_failed");
  Server elsewhere({.address = "not-an-address"});
  EXPECT_EQ(elsewhere.start().error().code, "http_bind_failed");
}

TEST(Server, IPv6WorksAndIPv4ShowsAsItself) {
  const auto server = demo_server({.address = "::"});
  auto six = Client::open("http://[::1]:" + std::to_string(server->port())).value();
  const auto out = six.send({.target = "/items/a"});
  if (!out) GTEST_SKIP() << "no IPv6 on this machine";
  EXPECT_EQ(out->body, "a|none|::1");
  EXPECT_EQ(client_of(*server).send({.target = "/items/a"}).value().body, "a|none|127.0.0.1");
}

TEST(ServerDeathTest, ASecondAnswerToOneRequestStopsTheProgram) {
  struct Null : Respond::Sink {
    void deliver(Response) noexcept override {}
  };
  Respond respond(std::make_shared<Null>());
  respond(text_response(200, ""));
  EXPECT_DEATH(respond(text_response(200, "")), "");
}

}  // namespace
}  // namespace stele::http::test
