#include "node/finality/vote_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "node/finality/solo.h"
#include "tests/unit/golden/golden.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::finality {
namespace {

using store::test::code_of;
using store::test::hash_of;
using store::test::TempFolder;
using test::fixed_hex;
using test::from_hex;
using test::golden;

constexpr const char* net = "stele/vidu/0123456789abcdef0123456789abcdef";

class Votes : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return folder / "votes"; }
  [[nodiscard]] PublicKey pub() const { return key.public_key().compressed(); }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static LastVote vote(std::uint64_t epoch, std::uint64_t height, std::string_view header) {
    return {{epoch}, {height}, hash_of(header), {epoch}, {1000 + height}, Signature{}};
  }

  TempFolder folder;
  signer::SigningKey key = signer::SigningKey::generate();
};

TEST_F(Votes, AreKeptOverAReopening) {
  {
    auto file = VoteFile::create(path(), net, pub()).value();
    EXPECT_EQ(file.last(), LastVote{});
    ASSERT_EQ(code_of(file.write(vote(0, 7, "a"))), "ok");
  }
  EXPECT_EQ(VoteFile::open(path(), net, pub())->last(), vote(0, 7, "a"));
}

TEST_F(Votes, HaveTheFormOfTheWireFormat) {
  auto file = VoteFile::create(path(), net, pub()).value();
  ASSERT_EQ(code_of(file.write(vote(2, 7, "a"))), "ok");
  const auto text = bytes();
  ASSERT_EQ(text.size(), 4u + 1 + 2 + 43 + 33 + 8 + 8 + 8 + 32 + 8 + 8 + 64 + 32);
  EXPECT_EQ(text.substr(0, 4), "STLV");
  EXPECT_EQ(text[4], 1);
  EXPECT_EQ(text.substr(7, 43), net);
  EXPECT_EQ(text.substr(50, 33), as_text(pub().view()));
  EXPECT_EQ(text[83 + 7], 0);
  EXPECT_EQ(text[91 + 7], 2);
  EXPECT_EQ(text[99 + 7], 7);
  EXPECT_EQ(text.substr(107, 32), as_text(hash_of("a").view()));
  EXPECT_EQ(text.substr(text.size() - 32), as_text(sha256(as_bytes(text.substr(0, text.size() - 32))).view()));
}

TEST_F(Votes, RiseAndStandOnceForEachPlace) {
  auto file = VoteFile::create(path(), net, pub()).value();
  ASSERT_EQ(code_of(file.write(vote(0, 7, "a"))), "ok");
  EXPECT_EQ(code_of(file.write(vote(0, 7, "a"))), "ok");
  EXPECT_EQ(code_of(file.write(vote(0, 7, "b"))), "vote_refused");
  EXPECT_EQ(code_of(file.write(vote(0, 6, "a"))), "vote_refused");
  EXPECT_EQ(code_of(file.write(vote(0, 9, "c"))), "ok");
  EXPECT_EQ(code_of(file.write(vote(1, 3, "d"))), "ok");
  EXPECT_EQ(code_of(file.write(vote(0, 10, "e"))), "vote_refused");
  EXPECT_EQ(VoteFile::open(path(), net, pub())->last(), vote(1, 3, "d"));
}

TEST_F(Votes, AreNotGivenInAnEpochThatWasLeft) {
  auto file = VoteFile::create(path(), net, pub()).value();
  ASSERT_EQ(code_of(file.write(vote(0, 7, "a"))), "ok");
  ASSERT_EQ(code_of(file.leave_below({2})), "ok");
  ASSERT_EQ(code_of(file.leave_below({1})), "ok");
  EXPECT_EQ(file.record().left_below, Epoch{2}) << "a statement is never taken back";
  EXPECT_EQ(code_of(file.write(vote(1, 8, "b"))), "vote_refused");
  EXPECT_EQ(code_of(file.write(vote(2, 8, "b"))), "ok");
  EXPECT_EQ(VoteFile::open(path(), net, pub())->record(), (VoteRecord{vote(2, 8, "b"), {2}}));
}

TEST_F(Votes, OnAnEpochsFirstBlockAreFirstVotesInIt) {
  auto file = VoteFile::create(path(), net, pub()).value();
  ASSERT_EQ(code_of(file.write(vote(1, 7, "a"))), "ok");
  EXPECT_EQ(code_of(file.allows({1}, {8}, hash_of("b"), {0})), "vote_refused");
  EXPECT_EQ(code_of(file.allows({1}, {8}, hash_of("b"), {1})), "ok");
  EXPECT_EQ(code_of(file.allows({2}, {5}, hash_of("b"), {0})), "ok");
}

TEST_F(Votes, GoldenFileIsReadAndWrittenByteForByte) {
  const auto& v = golden("secrets").at("vote_file");
  const auto number = [&](const char* name) { return v.at(name).get<std::uint64_t>(); };
  const Bytes file = from_hex(v.at("bytes"));
  const auto content = decode_vote_file(file);
  ASSERT_TRUE(content.has_value());
  EXPECT_EQ(encode(*content), file);
  EXPECT_EQ(content->record.left_below.value, number("left_below"));
  EXPECT_EQ(content->record.last.parent_epoch.value, number("parent_epoch"));
  EXPECT_EQ(content->record.last.epoch.value, number("epoch"));
  EXPECT_EQ(content->record.last.height.value, number("height"));
  EXPECT_EQ(content->record.last.time.value, number("time"));
  EXPECT_EQ(content->record.last.header, fixed_hex<HeaderHash>(v.at("header_hash")));
}

TEST_F(Votes, OfAnotherKeyOrNetworkAreRefused) {
  ASSERT_TRUE(VoteFile::create(path(), net, pub()).has_value());
  const auto other = signer::SigningKey::generate().public_key().compressed();
  EXPECT_EQ(code_of(VoteFile::open(path(), net, other)), "vote_file_other_key");
  EXPECT_EQ(code_of(VoteFile::open(path(), "stele/khac/0123456789abcdef0123456789abcdef", pub())),
            "vote_file_other_net");
}

TEST_F(Votes, AreNeverStartedAnewByThemselves) {
  EXPECT_EQ(code_of(VoteFile::open(path(), net, pub())), "vote_file_absent");
  ASSERT_TRUE(VoteFile::create(path(), net, pub()).has_value());
  EXPECT_EQ(code_of(VoteFile::create(path(), net, pub())), "vote_file_exists");
}

TEST_F(Votes, WithOneBitChangedAreDamaged) {
  ASSERT_TRUE(VoteFile::create(path(), net, pub()).has_value());
  const auto sound = bytes();
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto text = sound;
    text[i] = static_cast<char>(text[i] ^ 4);
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << text;
    EXPECT_EQ(code_of(VoteFile::open(path(), net, pub())), "vote_file_damaged") << i;
  }
  std::ofstream(path(), std::ios::binary | std::ios::trunc) << sound << '\0';
  EXPECT_EQ(code_of(VoteFile::open(path(), net, pub())), "vote_file_damaged");
}

TEST_F(Votes, StayInOneFileOfOneSize) {
  auto file = VoteFile::create(path(), std::string(64, 'n'), pub()).value();
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat(path().c_str(), &before), 0);
  ASSERT_EQ(code_of(file.write(vote(0, 7, "a"))), "ok");
  ASSERT_EQ(code_of(file.leave_below({1ULL << 40})), "ok");
  ASSERT_EQ(::stat(path().c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_size, before.st_size);
  EXPECT_EQ(after.st_size, 272) << "the longest name of a network: still within a sector";
}

TEST_F(Votes, AreBegunOnceThoughTheFileComesInBetween) {
  std::ofstream(path()) << "whatever it is";
  EXPECT_EQ(code_of(VoteFile::create(path(), net, pub())), "vote_file_exists");
  EXPECT_EQ(bytes(), "whatever it is");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path().parent_path()), {}), 1) << "and no draft is left";
}

TEST_F(Votes, AreNotBlankedByADraftThatIsAnotherNameOfTheirFile) {
  auto file = VoteFile::create(path(), net, pub()).value();
  ASSERT_EQ(code_of(file.write(vote(0, 7, "a"))), "ok");
  auto draft = path();
  draft += ".new";
  std::filesystem::create_hard_link(path(), draft);  // as a crash between two steps of `create` leaves it
  EXPECT_EQ(code_of(VoteFile::create(path(), net, pub())), "vote_file_exists");
  EXPECT_EQ(VoteFile::open(path(), net, pub())->last(), vote(0, 7, "a"));
}

TEST_F(Votes, AreNotWrittenIntoAnotherFileThatTookTheirsPlace) {
  auto file = VoteFile::create(path(), net, pub()).value();
  const auto copy = folder / "copy";
  std::filesystem::copy_file(path(), copy);
  std::filesystem::rename(copy, path());
  EXPECT_EQ(code_of(file.write(vote(0, 7, "a"))), "vote_file_io");
  EXPECT_EQ(VoteFile::open(path(), net, pub())->last(), LastVote{});
}

TEST_F(Votes, ThatCannotBeWrittenAreNotGiven) {
  auto file = VoteFile::create(path(), net, pub()).value();
  std::filesystem::remove(path());
  EXPECT_EQ(code_of(file.write(vote(0, 7, "a"))), "vote_file_io") << "a file that was taken away is not made anew";
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(file.last(), LastVote{});
  ASSERT_TRUE(VoteFile::create(path(), net, pub()).has_value());
  EXPECT_EQ(code_of(file.write(vote(0, 7, "a"))), "vote_file_io") << "the outcome of the first is unknown";
}

class Solo : public Votes {
 protected:
  [[nodiscard]] signer::SigningKey copy() const {
    return signer::SigningKey::from_secret(*signer::Secret<32>::from(key.secret().view())).value();
  }
  [[nodiscard]] record::Genesis genesis() const {
    record::Genesis g;
    g.net = net;
    g.validators = {{"nut-1", pub()}};
    return g;
  }
};

TEST_F(Solo, MakesACertificateThatHolds) {
  auto solo = SoloValidator::make(genesis(), copy(), VoteFile::create(path(), net, pub()).value()).value();
  const auto qc = solo.certify(hash_of("a"), {0}, {1}, {500}).value();
  EXPECT_TRUE(log::check_qc(qc, hash_of("a"), *log::ValidatorSet::from(genesis().validators)).has_value());
  EXPECT_EQ(log::median_time(qc), UnixSeconds{500});
}

TEST_F(Solo, GivesTheSameVoteAgainAfterARestart) {
  log::Vote first;
  {
    auto solo = SoloValidator::make(genesis(), copy(), VoteFile::create(path(), net, pub()).value()).value();
    first = solo.vote(hash_of("a"), {0}, {1}, {500}).value();
  }
  auto solo = SoloValidator::make(genesis(), copy(), VoteFile::open(path(), net, pub()).value()).value();
  EXPECT_EQ(solo.vote(hash_of("a"), {0}, {1}, {900}).value(), first);
  EXPECT_EQ(code_of(solo.vote(hash_of("b"), {0}, {1}, {900})), "vote_refused");
}

TEST_F(Solo, IsRefusedWhereOthersValidateToo) {
  auto g = genesis();
  g.validators.push_back({"nut-2", signer::SigningKey::generate().public_key().compressed()});
  EXPECT_EQ(code_of(SoloValidator::make(g, copy(), VoteFile::create(path(), net, pub()).value())),
            "solo_not_the_validator");
}

}  // namespace
}  // namespace stele::finality
