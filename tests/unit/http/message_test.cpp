#include "node/http/message.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

TEST(Headers, NamesCompareWithoutRegardToCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("X-Many", "1");
  headers.add("x-many", "2");
  EXPECT_EQ(headers.get("content-TYPE"), "a");
  EXPECT_EQ(headers.count("X-MANY"), 2U);
  EXPECT_EQ(headers.get("X-Many"), "1");
  EXPECT_EQ(headers.get("absent"), std::nullopt);
  headers.set("X-MANY", "3");
  EXPECT_EQ(headers.count("x-many"), 1U);
  EXPECT_EQ(headers.get("x-many"), "3");
}

TEST(Problem, CarriesCodeBothLanguagesAndPlace) {
  Where where;
  where.file = "7A1.xlsx";
  where.row = 12;
  where.field = "a\"b";
  const auto out = problem_response(422, make_error("mark_bad", "Điểm \"8,5\" sai", "bad\nmark", where));
  EXPECT_EQ(out.status, 422);
  EXPECT_EQ(out.content_type, "application/problem+json");
  EXPECT_EQ(out.body,
            "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,\"code\":\"mark_bad\","
            "\"vi\":\"Điểm \\\"8,5\\\" sai\",\"en\":\"bad\\u000amark\","
            "\"where\":{\"file\":\"7A1.xlsx\",\"row\":12,\"field\":\"a\\\"b\"}}\n");
}

TEST(Problem, LeavesOutAPlaceThatIsNotKnown) {
  EXPECT_EQ(
      problem_response(404, make_error("c", "v", "e")).body,
      "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"code\":\"c\",\"vi\":\"v\",\"en\":\"e\"}\n");
}

TEST(Problem, OverloadSaysWhenToComeBack) {
  const auto out = overloaded_response(7);
  EXPECT_EQ(out.status, 503);
  EXPECT_EQ(out.headers.get("retry-after"), "7");
}

TEST(JsonString, ReplacesWhatIsNotUtf8) {
  const auto json = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  EXPECT_EQ(json("Nguyễn"), "\"Nguyễn\"");
  EXPECT_EQ(json("a\xff"
                 "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(json("\xc3"), "\"\xEF\xBF\xBD\"");                      // cut short
  EXPECT_EQ(json("\xed\xa0\x80").find('\xed'), std::string::npos);  // a surrogate
  EXPECT_EQ(json(std::string_view("\0\x7f\\", 3)), "\"\\u0000\\u007f\\\\\"");
}

TEST(FieldValue, CannotBeginALineOfItsOwn) {
  EXPECT_TRUE(is_field_value("a\tb \xc3\xa1"));
  EXPECT_FALSE(is_field_value("a\r\nSet-Cookie: x"));
  EXPECT_FALSE(is_field_value("a\n"));
  EXPECT_FALSE(is_field_value(std::string_view("a\0", 2)));
  EXPECT_TRUE(is_token("X-Name_1"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
  EXPECT_FALSE(is_token("a:"));
}

}  // namespace
}  // namespace stele::http
