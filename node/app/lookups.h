// What look-ups by number share: how often a number may be asked for, and answers that leave at set times.
#pragma once

#include "ledger/base/hash.h"
#include "node/http/delay.h"
#include "node/http/rate_limit.h"
#include "signer/random.h"

namespace stele::app {

/// Any thread. Remembers numbers by a keyed hash only, and the key ends with the process.
class Lookups {
 public:
  explicit Lookups(double per_number_and_hour)
      : numbers_(std::max(1.0, per_number_and_hour) / hour_s, std::max(1.0, per_number_and_hour), numbers_max) {}
  /// Counts whether or not there is such a number.
  [[nodiscard]] bool allow(std::string_view number) {
    const auto digest = hmac_sha256(key_.view(), {as_bytes(number)});
    http::AddressKey short_name{};
    std::copy_n(digest.bytes.begin(), short_name.size(), short_name.begin());
    return numbers_.take(short_name) == 0;
  }
  [[nodiscard]] http::Delay& delay() { return delay_; }

 private:
  static constexpr double hour_s = 3600;
  static constexpr std::size_t numbers_max = 262'144, waiting_max = 4'096;
  const Digest key_ = signer::random_fixed<Digest>();
  http::SharedRateLimiter numbers_;
  http::Delay delay_{waiting_max};
};

}  // namespace stele::app
