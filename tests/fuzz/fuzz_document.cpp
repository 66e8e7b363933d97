// Receipt and document files: any bytes whatever get a verdict, and what is read is printed as it was.
#include "ledger/verdict/verdict.h"
#include "tests/support/school.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const stele::test::School school;
  const auto text = stele::as_text({data, size});
  const auto verdict = stele::verdict::judge_file(school.genesis(), text, {});
  STELE_ASSERT(verdict.parts.size() == 8);
  STELE_ASSERT(!stele::json::write(stele::verdict::to_json(verdict)).empty());
  if (const auto file = stele::verdict::decode_document(text)) {
    STELE_ASSERT(stele::verdict::encode(*file) == text);
    // Cutting down a file that nobody verified may be refused, and no more.
    const auto cut = stele::verdict::disclose(*file, {});
    STELE_ASSERT(!cut || !cut->book);
  }
  if (const auto receipt = stele::verdict::decode_receipt(text)) {
    STELE_ASSERT(stele::verdict::encode(*receipt) == text);
  }
  return 0;
}
