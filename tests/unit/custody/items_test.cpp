// Records between a node and an orderer, as bytes.
#include "node/custody/items.h"

#include <gtest/gtest.h>

#include "ledger/base/hash.h"
#include "ledger/record/decode.h"

namespace stele::custody {
namespace {

log::Ack ack(const std::string& jws, std::uint16_t vault) {
  log::Ack a{record::leaf_hash(jws), vault, {}};
  a.signature.bytes.fill(static_cast<std::uint8_t>(vault));
  return a;
}
ordering::Item item(const std::string& jws, const std::vector<std::uint16_t>& vaults = {}) {
  ordering::Item out{jws, {}};
  for (const auto v : vaults) out.acks.push_back(ack(jws, v));
  return out;
}
Bytes bytes_of(const std::vector<ordering::Item>& items) {
  std::vector<Bytes> encoded;
  std::vector<const Bytes*> pointers;
  encoded.reserve(items.size());
  pointers.reserve(items.size());
  for (const auto& i : items) encoded.push_back(encode_item(i));
  for (const auto& e : encoded) pointers.push_back(&e);
  return encode_items(pointers);
}
std::string code_of(ByteView in) {
  const auto r = decode_items(in);
  return r ? "ok" : r.error().code;
}

TEST(Items, ComeBackAsTheyWere) {
  const auto bytes = bytes_of({item("eyJ.a.b"), item("eyJ.c.d", {7, 2})});
  const auto list = decode_items(bytes);
  ASSERT_TRUE(list) << list.error().en;
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].item.jws, "eyJ.a.b");
  EXPECT_TRUE((*list)[0].item.acks.empty());
  const auto& acks = (*list)[1].item.acks;
  ASSERT_EQ(acks.size(), 2U);
  EXPECT_EQ(acks[0].vault, 2U) << "in the order of vaults";
  EXPECT_EQ(acks[1].vault, 7U);
  EXPECT_EQ(acks[1].leaf, record::leaf_hash("eyJ.c.d")) << "the leaf follows from the JWS";
  EXPECT_EQ(acks[1].signature, ack("eyJ.c.d", 7).signature);
  EXPECT_EQ((*list)[0].digest, sha256(encode_item(item("eyJ.a.b"))));
  EXPECT_NE((*list)[1].digest, sha256(encode_item(item("eyJ.c.d")))) << "with other acks it is another item";
}

TEST(Items, AreTheBytesOfTheDocument) {
  const auto bytes = bytes_of({item("ab", {3})});
  const std::string head(
      "STLI\x01\x00\x00\x00\x01\x00\x00\x00\x02"
      "ab\x00\x01\x00\x03",
      19);
  EXPECT_EQ(std::string(as_text(bytes)), head + std::string(64, '\x03'));
}

TEST(Items, AreRefusedAsAWhole) {
  const auto good = bytes_of({item("eyJ.a.b", {1, 2}), item("x")});
  EXPECT_EQ(code_of(good), "ok");
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    EXPECT_EQ(code_of(ByteView(good).first(cut)), "items_malformed") << cut;
  auto more = good;
  more.push_back(0);
  EXPECT_EQ(code_of(more), "items_malformed");
  auto other = good;
  other[4] = 2;  // of another version
  EXPECT_EQ(code_of(other), "items_malformed");
  // Acks out of order, and one twice.
  auto twice = encode_item(item("x", {1, 2}));
  twice[4 + 1 + 2 + 66 + 1] = 1;
  EXPECT_EQ(code_of(encode_items(std::array<const Bytes*, 1>{&twice})), "items_malformed");
  EXPECT_EQ(code_of(as_bytes(std::string_view("STLI\x01\x00\x00\x00\x00", 9))), "items_malformed") << "none";
}

TEST(Items, HaveBounds) {
  std::vector<ordering::Item> many(items_max, item("x"));
  auto bytes = bytes_of(many);
  EXPECT_EQ(code_of(bytes), "ok");
  bytes[7] = 0x03, bytes[8] = 0xE9;  // 1,001
  EXPECT_EQ(code_of(bytes), "items_too_many");
  std::vector<std::uint16_t> vaults;
  for (std::uint16_t v = 0; v < item_acks_max; ++v) vaults.push_back(v);
  EXPECT_EQ(code_of(bytes_of({item("x", vaults)})), "ok");
  auto acks = encode_item(item("x", vaults));
  acks[4 + 1 + 1] = item_acks_max + 1;
  acks.resize(acks.size() + 66, 0xFF);
  EXPECT_EQ(code_of(encode_items(std::array<const Bytes*, 1>{&acks})), "items_malformed");
  EXPECT_EQ(code_of(bytes_of({item(std::string(record::jws_bytes_max_any + 1, 'x'))})), "items_malformed");
}

TEST(Fates, ComeBackAsTheyWere) {
  Fates f;
  f.leads = true;
  f.fates = {{Fate::Status::held},
             {Fate::Status::final},
             {Fate::Status::refused, "no_authority", "stele.org"},
             {Fate::Status::failed, "overloaded"},
             {Fate::Status::heard}};
  f.word = Word{3, Height{7}, UnixSeconds{9}, {}};
  const auto again = decode_fates(encode(f), 5);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->leads);
  EXPECT_EQ(again->fates, f.fates);
  EXPECT_EQ(again->word, f.word);
}

TEST(Fates, AreRefusedUnlessTheyAnswerWhatWasAsked) {
  const auto good = encode(Fates{false, {{Fate::Status::refused, "bad_signature", "signature"}}});
  EXPECT_TRUE(decode_fates(good, 1));
  EXPECT_FALSE(decode_fates(good, 2)) << "of another number";
  for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(decode_fates(ByteView(good).first(cut), 1)) << cut;
  EXPECT_FALSE(decode_fates(encode(Fates{false, {{Fate::Status::refused, "no_such_reason"}}}), 1));
  EXPECT_FALSE(decode_fates(encode(Fates{false, {{Fate::Status::refused}}}), 1)) << "without a reason";
  EXPECT_FALSE(decode_fates(encode(Fates{false, {{Fate::Status::final, "why"}}}), 1));
  EXPECT_FALSE(decode_fates(encode(Fates{false, {{static_cast<Fate::Status>(5)}}}), 1));
}

}  // namespace
}  // namespace stele::custody
