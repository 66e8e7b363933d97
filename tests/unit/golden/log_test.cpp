// Checkpoints, certificates, blocks, epochs and the status tree against the golden vectors.
#include "ledger/base/hash.h"
#include "ledger/log/block.h"
#include "ledger/log/certificate.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/epoch.h"
#include "ledger/log/status_tree.h"
#include "tests/unit/golden/golden.h"

namespace stele::test {
namespace {

using namespace log;

std::vector<Digest> digests(const Json& items) {
  std::vector<Digest> out;
  for (const Json& item : items) out.push_back(fixed_hex<Digest>(item));
  return out;
}

ValidatorSet set_of(const Json& members, const std::vector<std::size_t>& numbers = {}) {
  std::vector<record::Member> out;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!numbers.empty() && std::find(numbers.begin(), numbers.end(), i) == numbers.end()) continue;
    out.push_back({text(members[i].at("id")), fixed_hex<PublicKey>(members[i].at("key"))});
  }
  return *ValidatorSet::from(out);
}

TEST(GoldenCheckpoint, OfGenesisIsTheSameText) {
  const Json& v = golden("genesis");
  const auto genesis = record::decode_genesis(text(v.at("file")));
  ASSERT_TRUE(genesis) << to_string(genesis.error());
  EXPECT_EQ(to_text(genesis_checkpoint(*genesis)), text(v.at("checkpoint")));
  EXPECT_EQ(hash_of(text(v.at("checkpoint"))), fixed_hex<HeaderHash>(v.at("checkpoint_hash")));
}

TEST(GoldenCheckpoint, ParsesAndPrintsTheSame) {
  for (const Json& b : golden("chain").at("blocks")) {
    const auto header = parse_checkpoint(text(b.at("header")));
    ASSERT_TRUE(header) << to_string(header.error());
    EXPECT_EQ(to_text(*header), text(b.at("header")));
    EXPECT_EQ(header->height.value, b.at("height").get<std::uint64_t>());
    EXPECT_EQ(header->size, b.at("size").get<std::uint64_t>());
    EXPECT_EQ(header->time.value, b.at("time").get<std::uint64_t>());
    EXPECT_EQ(header->body, fixed_hex<Digest>(b.at("body_hash")));
    EXPECT_EQ(hash_of(text(b.at("header"))), fixed_hex<HeaderHash>(b.at("header_hash")));
  }
}

TEST(GoldenCheckpoint, RefusesEveryOtherForm) {
  for (const Json& c : golden("log").at("checkpoints").at("malformed")) {
    EXPECT_FALSE(parse_checkpoint(text(c.at("text")))) << text(c.at("name"));
  }
}

TEST(GoldenCertificate, CountsOnlyGoodVotes) {
  const Json& v = golden("log").at("certificates");
  const ValidatorSet set = set_of(v.at("set"));
  const auto header = fixed_hex<HeaderHash>(v.at("header_hash"));
  EXPECT_EQ(set.quorum(), v.at("quorum").get<std::size_t>());
  for (const Json& c : v.at("cases")) {
    SCOPED_TRACE(text(c.at("name")));
    const auto qc = decode_qc(from_hex(c.at("bytes")));
    ASSERT_TRUE(qc) << to_string(qc.error());
    EXPECT_EQ(encode(*qc), from_hex(c.at("bytes")));
    std::vector<int> numbers;
    for (const Vote& vote : qc->votes) numbers.push_back(vote.validator);
    EXPECT_EQ(numbers, c.at("validators").get<std::vector<int>>());
    const auto checked = check_qc(*qc, header, set);
    EXPECT_EQ(checked.has_value(), c.at("codes").empty());
    if (!checked) {
      EXPECT_TRUE(allows(c.at("codes"), checked.error().code)) << to_string(checked.error());
    }
    if (!c.at("median").is_null()) {
      EXPECT_EQ(median_time(*qc).value, c.at("median").get<std::uint64_t>());
    }
    HeaderHash other = header;
    other.bytes[0] ^= 1U;
    EXPECT_FALSE(check_qc(*qc, other, set));
  }
  for (const Json& d : v.at("vote_digests")) {
    EXPECT_EQ(vote_digest(header, UnixSeconds{d.at("time").get<std::uint64_t>()}), fixed_hex<Digest>(d.at("digest")));
  }
}

TEST(GoldenCertificate, RefusesOtherBytes) {
  for (const Json& c : golden("log").at("certificates").at("malformed")) {
    EXPECT_FALSE(decode_qc(from_hex(c.at("bytes")))) << text(c.at("name"));
  }
}

TEST(GoldenValidators, DigestNamesBothSets) {
  const Json& v = golden("log").at("certificates");
  const ValidatorSet all = set_of(v.at("set"));
  EXPECT_EQ(validators_digest(all, all), fixed_hex<Digest>(v.at("validators_digest")));
  EXPECT_EQ(validators_digest(all, set_of(v.at("set"), {1, 2, 3})),
            fixed_hex<Digest>(v.at("validators_digest_of_a_change")));
}

TEST(GoldenBlock, DecodesAndEncodesTheSame) {
  for (const Json& b : golden("chain").at("blocks")) {
    SCOPED_TRACE(b.at("height").get<std::uint64_t>());
    const Bytes bytes = from_hex(b.at("bytes"));
    const auto block = decode_block(bytes);
    ASSERT_TRUE(block) << to_string(block.error());
    EXPECT_EQ(encode(*block), bytes);
    EXPECT_EQ(block->height.value, b.at("height").get<std::uint64_t>());
    EXPECT_EQ(block->records.size(), b.at("record_ids").size());
    ASSERT_EQ(block->acks.size(), b.at("acks").size());
    for (std::size_t i = 0; i < block->acks.size(); ++i) {
      const Json& ack = b.at("acks")[i];
      EXPECT_EQ(block->acks[i].leaf, fixed_hex<LeafHash>(ack.at("leaf")));
      EXPECT_EQ(ack_digest(block->net, block->acks[i].leaf, block->acks[i].vault), fixed_hex<Digest>(ack.at("digest")));
    }
    EXPECT_EQ(body_hash(*block), fixed_hex<Digest>(b.at("body_hash")));
    EXPECT_EQ(block_digest(body_hash(*block)), fixed_hex<Digest>(b.at("digest")));
    const auto joined = decode_meta(encode_meta(*block), block->records);
    ASSERT_TRUE(joined) << to_string(joined.error());
    EXPECT_EQ(encode(*joined), bytes);
  }
}

TEST(GoldenBlock, RefusesBadEncodings) {
  int seen = 0;
  for (const Json& b : golden("chain").at("refused")) {
    if (b.at("codes").front() != "block_bad_encoding") continue;
    const auto block = decode_block(from_hex(b.at("block")));
    ASSERT_FALSE(block) << text(b.at("name"));
    EXPECT_TRUE(allows(b.at("codes"), block.error().code)) << to_string(block.error());
    ++seen;
  }
  EXPECT_GE(seen, 4);
}

TEST(GoldenCertificate, OfTheBlockThatTwoSetsSignNeedsBothQuorums) {
  const Json& v = golden("log").at("certificates").at("handover");
  const auto set = [](const Json& members) {
    std::vector<record::Member> out;
    for (const Json& m : members) out.push_back({text(m.at("id")), fixed_hex<PublicKey>(m.at("key"))});
    return *ValidatorSet::from(out);
  };
  const Signers signers(set(v.at("now")), set(v.at("next")));
  EXPECT_EQ(signers.size(), 6U);
  EXPECT_EQ(signers.digest(), fixed_hex<Digest>(v.at("validators_digest")));
  const auto header = fixed_hex<HeaderHash>(golden("log").at("certificates").at("header_hash"));
  for (const Json& c : v.at("cases")) {
    SCOPED_TRACE(text(c.at("name")));
    const auto qc = decode_qc(from_hex(c.at("bytes")));
    ASSERT_TRUE(qc) << to_string(qc.error());
    const auto checked = check_qc(*qc, header, signers);
    EXPECT_EQ(checked.has_value(), c.at("codes").empty());
    if (!checked) {
      EXPECT_TRUE(allows(c.at("codes"), checked.error().code)) << to_string(checked.error());
    }
  }
}

Place place(const Json& p) {
  return {Epoch{p.at("epoch").get<std::uint64_t>()}, Height{p.at("height").get<std::uint64_t>()},
          fixed_hex<HeaderHash>(p.at("header_hash"))};
}

TEST(GoldenEpoch, StatementsAndProofsKeepTheirBytes) {
  const Json& v = golden("log").at("epochs");
  for (const Json& s : v.at("statements")) {
    const auto statement = decode_epoch_statement(from_hex(s.at("bytes")));
    ASSERT_TRUE(statement) << to_string(statement.error());
    EXPECT_EQ(encode(*statement), from_hex(s.at("bytes")));
    EXPECT_EQ(epoch_digest(*statement), fixed_hex<Digest>(s.at("digest")));
    EXPECT_EQ(statement->validator, fixed_hex<PublicKey>(s.at("validator")));
    EXPECT_EQ(statement->to.value, s.at("to").get<std::uint64_t>());
    EXPECT_EQ(statement->highest, place(s.at("highest")));
    EXPECT_EQ(statement->last_vote, place(s.at("last_vote")));
    EXPECT_EQ(statement->last_vote_parent.value, s.at("last_vote_parent").get<std::uint64_t>());
    EXPECT_EQ(statement->recovery, fixed_hex<Digest>(s.at("recovery")));
    EXPECT_EQ(statement->time.value, s.at("time").get<std::uint64_t>());
    for (std::size_t cut = 0; cut < from_hex(s.at("bytes")).size(); ++cut)
      EXPECT_FALSE(decode_epoch_statement(ByteView(from_hex(s.at("bytes"))).first(cut)));
  }
  for (const auto* name : {"proof", "recovery_proof"}) {
    const auto proof = decode_epoch_proof(from_hex(v.at(name)));
    ASSERT_TRUE(proof) << to_string(proof.error());
    EXPECT_EQ(proof->statements.size(), 3U);
    EXPECT_EQ(encode(*proof), from_hex(v.at(name)));
  }
  for (const Json& c : v.at("malformed")) {
    EXPECT_FALSE(decode_epoch_proof(from_hex(c.at("bytes")))) << text(c.at("name"));
  }
}

TEST(GoldenEpoch, ARecoveryKeepsItsBytes) {
  const Json& v = golden("log").at("epochs").at("recovery");
  const auto recovery = decode_recovery(from_hex(v.at("bytes")));
  ASSERT_TRUE(recovery) << to_string(recovery.error());
  EXPECT_EQ(encode(*recovery), from_hex(v.at("bytes")));
  EXPECT_EQ(recovery_digest(*recovery), fixed_hex<Digest>(v.at("digest")));
  EXPECT_EQ(recovery->base, place(v.at("base")));
  EXPECT_EQ(recovery->epoch.value, v.at("epoch").get<std::uint64_t>());
  EXPECT_EQ(recovery->reason, text(v.at("reason")));
  EXPECT_EQ(recovery->time.value, v.at("time").get<std::uint64_t>());
  ASSERT_EQ(recovery->set.size(), v.at("set").size());
  for (std::size_t i = 0; i < recovery->set.size(); ++i) EXPECT_EQ(recovery->set[i].id, text(v.at("set")[i]));
}

TEST(GoldenEpoch, AProofHoldsForItsEpochBaseAndQuorumOnly) {
  const Json& v = golden("log").at("epochs");
  const auto genesis = *record::decode_genesis(text(golden("genesis").at("file")));
  const Signers signers(set_of(golden("log").at("certificates").at("set")));
  for (const Json& c : v.at("judged")) {
    SCOPED_TRACE(text(c.at("name")));
    const auto proof = decode_epoch_proof(from_hex(c.at("proof")));
    ASSERT_TRUE(proof) << to_string(proof.error());
    const auto good =
        check_epoch_proof(*proof, genesis, Epoch{c.at("to").get<std::uint64_t>()}, place(c.at("base")), signers);
    EXPECT_EQ(good.has_value(), c.at("good").get<bool>()) << (good ? std::string("good") : to_string(good.error()));
  }
}

TEST(GoldenVotes, TravelWithTheirHeaderAndTwoOfThemAreEvidence) {
  const Json& v = golden("log").at("epochs");
  const auto vote = decode_signed_vote(from_hex(v.at("vote").at("bytes")));
  ASSERT_TRUE(vote) << to_string(vote.error());
  EXPECT_EQ(encode(*vote), from_hex(v.at("vote").at("bytes")));
  EXPECT_EQ(to_text(vote->header), text(v.at("vote").at("header")));
  EXPECT_EQ(vote->time.value, v.at("vote").at("time").get<std::uint64_t>());
  EXPECT_EQ(vote->validator, fixed_hex<PublicKey>(v.at("vote").at("validator")));
  const Bytes bytes = from_hex(v.at("double_vote").at("bytes"));
  const auto evidence = decode_double_vote(bytes);
  ASSERT_TRUE(evidence) << to_string(evidence.error());
  EXPECT_EQ(encode(*evidence), bytes);
  EXPECT_EQ(sha256(bytes), fixed_hex<Digest>(v.at("double_vote").at("id")));
  for (const Json& c : v.at("no_double_votes"))
    EXPECT_FALSE(decode_double_vote(from_hex(c.at("bytes")))) << text(c.at("name"));
}

TEST(GoldenStatus, TreeAndPathsAgree) {
  for (const Json& t : golden("log").at("status_trees")) {
    const std::string statuses = text(t.at("statuses"));
    SCOPED_TRACE(statuses.size());
    StatusTree tree;
    for (const char c : statuses) tree.append(static_cast<Status>(c - '0'));
    const auto root = fixed_hex<Digest>(t.at("root"));
    EXPECT_EQ(tree.root(), root);
    for (const Json& p : t.at("proofs")) {
      const RecordIndex record{p.at("record").get<std::uint64_t>()};
      const auto status = verify_status(record, statuses.size(), from_hex(p.at("leaf")), digests(p.at("path")), root);
      ASSERT_TRUE(status);
      EXPECT_EQ(static_cast<int>(*status), p.at("status").get<int>());
      EXPECT_EQ(tree.path(record.value / statuses_per_leaf), digests(p.at("path")));
    }
  }
}

}  // namespace
}  // namespace stele::test
