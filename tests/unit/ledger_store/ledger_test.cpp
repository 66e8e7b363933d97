#include "ledger/store/ledger.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/slow_store.h"
#include "tests/unit/sequencer/solo_node.h"

namespace stele::test {
namespace {

using Signatures = rules::Chain::Signatures;

class LedgerOnDisk : public ::testing::Test {
 protected:
  School school;
  Place place{school.genesis()};
};

TEST_F(LedgerOnDisk, BeginsAtGenesisWhichIsFinal) {
  const auto ledger = must(place.open());
  EXPECT_EQ(ledger->final_point()->checkpoint.height.value, 0u);
  EXPECT_EQ(ledger->final_point()->hash, ledger->chain().head_hash());
  EXPECT_TRUE(ledger->final_point()->child_text.empty());
  EXPECT_FALSE(ledger->head_qc());
}

TEST_F(LedgerOnDisk, TakesTheSchoolsBlocksAndDerivesTheSameHeaders) {
  school.found_grade_and_issue();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  EXPECT_EQ(ledger->chain().head_hash(), school.blocks().back().hash);
  const auto point = ledger->final_point();
  const auto& before = school.blocks()[school.blocks().size() - 2];
  EXPECT_EQ(point->hash, before.hash);
  EXPECT_EQ(point->text, before.header_text);
  EXPECT_EQ(point->child_text, school.blocks().back().header_text);
  EXPECT_EQ(point->child_qc, log::encode(school.blocks().back().qc));
}

TEST_F(LedgerOnDisk, IsTheSameAfterReopening) {
  school.found_grade_and_issue();
  std::shared_ptr<const store::FinalPoint> before;
  {
    const auto ledger = must(place.open());
    copy_blocks(school, *ledger);
    before = ledger->final_point();
  }
  std::uint64_t seen = 0, total = 0;
  const auto ledger = must(place.open(
      {.verify_signatures = true, .progress = [&](std::uint64_t d, std::uint64_t t) { seen = d, total = t; }}));
  EXPECT_EQ(ledger->chain().head_hash(), school.blocks().back().hash);
  EXPECT_EQ(ledger->final_point()->text, before->text);
  EXPECT_EQ(ledger->final_point()->child_text, before->child_text);
  EXPECT_EQ(ledger->final_point()->child_qc, before->child_qc);
  EXPECT_EQ(ledger->head_qc(), school.blocks().back().qc);
  EXPECT_EQ(seen, school.blocks().size());
  EXPECT_EQ(total, school.blocks().size());
}

TEST_F(LedgerOnDisk, ACrashBetweenBlockAndCertificateIsMendedByCertifying) {
  school.found();
  {
    const auto ledger = must(place.open());
    copy_blocks(school, *ledger, false);
  }
  const auto ledger = must(place.open());
  const auto& blocks = school.blocks();
  EXPECT_EQ(ledger->chain().head_hash(), blocks.back().hash);
  EXPECT_FALSE(ledger->head_qc());
  EXPECT_EQ(ledger->final_point()->hash, blocks[blocks.size() - 3].hash);
  EXPECT_EQ(ledger->final_point()->child_text, blocks[blocks.size() - 2].header_text);
  must(ledger->certify(blocks.back().qc));
  EXPECT_EQ(ledger->final_point()->hash, blocks[blocks.size() - 2].hash);
}

TEST_F(LedgerOnDisk, ABlockBringsTheCertificateOfTheOneBefore) {
  school.found();
  const auto ledger = must(place.open());
  for (const auto& b : school.blocks()) ASSERT_TRUE(ledger->append(b.block, Signatures::check).has_value());
  const auto& blocks = school.blocks();
  EXPECT_EQ(ledger->final_point()->hash, blocks[blocks.size() - 3].hash);
}

TEST_F(LedgerOnDisk, RefusesAForgedCertificateAndStaysAsItWas) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger, false);
  auto forged = school.blocks().back().qc;
  forged.votes[0].time.value += 1;
  EXPECT_EQ(code_of(ledger->certify(forged)), "block_bad_qc");
  EXPECT_FALSE(ledger->head_qc());
  must(ledger->certify(school.blocks().back().qc));
}

TEST_F(LedgerOnDisk, RefusesABlockWhoseRecordWasNotSignedByItsSigner) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  auto jws = document(school, *ledger, 1);
  auto decoded = *record::decode(jws);
  // Signed by the teacher, in the clerk's name.
  const auto input = jws.substr(0, jws.rfind('.'));
  jws = record::compact(input, school.staff("teacher").key->sign(Digest{decoded.id.bytes}));
  auto builder = ledger->chain().build(ledger->head_qc(), 0);
  ASSERT_TRUE(builder.add(jws, *record::decode(jws), {}).has_value());
  auto draft = std::move(builder).finish();
  draft.sign(school.orderer().sign(log::block_digest(draft.body_hash())));
  const auto head = ledger->chain().head_hash();
  const auto done = ledger->append(draft.block(), Signatures::check);
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().rejected.has_value());
  EXPECT_EQ(done.error().rejected->why.code, RejectionCode::bad_signature);
  EXPECT_EQ(done.error().rejected->record, 0u);
  EXPECT_EQ(ledger->chain().head_hash(), head);
  EXPECT_EQ(ledger->store().tip()->header_hash, head);
}

TEST_F(LedgerOnDisk, WhoeverReadsWaitsForWhatIsJudgedAndNotStoredYet) {
  school.found();
  auto last = school.blocks().back().header;  // of a block with records
  for (const auto& b : school.blocks()) {
    if (!b.block.records.empty()) last = b.header;
  }
  std::promise<void> disk_goes_on;
  std::size_t commits = 0;  // the writer's
  auto disk = std::make_unique<SlowStore>([&, gate = disk_goes_on.get_future().share()] {
    if (++commits == last.height.value) gate.wait();
  });
  const auto ledger = must(store::Ledger::open(school.genesis(), std::move(disk), place.head()));
  auto copying = std::async(std::launch::async, [&] { copy_blocks(school, *ledger); });
  const auto judged = [&] { return ledger->with_chain([](const rules::Chain& c) { return c.head().height; }); };
  while (judged() < last.height) std::this_thread::yield();
  const RecordIndex index{last.size - 1};
  EXPECT_FALSE(ledger->wait_until_stored(index, std::chrono::milliseconds(0)));
  auto stored =
      std::async(std::launch::async, [&] { return ledger->wait_until_stored(index, std::chrono::seconds(30)); });
  disk_goes_on.set_value();
  EXPECT_TRUE(stored.get());
  EXPECT_TRUE(ledger->store().record(index)->has_value());
  copying.get();
}

/// The next block with one document in it, signed.
rules::Chain::Draft draft_of(School& school, const store::Ledger& ledger, std::uint64_t number) {
  auto builder = ledger.chain().build(ledger.head_qc(), 0);
  const auto jws = document(school, ledger, number);
  EXPECT_TRUE(builder.add(jws, *record::decode(jws), {}).has_value());
  auto out = std::move(builder).finish();
  out.sign(school.orderer().sign(log::block_digest(out.body_hash())));
  return out;
}

TEST_F(LedgerOnDisk, TakesBlocksThatWerePreparedBeforeAnyOfTheirKeysWasKnown) {
  school.found_grade_and_issue();
  const auto ledger = must(place.open());
  std::vector<store::Prepared> prepared;
  for (const auto& b : school.blocks()) prepared.push_back(ledger->prepare(b.block));
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    ASSERT_TRUE(ledger->accept(school.blocks()[i].block, std::move(prepared[i]), school.blocks()[i].qc).has_value())
        << i;
    if (ledger->accepted_enough()) must(ledger->store_accepted());
  }
  must(ledger->store_accepted());
  EXPECT_EQ(ledger->chain().head_hash(), school.blocks().back().hash);
  EXPECT_EQ(ledger->head_qc(), school.blocks().back().qc) << "and its certificate is kept with it";
}

TEST_F(LedgerOnDisk, WhatIsAcceptedIsStoredAndShownTogether) {
  school.found();
  const auto& blocks = school.blocks();
  {
    const auto ledger = must(place.open());
    for (const auto& b : blocks) ASSERT_TRUE(ledger->accept(b.block, ledger->prepare(b.block), b.qc).has_value());
    EXPECT_EQ(ledger->store().tip(), std::nullopt);
    EXPECT_EQ(ledger->final_point()->checkpoint.height, Height{0}) << "nothing is final that is not stored";
    EXPECT_EQ(must(store::HeadFile::read(place.head())), std::nullopt);
    const auto stored = must(ledger->store_accepted());
    ASSERT_EQ(stored.size(), blocks.size());
    EXPECT_EQ(stored.back().header_hash, blocks.back().hash);
    EXPECT_EQ(ledger->store().tip()->header_hash, blocks.back().hash);
    EXPECT_EQ(ledger->final_point()->hash, blocks[blocks.size() - 2].hash);
    EXPECT_EQ(ledger->tail().size(), 2u);
    EXPECT_EQ(must(store::HeadFile::read(place.head()))->header_hash, blocks.back().hash);
    EXPECT_TRUE(must(ledger->store_accepted()).empty());
  }
  const auto again = must(place.open());
  EXPECT_EQ(again->head_qc(), blocks.back().qc);
}

TEST_F(LedgerOnDisk, AStopBetweenStoreAndHeadFileIsMended) {
  school.found();
  ASSERT_GT(school.blocks().size(), 3u);
  {
    const auto ledger = must(place.open());
    for (const auto& b : school.blocks())
      ASSERT_TRUE(ledger->accept(b.block, ledger->prepare(b.block), b.qc).has_value());
    must(ledger->store_accepted());
  }
  std::filesystem::remove(place.head());  // as it was before
  EXPECT_EQ(code_of(place.open()), "ledger_damaged") << "who makes the blocks alone writes it after each";
  const auto ledger = must(place.open({.uncertified_max = store::accepted_max}));
  EXPECT_EQ(ledger->chain().head_hash(), school.blocks().back().hash);
  must(ledger->certify(school.blocks().back().qc));
  EXPECT_EQ(must(store::HeadFile::read(place.head()))->header_hash, school.blocks().back().hash);
}

TEST_F(LedgerOnDisk, APreparedBlockWithoutAGoodCertificateIsNotStored) {
  school.found();
  const auto ledger = must(place.open());
  auto certificate = school.blocks()[0].qc;
  certificate.votes[0].time.value += 1;
  auto done = ledger->accept(school.blocks()[0].block, ledger->prepare(school.blocks()[0].block), certificate);
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().rejected.has_value());
  EXPECT_EQ(done.error().rejected->why.code, RejectionCode::block_bad_qc);
  EXPECT_EQ(ledger->store().tip(), std::nullopt);
  // Sound, but of another header than the block makes.
  done = ledger->accept(school.blocks()[0].block, ledger->prepare(school.blocks()[0].block),
                        school.certificate(school.blocks()[1].hash));
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().rejected.has_value());
  EXPECT_EQ(done.error().rejected->why.code, RejectionCode::block_bad_qc);
  EXPECT_EQ(must(ledger->store_accepted()).size(), 1u) << "it is sound, and stored as what nobody certified";
  EXPECT_EQ(ledger->head_qc(), std::nullopt);
  EXPECT_EQ(must(store::HeadFile::read(place.head())), std::nullopt);
  must(ledger->certify(school.blocks()[0].qc));
  EXPECT_EQ(ledger->head_qc(), school.blocks()[0].qc);
}

TEST_F(LedgerOnDisk, APreparedBlockWithAFalseSignatureIsRefusedWhenItsKeyWasKnownAndWhenNot) {
  school.found();
  const auto ledger = must(place.open());
  const Place other(school.genesis());
  const auto full = must(other.open());
  copy_blocks(school, *full);
  const auto forged = [&] {
    auto builder = full->chain().build(full->head_qc(), 0);
    const auto good = document(school, *full, 1);
    auto bad = document(school, *full, 2);
    const auto decoded = *record::decode(bad);
    bad = record::compact(bad.substr(0, bad.rfind('.')), school.staff("teacher").key->sign(Digest{decoded.id.bytes}));
    for (const auto& jws : {good, bad}) EXPECT_TRUE(builder.add(jws, *record::decode(jws), {}).has_value());
    auto draft = std::move(builder).finish();
    draft.sign(school.orderer().sign(log::block_digest(draft.body_hash())));
    return draft.block();
  }();
  auto early = ledger->prepare(forged);  // no key is known
  copy_blocks(school, *ledger);
  const auto head = ledger->chain().head_hash();
  auto late = ledger->prepare(forged);
  for (auto* p : {&early, &late}) {
    const auto done = ledger->accept(forged, std::move(*p), school.certificate(head));
    ASSERT_FALSE(done.has_value());
    ASSERT_TRUE(done.error().rejected.has_value());
    EXPECT_EQ(done.error().rejected->why.code, RejectionCode::bad_signature);
    EXPECT_EQ(done.error().rejected->record, 1u);
    EXPECT_EQ(ledger->chain().head_hash(), head);
  }
}

TEST_F(LedgerOnDisk, APreparedBlockIsRefusedWhenItsKeyWasRevokedBeforeItsTurn) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  const auto block = draft_of(school, *ledger, 1).block();
  auto late = ledger->prepare(block);  // good by now
  const auto before = school.blocks().size();
  school.change(record::Type::revoke, school.staff("clerk").key_record);
  for (std::size_t i = before; i < school.blocks().size(); ++i) {
    ASSERT_TRUE(ledger->append(school.blocks()[i].block, Signatures::check).has_value());
    must(ledger->certify(school.blocks()[i].qc));
  }
  const auto done = ledger->accept(block, std::move(late), school.certificate(ledger->chain().head_hash()));
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().rejected.has_value());
  EXPECT_EQ(done.error().rejected->why.code, RejectionCode::key_not_valid);
}

TEST_F(LedgerOnDisk, ADraftGivesTheHeaderThatOthersDeriveFromItsBlock) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  const Place other(school.genesis());
  const auto copy = must(other.open());
  copy_blocks(school, *copy);
  auto draft = draft_of(school, *ledger, 1);
  EXPECT_EQ(draft.body_hash(), log::body_hash(draft.block()));
  const auto judged = copy->append(draft.block(), Signatures::check);
  const auto built = ledger->append(std::move(draft));
  ASSERT_TRUE(judged && built);
  EXPECT_EQ(built->header_text, judged->header_text);
  EXPECT_EQ(built->ids, judged->ids);
  EXPECT_EQ(built->changed, judged->changed);
  EXPECT_EQ(ledger->store().tip(), copy->store().tip());
}

TEST_F(LedgerOnDisk, RefusesADraftWhoseParentIsNoLongerTheHead) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  auto first = draft_of(school, *ledger, 1);
  auto late = draft_of(school, *ledger, 1);
  ASSERT_TRUE(ledger->append(std::move(first)).has_value());
  const auto head = ledger->chain().head_hash();
  const auto done = ledger->append(std::move(late));
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().rejected.has_value());
  EXPECT_EQ(done.error().rejected->why.code, RejectionCode::block_wrong_parent);
  EXPECT_EQ(ledger->chain().head_hash(), head);
  EXPECT_EQ(ledger->store().tip()->header_hash, head);
}

TEST_F(LedgerOnDisk, RefusesADraftThatTheOrdererDidNotSign) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  auto draft = draft_of(school, *ledger, 1);
  draft.sign(school.validator(0).sign(log::block_digest(draft.body_hash())));
  const auto done = ledger->append(std::move(draft));
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().rejected.has_value());
  EXPECT_EQ(done.error().rejected->why.code, RejectionCode::block_bad_signature);
}

TEST_F(LedgerOnDisk, AFullDiskIsAFailureAfterWhichNothingIsWritten) {
  school.found();
  auto ledger = must(place.open());
  place.set_free(0);
  const auto done = ledger->append(school.blocks()[0].block, Signatures::check);
  ASSERT_FALSE(done.has_value());
  ASSERT_TRUE(done.error().failed.has_value());
  EXPECT_EQ(done.error().failed->code, "space_floor");
  const auto again = ledger->append(school.blocks()[0].block, Signatures::check);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().failed->code, "ledger_failed");
  ledger = nullptr;
  place.free_again();
  copy_blocks(school, *must(place.open()));
}

TEST_F(LedgerOnDisk, RefusesToOpenWhenTheStoreLostItsEnd) {
  school.found();
  {
    const auto ledger = must(place.open());
    copy_blocks(school, *ledger);
  }
  std::filesystem::remove_all(place.folder());
  EXPECT_EQ(code_of(place.open()), "ledger_damaged");
}

TEST_F(LedgerOnDisk, RefusesToOpenWhenTheHeadFileIsLost) {
  school.found();
  {
    const auto ledger = must(place.open());
    copy_blocks(school, *ledger);
  }
  std::filesystem::remove(place.head());
  EXPECT_EQ(code_of(place.open()), "ledger_damaged");
}

TEST_F(LedgerOnDisk, AnswersStatusOnlyOfWhatIsFinal) {
  school.found();
  const auto last = school.add({school.sign("clerk", record::Type::document,
                                            record::Document{std::string(School::school), "minutes", {Digest{}}})})[0];
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  EXPECT_EQ(ledger->final_status(school.policy_record), log::Status::valid);
  EXPECT_EQ(ledger->final_status(RecordId{}), std::nullopt);
  EXPECT_EQ(ledger->final_status(last), std::nullopt);
}

TEST_F(LedgerOnDisk, TellsTheStatusOfAnyDay) {
  school.found_grade_and_issue();
  school.amend();
  school.add({});
  school.add({});
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  const auto& made = school.record(school.transcript.id);
  const auto final_height = ledger->final_point()->checkpoint.height;
  EXPECT_EQ(ledger->status_at(school.transcript.id, {made.height.value - 1}), std::nullopt);
  EXPECT_EQ(ledger->status_at(school.transcript.id, final_height), log::Status::superseded);
  EXPECT_EQ(ledger->status_at(school.transcript.id, {final_height.value + 1}), std::nullopt);
  for (std::uint64_t h = made.height.value; h <= final_height.value; ++h) {
    EXPECT_EQ(ledger->status_at(school.transcript.id, {h}), school.blocks()[h - 1].status.get(made.index)) << h;
  }
}

TEST_F(LedgerOnDisk, GivesRangesFromWhichAnotherLedgerIsMade) {
  school.found_grade_and_issue();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger);
  const Place other(school.genesis());
  const auto copy = must(other.open());
  for (Height next{1};;) {
    const auto part = must(ledger->range(next, 4000));
    if (part.blocks.empty()) break;
    for (const auto& bytes : part.blocks) {
      auto block = log::decode_block(bytes);
      ASSERT_TRUE(block.has_value());
      ASSERT_TRUE(copy->append(std::move(*block), Signatures::check).has_value());
      ++next.value;
    }
    must(copy->certify(*log::decode_qc(part.qc_of_last)));
  }
  EXPECT_EQ(copy->chain().head_hash(), ledger->chain().head_hash());
  EXPECT_EQ(copy->final_point()->text, ledger->final_point()->text);
}

TEST_F(LedgerOnDisk, ARangeHoldsAtLeastOneBlockAndNoneAboveTheCertifiedHead) {
  school.found();
  const auto ledger = must(place.open());
  copy_blocks(school, *ledger, false);
  const std::uint64_t head = school.blocks().size();
  EXPECT_EQ(must(ledger->range({1}, 1)).blocks.size(), 1u);
  EXPECT_EQ(must(ledger->range({1}, 1 << 30)).blocks.size(), head - 1);
  EXPECT_TRUE(must(ledger->range({head}, 1 << 30)).blocks.empty());
}

}  // namespace
}  // namespace stele::test
