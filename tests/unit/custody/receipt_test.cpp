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
Receipt read(ByteView in) {
  log::Reader r(in);
  auto out = read_receipt(r);
  EXPECT_TRUE(r.done());
  return out;
}

TEST(GoldenWord, IsTheSameBytesAndTheSameDigest) {
  const auto orderer = must_key(golden("genesis").at("private_keys").at("orderers")[0]);
  for (const Json& v : golden("custody").at("words")) {
    std::vector<RecordId> ids;
    for (const Json& id : v.at("records")) ids.push_back(fixed_hex<RecordId>(id));
    const auto bytes = from_hex(v.at("bytes"));
    log::Reader r(bytes);
    auto word = read_word(r);
    ASSERT_TRUE(r.done());
    const auto root = root_of(ids);
    EXPECT_EQ(root, fixed_hex<Digest>(v.at("root")));
    const auto digest = word_digest(genesis().net, word, ids.size(), root);
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
    const auto id = fixed_hex<RecordId>(x.at("record"));
    EXPECT_TRUE(verify(receipt, id, genesis()));
    log::Writer w;
    write(w, receipt);
    EXPECT_EQ(w.bytes(), bytes);
    std::vector<RecordId> ids;
    for (const Json& all : v.at("record_ids")) ids.push_back(fixed_hex<RecordId>(all));
    for (const auto& other : ids) EXPECT_EQ(verify(receipt, other, genesis()), other == id);
    ids.resize(receipt.records);
    EXPECT_EQ(receipt_of(receipt.word, ids, receipt.index), receipt);
  }
}

TEST(GoldenReceipt, RefusesFalseOnes) {
  for (const Json& x : golden("custody").at("false_receipts"))
    EXPECT_FALSE(verify(read(from_hex(x.at("bytes"))), fixed_hex<RecordId>(x.at("record")), genesis()))
        << text(x.at("name"));
}

TEST(Receipt, RefusesMoreRecordsThanAnAnswerHas) {
  const auto orderer = must_key(golden("genesis").at("private_keys").at("orderers")[0]);
  const auto id = fixed_hex<RecordId>(golden("custody").at("record_ids")[0]);
  // A tree of 1,001 leaves in which all other nodes are made up: the signature over its root is true.
  for (const std::uint32_t records : {1'000U, 1'001U}) {
    Receipt x{{}, records, 0, log::MerklePath(receipt_path_max)};
    const auto root = log::root_from_inclusion(log::merkle_leaf(id.view()), 0, records, x.path);
    ASSERT_TRUE(root);
    x.word.signature = orderer.sign(word_digest(genesis().net, x.word, records, *root));
    EXPECT_EQ(verify(x, id, genesis()), records == receipt_records_max);
  }
}

}  // namespace
}  // namespace stele::custody
