// Rule sets: whatever decodes computes averages between the least and the greatest mark, and never overflows.
#include <cstddef>
#include <cstdint>

#include "ledger/rules/assessment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stele;  // NOLINT(google-build-using-namespace)
  const auto set = rules::decode_rule_set(ByteView(data, size));
  if (!set) {
    (void)to_error(set.error());
    return 0;
  }
  const record::Mark low{0}, high{100};
  record::GradeDetail detail;
  detail.regular.assign(set->regular_max, high);
  detail.mid = high;
  detail.final = high;
  STELE_ASSERT(rules::term_average(*set, detail) == high);
  detail.final = low;
  const auto average = rules::term_average(*set, detail);
  STELE_ASSERT(average.has_value() && *average <= high);
  STELE_ASSERT(rules::year_average(*set, low, low) == low);
  STELE_ASSERT(rules::year_average(*set, high, high) == high);
  for (const auto& subject : set->subjects) STELE_ASSERT(set->subject(subject.code) != nullptr);
  return 0;
}
