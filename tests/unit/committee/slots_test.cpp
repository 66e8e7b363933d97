// What an orderer makes of what it reads in the ordering service, while orderers come and go by records.
#include "ledger/base/assert.h"
#include "tests/unit/committee/network.h"

namespace stele::committee {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

/// A ledger of the network elsewhere, certified by three of its four validators.
struct Elsewhere {
  explicit Elsewhere(const record::Genesis& g)
      : ledger(must(store::Ledger::open(g, must(disk->store()), must(disk->head()),
                                        {.uncertified_max = finality::Replica::unfinal_max}))) {}

  /// The next block by this orderer, not appended.
  [[nodiscard]] log::Block next(std::uint16_t orderer, const std::vector<std::string>& records = {},
                                std::uint32_t attempt = 0) const {
    auto builder = ledger->chain().build(ledger->head_qc(), orderer, attempt);
    for (const auto& jws : records) {
      const auto added = builder.add(jws, *record::decode(jws), {});
      EXPECT_TRUE(added) << code_name(added.error().code) << " " << added.error().where;
    }
    return sign(std::move(builder).finish().take_block(), orderer);
  }
  [[nodiscard]] static log::Block sign(log::Block b, std::uint16_t orderer) {
    b.orderer = orderer;
    b.signature = key_named(orderer_name(orderer)).sign(log::block_digest(log::body_hash(b)));
    return b;
  }
  log::QuorumCertificate append(const log::Block& b) {
    const auto applied = ledger->append(b, rules::Chain::Signatures::check);
    STELE_ASSERT(applied.has_value());
    log::QuorumCertificate qc{applied->header_hash, {}};
    const UnixSeconds time{ledger->genesis().time.value + b.height.value};
    for (std::uint16_t v = 0; v < 3; ++v)
      qc.votes.push_back({v, time, key_named(validator_name(v)).sign(log::vote_digest(qc.header, time))});
    return qc;
  }
  /// Certified, too.
  log::Block add(std::uint16_t orderer, const std::vector<std::string>& records = {}) {
    auto b = next(orderer, records);
    must(ledger->certify(append(b)));
    return b;
  }

  std::unique_ptr<sim::Disk> disk = sim::make_memory_disk();
  std::unique_ptr<store::Ledger> ledger;
};

Slot slot_of(const log::Block& b) {
  return {b.epoch, b.height, b.attempt};
}

/// Orderer 0, alone with the ordering service: nobody tells it anything.
class SlotsRead : public testing::Test {
 protected:
  void SetUp() override { net.start(0); }
  void TearDown() override { net.stop(0); }

  void stands(const Slot& s, const Bytes& block) {
    const std::lock_guard lock(net.table.mutex);
    net.table.slots.insert_or_assign(s, block);
  }
  void stands(const log::Block& b) { stands(slot_of(b), log::encode(b)); }
  /// What the orderer has said of this slot: "block", "void", or nothing.
  [[nodiscard]] std::string word_on(const Slot& s) const {
    std::string out;
    const auto part = net.nodes[0]->feed->after(0, Feed::Which::own);
    for (const auto& r : must(decode_messages(part.messages))) {
      if (const auto* m = std::get_if<SlotMessage>(&r.message); m != nullptr && m->slot == s) out += "block";
      if (const auto* m = std::get_if<VoidSlot>(&r.message); m != nullptr && m->slot == s) out += "void";
    }
    return out;
  }
  [[nodiscard]] bool says(const Slot& s, const std::string& word) const {
    return eventually([&] { return word_on(s) == word; }, 20s);
  }
  [[nodiscard]] bool stands_at(std::uint64_t height) const {
    const auto& ledger = *net.nodes[0]->ledger;
    return eventually(
        [&] { return ledger.with_chain([&](const rules::Chain& c) { return c.head().height.value == height; }); }, 20s);
  }
  static Slot slot(std::uint64_t height, std::uint32_t attempt = 0) { return {Epoch{0}, Height{height}, attempt}; }

  Network net{4, 2};
  Elsewhere elsewhere{net.genesis};
  const Bytes garbage = Bytes(100, 0xAB);
};

TEST_F(SlotsRead, OfAnOrdererThatIsNotOnItsLedgerYetItSaysNothingUntilItIs) {
  const auto one = elsewhere.add(0, {net.org(0)});
  const auto two = elsewhere.add(1, {orderers_record(net.genesis, {2}, {})});
  const auto three = elsewhere.add(2);
  stands(three);
  stands(slot(4), garbage);
  ASSERT_TRUE(says(slot(4), "void")) << "nobody could have signed that";
  EXPECT_EQ(word_on(slot(3)), "") << "it was read before, and names an orderer that may be added below";
  stands(one);
  stands(two);
  ASSERT_TRUE(stands_at(3)) << net.where();
  EXPECT_EQ(word_on(slot(3)), "block");
  EXPECT_TRUE(eventually([&] { return net.nodes[0]->told(Notice::Kind::slot_refused) == 1; }, 20s)) << "the garbage";
}

TEST_F(SlotsRead, WhoMayOrderTheChildOfItsHeadItKnows) {
  stands(Elsewhere::sign(elsewhere.next(0), 2));
  ASSERT_TRUE(says(slot(1), "void"));
  const auto second = elsewhere.next(1, {}, 1);
  stands(second);
  ASSERT_TRUE(stands_at(1)) << net.where();
  EXPECT_EQ(word_on(slot_of(second)), "block");
}

TEST_F(SlotsRead, NumbersThatNobodyCanHaveAreVoidAnywhere) {
  auto b = elsewhere.next(0);
  b.height = Height{5};
  stands(Elsewhere::sign(b, registry::orderers_ever_max));
  EXPECT_TRUE(says(slot(5), "void"));
}

TEST_F(SlotsRead, OnceRetiredItHasNoWordAndItsBlocksArePassedOver) {
  const auto one = elsewhere.add(0, {orderers_record(net.genesis, {}, {0})});
  const auto late = Elsewhere::sign(elsewhere.next(1), 0);
  const auto two = elsewhere.next(1, {}, 1);
  stands(one);
  ASSERT_TRUE(stands_at(1)) << net.where();
  stands(late);
  stands(two);
  stands(slot(3), garbage);
  ASSERT_TRUE(stands_at(2)) << net.where();
  const auto head = net.nodes[0]->ledger->with_chain([](const rules::Chain& c) { return c.head_hash(); });
  EXPECT_EQ(head, elsewhere.append(two).header);
  EXPECT_TRUE(eventually([&] { return net.nodes[0]->told(Notice::Kind::slot_refused) == 2; }, 20s));
  EXPECT_EQ(word_on(slot_of(late)), "block") << "its signature is good, so that all see why it is passed over";
  EXPECT_EQ(word_on(slot(3)), "") << "others would not take its word";
  const std::lock_guard lock(net.nodes[0]->mutex);
  for (const auto& n : net.nodes[0]->notices) {
    if (n.kind != Notice::Kind::slot_refused || n.height != Height{2}) continue;
    EXPECT_EQ(n.what, "block_bad_orderer");
  }
}

// ---- what others make of its word -----------------------------------------------------------------------------------

class RetiredOrderer : public testing::Test {
 protected:
  [[nodiscard]] VoidSlot voided(std::uint16_t orderer, std::uint64_t height) const {
    const Slot s{Epoch{0}, Height{height}, 0};
    return {s, orderer, key_named(orderer_name(orderer)).sign(void_slot_digest(genesis.net, s, orderer))};
  }
  [[nodiscard]] std::string fitness(const Message& m) {
    const auto fit = checker.check(m);
    if (fit) return "fit";
    return fit.error() == Unfit::forged ? "forged" : fit.error() == Unfit::unknown ? "unknown" : "useless";
  }
  const record::Genesis genesis = make_genesis(4, 2);
  Elsewhere elsewhere{genesis};
  Checker checker{*elsewhere.ledger};
};

TEST_F(RetiredOrderer, HasNoWordOnSlotsAnyMore) {
  EXPECT_EQ(fitness(voided(0, 9)), "fit");
  EXPECT_EQ(fitness(voided(1, 9)), "fit");
  elsewhere.add(0, {orderers_record(genesis, {}, {0})});
  EXPECT_EQ(fitness(voided(0, 9)), "useless") << "passed over, and no lie of whoever hands it on";
  EXPECT_EQ(fitness(voided(1, 9)), "fit");
  auto forged = voided(0, 9);
  forged.signature.bytes[9] ^= 1U;
  EXPECT_EQ(fitness(forged), "forged");
}

TEST_F(RetiredOrderer, IsOneAgainIfTheBlockThatRetiredItIsGivenUp) {
  const auto key = public_of(orderer_name(0));
  auto& ledger = *elsewhere.ledger;
  const auto one = elsewhere.next(1);
  const auto qc = elsewhere.append(one);
  must(ledger.certify(qc));
  elsewhere.append(elsewhere.next(1, {orderers_record(genesis, {}, {0})}));
  EXPECT_FALSE(number_of_orderer(ledger, key));
  EXPECT_EQ(fitness(voided(0, 9)), "useless");
  ASSERT_TRUE(ledger.replace_tail(Height{1}, {}, qc).has_value());
  EXPECT_EQ(number_of_orderer(ledger, key), 0);
  EXPECT_EQ(fitness(voided(0, 9)), "fit");
}

}  // namespace
}  // namespace stele::committee
