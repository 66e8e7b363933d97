#include "node/http/parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace stele::http {
namespace {

namespace beast = boost::beast;
using BeastError = beast::http::error;
using Code = beast::error_code;
using BeastView = beast::string_view;

/// An attacker who sends a megabyte of "100 Continue" gets no further.
constexpr int interim_responses_max = 8;
/// Room for what a well-formed header may hold; the size in bytes is bounded anyway.
constexpr std::size_t header_fields_max = 128;

std::string_view view(BeastView text) {
  return {text.data(), text.size()};
}

/// What requests and responses share: header fields and body go straight into the message.
template <bool IsRequest, class Message>
class Sink : public beast::http::basic_parser<IsRequest> {
 public:
  Sink(const ParserLimits& limits, Message& message) : message_(message), limits_(limits) {
    this->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    this->body_limit(boost::none);  // counted here, because the limit is known only after the header
  }

  void set_body_bytes_max(std::size_t max) { limits_.body_bytes_max = max; }
  bool start_line_seen = false;
  ParseFault own_fault = ParseFault::none;  // why a hook refused; Beast's own code says less

 protected:
  void refuse(ParseFault fault, Code& ec) {
    own_fault = fault;
    ec = BeastError::bad_value;
  }

  void on_field_impl(beast::http::field, BeastView name, BeastView value, Code& ec) final {
    if (header_done_) return;  // a trailer
    if (message_.headers.size() == header_fields_max) return refuse(ParseFault::header_too_large, ec);
    message_.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_header_impl(Code& ec) final {
    header_done_ = true;
    check_header(ec);
  }
  virtual void check_header(Code&) = 0;

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code& ec) final {
    if (!length) return;
    if (*length > limits_.body_bytes_max) return refuse(ParseFault::body_too_large, ec);
    // Never in the string's own small buffer: moving that one copies it, and a secret would stay behind.
    constexpr std::size_t outside = 64;
    message_.body.reserve(std::max(limits_.body_is_kept ? static_cast<std::size_t>(*length) : 0, outside));
  }
  std::size_t on_body_impl(BeastView bytes, Code& ec) final { return append(bytes, ec); }
  void on_chunk_header_impl(std::uint64_t size, BeastView, Code& ec) final {
    if (size > limits_.body_bytes_max - message_.body.size()) refuse(ParseFault::body_too_large, ec);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, Code& ec) final { return append(bytes, ec); }
  void on_finish_impl(Code&) final {}

  Message& message_;
  ParserLimits limits_;

 private:
  std::size_t append(BeastView bytes, Code& ec) {
    if (bytes.size() > limits_.body_bytes_max - message_.body.size()) {
      refuse(ParseFault::body_too_large, ec);
      return 0;
    }
    message_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  bool header_done_ = false;
};

class RequestSink final : public Sink<true, Request> {
 public:
  using Sink::Sink;
  [[nodiscard]] bool is_http_1_1() const { return http_1_1_; }

 private:
  void on_request_impl(beast::http::verb, BeastView method, BeastView target, int version, Code& ec) override {
    start_line_seen = true;
    http_1_1_ = version >= 11;
    if (target.size() > limits_.target_bytes_max) return refuse(ParseFault::target_too_long, ec);
    message_.method = view(method);
    message_.target = view(target);
  }
  void on_response_impl(int, BeastView, int, Code&) override {}

  void check_header(Code& ec) override {
    // A coding that this server does not undo would leave it and a proxy at odds about where the request ends.
    const auto codings = message_.headers.count("Transfer-Encoding");
    const auto coding = message_.headers.get("Transfer-Encoding");
    if (codings > 1 || (coding && !equal_ignoring_case(*coding, "chunked"))) return refuse(ParseFault::coding, ec);
    if (coding && !http_1_1_) return refuse(ParseFault::malformed, ec);
    const auto hosts = message_.headers.count("Host");
    if (hosts > 1 || (hosts == 0 && http_1_1_)) return refuse(ParseFault::malformed, ec);
  }

  bool http_1_1_ = false;
};

class ResponseSink final : public Sink<false, Response> {
 public:
  using Sink::Sink;

 private:
  void on_request_impl(beast::http::verb, BeastView, BeastView, int, Code&) override {}
  void on_response_impl(int status, BeastView, int, Code&) override {
    start_line_seen = true;
    message_.status = status;
  }
  void check_header(Code& ec) override {
    const auto coding = message_.headers.get("Transfer-Encoding");
    if (coding && !equal_ignoring_case(*coding, "chunked")) return refuse(ParseFault::coding, ec);
    if (const auto type = message_.headers.get("Content-Type")) message_.content_type = *type;
  }
};

template <class Parser>
ParseFault fault_of(const Parser& parser, Code ec, std::string_view bytes) {
  if (parser.own_fault != ParseFault::none) return parser.own_fault;
  if (ec == BeastError::bad_version) return ParseFault::version;
  if (ec == BeastError::header_limit) {
    // Still inside the first line: it is the target that is too long.
    const bool in_first_line = !parser.start_line_seen && bytes.find('\n') == std::string_view::npos;
    return in_first_line ? ParseFault::target_too_long : ParseFault::header_too_large;
  }
  return ParseFault::malformed;
}

/// One step of Beast's parser: header and body parts are separate steps, because it is not eager.
template <class Parser>
Parsing step(Parser& parser, std::string_view bytes, std::size_t header_bytes_max, std::size_t& used,
             ParseFault& fault) {
  for (;;) {
    if (parser.is_done()) return Parsing::complete;
    const bool header_was_done = parser.is_header_done();
    const auto rest = bytes.substr(used);
    if (rest.empty()) return Parsing::need_more;
    Code ec;
    used += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    if (ec == BeastError::need_more) {
      // Chunk headers and trailers have no bound of their own in Beast.
      if (bytes.size() - used <= header_bytes_max) return Parsing::need_more;
      fault = ParseFault::header_too_large;
      return Parsing::failed;
    }
    if (ec) {
      fault = fault_of(parser, ec, rest.substr(0, header_bytes_max));
      return Parsing::failed;
    }
    if (!header_was_done && parser.is_header_done()) return Parsing::header;
  }
}

}  // namespace

struct RequestParser::Impl {
  explicit Impl(const ParserLimits& l) : limits(l) { start(); }
  void start() {
    request = Request();
    request.method.clear();
    request.target.clear();
    sink.emplace(limits, request);
    fault = ParseFault::none;
  }
  ParserLimits limits;
  Request request;
  std::optional<RequestSink> sink;
  ParseFault fault = ParseFault::none;
};

RequestParser::RequestParser(const ParserLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  impl_->start();
}

Parsing RequestParser::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  if (impl_->fault != ParseFault::none) return Parsing::failed;
  return step(*impl_->sink, bytes, impl_->limits.header_bytes_max, used, impl_->fault);
}

ParseFault RequestParser::fault() const {
  return impl_->fault;
}
Request& RequestParser::request() {
  return impl_->request;
}
void RequestParser::set_body_bytes_max(std::size_t max) {
  impl_->sink->set_body_bytes_max(max);
}
std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = impl_->sink->content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}
bool RequestParser::body_follows() const {
  return !impl_->sink->is_done();
}
bool RequestParser::keep_alive() const {
  return impl_->sink->is_header_done() && impl_->sink->keep_alive();
}
bool RequestParser::is_http_1_1() const {
  return impl_->sink->is_http_1_1();
}

struct ResponseParser::Impl {
  Impl(const ParserLimits& l, bool head) : limits(l), to_head(head) { start(); }
  void start() {
    response = Response();
    sink.emplace(limits, response);
    sink->skip(to_head);
  }
  /// What a finished message means; an interim one makes room for the next.
  Parsing finish() {
    if (response.status / 100 != 1) return Parsing::complete;
    // 101 answers an Upgrade, which no client of ours asks for.
    if (response.status == 101 || ++interim_responses > interim_responses_max) {
      fault = ParseFault::malformed;
      return Parsing::failed;
    }
    start();
    return Parsing::need_more;
  }
  ParserLimits limits;
  bool to_head;
  int interim_responses = 0;
  Response response;
  std::optional<ResponseSink> sink;
  ParseFault fault = ParseFault::none;
};

ResponseParser::ResponseParser(const ParserLimits& limits, bool to_head)
    : impl_(std::make_unique<Impl>(limits, to_head)) {}
ResponseParser::~ResponseParser() = default;

Parsing ResponseParser::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  for (;;) {
    if (impl_->fault != ParseFault::none) return Parsing::failed;
    const auto parsing = step(*impl_->sink, bytes, impl_->limits.header_bytes_max, used, impl_->fault);
    if (parsing == Parsing::header) continue;
    if (parsing != Parsing::complete) return parsing;
    const auto finished = impl_->finish();
    if (finished != Parsing::need_more || used == bytes.size()) return finished;
  }
}

Parsing ResponseParser::end_of_stream() {
  Code ec = BeastError::partial_message;
  if (impl_->fault == ParseFault::none && impl_->sink->is_header_done()) impl_->sink->put_eof(ec);
  if (!ec) return Parsing::complete;
  impl_->fault = ParseFault::malformed;
  return Parsing::failed;
}

ParseFault ResponseParser::fault() const {
  return impl_->fault;
}
Response& ResponseParser::response() {
  return impl_->response;
}
bool ResponseParser::keep_alive() const {
  return impl_->sink->is_header_done() && !impl_->sink->need_eof() && impl_->sink->keep_alive();
}

}  // namespace stele::http
