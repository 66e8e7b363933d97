#include "node/app/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stele::app {
namespace {

using std::chrono::microseconds;
using ::testing::HasSubstr;

TEST(Metrics, CountsRecordsByOutcome) {
  Metrics m;
  m.record("final", 3);
  m.record("bad_signature");
  m.record("final");
  const auto text = m.text({});
  EXPECT_THAT(text, HasSubstr("stele_records_total{outcome=\"final\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("stele_records_total{outcome=\"bad_signature\"} 1\n"));
}

TEST(Metrics, BucketsOfDurationsAreCumulative) {
  Metrics m;
  m.request("GET", "/v1/x", 200, microseconds(1'000));       // on a bound: inside
  m.request("GET", "/v1/x", 200, microseconds(1'001));       // just beyond
  m.request("GET", "/v1/x", 404, microseconds(99'000'000));  // beyond all
  const auto text = m.text({});
  const std::string bucket = "stele_http_request_seconds_bucket{route=\"GET /v1/x\",le=";
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.001000\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.002500\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"30.000000\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("stele_http_request_seconds_sum{route=\"GET /v1/x\"} 99.002001\n"));
  EXPECT_THAT(text, HasSubstr("stele_http_requests_total{route=\"GET /v1/x\",status=\"404\"} 1\n"));
}

TEST(Metrics, ARequestThatNoRouteTookHasALabelOfItsOwn) {
  Metrics m;
  m.request("OTHER", "", 404, microseconds(5));
  EXPECT_THAT(m.text({}), HasSubstr("route=\"OTHER (none)\",status=\"404\"} 1\n"));
}

TEST(Metrics, GaugesAreReadWhenAskedFor) {
  EXPECT_THAT(Metrics().text({{"stele_height", "Height.", 12}}),
              HasSubstr("# HELP stele_height Height.\n# TYPE stele_height gauge\nstele_height 12\n"));
}

}  // namespace
}  // namespace stele::app
