#include "node/ordering/clock.h"

#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "ledger/base/text.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::ordering {
namespace {

using store::test::code_of;
using store::test::TempFolder;

record::Genesis network(bool test) {
  record::Genesis g;
  g.test = test;
  return g;
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::trunc) << text;
}

void let_it_read_again() {
  std::this_thread::sleep_for(std::chrono::milliseconds(220));
}

TEST(FileClock, FollowsTheFileAndNeverGoesBack) {
  const TempFolder folder;
  const auto path = folder / "clock";
  write(path, "2026-01-10T08:00:00Z\n");
  const auto clock = make_file_clock(network(true), path).value();
  EXPECT_EQ(utc_text(clock->now()), "2026-01-10T08:00:00Z");
  write(path, "2026-05-31T08:00:00Z");
  let_it_read_again();
  EXPECT_EQ(utc_text(clock->now()), "2026-05-31T08:00:00Z");
  write(path, "2026-01-10T08:00:00Z");
  let_it_read_again();
  EXPECT_EQ(utc_text(clock->now()), "2026-05-31T08:00:00Z");
}

TEST(FileClock, StandsStillWhileTheFileSaysNothing) {
  const TempFolder folder;
  const auto path = folder / "clock";
  write(path, "2026-01-10T08:00:00Z");
  const auto clock = make_file_clock(network(true), path).value();
  for (const auto* text : {"", "soon", "2026-13-10T08:00:00Z"}) {
    write(path, text);
    let_it_read_again();
    EXPECT_EQ(utc_text(clock->now()), "2026-01-10T08:00:00Z");
  }
  std::filesystem::remove(path);
  let_it_read_again();
  EXPECT_EQ(utc_text(clock->now()), "2026-01-10T08:00:00Z");
}

TEST(FileClock, IsRefusedOnALiveNetwork) {
  const TempFolder folder;
  write(folder / "clock", "2026-01-10T08:00:00Z");
  EXPECT_EQ(code_of(make_file_clock(network(false), folder / "clock")), "clock_file_on_live_network");
}

TEST(FileClock, MustHoldATimeAtTheStart) {
  const TempFolder folder;
  EXPECT_EQ(code_of(make_file_clock(network(true), folder / "clock")), "clock_file_unreadable");
  write(folder / "clock", "8 giờ sáng");
  EXPECT_EQ(code_of(make_file_clock(network(true), folder / "clock")), "clock_file_unreadable");
}

TEST(SystemClock, TellsTheTime) {
  const auto clock = make_system_clock();
  const auto now = clock->now();
  EXPECT_NEAR(static_cast<double>(now.value), static_cast<double>(std::time(nullptr)), 5.0);
  EXPECT_GE(clock->now(), now);
}

}  // namespace
}  // namespace stele::ordering
