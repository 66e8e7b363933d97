#include "node/http/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stele::http {
namespace {

using std::chrono::microseconds;
using ::testing::HasSubstr;

Metrics records() {
  return {"stele_records_total", "Records answered."};
}

TEST(Metrics, CountsRecordsByOutcome) {
  auto m = records();
  m.outcome("final", 3);
  m.outcome("bad_signature");
  m.outcome("final");
  const auto text = m.text({});
  EXPECT_THAT(text, HasSubstr("stele_records_total{outcome=\"final\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("stele_records_total{outcome=\"bad_signature\"} 1\n"));
}

TEST(Metrics, BucketsOfDurationsAreCumulative) {
  auto m = records();
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
  auto m = records();
  m.request("OTHER", "", 404, microseconds(5));
  EXPECT_THAT(m.text({}), HasSubstr("route=\"OTHER (none)\",status=\"404\"} 1\n"));
}

TEST(Metrics, GaugesAreReadWhenAskedFor) {
  EXPECT_THAT(records().text({{"stele_height", "Height.", 12}}),
              HasSubstr("# HELP stele_height Height.\n# TYPE stele_height gauge\nstele_height 12\n"));
}

}  // namespace
}  // namespace stele::http
