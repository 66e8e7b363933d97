#include "node/relay/relay_routes.h"

#include <algorithm>

#include "ledger/base/assert.h"
#include "ledger/record/decode.h"
#include "node/http/answers.h"

namespace stele::relay {
namespace {

using custody::Fate;
using custody::ReceivedItem;
using http::Request;
using http::Respond;
using http::Response;
using ordering::Outcome;

constexpr std::chrono::milliseconds idle{1'000};  ///< nobody waits: the thread looks again so often

Fate refusal(const Rejection& r) {
  return {Fate::Status::refused, std::string(code_name(r.code)), r.where};
}

Fate fate_of(const Outcome& o) {
  switch (o.status) {
    case Outcome::Status::final:
      return {Fate::Status::final};
    case Outcome::Status::refused:
      return refusal(*o.rejection);
    case Outcome::Status::pending:
      return {Fate::Status::held};
    case Outcome::Status::failed:
      return {Fate::Status::failed, o.error ? o.error->code : "failed"};
  }
  return {};
}

/// As the query says, within the bound.
Result<std::chrono::milliseconds> wait_of(const Request& r, std::chrono::milliseconds max) {
  if (!r.query_value("wait_ms")) return std::chrono::milliseconds(0);
  STELE_TRY(const auto ms, http::number_query(r, "wait_ms"));
  return std::min(std::chrono::milliseconds(std::min<std::uint64_t>(ms, 1'000'000)), max);
}

}  // namespace

RelayRoutes::RelayRoutes(http::Server& server, http::WorkPool& pool, RelayRoutesLimits limits)
    : pool_(pool), limits_(limits) {
  http::RouteOptions large;
  large.body_bytes_max = custody::items_bytes_max;
  server.route(
      "POST", "/v1/relay",
      [this](Request r, Respond one) {
        const auto respond = std::make_shared<Respond>(std::move(one));
        if (orderer_.load() == nullptr) return (*respond)(http::refuse(http::starting()));
        // Reading megabytes is not for the server's thread.
        const auto request = std::make_shared<const Request>(std::move(r));
        if (!pool_.post([this, request, respond] { post(*request, respond); }))
          (*respond)(http::refuse(http::overloaded()));
      },
      large);
}

RelayRoutes::~RelayRoutes() {
  stop();
}

void RelayRoutes::bind(ordering::Orderer& orderer, Voice voice) {
  STELE_ASSERT(!thread_.joinable());
  voice_ = std::move(voice);
  thread_ = std::thread([this] { run(); });
  orderer_ = &orderer;
}

void RelayRoutes::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool RelayRoutes::all_decided(const std::vector<HeldPtr>& items) {
  return std::all_of(items.begin(), items.end(), [](const HeldPtr& h) { return h->decided.has_value(); });
}

/// Under the mutex.
void RelayRoutes::forget(const HeldPtr& h) {
  const auto it = held_.find(h->digest);
  if (it != held_.end() && it->second == h) held_.erase(it);
}

/// Under the mutex. A refusal that is told is forgotten: who sends the record again is told anew, for the reason may
/// have gone.
RelayRoutes::Answer RelayRoutes::answer(const std::vector<HeldPtr>& items) {
  Answer out;
  for (const auto& h : items) {
    out.fates.fates.push_back(h->decided.value_or(Fate{h->sound ? Fate::Status::held : Fate::Status::heard}));
    if (has(out.fates.fates.back())) out.signed_for.push_back(h->digest);
    if (h->decided) forget(h);
  }
  return out;
}

/// Without the mutex: it signs.
Response RelayRoutes::response_of(Answer a) const {
  a.fates.leads = voice_.leads();
  if (!a.signed_for.empty()) a.fates.word = voice_.sign(a.signed_for);
  if (!a.signed_for.empty() && !a.fates.word) return http::refuse(http::starting());  // who orders nothing has nothing
  Response r;
  r.body = as_text(encode(a.fates));
  r.content_type = "application/octet-stream";
  r.headers.set("Cache-Control", "no-store");
  return r;
}

void RelayRoutes::post(const Request& r, std::shared_ptr<Respond> respond) {
  const auto wait = wait_of(r, limits_.wait_max);
  if (!wait) return (*respond)(http::refuse(wait.error()));
  auto received = custody::decode_items(as_bytes(r.body));
  if (!received) return (*respond)(http::refuse(received.error()));
  const auto items = take(std::move(*received));
  if (!items) return (*respond)(http::refuse(items.error()));
  std::unique_lock lock(mutex_);
  if (!all_decided(*items) && wait->count() > 0 && !stopping_ && waiting_.size() < limits_.waiting_max) {
    waiting_.push_back({*items, Clock::now() + *wait, std::move(respond)});
    lock.unlock();
    wake_.notify_all();
    return;
  }
  auto now = answer(*items);
  lock.unlock();
  (*respond)(response_of(std::move(now)));
}

/// Those that are not in hand go to the orderer; what is no record goes nowhere.
Result<std::vector<RelayRoutes::HeldPtr>> RelayRoutes::take(std::vector<ReceivedItem> received) {
  std::vector<HeldPtr> all, fresh;
  std::vector<ordering::Item> items;
  std::vector<std::pair<HeldPtr, ordering::Item>> to_judge;
  const auto now = Clock::now();
  for (const auto& r : received) {
    const auto envelope = record::open_envelope(r.item.jws);
    all.push_back(std::make_shared<Held>(Held{r.digest, now}));
    if (!envelope) all.back()->decided = refusal(envelope.error());
  }
  {
    const std::lock_guard lock(mutex_);
    if (held_.size() + received.size() > limits_.held_max) return Unexpected(http::overloaded());
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i]->decided) continue;
      const auto [held, is_new] = held_.try_emplace(received[i].digest, all[i]);
      all[i] = held->second;
      const auto& h = *all[i];
      if (!is_new && !h.decided && !h.sound && now >= h.since + limits_.judge_after)
        to_judge.emplace_back(all[i], std::move(received[i].item));
      if (!is_new) continue;
      fresh.push_back(all[i]);
      items.push_back(std::move(received[i].item));
    }
  }
  judge(std::move(to_judge));
  if (fresh.empty()) return all;
  orderer_.load()->submit(std::move(items), [this, fresh](const std::vector<Outcome>& o) { decided(fresh, o); });
  return all;
}

/// Who signs for what it never looked at could be accused of leaving out what nobody could have taken.
void RelayRoutes::judge(std::vector<std::pair<HeldPtr, ordering::Item>> items) {
  std::erase_if(items, [this](const auto& x) { return !voice_.sound(x.second); });
  const std::lock_guard lock(mutex_);
  for (const auto& [h, item] : items) h->sound = true;
}

/// On a thread of the orderer. A refusal is kept until it was told; of all else the ledger tells.
void RelayRoutes::decided(const std::vector<HeldPtr>& items, const std::vector<Outcome>& outcomes) {
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i]->decided = fate_of(outcomes[i]);
      if (outcomes[i].status == Outcome::Status::refused)
        refused_.emplace_back(Clock::now() + limits_.keep, items[i]);
      else
        forget(items[i]);
    }
    // What nobody asks for any more leaves most of the room to others.
    for (; refused_.size() > limits_.held_max / 8; refused_.pop_front()) forget(refused_.front().second);
  }
  wake_.notify_all();
}

void RelayRoutes::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    const auto now = Clock::now();
    auto next = now + idle;
    for (; !refused_.empty() && refused_.front().first <= now; refused_.pop_front()) forget(refused_.front().second);
    std::list<Waiting> due;
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      const auto here = it++;
      if (all_decided(here->items) || here->deadline <= now || stopping_)
        due.splice(due.end(), waiting_, here);
      else
        next = std::min(next, here->deadline);
    }
    std::vector<Answer> answers;
    for (const auto& w : due) answers.push_back(answer(w.items));
    if (due.empty()) {
      if (!stopping_) wake_.wait_until(lock, next);
      continue;
    }
    lock.unlock();
    for (std::size_t i = 0; auto& w : due) (*w.respond)(response_of(std::move(answers[i++])));
    lock.lock();
  }
}

}  // namespace stele::relay
