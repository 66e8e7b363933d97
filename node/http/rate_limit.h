// Token buckets per client address, bounded in number. Time is passed in. One thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string_view>

namespace stele::http {

/// An IPv6 address (IPv4 as ::ffff:a.b.c.d). IPv6 clients are counted by their /64, which is what one subscriber gets.
using AddressKey = std::array<std::uint8_t, 16>;
/// Of an address in text form, as `Request::remote_address`; a text that is none counts as one client of its own.
[[nodiscard]] AddressKey address_key(std::string_view);

class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `per_second` > 0 requests are refilled a second, up to `burst` >= 1. At most `clients_max` buckets are kept; the
  /// one unused for longest is forgotten first, which can only favour its client.
  RateLimiter(double per_second, double burst, std::size_t clients_max);

  /// Takes `cost` (at most the burst) from the client's bucket. Zero: allowed. Otherwise nothing was taken, and these
  /// are the whole seconds to wait, at least 1.
  [[nodiscard]] std::uint32_t take(const AddressKey&, Time now, double cost = 1);

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

/// The same for many threads, by the clock of now.
class SharedRateLimiter {
 public:
  SharedRateLimiter(double per_second, double burst, std::size_t clients_max)
      : limiter_(per_second, burst, clients_max) {}
  [[nodiscard]] std::uint32_t take(const AddressKey& client, double cost = 1) {
    const std::lock_guard lock(mutex_);
    return limiter_.take(client, std::chrono::steady_clock::now(), cost);
  }

 private:
  std::mutex mutex_;
  RateLimiter limiter_;
};

}  // namespace stele::http
