// Incremental HTTP/1.x parsers over Beast's, which write straight into our messages: one copy of each body byte.
// No sockets, so that tests and the fuzzer can feed them. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "node/http/message.h"

namespace stele::http {

enum class Parsing : std::uint8_t {
  need_more,  ///< all that could be used was used; keep the rest and call again with more behind it
  header,     ///< the header is complete: decide about the body, then call again (also with no bytes at all)
  complete,   ///< bytes left over belong to the next message
  failed,     ///< see fault()
};

enum class ParseFault : std::uint8_t {
  none,
  malformed,
  target_too_long,
  header_too_large,
  body_too_large,
  version,
  coding
};

struct ParserLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t target_bytes_max = 4 * 1024;
  std::size_t body_bytes_max = 16 * 1024 * 1024;
  bool body_is_kept = true;  ///< false: whoever parses takes it away piece by piece, so no room is made for all of it
};

/// Limits hold at every moment: what it takes is never larger, and `pending` bytes that it did not use count too.
class RequestParser {
 public:
  explicit RequestParser(const ParserLimits&);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Forgets the last message; the limits are those of the constructor again.
  void reset();
  /// Reads from the front of `bytes`; `used` says how many are done with.
  [[nodiscard]] Parsing feed(std::string_view bytes, std::size_t& used);
  [[nodiscard]] ParseFault fault() const;
  /// Trailers of a chunked body are checked and dropped, so that none can pass for a header.
  [[nodiscard]] Request& request();

  // After Parsing::header:
  void set_body_bytes_max(std::size_t);  ///< also refuses a longer Content-Length at the next feed
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  [[nodiscard]] bool body_follows() const;  ///< the message is not complete with its header
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http_1_1() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Skips interim (1xx) answers itself.
class ResponseParser {
 public:
  /// `to_head`: the answer to a HEAD request has no body whatever its header says.
  ResponseParser(const ParserLimits&, bool to_head);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Never returns Parsing::header.
  [[nodiscard]] Parsing feed(std::string_view bytes, std::size_t& used);
  /// The connection has ended: complete, if that is how this body ends; else failed.
  [[nodiscard]] Parsing end_of_stream();
  [[nodiscard]] ParseFault fault() const;
  [[nodiscard]] Response& response();
  [[nodiscard]] bool keep_alive() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::http
