#include "ledger/rules/assessment.h"

#include <gtest/gtest.h>

#include "tests/unit/assessment/rule_set_sample.h"

namespace stele::rules {
namespace {

using record::GradeDetail;
using record::GradeResult;
using record::Mark;
using record::MarkOrMissing;
using record::Missing;
using record::SubjectClaim;
using record::TermFigure;

Mark mark(std::string_view text) {
  return record::parse_mark(text).value();
}

GradeDetail detail(std::initializer_list<const char*> regular, const char* mid, const char* final) {
  GradeDetail out;
  for (const auto* m : regular) out.regular.emplace_back(mark(m));
  out.mid = mark(mid);
  out.final = mark(final);
  return out;
}

TEST(Assessment, TermAveragesByHand) {
  const auto set = rule_set();
  const auto average = [&](const GradeDetail& d) { return record::mark_text(term_average(set, d).value()); };
  // (sum + 2 mid + 3 final) / (n + 5)
  EXPECT_EQ(average(detail({"8.0", "8.0"}, "8.0", "8.0")), "8.0");
  EXPECT_EQ(average(detail({"10.0", "10.0"}, "10.0", "10.0")), "10.0");
  EXPECT_EQ(average(detail({"0.0", "0.0"}, "0.0", "0.0")), "0.0");
  EXPECT_EQ(average(detail({"7.0", "8.0"}, "6.5", "9.0")), "7.9");                // 55 / 7 = 7.857
  EXPECT_EQ(average(detail({"7.0", "8.0", "9.0"}, "7.5", "8.0")), "7.9");         // 63 / 8 = 7.875
  EXPECT_EQ(average(detail({"5.0", "6.0", "7.0", "8.0"}, "4.0", "9.0")), "6.8");  // 61 / 9 = 6.777
  EXPECT_EQ(average(detail({"0.1", "0.0"}, "0.0", "0.1")), "0.1");                // 0.4 / 7 = 0.057
  EXPECT_EQ(average(detail({"0.0", "0.0"}, "0.0", "0.1")), "0.0");                // 0.3 / 7 = 0.043
}

TEST(Assessment, TiesGoUp) {
  const auto set = rule_set();
  const auto average = [&](const GradeDetail& d) { return record::mark_text(term_average(set, d).value()); };
  EXPECT_EQ(average(detail({"8.0", "8.0", "8.0"}, "9.0", "8.0")), "8.3");  // 66.0 / 8 = 8.25 exactly
  EXPECT_EQ(average(detail({"8.0", "8.0", "7.9"}, "9.0", "8.0")), "8.2");  // 65.9 / 8 = 8.2375
  EXPECT_EQ(average(detail({"8.0", "8.0", "8.1"}, "9.0", "8.0")), "8.3");  // 66.1 / 8 = 8.2625
  EXPECT_EQ(average(detail({"0.4", "0.0", "0.0"}, "0.0", "0.0")), "0.1");  // 0.4 / 8 = 0.05 exactly
  EXPECT_EQ(average(detail({"0.3", "0.0", "0.0"}, "0.0", "0.0")), "0.0");
  EXPECT_EQ(average(detail({"10.0", "10.0", "9.6"}, "10.0", "10.0")), "10.0");  // 79.6 / 8 = 9.95 exactly
}

TEST(Assessment, YearAveragesByHand) {
  const auto set = rule_set();
  const auto average = [&](const char* first, const char* second) {
    return record::mark_text(year_average(set, mark(first), mark(second)).value());
  };
  EXPECT_EQ(average("8.0", "8.0"), "8.0");
  EXPECT_EQ(average("7.0", "8.0"), "7.7");  // 23 / 3 = 7.666
  EXPECT_EQ(average("8.0", "7.0"), "7.3");  // 22 / 3 = 7.333
  EXPECT_EQ(average("0.0", "0.1"), "0.1");  // 0.2 / 3 = 0.066
  EXPECT_EQ(average("0.1", "0.0"), "0.0");
}

TEST(Assessment, NothingMissingCountsAsZero) {
  const auto set = rule_set();
  auto d = detail({"8.0", "8.0", "8.0"}, "8.0", "8.0");
  d.regular[0] = Missing::exempt;  // left out of both sums
  EXPECT_EQ(term_average(set, d), mark("8.0"));
  d.regular[0] = Missing::absent;
  EXPECT_EQ(term_average(set, d), std::nullopt);
  d.regular[0] = Missing::not_yet;
  EXPECT_EQ(term_average(set, d), std::nullopt);
  for (const auto why : {Missing::not_yet, Missing::exempt, Missing::absent}) {
    d = detail({"8.0", "8.0"}, "8.0", "8.0");
    d.mid = why;
    EXPECT_EQ(term_average(set, d), std::nullopt);
    d = detail({"8.0", "8.0"}, "8.0", "8.0");
    d.final = why;
    EXPECT_EQ(term_average(set, d), std::nullopt);
  }
  EXPECT_EQ(term_average(set, GradeDetail{}), std::nullopt);
}

TEST(Assessment, RegularMarksAreAsManyAsTheRuleSetSays) {
  const auto set = rule_set();
  EXPECT_EQ(term_average(set, detail({"8.0"}, "8.0", "8.0")), std::nullopt);
  EXPECT_TRUE(term_average(set, detail({"8.0", "8.0"}, "8.0", "8.0")));
  EXPECT_TRUE(term_average(set, detail({"8.0", "8.0", "8.0", "8.0"}, "8.0", "8.0")));
  EXPECT_EQ(term_average(set, detail({"8.0", "8.0", "8.0", "8.0", "8.0"}, "8.0", "8.0")), std::nullopt);
}

class GradeRow : public testing::Test {
 protected:
  std::string said(std::string_view subject, const record::Figure& figure, const GradeDetail& d,
                   std::string_view term = "1") const {
    return verdict_text(check_grade_row(set_, *set_.subject(subject), GradeResult{{}, figure}, d, term));
  }
  RuleSet set_ = rule_set();
  GradeDetail full_ = detail({"7.0", "8.0"}, "6.5", "9.0");  // 7.9
};

TEST_F(GradeRow, MarkIsTheAverage) {
  EXPECT_EQ(said("toan", mark("7.9"), full_), "accepted");
  EXPECT_EQ(said("toan", mark("8.0"), full_), "payload_average result.mark");
  EXPECT_EQ(said("toan", mark("7.8"), full_), "payload_average result.mark");
  EXPECT_EQ(said("toan", Missing::exempt, full_), "payload_average result.mark");
}

TEST_F(GradeRow, NoMarkWithoutAllOfItsMarks) {
  full_.final = Missing::absent;
  EXPECT_EQ(said("toan", Missing::absent, full_), "accepted");
  EXPECT_EQ(said("toan", mark("7.9"), full_), "payload_average result.mark");
}

TEST_F(GradeRow, ALevelMayHaveATestMarkBesideItWhereTheRuleSetSaysSo) {
  auto& subject = set_.subjects[std::size_t(set_.subject("gdtc") - set_.subjects.data())];
  subject.tested = true;
  const GradeDetail none;
  EXPECT_EQ(said("gdtc", record::LevelAndMark{"dat", record::Mark{80}}, none), "accepted");
  EXPECT_EQ(said("gdtc", record::LevelCode("dat"), none), "accepted");
  EXPECT_EQ(said("gdtc", record::LevelAndMark{"tot", record::Mark{80}}, none), "payload_bad result");
  EXPECT_EQ(said("gdtc", mark("8.0"), none), "payload_bad result");
}

TEST_F(GradeRow, IsOfTheKindOfItsSubject) {
  const GradeDetail none;
  EXPECT_EQ(said("toan", record::LevelCode("dat"), full_), "payload_bad result");
  EXPECT_EQ(said("toan", mark("7.9"), none), "payload_bad detail");
  EXPECT_EQ(said("gdtc", record::LevelCode("dat"), none), "accepted");
  EXPECT_EQ(said("gdtc", record::LevelCode("tot"), none), "payload_bad result");
  EXPECT_EQ(said("gdtc", record::LevelAndMark{"dat", record::Mark{80}}, none), "payload_bad result");
  EXPECT_EQ(said("gdtc", mark("7.9"), none), "payload_bad result");
  EXPECT_EQ(said("gdtc", record::LevelCode("dat"), full_), "payload_bad detail");
  EXPECT_EQ(said("gdtc", Missing::exempt, none), "accepted");
  EXPECT_EQ(said("toan", Missing::not_yet, detail({"8.0", "8.0", "8.0", "8.0", "8.0"}, "8.0", "8.0")),
            "payload_bad detail.regular");
}

TEST_F(GradeRow, ReTestsStandByThemselves) {
  EXPECT_EQ(said("toan", mark("5.0"), GradeDetail{}, "year"), "accepted");
  EXPECT_EQ(said("toan", mark("7.9"), full_, "year"), "payload_bad detail");
  EXPECT_EQ(said("toan", mark("5.0"), GradeDetail{}, "2"), "payload_bad detail");
}

class Claim : public testing::Test {
 protected:
  Claim() {
    claim_.code = "toan";
    claim_.name = "Toán";
    claim_.terms = {TermFigure{"1", mark("7.0"), {}, 0}, TermFigure{"2", mark("8.0"), {}, 0}};
    claim_.year = mark("7.7");
  }
  [[nodiscard]] std::string said() const { return verdict_text(check_subject_claim(rule_set(), claim_)); }
  SubjectClaim claim_;
};

TEST_F(Claim, YearFollowsFromTerms) {
  EXPECT_EQ(said(), "accepted");
  claim_.year = mark("7.8");
  EXPECT_EQ(said(), "payload_average subject.toan.year");
  claim_.year = Missing::exempt;
  EXPECT_EQ(said(), "payload_average subject.toan.year");
  claim_.year.reset();
  EXPECT_EQ(said(), "accepted");
}

TEST_F(Claim, NoYearMarkFromOneTerm) {
  claim_.terms[0].figure = Missing::exempt;
  EXPECT_EQ(said(), "payload_average subject.toan.year");
  claim_.year = Missing::exempt;
  EXPECT_EQ(said(), "accepted");
  claim_.terms.erase(claim_.terms.begin());
  EXPECT_EQ(said(), "accepted");
}

TEST_F(Claim, ReTestReplacesTheYear) {
  claim_.retest = TermFigure{"", mark("5.0"), {}, 0};
  EXPECT_EQ(said(), "payload_average subject.toan.year");
  claim_.year = mark("5.0");
  EXPECT_EQ(said(), "accepted");
  claim_.retest->figure = record::LevelCode("dat");
  EXPECT_EQ(said(), "payload_claims subject.toan.retest");
}

TEST_F(Claim, SubjectStandsUnderItsOwnName) {
  claim_.name = "Ngữ văn";
  EXPECT_EQ(said(), "payload_claims subject.toan.name");
  claim_.name = "Toán";
  claim_.code = "toan-hoc";
  EXPECT_EQ(said(), "unknown_subject subject.toan-hoc");
}

TEST_F(Claim, TermsAreThoseOfTheRuleSetInOrder) {
  std::swap(claim_.terms[0], claim_.terms[1]);
  EXPECT_EQ(said(), "not_ascending subject.toan.terms[1].term");
  claim_.terms[0].term = "year";
  EXPECT_EQ(said(), "unknown_term subject.toan.terms[0].term");
}

TEST_F(Claim, LevelsAreOfTheRuleSet) {
  claim_.code = "gdtc";
  claim_.name = "Giáo dục thể chất";
  EXPECT_EQ(said(), "payload_claims subject.gdtc.terms[0]");
  claim_.terms[0].figure = record::LevelCode("chua-dat");
  claim_.terms[1].figure = record::LevelCode("dat");
  claim_.year = record::LevelCode("dat");
  EXPECT_EQ(said(), "accepted");
  claim_.year = mark("7.7");
  EXPECT_EQ(said(), "payload_claims subject.gdtc.year");
  claim_.year = record::LevelCode("kha");
  EXPECT_EQ(said(), "payload_claims subject.gdtc.year");
}

}  // namespace
}  // namespace stele::rules
