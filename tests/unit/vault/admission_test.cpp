// What the vault signs for: what is true now, once, and of the right student.
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "tests/unit/vault/support.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;

class Admission : public VaultTest {
 protected:
  void SetUp() override { year(); }
  /// The code and where, or "ok".
  std::string said(const Answer& a) {
    return a ? "ok" : a.error().code + (a.error().where.field.empty() ? "" : " " + a.error().where.field);
  }
  std::string said(const Sent& s) { return said(accept(s)); }
  /// As if the orderer had answered that it will not have it.
  void refuse(const Sent& s) { ASSERT_TRUE(vault_->not_taken(std::span(&s.record, 1), view())); }
  /// As if nothing but the time of holding had passed.
  void give_up(const Sent& s) { vault_->arrived(std::span(&s.record.id, 1)); }
  void seal(const Sent& s) { school_.add({school_.second("seal", Type::seal, "school-seal", s.record.id)}); }
  void countersign(const Sent& s) {
    school_.add({school_.second("principal", Type::countersign, "principal", s.record.id)});
  }
  static Sent bare(Sent s) {
    s.payload.clear();
    return s;
  }
  Sent sealed_transcript(std::size_t pupil) {
    auto t = transcript(pupil);
    keep(t);
    seal(t);
    return t;
  }
};

// ---- what is held is checked again ----

TEST_F(Admission, ATranscriptHeldFromBeforeAnAmendIsNotAckedAnyMore) {
  const auto t = transcript(0);
  ASSERT_EQ(said(t), "ok");
  give_up(t);
  EXPECT_EQ(said(bare(t)), "ok");  // nothing has changed yet
  give_up(t);
  const auto change = amend_maths(0);
  keep(change);
  countersign(change);
  EXPECT_EQ(said(bare(t)), "payload_figure payload.subject.toan.hk1");
  EXPECT_EQ(said(bare(t)), "payload_figure payload.subject.toan.hk1");  // and it is kept: its record may come yet
}

TEST_F(Admission, AnAmendHeldFromBeforeATranscriptMustSupersedeIt) {
  const auto change = amend_maths(0);
  ASSERT_EQ(said(change), "ok");
  give_up(change);
  keep(transcript(0));
  EXPECT_EQ(said(bare(change)), "payload_figure stele.supersedes");
}

TEST_F(Admission, ADiplomaHeldFromBeforeItsBasisWasSupersededIsNotAckedAnyMore) {
  const auto t = sealed_transcript(0);
  const auto d = diploma(0, {t.record.id});
  ASSERT_EQ(said(d), "ok");
  give_up(d);
  const auto change = amend_maths(0, {t.record.id});
  keep(change);
  countersign(change);
  EXPECT_EQ(said(bare(d)), "payload_basis payload.basis");
}

TEST_F(Admission, WhatIsOnTheLedgerIsAckedAsItIs) {
  const auto t = transcript(0);
  keep(t);
  EXPECT_EQ(said(bare(t)), "ok");
  EXPECT_EQ(said(bare(hk1_)), "ok");
}

// ---- one figure of one student ----

TEST_F(Admission, NoSecondSheetHoldsTheSameStudent) {
  const auto second = maths("hk1", "8.3", "a");
  EXPECT_EQ(said(second).substr(0, 25), "sheet_exists payload.rows");
}

class TwoSheets : public Admission {
 protected:
  void SetUp() override { keep(list_ = class_list()); }
};

TEST_F(TwoSheets, OnTheirWayDoNotHoldTheSameStudentEither) {
  const auto a = maths("hk1", "8.3", "a"), b = maths("hk1", "8.3", "b");
  const std::vector<vault::Submission> both{{&a.record, a.jws, a.payload}, {&b.record, b.jws, b.payload}};
  const auto answers = vault_->accept(both, view());
  EXPECT_EQ(said(answers.at(0)), "ok");
  EXPECT_EQ(said(answers.at(1)), "in_flight");
  EXPECT_EQ(said(maths("hk2")), "ok");  // another term
  school_.add({a.jws});
  EXPECT_EQ(said(b).substr(0, 25), "sheet_exists payload.rows");
}

TEST_F(TwoSheets, OneThatIsNotHeldHereMayHoldAnybody) {
  school_.add({maths("hk1", "8.3", "a").jws});
  EXPECT_EQ(said(maths("hk1", "8.3", "b")), "sheet_exists stele.group");
}

// ---- amends and transcripts of one class ----

TEST_F(Admission, ATranscriptWaitsForTheAmendOnItsWay) {
  const auto change = amend_maths(0);
  ASSERT_EQ(said(change), "ok");
  EXPECT_EQ(said(transcript(1)), "in_flight");
  EXPECT_EQ(said(change), "ok");  // again: it does not wait for itself
  refuse(change);
  EXPECT_EQ(said(transcript(1)), "in_flight");  // the second try still flies
  refuse(change);
  EXPECT_EQ(said(transcript(1)), "ok");
}

TEST_F(Admission, AnAmendWaitsForTheTranscriptOnItsWay) {
  const auto t = transcript(1);
  ASSERT_EQ(said(t), "ok");
  EXPECT_EQ(said(amend_maths(0)), "in_flight");
  school_.add({t.jws});  // the vault was not told, and sees it on the ledger
  EXPECT_EQ(said(amend_maths(0)), "ok");
}

// ---- what comes to nothing leaves nothing ----

class Sweep : public Admission {
 protected:
  static constexpr std::uint64_t days_31 = 31 * 86'400;
  /// The ledger's newest block is so much later. Is there more to look at?
  bool sweep(std::uint64_t later_s) {
    const auto done = vault_->sweep(view(), UnixSeconds{school_.now().value + later_s}, final_size_);
    EXPECT_TRUE(done) << done.error().en;
    return done && *done;
  }
  bool held(const Sent& s) { return vault_->holds(s.record); }
  std::uint64_t final_size_ = ~std::uint64_t{0};
};

TEST_F(Sweep, APayloadWhoseRecordCantComeAnyMoreIsErased) {
  const auto t = transcript(0), arrived = transcript(1);
  ASSERT_EQ(said(t), "ok");
  keep(arrived);
  sweep(days_31);
  EXPECT_TRUE(held(t)) << "it is on its way";
  give_up(t);
  sweep(days_31 - 2 * 86'400);
  EXPECT_TRUE(held(t)) << "an orderer may have kept it back until now";
  sweep(days_31);
  EXPECT_FALSE(held(t));
  EXPECT_TRUE(held(arrived));
  EXPECT_TRUE(held(hk1_));
}

TEST_F(Sweep, TheNameBehindAKeyThatNeverCameIsErasedToo) {
  const auto key = key_record();
  ASSERT_EQ(said(key), "ok");
  give_up(key);
  sweep(0);
  EXPECT_TRUE(held(key));
  sweep(days_31);
  EXPECT_FALSE(held(key));
}

TEST_F(Sweep, WhatStandsInABlockThatIsNotFinalGoesOnWaiting) {
  final_size_ = school_.chain().head().size;
  const auto t = transcript(0);
  keep(t);
  sweep(days_31);
  EXPECT_TRUE(held(t));
  // The block is given up, and another one takes its place.
  registry::State without = school_.chain().state();
  without.records.erase(t.record.id);
  give_up(t);
  ASSERT_TRUE(vault_->sweep({&without, view().record}, UnixSeconds{school_.now().value + days_31}, final_size_));
  EXPECT_FALSE(held(t)) << "it was not forgotten that it waits";
}

TEST_F(Sweep, OneThatIsDamagedHoldsUpNoOther) {
  const auto a = transcript(0), b = transcript(1);
  for (const auto* s : {&a, &b}) {
    ASSERT_EQ(said(*s), "ok");
    give_up(*s);
  }
  const auto& first = a.record.id < b.record.id ? a : b;
  const auto& second = &first == &a ? b : a;
  close();
  surgery().put(VaultSurgery::waiting(first.record.id), as_bytes("torn"));
  open();
  const auto done = vault_->sweep(view(), UnixSeconds{school_.now().value + days_31}, final_size_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "vault_damaged");
  EXPECT_FALSE(held(second));
}

TEST_F(Sweep, GoesOnWhereItStood) {
  std::vector<Sent> lists;
  for (std::size_t i = 0; i <= vault::Vault::sweep_max; ++i) {
    lists.push_back(class_list());
    ASSERT_EQ(said(lists.back()), "ok");
    give_up(lists.back());
  }
  const auto left = [&] { return std::count_if(lists.begin(), lists.end(), [&](const Sent& s) { return held(s); }); };
  EXPECT_TRUE(sweep(0));
  EXPECT_FALSE(sweep(0));  // and those of the year are on the ledger: they need no looking at any more
  EXPECT_TRUE(sweep(days_31));
  EXPECT_EQ(left(), 1);
  EXPECT_FALSE(sweep(days_31));
  EXPECT_EQ(left(), 0);
}

TEST_F(Admission, APayloadOfARefusedRecordIsErased) {
  const auto t = transcript(0);
  ASSERT_EQ(said(t), "ok");
  ASSERT_TRUE(vault_->credential(t.record, reader_).value());
  refuse(t);
  EXPECT_FALSE(vault_->credential(t.record, reader_).value());
  const auto change = amend_maths(0);
  ASSERT_EQ(said(change), "ok");
  refuse(change);
  EXPECT_EQ(fault_of(vault_->rows(change.record, reader_), change.record.id).substr(0, 9), "not_found");
  const auto key = key_record();
  ASSERT_EQ(said(key), "ok");
  refuse(key);
  EXPECT_FALSE(vault_->person(key.record).value());
}

TEST_F(Admission, APayloadOfARecordOnTheLedgerIsNot) {
  const auto t = transcript(0);
  keep(t);
  refuse(t);
  refuse(hk1_);
  EXPECT_TRUE(vault_->credential(t.record, reader_).value());
  EXPECT_EQ(vault_->rows(hk1_.record, reader_).value().size(), pupils);
}

TEST_F(Admission, ASerialIsTakenByTheLedgerAndForAMomentByWhatFlies) {
  const auto t = sealed_transcript(0);
  const auto u = sealed_transcript(1);
  const auto first = diploma(0, {t.record.id}), second = diploma(1, {u.record.id});
  ASSERT_EQ(said(first), "ok");
  EXPECT_EQ(said(second), "in_flight");
  give_up(first);  // never heard of again, its payload still here
  EXPECT_EQ(said(second), "ok");
  refuse(second);
  keep(first);
  EXPECT_EQ(said(second), "payload_serial_taken payload.serial");
}

TEST_F(Admission, WhatFliesIsGivenUpInTime) {
  const auto t = sealed_transcript(0);
  const auto u = sealed_transcript(1);
  close();
  auto o = options();
  o.hold = std::chrono::seconds(0);
  auto v = vault::Vault::open(o, ack_key());
  ASSERT_TRUE(v);
  vault_ = std::move(*v);
  ASSERT_EQ(said(diploma(0, {t.record.id})), "ok");
  EXPECT_EQ(said(diploma(1, {u.record.id})), "ok");
}

TEST_F(Admission, WhatFliesCountsAgainstTheQuota) {
  registry::State limited = school_.chain().state();
  limited.policy->policy.quotas = {{Type::transcript, 1}};
  const auto accept_limited = [&](const Sent& s) {
    const vault::Submission one{&s.record, s.jws, s.payload};
    return said(vault_->accept(std::span(&one, 1), {&limited, view().record}).at(0));
  };
  const auto t = transcript(0);
  EXPECT_EQ(accept_limited(t), "ok");
  EXPECT_EQ(accept_limited(transcript(1)), "quota_exceeded");
  refuse(t);
  EXPECT_EQ(accept_limited(transcript(1)), "ok");
}

// ---- who it is about ----

TEST_F(Admission, ATranscriptSaysOfItsStudentWhatTheClassListSays) {
  const std::vector<std::pair<std::string, Value>> wrong{{"name", "Kẻ Khác"},
                                                         {"birth_date", "2010-03-15"},
                                                         {"student_id", student_id(1)},
                                                         {"gender", "nu"},
                                                         {"class", "10A2"},
                                                         {"year", "2024"},
                                                         {"birth_place", "Hà Nội"},
                                                         {"ethnicity", "Tày"},
                                                         {"personal_id", "001210000001"}};
  for (const auto& [name, value] : wrong)
    EXPECT_EQ(said(transcript(0, {{name, value}})), "payload_claims payload." + name) << name;
  for (const auto* name : {"name", "birth_date", "student_id"})
    EXPECT_EQ(said(transcript(0, {{name, std::nullopt}})), std::string("payload_claims payload.") + name);
  EXPECT_EQ(said(transcript(0, {{"gender", Value("nam")}, {"ethnicity", Value("Kinh")}})), "ok");
}

TEST_F(Admission, ADiplomaSaysOfItsStudentWhatItsTranscriptSays) {
  const auto t = sealed_transcript(0);
  for (const auto* name : {"name", "birth_date", "student_id"})
    EXPECT_EQ(said(diploma(0, {t.record.id}, {{name, std::nullopt}})), std::string("payload_claims payload.") + name);
  EXPECT_EQ(said(diploma(0, {t.record.id}, {{"name", Value("Kẻ Khác")}})), "payload_claims payload.name");
  EXPECT_EQ(said(diploma(0, {t.record.id}, {{"ethnicity", Value("Kinh")}})), "payload_claims payload.ethnicity");
  EXPECT_EQ(said(diploma(0, {t.record.id})), "ok");
}

// ---- amends pass what the sheet had to pass ----

TEST_F(Admission, AnAmendOfAClassListKeepsTheStudentAndItsForm) {
  const auto row = [&](std::size_t student) {
    return Value::object({{"tag", base64url(tag(0).view())},
                          {"student_id", student_id(student)},
                          {"name", "Nguyễn Văn Ân"},
                          {"birth_date", "2010-03-14"},
                          {"gender", "nam"}});
  };
  EXPECT_EQ(said(amend("clerk", list_, 0, row(1), Value::object({{"ethnicity", "Kinh"}}))),
            "payload_tag payload.rows[0]");
  const auto bad = said(amend("clerk", list_, 0, row(0), Value::object({{"blood", "A"}})));
  EXPECT_EQ(bad.substr(bad.find(' ') + 1), "payload.rows[0]") << bad;
  EXPECT_EQ(said(amend("clerk", list_, 0, row(0), Value::object({{"ethnicity", "Kinh"}}))), "ok");
}

TEST_F(Admission, AnAmendOfASummaryKeepsItsForm) {
  const auto result = [&](std::size_t pupil) {
    return Value::object({{"tag", base64url(tag(pupil).view())}, {"conduct", Value::object({{"year", "tot"}})}});
  };
  const auto detail = Value::object({{"comment", "Chăm chỉ."}});
  const signer::SheetRow rows[] = {{result(0), detail}, {result(1), detail}};
  const auto built = signer::build_sheet(rows, false);
  record::SummarySheet b;
  b.org = School::school;
  b.kind = School::kind;
  b.cls = School::cls;
  b.term = "cn";
  b.year = School::year;
  b.list = list_.record.id;
  b.assessment = school_.policy(1).assessment.front().set;
  b.root = built.root;
  b.rows = built.rows;
  auto sheet = sent("homeroom", Type::summary_sheet, b, built.payload);
  sheet.position = built.position;
  keep(sheet);
  const auto bad = said(amend("homeroom", sheet, 0, result(0), Value::object({{"comment", 7}})));
  EXPECT_EQ(bad.substr(bad.find(' ') + 1), "payload.rows[0]") << bad;
  EXPECT_EQ(said(amend("homeroom", sheet, 0, result(0), detail)), "ok");
}

}  // namespace
}  // namespace stele::test
