// Which handler answers a method and a path. Filled before the server starts, only read afterwards.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/http/server.h"

namespace stele::http {

struct Route {
  struct Segment {
    enum class Kind { literal, parameter, rest };  // in the order in which they are preferred
    Kind kind = Kind::literal;
    std::string text;  ///< the literal, or the parameter's name
  };
  std::string method;
  std::string pattern;
  std::vector<Segment> segments;
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  /// A malformed or repeated pattern is a mistake in the program and stops it.
  void add(std::string method, std::string pattern, Handler, RouteOptions);

  struct Match {
    const Route* route = nullptr;  ///< null: no route takes this method; the Router keeps owning it
    bool path_known = false;       ///< some method is taken on this path
    Parameters params;
  };
  /// HEAD falls back to the GET route.
  [[nodiscard]] Match find(std::string_view method, const std::vector<std::string>& path) const;
  /// The value of an Allow header: "GET, HEAD, OPTIONS".
  [[nodiscard]] std::string allow(const std::vector<std::string>& path) const;

 private:
  std::vector<Route> routes_;  // the more particular pattern first
};

}  // namespace stele::http
