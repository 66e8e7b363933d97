// Completion scripts: right for their shells, and they offer what the parser takes.
#include "tests/unit/cli/made.h"

namespace stele::cli {
namespace {

bool installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;  // NOLINT
}
std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c)
  if (pipe == nullptr) return out;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  ::pclose(pipe);
  return out;
}

class Shell : public testing::TestWithParam<const char*> {};

TEST_P(Shell, AcceptsItsScript) {
  const Folder folder;
  const std::string shell = GetParam();
  const auto r = stele({"completion", shell});
  ASSERT_EQ(r.exit, 0);
  ASSERT_GT(r.out.size(), 1'000u);
  if (!installed(shell)) GTEST_SKIP() << shell << " is not installed";
  const auto file = folder.write("script", r.out);
  EXPECT_EQ(std::system((shell + " -n '" + file + "'").c_str()), 0);  // NOLINT
}
INSTANTIATE_TEST_SUITE_P(All, Shell, testing::Values("bash", "zsh", "fish"));

TEST(Completion, KnowsNoOtherShell) {
  EXPECT_EQ(stele({"completion", "tcsh"}).exit, 2);
  EXPECT_FALSE(completion_script(describe_program(Lang::en), "tcsh"));
}

/// What bash offers for the last word.
std::string bash_offers(const Folder& folder, const std::vector<std::string>& words) {
  const auto script = folder.write("stele.bash", stele({"completion", "bash"}).out);
  std::string line = "cd '" + folder.at("") + "'; . '" + script + "'; COMP_WORDS=(stele";
  for (const auto& w : words) line += " '" + w + "'";
  line += "); COMP_CWORD=" + std::to_string(words.size()) + "; _stele; printf '%s ' \"${COMPREPLY[@]}\"";
  const auto file = folder.write("run.bash", line);
  return output_of("bash '" + file + "' 2>/dev/null");
}

TEST(Completion, BashOffersCommandsOptionsChoicesAndFiles) {
  const Folder folder;
  (void)folder.write("hoc-ba.json", "{}");
  EXPECT_EQ(bash_offers(folder, {"key", ""}), "new enrol show passwd backup compromised ");
  EXPECT_EQ(bash_offers(folder, {"--lang", ""}), "vi en ");
  EXPECT_EQ(bash_offers(folder, {"--json", "verify", "hoc"}), "hoc-ba.json ");
  EXPECT_EQ(bash_offers(folder, {"receive", "--out", "hoc"}), "hoc-ba.json ");
  EXPECT_EQ(bash_offers(folder, {"init-network", "x", "--mode", "l"}), "live ");
  EXPECT_EQ(bash_offers(folder, {"sign", "grades", "--subj"}), "--subject ");
  EXPECT_EQ(bash_offers(folder, {"sign", "grades", "--gen"}), "--genesis ");
}

}  // namespace
}  // namespace stele::cli
