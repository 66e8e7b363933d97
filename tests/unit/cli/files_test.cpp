// Files that commands read back: signed records that were saved for later, and policies as people write them.
#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/record/json.h"
#include "tests/support/school.h"
#include "tests/support/source_dir.h"
#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/grants.h"
#include "wallet-cli/cli/policy_file.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

const std::string& signed_record() {
  static const std::string jws = [] {
    test::School school;
    school.found_grade_and_issue();
    return school.record(school.maths_1.id).jws;
  }();
  return jws;
}

// ---- saved records ----

TEST(SavedRecords, ComeBackAsTheyWereSaved) {
  const std::vector<Outgoing> two = {{signed_record(), ""}, {signed_record(), R"({"rows":[1,"á"]})"}};
  const auto text = encode_saved(two);
  const auto back = decode_saved("saved.jsonl", "\n" + text).value();
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].jws, two[0].jws);
  EXPECT_EQ(back[0].payload, "");
  EXPECT_EQ(back[1].payload, two[1].payload);
  EXPECT_EQ(encode_saved(back), text);
  EXPECT_TRUE(decode_saved("saved.jsonl", "")->empty());
}

TEST(SavedRecords, AreRefusedWithTheLineThatIsNone) {
  const auto good = encode_saved({{signed_record(), ""}});
  for (const std::string bad : {"not JSON", "[]", "{}", R"({"jws":7})", R"({"jws":"a.b.c"})"}) {
    const auto r = decode_saved("saved.jsonl", good + bad + "\n");
    ASSERT_FALSE(r.has_value()) << bad;
    EXPECT_EQ(r.error().code, "file_not_saved_records");
    EXPECT_EQ(r.error().where.file, "saved.jsonl");
    EXPECT_EQ(r.error().where.row, 2u);
  }
}

TEST(RecordIds, HaveFortyThreeCharactersWithOrWithoutThePrefix) {
  const RecordId id{{9, 8, 7}};
  const auto text = base64url(id.view());
  EXPECT_EQ(parse_id(text).value(), id);
  EXPECT_EQ(parse_id(std::string(id_prefix) + text).value(), id);
  EXPECT_EQ(parse_ids({text, text})->size(), 2u);
  for (const std::string& bad : {std::string(), text + "A", text.substr(1), "id:id:" + text}) {
    EXPECT_EQ(parse_id(bad).error().code, "usage_id") << bad;
    EXPECT_EQ(parse_ids({text, bad}).error().code, "usage_id") << bad;
  }
}

// ---- policies ----

struct PolicyFile : testing::Test {
  static std::string source(const std::string& name) {
    return read_back(test::source_dir() + "/ledger/rules/data/" + name);
  }
  [[nodiscard]] std::string refused(const std::string& text) const {
    const auto r = read_policy_file(folder.write("policy.json", text));
    return r ? "accepted" : r.error().code;
  }
  Folder folder;
};

TEST_F(PolicyFile, OfTheCountryIsReadWithItsRuleSets) {
  const auto policy = read_policy_file(test::source_dir() + "/ledger/rules/data/policy-vn.json");
  ASSERT_TRUE(policy.has_value()) << policy.error().en;
  ASSERT_FALSE(policy->assessment.empty());
  EXPECT_EQ(as_text(policy->assessment[0].data), source("tt22-2021.json"));
}

TEST_F(PolicyFile, NamesRuleSetsThatStandBesideIt) {
  EXPECT_EQ(refused(source("policy-vn.json")), "file_unreadable");
  folder.write("tt22-2021.json", source("tt22-2021.json"));
  EXPECT_EQ(refused(source("policy-vn.json")), "accepted");
}

TEST_F(PolicyFile, GivesNoRightWhoseHolderCanSignNothing) {
  const auto policy = read_policy_file(test::source_dir() + "/ledger/rules/data/policy-vn.json");
  ASSERT_TRUE(policy.has_value());
  record::Grant g;
  g.role = "subject-teacher";
  g.cls = "10A1", g.subject = "toan", g.year = "2025";
  const auto r = check_grant(*policy, g);
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, "grant_incomplete");
  EXPECT_NE(r.error().vi.find("giáo viên bộ môn thiếu học kỳ"), std::string::npos) << r.error().vi;
  EXPECT_NE(r.error().en.find("lacks term: "), std::string::npos) << r.error().en;
  EXPECT_NE(r.error().en.find("such as term=1,"), std::string::npos) << r.error().en;
  g.term = "1";
  EXPECT_TRUE(check_grant(*policy, g).has_value());
  const auto bare = [](const std::string& role) {
    record::Grant out;
    out.role = role;
    return out;
  };
  EXPECT_EQ(check_grant(*policy, bare("subject-teacher")).error().code, "grant_incomplete");
  auto homeroom = bare("homeroom-teacher");
  homeroom.cls = "10A1";
  EXPECT_EQ(check_grant(*policy, homeroom).error().code, "grant_incomplete");
  for (const auto* role : {"principal", "school-office", "school-seal", "homeroom-teacher"})
    EXPECT_TRUE(check_grant(*policy, bare(role)).has_value()) << role;  // the last one approves
}

TEST_F(PolicyFile, OfAnotherFormIsRefused) {
  EXPECT_EQ(refused("not JSON").substr(0, 5), "json_");
  EXPECT_EQ(refused("[]"), "file_bad_policy");
  EXPECT_EQ(refused(R"({"assessment":[{"id":"a","file":7}]})"), "file_bad_policy");
  EXPECT_NE(refused("{}"), "accepted");
  EXPECT_NE(refused(R"({"assessment":7})"), "accepted");
  const auto r = read_policy_file(folder.write("policy.json", "{}"));
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().where.file, "policy.json");
}

TEST_F(PolicyFile, WithARuleSetThatIsNoObjectIsRefusedNotReadWithoutIt) {
  folder.write("tt22-2021.json", source("tt22-2021.json"));
  auto text = source("policy-vn.json");
  const std::string_view list = "\"assessment\": [";
  text.insert(text.find(list) + list.size(), "7,");
  EXPECT_EQ(refused(text), "file_bad_policy");
}

}  // namespace
}  // namespace stele::cli
