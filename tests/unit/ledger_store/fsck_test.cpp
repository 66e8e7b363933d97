// Each kind of damage, done to a real chain behind the store's back, and the name that fsck gives it.
#include "ledger/store/fsck.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/sequencer/solo_node.h"
#include "tests/unit/store/rocks_surgery.h"

namespace stele::test {
namespace {

using store::FsckReport;

class Fsck : public ::testing::Test {
 protected:
  void SetUp() override {
    school.found_grade_and_issue();
    const auto ledger = must(place.open());
    copy_blocks(school, *ledger);
  }
  [[nodiscard]] FsckReport check() const {
    return must(store::fsck(school.genesis(), *place.store(), place.head(), nullptr));
  }
  static const store::Finding* find(const FsckReport& report, std::string_view code) {
    for (const auto& f : report.findings) {
      if (f.code == code) return &f;
    }
    return nullptr;
  }
  static std::string codes(const FsckReport& report) {
    std::string out;
    for (const auto& f : report.findings)
      out += f.code + (f.height ? " h" + std::to_string(f.height->value) : "") +
             (f.index ? " i" + std::to_string(f.index->value) : "") + "; ";
    return out;
  }
  /// One bit of a stored value.
  void flip(const std::string& table, std::uint64_t key, std::size_t byte) const {
    auto value = surgery().get(table, key);
    ASSERT_LT(byte, value.size());
    value[byte] = static_cast<char>(value[byte] ^ 1);
    surgery().put(table, key, value);
  }
  [[nodiscard]] store::test::Surgery surgery() const { return store::test::Surgery(place.folder()); }
  void expect_refused() const { EXPECT_EQ(code_of(place.open({.verify_signatures = true})), "ledger_damaged"); }
  [[nodiscard]] const MadeBlock& full_block() const {
    for (const auto& b : school.blocks()) {
      if (b.block.height.value > 6 && !b.block.records.empty()) return b;
    }
    throw std::runtime_error("no block with records");
  }

  School school;
  Place place{school.genesis()};
};

TEST_F(Fsck, FindsNothingInASoundLedger) {
  const auto report = check();
  EXPECT_TRUE(report.clean()) << codes(report);
  EXPECT_EQ(report.blocks, school.blocks().size());
  EXPECT_EQ(report.records, school.blocks().back().header.size);
  EXPECT_EQ(report.signatures, report.records);
}

TEST_F(Fsck, NamesTheRecordInWhichABitWasFlipped) {
  // Every eighth byte of one record: header, payload, signature.
  const std::uint64_t index = full_block().header.size - 1;
  const std::size_t size = surgery().get("records", index).size();
  const auto sound = surgery().get("records", index);
  for (std::size_t byte = 8; byte < size; byte += 1 + size / 12) {
    flip("records", index, byte);
    const auto report = check();
    const auto* altered = find(report, "record_altered");
    const auto* invalid = find(report, "signature_invalid");
    ASSERT_TRUE(altered != nullptr || invalid != nullptr) << byte << ": " << codes(report);
    EXPECT_EQ((altered != nullptr ? altered : invalid)->index, RecordIndex{index}) << byte;
    expect_refused();
    surgery().put("records", index, sound);
  }
  EXPECT_TRUE(check().clean());
}

TEST_F(Fsck, NamesTheBlockWhoseBodyWasChanged) {
  const auto height = full_block().header.height;
  const auto sound = surgery().get("metas", height.value);
  for (std::size_t byte = 0; byte < sound.size(); byte += 1 + sound.size() / 24) {
    flip("metas", height.value, byte);
    const auto report = check();
    ASSERT_FALSE(report.clean()) << byte;
    EXPECT_EQ(report.findings[0].height, height) << byte << ": " << codes(report);
    expect_refused();
    surgery().put("metas", height.value, sound);
  }
}

TEST_F(Fsck, NamesTheBlockWhoseHeaderTextWasChanged) {
  const auto height = full_block().header.height;
  const auto size = surgery().get("blocks", height.value).size();
  for (const std::size_t byte : {std::size_t{0}, std::size_t{60}, size - 2}) {
    flip("blocks", height.value, byte);
    const auto report = check();
    const auto* found = find(report, "header_differs");
    ASSERT_NE(found, nullptr) << byte << ": " << codes(report);
    EXPECT_EQ(found->height, height);
    expect_refused();
    flip("blocks", height.value, byte);
  }
}

TEST_F(Fsck, NamesAForgedVoteInABlock) {
  const auto height = full_block().header.height;
  auto block = full_block().block;
  auto qc = *log::decode_qc(block.parent_qc);
  qc.votes[0].signature = school.validator(0).sign(Digest{});
  block.parent_qc = log::encode(qc);
  // Even if the orderer signs it.
  block.signature = school.orderer().sign(log::block_digest(log::body_hash(block)));
  surgery().put("metas", height.value, std::string(as_text(log::encode_meta(block))));
  const auto report = check();
  const auto* found = find(report, "qc_invalid");
  ASSERT_NE(found, nullptr) << codes(report);
  EXPECT_EQ(found->height, height);
  expect_refused();
}

TEST_F(Fsck, NamesAForgedVoteInTheHeadFile) {
  const auto& last = school.blocks().back();
  auto qc = last.qc;
  qc.votes[0].signature = school.validator(0).sign(Digest{});
  must(must(store::HeadFile::open(place.head()))->write({last.header.height, last.hash, log::encode(qc)}));
  const auto report = check();
  const auto* found = find(report, "qc_invalid");
  ASSERT_NE(found, nullptr) << codes(report);
  EXPECT_EQ(found->height, last.header.height);
  expect_refused();
}

TEST_F(Fsck, SeesThatTheLastBlockIsGone) {
  const auto& last = school.blocks().back();
  surgery().remove("blocks", last.header.height.value);
  surgery().remove("metas", last.header.height.value);
  for (std::uint64_t i = 0; i < last.block.records.size(); ++i) surgery().remove("records", last.header.size - 1 - i);
  const auto report = check();
  const auto* found = find(report, "head_ahead");
  ASSERT_NE(found, nullptr) << codes(report);
  EXPECT_EQ(found->height, last.header.height);
  expect_refused();
}

TEST_F(Fsck, SeesAHole) {
  surgery().remove("records", 3);
  auto report = check();
  ASSERT_NE(find(report, "record_missing"), nullptr) << codes(report);
  EXPECT_EQ(find(report, "record_missing")->index, RecordIndex{3});
  expect_refused();
  surgery().remove("metas", 5);
  report = check();
  ASSERT_NE(find(report, "meta_missing"), nullptr) << codes(report);
  EXPECT_EQ(find(report, "meta_missing")->height, Height{5});
  surgery().remove("blocks", 4);
  report = check();
  ASSERT_NE(find(report, "block_missing"), nullptr) << codes(report);
  EXPECT_EQ(find(report, "block_missing")->height, Height{4});
}

TEST_F(Fsck, SeesTwoBlocksThatChangedPlaces) {
  // Two empty blocks in succession (time that passes): nothing but their order is wrong.
  std::uint64_t h = 1;
  while (!school.blocks()[h - 1].block.records.empty() || !school.blocks()[h].block.records.empty()) ++h;
  for (const std::string table : {"blocks", "metas"}) {
    const auto a = surgery().get(table, h), b = surgery().get(table, h + 1);
    surgery().put(table, h, b);
    surgery().put(table, h + 1, a);
  }
  const auto report = check();
  const auto* found = find(report, "block_misplaced");
  ASSERT_NE(found, nullptr) << codes(report);
  EXPECT_EQ(found->height, Height{h});
  expect_refused();
}

TEST_F(Fsck, AHeadBehindByOneBlockIsTheTraceOfACrash) {
  const auto& blocks = school.blocks();
  std::filesystem::remove(place.head());
  const auto& before = blocks[blocks.size() - 2];
  must(must(store::HeadFile::open(place.head()))->write({before.header.height, before.hash, log::encode(before.qc)}));
  const auto report = check();
  ASSERT_EQ(codes(report), "head_behind h" + std::to_string(blocks.size()) + "; ");
  EXPECT_NE(report.findings[0].en.find("A start of the node mends it"), std::string::npos);
  EXPECT_EQ(code_of(place.open()), "ok");
}

TEST_F(Fsck, AmongSeveralValidatorsTheNewestBlockMayWaitForItsCertificate) {
  School four({.validators = 4});
  four.found();
  const Place there{four.genesis()};
  copy_blocks(four, *must(there.open()), false);
  const auto look = [&] { return codes(must(store::fsck(four.genesis(), *there.store(), there.head(), nullptr))); };
  EXPECT_EQ(look(), "");
  const auto& old = four.blocks()[four.blocks().size() - 3];
  std::filesystem::remove(there.head());
  must(must(store::HeadFile::open(there.head()))->write({old.header.height, old.hash, log::encode(old.qc)}));
  EXPECT_NE(look(), "") << "two behind is another matter";
}

TEST_F(Fsck, AHeadFarBehindIsNotMendedSilently) {
  const auto& old = school.blocks()[3];
  std::filesystem::remove(place.head());
  must(must(store::HeadFile::open(place.head()))->write({old.header.height, old.hash, log::encode(old.qc)}));
  EXPECT_EQ(codes(check()), "head_behind h5; ");
  expect_refused();
}

TEST_F(Fsck, SeesADamagedHeadFileAndAnotherBlockInIt) {
  {
    std::fstream file(place.head(), std::ios::in | std::ios::out | std::ios::binary);
    for (const int slot : {0, 64 * 1024}) {
      file.seekp(slot + 40);
      file.put('!');
    }
  }
  EXPECT_EQ(codes(check()), "head_damaged; ");
  std::filesystem::remove(place.head());
  const auto& last = school.blocks().back();
  must(must(store::HeadFile::open(place.head()))->write({last.header.height, HeaderHash{}, log::encode(last.qc)}));
  EXPECT_EQ(codes(check()), "head_differs h" + std::to_string(school.blocks().size()) + "; ");
  expect_refused();
}

TEST_F(Fsck, ALostHeadFileCanBeMadeAnewFromASoundStore) {
  std::filesystem::remove(place.head());
  must(store::rebuild_head(school.genesis(), *place.store(), place.head()));
  const auto ledger = must(place.open());
  EXPECT_EQ(ledger->chain().head_hash(), school.blocks().back().hash);
  EXPECT_FALSE(ledger->head_qc());
}

TEST_F(Fsck, AHeadFileIsNotMadeAnewOverDamage) {
  flip("records", 3, 30);
  std::filesystem::remove(place.head());
  EXPECT_EQ(code_of(store::rebuild_head(school.genesis(), *place.store(), place.head())), "head_not_rebuilt");
  EXPECT_FALSE(std::filesystem::exists(place.head()));
}

// ---- rules that this program does not know ----

/// A policy raised the rules, and a newer program went on by them: the last block here is of rules 2.
class OfNewerRules : public Fsck {
 protected:
  void SetUp() override {
    school.found_grade_and_issue();
    auto policy = school.policy(2);
    policy.rules = 2;
    policy.rules_from = school.blocks().size() + 4;
    const auto raise = school.add({school.sign(school.root(0), record::Type::policy, policy)})[0];
    school.add({school.sign(school.root(1), record::Type::approve, record::SecondSignature{"root", "root", {raise}})});
    school.add({});
    copy_blocks(school, *must(place.open()));
    go_on({school.sign("clerk", record::Type::document,
                       record::Document{std::string(School::school), "minutes", {Digest{}}})});
  }
  [[nodiscard]] const MadeBlock& last_known() const { return school.blocks().back(); }
  [[nodiscard]] Height first_unknown() const { return {last_known().header.height.value + 1}; }
  [[nodiscard]] RecordIndex its_record() const { return RecordIndex{last_known().header.size}; }

  /// What this program thinks of the block's contents, its header and its certificate does not matter.
  void go_on(std::vector<std::string> records) const {
    auto block = std::move(school.chain().build(last_known().qc, 0)).finish().take_block();
    ASSERT_EQ(block.rules, 2U);
    ASSERT_EQ(block.height, first_unknown());
    block.signature = school.orderer().sign(log::block_digest(log::body_hash(block)));
    auto header = last_known().header;
    header.height = block.height;
    header.rules = block.rules;
    header.parent = last_known().hash;
    header.size += records.size();
    store::BlockRow row;
    row.height = block.height;
    row.header = log::to_text(header);
    row.header_hash = log::hash_of(row.header);
    row.meta = log::encode_meta(block);
    row.first = its_record();
    row.records = std::move(records);
    must(place.store()->commit(std::span(&row, 1)));
    const auto qc = school.certificate(row.header_hash);
    must(must(store::HeadFile::open(place.head()))->write({row.height, row.header_hash, log::encode(qc)}));
  }
  /// Nobody says that anything is damaged.
  void expect_unknown() const {
    const auto report = check();
    EXPECT_EQ(codes(report), "rules_unknown h" + std::to_string(first_unknown().value) + "; ");
    EXPECT_EQ(report.blocks, last_known().header.height.value) << "all below was looked at";
    EXPECT_EQ(report.records, last_known().header.size);
    EXPECT_EQ(report.signatures, last_known().header.size);
    for (const bool verify : {false, true}) {
      const auto opened = place.open({.verify_signatures = verify});
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code, "rules_unknown");
      EXPECT_NE(opened.error().en.find("update it"), std::string::npos) << opened.error().en;
    }
  }
};

TEST_F(OfNewerRules, ALedgerIsNotCalledDamaged) {
  expect_unknown();
  EXPECT_EQ(code_of(store::rebuild_head(school.genesis(), *place.store(), place.head())), "head_not_rebuilt");
}

TEST_F(OfNewerRules, NorIsOneWhoseRecordsAreSignedInAnotherWay) {
  auto jws = surgery().get("records", its_record().value);
  auto& in_the_signature = jws[jws.size() - 20];
  in_the_signature = in_the_signature == 'A' ? 'B' : 'A';
  surgery().put("records", its_record().value, jws);
  expect_unknown();
}

TEST_F(OfNewerRules, NorOneWhoseBlocksAndRecordsItCanNotRead) {
  surgery().put("records", its_record().value,
                store::test::big_endian(first_unknown().value) + "a record of another form");
  expect_unknown();
  surgery().put("metas", first_unknown().value, "a body of another form");
  expect_unknown();
}

TEST_F(OfNewerRules, WhatIsDamagedBelowIsStillFound) {
  flip("records", 3, 30);
  const auto report = check();
  EXPECT_TRUE(find(report, "record_altered") != nullptr || find(report, "signature_invalid") != nullptr)
      << codes(report);
  expect_refused();
}

}  // namespace
}  // namespace stele::test
