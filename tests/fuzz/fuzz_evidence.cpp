// Bags of facts: what is read is written as the same tree; what verifies is also what a believing reader sees.
#include "ledger/verdict/evidence.h"
#include "tests/support/school.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const stele::test::School school;
  const auto tree =
      stele::json::parse(stele::as_text({data, size}), {.bytes_max = 1 << 18, .nodes_max = 50'000, .line_feeds = true});
  if (!tree) return 0;
  const auto evidence = stele::verdict::evidence_from_json(*tree, "evidence");
  if (!evidence) return 0;
  STELE_ASSERT(stele::verdict::evidence_from_json(stele::verdict::to_json(*evidence), "").has_value());
  const auto believed = stele::verdict::Facts::believe(*evidence);
  const auto facts = stele::verdict::Facts::verify(school.genesis(), *evidence);
  if (!facts) return 0;
  STELE_ASSERT(believed.has_value());
  STELE_ASSERT(believed->status_checkpoint() == facts->status_checkpoint());
  for (std::size_t i = 0; i < facts->records().size(); ++i) (void)facts->place(i);
  return 0;
}
