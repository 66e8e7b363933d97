#include "ledger/record/disclosure.h"

#include <gtest/gtest.h>

#include <numeric>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using json::Value;
using samples::filled;

const Bytes salt(16, 4);

Disclosure made(std::string_view name, const Value& value) {
  return decode_disclosure(encode_disclosure(salt, name, value)).value();
}
Disclosure parsed(std::string_view name, std::string_view json) {
  return made(name, json::parse(json, {.bytes_max = 8192, .nodes_max = 1000}).value());
}
std::string said(std::string_view json) {
  const auto d = decode_disclosure(base64url(as_bytes(json)));
  return d ? "accepted" : samples::text(d.error());
}
template <class T>
std::string verdict(const Result<T, Rejection>& r) {
  return r ? "accepted" : samples::text(r.error());
}
const std::string tag = base64url(filled<Tag256>(8).view());
const std::string tag_member = R"("tag":")" + tag + "\"";

TEST(Disclosure, DigestCoversTheTextThatIsPassedAround) {
  const std::string text = encode_disclosure(salt, "name", "Trần Đỗ Quỳnh Giả");
  const auto d = decode_disclosure(text);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->text, text);
  EXPECT_EQ(d->digest, sha256(as_bytes(text)));
  EXPECT_EQ(d->name, "name");
  EXPECT_EQ(d->value.string(), "Trần Đỗ Quỳnh Giả");
}

TEST(Disclosure, IsSaltNameAndValue) {
  const std::string good = base64url(salt);
  EXPECT_EQ(said(R"([")" + good + R"(","name","x"])"), "accepted");
  EXPECT_EQ(said(R"({"salt":"name"})"), "wrong_type disclosure");
  EXPECT_EQ(said(R"([")" + good + R"(","name"])"), "out_of_bounds disclosure");
  EXPECT_EQ(said(R"([")" + good + R"(","name","x","y"])"), "out_of_bounds disclosure");
  EXPECT_EQ(said(R"([3,"name","x"])"), "wrong_type salt");
  EXPECT_EQ(said(R"(["AA","name","x"])"), "bad_form salt");
  EXPECT_EQ(said(R"([")" + good + R"(",3,"x"])"), "wrong_type name");
  EXPECT_EQ(said(R"([")" + good + R"(","Name","x"])"), "bad_form name");
  EXPECT_EQ(said("["), "bad_json [0]");
  EXPECT_EQ(said(""), "bad_json disclosure");
  EXPECT_EQ(verdict(decode_disclosure("e30=")), "bad_base64 disclosure");
}

TEST(Disclosure, HasBounds) {
  const std::string start = R"([")" + base64url(salt) + R"(","name","x"])";
  EXPECT_EQ(said(start + std::string(6144 - start.size(), ' ')), "accepted");
  EXPECT_EQ(verdict(decode_disclosure(std::string(8193, 'A'))), "too_large disclosure");
}

TEST(Disclosure, DecoysAreProvable) {
  Bytes seed(32);
  std::iota(seed.begin(), seed.end(), std::uint8_t(0));
  EXPECT_EQ(hex(decoy_digest(seed).view()), "cb30eb35b605c2ca8bbd83eb1ca35c8c858d497577a5707aaf7dce157d5b6214");
}

TEST(Disclosure, TagsFollowFromTheBook) {
  Bytes book(32);
  std::iota(book.begin(), book.end(), std::uint8_t(0));
  const auto tag_of = [&](Type type, std::string_view kind, std::string_view period) {
    return book_tag(book, type, kind, period);
  };
  EXPECT_EQ(hex(tag_of(Type::transcript, "thpt", "2025").view()),
            "e956c2e7b4fd8582a48b9c565b594218b25dcc7d8ec0725c9790c98dba5b6532");
  EXPECT_NE(tag_of(Type::transcript, "thpt", "2025"), tag_of(Type::diploma, "thpt", "2025"));
  EXPECT_NE(tag_of(Type::transcript, "thpt", "2025"), tag_of(Type::transcript, "thcs", "2025"));
  EXPECT_NE(tag_of(Type::transcript, "thpt", "2025"), tag_of(Type::transcript, "thpt", "2026"));
}

TEST(Mark, HasOneTextForEachValue) {
  for (std::uint32_t tenths = 0; tenths <= 100; ++tenths) {
    EXPECT_EQ(parse_mark(mark_text({tenths})), Mark{tenths});
  }
  for (const auto* bad : {"", "8", "8.", ".5", "8,5", "08.5", "8.50", "10.1", "11.0", "-1.0", "8.5 ", "+8.5", "a.5"}) {
    EXPECT_EQ(parse_mark(bad), std::nullopt) << bad;
  }
}

TEST(Rows, GradeResultIsOneFigure) {
  const auto said_of = [](const std::string& rest) {
    return verdict(grade_result(parsed("result", "{" + tag_member + rest + "}")));
  };
  EXPECT_EQ(said_of(R"(,"mark":"8.5")"), "accepted");
  EXPECT_EQ(said_of(R"(,"level":"dat")"), "accepted");
  EXPECT_EQ(said_of(R"(,"missing":"exempt")"), "accepted");
  EXPECT_EQ(said_of(""), "missing_member result.mark");
  EXPECT_EQ(said_of(R"(,"mark":"8.5","level":"dat")"), "accepted");  // primary school; the rule set says where
  EXPECT_EQ(said_of(R"(,"mark":"8.5","level":"Đạt")"), "bad_form result.level");
  EXPECT_EQ(said_of(R"(,"mark":"8","level":"dat")"), "bad_form result.mark");
  EXPECT_EQ(said_of(R"(,"mark":"8.5","missing":"absent")"), "unknown_member result.mark");
  EXPECT_EQ(said_of(R"(,"level":"dat","missing":"absent")"), "unknown_member result.level");
  EXPECT_EQ(said_of(R"(,"mark":"8,5")"), "bad_form result.mark");
  EXPECT_EQ(said_of(R"(,"mark":8)"), "wrong_type result.mark");
  EXPECT_EQ(said_of(R"(,"missing":"ill")"), "bad_form result.missing");
  EXPECT_EQ(verdict(grade_result(parsed("result", R"({"mark":"8.5"})"))), "missing_member result.tag");
  EXPECT_EQ(verdict(grade_result(parsed("detail", "{" + tag_member + R"(,"mark":"8.5"})"))), "bad_form detail");
  EXPECT_EQ(verdict(grade_result(made("result", "text"))), "wrong_type result");
}

TEST(Rows, GradeDetailHasAllMarksOrNone) {
  const auto said_of = [](std::string_view json) { return verdict(grade_detail(parsed("detail", json))); };
  EXPECT_EQ(said_of("{}"), "accepted");
  EXPECT_EQ(said_of(R"({"comment":"Chăm chỉ."})"), "accepted");
  EXPECT_EQ(said_of(R"({"comment":""})"), "out_of_bounds detail.comment");
  EXPECT_EQ(said_of(R"({"regular":["8.0"],"mid":"7.0","final":{"missing":"not-yet"}})"), "accepted");
  EXPECT_EQ(said_of(R"({"regular":["8.0"],"mid":"7.0"})"), "missing_member detail.final");
  EXPECT_EQ(said_of(R"({"mid":"7.0","final":"8.0"})"), "missing_member detail.regular");
  EXPECT_EQ(said_of(R"({"regular":["8.0",8],"mid":"7.0","final":"8.0"})"), "wrong_type detail.regular[1]");
  EXPECT_EQ(said_of(R"({"regular":[{"missing":"x"}],"mid":"7.0","final":"8.0"})"),
            "bad_form detail.regular[0].missing");
  EXPECT_EQ(said_of(R"({"regular":["1.0","1.0","1.0","1.0","1.0","1.0","1.0","1.0"],"mid":"7.0","final":"8.0"})"),
            "accepted");
  EXPECT_EQ(said_of(R"({"regular":["1.0","1.0","1.0","1.0","1.0","1.0","1.0","1.0","1.0"],"mid":"7.0","final":"8.0"})"),
            "out_of_bounds detail.regular");
}

TEST(Rows, FreeTextIsCountedInCharacters) {
  std::string longest;
  for (int i = 0; i < 1000; ++i) longest += "ữ";
  GradeDetail detail;
  detail.comment = longest;
  EXPECT_EQ(verdict(grade_detail(made("detail", to_json(detail)))), "accepted");
  detail.comment += "a";
  EXPECT_EQ(verdict(grade_detail(made("detail", to_json(detail)))), "out_of_bounds detail.comment");
}

TEST(Rows, StudentsAreNamedByTheirIds) {
  const auto said_of = [](const std::string& id, const std::string& date) {
    return verdict(student_result(parsed("result", "{" + tag_member + R"(,"student_id":")" + id +
                                                       R"(","name":"Lê Hoàng Mẫu","birth_date":")" + date +
                                                       R"(","gender":"nam"})")));
  };
  EXPECT_EQ(said_of("9900000001", "2010-02-28"), "accepted");
  EXPECT_EQ(said_of("990000001", "2010-02-28"), "out_of_bounds result.student_id");
  EXPECT_EQ(said_of("99000000a1", "2010-02-28"), "bad_form result.student_id");
  EXPECT_EQ(said_of("9900000001", "2010-02-30"), "bad_form result.birth_date");
  EXPECT_EQ(verdict(student_detail(parsed("detail", R"({"personal_id":"990000000001"})"))), "accepted");
  EXPECT_EQ(verdict(student_detail(parsed("detail", R"({"personal_id":"99000000001"})"))),
            "out_of_bounds detail.personal_id");
  EXPECT_EQ(verdict(student_detail(parsed("detail", R"({"phone":"0900"})"))), "unknown_member detail.phone");
}

TEST(Rows, ComeBackFromTheirJson) {
  const auto same = [](const auto& value, auto read, std::string_view name) {
    const auto back = read(made(name, to_json(value)));
    ASSERT_TRUE(back) << samples::text(back.error());
    EXPECT_TRUE(to_json(*back) == to_json(value));
  };
  const auto t = filled<Tag256>(8);
  same(GradeResult{t, Mark{85}}, grade_result, "result");
  same(GradeResult{t, LevelCode("dat")}, grade_result, "result");
  same(GradeResult{t, Missing::absent}, grade_result, "result");
  same(GradeResult{t, LevelAndMark{"hoan-thanh-tot", Mark{90}}}, grade_result, "result");
  same(GradeDetail{{Mark{80}, Missing::exempt}, Mark{70}, Missing::not_yet, "Tốt"}, grade_detail, "detail");
  same(GradeDetail{{}, {}, {}, ""}, grade_detail, "detail");
  same(StudentResult{t, "9900000001", "Nguyễn Thị Ánh Nguyệt-Thử", "nu", Date{2010, 1, 2}}, student_result, "result");
  same(StudentDetail{"TP. Ví Dụ", "Kinh", "990000000001", "dang-hoc"}, student_detail, "detail");
  same(StudentDetail{}, student_detail, "detail");
  same(SummaryResult{t, {"tot", "kha", "tot"}, "tot", "hs-gioi", "len-lop", 45}, summary_result, "result");
  same(SummaryResult{t, {}, {}, {}, {}, {}}, summary_result, "result");
  EXPECT_EQ(summary_comment(parsed("detail", R"({"comment":"Ngoan"})")).value(), "Ngoan");
  EXPECT_EQ(summary_comment(parsed("detail", "{}")).value(), "");
}

TEST(Rows, Absences) {
  const auto said_of = [](const std::string& n) {
    return verdict(summary_result(parsed("result", "{" + tag_member + R"(,"conduct":{},"absences":)" + n + "}")));
  };
  EXPECT_EQ(said_of("366"), "accepted");
  EXPECT_EQ(said_of("367"), "out_of_bounds result.absences");
  EXPECT_EQ(said_of("-1"), "out_of_bounds result.absences");
}

}  // namespace
}  // namespace stele::record
