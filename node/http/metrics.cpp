#include "node/http/metrics.h"

#include <algorithm>
#include <cstdio>

namespace stele::http {
namespace {

std::string seconds(std::uint64_t us) {
  std::array<char, 32> text{};
  const int n = std::snprintf(text.data(), text.size(), "%llu.%06llu", static_cast<unsigned long long>(us / 1'000'000),
                              static_cast<unsigned long long>(us % 1'000'000));
  return {text.data(), static_cast<std::size_t>(n)};
}

std::string number(double v) {
  std::array<char, 64> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.17g", v);
  return {text.data(), static_cast<std::size_t>(n)};
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace

void Metrics::outcome(std::string_view outcome, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  const auto it = outcomes_.find(outcome);
  if (it == outcomes_.end())
    outcomes_.emplace(std::string(outcome), count);
  else
    it->second += count;
}

void Metrics::request(std::string_view method, std::string_view route, int status, std::chrono::microseconds duration) {
  const std::string label = std::string(method) + " " + std::string(route.empty() ? "(none)" : route);
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
  const auto bucket = std::lower_bound(bounds_us.begin(), bounds_us.end(), us) - bounds_us.begin();
  const std::lock_guard lock(mutex_);
  ++requests_[{label, status}];
  auto& d = durations_[label];
  ++d.buckets.at(static_cast<std::size_t>(bucket));
  d.sum_us += us;
  ++d.count;
}

std::string Metrics::text(const std::vector<Gauge>& gauges) const {
  std::string out;
  for (const auto& g : gauges) {
    head(out, g.name, "gauge", g.help);
    out.append(g.name).append(" ").append(number(g.value)).append("\n");
  }
  const std::lock_guard lock(mutex_);
  head(out, name_, "counter", help_);
  for (const auto& [outcome, count] : outcomes_)
    out += name_ + "{outcome=\"" + outcome + "\"} " + std::to_string(count) + "\n";
  head(out, "stele_http_requests_total", "counter", "Requests answered, by route and status.");
  for (const auto& [key, count] : requests_) {
    out += "stele_http_requests_total{route=\"" + key.first + "\",status=\"" + std::to_string(key.second) + "\"} " +
           std::to_string(count) + "\n";
  }
  head(out, "stele_http_request_seconds", "histogram", "From a request's header to the last byte of its answer.");
  for (const auto& [route, d] : durations_) {
    const std::string label = "{route=\"" + route + "\"";
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds_us.size(); ++i) {
      below += d.buckets[i];
      out += "stele_http_request_seconds_bucket" + label + ",le=\"" + seconds(bounds_us[i]) + "\"} " +
             std::to_string(below) + "\n";
    }
    out += "stele_http_request_seconds_bucket" + label + ",le=\"+Inf\"} " + std::to_string(d.count) + "\n";
    out += "stele_http_request_seconds_sum" + label + "} " + seconds(d.sum_us) + "\n";
    out += "stele_http_request_seconds_count" + label + "} " + std::to_string(d.count) + "\n";
  }
  return out;
}

}  // namespace stele::http
