#include "node/finality/replica.h"

#include "ledger/store/rocks_store.h"
#include "tests/unit/finality/net.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::finality::test {
namespace {

class ReplicaTest : public ::testing::Test {
 protected:
  void SetUp() override { start(std::nullopt); }
  void start(std::optional<std::size_t> me) {
    ledger = net.open();
    MachineOptions options;
    if (me) options.me = net.pub(*me);
    replica = std::make_unique<Replica>(*ledger, options);
    replica->start({}, net.genesis.time);
    if (me) {
      replica->answer(net.pub((*me + 1) % 4), std::nullopt);
      replica->answer(net.pub((*me + 2) % 4), std::nullopt);
    }
    (void)replica->take_effects();
  }
  static Slot slot_of(const log::Block& b) { return {b.epoch, b.height, b.attempt}; }
  void give(const log::Block& b) { replica->slot(slot_of(b), log::encode(b)); }
  void votes(const log::Checkpoint& header, const std::vector<std::size_t>& who = {0, 1, 2}) {
    for (const auto i : who) replica->vote(net.vote(i, header));
  }
  [[nodiscard]] Height head() const { return ledger->chain().head().height; }
  [[nodiscard]] Height final_height() const { return ledger->final_point()->checkpoint.height; }
  /// The same block again and again would be one: the attempt makes it another.
  [[nodiscard]] log::Block other(const log::Block& b) const {
    auto out = b;
    out.acks.clear();
    out.orderer = 0;
    out.rules = b.rules + 1;
    return net.sign(out);
  }
  sync::Batch batch_of(const store::Ledger& from, Height first) const {
    const auto range = from.range(first, 1U << 20U);
    return *sync::decode_batch(sync::encode_batch(range->blocks, range->qc_of_last), first);
  }

  Net net;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<Replica> replica;
};

TEST_F(ReplicaTest, TakesBlocksFromSlotsAndVotesFromOthersToFinality) {
  std::vector<log::Block> blocks;
  std::vector<log::Checkpoint> headers;
  for (int i = 0; i < 3; ++i) {
    blocks.push_back(net.next(*net.ledger));
    headers.push_back(net.grow(*net.ledger).header);
  }
  give(blocks[1]);
  EXPECT_EQ(head(), Height{0}) << "not before the block below it";
  give(blocks[0]);
  EXPECT_EQ(head(), Height{2}) << "the second block carries the certificate of the first";
  votes(headers[1]);
  EXPECT_EQ(final_height(), Height{1});
  give(blocks[2]);
  votes(headers[2], {1, 2, 3});
  EXPECT_EQ(final_height(), Height{2});
  EXPECT_EQ(of<Final>(replica->take_effects()).size(), 2u);
  EXPECT_EQ(ledger->final_point()->hash, net.ledger->final_point()->hash);
  EXPECT_EQ(replica->machine().final_block().header, ledger->final_point()->hash);
}

TEST_F(ReplicaTest, GarbageInASlotStopsNobody) {
  const Slot first{Epoch{0}, Height{1}, 0};
  replica->slot(first, Bytes{1, 2, 3});
  const auto bad = other(net.next(*net.ledger, 1));
  give(bad);
  replica->slot({Epoch{0}, Height{1}, 2}, log::encode(net.next(*net.ledger, 7)));
  EXPECT_EQ(head(), Height{0});
  give(net.next(*net.ledger, 3));
  EXPECT_EQ(head(), Height{1});
  const auto refused = of<SlotRefused>(replica->take_effects());
  ASSERT_EQ(refused.size(), 3u);
  EXPECT_FALSE(refused[0].orderer.has_value());
  EXPECT_EQ(refused[1].orderer, std::uint16_t{0}) << "spam has a name";
  replica->slot(first, Bytes{1, 2, 3});
  EXPECT_TRUE(replica->take_effects().empty());
}

TEST_F(ReplicaTest, TwoBlocksOfOneOrdererForOneSlotAreShown) {
  const auto a = net.next(*net.ledger);
  const auto b = other(a);
  give(a);
  give(a);
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty());
  give(b);
  EXPECT_EQ(of<FoundOrderedTwice>(replica->take_effects()).size(), 1u);
  auto unsigned_one = b;
  unsigned_one.signature = {};
  give(unsigned_one);
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty()) << "anybody could have made that";
  give(other(b));
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty()) << "one that signs a thousand is told of once";
}

TEST_F(ReplicaTest, ASecondBlockIsShownLongAfterTheFirstWasStored) {
  const auto a = net.next(*net.ledger);
  const auto b = other(a);
  for (std::uint64_t i = 0; i < slots_compared_below; ++i) net.grow(*net.ledger);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  give(a);
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty());
  auto unsigned_one = b;
  unsigned_one.signature = {};
  give(unsigned_one);
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty()) << "and does not stand for one that is signed";
  give(b);
  const auto found = of<FoundOrderedTwice>(replica->take_effects());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].first, log::encode(a));
  EXPECT_EQ(found[0].second, log::encode(b));
  give(other(b));
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty());
  net.grow(*net.ledger);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{slots_compared_below})).has_value());
  start(std::nullopt);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  give(b);
  EXPECT_TRUE(of<FoundOrderedTwice>(replica->take_effects()).empty()) << "too long ago";
}

TEST_F(ReplicaTest, ASecondBlockIsShownThatAPeerHasStored) {
  net.grow(*net.ledger);
  const auto second = net.next(*net.ledger);
  net.grow(*net.ledger);
  give(other(second));  // it waits for the block below
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  EXPECT_EQ(of<FoundOrderedTwice>(replica->take_effects()).size(), 1u);
}

TEST_F(ReplicaTest, KeepsSlotsWithinBounds) {
  const auto block = log::encode(net.next(*net.ledger));
  for (std::uint32_t i = 1; i < 200; ++i) replica->slot({Epoch{0}, Height{1}, i}, block);
  replica->slot({Epoch{0}, Height{99}, 0}, block);
  for (std::uint64_t e = 1; e < 400; ++e) replica->slot({Epoch{e}, Height{1}, 0}, Bytes{1});
  give(net.next(*net.ledger));
  EXPECT_EQ(head(), Height{1});
}

TEST_F(ReplicaTest, AnEpochBeginsBelowTheHeadForWhoCanVoteInIt) {
  const auto one = net.grow(*net.ledger).header;
  const auto two = net.next(*net.ledger);
  for (const bool validator : {false, true}) {
    start(validator ? std::optional<std::size_t>(0) : std::nullopt);
    ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
    give(two);
    ASSERT_EQ(head(), Height{2});
    const auto proof = net.proof(Epoch{1}, log::place_of(one), {1, 2, 3});
    const auto first = net.next(*net.ledger, 0, &proof);
    auto void_proof = net.proof(Epoch{1}, log::place_of(one), {1, 2});
    auto no_quorum = net.next(*net.ledger, 0, &void_proof);
    no_quorum.attempt = 0;
    (void)replica->take_effects();
    give(net.sign(no_quorum));
    EXPECT_EQ(of<SlotRefused>(replica->take_effects()).size(), 1u);
    auto again = first;
    again.attempt = 1;
    give(net.sign(again));
    EXPECT_EQ(ledger->chain().head().epoch, Epoch{validator ? 1U : 0U});
    EXPECT_EQ(head(), Height{2});
    EXPECT_EQ(of<CastVote>(replica->take_effects()).size(), validator ? 1u : 0u);
  }
}

TEST_F(ReplicaTest, ABlockOfAnEpochThatBeganUnseenWaits) {
  const auto one = net.grow(*net.ledger).header;
  const auto proof = net.proof(Epoch{1}, log::place_of(one), {1, 2, 3});
  const auto first = net.next(*net.ledger, 0, &proof);
  net.grow(*net.ledger, {0, 1, 2}, &proof);
  const auto second = net.next(*net.ledger);
  give(second);
  give(first);
  EXPECT_EQ(head(), Height{0});
  EXPECT_FALSE(of<Behind>(replica->take_effects()).empty());
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  EXPECT_EQ(head(), Height{3}) << "and is taken once its parent is here";
}

TEST_F(ReplicaTest, ACertifiedBranchOfALaterEpochReplacesOurs) {
  const auto one = net.grow(*net.ledger).header;
  const auto two = net.next(*net.ledger);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  give(two);
  ASSERT_EQ(head(), Height{2});
  const auto proof = net.proof(Epoch{1}, log::place_of(one), {1, 2, 3});
  net.grow(*net.ledger, {0, 1, 2}, &proof);
  net.grow(*net.ledger);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{2})).has_value());
  EXPECT_EQ(head(), Height{3});
  EXPECT_EQ(ledger->chain().head_hash(), net.ledger->chain().head_hash());
  EXPECT_EQ(final_height(), Height{2});
  EXPECT_EQ(replica->machine().final_block().height, Height{2});
}

TEST_F(ReplicaTest, ABranchBelowOursIsPassedOverUnlessAnEpochBeginsOnIt) {
  // Ours: certified in epoch 2; theirs: another block in the same place, certified in epoch 1, and nobody told us.
  const auto one = net.grow(*net.ledger).header;
  const auto base = log::place_of(one);
  const auto theirs = net.open();
  ASSERT_TRUE(sync::take(*theirs, batch_of(*net.ledger, Height{1})).has_value());
  start(0);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  const auto to_one = net.proof(Epoch{1}, base, {1, 2, 3});
  const auto to_two = net.proof(Epoch{2}, base, {1, 2, 3});
  const auto low = net.grow(*theirs, {0, 1, 2}, &to_one).header;
  net.grow(*net.ledger, {1, 2, 3}, &to_two);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{2})).has_value());
  ASSERT_EQ(ledger->chain().head().epoch, Epoch{2});
  ASSERT_TRUE(replica->batch(batch_of(*theirs, Height{2})).has_value());
  EXPECT_EQ(ledger->chain().head().epoch, Epoch{2}) << "lower";
  const auto to_three = net.proof(Epoch{3}, log::place_of(low), {1, 2, 3});
  const auto first = net.next(*theirs, 0, &to_three);
  give(first);
  EXPECT_EQ(head(), Height{2});
  ASSERT_TRUE(replica->batch(batch_of(*theirs, Height{2})).has_value());
  EXPECT_EQ(head(), Height{3});
  EXPECT_EQ(ledger->chain().head().epoch, Epoch{3});
}

TEST_F(ReplicaTest, OfTwoFirstBlocksOfAnEpochTheCertifiedOneReplacesTheOther) {
  const auto one = net.grow(*net.ledger).header;
  const auto theirs = net.open();
  ASSERT_TRUE(sync::take(*theirs, batch_of(*net.ledger, Height{1})).has_value());
  const auto two = net.grow(*net.ledger).header;
  start(0);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  const auto from_one = net.proof(Epoch{1}, log::place_of(one), {1, 2, 3});
  const auto from_two = net.proof(Epoch{1}, log::place_of(two), {0, 1, 2});
  give(net.next(*net.ledger, 0, &from_two));
  ASSERT_EQ(head(), Height{3});
  net.grow(*theirs, {1, 2, 3}, &from_one);
  ASSERT_TRUE(replica->batch(batch_of(*theirs, Height{2})).has_value());
  EXPECT_EQ(ledger->chain().head_hash(), theirs->chain().head_hash()) << "lower, but of a later epoch and certified";
}

TEST_F(ReplicaTest, AHigherCertificateReplacesAnEpochsFirstBlockThatNobodyCertified) {
  const auto one = net.grow(*net.ledger).header;
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  const auto proof = net.proof(Epoch{1}, log::place_of(one), {1, 2, 3});
  give(net.next(*net.ledger, 0, &proof));
  ASSERT_EQ(ledger->chain().head().epoch, Epoch{1});
  net.grow(*net.ledger);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{2})).has_value());
  EXPECT_EQ(ledger->chain().head_hash(), net.ledger->chain().head_hash());
  EXPECT_EQ(replica->machine().highest_certified().height, Height{2});
}

TEST_F(ReplicaTest, ALieIsRefusedAndWhatCameBeforeItStays) {
  net.grow(*net.ledger);
  net.grow(*net.ledger);
  auto batch = batch_of(*net.ledger, Height{1});
  batch.qc.votes[0].signature.bytes[3] ^= 1;
  EXPECT_FALSE(replica->batch(batch).has_value());
  EXPECT_EQ(head(), Height{1});
  EXPECT_EQ(replica->machine().head_height(), Height{1});
  EXPECT_FALSE(replica->failure().has_value());
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  EXPECT_EQ(head(), Height{2});
}

TEST_F(ReplicaTest, ALieAfterManyGoodBlocksIsRefusedAndTheyStay) {
  for (int i = 0; i < 8; ++i) net.grow(*net.ledger);
  auto batch = batch_of(*net.ledger, Height{1});
  batch.qc.votes[0].signature.bytes[3] ^= 1;
  EXPECT_FALSE(replica->batch(batch).has_value());
  EXPECT_EQ(head(), Height{7});
  EXPECT_EQ(replica->machine().head_height(), Height{7});
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  EXPECT_EQ(head(), Height{8});
}

TEST_F(ReplicaTest, BeginsTheBlockThatIsDue) {
  auto builder = replica->begin_block(0);
  ASSERT_TRUE(builder.has_value());
  const auto one = net.sign(std::move(*builder).finish().take_block());
  give(one);
  EXPECT_FALSE(replica->begin_block(0).has_value()) << "the head is not certified";
  const auto header = ledger->chain().head();
  votes(header);
  const auto two = net.sign(std::move(*replica->begin_block(0)).finish().take_block());
  EXPECT_EQ(two.height, Height{2});
  give(two);
  // An epoch is ready on block 1: the orderer gives up block 2, which nobody certified.
  EXPECT_FALSE(replica->epoch_is_ready());
  for (const std::size_t i : {1, 2, 3})
    replica->statement(net.statement(i, Epoch{1}, log::place_of(header)), std::nullopt);
  EXPECT_TRUE(replica->epoch_is_ready());
  const auto first = net.sign(std::move(*replica->begin_block(0)).finish().take_block());
  EXPECT_EQ(first.epoch, Epoch{1});
  EXPECT_EQ(first.height, Height{2});
  EXPECT_EQ(head(), Height{1});
  give(first);
  EXPECT_EQ(head(), Height{2});
  EXPECT_FALSE(replica->epoch_is_ready());
}

TEST_F(ReplicaTest, WhatItGaveUpStaysGivenUpAfterARestart) {
  const store::test::TempFolder folder;
  const auto reopen = [&](std::uint64_t uncertified_max) {
    return store::Ledger::open(net.genesis,
                               store::open_rocks_store(folder / "db", {.net = net.genesis.net, .create = true}).value(),
                               folder / "head", {.uncertified_max = uncertified_max});
  };
  ledger = std::move(*reopen(1));
  for (int i = 0; i < 3; ++i) net.grow(*ledger);
  const auto keep = ledger->tail().front();
  ASSERT_EQ(keep.header.height, Height{2});
  const auto given_up = ledger->chain().head_hash();
  const auto old_final = ledger->final_point();
  const auto proof = net.proof(Epoch{1}, log::place_of(keep.header), {1, 2, 3});
  const auto fork = net.open();
  ASSERT_TRUE(sync::take(*fork, *sync::decode_batch(sync::encode_batch(ledger->range(Height{1}, 1U << 20U)->blocks,
                                                                       ledger->range(Height{1}, 1U << 20U)->qc_of_last),
                                                    Height{1}))
                  .has_value());
  ASSERT_TRUE(fork->replace_tail(Height{2}, {}, std::nullopt).has_value());
  const auto first = net.next(*fork, 0, &proof);
  auto bad = first;
  bad.rules = 9;
  EXPECT_FALSE(ledger->replace_tail(Height{2}, {net.sign(bad)}, std::nullopt).has_value());
  EXPECT_EQ(ledger->chain().head_hash(), given_up) << "all or nothing";
  ASSERT_TRUE(ledger->replace_tail(Height{2}, {first}, std::nullopt).has_value());
  EXPECT_EQ(ledger->chain().head().epoch, Epoch{1});
  EXPECT_EQ(ledger->final_point()->hash, old_final->hash) << "final stays final";
  const auto head_hash = ledger->chain().head_hash();
  ledger.reset();
  ledger = std::move(*reopen(Replica::unfinal_max));
  EXPECT_EQ(ledger->chain().head_hash(), head_hash);
  EXPECT_FALSE(ledger->head_qc().has_value());
  ASSERT_TRUE(ledger->certify(net.qc(ledger->chain().head(), {0, 1, 2})).has_value());
  EXPECT_EQ(ledger->final_point()->checkpoint.height, Height{1}) << "a child of another epoch makes nothing final";
}

/// A policy in force from block 2 on: rules 2 hold from block 4 on.
void raise_rules(const Net& net) {
  const auto add = [&](const std::string& jws) {
    auto& l = *net.ledger;
    auto builder = l.chain().build(l.head_qc(), 0);
    ASSERT_TRUE(builder.add(jws, *record::decode(jws), {}).has_value());
    const auto applied = l.append(net.sign(std::move(builder).finish().take_block()), rules::Chain::Signatures::check);
    ASSERT_TRUE(applied.has_value());
    ASSERT_TRUE(l.certify(net.qc(applied->header, {0, 1, 2})).has_value());
  };
  const record::Common common{net.genesis.net, net.genesis_place().header};
  record::Policy p;
  p.number = 1;
  p.rules = 2;
  p.rules_from = 4;
  p.roles = {"clerk"};
  p.org_kinds = {"school"};
  p.kinds = {"minutes"};
  p.reasons = {"lost"};
  record::Act act;
  act.act = record::Type::document;
  act.roles = {"clerk"};
  p.acts = {act};
  const auto by = [&](const signer::SigningKey& key, record::Type type, const record::Body& body) {
    const auto input = record::signing_input(type, key.id(), common, body);
    return record::compact(input, key.sign(sha256(as_bytes(input))));
  };
  const auto policy = by(net.roots[0], record::Type::policy, p);
  add(policy);
  add(by(net.roots[1], record::Type::approve, record::SecondSignature{"root", "root", {record::decode(policy)->id}}));
}

TEST_F(ReplicaTest, StopsBelowRulesThatItDoesNotKnowAndCallsNoBlockInvalid) {
  raise_rules(net);
  net.grow(*net.ledger);
  start(0);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  ASSERT_EQ(head(), Height{3});
  (void)replica->take_effects();
  const auto of_rules_2 = net.next(*net.ledger);
  EXPECT_EQ(of_rules_2.rules, 2u);
  for (const bool garbage : {false, true}) {
    if (garbage)
      replica->slot({Epoch{0}, Height{4}, 0}, Bytes{1, 2, 3});
    else
      give(of_rules_2);
    ASSERT_TRUE(replica->failure().has_value());
    EXPECT_EQ(replica->failure()->code, "rules_unknown");
    const auto effects = replica->take_effects();
    EXPECT_TRUE(of<SlotRefused>(effects).empty());
    EXPECT_TRUE(of<CastVote>(effects).empty());
    EXPECT_EQ(head(), Height{3});
    replica = std::make_unique<Replica>(*ledger, MachineOptions{});
    replica->start({}, net.genesis.time);  // as after a restart of the same program
  }
  EXPECT_FALSE(replica->begin_block(0).has_value());
  ASSERT_TRUE(replica->failure().has_value());
  EXPECT_EQ(replica->failure()->code, "rules_unknown");
}

TEST_F(ReplicaTest, ABatchIsTakenUpToTheRulesThatItDoesNotKnow) {
  raise_rules(net);
  net.grow(*net.ledger);
  auto batch = batch_of(*net.ledger, Height{1});
  batch.blocks.push_back(net.next(*net.ledger));
  auto unknown = net.ledger->chain().head();  // whatever a newer program made of it
  unknown.height.value = 4;
  batch.qc = net.qc(unknown, {0, 1, 2});
  const auto done = replica->batch(batch);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, "rules_unknown") << "no lie of that node";
  EXPECT_EQ(head(), Height{3});
  EXPECT_EQ(ledger->store().tip()->height, Height{3});
}

TEST_F(ReplicaTest, CertificatesAndProofsOfRulesThatItDoesNotKnowAreNoLies) {
  raise_rules(net);
  net.grow(*net.ledger);
  start(0);
  ASSERT_TRUE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  ASSERT_EQ(head(), Height{3});
  auto batch = batch_of(*net.ledger, Height{3});
  batch.blocks.push_back(net.next(*net.ledger));
  auto unknown = net.ledger->chain().head();
  unknown.height.value = 4;
  batch.qc = net.qc(unknown, {0});  // no quorum by rules 1
  const auto done = replica->batch(batch);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, "rules_unknown");
  replica = std::make_unique<Replica>(*ledger, MachineOptions{});
  replica->start({}, net.genesis.time);
  (void)replica->take_effects();
  const auto proof = net.proof(Epoch{1}, log::place_of(net.ledger->chain().head()), {1, 2});  // nor this
  give(net.next(*net.ledger, 0, &proof));
  ASSERT_TRUE(replica->failure().has_value());
  EXPECT_EQ(replica->failure()->code, "rules_unknown");
  EXPECT_TRUE(of<SlotRefused>(replica->take_effects()).empty());
}

TEST_F(ReplicaTest, HandsOnRecoveriesAndTime) {
  replica->recovery(net.recovery(net.genesis_place(), Epoch{1}, {0}));
  replica->tick(UnixSeconds{net.genesis.time.value + 5});
  EXPECT_TRUE(replica->take_effects().empty());
}

TEST_F(ReplicaTest, AFullDiskStopsItAndOthersGoOn) {
  class Full final : public store::HeadKeeper {
   public:
    [[nodiscard]] const std::optional<store::Head>& head() const override { return head_; }
    Result<void> write(const store::Head&) override { return Unexpected(make_error("head_file_io", "hỏng", "broken")); }

   private:
    std::optional<store::Head> head_;
  };
  ledger = std::move(*store::Ledger::open(net.genesis, store::make_memory_store(), std::make_unique<Full>(),
                                          {.uncertified_max = Replica::unfinal_max}));
  replica = std::make_unique<Replica>(*ledger, MachineOptions{});
  replica->start({}, net.genesis.time);
  give(net.next(*net.ledger));
  votes(ledger->chain().head());
  ASSERT_TRUE(replica->failure().has_value());
  EXPECT_EQ(replica->failure()->code, "head_file_io");
  net.grow(*net.ledger);
  EXPECT_FALSE(replica->batch(batch_of(*net.ledger, Height{1})).has_value());
  EXPECT_FALSE(replica->begin_block(0).has_value());
  give(net.next(*net.ledger));
  EXPECT_EQ(head(), Height{1});
}

}  // namespace
}  // namespace stele::finality::test
