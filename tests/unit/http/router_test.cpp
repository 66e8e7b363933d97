#include "node/http/router.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

Router router() {
  Router out;
  const Handler none = [](Request, Respond) {};
  out.add("GET", "/{page...}", none, {});
  out.add("GET", "/v1/records/{id}", none, {});
  out.add("GET", "/v1/records/latest", none, {});
  out.add("POST", "/v1/records", none, {});
  out.add("GET", "/v1/{kind}/{id}/proof", none, {});
  return out;
}

std::string found(std::string_view method, const std::vector<std::string>& path) {
  const auto r = router();
  const auto match = r.find(method, path);
  return match.route == nullptr ? "" : match.route->pattern;
}

TEST(Router, PrefersTheMoreParticularPattern) {
  EXPECT_EQ(found("GET", {"v1", "records", "latest"}), "/v1/records/latest");
  EXPECT_EQ(found("GET", {"v1", "records", "x"}), "/v1/records/{id}");
  EXPECT_EQ(found("GET", {"v1", "records", "x", "proof"}), "/v1/{kind}/{id}/proof");
  EXPECT_EQ(found("GET", {"assets", "app.js"}), "/{page...}");
  EXPECT_EQ(found("GET", {""}), "/{page...}");
}

TEST(Router, NamesWhatTheBracesStandFor) {
  const auto r = router();
  EXPECT_EQ(r.find("GET", {"v1", "a", "b", "proof"}).params, (Parameters{{"kind", "a"}, {"id", "b"}}));
  EXPECT_EQ(r.find("GET", {"assets", "app.js"}).params, (Parameters{{"page", "assets/app.js"}}));
}

TEST(Router, TheRestTakesNoSlashThatWasEscaped) {
  EXPECT_EQ(found("GET", {"assets", "a/b"}), "");
  EXPECT_EQ(found("GET", {"v1", "records", "a/b"}), "/v1/records/{id}");
}

TEST(Router, AParameterIsNeverEmpty) {
  Router r;
  r.add("GET", "/records/{id}", [](Request, Respond) {}, {});
  EXPECT_FALSE(r.find("GET", {"records", ""}).path_known);
}

TEST(Router, HeadFallsBackToGet) {
  EXPECT_EQ(found("HEAD", {"v1", "records", "x"}), "/v1/records/{id}");
}

TEST(Router, KnowsWhatAPathAllows) {
  Router r;
  r.add("GET", "/a", [](Request, Respond) {}, {});
  r.add("POST", "/a", [](Request, Respond) {}, {});
  EXPECT_EQ(r.allow({"a"}), "GET, HEAD, OPTIONS, POST");
  const auto match = r.find("DELETE", {"a"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_TRUE(match.path_known);
  EXPECT_FALSE(r.find("GET", {"b"}).path_known);
}

TEST(RouterDeathTest, AMalformedPatternStopsTheProgram) {
  Router r;
  for (const char* bad : {"", "a", "/{", "/{}", "/a{b}", "/{a...}/b"}) {
    EXPECT_DEATH(r.add("GET", bad, [](Request, Respond) {}, {}), "") << bad;
  }
}

}  // namespace
}  // namespace stele::http
