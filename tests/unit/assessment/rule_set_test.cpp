#include <gtest/gtest.h>

#include "ledger/rules/known_rule_set.h"
#include "tests/unit/assessment/rule_set_sample.h"

namespace stele::rules {
namespace {

std::string said(std::string_view json) {
  const auto set = decode_rule_set(as_bytes(json));
  if (set) return "accepted";
  return std::string(code_name(set.error().code)) + " " + set.error().where;
}
std::string edited(std::string_view from, std::string_view to) {
  std::string json = rule_set_json;
  const auto at = json.find(from);
  STELE_ASSERT(at != std::string::npos);
  return said(json.replace(at, from.size(), to));
}

TEST(RuleSet, IsReadInFull) {
  const auto set = rule_set();
  EXPECT_EQ(set.id, "tt22-2021");
  EXPECT_EQ(set.kinds, (std::vector<std::string>{"thcs", "thpt"}));
  EXPECT_EQ(set.weight_regular, 1U);
  EXPECT_EQ(set.weight_mid, 2U);
  EXPECT_EQ(set.weight_final, 3U);
  EXPECT_EQ(set.weight_first, 1U);
  EXPECT_EQ(set.weight_second, 2U);
  EXPECT_EQ(set.term_first + " " + set.term_second + " " + set.term_year, "1 2 year");
  EXPECT_EQ(set.levels, (std::vector<std::string>{"dat", "chua-dat"}));
  EXPECT_EQ(set.regular_min, 2U);
  EXPECT_EQ(set.regular_max, 4U);
  ASSERT_NE(set.subject("toan"), nullptr);
  EXPECT_EQ(set.subject("toan")->name, "Toán");
  EXPECT_TRUE(set.subject("toan")->marks);
  EXPECT_FALSE(set.subject("gdtc")->marks);
  EXPECT_EQ(set.subject("van"), nullptr);
}

TEST(RuleSet, IsDecodedOnceForOneTextAndNeverTakenForAnother) {
  const std::string text = rule_set_json;
  const auto first = known_rule_set(as_bytes(text)).value();
  EXPECT_EQ(known_rule_set(as_bytes(text)).value(), first);
  const std::string copy = text;
  EXPECT_EQ(known_rule_set(as_bytes(copy)).value(), first);
  std::vector<std::shared_ptr<const RuleSet>> others;
  for (int i = 0; i < 8; ++i) {  // more than are remembered
    auto other = text;
    other.replace(other.find("tt22-2021"), 9, "tt22-202" + std::to_string(i + 2));
    others.push_back(known_rule_set(as_bytes(other)).value());
    EXPECT_EQ(others.back()->id, "tt22-202" + std::to_string(i + 2));
    EXPECT_EQ(known_rule_set(as_bytes(other)).value(), others.back());
  }
  const auto again = known_rule_set(as_bytes(text)).value();
  EXPECT_EQ(again->id, first->id);
  auto bad = text;
  bad.pop_back();
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(known_rule_set(as_bytes(bad)));
  EXPECT_EQ(known_rule_set(as_bytes(text)).value(), again);
}

TEST(RuleSet, MembersAreThoseOfTheFormat) {
  EXPECT_EQ(edited(R"("id":"tt22-2021",)", ""), "missing_member id");
  EXPECT_EQ(edited(R"("id":)", R"("x":1,"id":)"), "unknown_member x");
  EXPECT_EQ(edited(R"("mid":2)", R"("mid":2,"x":2)"), "unknown_member marks.x");
  EXPECT_EQ(edited(R"("t2":2)", R"("t3":2)"), "missing_member year.t2");
  EXPECT_EQ(edited(R"("kind":"level")", R"("kind":"text")"), "bad_form subjects[1].kind");
  EXPECT_EQ(edited(R"("kind":"level")", R"("kind":"level-and-mark")"), "accepted");
  EXPECT_EQ(edited(R"("code":"toan")", R"("code":"Toán")"), "bad_form subjects[0].code");
  EXPECT_EQ(edited(R"(["thcs","thpt"])", R"("thpt")"), "wrong_type kinds");
  EXPECT_EQ(said("[]"), "wrong_type rule_set");
  EXPECT_EQ(said("{"), "bad_json rule_set");
}

TEST(RuleSet, WeightsAndCountsHaveBounds) {
  EXPECT_EQ(edited(R"("final":3)", R"("final":0)"), "out_of_bounds marks.final");
  EXPECT_EQ(edited(R"("final":3)", R"("final":100)"), "accepted");
  EXPECT_EQ(edited(R"("final":3)", R"("final":101)"), "out_of_bounds marks.final");
  EXPECT_EQ(edited(R"("t1":1)", R"("t1":0)"), "out_of_bounds year.t1");
  EXPECT_EQ(edited(R"("regular_max":4)", R"("regular_max":8)"), "accepted");
  EXPECT_EQ(edited(R"("regular_max":4)", R"("regular_max":9)"), "out_of_bounds regular_max");
  EXPECT_EQ(edited(R"("regular_max":4)", R"("regular_max":1)"), "out_of_bounds regular_min");
  EXPECT_EQ(edited(R"(["dat","chua-dat"])", "[]"), "out_of_bounds levels");
  const std::string spaces(32'768 - rule_set_json.size(), ' ');
  EXPECT_EQ(said(rule_set_json + spaces), "accepted");
  EXPECT_EQ(said(rule_set_json + spaces + " "), "too_large rule_set");
}

TEST(RuleSet, NothingStandsTwice) {
  EXPECT_EQ(edited(R"(["thcs","thpt"])", R"(["thpt","thpt"])"), "repeated kinds[1]");
  EXPECT_EQ(edited(R"(["dat","chua-dat"])", R"(["dat","dat"])"), "repeated levels[1]");
  EXPECT_EQ(edited(R"("code":"gdtc")", R"("code":"toan")"), "repeated subjects[1]");
  EXPECT_EQ(edited(R"("second":"2")", R"("second":"1")"), "repeated terms.second");
  EXPECT_EQ(edited(R"("year":"year")", R"("year":"2")"), "repeated terms.year");
}

TEST(RuleSet, AveragesStayInRangeAtTheHeaviestWeights) {
  auto set = rule_set();
  set.weight_regular = set.weight_mid = set.weight_final = 100;
  set.regular_max = 8;
  record::GradeDetail d;
  d.regular.assign(8, record::Mark{100});
  d.mid = record::Mark{100};
  d.final = record::Mark{100};
  EXPECT_EQ(term_average(set, d), record::Mark{100});
}

}  // namespace
}  // namespace stele::rules
