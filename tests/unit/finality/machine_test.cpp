#include "node/finality/machine.h"

#include "tests/unit/finality/net.h"

namespace stele::finality::test {
namespace {

class MachineTest : public ::testing::Test {
 protected:
  Machine make(std::optional<std::size_t> me, const VoteRecord& record = {}, std::uint64_t stall_s = 10) {
    MachineOptions options;
    if (me) options.me = net.pub(*me);
    options.stall_s = stall_s;
    Machine m(net.genesis, options);
    std::vector<StoredBlock> blocks;
    for (const auto& a : net.ledger->tail()) blocks.push_back(stored(a));
    m.start(record, std::move(blocks), net.ledger->head_qc(), now);
    return m;
  }
  /// Validator 0, whose questions are answered.
  Machine ready(const VoteRecord& record = {}) {
    auto m = make(0, record);
    m.answer(net.pub(1), std::nullopt);
    m.answer(net.pub(2), std::nullopt);
    EXPECT_TRUE(m.may_sign());
    (void)m.take_effects();
    return m;
  }
  rules::Applied block(const std::vector<std::uint16_t>& voters = {}, const log::EpochProof* proof = nullptr) {
    return net.grow(*net.ledger, voters, proof);
  }
  UnixSeconds later(std::uint64_t s) { return now = UnixSeconds{now.value + s}; }

  Net net;
  UnixSeconds now = net.genesis.time;
};

TEST_F(MachineTest, SignsNothingBeforeItsQuestionsAreAnswered) {
  auto m = make(0);
  EXPECT_EQ(of<AskForMyVotes>(m.take_effects()).size(), 1u);
  m.stored(stored(block()));
  m.answer(net.pub(1), std::nullopt);
  m.answer(net.pub(1), std::nullopt);
  m.answer(net.pub(0), std::nullopt);
  m.answer(key_from("stranger").public_key().compressed(), std::nullopt);
  m.tick(later(60));
  auto effects = m.take_effects();
  EXPECT_TRUE(of<CastVote>(effects).empty());
  EXPECT_TRUE(of<CastStatement>(effects).empty());
  EXPECT_EQ(of<AskForMyVotes>(effects).size(), 1u);
  m.answer(net.pub(3), std::nullopt);
  const auto votes = of<CastVote>(m.take_effects());
  ASSERT_EQ(votes.size(), 1u) << "then for the block that waited";
  EXPECT_EQ(votes[0].header.height, Height{1});
}

TEST_F(MachineTest, AKeyOfWhichAHigherVoteIsShownIsDead) {
  const auto a = block();
  auto m = make(0);
  auto forged = net.vote(1, a.header);
  forged.validator = net.pub(0);
  m.answer(net.pub(1), forged);
  EXPECT_TRUE(of<KeyIsDead>(m.take_effects()).empty()) << "nobody but the key can say so";
  m.answer(net.pub(2), net.vote(0, a.header));
  EXPECT_EQ(of<KeyIsDead>(m.take_effects()).size(), 1u);
  m.answer(net.pub(3), std::nullopt);
  EXPECT_FALSE(m.may_sign());
  m.tick(later(60));
  EXPECT_TRUE(m.take_effects().empty());
}

TEST_F(MachineTest, AKeyWhoseVoteStandsInItsOwnStoreAboveItsFileIsDead) {
  block({0, 1, 2});
  block({0, 1, 2});
  auto m = make(0);
  EXPECT_EQ(of<KeyIsDead>(m.take_effects()).size(), 1u);
}

TEST_F(MachineTest, ItsOwnVoteHeardAgainIsNoHarmAndAnotherInThatPlaceIs) {
  const auto a = block();
  auto m = ready();
  const VoteRecord record = m.record();
  m.vote(net.vote(0, a.header));
  EXPECT_TRUE(m.may_sign());
  auto twin = a.header;
  twin.body.bytes[0] ^= 1;
  m.vote(net.vote(0, twin));
  EXPECT_FALSE(m.may_sign());
  EXPECT_EQ(m.record(), record);
}

TEST_F(MachineTest, VotesOnceForEachPlaceAndSaysItAgain) {
  auto m = ready();
  const auto a = block();
  m.stored(stored(a));
  EXPECT_EQ(of<CastVote>(m.take_effects()).size(), 1u);
  m.tick(later(5));
  auto effects = m.take_effects();
  EXPECT_TRUE(of<CastVote>(effects).empty());
  EXPECT_EQ(of<ResendVote>(effects).size(), 1u);
  EXPECT_FALSE(m.would_vote(Epoch{0}, Height{1}, *a.signers));
  EXPECT_TRUE(m.would_vote(Epoch{1}, Height{1}, *a.signers));
}

TEST_F(MachineTest, AfterARestartItVotesForTheSameBlockOnly) {
  const auto a = block();
  VoteRecord record;
  record.last = {Epoch{0}, Height{1}, a.header_hash, Epoch{0}, now, {}};
  auto m = make(0, record);
  m.answer(net.pub(1), std::nullopt);
  m.answer(net.pub(2), std::nullopt);
  EXPECT_EQ(of<ResendVote>(m.take_effects()).size(), 1u);
  record.last.header.bytes[0] ^= 1;
  auto other = make(0, record);
  other.answer(net.pub(1), std::nullopt);
  other.answer(net.pub(2), std::nullopt);
  const auto effects = other.take_effects();
  EXPECT_TRUE(of<ResendVote>(effects).empty());
  EXPECT_TRUE(of<CastVote>(effects).empty());
}

TEST_F(MachineTest, AQuorumCertifiesAndTheChildMakesFinal) {
  auto m = make(std::nullopt);
  const auto a = block({0, 1, 2});
  m.stored(stored(a));
  EXPECT_TRUE(m.take_effects().empty()) << "an observer votes for nothing";
  m.vote(net.vote(1, a.header));
  m.vote(net.vote(1, a.header));
  m.vote(net.vote(2, a.header));
  EXPECT_TRUE(of<Certified>(m.take_effects()).empty());
  m.vote(net.vote(3, a.header));
  auto effects = m.take_effects();
  ASSERT_EQ(of<Certified>(effects).size(), 1u);
  EXPECT_TRUE(log::check_qc(of<Certified>(effects)[0].qc, a.header_hash, *a.signers).has_value());
  EXPECT_TRUE(of<Final>(effects).empty()) << "one round is not enough";
  const auto b = block({0, 1, 2});
  for (std::size_t i = 0; i < 3; ++i) m.vote(net.vote(i, b.header));
  EXPECT_FALSE(of<Behind>(m.take_effects()).empty()) << "votes for what is not here";
  m.stored(stored(b));
  effects = m.take_effects();
  ASSERT_EQ(of<Final>(effects).size(), 1u);
  EXPECT_EQ(of<Final>(effects)[0].block.header, a.header_hash);
  EXPECT_EQ(m.final_block().height, Height{1});
  EXPECT_EQ(m.highest_certified().height, Height{2});
  EXPECT_EQ(m.head_height(), Height{2});
}

TEST_F(MachineTest, ACertificateIsBelievedOnlyIfItIsGood) {
  auto m = make(std::nullopt);
  const auto a = block();
  m.stored(stored(a));
  auto bad = net.qc(a.header, {0, 1});
  m.certificate(bad);
  EXPECT_EQ(m.highest_certified(), net.genesis_place());
  m.certificate(net.qc(a.header, {0, 1, 3}));
  EXPECT_EQ(m.highest_certified().header, a.header_hash);
  EXPECT_TRUE(m.certificate_of(a.header_hash).has_value());
  m.certificate(log::QuorumCertificate{HeaderHash{}, {}});
  EXPECT_EQ(of<Behind>(m.take_effects()).size(), 1u);
}

TEST_F(MachineTest, WhatIsNotSignedRightIsDropped) {
  auto m = make(std::nullopt);
  const auto a = block();
  m.stored(stored(a));
  auto v = net.vote(1, a.header);
  v.signature.bytes[5] ^= 1;
  m.vote(v);
  v = net.vote(1, a.header);
  v.header.net = "stele/khac/0123456789abcdef0123456789abcdef";
  m.vote(v);
  m.vote(net.vote(1, log::genesis_checkpoint(net.genesis)));
  auto far = a.header;
  far.height.value = 100'000;
  m.vote(net.vote(1, far));
  EXPECT_FALSE(m.highest_vote_of(net.pub(1)).has_value());
  m.vote(net.vote(1, a.header));
  EXPECT_EQ(m.highest_vote_of(net.pub(1)), net.vote(1, a.header));
  auto s = net.statement(1, Epoch{1}, net.genesis_place());
  s.signature.bytes[5] ^= 1;
  m.statement(s, std::nullopt);
  s = net.statement(1, Epoch{1}, net.genesis_place());
  s.net.clear();
  m.statement(s, std::nullopt);
  m.statement(net.statement(2, Epoch{1}, net.genesis_place()), std::nullopt);
  m.statement(net.statement(3, Epoch{1}, net.genesis_place()), std::nullopt);
  EXPECT_TRUE(of<EpochReady>(m.take_effects()).empty());
}

TEST_F(MachineTest, TwoVotesInOnePlaceAreShownOnceAndHoldUp) {
  auto m = make(std::nullopt);
  const auto a = block();
  m.stored(stored(a));
  auto twin = a.header;
  twin.body.bytes[0] ^= 1;
  m.vote(net.vote(2, a.header));
  m.vote(net.vote(2, twin));
  m.vote(net.vote(2, twin));
  auto third = a.header;
  third.body.bytes[0] ^= 2;
  m.vote(net.vote(2, third));
  const auto found = of<FoundDoubleVote>(m.take_effects());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(log::decode_double_vote(log::encode(found[0].evidence)).has_value());
}

TEST_F(MachineTest, OfVotesForFarPlacesOnlySomeAreKept) {
  auto m = make(std::nullopt);
  auto header = block().header;
  for (std::uint64_t h = 1; h <= 80; ++h) {
    header.height.value = h;
    m.vote(net.vote(1, header));
  }
  EXPECT_EQ(m.highest_vote_of(net.pub(1))->header.height, Height{80});
}

TEST_F(MachineTest, KnowsVotesFromCertificatesWhenAsked) {
  const auto a = block({0, 1, 2});
  auto m = make(std::nullopt);
  EXPECT_EQ(m.highest_vote_of(net.pub(1)), net.vote(1, a.header));
  EXPECT_FALSE(m.highest_vote_of(net.pub(3)).has_value());
}

TEST_F(MachineTest, LeavesAnEpochThatStandsStillAndNeverVotesThereAgain) {
  auto m = ready();
  m.tick(later(9));
  EXPECT_TRUE(of<CastStatement>(m.take_effects()).empty());
  m.tick(later(1));
  auto said = of<CastStatement>(m.take_effects());
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].statement.to, Epoch{1});
  EXPECT_EQ(said[0].statement.highest, net.genesis_place());
  EXPECT_EQ(m.record().left_below, Epoch{1});
  m.stored(stored(block()));
  EXPECT_TRUE(of<CastVote>(m.take_effects()).empty());
  m.tick(later(5));
  EXPECT_EQ(of<CastStatement>(m.take_effects()).size(), 1u) << "said again";
  m.tick(later(15));
  said = of<CastStatement>(m.take_effects());
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back().statement.to, Epoch{1}) << "nobody goes ahead alone";
  for (const std::size_t i : {0, 1, 2}) m.statement(net.statement(i, Epoch{1}, net.genesis_place()), std::nullopt);
  (void)m.take_effects();
  m.tick(later(40));
  said = of<CastStatement>(m.take_effects());
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back().statement.to, Epoch{2}) << "a quorum said 1, and that began nothing either";
}

TEST_F(MachineTest, TimeThatNobodyWatchedIsNoSilence) {
  auto m = make(0, {}, 900);
  m.answer(net.pub(1), std::nullopt);
  m.answer(net.pub(2), std::nullopt);
  ASSERT_TRUE(m.may_sign());
  const auto left = [&] { return !of<CastStatement>(m.take_effects()).empty(); };
  m.tick(later(86'400));  // it slept for a day
  EXPECT_FALSE(left());
  for (std::uint64_t s = 60; s < 900; s += 60) {
    m.tick(later(60));
    EXPECT_EQ(left(), s + 60 >= 900) << s;
  }
}

TEST_F(MachineTest, AClockThatWasSetBackStopsNothing) {
  auto m = ready();
  m.tick(later(2));
  now.value -= 86'400;
  m.tick(now);
  (void)m.take_effects();
  m.tick(later(5));
  m.tick(later(5));
  EXPECT_EQ(of<CastStatement>(m.take_effects()).size(), 1u) << "it still notices that nothing happens";
}

TEST_F(MachineTest, StatementsForEpochsThatNobodyReachesByLeavingAreDropped) {
  auto m = ready();
  for (const std::size_t i : {1, 2, 3}) m.statement(net.statement(i, Epoch{70'000}, net.genesis_place()), std::nullopt);
  const auto effects = m.take_effects();
  EXPECT_TRUE(of<CastStatement>(effects).empty());
  EXPECT_TRUE(of<EpochReady>(effects).empty());
  for (const std::size_t i : {1, 2}) m.statement(net.statement(i, Epoch{60'000}, net.genesis_place()), std::nullopt);
  EXPECT_EQ(of<CastStatement>(m.take_effects()).size(), 1u);
}

TEST_F(MachineTest, FollowsOnlyWhenOneOfThoseWhoLeftIsHonest) {
  auto m = ready();
  m.statement(net.statement(1, Epoch{7}, net.genesis_place()), std::nullopt);
  EXPECT_TRUE(of<CastStatement>(m.take_effects()).empty());
  m.statement(net.statement(2, Epoch{3}, net.genesis_place()), std::nullopt);
  const auto said = of<CastStatement>(m.take_effects());
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].statement.to, Epoch{3});
  m.statement(net.statement(2, Epoch{3}, net.genesis_place()), std::nullopt);
  EXPECT_TRUE(of<CastStatement>(m.take_effects()).empty());
}

TEST_F(MachineTest, AnEpochThatOthersAreFollowedIntoIsGivenItsTime) {
  auto m = ready();
  m.tick(later(9));
  const auto begin = [&](Epoch to) {
    for (const std::size_t i : {1, 2, 0}) m.statement(net.statement(i, to, net.genesis_place()), std::nullopt);
  };
  const auto highest_said = [&] {
    Epoch out{0};
    for (const auto& s : of<CastStatement>(m.take_effects())) out = std::max(out, s.statement.to);
    return out;
  };
  begin(Epoch{1});
  EXPECT_EQ(highest_said(), Epoch{1});
  m.tick(later(9));
  EXPECT_EQ(highest_said(), Epoch{1}) << "its first block may be on its way";
  m.tick(later(1));
  EXPECT_EQ(highest_said(), Epoch{2});
}

TEST_F(MachineTest, SaysNothingThatItHasForgottenTheReasonFor) {
  const auto a = block({0, 1, 2});
  const auto b = block();
  VoteRecord record;
  record.last = {Epoch{0}, Height{5}, b.header_hash, Epoch{0}, now, {}};  // its store lost blocks 3 to 5
  auto m = ready(record);
  m.tick(later(20));
  const auto effects = m.take_effects();
  EXPECT_TRUE(of<CastStatement>(effects).empty());
  EXPECT_FALSE(of<Behind>(effects).empty());
  EXPECT_EQ(m.record(), record);
  (void)a;
}

TEST_F(MachineTest, AQuorumOfStatementsMakesAnEpochReadyOnTheHighestCertificate) {
  auto m = make(std::nullopt);
  const auto a = block({0, 1, 2});
  m.stored(stored(a));
  const auto base = log::place_of(a.header);
  m.statement(net.statement(1, Epoch{1}, net.genesis_place()), std::nullopt);
  m.statement(net.statement(2, Epoch{1}, net.genesis_place()), std::nullopt);
  m.statement(net.statement(3, Epoch{1}, base), std::nullopt);
  EXPECT_TRUE(of<EpochReady>(m.take_effects()).empty()) << "who holds a higher certificate can't be passed over";
  m.statement(net.statement(3, Epoch{1}, base), net.qc(a.header, {0, 1, 2}));
  const auto effects = of<EpochReady>(m.take_effects());
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].base, base);
  EXPECT_TRUE(log::check_epoch_proof(effects[0].proof, net.genesis, Epoch{1}, base, *a.child_signers).has_value());
  auto older = net.statement(3, Epoch{1}, net.genesis_place());
  older.time.value -= 1;
  m.statement(net.signed_by(3, older), std::nullopt);
  m.tick(later(5));
  EXPECT_EQ(of<EpochReady>(m.take_effects()).size(), 1u) << "said again; the older statement did not count";
}

TEST_F(MachineTest, VotesForAnEpochsFirstBlockAndFinalNeedsTwoOfOneEpoch) {
  auto m = ready();
  const auto a = block({0, 1, 2});
  m.stored(stored(a));
  const auto proof = net.proof(Epoch{2}, log::place_of(a.header), {1, 2, 3});
  const auto b = block({0, 1, 2}, &proof);
  m.stored(stored(b));
  auto votes = of<CastVote>(m.take_effects());
  ASSERT_EQ(votes.size(), 2u);
  EXPECT_EQ(votes[1].parent_epoch, Epoch{0});
  m.certificate(net.qc(b.header, {1, 2, 3}));
  EXPECT_EQ(m.final_block().height, Height{0}) << "a child of another epoch makes nothing final";
  const auto c = block();
  m.stored(stored(c));
  m.certificate(net.qc(c.header, {1, 2, 3}));
  EXPECT_EQ(m.final_block().header, b.header_hash);
}

TEST_F(MachineTest, WhatIsGivenUpNoLongerCounts) {
  auto m = make(std::nullopt);
  const auto a = block({0, 1, 2});
  const auto b = block();
  m.stored(stored(a));
  m.stored(stored(b));
  m.certificate(net.qc(a.header, {0, 1, 2}));
  m.given_up_above(Height{1});
  EXPECT_EQ(m.head_height(), Height{1});
  EXPECT_EQ(m.highest_certified().header, a.header_hash);
  m.given_up_above(Height{0});
  EXPECT_EQ(m.highest_certified(), net.genesis_place());
  m.stored(stored(a));
  m.stored(stored(b));  // carries the certificate
  EXPECT_EQ(m.highest_certified().header, a.header_hash) << "and counts again when it comes back";
}

TEST_F(MachineTest, NoBlockIsOfATimeBeyondTheYear9999) {
  const auto a = block();
  log::QuorumCertificate qc{a.header_hash, {}};
  for (std::uint16_t i = 0; i < 3; ++i) {
    const auto v = net.vote(i, a.header, 253'402'300'800);
    qc.votes.push_back({i, v.time, v.signature});
  }
  ASSERT_TRUE(net.ledger->certify(qc));
  auto late = net.next(*net.ledger);
  const auto answer = net.ledger->append(std::move(late), rules::Chain::Signatures::check);
  ASSERT_FALSE(answer);
  ASSERT_TRUE(answer.error().rejected);
  EXPECT_EQ(answer.error().rejected->why.code, RejectionCode::block_bad_qc);
}

// ---- recovery -------------------------------------------------------------------------------------------------------

class RecoveryTest : public MachineTest {
 protected:
  static constexpr std::uint64_t week = log::recovery_wait_s;
  log::EpochStatement serving(std::size_t i, const log::Recovery& r, std::uint64_t after) const {
    log::EpochStatement s;
    s.to = r.epoch;
    s.highest = r.base;
    s.recovery = log::recovery_digest(r);
    s.time = UnixSeconds{r.time.value + after};
    return net.signed_by(i, s);
  }
};

TEST_F(RecoveryTest, TheNewSetSignsAfterAWeekAndOnlyThen) {
  auto m = ready();
  const auto r = net.recovery(net.genesis_place(), Epoch{3}, {0, 1});
  m.recovery(r);
  m.tick(UnixSeconds{now.value + week - 1});
  for (const auto& s : of<CastStatement>(m.take_effects())) EXPECT_EQ(s.statement.recovery, Digest{});
  m.tick(UnixSeconds{now.value + week + 5});
  const auto said = of<CastStatement>(m.take_effects());
  const auto serves =
      std::find_if(said.begin(), said.end(), [](const auto& s) { return s.statement.recovery != Digest{}; });
  ASSERT_NE(serves, said.end());
  EXPECT_EQ(serves->statement.to, Epoch{3});
  m.statement(serving(0, r, week), std::nullopt);
  m.statement(serving(1, r, week), std::nullopt);
  const auto ready_now = of<EpochReady>(m.take_effects());
  ASSERT_FALSE(ready_now.empty());
  EXPECT_TRUE(ready_now.back().proof.recovery.has_value());
  EXPECT_TRUE(log::check_epoch_proof(ready_now.back().proof, net.genesis, Epoch{3}, net.genesis_place(),
                                     *net.ledger->chain().next_signers())
                  .has_value());
}

TEST_F(RecoveryTest, OneThatComesBeforeItsBaseIsKeptUntilThatIsCertified) {
  auto m = ready();
  const auto first = block({1, 2, 3});  // this key had no part in it
  const auto base = log::place_of(first.header);
  const auto r = net.recovery(base, Epoch{3}, {0, 1});
  m.recovery(r);  // before the machine knows the block, and never again
  for (int i = 0; i < 3; ++i) m.recovery(net.recovery(net.genesis_place(), Epoch{3}, {0, 2}));
  const auto serves = [&] {
    for (const auto& s : of<CastStatement>(m.take_effects()))
      if (s.statement.recovery == log::recovery_digest(r)) return true;
    return false;
  };
  m.tick(UnixSeconds{now.value + week + 5});
  EXPECT_FALSE(serves());
  m.stored(stored(first));
  m.certificate(net.qc(first.header, {1, 2, 3}));
  m.tick(UnixSeconds{now.value + week + 6});
  m.tick(UnixSeconds{now.value + week + 1'000});
  EXPECT_TRUE(serves());
}

TEST_F(RecoveryTest, ServesAgainForALaterEpochWhereItsFirstBlockWasNotCertified) {
  auto m = ready();
  const auto r = net.recovery(net.genesis_place(), Epoch{3}, {0, 1});
  m.recovery(r);
  m.tick(UnixSeconds{now.value + week + 5});
  log::EpochProof proof;
  proof.recovery = r;
  proof.statements = {serving(0, r, week), serving(1, r, week)};
  Net::sort(proof);
  const auto first = block({}, &proof);
  m.stored(stored(first));
  const auto votes = of<CastVote>(m.take_effects());
  ASSERT_EQ(votes.size(), 1u) << "the first block of its epoch";
  // Nobody else voted for it. The epoch is given time, then left, and the recovery begins the next one.
  m.tick(UnixSeconds{now.value + week + 6});
  EXPECT_TRUE(of<CastStatement>(m.take_effects()).empty());
  m.tick(UnixSeconds{now.value + week + 1'000});
  const auto said = of<CastStatement>(m.take_effects());
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back().statement.to, Epoch{4});
  EXPECT_EQ(said.back().statement.recovery, log::recovery_digest(r));
  for (const std::size_t i : {0, 1}) {
    auto s = serving(i, r, week + 1'000);
    s.to = Epoch{4};
    m.statement(net.signed_by(i, s), std::nullopt);
  }
  const auto ready_now = of<EpochReady>(m.take_effects());
  ASSERT_FALSE(ready_now.empty());
  EXPECT_EQ(ready_now.back().to, Epoch{4});
  EXPECT_EQ(ready_now.back().base, net.genesis_place());
}

TEST_F(RecoveryTest, IsServedByItsSetWhenTheOldOneIsGone) {
  auto m = make(0);
  const auto r = net.recovery(net.genesis_place(), Epoch{3}, {0, 5});
  m.recovery(r);
  m.tick(UnixSeconds{now.value + week + 5});
  EXPECT_TRUE(of<CastStatement>(m.take_effects()).empty()) << "nobody has answered";
  m.answer(net.pub(5), std::nullopt);
  EXPECT_FALSE(m.may_sign()) << "not for the old set";
  m.tick(UnixSeconds{now.value + week + 10});
  const auto said = of<CastStatement>(m.take_effects());
  ASSERT_EQ(said.size(), 1u) << "for the recovery alone";
  EXPECT_EQ(said[0].statement.recovery, log::recovery_digest(r));
  log::EpochProof proof;
  proof.recovery = r;
  proof.statements = {serving(0, r, week), serving(5, r, week)};
  Net::sort(proof);
  m.stored(stored(block({}, &proof)));
  EXPECT_EQ(of<CastVote>(m.take_effects()).size(), 1u) << "its set signs from here on, and has answered";
}

TEST_F(RecoveryTest, HeardAgainItForgetsNothingAndOfTwoTheLaterCounts) {
  auto m = make(std::nullopt);
  const auto first = net.recovery(net.genesis_place(), Epoch{3}, {0, 1});
  const auto other = net.recovery(net.genesis_place(), Epoch{3}, {0, 2});
  const auto& low = log::recovery_digest(first) < log::recovery_digest(other) ? first : other;
  const auto& high = &low == &first ? other : first;
  m.recovery(high);
  const std::size_t second = &high == &first ? 1 : 2;
  m.statement(serving(0, high, week), std::nullopt);
  m.recovery(high);
  m.recovery(low);
  m.statement(serving(second, high, week), std::nullopt);
  const auto ready_now = of<EpochReady>(m.take_effects());
  ASSERT_FALSE(ready_now.empty());
  EXPECT_EQ(log::recovery_digest(*ready_now.back().proof.recovery), log::recovery_digest(high));
}

TEST_F(RecoveryTest, WhoeverIsOfBothSetsSpeaksForBoth) {
  auto m = ready();
  const auto r = net.recovery(net.genesis_place(), Epoch{3}, {0, 1});
  m.recovery(r);
  m.tick(UnixSeconds{now.value + week + 5});
  std::set<Digest> served;
  for (const auto& s : of<CastStatement>(m.take_effects())) {
    EXPECT_EQ(s.statement.to, Epoch{3});
    served.insert(s.statement.recovery);
  }
  EXPECT_EQ(served.size(), 2u);
}

TEST_F(RecoveryTest, AnEpochThatWasLeftInVainDoesNotHoldItUp) {
  VoteRecord record;
  record.left_below = Epoch{7};
  auto m = ready(record);
  const Epoch left{7};
  m.recovery(net.recovery(net.genesis_place(), Epoch{3}, {0, 1}));
  m.tick(UnixSeconds{now.value + week + 5});
  const auto said = of<CastStatement>(m.take_effects());
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said.back().statement.recovery, Digest{});
  EXPECT_GE(said.back().statement.to, left);
}

TEST_F(RecoveryTest, StatementsBeforeTheWeekIsOverBeginNothing) {
  auto m = make(std::nullopt);
  const auto r = net.recovery(net.genesis_place(), Epoch{3}, {0, 1});
  m.statement(serving(0, r, week), std::nullopt);
  m.recovery(r);
  m.statement(serving(0, r, week - 1), std::nullopt);
  m.statement(serving(1, r, week - 1), std::nullopt);
  m.statement(serving(2, r, week), std::nullopt);
  EXPECT_TRUE(of<EpochReady>(m.take_effects()).empty());
}

TEST_F(RecoveryTest, IsVoidWhereFinalBlocksStandAboveItsBaseOrTheRootsDidNotSign) {
  block({0, 1, 2});
  block({0, 1, 2});
  VoteRecord record;
  record.last = {Epoch{0}, Height{2}, net.ledger->chain().head_hash(), Epoch{0}, now, {}};
  auto m = ready(record);
  m.recovery(net.recovery(net.genesis_place(), Epoch{3}, {0, 1}));
  m.recovery(net.recovery(m.highest_certified(), Epoch{3}, {0, 1}, {0}));
  m.recovery(net.recovery(m.final_block(), Epoch{3}, {0, 1}));
  m.tick(UnixSeconds{now.value + week + 5});
  for (const auto& s : of<CastStatement>(m.take_effects())) EXPECT_EQ(s.statement.recovery, Digest{});
}

TEST_F(RecoveryTest, ItsSetSignsFromThenOn) {
  const auto a = block({0, 1, 2});
  const auto base = log::place_of(a.header);
  log::EpochProof proof;
  proof.recovery = net.recovery(base, Epoch{1}, {3});
  proof.statements = {serving(3, *proof.recovery, week)};
  const auto bytes = net.next(*net.ledger, 0, &proof);
  EXPECT_EQ(net.ledger->chain().signers_of(bytes)->size(), 1u);
  const auto b = block({}, &proof);
  EXPECT_EQ(b.signers->size(), 1u);
  EXPECT_EQ(b.child_signers->digest(), b.signers->digest());
  EXPECT_EQ(b.header.time.value, net.genesis.time.value + week);
  auto m = make(3);
  EXPECT_TRUE(m.may_sign()) << "it is alone: nobody is left to ask";
}

}  // namespace
}  // namespace stele::finality::test
