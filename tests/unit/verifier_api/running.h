// A verifier in this process that follows a node of its own, and a client of it. For tests.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "node/http/client.h"
#include "tests/unit/verifier_api/fake_node.h"
#include "verifier-api/service.h"

namespace stele::verifier {

/// A verifier that runs, and follows a node of its own.
class Running {
 public:
  using Change = std::function<void(Config&)>;
  explicit Running(const test::School& school, const Change& change = {}) : Running(school, nullptr, change) {}
  /// `node_url`: follows that one, not its own.
  Running(const test::School& school, const std::string* node_url, const Change& change = {}) : node_(school) {
    std::ofstream(folder_.path() / "genesis.json", std::ios::binary) << school.genesis_file();
    std::ofstream(folder_.path() / "clock") << utc_text(school.now()) << "\n";
    Config c;
    c.genesis = folder_.path() / "genesis.json";
    c.data = folder_.path() / "data";
    c.node = node_url != nullptr ? *node_url : node_.url();
    c.port = 0;
    c.requests_per_second = 0;
    c.follow = quick();
    c.refresh_pause = 1ms;
    if (school.genesis().test) c.clock_file = folder_.path() / "clock";
    if (change) change(c);
    auto started = Service::start(c, [this](std::string_view, std::string_view en) {
      const std::lock_guard lock(mutex_);
      log_ += std::string(en) + "\n";
    });
    EXPECT_TRUE(started.has_value()) << started.error().en;
    service_ = std::move(*started);
    client_ = std::make_unique<http::Client>(std::move(*http::Client::open(service_->url())));
  }
  Running& ready() {
    EXPECT_TRUE(service_->wait_ready(patience));
    return *this;
  }
  http::Response get(const std::string& target) {
    http::Request r;
    r.target = target;
    return sent(r);
  }
  http::Response post(const std::string& target, std::string body, const char* type = "application/json") {
    http::Request r;
    r.method = "POST";
    r.target = target;
    r.body = std::move(body);
    r.headers.add("Content-Type", type);
    return sent(r);
  }
  nlohmann::json get_json(const std::string& target) {
    const auto r = get(target);
    EXPECT_EQ(r.status, 200) << target << ": " << r.body;
    return nlohmann::json::parse(r.body);
  }
  [[nodiscard]] FakeNode& node() { return node_; }
  [[nodiscard]] Service& service() { return *service_; }
  [[nodiscard]] std::string log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  http::Response sent(const http::Request& r) {
    auto out = client_->send(r, http::Idempotent::yes);
    EXPECT_TRUE(out.has_value()) << out.error().en;
    return out ? std::move(*out) : http::Response{};
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  Folder folder_;
  FakeNode node_;
  mutable std::mutex mutex_;
  std::string log_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<http::Client> client_;
};

[[nodiscard]] inline std::string code_of(const http::Response& r) {
  return nlohmann::json::parse(r.body).value("code", "");
}

}  // namespace stele::verifier
