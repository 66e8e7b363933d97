#include "node/sync/follower.h"

#include <gtest/gtest.h>

#include <atomic>

#include "ledger/base/encoding.h"
#include "ledger/record/rejection.h"
#include "tests/unit/verifier_api/fake_node.h"

namespace stele::verifier {
namespace {

using sync::FollowState;
using Keep = Copy::Keep;

std::uint64_t height_of(const test::School& s) {
  return s.blocks().size();
}

std::uint64_t stored(store::Ledger& ledger) {
  const auto tip = ledger.store().tip();
  return tip ? tip->height.value : 0;
}

TEST(Follower, TakesEveryBlockAndMakesTheSameHead) {
  const auto& school = issued_school();
  const FakeNode node(school);
  const Folder folder;
  Copy copy(school, folder.path(), node);
  const auto s = copy.until_height(height_of(school));
  EXPECT_EQ(sync::state_name(s.state), "following");
  EXPECT_TRUE(s.caught_up);
  EXPECT_EQ(s.blocks, height_of(school));
  copy.follower().stop();
  EXPECT_EQ(copy.ledger().chain().head_hash(), school.blocks().back().hash);
  EXPECT_EQ(copy.ledger().final_point()->hash, school.blocks()[height_of(school) - 2].hash);
}

TEST(Follower, TakesNewBlocksAsTheyCome) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.publish(school, 3);
  const Folder folder;
  Copy copy(school, folder.path(), node);
  EXPECT_EQ(copy.until_height(3).height.value, 3U);
  node.publish(school);
  EXPECT_EQ(copy.until_height(height_of(school)).height.value, height_of(school));
}

TEST(Follower, ContinuesAfterARestart) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.publish(school, 4);
  const Folder folder;
  { EXPECT_EQ(Copy(school, folder.path(), node, Keep::on_disk).until_height(4).height.value, 4U); }
  node.publish(school);
  Copy again(school, folder.path(), node, Keep::on_disk);
  const auto s = again.until_height(height_of(school));
  EXPECT_EQ(s.height.value, height_of(school));
  EXPECT_EQ(s.blocks, height_of(school) - 4) << "blocks that were there are not fetched again";
}

TEST(Follower, CertifiesAHeadThatAStopLeftWithoutItsCertificate) {
  const auto& school = issued_school();
  const Folder folder;
  {
    auto ledger = open_ledger(school, folder.path());
    for (std::size_t i = 0; i < 3; ++i)
      ASSERT_TRUE(ledger->append(school.blocks()[i].block, rules::Chain::Signatures::check).has_value());
    ASSERT_FALSE(ledger->head_qc().has_value());
  }
  FakeNode node(school);
  node.publish(school, 3);
  Copy copy(school, folder.path(), node, Keep::on_disk);
  EXPECT_EQ(copy.until(FollowState::following).state, FollowState::following);
  EXPECT_EQ(copy.ledger().final_point()->checkpoint.height.value, 2U);
}

/// Nothing of the block that the lie is about may be stored, and truth told later is taken.
void expect_refused(FakeNode& node, std::uint64_t height_of_lie) {
  const auto& school = issued_school();
  const Folder folder;
  Copy copy(school, folder.path(), node);
  const auto s = copy.until(FollowState::source_lies);
  ASSERT_EQ(sync::state_name(s.state), "source_lies") << (s.error ? s.error->en : "");
  EXPECT_FALSE(s.caught_up);
  ASSERT_TRUE(s.error.has_value());
  EXPECT_FALSE(s.error->vi.empty());
  EXPECT_LT(stored(copy.ledger()), height_of_lie);
  node.lie({});
  EXPECT_EQ(copy.until_height(height_of(school)).height.value, height_of(school));
  EXPECT_GE(copy.follower().status().lies, 1U);
}

log::Block decoded(const Bytes& bytes) {
  return *log::decode_block(bytes);
}

TEST(Follower, RefusesAFlippedByteInARecord) {
  FakeNode node(issued_school());
  node.lie([](FakeNode::Served& s) {
    for (auto& bytes : s.blocks) {
      auto b = decoded(bytes);
      if (b.height.value != 5) continue;
      auto& jws = b.records.at(0);
      jws[jws.size() - 10] = jws[jws.size() - 10] == 'A' ? 'B' : 'A';
      bytes = log::encode(b);
    }
  });
  expect_refused(node, 5);
}

TEST(Follower, RefusesARecordThatIsLeftOut) {
  FakeNode node(issued_school());
  node.lie([](FakeNode::Served& s) {
    for (auto& bytes : s.blocks) {
      auto b = decoded(bytes);
      if (b.height.value != 5) continue;
      b.records.pop_back();
      bytes = log::encode(b);
    }
  });
  expect_refused(node, 5);
}

TEST(Follower, RefusesEveryFlippedByteOfABlock) {
  const auto& school = issued_school();
  const auto good = log::encode(school.blocks()[0].block);
  for (std::size_t i = 0; i < good.size(); i += 37) {
    FakeNode node(school);
    node.publish(school, 1);
    node.lie([i](FakeNode::Served& s) { s.blocks[0][i] ^= 1; });
    const Folder folder;
    Copy copy(school, folder.path(), node);
    EXPECT_EQ(sync::state_name(copy.until(FollowState::source_lies).state), "source_lies") << "byte " << i;
    EXPECT_EQ(stored(copy.ledger()), 0U);
  }
}

TEST(Follower, RefusesANextBlockOfAnotherParent) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.publish(school, 3);
  const Folder folder;
  Copy copy(school, folder.path(), node);
  ASSERT_EQ(copy.until(FollowState::following).state, FollowState::following);
  node.lie([](FakeNode::Served& s) {
    for (auto& bytes : s.blocks) {
      auto b = decoded(bytes);
      if (b.height.value != 4) continue;
      b.parent.bytes[0] ^= 1;
      bytes = log::encode(b);
    }
  });
  node.publish(school, 4);
  // First it may be a branch that begins further below; asked from there, the certificate tells.
  EXPECT_EQ(sync::state_name(copy.until(FollowState::source_lies).state), "source_lies");
  EXPECT_EQ(stored(copy.ledger()), 3U);
}

TEST(Follower, RefusesAForgedCertificate) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.lie([&](FakeNode::Served& s) {
    auto qc = *log::decode_qc(s.qc);
    qc.votes[0].signature = school.orderer().sign(log::vote_digest(qc.header, qc.votes[0].time));
    s.qc = log::encode(qc);
  });
  expect_refused(node, 5);
}

TEST(Follower, RefusesACertificateOfAnotherBlock) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.batch_max(1);
  node.lie([&](FakeNode::Served& s) {
    if (decoded(s.blocks[0]).height.value == 4) s.qc = log::encode(school.blocks()[1].qc);
  });
  const Folder folder;
  Copy copy(school, folder.path(), node);
  // A quorum did sign that header, so the block had to be tried, and it is sound: it is kept as what nobody certified.
  const auto s = copy.until(FollowState::source_lies);
  ASSERT_EQ(sync::state_name(s.state), "source_lies");
  EXPECT_EQ(s.error->code, "source_lies");
  EXPECT_EQ(stored(copy.ledger()), 4U);
  EXPECT_EQ(copy.ledger().final_point()->checkpoint.height, Height{2});
  node.lie({});
  EXPECT_GE(copy.until_height(5).height.value, 5U) << "and the truth is taken afterwards";
}

TEST(Follower, ShowsNothingOfASecondBlockThatAnOrdererSigned) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.publish(school, 4);
  node.lie([&](FakeNode::Served& s) {
    auto b = decoded(s.blocks.back());
    if (b.height.value != 4) return;
    b.attempt += 1;
    b.signature = school.orderer().sign(log::block_digest(log::body_hash(b)));
    s.blocks.back() = log::encode(b);
  });
  const Folder folder;
  {
    Copy copy(school, folder.path(), node, Keep::on_disk);
    const auto s = copy.until(FollowState::source_lies);
    ASSERT_EQ(sync::state_name(s.state), "source_lies");
    EXPECT_EQ(copy.ledger().final_point()->checkpoint.height, Height{2});
    EXPECT_NE(copy.ledger().store().row(Height{4})->value().header_hash, school.blocks()[3].hash);
  }
  node.lie({});
  Copy again(school, folder.path(), node, Keep::on_disk);
  EXPECT_EQ(again.until(FollowState::following).state, FollowState::following);
  EXPECT_EQ(again.ledger().store().row(Height{4})->value().header_hash, school.blocks()[3].hash)
      << "the true block takes its place";
}

/// What a quorum and an orderer that conspire could make: a block in which one record's signature is false.
FakeNode::Served conspired(const test::School& school, std::size_t height) {
  rules::Chain chain(school.genesis());
  for (std::size_t i = 0; i + 1 < height; ++i)
    EXPECT_TRUE(chain.apply(school.blocks()[i].block, rules::Chain::Signatures::trusted).has_value());
  auto b = school.blocks()[height - 1].block;
  auto& jws = b.records.at(0);
  const auto dot = jws.rfind('.');
  jws.replace(dot + 1, std::string::npos, base64url(school.orderer().sign(Digest{}).view()));
  b.signature = school.orderer().sign(log::block_digest(log::body_hash(b)));
  const auto applied = chain.apply(b, rules::Chain::Signatures::trusted);
  EXPECT_TRUE(applied.has_value()) << code_name(applied.error().why.code);
  log::QuorumCertificate qc;
  qc.header = applied->header_hash;
  const auto time = school.now();
  qc.votes.push_back({0, time, school.validator(0).sign(log::vote_digest(qc.header, time))});
  return {{log::encode(b)}, log::encode(qc)};
}

TEST(Follower, RefusesAFalseSignatureEvenIfAQuorumSignedTheBlock) {
  const auto& school = issued_school();
  constexpr std::size_t height = 1;  // its record needs no storage ack, which would name the signature's bytes
  FakeNode node(school);
  const auto forged = conspired(school, height);
  node.lie([&](FakeNode::Served& s) { s = forged; });
  const Folder folder;
  Copy copy(school, folder.path(), node);
  const auto s = copy.until(FollowState::source_lies);
  ASSERT_EQ(sync::state_name(s.state), "source_lies");
  EXPECT_EQ(stored(copy.ledger()), 0U);
  EXPECT_NE(s.error->en.find("record 1"), std::string::npos) << s.error->en;
}

TEST(Follower, RefusesBlocksOfAnotherHeight) {
  const auto& school = issued_school();
  FakeNode node(school);
  node.lie([&](FakeNode::Served& s) {
    s.blocks = {log::encode(school.blocks()[2].block)};
    s.qc = log::encode(school.blocks()[2].qc);
  });
  expect_refused(node, 1);
}

TEST(Follower, RefusesANodeOfAnotherNetwork) {
  const test::School other({.network = "khac"});
  FakeNode node(issued_school());
  node.serve_genesis(other.genesis_file());
  const Folder folder;
  Copy copy(issued_school(), folder.path(), node);
  const auto s = copy.until(FollowState::source_lies);
  ASSERT_EQ(sync::state_name(s.state), "source_lies");
  EXPECT_EQ(s.error->code, "source_other_network");
  EXPECT_EQ(node.asked(), 0);
}

TEST(Follower, SaysThatTheSourceIsUnreachable) {
  const auto& school = issued_school();
  const Folder folder;
  auto ledger = open_ledger(school, folder.path());
  http::Server closed{http::ServerOptions{}};
  ASSERT_TRUE(closed.start().has_value());
  const auto port = closed.port();
  closed.stop(0ms);
  sync::Follower follower(*ledger, *sync::BlockSource::open("http://127.0.0.1:" + std::to_string(port)), quick());
  follower.start();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (follower.status().state != FollowState::unreachable && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(2ms);
  EXPECT_EQ(sync::state_name(follower.status().state), "unreachable");
  EXPECT_FALSE(follower.wait_caught_up(1ms));
}

TEST(Follower, TellsOfAStateBeforeItShows) {
  FakeNode node(issued_school());
  node.lie([](FakeNode::Served& s) { s.blocks[0].back() ^= 1; });
  const Folder folder;
  auto ledger = open_ledger(issued_school(), folder.path());
  std::atomic<bool> told = false;
  sync::Follower follower(*ledger, *sync::BlockSource::open(node.url()), quick(), [&](const sync::FollowStatus& s) {
    std::this_thread::sleep_for(20ms);
    if (s.state == FollowState::source_lies) told = true;
  });
  follower.start();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (follower.status().state != FollowState::source_lies && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(told);
  follower.stop();
}

TEST(Follower, StopsWhileTheSourceSaysNothing) {
  FakeNode node(issued_school());
  node.hang();
  const Folder folder;
  Copy copy(issued_school(), folder.path(), node);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (node.asked() == 0 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(2ms);
  const auto before = std::chrono::steady_clock::now();
  copy.follower().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_EQ(sync::state_name(copy.follower().status().state), "stopped");
}

}  // namespace
}  // namespace stele::verifier
