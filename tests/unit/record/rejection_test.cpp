#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "ledger/base/text.h"
#include "ledger/record/rejection.h"
#include "tests/support/source_dir.h"

namespace stele {
namespace {

constexpr RejectionCode codes[] = {
#define X(name) RejectionCode::name,
    STELE_REJECTIONS(X)
#undef X
};

TEST(Rejection, EveryCodeSpeaksBothLanguagesAndSaysWhatToDo) {
  std::set<std::string> vi, en;
  for (const auto code : codes) {
    const Error error = to_error({code, "stele.rows"});
    EXPECT_EQ(error.code, code_name(code));
    EXPECT_EQ(error.where.field, "stele.rows");
    for (const auto& text : {error.vi, error.en}) {
      EXPECT_EQ(check_text(text), TextFault::none) << error.code;
      // What happened; then what to do.
      EXPECT_NE(text.find("; "), std::string::npos) << error.code;
    }
    EXPECT_TRUE(vi.insert(error.vi).second) << error.code;
    EXPECT_TRUE(en.insert(error.en).second) << error.code;
  }
}

TEST(Rejection, NamesAreThoseOfTheCodes) {
  EXPECT_EQ(code_name(RejectionCode::too_large), "too_large");
  EXPECT_EQ(code_name(RejectionCode::payload_claims), "payload_claims");
}

/// docs/rejections.md is made of the same table; STELE_WRITE_PAGES=1 writes it anew.
TEST(Rejection, ThePageListsThemAll) {
  std::string page =
      "# Why a record, block or payload is refused\n\nMade of `ledger/record/rejection.h` by a test; answers carry the "
      "code and both texts, and "
      "`where` names the member or row.\n\n| code | tiếng Việt | English |\n|---|---|---|\n";
  for (const auto code : codes) {
    const Error error = to_error({code, ""});
    page += "| `" + error.code + "` | " + error.vi + " | " + error.en + " |\n";
  }
  const std::string path = test::source_dir() + "/docs/rejections.md";
  if (std::getenv("STELE_WRITE_PAGES") != nullptr) std::ofstream(path, std::ios::binary) << page;
  std::ostringstream held;
  held << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_TRUE(held.str() == page) << "docs/rejections.md differs; run this test with STELE_WRITE_PAGES=1";
}

}  // namespace
}  // namespace stele
