#include "node/http/caching.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

Request asking(const char* if_none_match) {
  Request r;
  if (if_none_match != nullptr) r.headers.add("If-None-Match", if_none_match);
  return r;
}

TEST(Caching, ATagNamesTheBytes) {
  EXPECT_EQ(etag_of("a"), etag_of("a"));
  EXPECT_NE(etag_of("a"), etag_of("b"));
  EXPECT_EQ(etag_of("").size(), 24U) << "22 characters and the quotes";
}

TEST(Caching, AnAnswerGetsItsTagAndIsNotSentTwice) {
  const auto first = conditional(asking(nullptr), json_response(200, "{}"));
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.headers.get("Cache-Control"), "no-cache");
  const std::string tag(*first.headers.get("ETag"));
  const auto second = conditional(asking(tag.c_str()), json_response(200, "{}"));
  EXPECT_EQ(second.status, 304);
  EXPECT_TRUE(second.body.empty());
  EXPECT_EQ(second.headers.get("ETag"), tag) << "a 304 names what it speaks of";
  EXPECT_EQ(conditional(asking(tag.c_str()), json_response(200, "{\"a\":1}")).status, 200);
}

TEST(Caching, ReadsListsWeakTagsAndTheStar) {
  const auto tag = etag_of("x");
  EXPECT_TRUE(has_etag(asking(("\"other\", W/" + tag).c_str()), tag));
  EXPECT_TRUE(has_etag(asking("*"), tag));
  EXPECT_FALSE(has_etag(asking("\"other\""), tag));
  EXPECT_FALSE(has_etag(asking(""), tag));
  EXPECT_FALSE(has_etag(asking(tag.substr(1).c_str()), tag));
}

TEST(Caching, LeavesRefusalsAndPrivateAnswersAlone) {
  EXPECT_FALSE(conditional(asking("*"), json_response(404, "{}")).headers.get("ETag").has_value());
  const auto secret = conditional(asking("*"), cached(json_response(200, "{}"), "no-store"));
  EXPECT_EQ(secret.status, 200);
  EXPECT_FALSE(secret.headers.get("ETag").has_value());
}

}  // namespace
}  // namespace stele::http
