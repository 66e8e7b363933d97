#include "node/http/exchange.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

TEST(HttpDate, IsTheFormOfTheStandard) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ResponseHead, LetsNoFieldBeginALineOfItsOwn) {
  Response response{.status = 200, .body = "x"};
  response.headers.add("Location", "/a\r\nSet-Cookie: b");
  EXPECT_FALSE(response_head(response, 1, "d", true, true));
  Response type{.status = 200, .content_type = "text/plain\r\nX: y"};
  EXPECT_FALSE(response_head(type, 0, "d", true, true));
  Response name{.status = 200};
  name.headers.add("bad name", "v");
  EXPECT_FALSE(response_head(name, 0, "d", true, true));
  EXPECT_FALSE(response_head({.status = 100}, 0, "d", true, true));
  EXPECT_FALSE(response_head({.status = 700}, 0, "d", true, true));
}

TEST(ResponseHead, TheServerWritesTheFramingItself) {
  Response response{.status = 200, .body = "abc", .content_type = "text/plain"};
  response.headers.add("content-length", "99");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("ETag", "\"1\"");
  EXPECT_EQ(response_head(response, 3, "D", true, true),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n"
            "Content-Length: 3\r\nETag: \"1\"\r\n\r\n");
  EXPECT_NE(response_head(response, 3, "D", false, true)->find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(response_head(response, 3, "D", true, false)->find("Connection: keep-alive\r\n"), std::string::npos);
  EXPECT_EQ(response_head({.status = 204}, 0, "D", true, true)->find("Content-Length"), std::string::npos);
}

TEST(Refusal, EachStatusHasACodeAndBothLanguages) {
  for (const int status : {400, 404, 405, 408, 413, 414, 417, 429, 431, 500, 501, 503, 505}) {
    const auto out = refusal(status);
    EXPECT_EQ(out.status, status);
    EXPECT_NE(out.body.find("\"code\":\"http_"), std::string::npos) << out.body;
    EXPECT_NE(out.body.find("\"vi\":"), std::string::npos);
    EXPECT_EQ(out.body.find("Unknown"), std::string::npos);
  }
}

TEST(KnownMethod, ClientsCannotInventLabels) {
  EXPECT_EQ(known_method("POST"), "POST");
  EXPECT_EQ(known_method("post"), "OTHER");
  EXPECT_EQ(known_method("X1"), "OTHER");
  EXPECT_EQ(known_method(""), "OTHER");
}

}  // namespace
}  // namespace stele::http
