// Messages between nodes as bytes, which of them are fit, and the log that keeps them.
#include <gmock/gmock.h>

#include "ledger/log/wire.h"
#include "node/committee/check.h"
#include "node/finality/replica.h"
#include "tests/unit/committee/network.h"
#include "tests/unit/finality/net.h"

namespace stele::committee {
namespace {

using finality::test::Net;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
std::string code_of(ByteView in) {
  const auto r = decode_messages(in);
  return r ? "ok" : r.error().code;
}

/// A chain of two blocks, and one message of each kind about its head.
struct Samples {
  Samples() {
    net.grow(*net.ledger);
    const auto head = net.grow(*net.ledger).header;
    vote = net.vote(1, head);
    statement = {net.statement(2, Epoch{1}, log::place_of(head)), net.qc(head, {0, 1, 2})};
    bare_statement = {net.statement(3, Epoch{1}, log::place_of(head)), std::nullopt};
    recovery = net.recovery(log::place_of(head), Epoch{1}, {0, 1});
    const auto block = net.next(*net.ledger);
    slot = {{block.epoch, block.height, block.attempt}, log::encode(block)};
    void_slot = voided({Epoch{0}, block.height, 0});
    complaint = complained(org("so-moi"));
  }
  /// A record that is on no ledger here.
  [[nodiscard]] std::string org(const std::string& name) const {
    record::Org o;
    o.org = name;
    o.kind = "office";
    o.name = "Don vi";
    const auto after = log::hash_of(log::to_text(log::genesis_checkpoint(net.genesis)));
    const auto input = record::signing_input(record::Type::org, net.roots[0].id(), {net.genesis.net, after}, o);
    return record::compact(input, net.roots[0].sign(sha256(as_bytes(input))));
  }
  /// By validator 2, with the orderer's receipt.
  [[nodiscard]] custody::Complaint complained(std::string jws) const {
    custody::Complaint c;
    c.net = net.genesis.net;
    c.final_block = log::place_of(net.ledger->final_point()->checkpoint);
    c.since = net.genesis.time;
    c.time = UnixSeconds{c.since.value + 60};
    c.item.jws = std::move(jws);
    c.receipts = {receipt(c)};
    c.key = net.pub(2);
    sign(c);
    return c;
  }
  /// The second of two items, as long after the complaint.
  [[nodiscard]] custody::Receipt receipt(const custody::Complaint& c, std::int64_t later = 0,
                                         std::uint64_t height = 0) const {
    const std::array<Digest, 2> items{Digest{}, c.item_digest()};
    custody::Word word{0, Height{height}, UnixSeconds{c.time.value + static_cast<std::uint64_t>(later)}, {}};
    word.signature = net.orderer.sign(custody::word_digest(c.net, word, 2, custody::root_of(items)));
    return custody::receipts_of(word, items)[1];
  }
  void sign(custody::Complaint& c) const { c.signature = net.validators[2].sign(custody::complaint_digest(c)); }
  [[nodiscard]] VoidSlot voided(const Slot& s) const {
    return {s, 0, net.orderer.sign(void_slot_digest(net.genesis.net, s, 0))};
  }
  [[nodiscard]] std::vector<Message> all() const {
    return {vote, statement, bare_statement, recovery, slot, void_slot, complaint};
  }
  [[nodiscard]] std::string fitness(const Message& m) {
    const auto fit = checker.check(m);
    if (fit) return "fit";
    return fit.error() == Unfit::forged ? "forged" : fit.error() == Unfit::unknown ? "unknown" : "useless";
  }

  Net net;
  Checker checker{*net.ledger};
  log::SignedVote vote;
  StatementMessage statement, bare_statement;
  log::Recovery recovery;
  SlotMessage slot;
  VoidSlot void_slot;
  custody::Complaint complaint;
};

// ---- bytes ----------------------------------------------------------------------------------------------------------

TEST(Messages, EveryKindComesBackAsItWas) {
  const Samples s;
  Bytes together;
  for (const auto& m : s.all()) {
    const auto bytes = encode(m);
    const auto list = decode_messages(bytes);
    ASSERT_TRUE(list) << m.index();
    ASSERT_EQ(list->size(), 1u);
    EXPECT_EQ(list->front().message.index(), m.index());
    EXPECT_EQ(list->front().bytes, bytes);
    EXPECT_EQ(list->front().digest, sha256(bytes));
    EXPECT_EQ(encode(list->front().message), bytes);
    together = std::move(together) + bytes;
  }
  const auto list = decode_messages(together);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 7u);
  EXPECT_EQ(std::get<log::SignedVote>((*list)[0].message), s.vote);
  EXPECT_EQ(std::get<StatementMessage>((*list)[1].message).highest_qc, s.statement.highest_qc);
  EXPECT_EQ(std::get<SlotMessage>((*list)[4].message).slot, s.slot.slot);
  EXPECT_EQ(std::get<VoidSlot>((*list)[5].message).signature, s.void_slot.signature);
}

TEST(Messages, NothingAtAllIsAnEmptySequence) {
  const auto list = decode_messages({});
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
}

TEST(Messages, RefusesWhatIsCutOffAndWhatIsTooLong) {
  const Samples s;
  for (const auto& m : s.all()) {
    const auto bytes = encode(m);
    for (std::size_t n = 1; n < bytes.size(); n += std::max<std::size_t>(1, bytes.size() / 97))
      EXPECT_EQ(code_of(ByteView(bytes).first(n)), "messages_malformed") << m.index() << " cut at " << n;
    EXPECT_EQ(code_of(bytes + Bytes{0}), "messages_malformed") << m.index();
    if (m.index() == kind_of<SlotMessage>) continue;  // what stands in a slot may be anything
    auto longer = bytes;
    longer[4] = static_cast<std::uint8_t>(longer[4] + 1);  // the length, and a byte more
    EXPECT_EQ(code_of(longer + Bytes{0}), "messages_malformed") << m.index();
  }
}

TEST(Messages, PassesOverUnknownKindsAndRefusesLengthsThatAreNone) {
  const Samples s;
  for (const int kind : {0, 7, 255}) {
    const Bytes unknown{static_cast<std::uint8_t>(kind), 0, 0, 0, 1, 9};
    const auto list = decode_messages(unknown + encode(Message(s.vote)) + unknown);
    ASSERT_TRUE(list) << kind << " " << list.error().en;
    EXPECT_EQ(list->size(), 1U) << "kinds of later days are passed over";
  }
  EXPECT_EQ(code_of(Bytes{6, 0, 0, 0, 0}), "messages_malformed") << "no complaint";
  EXPECT_EQ(code_of(Bytes{4, 255, 255, 255, 255}), "messages_malformed");
  EXPECT_EQ(code_of(Bytes{4, 0, 0, 0, 20} + Bytes(20, 0)), "messages_malformed") << "a slot without a block";
  EXPECT_EQ(code_of(Bytes(messages_bytes_max + 1, 0)), "messages_malformed");
}

TEST(Messages, AsManyAsMayBeAndNotOneMore) {
  const Samples s;
  const auto one = encode(s.void_slot);
  Bytes many;
  for (std::size_t i = 0; i < messages_max; ++i) many.insert(many.end(), one.begin(), one.end());
  EXPECT_EQ(code_of(many), "ok");
  EXPECT_EQ(code_of(many + one), "messages_too_many");
  EXPECT_EQ(code_of(many + Bytes{77, 0, 0, 0, 0}), "messages_too_many") << "unknown ones count";
}

TEST(Messages, ThePartOfALogComesBackAsItWas) {
  const Samples s;
  FeedPage p;
  p.feed.fill(7);
  p.next = 99;
  p.messages = encode(s.vote);
  const auto bytes = encode(p);
  const auto again = decode_feed_page(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->feed, p.feed);
  EXPECT_EQ(again->next, p.next);
  EXPECT_EQ(again->messages, p.messages);
  for (const std::size_t n : {0u, 4u, 5u, 20u, 28u}) EXPECT_FALSE(decode_feed_page(ByteView(bytes).first(n)));
  auto other = bytes;
  other[4] = 2;
  EXPECT_FALSE(decode_feed_page(other)) << "another version";
}

// ---- which are fit --------------------------------------------------------------------------------------------------

TEST(Checker, TakesWhatItsSignerSaid) {
  Samples s;
  for (const auto& m : s.all()) EXPECT_EQ(s.fitness(m), "fit") << m.index();
  EXPECT_EQ(s.checker.check(s.vote)->lane, (Lane{kind_of<log::SignedVote>, s.net.pub(1)}));
  EXPECT_EQ(s.checker.check(s.slot)->lane.signer, s.net.orderer.public_key().compressed());
}

TEST(Checker, RefusesForgeries) {
  Samples s;
  s.vote.time.value += 1;
  EXPECT_EQ(s.fitness(s.vote), "forged");
  s.statement.statement.time.value += 1;
  EXPECT_EQ(s.fitness(s.statement), "forged");
  s.recovery.time.value += 1;
  EXPECT_EQ(s.fitness(s.recovery), "forged");
  s.slot.slot.attempt += 1;
  EXPECT_EQ(s.fitness(s.slot), "forged") << "the block of another slot";
  --s.slot.slot.attempt;
  s.slot.block.back() ^= 1U;
  EXPECT_EQ(s.fitness(s.slot), "forged");
  s.slot.block = Bytes(100, 0xAB);
  EXPECT_EQ(s.fitness(s.slot), "forged") << "only an orderer may say that there is garbage";
  s.void_slot.slot.attempt += 1;
  EXPECT_EQ(s.fitness(s.void_slot), "forged");
  s.void_slot = s.voided({Epoch{0}, Height{3}, 0});
  s.void_slot.signature.bytes[9] ^= 1U;
  EXPECT_EQ(s.fitness(s.void_slot), "forged");
}

TEST(Checker, PassesOverOrderersThatMayYetBeAdded) {
  Samples s;
  s.void_slot.orderer = 1;
  EXPECT_EQ(s.fitness(s.void_slot), "unknown");
  auto block = *log::decode_block(s.slot.block);
  const auto named = [&](std::uint16_t orderer) {
    block.orderer = orderer;
    block.signature = finality::test::key_from("to come").sign(log::block_digest(log::body_hash(block)));
    return s.fitness(SlotMessage{s.slot.slot, log::encode(block)});
  };
  EXPECT_EQ(named(1), "unknown");
  EXPECT_EQ(named(1'023), "unknown");
  EXPECT_EQ(named(1'024), "forged") << "there is never one of that number";
  EXPECT_EQ(named(0), "forged");
  auto c = s.complaint;
  c.receipts[0].word.orderer = 1;
  s.sign(c);
  EXPECT_EQ(s.fitness(c), "unknown");
}

TEST(Checker, PassesOverWhomItDoesNotKnow) {
  Samples s;
  const auto stranger = finality::test::key_from("stranger");
  s.vote.validator = stranger.public_key().compressed();
  s.vote.signature = stranger.sign(log::vote_digest(log::place_of(s.vote.header).header, s.vote.time));
  EXPECT_EQ(s.fitness(s.vote), "unknown");
  s.statement.statement.validator = stranger.public_key().compressed();
  s.statement.statement.signature = stranger.sign(log::epoch_digest(s.statement.statement));
  EXPECT_EQ(s.fitness(s.statement), "unknown");
  // A set that the roots name is known once their word has come.
  auto r = s.net.recovery(s.recovery.base, Epoch{1}, {0});
  r.set.push_back({"la", stranger.public_key().compressed()});
  r.signatures.clear();
  for (const std::uint16_t n : {std::uint16_t{0}, std::uint16_t{1}})
    r.signatures.push_back({n, s.net.roots[n].sign(log::recovery_digest(r))});
  EXPECT_EQ(s.fitness(r), "fit");
  EXPECT_EQ(s.fitness(s.vote), "fit");
  s.statement.statement.recovery = log::recovery_digest(r);
  s.statement.statement.signature = stranger.sign(log::epoch_digest(s.statement.statement));
  EXPECT_EQ(s.fitness(s.statement), "fit");
}

TEST(Checker, TakesComplaintsOfValidatorsAndOrderersWithTrueReceipts) {
  const auto changed = [](const std::function<void(const Samples&, custody::Complaint&)>& change, bool sign = true) {
    Samples s;
    auto c = s.complaint;
    change(s, c);
    if (sign) s.sign(c);
    return s.fitness(c);
  };
  Samples s;
  const auto fit = s.checker.check(s.complaint);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->lane, (Lane{kind_of<custody::Complaint>, s.net.pub(2)}));
  EXPECT_FALSE(fit->height);
  EXPECT_EQ(changed([](const auto&, auto& c) { c.time.value += 1; }, false), "forged");
  EXPECT_EQ(changed([](const auto&, auto& c) { c.time.value += 1; }), "fit");
  EXPECT_EQ(changed([](const auto&, auto& c) { c.receipts[0].word.time.value += 1; }), "forged")
      << "what no orderer signed";
  EXPECT_EQ(changed([](const auto&, auto& c) { c.receipts[0].items += 1; }), "forged");
  EXPECT_EQ(changed([](const auto& x, auto& c) { c.receipts = {x.receipt(c, 3'600)}; }), "fit");
  const auto by = [&](const signer::SigningKey& key) {
    auto c = s.complaint;
    c.key = key.public_key().compressed();
    c.signature = key.sign(custody::complaint_digest(c));
    return s.fitness(c);
  };
  EXPECT_EQ(by(s.net.orderer), "fit");
  EXPECT_EQ(by(finality::test::key_from("stranger")), "unknown");
  auto nobody = s.complaint;
  nobody.key = {};
  nobody.signature = {};
  EXPECT_EQ(s.fitness(nobody), "unknown") << "of a node that has no key";
}

TEST(Checker, PassesOverComplaintsThatSayNothing) {
  const auto of = [](const std::function<void(const Samples&, custody::Complaint&)>& change) {
    Samples s;
    auto c = s.complaint;
    change(s, c);
    s.sign(c);
    return s.fitness(c);
  };
  EXPECT_EQ(of([](const auto&, auto& c) { c.net = "stele/khac/0123456789abcdef0123456789abcdef"; }), "useless");
  EXPECT_EQ(of([](const auto&, auto& c) { c.final_block.height.value += 1; }), "useless") << "not final here yet";
  EXPECT_EQ(of([](const auto&, auto& c) { c.final_block.header.bytes[0] ^= 1U; }), "useless") << "another chain";
  EXPECT_EQ(of([](const auto&, auto& c) { c.final_block.epoch.value += 1; }), "useless");
  EXPECT_EQ(of([](const auto& x, auto& c) { c.receipts = {x.receipt(c, 0, 1)}; }), "useless")
      << "no block came since the orderer signed";
  EXPECT_EQ(of([](const auto& x, auto& c) { c.receipts = {x.receipt(c, 3'601)}; }), "useless") << "of another day";
  EXPECT_EQ(of([](const auto& x, auto& c) { c.receipts = {x.receipt(c, -3'661)}; }), "useless");
  EXPECT_EQ(of([](const auto& x, auto& c) {
              c.since.value -= 86'461, c.time.value -= 86'461;
              c.receipts = {x.receipt(c)};
            }),
            "useless")
      << "of yesterday";
  EXPECT_EQ(of([](const auto& x, auto& c) {
              c.time.value += 86'400;
              c.receipts = {x.receipt(c)};
            }),
            "useless")
      << "of tomorrow";
  EXPECT_EQ(of([](const auto&, auto& c) { c.since.value -= 86'400; }), "useless") << "who waits so long sleeps";
  EXPECT_EQ(of([](const auto& x, auto& c) {
              c.item.jws.back() = c.item.jws.back() == 'A' ? 'B' : 'A';
              c.receipts = {x.receipt(c)};
            }),
            "useless")
      << "a record that nobody would take";
}

TEST(Checker, HearsSoManyComplaintsOfEachAndEachOnce) {
  Samples s;
  EXPECT_EQ(s.fitness(s.complaint), "fit");
  auto again = s.complaint;
  again.time.value += 5;
  s.sign(again);
  EXPECT_EQ(s.fitness(again), "useless");
  for (std::size_t i = 1; i < complaints_heard_max; ++i)
    ASSERT_EQ(s.fitness(s.complained(s.org("so-" + std::to_string(i)))), "fit") << i;
  auto more = s.complained(s.org("so-nua"));
  EXPECT_EQ(s.fitness(more), "useless");
  more.key = s.net.orderer.public_key().compressed();
  more.signature = s.net.orderer.sign(custody::complaint_digest(more));
  EXPECT_EQ(s.fitness(more), "fit") << "another one is heard";
}

TEST(Checker, PassesOverWhatIsBehindOrFarAhead) {
  Samples s;
  for (int i = 0; i < 3; ++i) s.net.grow(*s.net.ledger);
  EXPECT_EQ(s.fitness(s.vote), "useless");
  EXPECT_EQ(s.fitness(s.slot), "fit") << "it may be the second one of two";
  EXPECT_EQ(s.fitness(s.void_slot), "useless");
  EXPECT_EQ(s.fitness(s.recovery), "useless");
  for (std::uint64_t i = 0; i < finality::slots_compared_below; ++i) s.net.grow(*s.net.ledger);
  EXPECT_EQ(s.fitness(s.slot), "useless");
  const auto final_height = s.net.ledger->final_point()->checkpoint.height.value;
  EXPECT_EQ(s.fitness(s.voided({Epoch{0}, Height{final_height + 1'024}, 0})), "fit");
  EXPECT_EQ(s.fitness(s.voided({Epoch{0}, Height{final_height + 1'025}, 0})), "useless");
  s.vote.header.net = "stele/khac/0123456789abcdef0123456789abcdef";
  EXPECT_EQ(s.fitness(s.vote), "useless");
}

// ---- the log --------------------------------------------------------------------------------------------------------

Entry entry(std::uint64_t n, bool own = true, std::size_t bytes = 10, std::uint8_t signer = 0) {
  log::Writer w;
  w.u64(n);
  Bytes content = std::move(w).take();
  content.resize(std::max(bytes, content.size()));
  Entry out;
  out.digest = sha256(content);
  out.bytes = std::move(content);
  out.lane.signer.bytes[0] = signer;
  out.height = Height{n};
  out.own = own;
  return out;
}

TEST(Feed, GivesEachMessageOnceAndInOrder) {
  Feed f;
  EXPECT_TRUE(f.add(entry(1)));
  EXPECT_FALSE(f.add(entry(1)));
  EXPECT_TRUE(f.add(entry(2, false)));
  auto part = f.after(0, Feed::Which::all);
  EXPECT_EQ(part.messages, entry(1).bytes + entry(2).bytes);
  EXPECT_EQ(part.next, 2u);
  EXPECT_TRUE(f.after(2, Feed::Which::all).messages.empty());
  part = f.after(0, Feed::Which::own);
  EXPECT_EQ(part.messages, entry(1).bytes);
  EXPECT_EQ(part.next, 2u) << "others' messages need not be gone through again";
  EXPECT_EQ(f.after(77, Feed::Which::all).next, 2u) << "a number of another log: from the beginning";
  EXPECT_NE(f.id(), Feed().id());
}

TEST(Feed, OneSignerCrowdsOutNobodyElse) {
  Feed f({.lane_max = 4});
  f.add(entry(1, false, 10, 1));
  for (std::uint64_t n = 2; n <= 100; ++n) f.add(entry(n, false, 10, 2));
  const auto part = f.after(0, Feed::Which::all);
  EXPECT_EQ(part.messages, entry(1).bytes + entry(97).bytes + entry(98).bytes + entry(99).bytes + entry(100).bytes);
}

TEST(Feed, WhatNoFinalBlockEndsIsBoundedInBytesForEachSigner) {
  Feed f({.timeless_bytes_max = 100});
  const auto timeless = [](std::uint64_t n, std::size_t bytes) {
    auto out = entry(n, false, bytes, 2);
    out.height.reset();
    return out;
  };
  f.add(entry(1, false, 90, 2));
  f.add(timeless(2, 60));
  f.add(timeless(3, 40));
  EXPECT_EQ(f.after(0, Feed::Which::all).messages,
            entry(1, false, 90, 2).bytes + timeless(2, 60).bytes + timeless(3, 40).bytes);
  f.add(timeless(4, 10));
  EXPECT_EQ(f.after(0, Feed::Which::all).messages, timeless(3, 40).bytes + timeless(4, 10).bytes);
  f.add(timeless(5, 500));
  EXPECT_EQ(f.after(0, Feed::Which::all).messages, timeless(5, 500).bytes) << "the newest is never too much";
}

TEST(Feed, IsBoundedInBytesAndTakesAnotherOnesMessageOnce) {
  Feed f({.bytes_max = 100});
  for (std::uint64_t n = 1; n <= 30; ++n) f.add(entry(n, n == 1));
  EXPECT_LE(f.after(0, Feed::Which::all).messages.size(), 100u);
  EXPECT_TRUE(f.seen(entry(2).digest));
  EXPECT_FALSE(f.add(entry(2, false))) << "it would go round for ever";
  EXPECT_TRUE(f.add(entry(1, true))) << "its own last vote, for those who have missed it";
}

TEST(Feed, ForgetsWhatIsBehindTheFinalBlock) {
  Feed f;
  for (std::uint64_t n = 1; n <= 5; ++n) f.add(entry(n));
  auto timeless = entry(6);
  timeless.height.reset();
  f.add(timeless);
  f.forget_below(Height{4});
  EXPECT_EQ(f.after(0, Feed::Which::all).messages, entry(4).bytes + entry(5).bytes + entry(6).bytes);
}

TEST(Feed, ComesInPartsOfBoundedSize) {
  Feed f({.part_bytes_max = 25});
  for (std::uint64_t n = 1; n <= 5; ++n) f.add(entry(n));
  f.add(entry(6, true, 100));
  std::vector<std::size_t> sizes;
  for (std::uint64_t after = 0; after < 6;) {
    const auto part = f.after(after, Feed::Which::all);
    ASSERT_GT(part.next, after);
    sizes.push_back(part.messages.size());
    after = part.next;
  }
  EXPECT_THAT(sizes, testing::ElementsAre(20, 20, 10, 100));
}

TEST(Feed, TellsWhatMayWait) {
  Feed f;
  auto vote = entry(1);
  vote.waits = true;
  f.add(vote);
  EXPECT_FALSE(f.after(0, Feed::Which::own).urgent);
  f.add(entry(2));
  EXPECT_TRUE(f.after(0, Feed::Which::own).urgent);
  EXPECT_FALSE(f.after(2, Feed::Which::own).urgent);
}

TEST(Feed, HandsOnTheVotesOfOneHeightAnew) {
  Feed f;
  const auto vote = [](std::uint64_t n, std::uint64_t height, bool own) {
    auto out = entry(n, own, 10, static_cast<std::uint8_t>(n));
    out.lane.kind = kind_of<log::SignedVote>;
    out.height = Height{height};
    out.waits = own;
    return out;
  };
  for (const auto& e : {vote(1, 7, true), vote(2, 7, false), vote(3, 8, false)}) f.add(e);
  auto block = entry(4, false);
  block.lane.kind = kind_of<SlotMessage>;
  block.height = Height{7};
  f.add(block);
  const auto last = f.last();
  f.hand_on_votes(Height{7});
  const auto part = f.after(last, Feed::Which::own);
  EXPECT_EQ(part.messages, vote(1, 7, true).bytes + vote(2, 7, false).bytes);
  EXPECT_TRUE(part.urgent);
  EXPECT_FALSE(f.add(vote(2, 7, false))) << "it is still known";
  f.forget_below(Height{8});
  EXPECT_EQ(f.after(0, Feed::Which::all).messages, vote(3, 8, false).bytes) << "none of them stands there twice";
}

TEST(Feed, KnowsWhoseBlockItsNewestVoteIsOn) {
  Feed f;
  const auto block = [](std::uint64_t height, std::uint8_t signer) {
    auto out = entry(height * 10 + signer, false, 10, signer);
    out.lane.kind = kind_of<SlotMessage>;
    out.height = Height{height};
    return out;
  };
  const auto vote = [](std::uint64_t height) {
    auto out = entry(height, true, 10, 9);
    out.lane.kind = kind_of<log::SignedVote>;
    out.height = Height{height};
    return out;
  };
  const auto one = block(5, 1).lane.signer, two = block(5, 2).lane.signer;
  f.add(block(5, 1));
  EXPECT_FALSE(f.has_block_voted_on(one)) << "nothing was voted on";
  f.add(vote(5));
  f.add(block(900, 2));  // not judged, and no business of the vote's
  EXPECT_TRUE(f.has_block_voted_on(one));
  EXPECT_FALSE(f.has_block_voted_on(two));
  f.add(block(6, 2));
  f.add(vote(6));
  EXPECT_FALSE(f.has_block_voted_on(one));
  EXPECT_TRUE(f.has_block_voted_on(two));
}

TEST(Feed, WakesWhoWaits) {
  Feed f;
  const auto begun = Feed::Clock::now();
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    f.add(entry(1, false));
    f.add(entry(2));
  });
  EXPECT_EQ(f.wait(0, Feed::Which::own, begun + std::chrono::seconds(20)).messages, entry(2).bytes);
  writer.join();
  std::thread interrupter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    f.interrupt();
  });
  EXPECT_TRUE(f.wait(2, Feed::Which::all, begun + std::chrono::seconds(20)).messages.empty());
  interrupter.join();
  EXPECT_TRUE(f.wait(2, Feed::Which::all, Feed::Clock::now() + std::chrono::milliseconds(20)).messages.empty());
  EXPECT_LT(Feed::Clock::now(), begun + std::chrono::seconds(15));
}

}  // namespace
}  // namespace stele::committee
