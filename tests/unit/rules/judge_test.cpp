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

// ---- keys that change while something waits ----

class KeyChanges : public JudgeTest {
 protected:
  KeyChanges() {
    auto policy = school_.policy(2);
    record::Act regrant;
    regrant.act = Type::key;
    regrant.on = "sign";
    regrant.replaces = true;
    regrant.unit = record::Unit::own;
    regrant.roles = {"clerk"};
    regrant.may_grant = {"teacher"};
    auto replace = regrant;
    replace.on = "replace";
    replace.needs = {{Type::countersign, 1, record::Unit::above, {"registrar"}, {}}};
    policy.acts.push_back(regrant);
    policy.acts.push_back(replace);
    const auto id = school_.add({school_.sign(school_.root(0), Type::policy, policy)})[0];
    school_.add({school_.sign(school_.root(1), Type::approve, record::SecondSignature{"root", "root", {id}})});
    school_.add({});
    school_.add({});
  }

  /// The clerk's record of another person's key: its proof is public, and fits again.
  [[nodiscard]] record::Key again(const std::string& who) {
    auto body = school_.key_body(school_.staff(who));
    body.replaces = school_.staff(who).key_record;
    body.reason = "lost";
    return body;
  }
  [[nodiscard]] std::string by_clerk(const record::Key& body) const { return school_.sign("clerk", Type::key, body); }
  /// Another key for the teacher, with her own proof.
  [[nodiscard]] record::Key another_key() {
    auto staff = school_.staff("teacher");
    staff.key = std::make_shared<signer::SigningKey>(signer::SigningKey::generate());
    auto body = school_.key_body(staff);
    body.replaces = school_.staff("teacher").key_record;
    body.reason = "lost";
    return body;
  }
  [[nodiscard]] const registry::State& state() const { return school_.chain().state(); }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& block) {
    const auto done = school_.try_add(block);
    return done ? "accepted" : std::string(code_name(done.error().code)) + " " + done.error().where;
  }
};

TEST_F(KeyChanges, WhoMayNotGiveARoleMayNotTakeItAway) {
  auto stripped = again("principal");
  stripped.grants.clear();
  EXPECT_EQ(verdict(state(), by_clerk(stripped)), "grant_not_allowed stele.replaces");
  auto teacher = again("teacher");
  teacher.grants.pop_back();
  EXPECT_EQ(verdict(state(), by_clerk(teacher)), "accepted");
}

TEST_F(KeyChanges, OtherGrantsDoNotSaveAKeyFromAPendingSuspension) {
  const auto key_record = school_.staff("teacher").key_record;
  const auto suspend = school_.add(
      {school_.sign("principal", Type::suspend,
                    record::StatusChange{std::string(School::school), "under-review", {key_record}, {}})})[0];
  const auto latest = school_.add({by_clerk(again("teacher"))})[0];
  school_.add({});
  EXPECT_EQ(refusal({school_.second("officer", Type::countersign, "registrar", suspend)}), "accepted");
  EXPECT_EQ(state().status_of(latest), log::Status::suspended);
  EXPECT_EQ(state().status_of(key_record), log::Status::superseded);
  EXPECT_FALSE(state().key_valid(*state().key(school_.staff("teacher").key->id())));
}

TEST_F(KeyChanges, OtherGrantsDoNotStopAPendingReplacement) {
  const auto body = another_key();
  const auto pending = school_.add({by_clerk(body)})[0];
  const auto latest = school_.add({by_clerk(again("teacher"))})[0];
  school_.add({});
  EXPECT_EQ(refusal({school_.second("officer", Type::countersign, "registrar", pending)}), "accepted");
  EXPECT_EQ(state().status_of(latest), log::Status::superseded);
  EXPECT_FALSE(state().key_valid(*state().key(school_.staff("teacher").key->id())));
  EXPECT_TRUE(state().key_valid(*state().key(body.jwk.thumbprint())));
}

TEST_F(KeyChanges, TwoThatExcludeEachOtherDoNotComeIntoForceInOneBlock) {
  const auto pending = school_.add({by_clerk(another_key())})[0];
  school_.add({});
  const auto grants = by_clerk(again("teacher"));
  const auto completes = school_.second("officer", Type::countersign, "registrar", pending);
  EXPECT_EQ(refusal({grants, completes}), "target_not_valid stele.targets");
  EXPECT_EQ(refusal({completes, grants}), "target_not_valid stele.targets");
  EXPECT_EQ(refusal({completes}), "accepted");
}

TEST_F(JudgeTest, AnAmendmentAndATranscriptOfOneClassDoNotPassEachOtherInABlock) {
  record::Amend a;
  a.org = School::school;
  a.reason = "entry-error";
  a.target = school_.maths_1.id;
  a.positions = {School::row};
  a.root = school_.maths_1.root;
  a.rows = 16;
  a.supersedes = {target()};
  const auto amend = school_.sign("teacher", Type::amend, a);
  const auto other = transcript(std::nullopt);
  const auto refusal = [&](const std::vector<std::string>& block) {
    const auto done = school_.try_add(block);
    return done ? "accepted" : std::string(code_name(done.error().code)) + " " + done.error().where;
  };
  EXPECT_EQ(refusal({amend, other}), "amend_pending stele.class");
  EXPECT_EQ(refusal({other, amend}), "amend_pending stele.target");
  EXPECT_EQ(refusal({amend}), "accepted");
}

}  // namespace
}  // namespace stele::rules
