#include "node/http/url.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

TEST(PercentDecode, TakesEscapesAndRefusesBrokenOnes) {
  EXPECT_EQ(percent_decode("a%20b%2f%2F"), "a b//");
  EXPECT_EQ(percent_decode("%C4%90i%E1%BB%83m"), "Điểm");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(percent_decode(""), "");
  for (const char* bad : {"%", "%2", "%zz", "a%", "%%20", "%00", "%ff", "%c3", "%ed%a0%80", "%c0%80", "%f5%80%80%80"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}

TEST(PercentEncode, IsUndoneByDecoding) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  all += "Điểm số";
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_decode(percent_encode(all), true), all);
  EXPECT_EQ(percent_encode("a b/ờ"), "a%20b%2F%E1%BB%9D");
}

TEST(Target, SplitsPathAndQuery) {
  const auto out = parse_target("/v1/records/a%2Fb?lang=vi&x=%26&flag&empty=");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->segments, (std::vector<std::string>{"v1", "records", "a/b"}));
  EXPECT_EQ(out->query, (Parameters{{"lang", "vi"}, {"x", "&"}, {"flag", ""}, {"empty", ""}}));
  EXPECT_EQ(parse_target("/")->segments, std::vector<std::string>{""});
  EXPECT_EQ(parse_target("/a/")->segments, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(parse_target("http://host:1/a?b=1")->segments, std::vector<std::string>{"a"});
}

TEST(Target, RefusesWhatCouldMeanTwoThings) {
  for (const char* bad : {"", "a", "*", "host:80", "http://", "http:///a", "/a/../b", "/%2e%2e/b", "/./a", "/a/.",
                          "/%00", "/a%", "/a#b", "/a b", "/?a=1&a=2", "/?a=1&%61=2", "/?%zz", "/?a=%ff", "/\xc4\x90"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
}

TEST(Target, IsBounded) {
  std::string deep;
  for (std::size_t i = 0; i < path_segments_max; ++i) deep += "/a";
  EXPECT_TRUE(parse_target(deep));
  EXPECT_FALSE(parse_target(deep + "/a"));
  std::string wide = "/?0";
  for (std::size_t i = 1; i < query_parameters_max; ++i) wide += "&" + std::to_string(i);
  EXPECT_TRUE(parse_target(wide));
  EXPECT_FALSE(parse_target(wide + "&more"));
}

TEST(Url, ReadsSchemeHostPortAndPrefix) {
  const auto plain = parse_url("http://node-1.example").value();
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.host, "node-1.example");
  EXPECT_EQ(plain.port, 80);
  EXPECT_EQ(plain.prefix, "");
  EXPECT_EQ(host_header(plain), "node-1.example");
  const auto full = parse_url("https://[::1]:8443/stele/").value();
  EXPECT_TRUE(full.tls);
  EXPECT_EQ(full.host, "::1");
  EXPECT_EQ(full.port, 8443);
  EXPECT_EQ(full.prefix, "/stele");
  EXPECT_EQ(host_header(full), "[::1]:8443");
  EXPECT_EQ(parse_url("https://a").value().port, 443);
}

TEST(Url, RefusesWhatIsNotASimpleServerAddress) {
  for (const char* bad : {"",
                          "ftp://a",
                          "a:80",
                          "http://",
                          "http:///x",
                          "http://a:",
                          "http://a:0",
                          "http://a:65536",
                          "http://a:80x",
                          "http://a:-1",
                          "http://user@a",
                          "http://a/?q",
                          "http://a/#f",
                          "http://a b",
                          "http://[::1",
                          "http://[]",
                          "http://[::1]x",
                          "http://a\r\nb",
                          "http://a/x\r\ny",
                          "HTTP://"}) {
    const auto out = parse_url(bad);
    ASSERT_FALSE(out) << bad;
    EXPECT_EQ(out.error().code, "http_bad_url");
  }
  EXPECT_FALSE(parse_url("http://a/" + std::string(url_bytes_max, 'a')));
}

}  // namespace
}  // namespace stele::http
