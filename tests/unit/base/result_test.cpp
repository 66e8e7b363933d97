#include "ledger/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "ledger/base/error.h"

namespace stele {
namespace {

enum class Reason : std::uint8_t { too_small, odd };
struct Rejected {
  Reason reason;
  friend bool operator==(const Rejected&, const Rejected&) = default;
};

Result<std::unique_ptr<int>> boxed(int n) {
  if (n < 0) return Unexpected(make_error("negative", "số âm", "negative number"));
  return std::make_unique<int>(n);
}

Result<int, Rejected> half(int n) {
  if (n % 2 != 0) return Unexpected(Rejected{Reason::odd});
  return n / 2;
}

Result<void, Rejected> at_least_ten(int n) {
  if (n < 10) return Unexpected(Rejected{Reason::too_small});
  return {};
}

Result<int, Rejected> quarter_of_large(int n) {
  STELE_CHECK(at_least_ten(n));
  STELE_TRY(const int once, half(n));
  STELE_TRY(const int twice, half(once));
  return twice;
}

Result<int> sum_of_boxes(int a, int b) {
  STELE_TRY(auto first, boxed(a));
  STELE_TRY(auto second, boxed(b));
  return *first + *second;
}

TEST(Result, CarriesAValueThatOnlyMoves) {
  auto r = boxed(7);
  ASSERT_TRUE(r);
  const std::unique_ptr<int> taken = *std::move(r);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, TryTakesValuesThatOnlyMoveAndPassesErrorsOn) {
  EXPECT_EQ(*sum_of_boxes(3, 4), 7);
  EXPECT_EQ(sum_of_boxes(3, -4).error().code, "negative");
}

TEST(Result, TryAndCheckPassOnAnErrorThatIsNotError) {
  EXPECT_EQ(*quarter_of_large(12), 3);
  EXPECT_EQ(quarter_of_large(4).error(), Rejected{Reason::too_small});
  EXPECT_EQ(quarter_of_large(14).error(), Rejected{Reason::odd});
}

TEST(Result, MayHoldTheSameTypeAsValueAndAsError) {
  const Result<std::string, std::string> good = std::string("a");
  const Result<std::string, std::string> bad = Unexpected(std::string("b"));
  EXPECT_EQ(*good, "a");
  EXPECT_EQ(bad.error(), "b");
}

TEST(Result, ConvertsAnErrorToAWiderOne) {
  const Result<int, std::string> r = Unexpected("short");
  EXPECT_EQ(r.error(), "short");
}

TEST(ResultDeathTest, ReadingTheSideThatIsNotThereStopsTheProgram) {
  const auto good = half(4);
  const auto bad = half(5);
  EXPECT_DEATH((void)good.error(), "broken invariant");
  EXPECT_DEATH((void)*bad, "broken invariant");
}

}  // namespace
}  // namespace stele
