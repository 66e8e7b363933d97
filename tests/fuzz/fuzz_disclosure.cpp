// Disclosures: whatever a typed reader takes, it prints and takes again. An input is base64url text, or JSON.
#include <cstddef>
#include <cstdint>

#include "ledger/base/encoding.h"
#include "ledger/record/disclosure.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)
using record::Disclosure;

template <class Read>
void round_trip(const Disclosure& d, Read read) {
  const auto value = read(d);
  if (!value) {
    (void)to_error(value.error());
    return;
  }
  Disclosure printed = d;
  printed.value = to_json(*value);
  const auto again = read(printed);
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(to_json(*again) == printed.value);
}

void check(std::string_view text) {
  const auto d = record::decode_disclosure(text);
  if (!d) return;
  round_trip(*d, record::grade_result);
  round_trip(*d, record::grade_detail);
  round_trip(*d, record::student_result);
  round_trip(*d, record::student_detail);
  round_trip(*d, record::summary_result);
  round_trip(*d, record::subject_claim);
  round_trip(*d, record::summary_claim);
  round_trip(*d, record::person_claim);
  (void)record::summary_comment(*d);
  (void)record::basis_claim(*d);
  (void)record::contents_claim(*d);
  for (std::size_t i = 0; i < record::type_count; ++i) {
    const auto type = record::Type(i);
    if (record::is_credential(type)) (void)record::check_claim(type, *d);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check(as_text(bytes));
  check(base64url(bytes));
  return 0;
}
