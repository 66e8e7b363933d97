// Who may pass, request by request; no network.
#include "wallet-cli/desk/gate.h"

#include <gtest/gtest.h>

namespace stele::desk {
namespace {

constexpr std::string_view type = "application/json";

struct GateTest : testing::Test {
  Gate gate;
  Gate::Session session;

  void SetUp() override {
    gate.open_at(41'234);
    auto opened = gate.open(gate.new_start_token());
    ASSERT_TRUE(opened);
    session = std::move(*opened);
  }
  [[nodiscard]] http::Request good() const {
    http::Request r;
    r.method = "POST";
    r.target = "/api/lock";
    r.headers.add("Host", "127.0.0.1:41234");
    r.headers.add("Origin", "http://127.0.0.1:41234");
    r.headers.add("Sec-Fetch-Site", "same-origin");
    r.headers.add("Content-Type", std::string(type));
    r.headers.add("Cookie", session.cookie.substr(0, session.cookie.find(';')));
    r.headers.add(std::string(token_header), session.token);
    return r;
  }
  [[nodiscard]] int status(const http::Request& r, Way way = Way::change) {
    const auto no = gate.refuse(r, way, type);
    return no ? no->status : 0;
  }
  [[nodiscard]] int status_with(std::string_view name, std::string_view value, Way way = Way::change) {
    auto r = good();
    r.headers.set(name, std::string(value));
    return status(r, way);
  }
  [[nodiscard]] int status_without(std::string_view name, Way way = Way::change) {
    auto r = good();
    r.headers.remove(name);
    return status(r, way);
  }
};

TEST_F(GateTest, LetsThePagesOwnRequestPass) {
  EXPECT_EQ(status(good()), 0);
  EXPECT_EQ(status(good(), Way::read), 0);
  EXPECT_EQ(status(good(), Way::page), 0);
}

TEST_F(GateTest, RefusesEveryHostButItsOwn) {
  for (const auto* host :
       {"localhost:41234", "127.0.0.1", "127.0.0.1:41235", "evil.example:41234", "127.0.0.1:41234.evil.example",
        "[::1]:41234", "0.0.0.0:41234", "127.1:41234", "127.0.0.1.:41234", ""}) {
    for (const auto way : {Way::page, Way::start, Way::read, Way::change})
      EXPECT_EQ(status_with("Host", host, way), 421) << host;
  }
  auto twice = good();
  twice.headers.add("Host", "127.0.0.1:41234");
  EXPECT_EQ(status(twice), 421);
  EXPECT_EQ(status_without("Host"), 421);
  auto absolute = good();
  absolute.target = "http://evil.example/api/lock";
  EXPECT_EQ(status(absolute), 421);
}

TEST_F(GateTest, RefusesOtherOrigins) {
  for (const auto* origin : {"http://evil.example", "null", "https://127.0.0.1:41234", "http://127.0.0.1:41235",
                             "http://localhost:41234", ""}) {
    EXPECT_EQ(status_with("Origin", origin), 403) << origin;
    EXPECT_EQ(status_with("Origin", origin, Way::read), 403) << origin;
  }
  EXPECT_EQ(status_without("Origin"), 403);
  EXPECT_EQ(status_without("Origin", Way::start), 403);
  EXPECT_EQ(status_without("Origin", Way::read), 0);  // browsers send none with a GET to their own site
}

TEST_F(GateTest, RefusesWhatTheBrowserSaysComesFromElsewhere) {
  for (const auto* site : {"cross-site", "same-site", "none", "x"}) {
    EXPECT_EQ(status_with("Sec-Fetch-Site", site), 403) << site;
    EXPECT_EQ(status_with("Sec-Fetch-Site", site, Way::read), 403) << site;
  }
  EXPECT_EQ(status_with("Sec-Fetch-Site", "cross-site", Way::page), 403);
  EXPECT_EQ(status_with("Sec-Fetch-Site", "none", Way::page), 0);
  auto link = good();  // the link itself is opened from elsewhere
  link.headers.remove("Origin");
  link.headers.set("Sec-Fetch-Site", "cross-site");
  link.headers.set("Sec-Fetch-Mode", "navigate");
  link.headers.set("Sec-Fetch-Dest", "document");
  EXPECT_EQ(status(link, Way::page), 0);
  link.headers.set("Sec-Fetch-Dest", "iframe");
  EXPECT_EQ(status(link, Way::page), 403);
}

TEST_F(GateTest, NeedsCookieAndTokenBoth) {
  EXPECT_EQ(status_without("Cookie"), 401);
  EXPECT_EQ(status_without(token_header), 401);
  EXPECT_EQ(status_without("Cookie", Way::read), 401);
  EXPECT_EQ(status_without(token_header, Way::read), 401);
  EXPECT_EQ(status_with(token_header, ""), 401);
  EXPECT_EQ(status_with(token_header, session.token + "A"), 401);
  EXPECT_EQ(status_with("Cookie", "stele-desk-41234="), 401);
  EXPECT_EQ(status_with("Cookie", "stele-desk-41235=" + session.token), 401);
  const auto own = session.cookie.substr(0, session.cookie.find(';'));
  EXPECT_EQ(status_with("Cookie", "a=b; " + own), 0);
  EXPECT_EQ(status_with("Cookie", own + "; " + own), 401);  // set by somebody else beside the true one
}

TEST_F(GateTest, NeedsAContentTypeThatNoFormCanSend) {
  for (const auto* other : {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain",
                            "application/json; charset=utf-8"})
    EXPECT_EQ(status_with("Content-Type", other), 415) << other;
  EXPECT_EQ(status_without("Content-Type"), 415);
}

TEST_F(GateTest, AStartTokenOpensOnceAndEndsTheSessionBefore) {
  const auto token = gate.new_start_token();
  EXPECT_EQ(status(good()), 0);  // a new link alone changes nothing
  auto other = gate.open(token);
  ASSERT_TRUE(other);
  EXPECT_EQ(status(good()), 401);
  const auto again = gate.open(token);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "desk_bad_start");
  EXPECT_FALSE(gate.open(""));
  session = std::move(*other);
  EXPECT_EQ(status(good()), 0);
}

TEST_F(GateTest, AStartTokenDiesOfGuessing) {
  const auto token = gate.new_start_token();
  for (unsigned i = 0; i < start_attempts_max; ++i) EXPECT_FALSE(gate.open("guess"));
  EXPECT_FALSE(gate.open(token));
}

TEST_F(GateTest, TheCookieIsStrictAndOutOfScriptsReach) {
  EXPECT_NE(session.cookie.find("; HttpOnly"), std::string::npos);
  EXPECT_NE(session.cookie.find("; SameSite=Strict"), std::string::npos);
  EXPECT_EQ(session.token.size(), 43U);
}

TEST(GateBefore, NothingPassesUntilThePortIsKnown) {
  Gate gate;
  http::Request r;
  r.headers.add("Host", "");
  EXPECT_EQ(gate.refuse(r, Way::page)->status, 421);
}

TEST(PatienceTest, FiveAreFreeThenItWaitsTwiceAsLongEachTime) {
  std::int64_t now = 1000;
  Patience p([&] { return now; });
  for (int i = 0; i < 4; ++i) p.wrong();
  EXPECT_EQ(p.wait_s(), 0U);
  p.wrong();
  EXPECT_EQ(p.wait_s(), 30U);
  now += 29'999;
  EXPECT_EQ(p.wait_s(), 1U);
  now += 1;
  EXPECT_EQ(p.wait_s(), 0U);
  p.wrong();
  EXPECT_EQ(p.wait_s(), 60U);
  for (int i = 0; i < 40; ++i) p.wrong();
  EXPECT_EQ(p.wait_s(), 3600U);
  p.right();
  EXPECT_EQ(p.wait_s(), 0U);
}

TEST(GuardedTest, EveryAnswerForbidsCachingFramingAndForeignContent) {
  const auto r = guarded(http::json_response(200, "{}"));
  const auto csp = std::string(*r.headers.get("Content-Security-Policy"));
  for (const auto* part :
       {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "script-src 'self'"})
    EXPECT_NE(csp.find(part), std::string::npos) << part;
  EXPECT_EQ(csp.find("unsafe"), std::string::npos);
  EXPECT_EQ(r.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(r.headers.get("X-Frame-Options"), "DENY");
  EXPECT_EQ(r.headers.get("Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_FALSE(r.headers.get("Access-Control-Allow-Origin"));
}

}  // namespace
}  // namespace stele::desk
