#include "node/app/admission.h"

#include <gtest/gtest.h>

#include "node/app/answers.h"

namespace stele::app {
namespace {

std::string code_of(const Result<Batch>& b) {
  EXPECT_FALSE(b);
  return b ? std::string() : b.error().code;
}

TEST(Batch, ReadsRecordsWithAndWithoutPayload) {
  const auto b = Batch::from_json(R"({"records":[{"jws":"a.b.c"},{"payload":{"x":[1, 2]},"jws":"d"}]})");
  ASSERT_TRUE(b);
  ASSERT_EQ(b->records().size(), 2U);
  EXPECT_EQ(b->records()[0].jws, "a.b.c");
  EXPECT_EQ(b->records()[0].payload, "");
  EXPECT_EQ(b->records()[1].jws, "d");
  EXPECT_EQ(b->records()[1].payload, R"({"x":[1,2]})");
}

TEST(Batch, TextsStayWhereTheyAreWhenItMoves) {
  auto b = Batch::from_lines("one\ntwo\n");
  ASSERT_TRUE(b);
  const Batch moved = std::move(*b);
  EXPECT_EQ(moved.records()[1].jws, "two");
}

TEST(Batch, RefusesEveryOtherForm) {
  for (const std::string bad :
       {R"([])", R"({})", R"({"records":{}})", R"({"records":[]})", R"({"records":["a"]})", R"({"records":[{}]})",
        R"({"records":[{"jws":1}]})", R"({"records":[{"jws":"a","payload":"b"}]})",
        R"({"records":[{"jws":"a","paylod":{}}]})", R"({"records":[{"jws":"a"}],"more":1})"})
    EXPECT_EQ(code_of(Batch::from_json(bad)), "bad_request") << bad;
  EXPECT_EQ(code_of(Batch::from_json("{")), "json_syntax");
  EXPECT_EQ(code_of(Batch::from_lines("")), "bad_request");
}

TEST(Batch, TakesAThousandRecordsAndNoMore) {
  std::string lines;
  std::string list = R"({"records":[)";
  for (std::size_t i = 0; i < records_per_request_max; ++i) {
    lines += "a\n";
    list += R"({"jws":"a"},)";
  }
  EXPECT_EQ(Batch::from_lines(lines)->records().size(), records_per_request_max);
  EXPECT_EQ(code_of(Batch::from_lines(lines + "a")), "too_many");
  EXPECT_EQ(Batch::from_json(list.substr(0, list.size() - 1) + "]}")->records().size(), records_per_request_max);
  EXPECT_EQ(code_of(Batch::from_json(list + R"({"jws":"a"}]})")), "too_many");
}

TEST(Results, AreOneForEachRecordInOrder) {
  Answered a;
  a.status = Answered::Status::final;
  a.index = RecordIndex{7};
  a.height = Height{3};
  a.jws = "stored";
  Answered b;
  b.status = Answered::Status::refused;
  b.error = make_error("bad_form", "Sai.", "Wrong.");
  const std::string id(43, 'A');
  EXPECT_EQ(results_json({a, b, Answered{}}),
            R"({"results":[{"id":")" + id + R"(","status":"final","index":7,"height":3,"jws":"stored"},{"id":")" + id +
                R"(","status":"refused","error":{"code":"bad_form","vi":"Sai.","en":"Wrong."}},{"id":")" + id +
                R"(","status":"pending"}]})");
}

TEST(Statuses, FollowTheTableOfTheDocumentation) {
  EXPECT_EQ(status_for("bad_request"), 400);
  EXPECT_EQ(status_for("json_syntax"), 400);
  EXPECT_EQ(status_for("field_missing"), 400);
  for (const auto* code :
       {"request_not_signed", "request_bad_signature", "request_expired", "request_replayed", "request_wrong_node"})
    EXPECT_EQ(status_for(code), 401) << code;
  EXPECT_EQ(status_for("no_authority"), 403);
  EXPECT_EQ(status_for("not_found"), 404);
  EXPECT_EQ(status_for("not_final_yet"), 409);
  EXPECT_EQ(status_for("too_many"), 413);
  EXPECT_EQ(status_for("unsupported_media_type"), 415);
  for (const auto* code :
       {"starting", "stopping", "space_floor", "overloaded", "disk_failed", "store_io", "vault_io", "ledger_damaged"})
    EXPECT_EQ(status_for(code), 503) << code;
  EXPECT_EQ(status_for("who knows"), 500);
}

}  // namespace
}  // namespace stele::app
