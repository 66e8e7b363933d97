// What a node answers to records: read, never believed to have the right form.
#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "wallet-cli/cli/node_client.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/signing.h"

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

TEST(NodeAnswers, OfARefusalNeverEndAsIfSomethingWereRecorded) {
  Answer refused;
  refused.state = Answer::State::refused;
  refused.error = make_error("sheet_exists", "đã có", "exists");
  Answer final_one;
  final_one.state = Answer::State::final;
  Context c;
  testing::internal::CaptureStdout();
  EXPECT_EQ(report(c, std::vector<Answer>{refused}, 1, nullptr), Exit::refused);
  const auto none = testing::internal::GetCapturedStdout();
  EXPECT_EQ(none.find("Đã ghi"), std::string::npos) << none;
  EXPECT_NE(none.find("Sổ cái từ chối, không ghi: 1/1 bản ghi."), std::string::npos) << none;
  testing::internal::CaptureStdout();
  EXPECT_EQ(report(c, std::vector<Answer>{refused, final_one}, 2, nullptr), Exit::refused);
  const auto both = testing::internal::GetCapturedStdout();
  EXPECT_NE(both.find("không thể đảo ngược: 1/2"), std::string::npos) << both;
  EXPECT_NE(both.find("không ghi: 1/2"), std::string::npos) << both;
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

HeldSheet sheet_of(std::uint8_t id, const std::string& term, const Tag256& tag) {
  HeldSheet out{RecordId{{id}}, record::Type::grade_sheet, "toan", {}, term, {}};
  const auto result = json::Value::object({{"tag", base64url(tag.view())}, {"mark", "5.0"}});
  HeldRow row;
  row.row = id;
  row.result = *record::decode_disclosure(record::encode_disclosure(Bytes(16, id), "result", result));
  out.rows.push_back(std::move(row));
  return out;
}

TEST(NodeAnswers, AStudentIsFoundInTheSheetOfWhateverGroupAndNeverInTwo) {
  const Tag256 a{{1}}, b{{2}};
  HeldSheets held;
  held.sheets = {sheet_of(1, "hk1", a), sheet_of(2, "hk1", b), sheet_of(3, "hk2", a)};
  const auto find = [&](const Tag256& tag) { return held.find(record::Type::grade_sheet, "toan", "hk1", tag); };
  EXPECT_EQ((*find(a))->row->row, 1U);
  EXPECT_EQ((*find(b))->sheet->id, RecordId{{2}});
  EXPECT_FALSE(*find(Tag256{{3}}));
  held.sheets.push_back(sheet_of(4, "hk1", a));
  ASSERT_FALSE(find(a));
  EXPECT_EQ(find(a).error().code, "two_sheets");
  EXPECT_NE(find(a).error().en.find(base64url(RecordId{{4}}.view())), std::string::npos);
}

}  // namespace
}  // namespace stele::cli
