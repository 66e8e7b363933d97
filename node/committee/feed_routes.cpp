#include "node/committee/feed_routes.h"

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "node/http/answers.h"

namespace stele::committee {
namespace {

using http::Request;
using http::Respond;
using http::Response;

constexpr std::chrono::milliseconds beat{100};  ///< the deadlines of long polls are looked at so often
constexpr std::size_t small_body = 2'048;       ///< few votes: taken in at once, which is quicker than to wake a thread

Response bytes_response(ByteView bytes) {
  Response out;
  out.body = as_text(bytes);
  out.content_type = "application/octet-stream";
  out.headers.set("Cache-Control", "no-store");
  return out;
}
Response nothing() {
  Response out;
  out.status = 204;
  return out;
}

Response page_of(const Committee& c, const Feed::Part& part) {
  auto out = bytes_response(encode(FeedPage{c.feed().id(), part.next, part.messages}));
  const auto height = c.ledger().final_point()->checkpoint.height;
  out.headers.set(final_height_header, std::to_string(height.value));
  return out;
}

struct Question {
  std::uint64_t after = 0;
  Feed::Which which = Feed::Which::all;
  std::chrono::milliseconds wait{0}, gather{0};
};
/// Numbers of another log count from its beginning.
Result<Question> question_of(const Request& r, const Feed& feed) {
  Question out;
  if (r.query_value("after")) {
    STELE_TRY(out.after, http::number_query(r, "after"));
  }
  if (r.query_value("wait_ms")) {
    STELE_TRY(const auto ms, http::number_query(r, "wait_ms"));
    out.wait = std::chrono::milliseconds(std::min<std::uint64_t>(ms, 1'000'000));
  }
  if (r.query_value("gather_ms")) {
    STELE_TRY(const auto ms, http::number_query(r, "gather_ms"));
    out.gather = std::chrono::milliseconds(std::min<std::uint64_t>(ms, 1'000'000));
  }
  if (const auto light = r.query_value("light"); light && *light == "1") out.which = Feed::Which::light;
  const auto id = r.query_value("id");
  if (!id || *id != base64url(feed.id())) out.after = 0;
  return out;
}

}  // namespace

FeedRoutes::FeedRoutes(http::Server& server, http::WorkPool& pool, FeedRoutesLimits limits) : limits_(limits) {
  server.route("GET", "/v1/feed", [this](const Request& r, Respond respond) {
    const auto* committee = committee_.load();
    if (committee == nullptr) return respond(http::refuse(http::starting()));
    poll(*committee, r, std::move(respond));
  });
  http::RouteOptions large;
  large.body_bytes_max = messages_bytes_max;
  server.route(
      "POST", "/v1/feed",
      [this, &pool](Request r, Respond respond) {
        auto* committee = committee_.load();
        if (committee == nullptr) return respond(http::refuse(http::starting()));
        const auto take = [committee](const Request& request) -> Result<Response> {
          STELE_CHECK(committee->receive(as_bytes(request.body)));
          return nothing();
        };
        if (r.body.size() <= small_body) return respond(http::to_response(take(r)));
        http::respond_on(pool, std::move(r), std::move(respond), take);
      },
      large);
  server.route("GET", "/v1/votes/{key}", [this](const Request& r, Respond respond) {
    auto* committee = committee_.load();
    if (committee == nullptr) return respond(http::refuse(http::starting()));
    const auto key = fixed_from_base64url<PublicKey>(r.param("key"));
    if (!key)
      return respond(http::refuse(
          http::bad_request("key", "Khóa phải gồm đúng 44 ký tự base64url.", "A key has 44 characters of base64url.")));
    const auto later = std::make_shared<Respond>(std::move(respond));
    committee->highest_vote_of(*key, [later](const Result<std::optional<log::SignedVote>>& vote) {
      if (!vote) return (*later)(http::refuse(vote.error()));
      (*later)(*vote ? bytes_response(log::encode(**vote)) : nothing());
    });
  });
}

FeedRoutes::~FeedRoutes() {
  stop();
}

void FeedRoutes::bind(Committee& committee) {
  STELE_ASSERT(!thread_.joinable());
  thread_ = std::thread([this, &committee] { run(committee); });
  committee_ = &committee;
}

void FeedRoutes::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FeedRoutes::poll(const Committee& committee, const Request& r, Respond respond) {
  const auto& feed = committee.feed();
  const auto q = question_of(r, feed);
  if (!q) return respond(http::refuse(q.error()));
  std::unique_lock lock(mutex_);
  // Under the lock: what comes after this look is seen by the thread, which then finds the question.
  const auto part = feed.after(q->after, q->which);
  const bool news = !part.messages.empty();
  // Who has fallen behind waits for nothing.
  const bool gathers = news && part.next == feed.last() && q->gather.count() > 0;
  const bool waits = (!news || gathers) && q->wait.count() > 0 && !stopping_;
  if (waits && waiting_.size() < limits_.waiting_max) {
    const auto gather = std::min(q->gather, limits_.gather_max);
    const auto patience = news ? gather : std::min(q->wait, limits_.wait_max);
    waiting_.push_back(
        {news ? q->after : part.next, q->which, Feed::Clock::now() + patience, gather, news, std::move(respond)});
    asked_.notify_all();
    return;
  }
  lock.unlock();
  respond(waits && !news ? http::refuse(http::overloaded()) : page_of(committee, part));
}

/// Under the lock. Takes note of news.
bool FeedRoutes::due(Waiting& w, const Feed& feed, Feed::Clock::time_point now) {
  if (now >= w.deadline) return true;
  if (w.news) return false;
  const auto part = feed.after(w.after, w.which);
  w.news = !part.messages.empty();
  if (!w.news) return w.after = part.next, false;
  w.deadline = std::min(w.deadline, now + w.gather);
  return now >= w.deadline;
}

void FeedRoutes::run(const Committee& committee) {
  const auto& feed = committee.feed();
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    const auto last = feed.last();
    const auto now = Feed::Clock::now();
    auto next = now + beat;
    bool watches = false;  // somebody waits for news; what others gather is not looked at as it comes
    std::list<Waiting> ready;
    std::vector<Feed::Part> parts;
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      const auto here = it++;
      if (!stopping_ && !due(*here, feed, now)) {
        next = std::min(next, here->deadline);
        watches = watches || !here->news;
        continue;
      }
      parts.push_back(feed.after(here->after, here->which));
      ready.splice(ready.end(), waiting_, here);
    }
    if (ready.empty() && !watches) {
      if (!stopping_) asked_.wait_until(lock, next);
      continue;
    }
    lock.unlock();
    for (std::size_t i = 0; auto& w : ready) w.respond(page_of(committee, parts[i++]));
    if (ready.empty()) (void)feed.wait(last, Feed::Which::all, next);
    lock.lock();
  }
}

}  // namespace stele::committee
