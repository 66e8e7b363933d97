// Token buckets per client address, bounded in number. Time is passed in. One thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>

namespace stele::http {

/// An IPv6 address (IPv4 as ::ffff:a.b.c.d). IPv6 clients are counted by their /64, which is what one subscriber gets.
using AddressKey = std::array<std::uint8_t, 16>;

class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `per_second` > 0 requests are refilled a second, up to `burst` >= 1. At most `clients_max` buckets are kept; the
  /// one unused for longest is forgotten first, which can only favour its client.
  RateLimiter(double per_second, double burst, std::size_t clients_max);

  /// Takes one request from the client's bucket. Zero: allowed. Otherwise the whole seconds to wait, at least 1.
  [[nodiscard]] std::uint32_t take(const AddressKey&, Time now);

 private:
  struct Bucket {
    double tokens = 0;
    Time filled{};
    std::list<AddressKey>::iterator place;
  };
  double per_second_;
  double burst_;
  std::size_t clients_max_;
  std::list<AddressKey> by_use_;  // most recent first
  std::map<AddressKey, Bucket> buckets_;
};

}  // namespace stele::http
