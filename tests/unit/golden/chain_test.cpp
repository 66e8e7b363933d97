// The chain of the golden vectors, replayed: every header, id and status must come out as the second reading has them.
#include "ledger/rules/chain.h"
#include "ledger/rules/assessment.h"
#include "tests/unit/golden/golden.h"

namespace stele::test {
namespace {

using namespace rules;

std::string why(const Chain::BlockRejection& r) {
  return to_string(r.why) + (r.record ? " in record " + std::to_string(*r.record) : std::string());
}

std::string statuses_of(const Chain& chain) {
  std::string out;
  for (std::uint64_t i = 0; i < chain.state().status.size(); ++i)
    out += static_cast<char>('0' + static_cast<int>(chain.state().status.get(RecordIndex{i})));
  return out;
}

class GoldenChain : public testing::Test {
 protected:
  GoldenChain() : vectors_(golden("chain")), chain_(*record::decode_genesis(text(golden("genesis").at("file")))) {}

  void expect_next(const Json& b) {
    SCOPED_TRACE("height " + std::to_string(b.at("height").get<int>()));
    const auto block = log::decode_block(from_hex(b.at("bytes")));
    ASSERT_TRUE(block) << to_string(block.error());
    const auto applied = chain_.apply(*block, Chain::Signatures::check);
    ASSERT_TRUE(applied) << why(applied.error());
    EXPECT_EQ(statuses_of(chain_), text(b.at("statuses")));
    EXPECT_EQ(applied->header_text, text(b.at("header")));
    EXPECT_EQ(applied->header_hash, fixed_hex<HeaderHash>(b.at("header_hash")));
    EXPECT_EQ(applied->first.value, b.at("first").get<std::uint64_t>());
    ASSERT_EQ(applied->ids.size(), b.at("record_ids").size());
    for (std::size_t i = 0; i < applied->ids.size(); ++i)
      EXPECT_EQ(applied->ids[i], fixed_hex<RecordId>(b.at("record_ids")[i]));
  }

  void expect_refused(const Json& r) {
    SCOPED_TRACE("after height " + std::to_string(r.at("after_height").get<int>()) + ": " + text(r.at("name")));
    const HeaderHash before = chain_.head_hash();
    const std::string statuses = statuses_of(chain_);
    const auto block = log::decode_block(from_hex(r.at("block")));
    if (!block) {
      EXPECT_TRUE(allows(r.at("codes"), block.error().code)) << to_string(block.error());
      return;
    }
    const auto applied = chain_.apply(*block, Chain::Signatures::check);
    ASSERT_FALSE(applied) << "accepted, expected " << r.at("codes");
    EXPECT_TRUE(allows(r.at("codes"), applied.error().why.code))
        << why(applied.error()) << ", expected " << r.at("codes");
    if (!r.at("record").is_null()) {
      EXPECT_EQ(applied.error().record, r.at("record").get<std::size_t>());
    }
    EXPECT_EQ(chain_.head_hash(), before);
    EXPECT_EQ(statuses_of(chain_), statuses);
  }

  const Json& vectors_;
  Chain chain_;
};

TEST_F(GoldenChain, EveryHeaderComesOutByteForByte) {
  for (const Json& b : vectors_.at("blocks")) {
    expect_next(b);
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(chain_.head().height.value, 24U);
}

TEST_F(GoldenChain, RefusesTheBlocksThatMustBeRefusedAndStaysAsItWas) {
  std::size_t refused = 0;
  for (const Json& b : vectors_.at("blocks")) {
    for (const Json& r : vectors_.at("refused")) {
      if (r.at("after_height").get<std::uint64_t>() != chain_.head().height.value) continue;
      expect_refused(r);
      ++refused;
    }
    expect_next(b);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(refused, vectors_.at("refused").size());
}

/// Blocks one by one, and at each height those that must be refused. `look`: at each block that was applied.
void replay(const Json& v, const std::function<void(const Json& block, const Applied&)>& look) {
  Chain chain(*record::decode_genesis(text(v.at("file"))));
  std::size_t refused = 0;
  for (const Json& b : v.at("blocks")) {
    SCOPED_TRACE("height " + std::to_string(b.at("height").get<int>()));
    const auto block = log::decode_block(from_hex(b.at("bytes")));
    ASSERT_TRUE(block) << to_string(block.error());
    const auto applied = chain.apply(*block, Chain::Signatures::check);
    ASSERT_TRUE(applied) << why(applied.error());
    EXPECT_EQ(applied->header_text, text(b.at("header")));
    EXPECT_EQ(applied->header_hash, fixed_hex<HeaderHash>(b.at("header_hash")));
    const auto qc = log::decode_qc(from_hex(b.at("qc")));
    ASSERT_TRUE(qc);
    EXPECT_TRUE(log::check_qc(*qc, applied->header_hash, *applied->signers));
    look(b, *applied);
    for (const Json& r : v.at("refused")) {
      if (r.at("after_height") != b.at("height")) continue;
      SCOPED_TRACE(text(r.at("name")));
      const auto bad = log::decode_block(from_hex(r.at("block")));
      ++refused;
      if (!bad) {
        EXPECT_TRUE(allows(r.at("codes"), bad.error().code)) << to_string(bad.error());
        continue;
      }
      const auto answer = chain.apply(*bad, Chain::Signatures::check);
      ASSERT_FALSE(answer) << "accepted";
      EXPECT_TRUE(allows(r.at("codes"), answer.error().why.code)) << why(answer.error());
    }
  }
  EXPECT_EQ(refused, v.at("refused").size());
}

/// Epochs, a change of the set, a recovery: a chain of several validators.
TEST(GoldenChanges, EveryHeaderSignerAndRefusalComesOutAsThePageSays) {
  replay(golden("changes"), [](const Json& b, const Applied& applied) {
    ASSERT_EQ(applied.signers->size(), b.at("signers").size());
    for (std::size_t i = 0; i < applied.signers->size(); ++i)
      EXPECT_EQ(applied.signers->key(i).compressed(), fixed_hex<PublicKey>(b.at("signers")[i]));
  });
  EXPECT_EQ(golden("changes").at("blocks").size(), 8U);
}

TEST(GoldenOrderers, ThoseThatWereAddedOrderAndThoseThatWereRetiredDoNot) {
  std::vector<int> by;
  replay(golden("orderers"), [&](const Json& b, const Applied&) { by.push_back(b.at("orderer").get<int>()); });
  EXPECT_EQ(by, (std::vector{0, 0, 0, 1, 1, 2}));
}

record::MarkOrMissing mark(const Json& value) {
  return *record::parse_mark(text(value));
}

TEST(GoldenAssessment, AveragesAreThoseOfExactArithmetic) {
  const Json& v = golden("assessment");
  const std::string rules = text(v.at("rule_set"));
  const auto set = decode_rule_set(as_bytes(rules));
  ASSERT_TRUE(set) << to_string(set.error());
  EXPECT_EQ(set->id, text(v.at("value").at("id")));
  EXPECT_EQ(set->subjects.size(), v.at("value").at("subjects").size());
  for (const Json& t : v.at("terms")) {
    record::GradeDetail detail;
    for (const Json& m : t.at("regular")) detail.regular.push_back(mark(m));
    detail.mid = mark(t.at("mid"));
    detail.final = mark(t.at("final"));
    const auto average = term_average(*set, detail);
    ASSERT_TRUE(average) << t;
    EXPECT_EQ(record::mark_text(*average), text(t.at("average"))) << t;
  }
  for (const Json& y : v.at("years")) {
    const auto average =
        year_average(*set, *record::parse_mark(text(y.at("first"))), *record::parse_mark(text(y.at("second"))));
    ASSERT_TRUE(average);
    EXPECT_EQ(record::mark_text(*average), text(y.at("average"))) << y;
  }
  EXPECT_EQ(v.at("terms").size() + v.at("years").size(), 200U);
}

}  // namespace
}  // namespace stele::test
