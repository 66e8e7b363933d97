// Work on all cores, for reading a ledger again. Internal to ledger/store.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace stele::store {

/// Calls `f(i)` for each i < n, on all cores if that pays. `f` must not throw, and calls must not touch one another's
/// data.
template <class F>
void for_each_parallel(std::size_t n, F f) {
  constexpr std::size_t chunk = 16;  // some 0.2 ms of decoding, far more than a thread costs
  const std::size_t threads = std::min<std::size_t>(std::thread::hardware_concurrency(), n / (2 * chunk));
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t begin = next.fetch_add(chunk); begin < n; begin = next.fetch_add(chunk)) {
      for (std::size_t i = begin; i < std::min(n, begin + chunk); ++i) f(i);
    }
  };
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  for (auto& t : others) t.join();
}

}  // namespace stele::store
