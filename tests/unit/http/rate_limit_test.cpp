#include "node/http/rate_limit.h"

#include <gtest/gtest.h>

namespace stele::http {
namespace {

using namespace std::chrono_literals;

AddressKey client(std::uint8_t number) {
  AddressKey out{};
  out[0] = number;
  return out;
}

TEST(RateLimiter, AllowsABurstThenTheRate) {
  RateLimiter limiter(2, 3, 10);
  const RateLimiter::Time start{};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take(client(1), start), 0U) << i;
  EXPECT_EQ(limiter.take(client(1), start), 1U);
  EXPECT_EQ(limiter.take(client(1), start + 499ms), 1U);
  EXPECT_EQ(limiter.take(client(1), start + 500ms), 0U);
  EXPECT_EQ(limiter.take(client(1), start + 501ms), 1U);
}

TEST(RateLimiter, NeverSavesUpMoreThanTheBurst) {
  RateLimiter limiter(100, 2, 10);
  const RateLimiter::Time start{};
  EXPECT_EQ(limiter.take(client(1), start), 0U);
  const auto later = start + 1h;
  EXPECT_EQ(limiter.take(client(1), later), 0U);
  EXPECT_EQ(limiter.take(client(1), later), 0U);
  EXPECT_NE(limiter.take(client(1), later), 0U);
}

TEST(RateLimiter, SaysHowLongToWait) {
  RateLimiter limiter(0.1, 1, 10);
  EXPECT_EQ(limiter.take(client(1), {}), 0U);
  EXPECT_EQ(limiter.take(client(1), {}), 10U);
}

TEST(RateLimiter, ClientsDoNotShare) {
  RateLimiter limiter(1, 1, 10);
  EXPECT_EQ(limiter.take(client(1), {}), 0U);
  EXPECT_EQ(limiter.take(client(2), {}), 0U);
  EXPECT_NE(limiter.take(client(1), {}), 0U);
}

TEST(RateLimiter, ForgetsTheClientUnusedForLongest) {
  RateLimiter limiter(1, 1, 2);
  EXPECT_EQ(limiter.take(client(1), {}), 0U);
  EXPECT_EQ(limiter.take(client(2), {}), 0U);
  EXPECT_NE(limiter.take(client(1), {}), 0U);  // 2 is now the older one
  EXPECT_EQ(limiter.take(client(3), {}), 0U);  // forgets 2
  EXPECT_NE(limiter.take(client(1), {}), 0U);
  EXPECT_EQ(limiter.take(client(2), {}), 0U);
}

TEST(RateLimiter, TakesWhatARequestCosts) {
  RateLimiter limiter(1, 10, 10);
  const RateLimiter::Time start{};
  EXPECT_EQ(limiter.take(client(1), start, 8), 0U);
  EXPECT_EQ(limiter.take(client(1), start, 5), 3U) << "nothing was taken";
  EXPECT_EQ(limiter.take(client(1), start, 2), 0U);
}

TEST(AddressKey, CountsIpv6ByItsNetworkAndIpv4ByItself) {
  EXPECT_EQ(address_key("2001:db8::1"), address_key("2001:db8::ffff:1"));
  EXPECT_NE(address_key("2001:db8::1"), address_key("2001:db8:0:1::1"));
  EXPECT_NE(address_key("192.0.2.1"), address_key("192.0.2.2"));
  EXPECT_EQ(address_key("no address"), address_key(""));
}

}  // namespace
}  // namespace stele::http
