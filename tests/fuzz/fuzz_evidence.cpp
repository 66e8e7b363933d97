// Bags of facts: what is read is written as the same tree; what verifies is also what a believing reader sees. Held
// against two networks: the tests' school, and the vectors' chain whose validators change.
#include <fstream>
#include <iterator>

#include "ledger/verdict/evidence.h"
#include "tests/support/school.h"
#include "tests/support/source_dir.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

record::Genesis genesis_of_changes() {
  std::ifstream in(std::string(test::source_dir()) + "/tests/vectors/golden/changes.json");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto tree = json::parse(text, {.bytes_max = 16 << 20, .nodes_max = 1 << 20, .line_feeds = true});
  STELE_ASSERT(tree.has_value());
  auto genesis = record::decode_genesis(tree->find("file")->string());
  STELE_ASSERT(genesis.has_value());
  return std::move(*genesis);
}

void hold(const record::Genesis& genesis, const verdict::Evidence& evidence) {
  const auto facts = verdict::Facts::verify(genesis, evidence);
  if (!facts) return;
  const auto believed = verdict::Facts::believe(evidence);
  STELE_ASSERT(believed.has_value());
  STELE_ASSERT(believed->status_checkpoint() == facts->status_checkpoint());
  STELE_ASSERT(facts->validators_at(Height{0}).has_value());
  for (std::size_t i = 0; i < facts->records().size(); ++i) (void)facts->place(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::School school;
  static const record::Genesis changes = genesis_of_changes();
  const auto tree = json::parse(as_text({data, size}), {.bytes_max = 1 << 18, .nodes_max = 50'000, .line_feeds = true});
  if (!tree) return 0;
  const auto evidence = verdict::evidence_from_json(*tree, "evidence");
  if (!evidence) return 0;
  STELE_ASSERT(verdict::evidence_from_json(verdict::to_json(*evidence), "").has_value());
  hold(school.genesis(), *evidence);
  hold(changes, *evidence);
  return 0;
}
