#include "node/http/router.h"

#include <algorithm>
#include <set>

namespace stele::http {
namespace {

using Kind = Route::Segment::Kind;

Route::Segment parse_segment(std::string_view text) {
  if (!text.starts_with('{')) {
    STELE_ASSERT(text.find_first_of("{}") == std::string_view::npos);
    return {Kind::literal, std::string(text)};
  }
  STELE_ASSERT(text.ends_with('}'));
  auto name = text.substr(1, text.size() - 2);
  const bool rest = name.ends_with("...");
  if (rest) name.remove_suffix(3);
  STELE_ASSERT(!name.empty());
  return {rest ? Kind::rest : Kind::parameter, std::string(name)};
}

std::vector<Route::Segment> parse_pattern(std::string_view pattern) {
  STELE_ASSERT(pattern.starts_with('/'));
  std::vector<Route::Segment> out;
  while (!pattern.empty()) {
    STELE_ASSERT(out.empty() || out.back().kind != Kind::rest);
    pattern.remove_prefix(1);
    const auto segment = pattern.substr(0, pattern.find('/'));
    out.push_back(parse_segment(segment));
    pattern.remove_prefix(segment.size());
  }
  return out;
}

bool more_particular(const Route& a, const Route& b) {
  for (std::size_t i = 0; i < a.segments.size() && i < b.segments.size(); ++i) {
    if (a.segments[i].kind != b.segments[i].kind) return a.segments[i].kind < b.segments[i].kind;
  }
  return a.segments.size() > b.segments.size();
}

bool matches(const Route& route, const std::vector<std::string>& path) {
  const bool rest = route.segments.back().kind == Kind::rest;
  if (rest ? path.size() < route.segments.size() : path.size() != route.segments.size()) return false;
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    const auto& segment = route.segments[i];
    if (segment.kind == Kind::literal && segment.text != path[i]) return false;
    if (segment.kind == Kind::parameter && path[i].empty()) return false;
  }
  if (!rest) return true;
  // The rest is joined with slashes again, so a decoded one inside a segment would change the meaning.
  return std::none_of(path.begin() + static_cast<std::ptrdiff_t>(route.segments.size()) - 1, path.end(),
                      [](const std::string& s) { return s.find('/') != std::string::npos; });
}

Parameters parameters(const Route& route, const std::vector<std::string>& path) {
  Parameters out;
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    const auto& segment = route.segments[i];
    if (segment.kind == Kind::literal) continue;
    auto& value = out[segment.text];
    value = path[i];
    if (segment.kind == Kind::parameter) continue;
    for (std::size_t j = i + 1; j < path.size(); ++j) value += "/" + path[j];
  }
  return out;
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  STELE_ASSERT(is_token(method));
  for (const auto& known : routes_) STELE_ASSERT(known.method != method || known.pattern != pattern);
  auto segments = parse_pattern(pattern);
  Route route{std::move(method), std::move(pattern), std::move(segments), std::move(handler), options};
  const auto place = std::upper_bound(routes_.begin(), routes_.end(), route, more_particular);
  routes_.insert(place, std::move(route));
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& path) const {
  Match out;
  const Route* get = nullptr;
  for (const auto& route : routes_) {
    if (!matches(route, path)) continue;
    out.path_known = true;
    if (route.method == method) {
      out.route = &route;
      break;
    }
    if (get == nullptr && route.method == "GET") get = &route;
  }
  if (out.route == nullptr && method == "HEAD") out.route = get;
  if (out.route != nullptr) out.params = parameters(*out.route, path);
  return out;
}

std::string Router::allow(const std::vector<std::string>& path) const {
  std::set<std::string> methods{"OPTIONS"};
  for (const auto& route : routes_) {
    if (!matches(route, path)) continue;
    methods.insert(route.method);
    if (route.method == "GET") methods.insert("HEAD");
  }
  std::string out;
  for (const auto& method : methods) out += (out.empty() ? "" : ", ") + method;
  return out;
}

}  // namespace stele::http
