// The data files that a network starts from are what the programs take.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"
#include "ledger/registry/policy.h"
#include "ledger/rules/assessment.h"
#include "tests/support/source_dir.h"

namespace stele::rules {
namespace {

std::string data_file(const std::string& name) {
  std::ifstream in(test::source_dir() + "/ledger/rules/data/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

RuleSet circular() {
  return decode_rule_set(as_bytes(data_file("tt22-2021.json"))).value();
}

TEST(RuleData, CircularHasTwelveSubjectsInLowerSecondary) {
  const auto set = circular();
  for (const auto* code :
       {"ngu-van", "toan", "ngoai-ngu-1", "gdcd", "lich-su-dia-li", "khtn", "cong-nghe", "tin-hoc"}) {
    ASSERT_NE(set.subject(code), nullptr) << code;
    EXPECT_TRUE(set.subject(code)->marks) << code;
  }
  for (const auto* code : {"gdtc", "nghe-thuat", "hdtn-hn", "gddp", "am-nhac", "mi-thuat"}) {
    ASSERT_NE(set.subject(code), nullptr) << code;
    EXPECT_FALSE(set.subject(code)->marks) << code;
  }
  for (const auto* code : {"lich-su", "gdqp-an", "dia-li", "gdkt-pl", "vat-li", "hoa-hoc", "sinh-hoc"}) {
    ASSERT_NE(set.subject(code), nullptr) << code;
    EXPECT_TRUE(set.subject(code)->marks) << code;
  }
}

/// What a network's founder does with the template: each rule set's file goes in, the record's members stand around it.
record::Policy policy() {
  auto file = json::parse(data_file("policy-vn.json"), {.bytes_max = 65'536, .nodes_max = 8'192}).value();
  json::Value sets = json::Value::array();
  for (const auto& entry : file.find("assessment")->items()) {
    const std::string data = data_file(entry.find("file")->string());
    sets.push(json::Value::object({{"id", entry.find("id")->string()},
                                   {"digest", base64url(sha256(as_bytes(data)).view())},
                                   {"data", base64url(as_bytes(data))}}));
  }
  file.set("assessment", sets);
  file.set("v", 1);
  file.set("net", "stele/vidu/0123456789abcdef0123456789abcdef");
  file.set("after", base64url(Digest{}.view()));
  const auto payload = json::write(json::Value::object({{"stele", file}}));
  const auto any = record::signing_input(record::Type::policy, {}, {}, record::Policy{});
  const std::string jws =
      any.substr(0, any.find('.') + 1) + base64url(as_bytes(payload)) + "." + base64url(Signature{}.view());
  const auto decoded = record::decode(jws);
  STELE_ASSERT(decoded.has_value());
  return std::get<record::Policy>(decoded->body);
}

TEST(RuleData, PolicyIsARecordOnceItsFilesAreIn) {
  const auto p = policy();
  EXPECT_EQ(p.number, 1U);
  EXPECT_EQ(p.assessment.at(0).set.id, circular().id);
}

TEST(RuleData, PolicyNamesOnlyWhatItLists) {
  const auto p = policy();
  const auto listed = [](const std::vector<std::string>& list, const std::string& code) {
    return std::find(list.begin(), list.end(), code) != list.end();
  };
  for (const auto& act : p.acts) {
    for (const auto& role : act.roles) EXPECT_TRUE(listed(p.roles, role)) << role;
    for (const auto& role : act.may_grant) EXPECT_TRUE(listed(p.roles, role)) << role;
    for (const auto& need : act.needs) {
      for (const auto& role : need.roles) EXPECT_TRUE(listed(p.roles, role)) << role;
    }
  }
  for (const auto& kind : circular().kinds) EXPECT_TRUE(listed(p.kinds, kind)) << kind;
}

TEST(RuleData, EveryChangeNeedsASecondPerson) {
  using record::Type;
  for (const auto& act : policy().acts) {
    const bool change = act.act == Type::amend || act.act == Type::suspend || act.act == Type::reinstate ||
                        act.act == Type::revoke || (act.replaces && (is_credential(act.act) || is_sheet(act.act)));
    if (change) {
      EXPECT_FALSE(act.needs.empty()) << type_name(act.act) << " " << act.on.value_or("");
    }
  }
}

/// department > school; department > ward
class Tree : public registry::OrgTree {
 public:
  [[nodiscard]] std::optional<std::string> parent(std::string_view org) const override {
    return std::string(org == "so" ? "" : "so");
  }
};

std::string issuer_of_diploma(const std::string& kind, Date date, const std::string& role, const std::string& at) {
  registry::Subject subject;
  subject.type = record::Type::diploma;
  subject.on = kind;
  subject.org = "truong";
  const record::Grant grant{role, at, {}, {}, {}, {}, {}, {}};
  const auto p = policy();
  const auto* act = registry::find_act(p, subject, std::span(&grant, 1), date, Tree());
  return act == nullptr ? "nobody" : std::string(type_name(act->needs.at(0).by));
}

TEST(RuleData, WhoIssuesADiplomaDependsOnTheDate) {
  const Date last{2026, 4, 14}, first{2026, 4, 15};
  EXPECT_EQ(issuer_of_diploma("thpt", last, "department-officer", "so"), "approve");
  EXPECT_EQ(issuer_of_diploma("thpt", last, "principal", "truong"), "nobody");
  EXPECT_EQ(issuer_of_diploma("thpt", first, "principal", "truong"), "seal");
  EXPECT_EQ(issuer_of_diploma("thpt", first, "principal", "so"), "nobody");
  EXPECT_EQ(issuer_of_diploma("thpt", first, "department-officer", "so"), "nobody");
  EXPECT_EQ(issuer_of_diploma("thcs", Date{2025, 6, 30}, "ward-officer", "so"), "nobody");
  EXPECT_EQ(issuer_of_diploma("thcs", Date{2025, 7, 1}, "ward-officer", "so"), "approve");
  EXPECT_EQ(issuer_of_diploma("thcs", Date{2025, 12, 31}, "ward-officer", "so"), "approve");
  EXPECT_EQ(issuer_of_diploma("thcs", Date{2026, 1, 1}, "ward-officer", "so"), "nobody");
  EXPECT_EQ(issuer_of_diploma("thcs", Date{2026, 1, 1}, "principal", "truong"), "nobody");
}

}  // namespace
}  // namespace stele::rules
