#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/encode.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using namespace samples;  // NOLINT(google-build-using-namespace)

class EveryType : public testing::TestWithParam<Type> {};

void expect_same_back(const Sample& sample) {
  const std::string text = jws(sample);
  const auto record = decode(text);
  ASSERT_TRUE(record) << samples::text(record.error()) << "\n" << payload_of(text);
  EXPECT_EQ(record->type, sample.type);
  EXPECT_EQ(record->kid, filled<KeyId>(3));
  EXPECT_EQ(record->common, common());
  EXPECT_TRUE(record->body == sample.body) << payload_of(text);
  EXPECT_EQ(record->signature, filled<Signature>(1));
  // The bytes too, so that nothing hides in a member that neither side knows.
  EXPECT_EQ(compact(signing_input(record->type, record->kid, record->common, record->body), record->signature), text);
}

TEST_P(EveryType, ComesBackWithEveryMember) {
  expect_same_back(full(GetParam()));
}

TEST_P(EveryType, ComesBackWithoutOptionalMembers) {
  expect_same_back(bare(GetParam()));
}

TEST_P(EveryType, IdCoversTheInputAndLeafTheWholeText) {
  const std::string text = jws(full(GetParam()));
  const auto record = decode(text);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->id.bytes, sha256(as_bytes(text.substr(0, text.rfind('.')))).bytes);
  EXPECT_EQ(record->leaf.bytes, sha256(as_bytes(std::string(1, '\0') + text)).bytes);

  const std::string other = text.substr(0, text.rfind('.') + 1) + base64url(filled<Signature>(2).view());
  const auto again = decode(other);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, record->id);
  EXPECT_NE(again->leaf, record->leaf);
}

TEST_P(EveryType, HasItsNameAndBound) {
  const Type type = GetParam();
  EXPECT_EQ(type_from_name(type_name(type)), type);
  EXPECT_LE(jws(full(type)).size(), jws_bytes_max(type));
  EXPECT_LE(jws_bytes_max(type), jws_bytes_max_any);
}

std::string name_for_test(const testing::TestParamInfo<Type>& of) {
  std::string name(type_name(of.param));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}
INSTANTIATE_TEST_SUITE_P(Record, EveryType, testing::ValuesIn(all_types()), name_for_test);

TEST(Record, MembersStandInTheOrderOfTheTables) {
  const auto payload = payload_of(jws(full(Type::class_list)));
  const std::string id = base64url(filled<RecordId>(60).view());
  const std::string root = base64url(filled<Digest>(61).view());
  const std::string after = base64url(filled<HeaderHash>(7).view());
  EXPECT_EQ(payload, R"({"stele":{"v":1,"net":")" + std::string(net) + R"(","after":")" + after +
                         R"(","org":"thpt-vi-du-1","kind":"thpt","class":"10A1","year":"2025","root":")" + root +
                         R"(","rows":48,"replaces":")" + id + R"(","reason":"entry-error"}})");
}

TEST(Record, MembersMayComeInAnyOrder) {
  const std::string sorted = jws(full(Type::compromise));
  const std::string json = R"({"stele":{"reason":"key-lost","to":900,"from":5,"org":"thpt-vi-du-1","key":")" +
                           base64url(filled<KeyId>(65).view()) + R"(","after":")" +
                           base64url(filled<HeaderHash>(7).view()) + R"(","net":")" + std::string(net) +
                           R"(" , "v":1}})";
  const auto record = decode(with_payload(sorted, json));
  ASSERT_TRUE(record) << text(record.error());
  EXPECT_TRUE(record->body == full(Type::compromise).body);
  EXPECT_NE(record->id, decode(sorted)->id);
}

TEST(Record, SaysOfWhomAndOfWhatItSpeaks) {
  const auto record_of = [](Type type) { return decode(jws(full(type))).value(); };
  EXPECT_EQ(*org_of(record_of(Type::grade_sheet)), "thpt-vi-du-1");
  EXPECT_EQ(*org_of(record_of(Type::org)), "thpt-vi-du-1");
  EXPECT_EQ(org_of(record_of(Type::policy)), nullptr);
  EXPECT_EQ(org_of(record_of(Type::validators)), nullptr);
  EXPECT_EQ(*org_of(record_of(Type::compromise)), "thpt-vi-du-1");

  const auto sheet = record_of(Type::grade_sheet);
  const auto scope = scope_of(sheet);
  EXPECT_EQ(*scope.cls, "10A1");
  EXPECT_EQ(*scope.subject, "toan");
  EXPECT_EQ(*scope.term, "1");
  EXPECT_EQ(*scope.year, "2025");
  const auto transcript = record_of(Type::transcript);
  EXPECT_EQ(*scope_of(transcript).cls, "12A1");
  EXPECT_EQ(*scope_of(transcript).year, "2025");
  EXPECT_EQ(scope_of(transcript).term, nullptr);
  const auto diploma = record_of(Type::diploma);
  EXPECT_EQ(scope_of(diploma).year, nullptr);

  EXPECT_EQ(on_of(record_of(Type::key)), "sign");
  EXPECT_EQ(on_of(record_of(Type::org)), "school");
  EXPECT_EQ(on_of(record_of(Type::diploma)), "thpt");
  EXPECT_EQ(on_of(record_of(Type::amend)), std::nullopt);
  EXPECT_EQ(on_of(record_of(Type::seal)), std::nullopt);
}

TEST(Record, TypesAreOfTheKindsThatTheFormatNames) {
  std::string credentials, sheets, acks;
  for (const Type type : all_types()) {
    if (is_credential(type)) credentials += std::string(type_name(type)) + " ";
    if (is_sheet(type)) sheets += std::string(type_name(type)) + " ";
    if (needs_ack(type)) acks += std::string(type_name(type)) + " ";
  }
  EXPECT_EQ(credentials, "transcript diploma certificate school-transfer export ");
  EXPECT_EQ(sheets, "class-list grade-sheet summary-sheet register ");
  EXPECT_EQ(acks,
            "class-list grade-sheet summary-sheet register amend transcript diploma certificate school-transfer ");
  EXPECT_EQ(type_from_name("receipt"), std::nullopt);
  EXPECT_EQ(type_from_name(""), std::nullopt);
}

}  // namespace
}  // namespace stele::record
