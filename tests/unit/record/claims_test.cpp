#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/record/disclosure.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using json::Value;
using samples::filled;

const Bytes salt(16, 4);

Disclosure made(std::string_view name, const Value& value) {
  return decode_disclosure(encode_disclosure(salt, name, value)).value();
}
template <class T>
std::string verdict(const Result<T, Rejection>& r) {
  return r ? "accepted" : samples::text(r.error());
}
std::string said(Type type, std::string_view name, const Value& value) {
  return verdict(check_claim(type, made(name, value)));
}
Value ids(std::initializer_list<std::uint8_t> bytes) {
  Value out = Value::array();
  for (const auto b : bytes) out.push(base64url(filled<RecordId>(b).view()));
  return out;
}

TEST(Claims, TheListIsClosedForEachType) {
  const auto text = Value("x");
  for (const auto type : {Type::transcript, Type::diploma, Type::certificate, Type::school_transfer}) {
    EXPECT_EQ(said(type, "name", "Võ Đặng Khởi Mẫu"), "accepted");
    EXPECT_EQ(said(type, "nickname", text), "unknown_member nickname");
    EXPECT_EQ(said(type, "person", text), "unknown_member person");
    EXPECT_EQ(said(type, "class", "10A1"), type == Type::transcript ? "accepted" : "unknown_member class");
    EXPECT_EQ(said(type, "serial", "Z00000123"), type == Type::diploma ? "accepted" : "unknown_member serial");
    EXPECT_EQ(said(type, "grade", text), type == Type::certificate ? "accepted" : "unknown_member grade");
    EXPECT_EQ(said(type, "reason", text), type == Type::school_transfer ? "accepted" : "unknown_member reason");
    EXPECT_EQ(said(type, "basis", ids({1})), type == Type::transcript ? "unknown_member basis" : "accepted");
  }
  EXPECT_EQ(said(Type::export_copy, "class", "10A1"), "accepted");
  EXPECT_EQ(said(Type::export_copy, "serial", "Z00000123"), "accepted");
  EXPECT_EQ(said(Type::export_copy, "nickname", text), "unknown_member nickname");
}

TEST(Claims, ValuesHaveTheirForm) {
  const auto type = Type::diploma;
  EXPECT_EQ(said(type, "name", 3), "wrong_type name");
  EXPECT_EQ(said(type, "name", ""), "out_of_bounds name");
  EXPECT_EQ(said(type, "birth_date", "2008-13-01"), "bad_form birth_date");
  EXPECT_EQ(said(type, "gender", "Nam"), "bad_form gender");
  EXPECT_EQ(said(type, "student_id", "123"), "out_of_bounds student_id");
  EXPECT_EQ(said(type, "personal_id", "99000000000x"), "bad_form personal_id");
  EXPECT_EQ(said(type, "issued", "2026-06-01"), "accepted");
  EXPECT_EQ(said(type, "graduation_year", "26"), "out_of_bounds graduation_year");
  EXPECT_EQ(said(type, "serial", "z00000123"), "bad_form serial");
  EXPECT_EQ(said(type, "serial", "Z0000012"), "out_of_bounds serial");
  EXPECT_EQ(said(type, "serial", "ZA0000123"), "bad_form serial");
  EXPECT_EQ(said(type, "register_no", "0123/2025/THPT"), "accepted");
  EXPECT_EQ(said(type, "basis", ids({})), "out_of_bounds basis");
  EXPECT_EQ(said(type, "basis", ids({2, 1})), "not_ascending basis[1]");
  EXPECT_EQ(said(type, "basis", ids({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})), "accepted");
  EXPECT_EQ(said(type, "basis", ids({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})), "out_of_bounds basis");
  EXPECT_EQ(said(type, "contents", Value::array({"basis", "contents", "name"})), "accepted");
  EXPECT_EQ(said(type, "contents", Value::array({"name", "basis"})), "not_ascending contents[1]");
  EXPECT_EQ(said(type, "contents", Value::array({"Name"})), "bad_form contents[0]");
}

TEST(Claims, PersonsOfBindingsMayNameACertificate) {
  const Value plain = Value::object({{"name", "Phạm Ngọc Thí Dụ"}, {"title", "Hiệu trưởng"}});
  Value bound = plain;
  bound.set("certificate", base64url(filled<Digest>(6).view()));
  EXPECT_EQ(verdict(person_claim(made("person", plain))), "accepted");
  EXPECT_EQ(verdict(person_claim(made("person", bound))), "accepted");
  EXPECT_EQ(person_claim(made("person", bound))->certificate, filled<Digest>(6));
  EXPECT_EQ(verdict(person_claim(made("signer", plain))), "accepted");
  EXPECT_EQ(verdict(person_claim(made("signer", bound))), "unknown_member signer.certificate");
  EXPECT_EQ(verdict(person_claim(made("name", plain))), "bad_form name");
  EXPECT_TRUE(to_json(*person_claim(made("person", bound))) == bound);
}

SubjectClaim subject() {
  SubjectClaim out;
  out.code = "toan";
  out.name = "Toán";
  out.terms = {{"1", Mark{80}, filled<RecordId>(1), 0}, {"2", Missing::exempt, filled<RecordId>(2), 4095}};
  out.retest = TermFigure{"", Mark{60}, filled<RecordId>(3), 1};
  out.year = Mark{85};
  return out;
}

TEST(Claims, SubjectComesBackWithItsSources) {
  const auto d = made("subject.toan", to_json(subject()));
  EXPECT_EQ(verdict(check_claim(Type::transcript, d)), "accepted");
  EXPECT_EQ(verdict(check_claim(Type::diploma, d)), "unknown_member subject.toan");
  const auto back = subject_claim(d);
  ASSERT_TRUE(back) << samples::text(back.error());
  EXPECT_EQ(back->code, "toan");
  EXPECT_EQ(back->terms[1].sheet, filled<RecordId>(2));
  EXPECT_EQ(back->terms[1].row, 4095U);
  EXPECT_EQ(std::get<Missing>(back->terms[1].figure), Missing::exempt);
  EXPECT_TRUE(back->retest->term.empty());
  EXPECT_TRUE(to_json(*back) == to_json(subject()));
}

TEST(Claims, SubjectRefuses) {
  EXPECT_EQ(verdict(subject_claim(made("subject.", to_json(subject())))), "bad_form subject.");
  EXPECT_EQ(verdict(subject_claim(made("subject.-a", to_json(subject())))), "bad_form subject.-a");
  EXPECT_EQ(verdict(subject_claim(made("name", to_json(subject())))), "bad_form name");
  auto twice = subject();
  twice.terms[1].term = "1";
  EXPECT_EQ(verdict(subject_claim(made("subject.toan", to_json(twice)))), "repeated subject.toan.terms[1]");
  Value no_row = to_json(subject());
  no_row.set("terms", Value::array({Value::object({{"term", "1"}, {"mark", "8.0"}})}));
  EXPECT_EQ(verdict(subject_claim(made("subject.toan", no_row))), "missing_member subject.toan.terms[0].sheet");
  Value termed = to_json(subject());
  termed.set("retest", Value::object({{"term", "1"}, {"mark", "8.0"}}));
  EXPECT_EQ(subject_claim(made("subject.toan", termed)).has_value(), false);
}

TEST(Claims, SummaryComesBack) {
  SummaryClaim claim;
  claim.summary.conduct.t1 = "tot";
  claim.summary.conduct.year = "tot";
  claim.summary.learning = "kha";
  claim.summary.promotion = "len-lop";
  claim.summary.absences = 3;
  claim.sheet = filled<RecordId>(9);
  claim.row = 12;
  const auto d = made("summary", to_json(claim));
  EXPECT_EQ(verdict(check_claim(Type::transcript, d)), "accepted");
  const auto back = summary_claim(d);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->sheet, claim.sheet);
  EXPECT_TRUE(to_json(*back) == to_json(claim));
  EXPECT_EQ(verdict(summary_claim(made("summary", Value::object()))), "missing_member summary.conduct");
}

}  // namespace
}  // namespace stele::record
