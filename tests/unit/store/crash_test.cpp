// kill -9 in the middle of commits. The kernel lives on here, so this tests the order of writes and the recovery; that
// bytes really reach the disk is tested by power_cut_test.cpp.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <random>

#include "ledger/store/rocks_store.h"
#include "ledger/store/tail_check.h"
#include "tests/unit/store/made_blocks.h"

extern char** environ;

namespace stele::store::test {
namespace {

/// Runs the writer until it acknowledged `acks` blocks and `extra_us` have passed, kills it, and returns the last
/// height that it acknowledged.
std::uint64_t run_and_kill(const std::string& folder, int acks, unsigned extra_us) {
  int ends[2];
  if (::pipe(ends) != 0) return 0;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  std::string program = STELE_CRASH_WRITER;
  std::string argument = folder;
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int spawned = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  EXPECT_EQ(spawned, 0);
  std::uint64_t last = 0;
  const auto read_one = [&] {
    std::uint64_t height = 0;
    const bool got = ::read(ends[0], &height, sizeof height) == sizeof height;
    if (got) last = height;
    return got;
  };
  for (int i = 0; i < acks; ++i) {
    if (!read_one()) break;
  }
  ::usleep(extra_us);
  ::kill(child, SIGKILL);
  while (read_one()) {
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  return last;
}

TEST(Crash, LosesNothingThatWasAcknowledged) {
  const TempFolder folder;
  const auto path = folder / "node";
  std::filesystem::create_directories(path);
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uint64_t before = 0;
  for (int round = 0; round < 20; ++round) {
    const auto acknowledged =
        run_and_kill(path.string(), 1 + static_cast<int>(random() % 60), static_cast<unsigned>(random() % 3000));
    ASSERT_GT(acknowledged, before);
    const auto store = open_rocks_store(path / "db", {.net = "crash"}).value();
    const auto head = HeadFile::read(path / "head").value();
    ASSERT_TRUE(head.has_value());
    EXPECT_GE(head->height.value, acknowledged);
    EXPECT_GE(store->tip()->height, head->height);
    EXPECT_LE(store->tip()->height.value, acknowledged + 6) << "some being committed, some being acknowledged";
    EXPECT_FALSE(goes_with_the_next(store->tip()->height.value)) << "all or none";
    const auto tail = *check_tail(*store, head);
    EXPECT_TRUE(tail == TailState::equal || tail == TailState::head_behind);
    EXPECT_TRUE(find_holes(*store)->empty());
    std::uint64_t records = 0;
    ASSERT_TRUE(replay(*store, {1}, [&](const BlockRow& row) -> Result<Walk> {
      const auto made = made_block(row.height.value, records, records_of(row.height.value), 1000);
      EXPECT_TRUE(row.header_hash == made.header_hash && row.meta == made.meta && row.records == made.records);
      records += row.records.size();
      return Walk::more;
    }));
    EXPECT_EQ(records, store->tip()->records);
    before = acknowledged;
  }
}

}  // namespace
}  // namespace stele::store::test
