#include "node/http/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstring>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "node/http/exchange.h"
#include "node/http/parser.h"
#include "node/http/rate_limit.h"
#include "node/http/router.h"

namespace stele::http {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using Code = boost::system::error_code;
// The plain executor, not the type-erased one: it is on the path of every operation.
using Socket = net::basic_stream_socket<tcp, net::io_context::executor_type>;
using Acceptor = net::basic_socket_acceptor<tcp, net::io_context::executor_type>;
using Timer = net::basic_waitable_timer<std::chrono::steady_clock, net::wait_traits<std::chrono::steady_clock>,
                                        net::io_context::executor_type>;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A body up to this size is written behind its header in one piece: one packet, one TLS record.
constexpr std::size_t coalesced_bytes_max = 16 * 1024;
constexpr std::size_t read_header_bytes = 8 * 1024;
constexpr std::size_t read_body_bytes = 64 * 1024;
/// How long a connection that the server ends may take to notice. Closing at once while the client still sends would
/// reset the connection, and the client would lose the answer that says why.
constexpr milliseconds linger_timeout{2'000};
constexpr milliseconds linger_timeout_stopping{200};
/// Connections above the maximum that are told so (503); beyond these they are just closed.
constexpr std::size_t told_overloaded_max = 64;
constexpr std::uint32_t overloaded_retry_after_s = 1;

/// Time for `bytes` at the slowest rate allowed.
milliseconds time_for(std::size_t bytes, std::size_t bytes_per_second) {
  return milliseconds(std::uint64_t{bytes} * 1000 / std::max<std::size_t>(bytes_per_second, 1));
}

std::string address_text(const net::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

/// What all threads share.
struct Core {
  explicit Core(ServerOptions o) : options(std::move(o)) {
    if (options.requests_per_second_max <= 0) return;
    const double burst =
        options.requests_burst_max > 0 ? options.requests_burst_max : 2 * options.requests_per_second_max;
    limiter.emplace(options.requests_per_second_max, std::max(1.0, burst),
                    std::max<std::size_t>(options.rate_clients_max, 1));
  }

  /// Seconds to wait; 0: allowed.
  std::uint32_t take_token(const AddressKey& client) {
    if (!limiter) return 0;
    const std::lock_guard lock(limiter_mutex);
    return limiter->take(client, Clock::now());
  }

  const ServerOptions options;
  Router router;
  std::optional<net::ssl::context> tls;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> bodies_bytes = 0;
  std::atomic<bool> stopping = false;
  std::mutex limiter_mutex;
  std::optional<RateLimiter> limiter;
};

/// One counted connection, from accept to the end of its session, whichever way it goes.
class Slot {
 public:
  explicit Slot(Core& core) : core_(&core), number_(core.connections.fetch_add(1) + 1) {}
  Slot(Slot&& other) noexcept : core_(std::exchange(other.core_, nullptr)), number_(other.number_) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() {
    if (core_ != nullptr) core_->connections.fetch_sub(1);
  }
  /// How many there were with this one.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  Core* core_;
  std::size_t number_;
};

/// The share of one request in `bodies_bytes_max`.
class BodyShare {
 public:
  explicit BodyShare(Core& core) : core_(core) {}
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { release(); }
  /// False, and unchanged, if all requests together would hold too much.
  [[nodiscard]] bool grow_to(std::size_t bytes) {
    if (bytes <= held_) return true;
    const std::size_t more = bytes - held_;
    if (core_.bodies_bytes.fetch_add(more) + more > core_.options.bodies_bytes_max) {
      core_.bodies_bytes.fetch_sub(more);
      return false;
    }
    held_ = bytes;
    return true;
  }
  void release() { core_.bodies_bytes.fetch_sub(std::exchange(held_, 0)); }

 private:
  Core& core_;
  std::size_t held_ = 0;
};

class Session;

/// One thread and what lives on it. Sessions never leave their worker. A Respond that outlives the server keeps its
/// worker's memory, not its sockets: stop() ends all sessions first.
struct Worker : std::enable_shared_from_this<Worker> {
  explicit Worker(std::shared_ptr<Core> c);
  void run();
  void tick();
  void adopt(Socket, Slot);
  void close_idle();
  void close_all();

  const std::shared_ptr<Core> core;  // first, because queued work may hold Slots
  net::io_context ioc{1};
  net::executor_work_guard<net::io_context::executor_type> guard{ioc.get_executor()};
  Timer timer{ioc.get_executor()};
  std::unordered_set<std::shared_ptr<Session>> sessions;
  std::function<void()> on_tick;  // the accepting worker's
  milliseconds tick_interval{250};
  std::int64_t date_seconds = 0;
  std::string date;
  bool closed = false;
  std::thread thread;
};

/// One connection: read a request, have it answered, write the answer, again. Only one request is in work at a time, so
/// pipelined ones are answered in order, and what a client sends ahead stays in the system's buffers.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Worker& worker, Slot slot)
      : worker_(worker), core_(*worker.core), slot_(std::move(slot)), parser_(limits(core_.options)), share_(core_) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  void start();
  void deliver(std::uint64_t exchange, Response);
  void check_deadline(Clock::time_point now);
  void close_if_idle() {
    if (state_ == State::idle) close();
  }
  void close();

 protected:
  virtual Socket& socket() = 0;
  virtual void start_handshake() = 0;
  virtual void start_read(net::mutable_buffer) = 0;
  virtual void start_write(const std::array<net::const_buffer, 2>&) = 0;
  virtual void start_shutdown() = 0;
  [[nodiscard]] virtual bool is_tls() const = 0;

  void on_handshake(Code);
  void on_read(Code, std::size_t);
  void on_write(Code, std::size_t);
  void on_shutdown() { close(); }

 private:
  enum class State { handshake, idle, header, body, handling, writing, lingering, closed };

  static ParserLimits limits(const ServerOptions& o) {
    return {.header_bytes_max = o.header_bytes_max, .target_bytes_max = o.target_bytes_max, .body_bytes_max = 0};
  }
  [[nodiscard]] std::string_view buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }
  void next_request();
  void read();
  void feed();
  bool on_header();
  bool expects_continue();
  void wipe_buffer();
  void dispatch();
  void refuse(int status) { answer(refusal(status)); }
  void answer(Response);
  void write();
  void on_answered();
  void linger();
  void set_deadline(milliseconds from_now) { deadline_ = Clock::now() + from_now; }

  Worker& worker_;
  Core& core_;
  Slot slot_;
  RequestParser parser_;
  BodyShare share_;
  boost::beast::flat_buffer buffer_;
  State state_ = State::handshake;
  bool timed_out_ = false;
  Clock::time_point deadline_{};
  AddressKey client_{};
  std::string remote_address_;
  std::size_t requests_ = 0;

  // The request in work.
  std::uint64_t exchange_ = 0;  // tells late answers from timely ones
  Clock::time_point started_{};
  const Route* route_ = nullptr;
  std::string method_;
  std::string_view pattern_;
  std::size_t request_body_bytes_ = 0;
  std::size_t response_body_bytes_ = 0;
  int status_ = 0;
  bool keep_alive_ = false;

  // What is being written: head_, then body_.
  std::string head_;
  std::string body_;
  std::size_t sent_ = 0;
  Clock::time_point write_started_{};
};

template <class Stream>
class SessionOf final : public Session {
 public:
  template <class... Args>
  SessionOf(Worker& worker, Slot slot, Args&&... stream)
      : Session(worker, std::move(slot)), stream_(std::forward<Args>(stream)...) {}

 private:
  static constexpr bool tls = !std::is_same_v<Stream, Socket>;

  Socket& socket() override {
    if constexpr (tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }
  [[nodiscard]] bool is_tls() const override { return tls; }
  // Each operation keeps the session alive and comes back to it on its worker's thread.
  std::shared_ptr<SessionOf> self() { return std::static_pointer_cast<SessionOf>(shared_from_this()); }
  void start_handshake() override {
    if constexpr (tls) {
      stream_.async_handshake(net::ssl::stream_base::server, [s = self()](Code ec) { s->on_handshake(ec); });
    } else {
      on_handshake({});
    }
  }
  void start_read(net::mutable_buffer buffer) override {
    stream_.async_read_some(buffer, [s = self()](Code ec, std::size_t n) { s->on_read(ec, n); });
  }
  void start_write(const std::array<net::const_buffer, 2>& buffers) override {
    stream_.async_write_some(buffers, [s = self()](Code ec, std::size_t n) { s->on_write(ec, n); });
  }
  void start_shutdown() override {
    if constexpr (tls) {
      stream_.async_shutdown([s = self()](Code) { s->on_shutdown(); });
    } else {
      on_shutdown();
    }
  }

  Stream stream_;
};

/// Brings an answer home to its session's thread. Knows the session only weakly: answers may outlive it.
class SessionSink final : public Respond::Sink {
 public:
  SessionSink(std::weak_ptr<Session> session, std::shared_ptr<Worker> worker, std::uint64_t exchange)
      : session_(std::move(session)), worker_(std::move(worker)), exchange_(exchange) {}

  void deliver(Response response) noexcept override {
    auto bring = [session = session_, exchange = exchange_, r = std::move(response)]() mutable {
      if (const auto s = session.lock()) s->deliver(exchange, std::move(r));
    };
    try {
      if (worker_->ioc.get_executor().running_in_this_thread()) {
        bring();
      } else {
        net::post(worker_->ioc, std::move(bring));
      }
    } catch (const std::exception&) {
      // Out of memory: the session's deadline ends the exchange.
    }
  }

 private:
  std::weak_ptr<Session> session_;
  std::shared_ptr<Worker> worker_;
  std::uint64_t exchange_;
};

void Session::start() {
  started_ = Clock::now();
  Code ec;
  const auto peer = socket().remote_endpoint(ec);
  if (ec) return close();
  remote_address_ = address_text(peer.address());
  client_ = address_key(remote_address_);
  socket().set_option(tcp::no_delay(true), ec);
  if (slot_.number() > core_.options.connections_max) {
    // Before any handshake: TLS costs more than all else, which is what an overloaded server can't afford.
    if (is_tls()) return close();
    return answer(overloaded_response(overloaded_retry_after_s));
  }
  set_deadline(core_.options.read_timeout);
  start_handshake();
}

void Session::on_handshake(Code ec) {
  if (ec || state_ == State::closed) return close();
  next_request();
  // A client that connects and says nothing has less patience due than one between two requests.
  if (state_ == State::idle) set_deadline(core_.options.read_timeout);
}

void Session::next_request() {
  parser_.reset();
  route_ = nullptr;
  pattern_ = {};
  method_.clear();
  request_body_bytes_ = 0;
  if (buffer_.size() != 0) {
    state_ = State::header;
    started_ = Clock::now();
    deadline_ = started_ + core_.options.read_timeout;
    return feed();
  }
  if (core_.stopping) return linger();
  if (buffer_.capacity() > read_header_bytes) buffer_.shrink_to_fit();  // idle connections hold next to nothing
  state_ = State::idle;
  set_deadline(core_.options.idle_timeout);
  read();
}

void Session::read() {
  const bool large = state_ == State::body || state_ == State::lingering;
  start_read(buffer_.prepare(large ? read_body_bytes : read_header_bytes));
}

void Session::on_read(Code ec, std::size_t n) {
  if (state_ == State::closed) return;
  if (std::exchange(timed_out_, false)) return refuse(408);
  if (ec && state_ == State::lingering && is_tls()) return start_shutdown();
  if (ec) return close();
  buffer_.commit(n);
  if (state_ == State::lingering) {
    buffer_.consume(n);
    return read();
  }
  if (state_ == State::idle) {
    state_ = State::header;
    started_ = Clock::now();
    deadline_ = started_ + core_.options.read_timeout;  // for the whole header, however slowly it drips
  }
  feed();
}

void Session::feed() {
  for (;;) {
    std::size_t used = 0;
    const auto parsing = parser_.feed(buffered(), used);
    buffer_.consume(used);
    const std::size_t received = parser_.request().body.size();
    if (!share_.grow_to(received)) return answer(overloaded_response(overloaded_retry_after_s));
    switch (parsing) {
      case Parsing::need_more:
        if (state_ == State::body) {
          deadline_ = started_ + core_.options.read_timeout + time_for(received, core_.options.bytes_per_second_min);
        }
        return read();
      case Parsing::header:
        if (!on_header()) return;
        break;
      case Parsing::complete:
        return dispatch();
      case Parsing::failed:
        return refuse(status_of(parser_.fault()));
    }
  }
}

/// False: something else than reading on was begun.
bool Session::on_header() {
  state_ = State::body;
  started_ = Clock::now();
  deadline_ = started_ + core_.options.read_timeout;
  auto& request = parser_.request();
  method_ = request.method;
  request.remote_address = remote_address_;
  auto admission = admit(request, core_.router, core_.options.body_bytes_max);
  route_ = admission.route;
  pattern_ = admission.pattern;
  if (const auto wait_s = admission.rate_limited ? core_.take_token(client_) : 0; wait_s != 0) {
    auto problem = refusal(429);
    problem.headers.add("Retry-After", std::to_string(wait_s));
    answer(std::move(problem));
    return false;
  }
  if (admission.refusal) {
    answer(std::move(*admission.refusal));
    return false;
  }
  if (!parser_.body_follows()) return true;
  parser_.set_body_bytes_max(admission.body_bytes_max);
  if (route_->options.secret_body && !parser_.content_length()) {
    refuse(400);
    return false;
  }
  const auto length = parser_.content_length().value_or(0);
  if (length > admission.body_bytes_max) {
    refuse(413);
    return false;
  }
  if (!share_.grow_to(static_cast<std::size_t>(length))) {
    answer(overloaded_response(overloaded_retry_after_s));
    return false;
  }
  if (!expects_continue()) return true;
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  body_.clear();
  sent_ = 0;
  write();
  return false;
}

bool Session::expects_continue() {
  // A client that has begun to send the body does not wait.
  return parser_.is_http_1_1() && buffer_.size() == 0 && parser_.request().headers.count("Expect") != 0;
}

/// What was read stands in the buffer until something else overwrites it. Pipelined bytes behind a secret are dropped
/// with it: browsers do not pipeline.
void Session::wipe_buffer() {
  buffer_.consume(buffer_.size());
  const auto all = buffer_.prepare(buffer_.capacity());
  explicit_bzero(all.data(), all.size());
}

void Session::dispatch() {
  state_ = State::handling;
  set_deadline(core_.options.handler_timeout);
  auto& request = parser_.request();
  request_body_bytes_ = request.body.size();
  if (route_->options.secret_body) wipe_buffer();
  const auto& handler = route_->handler;
  Respond respond(std::make_shared<SessionSink>(weak_from_this(), worker_.shared_from_this(), ++exchange_));
  try {
    handler(std::move(request), std::move(respond));
  } catch (const std::exception&) {
    // The Respond went down with the handler's frame and has answered 500.
  }
}

void Session::deliver(std::uint64_t exchange, Response response) {
  if (state_ == State::handling && exchange == exchange_) answer(std::move(response));
}

void Session::answer(Response response) {
  state_ = State::writing;
  ++requests_;
  // What was not read to its end can't be skipped reliably: the next bytes may be a body, not a request.
  keep_alive_ = !parser_.body_follows() && parser_.keep_alive() &&
                requests_ < core_.options.requests_per_connection_max && !core_.stopping;
  const bool http_1_1 = parser_.is_http_1_1();
  const bool any_origin = route_ != nullptr && route_->options.any_origin;
  if (any_origin) allow_any_origin(response);
  auto head = response_head(response, response.body.size(), worker_.date, keep_alive_, http_1_1);
  if (!head) {
    // The handler let a line break or the like into a header field: nothing of it may go out.
    response = refusal(500);
    if (any_origin) allow_any_origin(response);
    head = response_head(response, response.body.size(), worker_.date, keep_alive_, http_1_1);
    STELE_ASSERT(head.has_value());
  }
  head_ = std::move(*head);
  body_ = std::move(response.body);
  if (method_ == "HEAD" || response.status == 204 || response.status == 304) body_.clear();
  status_ = response.status;
  response_body_bytes_ = body_.size();
  if (body_.size() <= coalesced_bytes_max) {
    head_ += body_;
    body_.clear();
  }
  sent_ = 0;
  write_started_ = Clock::now();
  deadline_ = write_started_ + core_.options.write_timeout;
  write();
}

void Session::write() {
  const auto of_head = std::min(sent_, head_.size());
  const auto of_body = sent_ - of_head;
  const auto head = net::buffer(head_) + of_head;
  const auto body = net::buffer(body_) + of_body;
  start_write({net::const_buffer(head), net::const_buffer(body)});
}

void Session::on_write(Code ec, std::size_t n) {
  if (ec || state_ == State::closed) return close();
  sent_ += n;
  const bool sent_all = sent_ == head_.size() + body_.size();
  if (state_ == State::writing) {
    if (sent_all) return on_answered();
    deadline_ = write_started_ + core_.options.write_timeout + time_for(sent_, core_.options.bytes_per_second_min);
  } else if (sent_all) {
    return read();  // it was "100 Continue"
  }
  write();
}

void Session::on_answered() {
  std::string().swap(body_);  // a large one must not stay with an idle connection
  share_.release();
  if (core_.options.observe) {
    core_.options.observe({.method = known_method(method_),
                           .route = pattern_,
                           .status = status_,
                           .duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_),
                           .request_body_bytes = request_body_bytes_,
                           .response_body_bytes = response_body_bytes_});
  }
  if (keep_alive_) {
    next_request();
  } else {
    linger();
  }
}

void Session::linger() {
  const bool unread = parser_.body_follows();
  state_ = State::lingering;
  set_deadline(core_.stopping ? linger_timeout_stopping : linger_timeout);
  buffer_.consume(buffer_.size());
  if (is_tls() && !unread) return start_shutdown();
  Code ignored;
  if (!is_tls()) socket().shutdown(Socket::shutdown_send, ignored);
  read();
}

void Session::check_deadline(Clock::time_point now) {
  if (now < deadline_) return;
  Code ignored;
  switch (state_) {
    case State::header:
    case State::body:
      if (timed_out_) return close();  // it was told so and could not even be written to
      timed_out_ = true;
      set_deadline(linger_timeout);
      socket().cancel(ignored);  // on_read answers 408
      return;
    case State::handling:
      ++exchange_;  // the handler's answer comes too late now
      return refuse(503);
    case State::handshake:
    case State::idle:
    case State::writing:
    case State::lingering:
      return close();
    case State::closed:
      return;
  }
}

void Session::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  Code ignored;
  socket().close(ignored);
  worker_.sessions.erase(shared_from_this());
}

Worker::Worker(std::shared_ptr<Core> c) : core(std::move(c)) {
  const auto& o = core->options;
  // A time-out fires at most a quarter late.
  const auto shortest = std::min({o.idle_timeout, o.read_timeout, o.write_timeout, o.handler_timeout});
  tick_interval = std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
}

void Worker::run() {
  tick();
  for (;;) {
    try {
      ioc.run();
      return;
    } catch (const std::exception&) {
      // Out of memory in one session: it stays registered, and its deadline ends it. The others go on.
    }
  }
}

/// One timer for all connections of the worker instead of two timer operations for each read and write.
void Worker::tick() {
  const auto seconds = static_cast<std::int64_t>(std::time(nullptr));
  if (seconds != date_seconds) {
    date_seconds = seconds;
    date = http_date(seconds);
  }
  const auto now = Clock::now();
  const std::vector<std::shared_ptr<Session>> all(sessions.begin(), sessions.end());
  for (const auto& session : all) session->check_deadline(now);
  if (on_tick) on_tick();
  if (closed) return;
  timer.expires_after(tick_interval);
  timer.async_wait([this](Code ec) {
    if (!ec) tick();
  });
}

void Worker::adopt(Socket socket, Slot slot) {
  if (closed) return;
  std::shared_ptr<Session> session;
  if (core->tls) {
    session =
        std::make_shared<SessionOf<net::ssl::stream<Socket>>>(*this, std::move(slot), std::move(socket), *core->tls);
  } else {
    session = std::make_shared<SessionOf<Socket>>(*this, std::move(slot), std::move(socket));
  }
  sessions.insert(session);
  session->start();
}

void Worker::close_idle() {
  const std::vector<std::shared_ptr<Session>> all(sessions.begin(), sessions.end());
  for (const auto& session : all) session->close_if_idle();
}

/// After this the loop runs out of work and ends: every operation of a closed socket comes back, aborted.
void Worker::close_all() {
  closed = true;
  const std::vector<std::shared_ptr<Session>> all(sessions.begin(), sessions.end());
  for (const auto& session : all) session->close();
  timer.cancel();
  guard.reset();
}

Error bind_error(const ServerOptions& options, const Code& ec) {
  const auto place = options.address + ":" + std::to_string(options.port);
  return make_error(
      "http_bind_failed",
      "Không mở được cổng " + place + " (" + ec.message() + "); hãy kiểm tra địa chỉ, cổng và chương trình đang chiếm.",
      "Can't listen on " + place + " (" + ec.message() + "); check address, port and the program that holds it.");
}

}  // namespace

Respond::~Respond() {
  if (sink_) sink_->deliver(refusal(500));
}

void Respond::operator()(Response response) {
  STELE_ASSERT(sink_ != nullptr);  // a second answer to one request
  const auto sink = std::move(sink_);
  sink_ = nullptr;
  sink->deliver(std::move(response));
}

struct Server::Impl {
  explicit Impl(ServerOptions o) : core(std::make_shared<Core>(std::move(o))) {}

  Result<void> load_tls();
  Result<void> listen();
  void accept();
  void stop(milliseconds grace);

  const std::shared_ptr<Core> core;
  std::vector<std::shared_ptr<Worker>> workers;
  std::optional<Acceptor> acceptor;  // on the first worker's thread once that runs
  bool accept_paused = false;
  std::size_t next_worker = 0;
  std::atomic<std::uint16_t> port = 0;
  std::mutex stop_mutex;
  bool stopped = false;
};

Result<void> Server::Impl::load_tls() {
  const auto& o = core->options;
  if (o.tls_certificate_file.empty() && o.tls_key_file.empty()) return {};
  auto& tls = core->tls.emplace(net::ssl::context::tls_server);
  Code ec;
  tls.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 | net::ssl::context::no_sslv3 |
                      net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1,
                  ec);
  const auto bad = [&ec](const std::string& file, std::string_view vi, std::string_view en) {
    Where where;
    where.file = file;
    return Unexpected(make_error(
        "http_tls_bad", std::string(vi) + ec.message() + "; hãy kiểm tra tệp PEM và quyền đọc.",
        std::string(en) + ec.message() + "; check the PEM file and whether it may be read.", std::move(where)));
  };
  tls.use_certificate_chain_file(o.tls_certificate_file, ec);
  if (ec) return bad(o.tls_certificate_file, "Không dùng được chứng thư TLS: ", "Can't use the TLS certificate: ");
  tls.use_private_key_file(o.tls_key_file, net::ssl::context::pem, ec);
  if (ec) return bad(o.tls_key_file, "Không dùng được khóa TLS: ", "Can't use the TLS key: ");
  if (o.tls_client_ca_file.empty()) return {};
  tls.load_verify_file(o.tls_client_ca_file, ec);
  if (!ec) tls.set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert, ec);
  // Sessions are not resumed: each connection shows its certificate.
  SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_TICKET);
  if (ec)
    return bad(o.tls_client_ca_file,
               "Không đọc được chứng thư của các máy khách: ", "Can't read the clients' certificates: ");
  return {};
}

Result<void> Server::Impl::listen() {
  const auto& o = core->options;
  Code ec;
  const auto address = net::ip::make_address(o.address, ec);
  if (ec) return Unexpected(bind_error(o, ec));
  const tcp::endpoint endpoint(address, o.port);
  auto& a = acceptor.emplace(workers.front()->ioc.get_executor());
  a.open(endpoint.protocol(), ec);
  // One listening socket that hands connections over, not one per thread with SO_REUSEPORT: with that, a second server
  // started by mistake would share the port in silence.
  if (!ec) a.set_option(Acceptor::reuse_address(true), ec);
  if (!ec && address.is_v6()) a.set_option(net::ip::v6_only(false), ec);
  if (!ec) a.bind(endpoint, ec);
  if (!ec) a.listen(net::socket_base::max_listen_connections, ec);
  if (!ec) port = a.local_endpoint(ec).port();
  if (ec) return Unexpected(bind_error(o, ec));
  return {};
}

void Server::Impl::accept() {
  // Plain pointers: what waits in a worker's queue must not keep that worker alive.
  auto* const worker = workers[next_worker++ % workers.size()].get();
  acceptor->async_accept(worker->ioc, [this, worker](Code ec, Socket socket) {
    if (!acceptor->is_open()) return;
    if (ec == net::error::connection_aborted) return accept();
    if (ec) {
      accept_paused = true;  // out of descriptors, most likely: the next tick tries again
      return;
    }
    Slot slot(*core);
    if (slot.number() <= core->options.connections_max + told_overloaded_max) {
      net::post(worker->ioc, [worker, s = std::move(socket), l = std::move(slot)]() mutable {
        worker->adopt(std::move(s), std::move(l));
      });
    }
    accept();
  });
}

void Server::Impl::stop(milliseconds grace) {
  const std::lock_guard lock(stop_mutex);
  if (stopped || workers.empty()) return;
  stopped = true;
  const auto end = Clock::now() + grace;
  core->stopping = true;
  net::post(workers.front()->ioc, [this] {
    Code ignored;
    acceptor->close(ignored);
  });
  for (const auto& worker : workers) {
    net::post(worker->ioc, [w = worker.get()] { w->close_idle(); });
  }
  while (core->connections != 0 && Clock::now() < end) std::this_thread::sleep_for(milliseconds(1));
  for (const auto& worker : workers) {
    net::post(worker->ioc, [w = worker.get()] { w->close_all(); });
  }
  for (const auto& worker : workers) worker->thread.join();
  acceptor.reset();
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() {
  stop(milliseconds(0));
}

void Server::route(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  STELE_ASSERT(impl_->workers.empty());  // the threads read the routes without a lock
  impl_->core->router.add(std::move(method), std::move(pattern), std::move(handler), options);
}

Result<void> Server::start() {
  STELE_ASSERT(impl_->workers.empty());
  STELE_CHECK(impl_->load_tls());
  const unsigned threads = std::max(1U, impl_->core->options.threads);
  for (unsigned i = 0; i < threads; ++i) impl_->workers.push_back(std::make_shared<Worker>(impl_->core));
  if (auto listening = impl_->listen(); !listening) {
    impl_->acceptor.reset();
    impl_->workers.clear();
    return listening;
  }
  impl_->workers.front()->on_tick = [impl = impl_.get()] {
    if (std::exchange(impl->accept_paused, false) && impl->acceptor->is_open()) impl->accept();
  };
  impl_->accept();
  for (const auto& worker : impl_->workers) {
    worker->thread = std::thread([w = worker.get()] { w->run(); });
  }
  return {};
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::stop(milliseconds grace) {
  impl_->stop(grace);
}

}  // namespace stele::http
