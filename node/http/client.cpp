#include "node/http/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <optional>
#include <vector>

#include "node/http/parser.h"
#include "node/http/url.h"

namespace stele::http {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using Code = boost::system::error_code;
using Socket = net::basic_stream_socket<tcp, net::io_context::executor_type>;
using Resolver = net::ip::basic_resolver<tcp, net::io_context::executor_type>;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t coalesced_bytes_max = 16 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t response_header_bytes_max = 64 * 1024;

milliseconds time_for(std::size_t bytes, std::size_t bytes_per_second) {
  return milliseconds(std::uint64_t{bytes} * 1000 / std::max<std::size_t>(bytes_per_second, 1));
}

Result<std::string> request_head(const Request& request, const Url& url) {
  const auto bad = [](std::string_view what_vi, std::string_view what_en) {
    return Unexpected(make_error(
        "http_bad_request", "Không gửi được yêu cầu: " + std::string(what_vi) + " không hợp lệ. Chưa gửi gì đi.",
        "The request can't be sent: its " + std::string(what_en) + " is not valid. Nothing was sent."));
  };
  const auto printable = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  if (!is_token(request.method)) return bad("phương thức", "method");
  if (!request.target.starts_with('/') || !std::all_of(request.target.begin(), request.target.end(), printable)) {
    return bad("đường dẫn", "target");
  }
  std::string out;
  out.reserve(256 + request.target.size());
  out.append(request.method).append(" ").append(url.prefix).append(request.target).append(" HTTP/1.1\r\nHost: ");
  out.append(host_header(url)).append("\r\n");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value)) return bad("trường đầu " + name, "header field " + name);
    const bool ours = equal_ignoring_case(name, "Host") || equal_ignoring_case(name, "Content-Length") ||
                      equal_ignoring_case(name, "Transfer-Encoding") || equal_ignoring_case(name, "Connection");
    if (!ours) out.append(name).append(": ").append(value).append("\r\n");
  }
  const bool bodiless = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  if (!request.body.empty() || !bodiless) {
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  return out += "\r\n";
}

/// Why an exchange ended without an answer.
enum class Stop { none, not_connected, timed_out, lost, bad, too_large, cancelled };

}  // namespace

struct Client::Impl {
  Impl(Url u, ClientOptions o) : url(std::move(u)), options(std::move(o)) {}

  Result<void> load_tls();
  using Take = std::function<bool(std::string_view)>;
  /// Where the body of a 200 goes as it comes.
  struct Sink {
    const Take& take;
    bool endless;  ///< bounds of time and size begin anew with each piece
  };
  Result<Response> send(const Request&, bool repeatable, const std::optional<Sink>& = {});

  /// Runs one operation to its end or to the deadline; then its socket is closed, because what is half done can't be
  /// continued. `start` gets a completion handler of (Code, ...).
  template <class Start>
  Code run(Clock::time_point deadline, Start start);

  Stop connect();
  Code connect_socket(Clock::time_point deadline);
  Code resolve(Clock::time_point deadline, std::vector<tcp::endpoint>& out);
  Code handshake(Clock::time_point deadline);
  Stop exchange(const std::string& head, const Request&, ResponseParser&, bool& answer_begun,
                const std::optional<Sink>&);
  Code write_request(const std::string& head, const std::string& body);
  Result<Response> stream(const Request&, const Take&);
  Stop read_response(ResponseParser&, bool& answer_begun, const std::optional<Sink>&);
  [[nodiscard]] bool seems_alive();
  void disconnect();
  [[nodiscard]] Error error(Stop) const;
  [[nodiscard]] std::string place() const { return host_header(url); }

  template <class F>
  void with_stream(F f) {
    if (tls) {
      f(*tls);
    } else {
      f(*socket);
    }
  }

  const Url url;
  const ClientOptions options;
  net::io_context ioc{1};
  std::optional<net::ssl::context> tls_context;
  std::optional<Socket> socket;
  std::optional<net::ssl::stream<Socket&>> tls;
  std::string connect_detail;  // the system's or OpenSSL's words about the last failure to connect
  std::atomic<bool> cancelled = false;
};

template <class Start>
Code Client::Impl::run(Clock::time_point deadline, Start start) {
  struct State {
    bool done = false;
    Code code;
  };
  // On the heap, because a name look-up can't be stopped and may report after run() has returned.
  const auto state = std::make_shared<State>();
  start([state](Code ec, auto&&...) {
    state->done = true;
    state->code = ec;
  });
  ioc.restart();
  while (!state->done && !cancelled) {
    if (ioc.run_one_until(deadline) == 0) break;
  }
  if (state->done) return state->code;
  Code ignored;
  if (socket) {
    socket->close(ignored);
    while (!state->done && ioc.run_one_for(milliseconds(100)) != 0) {
    }
  }
  return cancelled ? net::error::operation_aborted : net::error::timed_out;
}

Result<void> Client::Impl::load_tls() {
  if (!url.tls) return {};
  auto& context = tls_context.emplace(net::ssl::context::tls_client);
  Code ec;
  context.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                          net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1,
                      ec);
  const auto bad = [&ec](const std::string& file, std::string_view vi, std::string_view en) {
    Where where;
    where.file = file;
    return Unexpected(make_error("http_tls_bad", std::string(vi) + ec.message() + "; hãy kiểm tra tệp PEM.",
                                 std::string(en) + ec.message() + "; check the PEM file.", std::move(where)));
  };
  if (!options.tls_certificate_file.empty() || !options.tls_key_file.empty()) {
    context.use_certificate_chain_file(options.tls_certificate_file, ec);
    if (ec)
      return bad(options.tls_certificate_file, "Không dùng được chứng thư TLS: ", "Can't use the TLS certificate: ");
    context.use_private_key_file(options.tls_key_file, net::ssl::context::pem, ec);
    if (ec) return bad(options.tls_key_file, "Không dùng được khóa TLS: ", "Can't use the TLS key: ");
  }
  if (!options.tls_verify) {
    context.set_verify_mode(net::ssl::verify_none, ec);
    return {};
  }
  context.set_verify_mode(net::ssl::verify_peer, ec);
  if (options.tls_ca_file.empty()) {
    context.set_default_verify_paths(ec);
  } else {
    context.load_verify_file(options.tls_ca_file, ec);
  }
  if (!ec) return {};
  return bad(options.tls_ca_file, "Không đọc được chứng thư gốc: ", "Can't read the root certificates: ");
}

void Client::Impl::disconnect() {
  tls.reset();
  Code ignored;
  if (socket) socket->close(ignored);
  socket.reset();
}

/// False if the server has closed a kept-alive connection already, as it does after its idle time-out or a restart.
bool Client::Impl::seems_alive() {
  if (!socket || !socket->is_open()) return false;
  char byte = 0;
  const auto n = ::recv(socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
  // Nothing may come unasked; under TLS it may be a session ticket, and a real end is found out when writing.
  return n > 0 && tls.has_value();
}

Code Client::Impl::resolve(Clock::time_point deadline, std::vector<tcp::endpoint>& out) {
  Code ec;
  const auto address = net::ip::make_address(url.host, ec);
  if (!ec) {
    out.emplace_back(address, url.port);
    return {};
  }
  Resolver resolver(ioc);
  const auto found = std::make_shared<Resolver::results_type>();
  ec = run(deadline, [&](auto done) {
    resolver.async_resolve(url.host, std::to_string(url.port), Resolver::numeric_service,
                           [done, found](Code code, const Resolver::results_type& results) mutable {
                             *found = results;
                             done(code);
                           });
  });
  for (const auto& entry : *found) out.push_back(entry.endpoint());
  return ec;
}

Code Client::Impl::connect_socket(Clock::time_point deadline) {
  std::vector<tcp::endpoint> endpoints;
  Code ec = resolve(deadline, endpoints);
  if (!ec && endpoints.empty()) ec = net::error::host_not_found;
  for (const auto& endpoint : endpoints) {
    socket.emplace(ioc.get_executor());
    ec = run(deadline, [&](auto done) { socket->async_connect(endpoint, done); });
    if (!ec || cancelled || Clock::now() >= deadline) break;
  }
  if (!ec) socket->set_option(tcp::no_delay(true), ec);
  return ec;
}

Code Client::Impl::handshake(Clock::time_point deadline) {
  tls.emplace(*socket, *tls_context);
  Code ec;
  net::ip::make_address(url.host, ec);
  // SNI is for names only (RFC 6066 section 3).
  if (ec && SSL_set_tlsext_host_name(tls->native_handle(), url.host.c_str()) != 1) return net::error::invalid_argument;
  if (options.tls_verify) tls->set_verify_callback(net::ssl::host_name_verification(url.host), ec);
  return run(deadline, [&](auto done) { tls->async_handshake(net::ssl::stream_base::client, done); });
}

Stop Client::Impl::connect() {
  disconnect();
  const auto deadline = Clock::now() + options.connect_timeout;
  Code ec = connect_socket(deadline);
  if (!ec && url.tls) ec = handshake(deadline);
  if (!ec) return Stop::none;
  connect_detail = ec.message();
  disconnect();
  return cancelled ? Stop::cancelled : Stop::not_connected;
}

Code Client::Impl::write_request(const std::string& head, const std::string& body) {
  const auto started = Clock::now();
  std::size_t sent = 0;
  while (sent < head.size() + body.size()) {
    const auto deadline = started + options.read_timeout + time_for(sent, options.bytes_per_second_min);
    const auto of_head = std::min(sent, head.size());
    const std::array<net::const_buffer, 2> buffers{net::buffer(head) + of_head, net::buffer(body) + (sent - of_head)};
    const auto written = std::make_shared<std::size_t>(0);
    const Code ec = run(deadline, [&](auto done) {
      with_stream([&](auto& stream) {
        stream.async_write_some(buffers, [done, written](Code code, std::size_t n) mutable {
          *written = n;
          done(code);
        });
      });
    });
    if (ec) return ec;
    sent += *written;
  }
  return {};
}

/// What has come of the body, if it is to be handed on at once. False: no more is wanted.
static bool hand_on(Response& answer, const std::function<bool(std::string_view)>& take) {
  if (answer.status != 200 || answer.body.empty()) return true;
  const bool more = take(answer.body);
  answer.body.clear();
  return more;
}

Stop Client::Impl::read_response(ResponseParser& parser, bool& answer_begun, const std::optional<Sink>& sink) {
  auto started = Clock::now();
  std::size_t handed_on = 0;
  boost::beast::flat_buffer buffer;
  for (;;) {
    const auto deadline = started + options.read_timeout +
                          time_for(handed_on + parser.response().body.size(), options.bytes_per_second_min);
    const auto got = std::make_shared<std::size_t>(0);
    const auto space = buffer.prepare(read_bytes);
    const Code ec = run(deadline, [&](auto done) {
      with_stream([&](auto& stream) {
        stream.async_read_some(space, [done, got](Code code, std::size_t n) mutable {
          *got = n;
          done(code);
        });
      });
    });
    if (cancelled) return Stop::cancelled;
    if (ec == net::error::timed_out) return Stop::timed_out;
    if (ec) {
      // A body without a length ends with the connection; only an orderly end proves that nothing was cut off.
      const bool orderly = ec == net::error::eof;
      return orderly && parser.end_of_stream() == Parsing::complete ? Stop::none : Stop::lost;
    }
    buffer.commit(*got);
    answer_begun = true;
    std::size_t used = 0;
    const auto data = buffer.data();
    const auto parsing = parser.feed({static_cast<const char*>(data.data()), data.size()}, used);
    buffer.consume(used);
    if (sink) {
      if (sink->endless) started = Clock::now();
      if (!sink->endless && parser.response().status == 200) handed_on += parser.response().body.size();
      if (handed_on > options.response_bytes_max) return Stop::too_large;
      if (!hand_on(parser.response(), sink->take)) return disconnect(), Stop::none;
    }
    if (parsing == Parsing::failed) return parser.fault() == ParseFault::body_too_large ? Stop::too_large : Stop::bad;
    if (parsing != Parsing::complete) continue;
    // Bytes behind the answer belong to nothing that was asked.
    if (!parser.keep_alive() || buffer.size() != 0) disconnect();
    return Stop::none;
  }
}

Stop Client::Impl::exchange(const std::string& head, const Request& request, ResponseParser& parser, bool& answer_begun,
                            const std::optional<Sink>& sink) {
  Code ec;
  if (request.body.size() <= coalesced_bytes_max) {
    ec = write_request(head + request.body, {});
  } else {
    ec = write_request(head, request.body);
  }
  if (cancelled) return Stop::cancelled;
  if (ec == net::error::timed_out) return Stop::timed_out;
  // A server that refuses a body answers before it has read it all, and the answer can be read although writing failed.
  const auto stop = read_response(parser, answer_begun, sink);
  if (ec && stop == Stop::none) disconnect();
  return stop;
}

Result<Response> Client::Impl::send(const Request& request, bool repeatable, const std::optional<Sink>& sink) {
  STELE_TRY(const auto head, request_head(request, url));
  const ParserLimits limits{.header_bytes_max = response_header_bytes_max,
                            .body_bytes_max = options.response_bytes_max,
                            .body_is_kept = !sink};
  for (bool first = true;; first = false) {
    if (cancelled) return Unexpected(error(Stop::cancelled));
    const bool reused = first && seems_alive();
    if (!reused) {
      if (const auto stop = connect(); stop != Stop::none) return Unexpected(error(stop));
    }
    ResponseParser parser(limits, request.method == "HEAD");
    bool answer_begun = false;
    const auto stop = exchange(head, request, parser, answer_begun, sink);
    if (stop == Stop::none) return std::move(parser.response());
    disconnect();
    if (stop == Stop::lost && reused && repeatable && !answer_begun) continue;
    return Unexpected(error(stop));
  }
}

/// On a connection of its own: what is left of an answer that was broken off belongs to nobody.
Result<Response> Client::Impl::stream(const Request& request, const Take& take) {
  STELE_TRY(const auto head, request_head(request, url));
  if (cancelled) return Unexpected(error(Stop::cancelled));
  if (const auto stop = connect(); stop != Stop::none) return Unexpected(error(stop));
  ResponseParser parser({.header_bytes_max = response_header_bytes_max, .body_bytes_max = options.response_bytes_max},
                        false);
  bool answer_begun = false;
  const Code ec = write_request(head + request.body, {});
  const auto stop = ec ? Stop::lost : read_response(parser, answer_begun, Sink{take, true});
  disconnect();
  if (stop != Stop::none) return Unexpected(error(cancelled ? Stop::cancelled : stop));
  return std::move(parser.response());
}

Error Client::Impl::error(Stop stop) const {
  const auto at = place();
  const std::string unknown_vi = " Chưa biết yêu cầu đã được thực hiện hay chưa; hãy gửi lại.";
  const std::string unknown_en = " Whether the request took effect is unknown; send it again.";
  switch (stop) {
    case Stop::not_connected:
      return make_error(
          "http_connect_failed",
          "Không kết nối được tới " + at + " (" + connect_detail +
              "). Chưa gửi gì đi; hãy kiểm tra mạng, địa chỉ và máy chủ.",
          "Can't connect to " + at + " (" + connect_detail + "). Nothing was sent; check network, address and server.");
    case Stop::timed_out:
      return make_error("http_timeout", "Máy chủ " + at + " không trả lời trong thời gian chờ." + unknown_vi,
                        "The server " + at + " did not answer in time." + unknown_en);
    case Stop::bad:
      return make_error("http_bad_response", "Câu trả lời của " + at + " không đúng HTTP/1.1." + unknown_vi,
                        "The answer of " + at + " is not HTTP/1.1." + unknown_en);
    case Stop::too_large:
      return make_error("http_too_large", "Câu trả lời của " + at + " lớn hơn mức cho phép." + unknown_vi,
                        "The answer of " + at + " is larger than allowed." + unknown_en);
    case Stop::cancelled:
      return make_error("http_cancelled", "Yêu cầu tới " + at + " đã bị hủy." + unknown_vi,
                        "The request to " + at + " was cancelled." + unknown_en);
    case Stop::none:
    case Stop::lost:
      break;
  }
  return make_error("http_connection_lost", "Kết nối tới " + at + " đứt trước khi có câu trả lời." + unknown_vi,
                    "The connection to " + at + " ended before the answer came." + unknown_en);
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::open(std::string_view url, ClientOptions options) {
  STELE_TRY(auto parsed, parse_url(url));
  auto impl = std::make_unique<Impl>(std::move(parsed), std::move(options));
  STELE_CHECK(impl->load_tls());
  return Client(std::move(impl));
}

Result<Response> Client::send(const Request& request, Idempotent idempotent) {
  const bool safe = request.method == "GET" || request.method == "HEAD";
  return impl_->send(request, safe || idempotent == Idempotent::yes);
}

Result<Response> Client::fetch(const Request& request, const std::function<bool(std::string_view)>& take) {
  return impl_->send(request, true, Impl::Sink{take, false});
}

Result<Response> Client::stream(const Request& request, const std::function<bool(std::string_view)>& take) {
  return impl_->stream(request, take);
}

void Client::cancel() {
  impl_->cancelled = true;
  net::post(impl_->ioc, [] {});  // wakes a send() that waits
}

bool outcome_unknown(const Error& error) {
  for (const std::string_view code : {"http_bad_url", "http_bad_request", "http_connect_failed", "http_tls_bad"}) {
    if (error.code == code) return false;
  }
  return true;
}

}  // namespace stele::http
