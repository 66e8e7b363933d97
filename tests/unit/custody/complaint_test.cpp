// Complaints, and what orderers answer, against the golden vectors.
#include "node/custody/complaint.h"

#include "ledger/base/hash.h"
#include "node/custody/items.h"
#include "tests/unit/golden/golden.h"

namespace stele::custody {
namespace {

using test::fixed_hex;
using test::from_hex;
using test::golden;
using test::Json;
using test::text;

std::string code_of(ByteView in) {
  const auto c = decode_complaint(in);
  return c ? "ok" : c.error().code;
}

TEST(GoldenItems, AreTheSameBytes) {
  const auto bytes = from_hex(golden("custody").at("items"));
  const auto list = decode_items(bytes);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[1].item.jws, text(golden("custody").at("jws")[1]));
  ASSERT_EQ((*list)[1].item.acks.size(), 1U);
  const std::vector<Bytes> encoded{encode_item((*list)[0].item), encode_item((*list)[1].item)};
  EXPECT_EQ(encode_items(std::array<const Bytes*, 2>{&encoded[0], &encoded[1]}), bytes);
}

TEST(GoldenFates, AreTheSameBytes) {
  const auto& v = golden("custody").at("fates");
  const auto bytes = from_hex(v.at("bytes"));
  const auto fates = decode_fates(bytes, 4);
  ASSERT_TRUE(fates);
  EXPECT_TRUE(fates->leads);
  ASSERT_TRUE(fates->word);
  EXPECT_EQ(encode(*fates), bytes);
  const auto refused = decode_fates(from_hex(v.at("refused")), 1);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->word);
}

TEST(GoldenFates, ThatHoldMustBeSignedAndOthersMustNot) {
  for (const Json& v : golden("custody").at("malformed_fates")) {
    const auto fates = decode_fates(from_hex(v.at("bytes")), v.at("items").get<std::size_t>());
    ASSERT_FALSE(fates) << text(v.at("name"));
    EXPECT_EQ(fates.error().code, "items_malformed");
  }
}

TEST(GoldenComplaint, IsTheSameBytes) {
  const auto& v = golden("custody").at("complaint");
  const auto bytes = from_hex(v.at("bytes"));
  const auto c = decode_complaint(bytes);
  ASSERT_TRUE(c) << c.error().en;
  EXPECT_EQ(c->net, text(golden("genesis").at("net")));
  EXPECT_EQ(c->id(), fixed_hex<RecordId>(v.at("record")));
  EXPECT_EQ(c->item_digest(), fixed_hex<Digest>(v.at("item")));
  const auto genesis = record::decode_genesis(text(golden("genesis").at("file")));
  ASSERT_TRUE(genesis);
  EXPECT_TRUE(verify(c->receipts.at(0), c->item_digest(), c->net, registry::State(*genesis).orderers));
  EXPECT_EQ(c->since.value, v.at("since").get<std::uint64_t>());
  EXPECT_EQ(c->time.value, v.at("time").get<std::uint64_t>());
  EXPECT_EQ(c->final_block.height.value, v.at("height").get<std::uint64_t>());
  EXPECT_EQ(c->key, fixed_hex<PublicKey>(v.at("key")));
  EXPECT_EQ(complaint_digest(*c), fixed_hex<Digest>(v.at("digest")));
  EXPECT_TRUE(VerifyKey::parse(c->key)->verify(complaint_digest(*c), c->signature));
  EXPECT_EQ(encode(*c), bytes);
  EXPECT_EQ(code_of(from_hex(golden("custody").at("complaint_of_nobody"))), "ok");
  EXPECT_EQ(code_of(from_hex(golden("custody").at("complaint_of_junk"))), "ok") << "an envelope is all that is opened";
}

TEST(GoldenComplaint, RefusesEveryOtherForm) {
  for (const Json& v : golden("custody").at("malformed_complaints"))
    EXPECT_EQ(code_of(from_hex(v.at("bytes"))), "complaint_malformed") << text(v.at("name"));
  const auto good = from_hex(golden("custody").at("complaint").at("bytes"));
  for (std::size_t n = 0; n < good.size(); n += 7)
    EXPECT_EQ(code_of(ByteView(good).first(n)), "complaint_malformed") << n;
  EXPECT_EQ(code_of(Bytes(complaint_bytes_max + 1, 0)), "complaint_malformed");
}

}  // namespace
}  // namespace stele::custody
