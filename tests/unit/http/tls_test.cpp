#include <gtest/gtest.h>

#include "tests/unit/http/support.h"

namespace stele::http::test {
namespace {

std::unique_ptr<Server> tls_server(const Certificate& certificate, ServerOptions options = {}) {
  options.tls_certificate_file = certificate.certificate_file();
  options.tls_key_file = certificate.key_file();
  return demo_server(std::move(options));
}

TEST(Tls, RoundTripsWithATrustedCertificate) {
  const Certificate certificate;
  const auto server = tls_server(certificate);
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    auto client = Client::open("https://" + host + ":" + std::to_string(server->port()),
                               {.tls_ca_file = certificate.certificate_file()})
                      .value();
    const std::string body(1'000'000, 'b');
    for (int i = 0; i < 3; ++i) {
      const auto out = client.send({.method = "POST", .target = "/echo", .body = body});
      ASSERT_TRUE(out) << out.error().en;
      EXPECT_EQ(out->body, body);
    }
    EXPECT_EQ(client.send({.target = "/hello"}).value().body, "xin chào");
  }
}

TEST(Tls, AnUnknownCertificateIsRefusedBeforeAnythingIsSent) {
  const Certificate certificate;
  const Certificate other;
  std::atomic<int> requests = 0;
  const auto server = tls_server(certificate, {.observe = [&](const Observation&) { ++requests; }});
  for (const auto& ca : {std::string(), other.certificate_file()}) {
    auto client = Client::open(url_of(*server, true), {.tls_ca_file = ca}).value();
    const auto out = client.send({.target = "/hello"});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, "http_connect_failed");
    EXPECT_FALSE(outcome_unknown(out.error()));
  }
  EXPECT_EQ(requests, 0);
  auto trusting = Client::open(url_of(*server, true), {.tls_verify = false}).value();
  EXPECT_TRUE(trusting.send({.target = "/hello"}));
}

TEST(Tls, WhoShowsNoKnownCertificateIsNotServed) {
  const Certificate mine, known, stranger;
  std::atomic<int> requests = 0;
  const auto server = tls_server(
      mine, {.tls_client_ca_file = known.certificate_file(), .observe = [&](const Observation&) { ++requests; }});
  const auto ask = [&](const Certificate* shown) {
    ClientOptions o{.tls_ca_file = mine.certificate_file()};
    if (shown != nullptr) o.tls_certificate_file = shown->certificate_file(), o.tls_key_file = shown->key_file();
    auto client = Client::open(url_of(*server, true), o).value();
    const auto first = client.send({.target = "/hello"});
    return first ? client.send({.target = "/hello"}) : first;
  };
  EXPECT_FALSE(ask(nullptr));
  EXPECT_FALSE(ask(&stranger));
  EXPECT_EQ(requests, 0);
  const auto out = ask(&known);
  ASSERT_TRUE(out) << out.error().en;
  EXPECT_EQ(out->body, "xin chào");
}

TEST(Tls, AClientsFilesMustFit) {
  const Certificate one, other;
  const auto open = [&](const std::string& certificate, const std::string& key) {
    const auto out =
        Client::open("https://127.0.0.1",
                     {.tls_ca_file = one.certificate_file(), .tls_certificate_file = certificate, .tls_key_file = key});
    return out ? std::string("opened") : out.error().code + " " + out.error().where.file;
  };
  EXPECT_EQ(open(one.certificate_file(), one.key_file()), "opened");
  EXPECT_EQ(open(one.certificate_file(), other.key_file()), "http_tls_bad " + other.key_file());
  EXPECT_EQ(open("/nonexistent.pem", one.key_file()), "http_tls_bad /nonexistent.pem");
  EXPECT_EQ(open(one.certificate_file(), ""), "http_tls_bad ");
  Server server({.tls_certificate_file = one.certificate_file(),
                 .tls_key_file = one.key_file(),
                 .tls_client_ca_file = "/nonexistent.pem"});
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "http_tls_bad");
  EXPECT_EQ(started.error().where.file, "/nonexistent.pem");
}

TEST(Tls, ACertificateForAnotherNameIsRefused) {
  const Certificate certificate;  // for 127.0.0.1, not for 127.0.0.2
  const auto server = tls_server(certificate, {.address = "0.0.0.0"});
  auto client = Client::open("https://127.0.0.2:" + std::to_string(server->port()),
                             {.tls_ca_file = certificate.certificate_file()})
                    .value();
  const auto out = client.send({.target = "/hello"});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, "http_connect_failed");
}

TEST(Tls, AClientThatNeverFinishesItsHandshakeIsCut) {
  const Certificate certificate;
  const auto server = tls_server(certificate, {.read_timeout = 100ms});
  Raw raw(server->port());
  raw.send("\x16\x03\x01");
  raw.read_all();
  EXPECT_FALSE(raw.timed_out);
  Raw plain(server->port());
  plain.send(get("/hello"));
  EXPECT_EQ(status_in(plain.read_all()), 0);
}

TEST(Tls, TheAnswerToATooLargeBodyArrives) {
  const Certificate certificate;
  const auto server = tls_server(certificate, {.body_bytes_max = 1000});
  auto client = Client::open(url_of(*server, true), {.tls_ca_file = certificate.certificate_file()}).value();
  const auto out = client.send({.method = "POST", .target = "/echo", .body = std::string(20'000'000, 'x')});
  ASSERT_TRUE(out) << out.error().en;
  EXPECT_EQ(out->status, 413);
}

TEST(Tls, ABadCertificateOrKeyIsNamed) {
  const Certificate certificate;
  const Certificate other;
  Server missing({.tls_certificate_file = "/nonexistent.pem", .tls_key_file = certificate.key_file()});
  const auto no_file = missing.start();
  ASSERT_FALSE(no_file);
  EXPECT_EQ(no_file.error().code, "http_tls_bad");
  EXPECT_EQ(no_file.error().where.file, "/nonexistent.pem");
  Server mismatch({.tls_certificate_file = certificate.certificate_file(), .tls_key_file = other.key_file()});
  const auto wrong_key = mismatch.start();
  ASSERT_FALSE(wrong_key);
  EXPECT_EQ(wrong_key.error().where.file, other.key_file());
  const auto client = Client::open("https://127.0.0.1", {.tls_ca_file = "/nonexistent.pem"});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, "http_tls_bad");
}

}  // namespace
}  // namespace stele::http::test
