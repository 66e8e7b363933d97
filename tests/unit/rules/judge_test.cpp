// Rules that a chain of a few blocks does not reach: judged against a state that the test changes by hand.
#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/record/decode.h"
#include "ledger/rules/effects.h"
#include "tests/support/school.h"

namespace stele::rules {
namespace {

using record::Type;
using test::School;

class JudgeTest : public ::testing::Test {
 protected:
  JudgeTest() { school_.found_grade_and_issue(); }

  [[nodiscard]] std::string verdict(const registry::State& state, const std::string& jws) const {
    const auto r = record::decode(jws);
    if (!r) return "not decoded: " + std::string(code_name(r.error().code));
    const auto judged = judge(state, *r, school_.now());
    return judged ? "accepted" : std::string(code_name(judged.error().code)) + " " + judged.error().where;
  }
  [[nodiscard]] std::string reinstate(const RecordId& lifts) const {
    return school_.sign("principal", Type::reinstate,
                        record::StatusChange{std::string(School::school), "under-review", {target()}, lifts});
  }
  [[nodiscard]] RecordId target() const { return school_.transcript.id; }
  /// The transcript, suspended by these.
  [[nodiscard]] registry::State suspended(std::vector<RecordId> by) const {
    registry::State s = school_.chain().state();
    s.status.set(s.find(target())->index, log::Status::suspended);
    s.suspensions.emplace(target(), std::move(by));
    return s;
  }
  [[nodiscard]] std::string transcript(std::optional<record::Jwk> holder) {
    auto claims = school_.build_claims(school_.transcript_claims());
    auto body = school_.credential_body(Type::transcript, claims, std::string(School::year));
    body.tag.bytes[0] ^= 1U;  // another student's
    body.cnf = holder;
    return school_.sign("principal", Type::transcript, body);
  }
  [[nodiscard]] record::Jwk jwk_of(const std::string& who) { return school_.key_body(school_.staff(who)).jwk; }

  School school_;
};

TEST_F(JudgeTest, ASuspensionIsLiftedByWhoeverSignedItOrStandsAbove) {
  const RecordId own = target(), offices = school_.class_list.id;
  auto state = suspended({own});
  EXPECT_EQ(verdict(state, reinstate(own)), "accepted");  // signed by the principal
  // The same, but signed by the officer of the department.
  state = suspended({school_.office_record});
  state.records.at(school_.office_record).kid = school_.staff("officer").key->id();
  EXPECT_EQ(verdict(state, reinstate(school_.office_record)), "lift_not_allowed stele.lifts");
  // Signed by a genesis root.
  state = suspended({school_.school_record});
  state.records.at(school_.school_record).kid = school_.root(0).id();
  EXPECT_EQ(verdict(state, reinstate(school_.school_record)), "lift_not_allowed stele.lifts");
  EXPECT_EQ(verdict(suspended({own}), reinstate(offices)), "not_suspended_by stele.targets[0]");
}

TEST_F(JudgeTest, WhatIsSuspendedMayBeSuspendedAgain) {
  const auto again = school_.sign("principal", Type::suspend,
                                  record::StatusChange{std::string(School::school), "under-review", {target()}, {}});
  EXPECT_EQ(verdict(suspended({school_.class_list.id}), again), "accepted");
}

TEST_F(JudgeTest, TheTargetIsValidWhenTheLastSuspensionEnds) {
  const RecordId first = school_.class_list.id, second = school_.maths_1.id;
  auto state = suspended({first, second});
  const auto lift = [&](const RecordId& id) {
    const auto r = record::decode(reinstate(id));
    Changes changes;
    std::vector<record::Record> due;
    enter(state, *r, {}, school_.now(), changes, due);
    for (const auto& now_due : due) take_effect(state, now_due, school_.now(), changes);
    return *state.status_of(target());
  };
  EXPECT_EQ(lift(first), log::Status::suspended);
  EXPECT_EQ(lift(first), log::Status::suspended);  // it ended before: nothing more happens
  EXPECT_EQ(lift(second), log::Status::valid);
  EXPECT_TRUE(state.suspensions.empty());
}

TEST_F(JudgeTest, AChangeOfSheetsHasOneTarget) {
  std::vector<RecordId> both{school_.maths_1.id, school_.gym_1.id};
  std::sort(both.begin(), both.end());
  const auto revoke = [&](std::vector<RecordId> targets) {
    return school_.sign("principal", Type::revoke,
                        record::StatusChange{std::string(School::school), "under-review", std::move(targets), {}});
  };
  EXPECT_EQ(verdict(school_.chain().state(), revoke({both[0]})), "accepted");
  EXPECT_EQ(verdict(school_.chain().state(), revoke(both)), "target_wrong_type stele.targets[1]");
}

TEST_F(JudgeTest, AHoldersKeyStandsInOneRecordOnly) {
  const auto wallet = signer::SigningKey::generate();
  auto jwk = jwk_of("teacher");
  const auto point = wallet.public_key().coordinates();
  std::copy_n(point.begin(), 32, jwk.x.begin());
  std::copy_n(point.begin() + 32, 32, jwk.y.begin());
  const auto& state = school_.chain().state();
  EXPECT_EQ(verdict(state, transcript(jwk)), "accepted");
  EXPECT_EQ(verdict(state, transcript(jwk_of("teacher"))), "holder_key_used cnf.jwk");
  auto used = state;
  used.holder_keys.insert(jwk.thumbprint());
  EXPECT_EQ(verdict(used, transcript(jwk)), "holder_key_used cnf.jwk");
  const auto newcomer = school_.sign("officer", Type::key, school_.key_body(school_.staff("newcomer")));
  EXPECT_EQ(verdict(state, newcomer), "accepted");
  used.holder_keys.insert(jwk_of("newcomer").thumbprint());
  EXPECT_EQ(verdict(used, newcomer), "key_taken stele.jwk");
}

TEST_F(JudgeTest, AKeySignsWhatItsUseIsForAndNothingElse) {
  const auto document = record::Document{std::string(School::school), "minutes", {Digest{}}};
  EXPECT_EQ(verdict(school_.chain().state(), school_.sign("seal", Type::document, document)), "key_wrong_use kid");
  EXPECT_EQ(verdict(school_.chain().state(), school_.second("principal", Type::seal, "principal", target())),
            "key_wrong_use kid");
}

}  // namespace
}  // namespace stele::rules
