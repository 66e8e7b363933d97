#include "node/replication/messages.h"

#include <gtest/gtest.h>

namespace stele::replication {
namespace {

template <class Bytes>
Bytes filled(std::uint8_t with) {
  Bytes out;
  out.bytes.fill(with);
  return out;
}

TEST(Messages, AQuestionComesBackAsItWasPut) {
  AckQuestion q{
      {7},
      {{"a.b.c", R"({"rows":[{"decoy":["x","y"]}]})", {{"2500000001", filled<vault::BookKey>(3)}}}, {"d.e.f", "", {}}}};
  const auto text = encode(q);
  const auto back = decode_ack_question(text);
  ASSERT_TRUE(back) << back.error().en << back.error().where.field;
  EXPECT_EQ(back->height.value, 7U);
  ASSERT_EQ(back->records.size(), 2U);
  EXPECT_EQ(back->records[0].jws, "a.b.c");
  EXPECT_EQ(back->records[0].payload, q.records[0].payload);
  ASSERT_EQ(back->records[0].books.size(), 1U);
  EXPECT_EQ(back->records[0].books[0].student, "2500000001");
  EXPECT_EQ(back->records[0].books[0].key, filled<vault::BookKey>(3));
  EXPECT_EQ(back->records[1].payload, "");
  EXPECT_EQ(encode(*back), text);
}

TEST(Messages, AnswersComeBackWithAcksAndReasons) {
  log::Ack ack;
  ack.vault = 2;
  ack.signature = filled<Signature>(9);
  Where where;
  where.field = "stele.tag";
  const AckAnswer a{std::vector{ack}, make_error("payload_tag", "vì", "because", where), std::vector<log::Ack>{}};
  const auto back = decode_ack_answer(encode(a), 3);
  ASSERT_TRUE(back) << back.error().en;
  ASSERT_EQ(std::get<0>((*back)[0]).size(), 1U);
  EXPECT_EQ(std::get<0>((*back)[0])[0].vault, 2);
  EXPECT_EQ(std::get<0>((*back)[0])[0].signature, ack.signature);
  const auto& e = std::get<Error>((*back)[1]);
  EXPECT_EQ(e.code + e.vi + e.en + e.where.field, "payload_tagvìbecausestele.tag");
  EXPECT_TRUE(std::get<0>((*back)[2]).empty());
  EXPECT_FALSE(decode_ack_answer(encode(a), 2)) << "as many answers as questions";
}

TEST(Messages, IdsLinesAndCopies) {
  const std::vector ids{filled<RecordId>(1), filled<RecordId>(2)};
  EXPECT_EQ(decode_ids(encode_ids(ids)).value(), ids);
  const std::vector<std::string> lines{"a.b.c", "d.e.f"};
  EXPECT_EQ(decode_lines(encode_lines(lines)).value(), lines);
  const Copies copies{R"({"rows":[]})", std::nullopt, R"({"disclosure":"x"})"};
  EXPECT_EQ(decode_copies(encode(copies)).value(), copies);
}

TEST(Messages, WhatIsMalformedIsRefused) {
  for (const char* bad :
       {"", "[]", "{}", R"({"height":1})", R"({"height":1,"records":[]})",
        R"({"height":-1,"records":[{"jws":"a","books":[]}]})", R"({"height":"1","records":[{"jws":"a","books":[]}]})",
        R"({"height":1,"records":[{"jws":"","books":[]}]})", R"({"height":1,"records":[{"jws":"a"}]})",
        R"({"height":1,"records":[{"jws":"a","books":[],"more":1}]})",
        R"({"height":1,"records":[{"jws":"a","books":[],"payload":"text"}]})", R"({"height":1,"records":["a"]})",
        R"({"height":1,"records":[{"jws":"a","books":[{"student":"1","key":"x"}]}]})",
        R"({"height":1,"records":[{"jws":"a","books":[]}],"more":1})"})
    EXPECT_FALSE(decode_ack_question(bad)) << bad;
  for (const char* bad :
       {"", "{}", R"({"results":[]})", R"({"results":[{}]})", R"({"results":[{"acks":[{"vault":0}]}]})",
        R"({"results":[{"error":{"code":"x 1 An","vi":"a","en":"b"}}]})",
        R"({"results":[{"error":{"code":"Nguyen","vi":"a","en":"b"}}]})", R"({"results":[{"error":{"code":"x"}}]})",
        R"({"results":[{"acks":[],"error":1}]})"})
    EXPECT_FALSE(decode_ack_answer(bad, 1)) << bad;
  for (const char* bad : {"", "{}", R"({"ids":[]})", R"({"ids":["x"]})", R"({"ids":[1]})"})
    EXPECT_FALSE(decode_ids(bad)) << bad;
  for (const char* bad : {"", "{}", R"({"records":[]})", R"({"records":[""]})", R"({"records":[1]})"})
    EXPECT_FALSE(decode_lines(bad)) << bad;
  for (const char* bad : {"", "{}", R"({"copies":[]})", R"({"copies":["x"]})", R"({"copies":[1]})"})
    EXPECT_FALSE(decode_copies(bad)) << bad;
  std::vector<RecordId> many(copies_per_question_max + 1);
  EXPECT_FALSE(decode_ids(encode_ids(many)));
}

}  // namespace
}  // namespace stele::replication
