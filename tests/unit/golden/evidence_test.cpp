// What a ledger hands out of a chain whose validators changed: the bytes that the independent script makes, and at
// every height a receipt that holds against the genesis alone.
#include "ledger/store/ledger.h"
#include "ledger/store/memory_store.h"
#include "ledger/verdict/verdict.h"
#include "tests/unit/golden/golden.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::test {
namespace {

TEST(GoldenEvidence, OfALedgerShowsEveryChangeOfTheSet) {
  const Json& v = golden("changes");
  const auto genesis = *record::decode_genesis(text(v.at("file")));
  const store::test::TempFolder folder;
  auto opened = store::Ledger::open(genesis, store::make_memory_store(), folder / "head");
  ASSERT_TRUE(opened) << opened.error().en;
  auto& ledger = **opened;
  std::map<std::string, std::string> made;  // by the height of the final block
  for (const Json& b : v.at("blocks")) {
    SCOPED_TRACE("height " + std::to_string(b.at("height").get<int>()));
    const Height height{b.at("height").get<std::uint64_t>()};
    ASSERT_TRUE(ledger.append(*log::decode_block(from_hex(b.at("bytes"))), rules::Chain::Signatures::check));
    ASSERT_TRUE(ledger.certify(*log::decode_qc(from_hex(b.at("qc")))));
    const auto signers = ledger.signers_at(height);
    ASSERT_TRUE(signers);
    EXPECT_EQ(signers->digest(), log::parse_checkpoint(text(b.at("header")))->validators);
    const auto id = ledger.chain().state().ids.front();
    if (ledger.final_point()->checkpoint.size == 0) continue;
    auto evidence = ledger.evidence(std::span(&id, 1));
    ASSERT_TRUE(evidence) << evidence.error().en;
    verdict::Receipt receipt{genesis.net, 0, std::move(*evidence)};
    const auto file = verdict::encode(receipt);
    const auto judged = verdict::judge_receipt(genesis, file, {});
    EXPECT_EQ(judged.outcome, verdict::Outcome::valid) << judged.parts.front().code << judged.parts.front().where;
    made.emplace(std::to_string(ledger.final_point()->checkpoint.height.value), file);
  }
  EXPECT_FALSE(ledger.signers_at(Height{0}));
  std::size_t same = 0;
  for (const Json& f : v.at("files")) {
    for (const auto& [height, file] : made) same += file == text(f.at("text")) ? 1 : 0;
  }
  EXPECT_GE(same, 3U) << "files of the independent script came out of the ledger byte for byte";
}

}  // namespace
}  // namespace stele::test
