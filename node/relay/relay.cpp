#include "node/relay/relay.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "node/http/answers.h"
#include "node/ordering/admission.h"
#include "node/relay/impl.h"

namespace stele::relay {
namespace {

using ordering::Item;
using ordering::Outcome;
using std::chrono::milliseconds;

constexpr milliseconds beat{50};                  ///< time-outs are looked at so often
constexpr std::size_t judged_at_once = 16;        ///< of records that may have been left out
constexpr std::uint64_t roomy_records_max = 256;  ///< of a block that had room for more

Error stopping() {
  return make_error("stopping", "Nút đang dừng nên không nhận thêm bản ghi. Hãy gửi lại sau.",
                    "The node is stopping and takes no more records. Send them again later.");
}
Error no_orderer() {
  return make_error("no_orderer",
                    "Nút này không biết nút sắp xếp nào, nên không chuyển bản ghi đi được. Hãy khai báo orderer trong "
                    "[[peers]], hoặc gửi tới nút khác.",
                    "This node knows no orderer, so it can't hand records on. Name one in [[peers]] (orderer), or send "
                    "them to another node.");
}
Error not_ordered() {
  return make_error("not_ordered",
                    "Các nút sắp xếp chưa ghi bản ghi này vào sổ cái. Hãy gửi lại: gửi lại không gây hại.",
                    "The orderers have not put this record on the ledger. Send it again: repeating is harmless.");
}
Error no_such_orderer(std::uint16_t number) {
  return make_error("no_such_orderer", fmt::format("Sổ cái không có nút sắp xếp số {}.", number),
                    fmt::format("The ledger has no orderer number {}.", number));
}

}  // namespace

// ---- taking in ------------------------------------------------------------------------------------------------------

/// Its index, and is it final?
std::optional<std::pair<RecordIndex, bool>> Relay::Impl::on_ledger(const RecordId& id) const {
  const auto final_size = home.ledger.final_point()->checkpoint.size;
  return home.ledger.with_chain([&](const rules::Chain& c) -> std::optional<std::pair<RecordIndex, bool>> {
    const auto* info = c.state().find(id);
    if (info == nullptr) return std::nullopt;
    return std::pair(info->index, info->index.value < final_size);
  });
}

/// The ledger's copy replaces the client's: the same content may have been signed twice.
void Relay::Impl::answer_final(Outcome& out, RecordIndex index, const std::string& jws) const {
  auto stored = home.ledger.store().record(index);
  const auto height = home.ledger.store().height_of(index);
  out.index = index;
  if (!stored || !height || !*stored || !*height) {
    out.status = Outcome::Status::failed;
    out.error = !stored ? stored.error() : !height ? height.error() : ordering::unreadable(index);
    return;
  }
  out.status = Outcome::Status::final;
  out.height = **height;
  if (**stored != jws) out.stored = std::move(**stored);
}

void Relay::Impl::submit(std::vector<Item> items, Orderer::Done done) {
  auto call = std::make_shared<Call>();
  call->outcomes.resize(items.size());
  call->done = std::move(done);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& out = call->outcomes[i];
    const auto envelope = record::open_envelope(items[i].jws);
    if (!envelope) {
      out.status = Outcome::Status::refused;
      out.rejection = envelope.error();
      continue;
    }
    out.id = record::record_id(envelope->signing_input);
    const auto here = on_ledger(out.id);
    if (here && here->second)
      answer_final(out, here->first, items[i].jws);
    else
      open.push_back(i);
  }
  const auto fail_open = [&](const Error& why) {
    for (const auto i : open) {
      call->outcomes[i].status = Outcome::Status::failed;
      call->outcomes[i].error = why;
    }
    open.clear();
  };
  if (const auto failed = home.orderer.failure())
    fail_open(*failed);
  else if (couriers.empty())
    fail_open(no_orderer());
  {
    const std::lock_guard lock(mutex);
    if (stopping_now) fail_open(stopping());
    std::size_t more = 0;
    for (const auto i : open) more += items[i].jws.size();
    if (entries.size() + open.size() > options.queue_records_max || bytes + more > options.queue_bytes_max)
      fail_open(http::overloaded());
    for (const auto i : open) enter(items[i], call->outcomes[i].id)->waiting.emplace_back(call, i);
    call->open = open.size();
    if (!open.empty()) woken = true;
    looked_at = {};  // it may have become final since it was looked for
  }
  if (open.empty()) return call->done(std::move(call->outcomes));
  wake_up.notify_one();
}

/// Also to others, whose answers nobody here waits for.
std::vector<Digest> Relay::Impl::lend(const std::vector<Item>& items) {
  std::vector<std::pair<const Item*, RecordId>> open;
  for (const auto& item : items) {
    const auto envelope = record::open_envelope(item.jws);
    if (!envelope) continue;
    const auto id = record::record_id(envelope->signing_input);
    if (const auto here = on_ledger(id); !here || !here->second) open.emplace_back(&item, id);
  }
  std::vector<Digest> out;
  {
    const std::lock_guard lock(mutex);
    if (stopping_now || couriers.empty() || entries.size() + open.size() > options.queue_records_max) return out;
    for (const auto& [item, id] : open) out.push_back(enter(*item, id)->digest);
    woken = true;
  }
  wake_up.notify_one();
  return out;
}

void Relay::Impl::take_back(const std::vector<Digest>& lent) {
  const std::lock_guard lock(mutex);
  for (const auto& digest : lent) {
    const auto it = entries.find(digest);
    if (it != entries.end() && it->second->waiting.empty()) drop(EntryPtr(it->second));
  }
}

/// Under the mutex.
Relay::Impl::EntryPtr Relay::Impl::enter(const Item& item, const RecordId& id) {
  auto encoded = custody::encode_item(item);
  const auto digest = sha256(encoded);
  auto& entry = entries[digest];
  if (entry) return entry;
  entry = std::make_shared<Entry>();
  entry->digest = digest;
  entry->id = id;
  entry->jws = item.jws;
  entry->bytes = std::move(encoded);
  entry->since = Steady::now();
  entry->since_clock = home.clock.now();
  entry->copies.resize(couriers.size());
  bytes += entry->jws.size();
  return entry;
}

/// Under the mutex. The outcome but for the id, which each caller has.
void Relay::Impl::settle(Entry& e, const Outcome& outcome, Finished& finished) {
  for (auto& [call, i] : e.waiting) {
    const auto id = call->outcomes[i].id;
    call->outcomes[i] = outcome;
    call->outcomes[i].id = id;
    if (--call->open == 0) finished.push_back(std::move(call));
  }
  e.waiting.clear();
}

/// Under the mutex. Queues forget it when they come to it.
void Relay::Impl::drop(const EntryPtr& e) {
  e->gone = true;
  if (e->complained) --complaints;
  bytes -= e->jws.size();
  entries.erase(Digest(e->digest));
}

// ---- the relay's thread ---------------------------------------------------------------------------------------------

void Relay::Impl::run() {
  std::unique_lock lock(mutex);
  while (!stopping_now) {
    wake_up.wait_for(lock, entries.empty() ? milliseconds(1'000) : beat, [this] { return stopping_now || woken; });
    woken = false;
    Finished finished;
    std::vector<EntryPtr> passed_by;
    look_at_ledger(finished);
    look_after(Steady::now(), finished, passed_by);
    lock.unlock();
    tell_all(finished);
    for (const auto& x : judge(passed_by)) tell(x);
    lock.lock();
  }
}

/// Only what is final here counts, whoever says what.
void Relay::Impl::look_at_ledger(Finished& finished) {
  const auto point = home.ledger.final_point();
  if (entries.empty() || point->hash == looked_at) return;
  looked_at = point->hash;
  final_height = point->checkpoint.height;
  const auto row = home.ledger.store().row(final_height);
  roomy = row && *row && point->checkpoint.size - (*row)->first.value <= roomy_records_max;
  std::vector<std::pair<EntryPtr, RecordIndex>> arrived;
  home.ledger.with_chain([&](const rules::Chain& c) {
    for (const auto& [digest, e] : entries) {
      const auto* info = c.state().find(e->id);
      if (info != nullptr && info->index.value < point->checkpoint.size) arrived.emplace_back(e, info->index);
    }
  });
  for (const auto& [e, index] : arrived) {
    Outcome out;
    answer_final(out, index, e->jws);
    settle(*e, out, finished);
    drop(e);
  }
}

/// Two orderers, or all that have it; or one, and no other has had a word for long enough.
bool Relay::Impl::refusal_counts(const Entry& e, Steady::time_point now) const {
  const auto refused = e.refusals();
  if (refused == 0) return false;
  // Whoever leads judges by the newest state, and has taken it.
  for (std::size_t i = 0; i < couriers.size(); ++i) {
    if (e.copies[i].has && couriers[i]->status.leads) return false;
  }
  if (refused >= std::min(copies(), couriers.size())) return true;
  return !e.somebody_has_it() && now >= e.refused_since + options.refusal;
}

void Relay::Impl::look_after(Steady::time_point now, Finished& finished, std::vector<EntryPtr>& passed_by) {
  std::vector<EntryPtr> all;
  all.reserve(entries.size());
  for (const auto& [digest, e] : entries) all.push_back(e);
  for (const auto& e : all) {
    Outcome out;
    if (refusal_counts(*e, now)) {
      out.status = Outcome::Status::refused;
      out.rejection = e->refusal;
      settle(*e, out, finished);
      drop(e);
      continue;
    }
    if (now >= e->since + options.give_up) {
      out.error = not_ordered();
      settle(*e, out, finished);
      drop(e);
      continue;
    }
    assign(e, now);
    if (passed_by.size() < judged_at_once && left_out(*e, now)) passed_by.push_back(e);
  }
}

/// Sees to it that enough orderers have it that can be reached, and asks again those that have had it for a while.
void Relay::Impl::assign(const EntryPtr& e, Steady::time_point now) {
  const auto queue = [&](std::size_t i) {
    e->copies[i].state = Copy::State::queued;
    couriers[i]->queue.push_back(e);
    couriers[i]->wake.notify_one();
  };
  std::size_t alive = 0;
  bool led = false, asks = false;  // one that has it leads; one has not answered yet
  for (std::size_t i = 0; i < couriers.size(); ++i) {
    auto& c = e->copies[i];
    if (c.state == Copy::State::held && now >= c.due) queue(i);
    if (c.state != Copy::State::none && couriers[i]->status.reachable && !c.mute) ++alive;
    led = led || (c.state != Copy::State::none && couriers[i]->status.leads);
    asks = asks || c.state == Copy::State::queued || c.state == Copy::State::sent;
  }
  const auto patience = std::max<std::int64_t>(1, options.left_out.count());
  const auto waited = std::chrono::duration_cast<milliseconds>(now - e->since).count() / patience;
  // Those that have it say that they do not lead: whoever does must get it, too.
  const auto more = static_cast<std::size_t>(waited) + (!led && !asks && alive >= copies() ? alive + 1 - copies() : 0);
  const auto wanted = std::min(couriers.size(), copies() + more);
  if (alive >= wanted) return;
  for (const auto i : by_preference()) {
    if (alive >= wanted) return;
    if (e->copies[i].state != Copy::State::none) continue;
    queue(i);
    if (couriers[i]->status.reachable) ++alive;
  }
}

/// Who ordered the newest block most likely leads still.
void Relay::Impl::find_leader() {
  const auto tip = home.ledger.store().tip();
  if (!tip || tip->height == leader_height) return;
  leader_height = tip->height;
  const auto meta = home.ledger.store().meta(tip->height);
  const auto block = meta && *meta ? log::decode_meta(**meta, {}) : reject(RejectionCode::block_bad_encoding);
  if (block) leader = block->orderer;
}

/// Those that answer first; of them whoever leads; then in the order of their numbers behind that one.
std::vector<std::size_t> Relay::Impl::by_preference() {
  find_leader();
  std::vector<std::size_t> out(couriers.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  const auto rank = [&](std::size_t i) {
    const auto& s = couriers[i]->status;
    const auto behind = static_cast<std::uint16_t>(s.orderer - leader.value_or(0));
    return std::tuple(!s.reachable, !s.leads, behind);
  };
  std::sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return out;
}

// ---- the class ------------------------------------------------------------------------------------------------------

Relay::Relay() = default;

Result<std::unique_ptr<Relay>> Relay::start(Home home, std::vector<Target> targets,
                                            std::function<void(const LeftOut&)> tell, const RelayOptions& options) {
  std::unique_ptr<Relay> out(new Relay());
  out->impl_ = std::make_unique<Impl>(std::move(home), std::move(tell), options);
  auto& m = *out->impl_;
  const auto orderers = m.home.ledger.orderers();
  for (auto& t : targets) {
    auto http = options.http;
    http.read_timeout += options.wait;
    STELE_TRY(auto client, http::Client::open(t.url, http));
    if (t.orderer >= orderers.size()) return Unexpected(no_such_orderer(t.orderer));
    const auto& key = orderers[t.orderer].verify;
    m.couriers.push_back(std::make_unique<Impl::Courier>(std::move(t), key, std::move(client)));
  }
  for (std::size_t i = 0; i < m.couriers.size(); ++i) m.couriers[i]->thread = std::thread([&m, i] { m.carry(i); });
  m.thread = std::thread([&m] { m.run(); });
  return out;
}

Relay::~Relay() {
  stop();
}

void Relay::submit(std::vector<Item> items, Done done) {
  auto& m = *impl_;
  if (!m.home.orders) return m.submit(std::move(items), std::move(done));
  // This node's own orderer answers. Another one gets them as well, whoever leads before others: so they need not wait
  // until this one loses its patience, and if it is this one that leads, no client rests on it alone.
  auto lent = m.lend(items);
  m.home.orderer.submit(std::move(items),
                        [&m, lent = std::move(lent), done = std::move(done)](std::vector<Outcome> outcomes) {
                          m.take_back(lent);
                          done(std::move(outcomes));
                        });
}

void Relay::stop() {
  impl_->stop();
}

void Relay::Impl::stop() {
  {
    const std::lock_guard lock(mutex);
    if (stopping_now) return;
    stopping_now = true;
    for (auto& c : couriers) c->wake.notify_all();
  }
  wake_up.notify_all();
  for (auto& c : couriers) c->client.cancel();
  for (auto& c : couriers) {
    if (c->thread.joinable()) c->thread.join();
  }
  if (thread.joinable()) thread.join();
  Finished finished;
  {
    const std::lock_guard lock(mutex);
    look_at_ledger(finished);
    for (const auto& [digest, e] : entries) {
      Outcome out;
      if (const auto here = on_ledger(e->id)) {
        out.status = Outcome::Status::pending;
        out.index = here->first;
        if (const auto height = home.ledger.store().height_of(here->first); height && *height) out.height = **height;
      } else {
        out.error = stopping();
      }
      settle(*e, out, finished);
    }
    entries.clear();
  }
  tell_all(finished);
}

std::optional<Error> Relay::failure() const {
  return impl_->home.orderer.failure();
}

void Relay::wake() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->woken = true;
  }
  impl_->wake_up.notify_one();
}

std::vector<TargetStatus> Relay::status() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<TargetStatus> out;
  for (const auto& c : impl_->couriers) out.push_back(c->status);
  return out;
}

std::size_t Relay::in_hand() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->entries.size();
}

}  // namespace stele::relay
