// What the ledger hands out must convince a verifier who has nothing but the genesis.
#include <gtest/gtest.h>

#include "ledger/record/decode.h"
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
    return judge(l, must(l.evidence(std::span(&id, 1))), id);
  }
  static verdict::Verdict judge(const store::Ledger& l, verdict::Evidence evidence, const RecordId& id) {
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

/// The bag without one of its records and all that is said of it.
verdict::Evidence without(verdict::Evidence e, const RecordId& id) {
  std::size_t at = 0;
  while (record::decode(e.records.at(at).jws)->id != id) ++at;
  e.records.erase(e.records.begin() + static_cast<std::ptrdiff_t>(at));
  const auto drop = [at](auto& facts) {
    std::erase_if(facts, [at](const auto& f) { return f.record == at; });
    for (auto& f : facts) f.record -= f.record > at ? 1 : 0;
  };
  drop(e.inclusions);
  drop(e.statuses);
  return e;
}

TEST_F(Evidence, AChangeBringsWhatItChangesAndIsJudgedByIt) {
  school.found_grade_and_issue();
  const RecordId sheet = school.maths_2.id;
  const std::vector<std::pair<RecordId, RecordId>> changes{
      {school.change(record::Type::suspend, school.transcript.id), school.transcript.id},
      {school.change(record::Type::reinstate, school.transcript.id), school.transcript.id},
      {school.change(record::Type::revoke, sheet), sheet},
      {school.change(record::Type::suspend, school.staff("gym").key_record), school.staff("gym").key_record}};
  const auto& l = ledger();
  for (const auto& [change, target] : changes) {
    const auto evidence = must(l.evidence(std::span(&change, 1)));
    const auto facts = *verdict::Facts::verify(l.genesis(), evidence);
    const auto at = facts.position(target);
    ASSERT_TRUE(at.has_value());
    EXPECT_TRUE(facts.on_ledger(*at));
    EXPECT_EQ(facts.status(*at, *facts.status_checkpoint()), l.final_status(target));
    EXPECT_EQ(judge(l, change).outcome, verdict::Outcome::valid) << failures(judge(l, change));
    const auto v = judge(l, without(evidence, target), change);
    const auto& authority = v.parts[static_cast<std::size_t>(verdict::Part::authority)];
    EXPECT_EQ(authority.code, "target_not_shown") << failures(v);
    EXPECT_NE(authority.answer, verdict::Answer::ok);
  }
}

TEST_F(Evidence, AnotherKeyForAPersonBringsTheKeyRecordThatItReplaces) {
  school.found();
  auto policy = school.policy(2);
  auto another = policy.acts.front();
  another.on = "replace";
  another.replaces = true;
  another.may_grant = {"teacher"};
  policy.acts.push_back(another);
  const auto next = school.add({school.sign(school.root(0), record::Type::policy, policy)})[0];
  school.add({school.sign(school.root(1), record::Type::approve, record::SecondSignature{"root", "root", {next}})});
  school.policy_record = next;

  const auto old = school.staff("teacher");
  auto lost = old;
  lost.key = std::make_shared<signer::SigningKey>(signer::SigningKey::generate());
  auto body = school.key_body(lost);
  body.replaces = old.key_record;
  body.reason = "lost";
  const auto id = school.add({school.sign("officer", record::Type::key, body)})[0];

  const auto& l = ledger();
  ASSERT_EQ(l.final_status(old.key_record), log::Status::superseded);
  const auto evidence = must(l.evidence(std::span(&id, 1)));
  const auto facts = *verdict::Facts::verify(l.genesis(), evidence);
  const auto at = facts.position(old.key_record);
  ASSERT_TRUE(at.has_value());
  EXPECT_EQ(facts.status(*at, *facts.status_checkpoint()), log::Status::superseded);
  EXPECT_EQ(judge(l, id).outcome, verdict::Outcome::valid) << failures(judge(l, id));
  // Without it nobody can tell whether it needed the act for another key or the one for other grants.
  const auto v = judge(l, without(evidence, old.key_record), id);
  EXPECT_EQ(v.parts[static_cast<std::size_t>(verdict::Part::authority)].code, "target_not_shown") << failures(v);
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
