#include "verifier-api/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace stele::verifier {
namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

}  // namespace

void Metrics::verdict(std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  ++verdicts_[std::string(outcome)];
}

void Metrics::request(std::string_view method, std::string_view route, int status, std::chrono::microseconds time) {
  const std::lock_guard lock(mutex_);
  auto& r = requests_[{fmt::format("{} {}", method, route.empty() ? "(none)" : route), status}];
  ++r.count;
  r.us += static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count()));
}

std::string Metrics::text(const std::vector<Gauge>& gauges) const {
  std::string out;
  for (const auto& g : gauges) {
    head(out, g.name, "gauge", g.help);
    out += fmt::format("{} {}\n", g.name, g.value);
  }
  const std::lock_guard lock(mutex_);
  head(out, "stele_verdicts_total", "counter", "Files judged, by outcome.");
  for (const auto& [outcome, n] : verdicts_)
    out += fmt::format("stele_verdicts_total{{outcome=\"{}\"}} {}\n", outcome, n);
  head(out, "stele_http_requests_total", "counter", "Requests answered, by route and status.");
  for (const auto& [key, r] : requests_)
    out += fmt::format("stele_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first, key.second, r.count);
  head(out, "stele_http_request_seconds_total", "counter", "Time spent on them.");
  for (const auto& [key, r] : requests_) {
    out += fmt::format("stele_http_request_seconds_total{{route=\"{}\",status=\"{}\"}} {:.6f}\n", key.first, key.second,
                       static_cast<double>(r.us) / 1e6);
  }
  return out;
}

}  // namespace stele::verifier
