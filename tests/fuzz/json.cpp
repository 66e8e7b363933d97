// Strict JSON: whatever is accepted is written and read again as the same tree, and stands once and for all.
#include "ledger/record/json.h"

#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr stele::json::Limits limits{.bytes_max = 65536, .depth_max = 16, .nodes_max = 4096};
  const auto tree = stele::json::parse(stele::as_text({data, size}), limits);
  if (!tree) {
    STELE_ASSERT(tree.error().offset <= size);
    STELE_ASSERT(!stele::json::to_error(tree.error()).en.empty());
    return 0;
  }
  const std::string text = stele::json::write(*tree);
  const auto again = stele::json::parse(text, limits);
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(*again == *tree);
  STELE_ASSERT(stele::json::write(*again) == text);
  return 0;
}
