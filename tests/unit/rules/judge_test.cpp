// Rules that a chain of a few blocks does not reach: judged against a state that the test changes by hand.
#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/base/hash.h"
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

TEST_F(JudgeTest, ASecondSignatureAnswersForAllWhoMadeItsKeyHoweverManyTheyAre) {
  const auto pending = school_.change(Type::suspend, target(), false);
  const auto agree = school_.second("officer", Type::countersign, "registrar", pending);
  auto state = school_.chain().state();
  const auto officer = state.keys.at(school_.staff("officer").key->id());
  auto newest = school_.staff("officer").key->id();
  for (int i = 0; i < 10'000; ++i) {
    const KeyId above{sha256(as_bytes("generation " + std::to_string(i))).bytes};
    auto k = officer;
    k.key.person = "person " + std::to_string(i);
    k.registrars.clear();
    state.keys.emplace(above, std::move(k));
    state.keys.at(newest).registrars = {above};
    newest = above;
  }
  EXPECT_EQ(verdict(state, agree), "accepted");
  state.keys.at(newest).registrars = {school_.staff("principal").key->id()};
  EXPECT_EQ(verdict(state, agree), "registered_by_first_signer stele.targets[0]");
}

TEST_F(JudgeTest, WhoMadeTheKeyOfAReinstaterIsAmongThem) {
  const auto pending = school_.change(Type::suspend, target(), false);
  const auto agree = school_.second("officer", Type::countersign, "registrar", pending);
  const auto& officer = school_.staff("officer");
  const auto suspension = school_.class_list.id;
  for (const bool by_principal : {false, true}) {
    auto state = school_.chain().state();
    if (by_principal)
      state.keys.at(school_.staff("teacher").key->id()).registrars = {school_.staff("principal").key->id()};
    state.status.set(state.find(officer.key_record)->index, log::Status::suspended);
    state.suspensions.emplace(officer.key_record, std::vector{suspension});
    const auto reinstate = record::decode(
        school_.sign("teacher", Type::reinstate,
                     record::StatusChange{officer.org, "under-review", {officer.key_record}, suspension}));
    Changes changes;
    std::vector<record::Record> due;
    enter(state, *reinstate, {}, school_.now(), changes, due);
    for (const auto& r : due) take_effect(state, r, school_.now(), changes);
    EXPECT_EQ(verdict(state, agree), by_principal ? "registered_by_first_signer stele.targets[0]" : "accepted");
  }
}

// ---- raising the rules ----

class RaisedRules : public JudgeTest {
 protected:
  [[nodiscard]] record::Policy policy(std::uint32_t rules, std::uint64_t from) const {
    auto out = school_.policy(school_.chain().state().policy->policy.number + 1);
    out.rules = rules;
    out.rules_from = from;
    return out;
  }
  [[nodiscard]] std::string by_root(const record::Policy& p) const {
    return school_.sign(school_.root(0), Type::policy, p);
  }
  [[nodiscard]] std::string approve(const RecordId& id) const {
    return school_.sign(school_.root(1), Type::approve, record::SecondSignature{"root", "root", {id}});
  }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& block) {
    const auto done = school_.try_add(block);
    return done ? "accepted" : std::string(code_name(done.error().code)) + " " + done.error().where;
  }
  [[nodiscard]] std::uint64_t next() const { return school_.chain().head().height.value + 1; }
};

TEST_F(RaisedRules, AHigherVersionHoldsFromAHeightThatIsStillToCome) {
  const auto& state = school_.chain().state();
  EXPECT_EQ(verdict(state, by_root(policy(1, 0))), "accepted");
  EXPECT_EQ(verdict(state, by_root(policy(1, next()))), "accepted") << "the same version: the height means nothing";
  EXPECT_EQ(verdict(state, by_root(policy(2, 0))), "out_of_bounds stele.rules_from");
  EXPECT_EQ(verdict(state, by_root(policy(2, next()))), "out_of_bounds stele.rules_from");
  EXPECT_EQ(verdict(state, by_root(policy(2, next() + 1))), "accepted");
  EXPECT_EQ(verdict(state, by_root(policy(3, next() + 1))), "out_of_bounds stele.rules") << "one at a time";
}

TEST_F(RaisedRules, TheHeightIsStillToComeWhenThePolicyComesIntoForce) {
  const auto late = school_.add({by_root(policy(2, next() + 2))})[0];
  school_.add({});
  EXPECT_EQ(refusal({approve(late)}), "out_of_bounds stele.rules_from");
  const auto in_time = school_.add({by_root(policy(2, next() + 2))})[0];
  EXPECT_EQ(refusal({approve(in_time)}), "accepted");
}

TEST_F(RaisedRules, NoneIsLowerAndNoneIsPutOff) {
  const auto first = next() + 4;
  const auto raise = school_.add({by_root(policy(2, first))})[0];
  school_.add({approve(raise)});
  const auto& state = school_.chain().state();
  EXPECT_EQ(verdict(state, by_root(policy(1, 0))), "out_of_bounds stele.rules");
  EXPECT_EQ(verdict(state, by_root(policy(3, next()))), "out_of_bounds stele.rules_from");
  const auto same = school_.add({by_root(policy(2, first + 1'000))})[0];
  school_.add({approve(same)});
  EXPECT_EQ(next(), first);
  EXPECT_EQ(state.policy->id, same);
  EXPECT_EQ(state.rules_next(), 2u);
}

TEST_F(RaisedRules, AnEarlierRaiseStillHoldsWhereALaterOneDoesNotYet) {
  const auto first = next() + 5;
  for (const auto& [rules, from] : {std::pair(2U, first), std::pair(3U, first + 1), std::pair(5U, first + 2)}) {
    auto state = school_.chain().state();
    state.raised = {{Height{first}, 2}, {Height{first + 1}, 3}, {Height{first + 2}, 5}};
    state.height = Height{from - 1};
    EXPECT_EQ(state.rules_next(), rules);
    state.height = Height{first - 2};
    EXPECT_EQ(state.rules_next(), 1u);
  }
}

TEST_F(RaisedRules, AProgramThatDoesNotKnowThemStopsBelowTheirFirstBlock) {
  const auto raise = school_.add({by_root(policy(2, next() + 3))})[0];
  school_.add({approve(raise)});
  const auto document =
      school_.sign("clerk", Type::document, record::Document{std::string(School::school), "minutes", {Digest{}}});
  EXPECT_EQ(refusal({document}), "accepted") << "the last block of rules 1";
  const auto head = school_.chain().head_hash();
  EXPECT_EQ(refusal({}), "rules_unknown ");
  EXPECT_EQ(refusal({document}), "rules_unknown ");
  ASSERT_FALSE(school_.chain().next_rules().has_value());
  auto block = std::move(school_.chain().build(school_.blocks().back().qc, 0)).finish().take_block();
  EXPECT_EQ(block.rules, 2u);
  rules::Chain other(school_.genesis());
  for (const auto& b : school_.blocks()) ASSERT_TRUE(other.apply(b.block, rules::Chain::Signatures::check).has_value());
  for (const std::uint32_t rules : {1, 2, 3}) {
    block.rules = rules;
    block.signature = school_.orderer().sign(log::block_digest(log::body_hash(block)));
    const auto done = other.apply(block, rules::Chain::Signatures::check);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().why.code, RejectionCode::rules_unknown);
  }
  EXPECT_EQ(other.head_hash(), head);
}

TEST_F(RaisedRules, AQuotaCountsWhatCameBeforeItThatDay) {
  const auto document = [&](std::uint8_t number) {
    return school_.sign(
        "clerk", Type::document,
        record::Document{std::string(School::school), "minutes", {Digest{std::array<std::uint8_t, 32>{number}}}});
  };
  school_.add({document(1), document(2)});
  auto body = policy(1, 0);
  body.quotas = {{Type::document, 3}};
  const auto id = school_.add({by_root(body)})[0];
  school_.add({approve(id)});
  EXPECT_EQ(refusal({document(3), document(4)}), "quota_exceeded ");
  EXPECT_EQ(refusal({document(3)}), "accepted");
  EXPECT_EQ(refusal({document(4)}), "quota_exceeded ");
  school_.wait(86'400);
  EXPECT_EQ(refusal({document(4)}), "accepted");
}

TEST_F(RaisedRules, ALongerLimitDoesNotBringBackWhatWasTooOld) {
  const auto document = [&](std::uint8_t number) {
    return school_.sign(
        "clerk", Type::document,
        record::Document{std::string(School::school), "minutes", {Digest{std::array<std::uint8_t, 32>{number}}}});
  };
  const auto first = document(1);
  school_.wait(86'400);
  school_.wait(60);
  const auto second = document(2);
  school_.wait(30 * 86'400 - 3'600);
  EXPECT_EQ(refusal({first}), "after_unknown stele.after");
  auto body = policy(1, 0);
  body.limits.after_days = 60;
  const auto id = school_.add({by_root(body)})[0];
  school_.add({approve(id)});
  school_.wait(7'200);
  EXPECT_EQ(refusal({first}), "after_unknown stele.after");
  EXPECT_EQ(refusal({second}), "accepted") << "it was never too old";
}

// ---- a suspended organisation ----

class SuspendedOrg : public JudgeTest {
 protected:
  /// A policy by which officers replace the records of schools below theirs.
  void officers_may_replace(std::vector<record::Need> needs) {
    auto policy = school_.policy(2);
    record::Act act;
    act.act = Type::org;
    act.replaces = true;
    act.unit = record::Unit::own;  // the organisation of such a record is its parent
    act.roles = {"registrar"};
    act.needs = std::move(needs);
    policy.acts.push_back(act);
    by_roots(Type::policy, policy);
  }
  [[nodiscard]] std::string approved(const RecordId& id) const {
    return school_.sign(school_.root(1), Type::approve, record::SecondSignature{"root", "root", {id}});
  }
  RecordId by_roots(Type type, const record::Body& body) {
    const auto id = school_.add({school_.sign(school_.root(0), type, body)})[0];
    school_.add({approved(id)});
    return id;
  }
  void change_by_roots(Type type) {
    by_roots(type, record::StatusChange{std::string(School::school), "under-review", {latest()}, {}});
  }
  /// The school's record as it stands, under another name.
  [[nodiscard]] record::Org renamed() const {
    auto out = state().org(School::school)->org;
    out.name = "Trường THPT Ví Dụ Một";
    out.replaces = latest();
    out.reason = "entry-error";
    return out;
  }
  [[nodiscard]] std::string by_officer() const { return school_.sign("officer", Type::org, renamed()); }
  [[nodiscard]] const registry::State& state() const { return school_.chain().state(); }
  [[nodiscard]] RecordId latest() const { return state().org(School::school)->id; }
  [[nodiscard]] log::Status status(const RecordId& id) const { return *state().status_of(id); }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& block) {
    const auto done = school_.try_add(block);
    return done ? "accepted" : std::string(code_name(done.error().code)) + " " + done.error().where;
  }
};

TEST_F(SuspendedOrg, IsReplacedByRootsOnly) {
  officers_may_replace({});
  EXPECT_EQ(verdict(state(), by_officer()), "accepted");
  const auto suspended = latest();
  change_by_roots(Type::suspend);
  ASSERT_EQ(status(suspended), log::Status::suspended);
  EXPECT_EQ(verdict(state(), by_officer()), "bad_replaces stele.replaces");
  EXPECT_EQ(refusal({by_officer()}), "bad_replaces stele.replaces");
  EXPECT_EQ(latest(), suspended);
  const auto by_them = by_roots(Type::org, renamed());
  EXPECT_EQ(latest(), by_them);
  EXPECT_EQ(status(by_them), log::Status::valid);
  EXPECT_EQ(status(suspended), log::Status::superseded);
  EXPECT_TRUE(state().org_valid(School::school));
  EXPECT_EQ(refusal({by_officer()}), "accepted") << "it is valid again";
}

TEST_F(SuspendedOrg, OnceRevokedIsReplacedByNobody) {
  officers_may_replace({});
  change_by_roots(Type::revoke);
  EXPECT_EQ(verdict(state(), by_officer()), "bad_replaces stele.replaces");
  EXPECT_EQ(verdict(state(), school_.sign(school_.root(0), Type::org, renamed())), "bad_replaces stele.replaces");
}

TEST_F(SuspendedOrg, IsNotReplacedByWhatWaitedForASecondOfficerEither) {
  officers_may_replace({{Type::countersign, 1, record::Unit::own, {"registrar"}, {}}});
  auto& second = school_.staff("newcomer");
  second.org = School::office;
  second.grants = school_.staff("officer").grants;
  second.key_record = by_roots(Type::key, school_.key_body(second));
  school_.wait(2 * 86'400);
  const auto waits = school_.add({by_officer()})[0];
  const auto roots_wait = school_.add({school_.sign(school_.root(0), Type::org, renamed())})[0];
  school_.add({});
  const auto agree = school_.second("newcomer", Type::countersign, "registrar", waits);
  ASSERT_EQ(verdict(state(), agree), "accepted");
  change_by_roots(Type::suspend);
  EXPECT_EQ(refusal({agree}), "bad_replaces stele.replaces");
  EXPECT_EQ(refusal({approved(roots_wait)}), "accepted");
  EXPECT_EQ(latest(), roots_wait);
  EXPECT_EQ(status(roots_wait), log::Status::valid);
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
    const record::Need principal{Type::countersign, 1, record::Unit::own, {"principal"}, {}};
    record::Act report;
    report.act = Type::compromise;
    report.unit = record::Unit::above;
    report.roles = {"registrar"};
    report.needs = {principal};
    policy.acts.push_back(report);
    report.act = Type::reinstate;
    policy.acts.push_back(report);
    report.act = Type::suspend;
    policy.acts.push_back(report);
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

class StolenKeys : public KeyChanges {
 protected:
  /// The newcomer is a second officer here: the first one registered the school's keys, so that none of them may agree
  /// with him.
  StolenKeys() {
    auto& inspector = school_.staff("newcomer");
    inspector.org = School::office;
    inspector.grants = school_.staff("officer").grants;
    inspector.key_record = school_.add({school_.sign(school_.root(0), Type::key, school_.key_body(inspector))})[0];
    school_.add({school_.sign(school_.root(1), Type::approve,
                              record::SecondSignature{"root", "root", {inspector.key_record}})});
    school_.add({});
    school_.add({});
  }
  [[nodiscard]] KeyId key_of(const std::string& who) { return school_.staff(who).key->id(); }
  [[nodiscard]] record::Compromise report_of(const std::string& who, const RecordId& first) {
    return {std::string(School::school), key_of(who), state().find(first)->index.value, {}, "lost"};
  }
  [[nodiscard]] std::string signed_by(const std::string& who, const record::Compromise& c) const {
    return school_.sign(who, Type::compromise, c);
  }
  [[nodiscard]] std::string document(const std::string& who, std::uint8_t number) const {
    return school_.sign(
        who, Type::document,
        record::Document{std::string(School::school), "minutes", {Digest{std::array<std::uint8_t, 32>{number}}}});
  }
  [[nodiscard]] std::string agreed(const RecordId& report) const {
    return school_.second("principal", Type::countersign, "principal", report);
  }
  [[nodiscard]] std::string cleared(Type type, const RecordId& target, const RecordId& report) const {
    const auto lifts = type == Type::reinstate ? std::optional(report) : std::nullopt;
    return school_.sign("newcomer", type, record::StatusChange{std::string(School::school), "lost", {target}, lifts});
  }
  [[nodiscard]] log::Status status(const RecordId& id) const { return *state().status_of(id); }
};

TEST_F(StolenKeys, WhatTheKeySignedFromThereIsSuspendedUpToTheBlockInWhichTheReportComesIntoForce) {
  const auto before = school_.add({document("clerk", 1)})[0];
  const auto first = school_.add({document("clerk", 2)})[0];
  const auto report = school_.add({signed_by("newcomer", report_of("clerk", first))})[0];
  EXPECT_EQ(status(first), log::Status::valid) << "it awaits the second person";
  const auto last = school_.add({agreed(report), document("clerk", 4)})[1];
  EXPECT_EQ(status(before), log::Status::valid);
  EXPECT_EQ(status(first), log::Status::suspended);
  EXPECT_EQ(status(last), log::Status::suspended);
  EXPECT_EQ(status(report), log::Status::valid);
  EXPECT_EQ(status(school_.staff("clerk").key_record), log::Status::revoked);
  EXPECT_EQ(refusal({document("clerk", 5)}), "key_not_valid kid");
}

TEST_F(StolenKeys, NothingAboveTheLastSuspectIsTouched) {
  const auto made = school_.add({document("clerk", 1), document("clerk", 2), document("clerk", 3)});
  auto body = report_of("clerk", made[0]);
  body.to = body.from + 1;
  const auto report = school_.add({signed_by("newcomer", body)})[0];
  school_.add({agreed(report)});
  EXPECT_EQ(status(made[1]), log::Status::suspended);
  EXPECT_EQ(status(made[2]), log::Status::valid);
}

TEST_F(StolenKeys, WhatAKeyApprovedAndIsPendingAwaitsAnother) {
  const auto pending = school_.add({school_.sign(
      "principal", Type::suspend, record::StatusChange{std::string(School::school), "lost", {target()}, {}})})[0];
  auto s = state();
  const auto last = s.ids.size() - 1;
  auto& given = s.pending.at(pending).given;
  given.push_back({Type::countersign, "x", "y", key_of("clerk"), 0, RecordIndex{last}});
  given.push_back({Type::countersign, "x", "y", key_of("clerk"), 0, RecordIndex{last - 1}});
  given.push_back({Type::countersign, "x", "y", key_of("homeroom"), 0, RecordIndex{last}});
  auto body = report_of("clerk", pending);
  body.from = last;
  const auto report = record::decode(signed_by("newcomer", body));
  Changes changes;
  std::vector<record::Record> due;
  enter(s, *report, {}, school_.now(), changes, due);
  for (const auto& r : due) take_effect(s, r, school_.now(), changes);
  ASSERT_EQ(given.size(), 2u);
  EXPECT_EQ(given[0].index.value, last - 1);
  EXPECT_EQ(given[1].kid, key_of("homeroom"));
}

TEST_F(StolenKeys, SecondSignaturesAndAmendsAreSuspendedByAReportAlone) {
  school_.amend();
  const auto& amend = school_.amendment.id;
  const auto& seal = school_.seal_record;
  for (const auto& id : {amend, seal}) {
    EXPECT_EQ(verdict(state(), cleared(Type::suspend, id, {})), "target_wrong_type stele.targets[0]");
    EXPECT_EQ(verdict(state(), cleared(Type::revoke, id, {})), "target_wrong_type stele.targets[0]");
  }
  const auto of_seal = school_.add({signed_by("newcomer", report_of("seal", seal))})[0];
  school_.add({agreed(of_seal)});
  const auto of_teacher = school_.add({signed_by("newcomer", report_of("teacher", amend))})[0];
  school_.add({agreed(of_teacher)});
  EXPECT_EQ(status(seal), log::Status::suspended);
  EXPECT_EQ(status(amend), log::Status::suspended);
  EXPECT_EQ(status(school_.maths_1.id), log::Status::valid) << "before the first suspect";
  for (const auto& [id, report] : {std::pair(seal, of_seal), std::pair(amend, of_teacher)}) {
    const auto clear = school_.add({cleared(Type::reinstate, id, report)})[0];
    school_.add({agreed(clear)});
    EXPECT_EQ(status(id), log::Status::valid);
    EXPECT_FALSE(state().suspensions.contains(id));
  }
}

TEST_F(StolenKeys, WhoMayReport) {
  const auto first = target();
  auto body = report_of("principal", first);
  EXPECT_EQ(verdict(state(), signed_by("newcomer", body)), "accepted");
  EXPECT_EQ(verdict(state(), signed_by("clerk", body)), "no_authority ");
  body.key = school_.root(1).id();
  EXPECT_EQ(verdict(state(), signed_by("newcomer", body)), "no_authority stele.key");
  auto own = report_of("officer", first);
  EXPECT_EQ(verdict(state(), signed_by("newcomer", own)), "target_wrong_org stele.key");
  own.org = School::office;
  EXPECT_EQ(verdict(state(), school_.sign(school_.root(0), Type::compromise, own)), "accepted");
  // The person whose key it is does not count as the second one.
  const auto report = school_.add({signed_by("newcomer", report_of("principal", first))})[0];
  school_.add({});
  EXPECT_EQ(verdict(state(), agreed(report)), "same_person stele.targets[0]");
}

TEST_F(StolenKeys, NobodyReportsTheirOwnKey) {
  auto policy = state();
  for (auto& a : policy.policy->policy.acts) {
    if (a.act == Type::compromise) a.unit = record::Unit::own;
  }
  auto own = report_of("newcomer", target());
  own.org = School::office;
  EXPECT_EQ(verdict(policy, signed_by("newcomer", own)), "same_person stele.key");
}

TEST_F(StolenKeys, OfficersReachThirtyDaysBackAndRootsFurther) {
  const auto first = school_.add({document("clerk", 1)})[0];
  const auto index = state().find(first)->index.value;
  const auto body = report_of("clerk", first);
  const UnixSeconds last{school_.blocks().back().header.time.value + registry::compromise_back_s};
  while (school_.now().value + 6 * 86'400 < last.value) school_.wait(5 * 86'400);
  const auto at = [&](UnixSeconds time, const std::string& jws) {
    const auto judged = judge(state(), *record::decode(jws), time);
    return judged ? "accepted" : std::string(code_name(judged.error().code)) + " " + judged.error().where;
  };
  const auto by_officer = signed_by("newcomer", body);
  EXPECT_EQ(at(last, by_officer), "accepted");
  EXPECT_EQ(at({last.value + 1}, by_officer), "too_far_back stele.from");
  EXPECT_EQ(at({last.value + 1}, school_.sign(school_.root(0), Type::compromise, body)), "accepted");
  auto later = body;
  later.from = index + 1;
  EXPECT_EQ(at({last.value + 1}, signed_by("newcomer", later)), "accepted") << "not there yet";
  const auto report = school_.add({by_officer})[0];
  school_.wait(last.value - school_.now().value + 1);
  EXPECT_EQ(refusal({agreed(report)}), "accepted") << "it reached that far when it came in";
  EXPECT_EQ(status(first), log::Status::suspended);
}

TEST_F(StolenKeys, OtherGrantsInThatBlockDoNotBringTheKeyBack) {
  for (const bool grants_first : {false, true}) {
    const std::string who = grants_first ? "teacher" : "gym";
    const auto report = school_.add({signed_by("newcomer", report_of(who, target()))})[0];
    school_.add({});
    std::vector<std::string> block{agreed(report), by_clerk(again(who))};
    if (grants_first) std::swap(block[0], block[1]);
    const auto ids = school_.add(block);
    EXPECT_EQ(status(ids[grants_first ? 0 : 1]), log::Status::revoked);
    EXPECT_FALSE(state().key_valid(*state().key(key_of(who))));
  }
}

TEST_F(StolenKeys, WhatComesIntoForceInTheBlockOfTheReportDoesNotEscapeIt) {
  const auto report = school_.add({signed_by("newcomer", report_of("clerk", target()))})[0];
  const auto body = another_key();
  const auto key = school_.add({by_clerk(body)})[0];
  school_.add({});
  school_.add({agreed(report), school_.second("officer", Type::countersign, "registrar", key)});
  EXPECT_EQ(status(key), log::Status::suspended);
  EXPECT_EQ(state().suspensions.at(key), std::vector{report});
  EXPECT_FALSE(state().key_valid(*state().key(body.jwk.thumbprint())));
}

TEST_F(StolenKeys, NorInTheOtherOrder) {
  const auto report = school_.add({signed_by("newcomer", report_of("clerk", target()))})[0];
  const auto body = another_key();
  const auto key = school_.add({by_clerk(body)})[0];
  school_.add({});
  school_.add({school_.second("officer", Type::countersign, "registrar", key), agreed(report)});
  EXPECT_EQ(status(key), log::Status::suspended);
  EXPECT_EQ(state().suspensions.at(key), std::vector{report});
  EXPECT_FALSE(state().key_valid(*state().key(body.jwk.thumbprint())));
}

TEST_F(KeyChanges, OtherGrantsInTheBlockOfASuspensionDoNotEndIt) {
  const auto key_record = school_.staff("teacher").key_record;
  const auto suspend = school_.add(
      {school_.sign("principal", Type::suspend,
                    record::StatusChange{std::string(School::school), "under-review", {key_record}, {}})})[0];
  school_.add({});
  const auto latest =
      school_.add({school_.second("officer", Type::countersign, "registrar", suspend), by_clerk(again("teacher"))})[1];
  EXPECT_EQ(state().status_of(latest), log::Status::suspended);
  EXPECT_EQ(state().suspensions.at(latest), std::vector{suspend});
}

TEST_F(KeyChanges, NorDoOthersThatWaitedForASecondPerson) {
  const auto key_record = school_.staff("teacher").key_record;
  const auto ids =
      school_.add({school_.sign("principal", Type::suspend,
                                record::StatusChange{std::string(School::school), "under-review", {key_record}, {}}),
                   school_.sign(school_.root(0), Type::key, again("teacher"))});
  school_.add({});
  const auto approve = school_.sign(school_.root(1), Type::approve, record::SecondSignature{"root", "root", {ids[1]}});
  school_.add({school_.second("officer", Type::countersign, "registrar", ids[0]), approve});
  EXPECT_EQ(state().status_of(ids[1]), log::Status::suspended);
  EXPECT_FALSE(state().key_valid(*state().key(school_.staff("teacher").key->id())));
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
