// What an orderer signs for the records that it was handed.
#include "node/custody/receipt.h"

#include "signer/sign.h"
#include "tests/unit/golden/golden.h"

namespace stele::custody {
namespace {

using test::fixed_hex;
using test::from_hex;
using test::golden;
using test::Json;
using test::text;

record::Genesis genesis() {
  return *record::decode_genesis(text(golden("genesis").at("file")));
}
signer::SigningKey must_key(const Json& secret) {
  return *signer::SigningKey::from_secret(*signer::Secret<32>::from(from_hex(secret)));
}
std::vector<registry::OrdererState> orderers() {
  return registry::State(genesis()).orderers;
}
std::vector<Digest> digests(const Json& all) {
  std::vector<Digest> out;
  for (const Json& one : all) out.push_back(fixed_hex<Digest>(one));
  return out;
}
Receipt read(ByteView in) {
  log::Reader r(in);
  auto out = read_receipt(r);
  EXPECT_TRUE(r.done());
  return out;
}

TEST(GoldenWord, IsTheSameBytesAndTheSameDigest) {
  const auto orderer = must_key(golden("genesis").at("private_keys").at("orderers")[0]);
  for (const Json& v : golden("custody").at("words")) {
    const auto items = digests(v.at("items"));
    const auto bytes = from_hex(v.at("bytes"));
    log::Reader r(bytes);
    auto word = read_word(r);
    ASSERT_TRUE(r.done());
    const auto root = root_of(items);
    EXPECT_EQ(root, fixed_hex<Digest>(v.at("root")));
    const auto digest = word_digest(genesis().net, word, items.size(), root);
    EXPECT_EQ(digest, fixed_hex<Digest>(v.at("digest")));
    EXPECT_EQ(orderer.sign(digest), word.signature);
    log::Writer w;
    write(w, word);
    EXPECT_EQ(w.bytes(), bytes);
  }
}

TEST(GoldenReceipt, IsTheSameBytesAndProvesItsRecordAlone) {
  const auto& v = golden("custody");
  for (const Json& x : v.at("receipts")) {
    const auto bytes = from_hex(x.at("bytes"));
    const auto receipt = read(bytes);
    const auto item = fixed_hex<Digest>(x.at("item"));
    EXPECT_TRUE(verify(receipt, item, genesis().net, orderers()));
    log::Writer w;
    write(w, receipt);
    EXPECT_EQ(w.bytes(), bytes);
    auto items = digests(v.at("item_digests"));
    for (const auto& other : items) EXPECT_EQ(verify(receipt, other, genesis().net, orderers()), other == item);
    items.resize(receipt.items);
    EXPECT_EQ(receipts_of(receipt.word, items).at(receipt.index), receipt);
  }
}

TEST(GoldenReceipt, RefusesFalseOnes) {
  for (const Json& x : golden("custody").at("false_receipts"))
    EXPECT_FALSE(verify(read(from_hex(x.at("bytes"))), fixed_hex<Digest>(x.at("item")), genesis().net, orderers()))
        << text(x.at("name"));
}

TEST(Receipt, RefusesMoreItemsThanAnAnswerHas) {
  const auto orderer = must_key(golden("genesis").at("private_keys").at("orderers")[0]);
  const auto item = fixed_hex<Digest>(golden("custody").at("item_digests")[0]);
  // A tree of 1,001 leaves in which all other nodes are made up: the signature over its root is true.
  for (const std::uint32_t items : {1'000U, 1'001U}) {
    Receipt x{{}, items, 0, log::MerklePath(receipt_path_max)};
    const auto root = log::root_from_inclusion(leaf_of(item), 0, items, x.path);
    ASSERT_TRUE(root);
    x.word.signature = orderer.sign(word_digest(genesis().net, x.word, items, *root));
    EXPECT_EQ(verify(x, item, genesis().net, orderers()), items == receipt_items_max);
  }
}

}  // namespace
}  // namespace stele::custody
