#include "ledger/store/head_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/syncs.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::store::test {
namespace {

std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void spill(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class HeadFileTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "head"; }
  static Head head(std::uint64_t height) { return head_of(made_block(height, 0, 0)); }
  /// Writes heads 1 to n.
  void make(std::uint64_t n) {
    const auto file = HeadFile::open(path()).value();
    for (std::uint64_t h = 1; h <= n; ++h) ASSERT_EQ(code_of(file->write(head(h))), "ok");
  }
  TempFolder folder_;
};

TEST_F(HeadFileTest, IsAbsentAtFirstAndThatIsNoError) {
  EXPECT_EQ(*HeadFile::read(path()), std::nullopt);
  EXPECT_EQ(HeadFile::open(path()).value()->head(), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path())) << "opening makes nothing";
}

TEST_F(HeadFileTest, GivesBackTheLastHeadWritten) {
  for (std::uint64_t n = 1; n <= 5; ++n) {
    const auto file = HeadFile::open(path()).value();
    ASSERT_TRUE(file->write(head(n)));
    EXPECT_EQ(file->head(), head(n));
    EXPECT_EQ(*HeadFile::read(path()), head(n));
  }
  EXPECT_EQ(std::filesystem::file_size(path()), 2 * head_slot_bytes);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "head.new"));
}

TEST_F(HeadFileTest, HoldsAnEmptyAndTheLargestCertificateAndNoLarger) {
  const auto file = HeadFile::open(path()).value();
  for (const std::size_t size : {head_qc_bytes_max, std::size_t{0}, head_qc_bytes_max, std::size_t{1}}) {
    Head h = head(1);
    h.qc.assign(size, 7);
    ASSERT_TRUE(file->write(h));
    EXPECT_EQ(*HeadFile::read(path()), h);
  }
  Head h = head(2);
  h.qc.assign(head_qc_bytes_max + 1, 7);
  EXPECT_EQ(code_of(file->write(h)), "head_file_qc_too_large");
  EXPECT_EQ(code_of(file->write(head(2))), "ok");
}

TEST_F(HeadFileTest, SyncsOncePerWriteAndNeverChangesItsSize) {
  make(1);
  const auto file = HeadFile::open(path()).value();
  const int before = stele::test::syncs_so_far();
  ASSERT_TRUE(file->write(head(2)));
  EXPECT_EQ(stele::test::syncs_so_far() - before, 1);
  EXPECT_EQ(std::filesystem::file_size(path()), 2 * head_slot_bytes);
}

TEST_F(HeadFileTest, FallsBackToTheHeadBeforeWhereverTheLastWriteIsTorn) {
  make(4);
  const auto whole = slurp(path());
  const std::string_view slot = std::string_view(whole).substr(head_slot_bytes);
  const std::size_t used = 10 + 1 + 8 + 8 + 32 + 8 + 300 + 32;
  ASSERT_NE(slot[used - 1] | slot[used - 2] | slot[used - 3], 0);
  ASSERT_EQ(slot.substr(used, 8), std::string(8, '\0'));
  for (std::size_t i = 0; i < used; ++i) {
    auto torn = whole;
    torn[head_slot_bytes + i] ^= 1;
    spill(path(), torn);
    ASSERT_EQ(*HeadFile::read(path()), head(3)) << "one byte changed at " << i;
    torn = whole;
    torn.replace(head_slot_bytes + i, used - i, used - i, '\0');
    if (torn == whole) continue;
    spill(path(), torn);
    ASSERT_EQ(*HeadFile::read(path()), head(3)) << "not written from " << i << " on";
  }
  // The next write goes to the torn slot, and never to the sound one.
  ASSERT_TRUE(HeadFile::open(path()).value()->write(head(5)));
  EXPECT_EQ(slurp(path()).substr(0, head_slot_bytes), whole.substr(0, head_slot_bytes));
  EXPECT_EQ(*HeadFile::read(path()), head(5));
}

TEST_F(HeadFileTest, FallsBackToTheOtherSlotToo) {
  make(3);
  auto torn = slurp(path());
  torn[40] ^= 0x10;
  spill(path(), torn);
  EXPECT_EQ(*HeadFile::read(path()), head(2));
}

TEST_F(HeadFileTest, RefusesAFileInWhichNoSlotIsSound) {
  make(4);
  auto bytes = slurp(path());
  bytes[50] ^= 1;
  bytes[head_slot_bytes + 50] ^= 1;
  spill(path(), bytes);
  EXPECT_EQ(code_of(HeadFile::read(path())), "head_file_damaged");
  EXPECT_EQ(code_of(HeadFile::open(path())), "head_file_damaged");
  for (const auto& garbage : {std::string(), std::string("x"), std::string("stele-head"), std::string(200'000, '\0')}) {
    spill(path(), garbage);
    EXPECT_EQ(code_of(HeadFile::read(path())), "head_file_damaged") << garbage.size();
  }
}

TEST_F(HeadFileTest, RefusesAQcLengthThatReachesBeyondTheSlot) {
  make(1);
  auto bytes = slurp(path());
  for (std::size_t i = 0; i < 8; ++i) bytes[59 + i] = '\xff';
  spill(path(), bytes);
  EXPECT_EQ(code_of(HeadFile::read(path())), "head_file_damaged");
}

TEST_F(HeadFileTest, RefusesAnUnknownVersion) {
  make(1);
  auto bytes = slurp(path());
  bytes[10] = 2;
  spill(path(), bytes);
  EXPECT_EQ(code_of(HeadFile::read(path())), "head_file_version_unknown");
}

TEST_F(HeadFileTest, ReadsAFileThatWasCutShort) {
  make(3);
  spill(path(), slurp(path()).substr(0, head_slot_bytes + 10));
  EXPECT_EQ(*HeadFile::read(path()), head(3));
  make(1);  // one more write, into the slot that is cut
  EXPECT_EQ(*HeadFile::read(path()), head(1));
}

TEST_F(HeadFileTest, TakesNothingMoreAfterAFailedSyncUntilItIsReopened) {
  make(2);
  const auto file = HeadFile::open(path()).value();
  stele::test::fail_next_sync();
  EXPECT_EQ(code_of(file->write(head(3))), "head_file_io");
  EXPECT_EQ(file->head(), head(2));
  EXPECT_EQ(code_of(file->write(head(3))), "head_file_failed");
  const auto again = HeadFile::open(path()).value();
  EXPECT_GE(again->head()->height, Height{2});
  EXPECT_EQ(code_of(again->write(head(3))), "ok");
}

TEST_F(HeadFileTest, LeavesNoHalfMadeFileWhenMakingItFails) {
  const auto file = HeadFile::open(path()).value();
  stele::test::fail_next_sync();
  EXPECT_EQ(code_of(file->write(head(1))), "head_file_io");
  EXPECT_EQ(*HeadFile::read(path()), std::nullopt);
  ASSERT_TRUE(HeadFile::open(path()).value()->write(head(1))) << "the draft of the failed try is no obstacle";
  EXPECT_EQ(*HeadFile::read(path()), head(1));
  EXPECT_EQ(code_of(HeadFile::open(folder_ / "no").value()->write(head(1))), "ok");
  EXPECT_EQ(code_of(HeadFile::open(path() / "below-a-file")), "head_file_io");
}

}  // namespace
}  // namespace stele::store::test
