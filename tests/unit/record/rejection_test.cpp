#include <gtest/gtest.h>

#include <set>

#include "ledger/base/text.h"
#include "ledger/record/rejection.h"

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

}  // namespace
}  // namespace stele
