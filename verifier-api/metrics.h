// Counters in Prometheus' text format: requests by route and status, verdicts by outcome. No label comes from a client.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stele::verifier {

/// A figure that is read when it is asked for.
struct Gauge {
  std::string_view name, help;
  double value = 0;
};

/// Any thread.
class Metrics {
 public:
  void verdict(std::string_view outcome);
  /// `route`: the pattern; empty: none matched.
  void request(std::string_view method, std::string_view route, int status, std::chrono::microseconds);
  [[nodiscard]] std::string text(const std::vector<Gauge>&) const;

 private:
  struct Requests {
    std::uint64_t count = 0, us = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> verdicts_;
  std::map<std::pair<std::string, int>, Requests> requests_;
};

}  // namespace stele::verifier
