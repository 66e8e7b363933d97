// HTTP messages as plain values, shared by server and client, and the two shapes of answer that the programs give:
// JSON, and problem details (RFC 9457) made from an Error.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/error.h"

namespace stele::http {

/// Header fields in the order in which they came. Names compare without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  /// The first value; valid until the next change. None if there is no such field.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

using Parameters = std::map<std::string, std::string, std::less<>>;

/// On the client only method, target, headers and body are read. On the server all members are filled.
struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< path and query as on the wire; the client puts its URL's prefix before it
  std::string path{};        ///< decoded, without the query; valid UTF-8 without NUL and without "." or ".." segments
  Parameters query{};        ///< decoded; a name that comes twice was refused
  Parameters params{};       ///< what the names in braces of the route's pattern stand for, decoded
  Headers headers{};
  std::string body{};
  std::string remote_address{};  ///< the peer's IP address in text form, without the port

  /// The part of the path that the pattern calls `name`; empty if the pattern has no such name.
  [[nodiscard]] std::string_view param(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// `content_type` stands apart from `headers`, which never hold Content-Type, Content-Length, Connection, Date or
/// Transfer-Encoding in an answer that goes out: the server writes those.
struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};
  std::string content_type{};
};

[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response text_response(int status, std::string body);
/// application/problem+json: {type, title, status, code, vi, en, where {file, sheet, row, column, field}}; empty
/// members of `where` are left out, and `where` itself if nothing is in it.
[[nodiscard]] Response problem_response(int status, const Error&);
/// 503 with Retry-After: the request was not begun and may be repeated.
[[nodiscard]] Response overloaded_response(std::uint32_t retry_after_s = 1);

/// "Not Found" for 404; "Unknown" for a number that the table does not hold.
[[nodiscard]] std::string_view reason_phrase(int status);
/// Appends `text` as a JSON string with its quotes. What is not UTF-8 becomes U+FFFD, so that the result always parses.
void append_json_string(std::string& out, std::string_view text);

/// A method, header name or scheme: RFC 9110 `token`, not empty.
[[nodiscard]] bool is_token(std::string_view);
/// A header's value: no control characters but the tab, so that no value can begin a line of its own.
[[nodiscard]] bool is_field_value(std::string_view);
[[nodiscard]] bool equal_ignoring_case(std::string_view, std::string_view);

}  // namespace stele::http
