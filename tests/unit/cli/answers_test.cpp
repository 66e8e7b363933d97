// What a node answers to records: read, never believed to have the right form.
#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "wallet-cli/cli/node_client.h"

namespace stele::cli {
namespace {

const std::vector<Outgoing> two = {{"first.jws.text", ""}, {"second.jws.text", ""}};

std::string code_of(std::string_view body) {
  const auto r = decode_answers(body, two);
  return r ? "" : r.error().code;
}

TEST(NodeAnswers, SayForEachRecordWhatBecameOfIt) {
  const RecordId id{{1, 2, 3}};
  const auto answers = decode_answers(R"({"results":[{"id":")" + base64url(id.view()) +
                                          R"(","status":"final","index":7,"height":3,"jws":"what.is.held"},
    {"id":"x","status":"refused","error":{"code":"bad_form","vi":"a","en":"b","where":{"field":"f","file":"g"}}}]})",
                                      two)
                           .value();
  EXPECT_EQ(answers[0].id, id);
  EXPECT_EQ(answers[0].state, Answer::State::final);
  EXPECT_EQ(answers[0].index.value, 7u);
  EXPECT_EQ(answers[0].height.value, 3u);
  EXPECT_EQ(answers[0].jws, "what.is.held");
  EXPECT_EQ(answers[1].id, RecordId{});
  EXPECT_EQ(answers[1].state, Answer::State::refused);
  EXPECT_EQ(answers[1].jws, "second.jws.text");
  EXPECT_EQ(answers[1].error.code, "bad_form");
  EXPECT_EQ(answers[1].error.where.field, "f");
  EXPECT_EQ(answers[1].error.where.file, "g");
}

TEST(NodeAnswers, RefusedForTheNodesOwnReasonsAreStillOpen) {
  const auto answers =
      decode_answers(R"({"results":[{"status":"refused","error":{"code":"overloaded"}},{"status":"pending"}]})", two);
  ASSERT_TRUE(answers.has_value());
  EXPECT_EQ(answers->front().state, Answer::State::pending);
  EXPECT_EQ(answers->back().state, Answer::State::pending);
}

TEST(NodeAnswers, OfAnotherFormAreRefused) {
  EXPECT_EQ(code_of("not JSON"), "http_bad_answer");
  EXPECT_EQ(code_of("[]"), "http_bad_answer");
  EXPECT_EQ(code_of("{}"), "http_bad_answer");
  EXPECT_EQ(code_of(R"({"results":{}})"), "http_bad_answer");
  EXPECT_EQ(code_of(R"({"results":[{"status":"final"}]})"), "http_bad_answer");
}

TEST(NodeAnswers, WithItemsThatAreNoObjectsDoNotCrash) {
  const auto answers = decode_answers(R"({"results":[1,[]]})", two);
  ASSERT_TRUE(answers.has_value());
  EXPECT_EQ(answers->front().state, Answer::State::refused);
  EXPECT_EQ(answers->front().jws, "first.jws.text");
}

}  // namespace
}  // namespace stele::cli
