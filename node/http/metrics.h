// Counters and request durations in Prometheus' text format. Any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stele::http {

/// A figure that is read when it is asked for.
struct Gauge {
  std::string_view name, help;
  double value = 0;
};

class Metrics {
 public:
  /// What the program does, counted by outcome: the counter's name and what it counts.
  Metrics(std::string name, std::string help) : name_(std::move(name)), help_(std::move(help)) {}
  /// Outcomes come from our own lists, never from a client, so the number of labels is bounded.
  void outcome(std::string_view outcome, std::uint64_t count = 1);
  /// `route`: the pattern; empty: none matched.
  void request(std::string_view method, std::string_view route, int status, std::chrono::microseconds);
  [[nodiscard]] std::string text(const std::vector<Gauge>&) const;

 private:
  static constexpr std::array<std::uint64_t, 12> bounds_us{
      1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 2'500'000, 10'000'000, 30'000'000};
  struct Durations {
    std::array<std::uint64_t, bounds_us.size() + 1> buckets{};  ///< the last: beyond all bounds
    std::uint64_t sum_us = 0, count = 0;
  };
  mutable std::mutex mutex_;
  const std::string name_, help_;
  std::map<std::string, std::uint64_t, std::less<>> outcomes_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;  ///< (route, status)
  std::map<std::string, Durations, std::less<>> durations_;        ///< by route
};

}  // namespace stele::http
