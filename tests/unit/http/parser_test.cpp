#include "node/http/parser.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

constexpr ParserLimits limits{.header_bytes_max = 1024, .target_bytes_max = 256, .body_bytes_max = 64};

/// Feeds `text` in pieces, as a connection does: what was not used is offered again with more behind it.
Parsing feed_all(RequestParser& parser, std::string_view text, std::size_t piece, std::string* rest = nullptr) {
  std::string buffer;
  Parsing out = Parsing::need_more;
  for (;;) {
    std::size_t used = 0;
    out = parser.feed(buffer, used);
    buffer.erase(0, used);
    if (out == Parsing::header) continue;
    if (out != Parsing::need_more || text.empty()) break;
    buffer += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (rest != nullptr) *rest = buffer + std::string(text);
  return out;
}

ParseFault fault(std::string_view text) {
  RequestParser parser(limits);
  return feed_all(parser, text, text.size()) == Parsing::failed ? parser.fault() : ParseFault::none;
}

TEST(RequestParser, ReadsTheSameHoweverTheBytesAreCut) {
  const std::string text =
      "POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nAuthorization: trailer\r\n\r\nGET /next";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    RequestParser parser(limits);
    std::string rest;
    ASSERT_EQ(feed_all(parser, text, piece, &rest), Parsing::complete) << piece;
    EXPECT_EQ(parser.request().method, "POST");
    EXPECT_EQ(parser.request().target, "/a?b=c");
    EXPECT_EQ(parser.request().body, "hello world");
    EXPECT_EQ(rest, "GET /next");
    EXPECT_EQ(parser.request().headers.get("authorization"), std::nullopt) << "a trailer is not a header";
    EXPECT_TRUE(parser.keep_alive());
  }
}

TEST(RequestParser, IsReadyForTheNextMessageAfterReset) {
  RequestParser parser(limits);
  ASSERT_EQ(feed_all(parser, "POST /a HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", 7), Parsing::complete);
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_FALSE(parser.is_http_1_1());
  parser.reset();
  ASSERT_EQ(feed_all(parser, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n", 7), Parsing::complete);
  EXPECT_EQ(parser.request().body, "");
  EXPECT_EQ(parser.request().headers.size(), 1U);
  EXPECT_FALSE(parser.body_follows());
}

TEST(RequestParser, HoldsEveryLimitAtItsEdge) {
  const auto with_target = [](std::size_t n) {
    return "GET /" + std::string(n - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  EXPECT_EQ(fault(with_target(256)), ParseFault::none);
  EXPECT_EQ(fault(with_target(257)), ParseFault::target_too_long);
  EXPECT_EQ(fault(with_target(5000)), ParseFault::target_too_long);
  const auto with_field = [](std::size_t n) {
    return "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(n, 'a') + "\r\n\r\n";
  };
  EXPECT_EQ(fault(with_field(900)), ParseFault::none);
  EXPECT_EQ(fault(with_field(1100)), ParseFault::header_too_large);
  EXPECT_EQ(fault("GET / HTTP/1.1\r\nX: " + std::string(2000, 'a')), ParseFault::header_too_large) << "without an end";
  const auto with_body = [](std::size_t n) {
    return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(n) + "\r\n\r\n" + std::string(n, 'a');
  };
  EXPECT_EQ(fault(with_body(64)), ParseFault::none);
  EXPECT_EQ(fault(with_body(65)), ParseFault::body_too_large);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(fault(chunked + "40\r\n" + std::string(64, 'a') + "\r\n0\r\n\r\n"), ParseFault::none);
  EXPECT_EQ(fault(chunked + "41\r\n"), ParseFault::body_too_large);
  EXPECT_EQ(fault(chunked + "40\r\n" + std::string(64, 'a') + "\r\n1\r\n"), ParseFault::body_too_large);
  EXPECT_EQ(fault(chunked + "1;" + std::string(2000, 'x')), ParseFault::header_too_large) << "an endless extension";
  EXPECT_EQ(fault(chunked + "0\r\nX: " + std::string(2000, 'x')), ParseFault::header_too_large) << "an endless trailer";
}

TEST(RequestParser, RefusesWhatAProxyCouldReadOtherwise) {
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(fault(start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault(start + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault(start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault(start + "Content-Length: -1\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault(start + "Content-Length: 99999999999999999999\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault(start + "Transfer-Encoding: gzip\r\n\r\n"), ParseFault::coding);
  EXPECT_EQ(fault(start + "Transfer-Encoding: gzip, chunked\r\n\r\n"), ParseFault::coding);
  EXPECT_EQ(fault("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault("GET / HTTP/1.1\r\n\r\n"), ParseFault::malformed) << "no Host";
  EXPECT_EQ(fault("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), ParseFault::malformed);
  EXPECT_EQ(fault("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), ParseFault::version);
}

TEST(ResponseParser, SkipsInterimAnswersButNotForEver) {
  ResponseParser parser(limits, false);
  std::size_t used = 0;
  EXPECT_EQ(parser.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", used),
            Parsing::complete);
  EXPECT_EQ(parser.response().status, 200);
  EXPECT_EQ(parser.response().body, "hi");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  ResponseParser other(limits, false);
  EXPECT_EQ(other.feed(many, used), Parsing::failed);
  ResponseParser upgrade(limits, false);
  EXPECT_EQ(upgrade.feed("HTTP/1.1 101 Switching\r\n\r\n", used), Parsing::failed);
}

TEST(ResponseParser, ABodyWithoutLengthEndsWithTheConnection) {
  ResponseParser parser(limits, false);
  std::size_t used = 0;
  EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nabc", used), Parsing::need_more);
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.end_of_stream(), Parsing::complete);
  EXPECT_EQ(parser.response().body, "abc");
  EXPECT_EQ(parser.response().content_type, "text/plain");
  ResponseParser cut(limits, false);
  EXPECT_EQ(cut.feed("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", used), Parsing::need_more);
  EXPECT_EQ(cut.end_of_stream(), Parsing::failed);
  ResponseParser nothing(limits, false);
  EXPECT_EQ(nothing.end_of_stream(), Parsing::failed);
}

TEST(ResponseParser, HoldsItsBodyLimit) {
  std::size_t used = 0;
  ResponseParser declared(limits, false);
  EXPECT_EQ(declared.feed("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\na", used), Parsing::failed);
  EXPECT_EQ(declared.fault(), ParseFault::body_too_large);
  ResponseParser endless(limits, false);
  EXPECT_EQ(endless.feed("HTTP/1.1 200 OK\r\n\r\n" + std::string(65, 'a'), used), Parsing::failed);
  EXPECT_EQ(endless.fault(), ParseFault::body_too_large);
  ResponseParser head(limits, true);
  EXPECT_EQ(head.feed("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n", used), Parsing::complete);
}

}  // namespace
}  // namespace stele::http
