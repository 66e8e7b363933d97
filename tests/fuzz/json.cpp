// Strict JSON: whatever is accepted is written and read again as the same tree, and stands once and for all.
#include "ledger/record/json.h"

#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/bytes.h"
#include "ledger/record/json_strict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr stele::json::Limits limits{.bytes_max = 65536, .depth_max = 16, .nodes_max = 4096};
  const auto tree = stele::json::parse(stele::as_text({data, size}), limits);
  const auto strict = stele::json::parse_strictly(stele::as_text({data, size}), limits);
  STELE_ASSERT(strict.has_value() == tree.has_value());
  if (!tree) {
    STELE_ASSERT(strict.error().kind == tree.error().kind && strict.error().offset == tree.error().offset);
    STELE_ASSERT(tree.error().offset <= size);
    STELE_ASSERT(!stele::json::to_error(tree.error()).en.empty());
    return 0;
  }
  STELE_ASSERT(*strict == *tree);
  const std::string text = stele::json::write(*tree);
  const auto again = stele::json::parse(text, limits);
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(*again == *tree);
  STELE_ASSERT(stele::json::write(*again) == text);
  return 0;
}
