// URLs and request targets (RFC 3986, RFC 9112 section 3.2): strict, bounded, pure. All of it reads outside input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/http/message.h"

namespace stele::http {

inline constexpr std::size_t path_segments_max = 32;
inline constexpr std::size_t query_parameters_max = 64;
inline constexpr std::size_t url_bytes_max = 2048;

/// `http(s)://host[:port][/prefix]`.
struct Url {
  bool tls = false;
  std::string host;  ///< a name or an IP address; IPv6 without its brackets
  std::uint16_t port = 80;
  std::string prefix;  ///< empty or "/..." without a slash at the end
};
/// Refuses user names, queries, fragments and other schemes: `http_bad_url`.
[[nodiscard]] Result<Url> parse_url(std::string_view);
/// What the Host header says: brackets round IPv6, no port if it is the scheme's own.
[[nodiscard]] std::string host_header(const Url&);

/// None if an escape is broken, or if the result holds a NUL or is not UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view, bool plus_is_space = false);
/// Leaves RFC 3986's unreserved characters, escapes all others: for putting a value into a path or a query.
[[nodiscard]] std::string percent_encode(std::string_view);

struct Target {
  std::vector<std::string> segments;  ///< decoded; "/" is one empty segment, "/a/" is "a" and ""
  Parameters query;
};
/// Reads origin-form and absolute-form. None if malformed, with a "." or ".." segment, with a repeated query name, or
/// above the bounds.
[[nodiscard]] std::optional<Target> parse_target(std::string_view);

/// Bytes of the character that `text` begins with, 1 to 4; 0 if it is not well-formed UTF-8 or `text` is empty.
[[nodiscard]] std::size_t utf8_character_length(std::string_view text);

}  // namespace stele::http
