// More than a hundred altered copies, as other tools and forgers make them: each is told from the original, and why.
#include <map>
#include <sstream>

#include "tests/support/source_dir.h"
#include "tests/unit/paper/made.h"
#include "tests/unit/paper/tools.h"

namespace stele::paper {
namespace {

bool one_of(const std::string& code, const std::string& list) {
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) {
    if (word == code) return true;
    // An altered attachment is the verdict's to name; the print is then not looked at.
    if (word == "document" && code == "document_not_valid") return true;
  }
  return list == "*";
}

TEST(AlteredPrint, EachIsToldFromTheOriginalAndWhy) {
  const Folder folder;
  const auto script = test::source_dir() + "/tests/unit/paper/mutants.py";
  int status = -1;
  const auto python = std::string("/usr/bin/python3");  // Debian's, which has python3-pikepdf
  (void)output_of(python + " -c 'import pikepdf' 2>&1", status);
  if (status != 0) {
    if (std::getenv("CI") != nullptr) FAIL() << "python3-pikepdf is not installed";  // NOLINT(concurrency-mt-unsafe)
    GTEST_SKIP() << "python3-pikepdf is not installed";
  }
  const auto list = output_of(
      python + " -B " + script + " " + folder.at("") + " " + folder.write("diploma.pdf", printed(diploma())) + " " +
          folder.write("transcript.pdf", printed(transcript())) + " " + folder.write("extract.pdf", printed(extract())),
      status);
  ASSERT_EQ(status, 0) << list;
  std::map<std::string, int> told_codes;
  std::istringstream in(list);
  int count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    std::istringstream fields(line);
    std::string name, source, what, codes;
    std::getline(fields, name, '\t'), std::getline(fields, source, '\t');
    std::getline(fields, what, '\t'), std::getline(fields, codes, '\t');
    const auto told = verified(bytes_of(folder.at(name)));
    EXPECT_NE(told.outcome, "valid") << source << ": " << what;
    EXPECT_TRUE(one_of(told.print.code, codes))
        << source << ": " << what << "\n  wanted " << codes << "\n  told " << told.print.code << ": " << told.print.en;
    EXPECT_FALSE(told.print.vi.empty() || told.print.en.empty()) << what;
    ++told_codes[told.print.code];
  }
  EXPECT_GE(count, 100);
  EXPECT_GE(told_codes.size(), 12u);
}

}  // namespace
}  // namespace stele::paper
