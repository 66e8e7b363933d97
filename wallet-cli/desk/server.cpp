#include "wallet-cli/desk/server.h"

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <thread>

#include "node/http/server.h"
#include "wallet-cli/desk/answers.h"
#include "wallet-cli/desk/office.h"
#include "wallet-cli/desk/resources.h"

namespace stele::desk {
namespace {

using json::Value;

constexpr std::size_t queue_max = 32;
constexpr std::chrono::milliseconds tick{200};
constexpr std::size_t json_bytes_max = 128 * 1024;
constexpr json::Limits json_limits{.bytes_max = json_bytes_max, .depth_max = 4, .nodes_max = 4'000};

constexpr std::string_view type_json = "application/json";
constexpr std::string_view type_file = "application/octet-stream";
constexpr std::string_view type_passphrase = "application/x-stele-passphrase";
constexpr std::string_view type_token = "application/x-stele-start";

using Reply = std::function<void(http::Response)>;
using Answer = std::function<http::Response(http::Request&)>;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The body as a secret; what it came in is wiped.
signer::SecretBytes take_secret(http::Request& r) {
  signer::SecretBytes out(as_bytes(r.body));
  signer::wipe({reinterpret_cast<std::uint8_t*>(r.body.data()),  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
                r.body.size()});
  r.body.clear();
  return out;
}

std::string query(const http::Request& r, std::string_view name) {
  return std::string(r.query_value(name).value_or(""));
}

http::Response answer(const Result<Value>& v) {
  return v ? ok(*v) : problem(v.error());
}

http::Response bad_request() {
  return problem(make_error("desk_bad_request", "Yêu cầu thiếu hoặc sai.", "The request is incomplete or wrong."));
}

struct Needed {
  const std::string& value;
  std::string_view field, vi, en;
};
/// Names the first field that is empty.
std::optional<http::Response> missing_field(std::initializer_list<Needed> fields) {
  for (const auto& f : fields) {
    if (!f.value.empty()) continue;
    Where where;
    where.field = f.field;
    return problem(make_error("desk_bad_request", "Còn thiếu: " + std::string(f.vi) + ". Hãy điền rồi thử lại.",
                              "Missing: " + std::string(f.en) + ". Fill it in and try again.", where));
  }
  return std::nullopt;
}

/// The page asks /api/job for the rest.
http::Response accepted() {
  return http::json_response(202, json::write(Value::object({{"accepted", true}})));
}

std::optional<cli::SheetUse> use_of(std::string_view text) {
  if (text == "class-list") return cli::SheetUse::class_list;
  if (text == "grades") return cli::SheetUse::grades;
  if (text == "summary") return cli::SheetUse::summary;
  return std::nullopt;
}

}  // namespace

struct Server::Impl {
  Impl(cli::Context context, Options o)
      : now_ms(o.now_ms),
        idle(o.idle),
        language(context.lang_given ? (context.lang == Lang::vi ? "&lang=vi" : "&lang=en") : ""),
        office(std::move(context), std::move(o)),
        http(http_options()) {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static http::ServerOptions http_options() {
    http::ServerOptions o;
    o.address = "127.0.0.1";
    o.body_bytes_max = 4 * 1024;
    o.bodies_bytes_max = 2 * tables::file_size_max_bytes;
    o.connections_max = 64;
    o.handler_timeout = std::chrono::minutes(4);  // a class's transcripts are gathered behind one another's requests
    return o;
  }

  Result<void> start();
  void stop();
  void work();
  bool post(std::function<void()>);
  void pages();
  void sessions();
  void reading();
  void signing();

  /// A request that has passed the gate is answered on the working thread, and is a sign that somebody is there.
  void serve(const char* method, const char* pattern, Way way, std::string_view type, http::RouteOptions options,
             std::function<void(http::Request&, const Reply&)> handler);
  void serve(const char* method, const char* pattern, Way way, std::string_view type, http::RouteOptions options,
             Answer handler) {
    serve(method, pattern, way, type, options,
          [h = std::move(handler)](http::Request& r, const Reply& reply) { reply(guarded(h(r))); });
  }
  void read(const char* pattern, Answer handler) { serve("GET", pattern, Way::read, {}, {}, std::move(handler)); }

  ClockMs now_ms;
  std::chrono::milliseconds idle;
  std::string language;  // what the link says of it
  Office office;         // the working thread's
  Job job;
  Gate gate;
  std::atomic<std::int64_t> seen_ms = 0;  // when a person last asked for something
  std::atomic<bool> closed = false;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;
  bool stopping = false;
  std::thread worker;
  http::Server http;  // last: its handlers use all of the above
};

void Server::Impl::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, tick, [&] { return stopping || !queue.empty(); });
      if (stopping) return;
      if (!queue.empty()) {
        task = std::move(queue.front());
        queue.pop_front();
      }
    }
    // Before the task, too: who comes back after the time may not go on without the passphrase.
    if (!office.locked() && now_ms() - seen_ms >= idle.count()) office.lock();
    if (!task) continue;
    task();
  }
}

bool Server::Impl::post(std::function<void()> task) {
  const std::lock_guard lock(mutex);
  if (stopping || queue.size() >= queue_max) return false;
  queue.push_back(std::move(task));
  wake.notify_one();
  return true;
}

void Server::Impl::serve(const char* method, const char* pattern, Way way, std::string_view type,
                         http::RouteOptions options, std::function<void(http::Request&, const Reply&)> handler) {
  http.route(
      method, pattern,
      [this, way, type, secret = options.secret_body, h = std::move(handler)](http::Request r, http::Respond respond) {
        if (auto no = gate.refuse(r, way, type)) {
          if (secret) (void)take_secret(r);
          return respond(std::move(*no));
        }
        auto request = std::make_shared<http::Request>(std::move(r));
        // The time of an answer counts, not only that of the request: what took long is no idle time. Before the answer
        // goes out, so that whatever follows it comes later.
        auto send = std::make_shared<http::Respond>(std::move(respond));
        const Reply reply = [this, send](http::Response answer) {
          seen_ms = now_ms();
          (*send)(std::move(answer));
        };
        const auto at = now_ms();
        const bool taken = post([this, at, request, reply, h] {
          seen_ms = at;
          h(*request, reply);
        });
        if (!taken) reply(guarded(http::overloaded_response()));
      },
      options);
}

// ---- the page ----

void Server::Impl::pages() {
  const auto page = [this](const http::Request& r, http::Respond respond, std::string_view name) {
    if (auto no = gate.refuse(r, Way::page)) return respond(std::move(*no));
    for (const auto& f : resources()) {
      if (f.name != name) continue;
      http::Response out;
      out.body = f.bytes;
      out.content_type = f.content_type;
      return respond(guarded(std::move(out)));
    }
    respond(guarded(problem(make_error("not_found", "Không có trang này.", "There is no such page."))));
  };
  http.route("GET", "/",
             [page](const http::Request& r, http::Respond respond) { page(r, std::move(respond), "index.html"); });
  http.route("GET", "/{file}",
             [page](const http::Request& r, http::Respond respond) { page(r, std::move(respond), r.param("file")); });
}

// ---- who is there ----

void Server::Impl::sessions() {
  constexpr std::size_t token_bytes_max = 128;
  serve("POST", "/api/start", Way::start, type_token, {.body_bytes_max = token_bytes_max, .secret_body = true},
        [this](http::Request& r) {
          const auto token = take_secret(r);
          const auto session = gate.open(as_text(token.view()));
          if (!session) return problem(session.error());
          office.lock();  // another person may sit there now
          auto out = ok(Value::object({{"token", session->token}}));
          out.headers.add("Set-Cookie", session->cookie);
          return out;
        });
  read("/api/state", [this](http::Request&) { return ok(office.state()); });
  serve("POST", "/api/unlock", Way::change, type_passphrase,
        {.body_bytes_max = signer::passphrase_bytes_max, .secret_body = true}, [this](http::Request& r) {
          auto passphrase = take_secret(r);
          const auto text = query(r, "key");
          std::size_t key = 0;
          const auto parsed = std::from_chars(text.data(), text.data() + text.size(), key);
          if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return bad_request();
          return answer(office.unlock(key, std::move(passphrase)));
        });
  serve("POST", "/api/lock", Way::change, type_json, {}, [this](http::Request&) {
    office.lock();
    return ok(office.state());
  });
  serve("POST", "/api/close", Way::change, type_json, {}, [this](http::Request&) {
    office.lock();
    closed = true;
    return ok(Value::object({{"closed", true}}));
  });
}

// ---- seeing ----

void Server::Impl::reading() {
  read("/api/overview", [this](http::Request& r) { return answer(office.overview(query(r, "year"))); });
  read("/api/pending", [this](http::Request&) { return answer(office.pending()); });
  read("/api/sheets", [this](http::Request& r) { return answer(office.sheets(query(r, "class"), query(r, "year"))); });
  read("/api/credentials", [this](http::Request& r) {
    return answer(office.credentials(query(r, "type"), query(r, "class"), query(r, "year")));
  });
  read("/api/history", [this](http::Request& r) { return answer(office.history(query(r, "id"))); });
  read("/api/codes", [this](http::Request&) {
    auto text = office.codes();
    if (!text) return problem(text.error());
    http::Response out;
    out.body = std::move(*text);
    out.content_type = "text/csv; charset=utf-8";
    return out;
  });
  // Not through the working thread, which is busy with the very job; and no sign of a person.
  http.route("GET", "/api/job", [this](const http::Request& r, http::Respond respond) {
    if (auto no = gate.refuse(r, Way::read)) return respond(std::move(*no));
    respond(guarded(ok(job.snapshot())));
  });
}

// ---- signing ----

void Server::Impl::signing() {
  serve("POST", "/api/import", Way::change, type_file, {.body_bytes_max = tables::file_size_max_bytes},
        [this](http::Request& r) {
          const auto use = use_of(query(r, "use"));
          cli::SheetFile o;
          o.file = std::filesystem::path(query(r, "name")).filename();
          o.cls = query(r, "class");
          o.year = query(r, "year");
          o.subject = query(r, "subject");
          o.term = query(r, "term");
          o.empty = query(r, "empty");
          o.sheet = query(r, "sheet");
          if (const auto kind = query(r, "kind"); !kind.empty()) o.kind = kind;
          o.moved = query(r, "moved") == "1";
          o.reason = query(r, "reason");
          const auto name = o.file.string();
          if (auto no = missing_field({{query(r, "use"), "use", "loại bảng", "the kind of sheet"},
                                       {o.cls, "class", "lớp", "the class"},
                                       {o.year, "year", "năm học", "the school year"},
                                       {name, "name", "tệp", "the file"}}))
            return std::move(*no);
          if (!use) return bad_request();
          if (use == cli::SheetUse::grades) {
            if (auto no = missing_field(
                    {{o.subject, "subject", "môn", "the subject"}, {o.term, "term", "học kỳ", "the term"}}))
              return std::move(*no);
          }
          return answer(office.import(*use, o, as_bytes(r.body)));
        });
  serve("POST", "/api/plan", Way::change, type_json, {.body_bytes_max = json_bytes_max}, [this](http::Request& r) {
    const auto v = json::parse(r.body, json_limits);
    if (!v || !v->is(json::Kind::object)) return bad_request();
    const auto what = cli::text_of(*v, "what");
    if (what == "transcripts")
      return answer(office.plan_transcripts(cli::text_of(*v, "class"), cli::text_of(*v, "year")));
    if (what == "second") return answer(office.plan_second(*v));
    if (what == "revocation") return answer(office.plan_revocation(*v));
    return bad_request();
  });
  serve("POST", "/api/sign", Way::change, type_passphrase,
        {.body_bytes_max = signer::passphrase_bytes_max, .secret_body = true},
        [this](http::Request& r, const Reply& reply) {
          auto key = office.open_for(query(r, "work"), take_secret(r), job);
          if (!key) return reply(guarded(problem(key.error())));
          // The passphrase was right: the page goes on, and asks /api/job how far it is.
          reply(guarded(accepted()));
          office.sign(std::move(*key), job);
          seen_ms = now_ms();
        });
  serve("POST", "/api/send-again", Way::change, type_json, {}, [this](http::Request&, const Reply& reply) {
    if (const auto again = office.begin_again(job); !again) return reply(guarded(problem(again.error())));
    reply(guarded(accepted()));
    office.send(job);
    seen_ms = now_ms();
  });
}

Result<void> Server::Impl::start() {
  pages();
  sessions();
  reading();
  signing();
  return http.start();
}

void Server::Impl::stop() {
  http.stop(std::chrono::milliseconds(500));
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    wake.notify_all();
  }
  if (worker.joinable()) worker.join();
  queue.clear();
  office.lock();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(cli::Context context, Options options) {
  if (!options.now_ms) options.now_ms = steady_ms;
  auto impl = std::make_unique<Impl>(std::move(context), std::move(options));
  STELE_CHECK(impl->start());
  impl->gate.open_at(impl->http.port());
  impl->worker = std::thread([i = impl.get()] { i->work(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const {
  return impl_->http.port();
}

std::string Server::new_link() {
  return "http://" + impl_->gate.host() + "/#start=" + impl_->gate.new_start_token() + impl_->language;
}

bool Server::closed() const {
  return impl_->closed;
}

}  // namespace stele::desk
