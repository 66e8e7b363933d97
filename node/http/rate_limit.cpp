#include "node/http/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <arpa/inet.h>

#include "ledger/base/assert.h"

namespace stele::http {

RateLimiter::RateLimiter(double per_second, double burst, std::size_t clients_max)
    : per_second_(per_second), burst_(burst), clients_max_(clients_max) {
  STELE_ASSERT(per_second > 0);
  STELE_ASSERT(burst >= 1);
  STELE_ASSERT(clients_max > 0);
}

AddressKey address_key(std::string_view address) {
  AddressKey out{};
  const std::string text(address);
  in_addr v4{};
  in6_addr v6{};
  constexpr std::size_t v4_bytes = 4, network_bytes = 8;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v6);  // NOLINT: both are plain octets
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    out[10] = out[11] = 0xff;
    bytes = reinterpret_cast<const std::uint8_t*>(&v4);  // NOLINT
    std::copy_n(bytes, v4_bytes, out.end() - v4_bytes);
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
    std::copy_n(bytes, network_bytes, out.begin());
  }
  return out;
}

std::uint32_t RateLimiter::take(const AddressKey& client, Time now, double cost) {
  STELE_ASSERT(cost <= burst_);
  auto found = buckets_.find(client);
  if (found == buckets_.end()) {
    if (buckets_.size() == clients_max_) {
      buckets_.erase(by_use_.back());
      by_use_.pop_back();
    }
    by_use_.push_front(client);
    found = buckets_.emplace(client, Bucket{burst_, now, by_use_.begin()}).first;
  }
  auto& bucket = found->second;
  by_use_.splice(by_use_.begin(), by_use_, bucket.place);
  const double elapsed_s = std::max(0.0, std::chrono::duration<double>(now - bucket.filled).count());
  bucket.tokens = std::min(burst_, bucket.tokens + elapsed_s * per_second_);
  bucket.filled = now;
  if (bucket.tokens >= cost) {
    bucket.tokens -= cost;
    return 0;
  }
  constexpr double wait_max_s = 3600;
  return static_cast<std::uint32_t>(
      std::ceil(std::min(wait_max_s, std::max(1.0, (cost - bucket.tokens) / per_second_))));
}

}  // namespace stele::http
