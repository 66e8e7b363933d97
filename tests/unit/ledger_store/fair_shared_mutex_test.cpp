#include "ledger/store/fair_shared_mutex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace stele::store {
namespace {

TEST(FairSharedMutex, LetsTheWriterInThoughThereIsAlwaysAReader) {
  FairSharedMutex mutex;
  std::atomic<bool> done = false;
  // Three readers that overlap: none leaves before the next is inside, unless it has to queue.
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::shared_lock lock(mutex);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
  }
  auto writer = std::async(std::launch::async, [&] {
    for (int i = 0; i < 20; ++i) const std::unique_lock lock(mutex);
  });
  EXPECT_EQ(writer.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  done = true;
  for (auto& r : readers) r.join();
}

TEST(FairSharedMutex, KeepsWritersApartFromEverybody) {
  FairSharedMutex mutex;
  int a = 0, b = 0;
  std::atomic<int> torn = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        const std::unique_lock lock(mutex);
        ++a, ++b;
      }
    });
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        const std::shared_lock lock(mutex);
        if (a != b) ++torn;
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(a, 4000);
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace stele::store
