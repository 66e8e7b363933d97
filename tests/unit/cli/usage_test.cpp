// Wrong command lines, languages, and the form of answers for programs.
#include "ledger/record/json.h"
#include "tests/unit/cli/made.h"

namespace stele::cli {
namespace {

constexpr json::Limits limits{.bytes_max = 1 << 20, .depth_max = 8, .nodes_max = 10'000};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Usage, AMisspeltCommandIsAnsweredWithTheNearestOne) {
  const auto r = stele({"verfy", "a.json", "--lang", "en"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(has(r.err, "\"verify\"")) << r.err;
  EXPECT_TRUE(has(stele({"key", "nwe", "--lang", "vi"}).err, "có phải ý bạn là \"new\"")) << r.err;
}

TEST(Usage, AMisspeltOptionIsAnsweredWithTheNearestOne) {
  const auto r = stele({"verify", "a.json", "--gensis", "g.json", "--lang", "en"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(has(r.err, "\"--genesis\"")) << r.err;
}

TEST(Usage, AnIdThatBeginsWithAHyphenIsNoOption) {
  const std::string id = "-EM-jvQvl4N2a-llipdn236Vy_2aVKtUGUsURFi8B88";
  EXPECT_EQ(id.size(), 43U);
  EXPECT_FALSE(has(stele({"history", id, "--lang", "en"}).err, "usage_unknown_option"));
  EXPECT_TRUE(has(stele({"history", "-EM-jv", "--lang", "en"}).err, "usage_unknown_option"));
}

TEST(Usage, WhatIsMissingIsNamed) {
  const auto r = stele({"disclose", "a.json", "--lang", "vi"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(has(r.err, "Thiếu: --claims, --out")) << r.err;
  EXPECT_TRUE(has(r.err, "stele disclose --help")) << r.err;
  EXPECT_TRUE(has(stele({"verify", "--lang", "en"}).err, "Missing: FILE"));
  EXPECT_TRUE(has(stele({"key", "--lang", "en"}).err, "A command is missing after \"stele key\""));
  EXPECT_TRUE(has(stele({"receive", "--out", "--lang", "en"}).err, "--out"));
  EXPECT_EQ(stele({"--lang", "en"}).exit, 2);
}

TEST(Usage, WrongValuesAreNamed) {
  EXPECT_TRUE(has(stele({"--lang", "fr", "verify", "x"}).err, "vi|en"));
  const auto r =
      stele({"init-network", "x", "--name", "x", "--base-url", "https://x", "--roots", "three", "--lang", "en"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(has(r.err, "--roots needs a whole number")) << r.err;
  EXPECT_TRUE(has(stele({"verify", "a", "--now", "today", "--lang", "en"}).err, "--now"));
  EXPECT_TRUE(has(stele({"verify", "a", "--now", "none", "--now", "none", "--lang", "en"}).err, "only once"));
}

TEST(Usage, ANetworkOfSeveralNodesSaysWhatItNeeds) {
  const auto init = [](const std::vector<std::string>& more) {
    std::vector<std::string> words{"init-network", "/nonexistent/x", "--name",    "x",      "--mode",
                                   "test",         "--base-url",     "https://x", "--lang", "en"};
    words.insert(words.end(), more.begin(), more.end());
    return stele(words);
  };
  const auto no_etcd = init({"--validators", "4"});
  EXPECT_EQ(no_etcd.exit, 2);
  EXPECT_TRUE(has(no_etcd.err, "--etcd")) << no_etcd.err;
  EXPECT_TRUE(has(init({"--validators", "0"}).err, "1 to 25"));
  EXPECT_TRUE(has(init({"--vaults", "26"}).err, "1 to 25"));
  EXPECT_TRUE(has(init({"--port", "65535"}).err, "--port"));
}

TEST(Usage, WhyNeedsASubjectAndASubjectNeedsWhy) {
  EXPECT_EQ(stele({"show", "a.json", "toan"}).exit, 2);
  EXPECT_EQ(stele({"show", "--why", "a.json"}).exit, 2);
}

TEST(Usage, GlobalOptionsStandBeforeOrAfterTheCommand) {
  for (const auto& words : {std::vector<std::string>{"--genesis", "/nonexistent/g", "--lang", "en", "verify", "x"},
                            std::vector<std::string>{"verify", "x", "--genesis=/nonexistent/g", "--lang=en"}}) {
    const auto r = stele(words);
    EXPECT_EQ(r.exit, 3);
    EXPECT_TRUE(has(r.err, "/nonexistent/g: ")) << r.err;
  }
}

TEST(Usage, TheLanguageComesFromTheLocaleUnlessItIsGiven) {
  const Variable all("LC_ALL", "vi_VN.UTF-8");
  EXPECT_TRUE(has(stele({"--help"}).out, "Cách dùng:"));
  EXPECT_TRUE(has(stele({"--help", "--lang", "en"}).out, "Usage:"));
  const Variable other("LC_ALL", "en_US.UTF-8");
  EXPECT_TRUE(has(stele({"--help"}).out, "Usage:"));
}

TEST(Usage, VariablesStandInForOptions) {
  const Variable genesis("STELE_GENESIS", "/nonexistent/from-variable");
  EXPECT_TRUE(has(stele({"verify", "x", "--lang", "en"}).err, "from-variable"));
  EXPECT_TRUE(has(stele({"verify", "x", "--genesis", "/nonexistent/given", "--lang", "en"}).err, "given"));
}

TEST(Usage, ErrorsForProgramsAreJsonWithBothLanguages) {
  const auto r = stele({"--json", "verify"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(r.err.empty()) << r.err;
  const auto v = json::parse(r.out, limits);
  ASSERT_TRUE(v) << r.out;
  const auto* e = v->find("error");
  ASSERT_NE(e, nullptr);
  EXPECT_EQ(e->find("code")->string(), "usage_missing");
  EXPECT_NE(e->find("vi")->string(), e->find("en")->string());
}

TEST(Usage, VersionNeedsNoCommand) {
  const auto r = stele({"--version"});
  EXPECT_EQ(r.exit, 0);
  EXPECT_TRUE(r.out.starts_with("stele "));
}

}  // namespace
}  // namespace stele::cli
