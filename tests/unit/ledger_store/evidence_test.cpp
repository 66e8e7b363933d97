// What the ledger hands out must convince a verifier who has nothing but the genesis.
#include <gtest/gtest.h>

#include "ledger/verdict/verdict.h"
#include "tests/unit/sequencer/solo_node.h"

namespace stele::test {
namespace {

class Evidence : public ::testing::Test {
 protected:
  /// The school's story so far, all of it final.
  store::Ledger& ledger() {
    school.add({});
    school.add({});
    ledger_ = must(store::Ledger::open(school.genesis(), store::make_memory_store(), place.head()));
    copy_blocks(school, *ledger_);
    return *ledger_;
  }
  verdict::Verdict judge(const store::Ledger& l, const RecordId& id) {
    auto evidence = must(l.evidence(std::span(&id, 1)));
    verdict::Receipt receipt;
    receipt.net = l.genesis().net;
    while (record::decode(evidence.records[receipt.subject].jws)->id != id) ++receipt.subject;
    receipt.evidence = std::move(evidence);
    return verdict::judge_receipt(l.genesis(), verdict::encode(receipt), {});
  }

  School school;
  Place place{school.genesis()};
  std::unique_ptr<store::Ledger> ledger_;
};

std::string failures(const verdict::Verdict& v) {
  std::string out(verdict::outcome_name(v.outcome));
  for (const auto& p : v.parts) {
    if (p.answer != verdict::Answer::ok)
      out += " | " + std::string(verdict::part_name(p.part)) + ": " + p.code + " " + p.where;
  }
  return out;
}

TEST_F(Evidence, ProvesEveryRecordOfTheStory) {
  school.found_grade_and_issue();
  school.amend();
  school.graduate();
  const auto& l = ledger();
  const auto total = l.final_point()->checkpoint.size;
  ASSERT_GT(total, 20u);
  for (std::uint64_t i = 0; i < total; ++i) {
    const auto id = l.chain().state().ids[i];
    const auto evidence = l.evidence(std::span(&id, 1));
    ASSERT_TRUE(evidence.has_value()) << evidence.error().en;
    const auto facts = verdict::Facts::verify(l.genesis(), *evidence);
    ASSERT_TRUE(facts.has_value()) << i << " " << code_name(facts.error().code) << " " << facts.error().where;
    const auto v = judge(l, id);
    for (const auto part : {verdict::Part::file, verdict::Part::signature, verdict::Part::authority,
                            verdict::Part::inclusion, verdict::Part::finality, verdict::Part::status}) {
      const auto& p = v.parts[static_cast<std::size_t>(part)];
      const bool superseded = part == verdict::Part::status && v.outcome == verdict::Outcome::superseded;
      EXPECT_TRUE(p.answer == verdict::Answer::ok || superseded)
          << i << " " << record::type_name(record::decode(*must(l.store().record({i})))->type) << ": " << failures(v);
    }
  }
}

TEST_F(Evidence, ABagOfAllRecordsVerifiesToo) {
  school.found_grade_and_issue();
  school.amend();
  const auto& l = ledger();
  const auto evidence = l.evidence(std::span(l.chain().state().ids).first(l.final_point()->checkpoint.size));
  ASSERT_TRUE(evidence.has_value());
  const auto facts = verdict::Facts::verify(l.genesis(), *evidence);
  ASSERT_TRUE(facts.has_value()) << code_name(facts.error().code) << " " << facts.error().where;
}

TEST_F(Evidence, ShowsTheSealOfATranscript) {
  school.found_grade_and_issue();
  const auto& l = ledger();
  const auto evidence = must(l.evidence(std::span(&school.transcript.id, 1)));
  const auto facts = *verdict::Facts::verify(l.genesis(), evidence);
  ASSERT_NE(facts.find(school.seal_record), nullptr);
  EXPECT_EQ(judge(l, school.transcript.id).outcome, verdict::Outcome::valid);
}

TEST_F(Evidence, BringsTheSheetThatAnAmendReplacesRowsOf) {
  school.found_grade_and_issue();
  school.amend();
  const auto& l = ledger();
  const auto evidence = must(l.evidence(std::span(&school.amendment.id, 1)));
  const auto facts = *verdict::Facts::verify(l.genesis(), evidence);
  EXPECT_NE(facts.find(school.maths_1.id), nullptr);
}

TEST_F(Evidence, AuthorityIsThatOfTheTimeOfSigning) {
  school.found_grade_and_issue();
  // The clerk's key is suspended afterwards: what it signed before stays authorised.
  const auto key = school.staff("clerk").key_record;
  school.change(record::Type::suspend, key);
  const auto& l = ledger();
  ASSERT_EQ(l.final_status(key), log::Status::suspended);
  const auto v = judge(l, school.class_list.id);
  EXPECT_EQ(v.outcome, verdict::Outcome::valid) << failures(v);
}

TEST_F(Evidence, IsNotGivenForWhatIsUnknownOrNotFinal) {
  school.found();
  const auto last = school.add({school.sign("clerk", record::Type::document,
                                            record::Document{std::string(School::school), "minutes", {Digest{}}})})[0];
  ledger_ = must(store::Ledger::open(school.genesis(), store::make_memory_store(), place.head()));
  copy_blocks(school, *ledger_);
  const RecordId unknown{};
  EXPECT_EQ(code_of(ledger_->evidence(std::span(&unknown, 1))), "not_on_ledger");
  EXPECT_EQ(code_of(ledger_->evidence(std::span(&last, 1))), "not_final_yet");
}

TEST_F(Evidence, RefusesMoreThanOneFileHolds) {
  school.found();
  const auto& l = ledger();
  const std::vector<RecordId> many(verdict::records_max + 1, school.policy_record);
  EXPECT_EQ(code_of(l.evidence(many)), "evidence_too_large");
}

}  // namespace
}  // namespace stele::test
