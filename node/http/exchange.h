// The decisions of the server about one request, without sockets: admitted or refused, and how an answer is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/http/parser.h"
#include "node/http/router.h"

namespace stele::http {

struct Admission {
  const Route* route = nullptr;       ///< the handler to call; null if refused
  std::string_view pattern;           ///< for the observer, also when the method was wrong; else empty
  std::size_t body_bytes_max = 0;     ///< for this route
  bool rate_limited = true;           ///< whether a token is to be taken
  std::optional<Response> refusal{};  ///< 400, 404, 405, 417, or the answer to OPTIONS
};

/// Reads the target of a request whose header is complete; fills path, query and params.
[[nodiscard]] Admission admit(Request&, const Router&, std::size_t body_bytes_max);

/// Puts the fields of `any_origin` on an answer.
void allow_any_origin(Response&);

/// The problem that a server itself answers with: 400, 404, 405, 408, 413, 414, 417, 429, 431, 500, 501, 503, 505.
[[nodiscard]] Response refusal(int status);
[[nodiscard]] int status_of(ParseFault);

/// Status line and header fields with the empty line. The body's length is the one given, whether it is sent or not.
/// Fields that the server writes itself are left out. None: a field of the handler's is malformed.
[[nodiscard]] std::optional<std::string> response_head(const Response&, std::size_t body_bytes, std::string_view date,
                                                       bool keep_alive, bool http_1_1);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), whatever the locale.
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

/// The method if RFC 9110 or 5789 names it, else "OTHER".
[[nodiscard]] std::string_view known_method(std::string_view);

}  // namespace stele::http
