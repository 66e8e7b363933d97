#include "node/relay/relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "node/custody/complaint.h"
#include "node/http/answers.h"
#include "node/ordering/admission.h"

namespace stele::relay {
namespace {

using custody::Fate;
using custody::Fates;
using ordering::Item;
using ordering::Outcome;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds beat{50};                       ///< time-outs are looked at so often
constexpr std::size_t judged_at_once = 16;             ///< of records that may have been left out
constexpr std::uint64_t roomy_records_max = 256;       ///< of a block that had room for more
constexpr std::uint64_t words_ahead_max = 1'024;       ///< heights above ours that an orderer's word may name
constexpr int told_again = 10;                         ///< times `complain`
constexpr std::size_t portion_bytes_max = 4ULL << 20;  ///< of one request, beyond its first item

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
Error refused_by(int status) {
  return make_error("orderer_refused", fmt::format("Nút sắp xếp trả lời HTTP {}; sẽ thử lại.", status),
                    fmt::format("The orderer answered HTTP {}; it will be asked again.", status));
}
Error unsigned_word() {
  return make_error("custody_unsigned", "Nút sắp xếp nói là đang giữ bản ghi mà chữ ký nhận sai; sẽ hỏi nút khác.",
                    "The orderer says that it has records, and its signature for them is false; another one is asked.");
}
Error no_such_orderer(std::uint16_t number) {
  return make_error("no_such_orderer", fmt::format("Tệp gốc không có nút sắp xếp số {}.", number),
                    fmt::format("The genesis file has no orderer number {}.", number));
}
Error could_not(const Fate& f) {
  return make_error(f.code, fmt::format("Nút sắp xếp chưa nhận được bản ghi ({}); sẽ thử lại.", f.code),
                    fmt::format("The orderer could not take the record ({}); it will be asked again.", f.code));
}

/// One call of `submit`.
struct Call {
  std::vector<Outcome> outcomes;
  ordering::Orderer::Done done;
  std::size_t open = 0;
};
using CallPtr = std::shared_ptr<Call>;

/// Where an item stands with one orderer.
struct Copy {
  enum class State : std::uint8_t { none, queued, sent, held, refused } state = State::none;
  bool has = false;                           ///< its last word was that it has it in hand
  std::optional<custody::Receipt> receipt{};  ///< the first one since it was refused
  std::optional<Height> final_at{};           ///< by then it is on the ledger, as that orderer said first
  std::optional<Steady::time_point> heard{};  ///< since when it is in hand there and not signed for
  bool mute = false;                          ///< for too long: another one gets it
  Steady::time_point due{};                   ///< held: to be asked about again
  milliseconds pause{0};                      ///< between two such questions
};

/// An item in hand. The same record with other acks is another one.
struct Entry {
  RecordId id;
  Bytes bytes;    ///< as encode_item() gives them
  Digest digest;  ///< SHA-256 of them
  std::string jws;
  Steady::time_point since{};
  UnixSeconds since_clock;
  std::optional<Steady::time_point> signed_since{}, passed_since{};  ///< by an orderer; two final blocks did
  std::optional<Height> final_then{};                    ///< this ledger's, when an orderer had had it for `left_out`
  Steady::time_point look_again{};                       ///< whether to complain
  std::vector<std::pair<CallPtr, std::size_t>> waiting;  ///< whose outcome it is
  std::vector<Copy> copies;                              ///< one for each orderer
  std::optional<Rejection> refusal{};
  Steady::time_point refused_since{};
  bool complained = false, gone = false;

  [[nodiscard]] std::size_t refusals() const {
    return static_cast<std::size_t>(
        std::count_if(copies.begin(), copies.end(), [](const Copy& c) { return c.state == Copy::State::refused; }));
  }
  [[nodiscard]] bool somebody_has_it() const {
    return std::any_of(copies.begin(), copies.end(), [](const Copy& c) { return c.has; });
  }
};
using EntryPtr = std::shared_ptr<Entry>;

/// One orderer and the thread that hands it records.
struct Courier {
  Courier(Target t, const VerifyKey& k, http::Client c) : target(std::move(t)), key(k), client(std::move(c)) {
    status.url = target.url;
    status.orderer = target.orderer;
  }
  const Target target;
  const VerifyKey key;
  http::Client client;
  std::thread thread;
  // Under the mutex:
  std::deque<EntryPtr> queue;
  std::condition_variable wake;
  TargetStatus status;
  Steady::time_point not_before{};
};

}  // namespace

struct Relay::Impl {
  Impl(Home h, std::function<void(const LeftOut&)> t, const RelayOptions& o)
      : home(std::move(h)), tell(std::move(t)), options(o) {}

  const Home home;
  const std::function<void(const LeftOut&)> tell;
  const RelayOptions options;
  std::vector<std::unique_ptr<Courier>> couriers;
  std::thread thread;

  mutable std::mutex mutex;
  std::condition_variable wake_up;
  std::map<Digest, EntryPtr> entries;
  std::size_t bytes = 0, complaints = 0;
  bool stopping_now = false, woken = false;
  HeaderHash looked_at;  ///< final block up to which was looked
  Height final_height;   ///< its height
  bool roomy = false;    ///< it could have held more
  Height leader_height;  ///< whose block's orderer `leader` is
  std::optional<std::uint16_t> leader;

  /// Calls whose outcomes are all known, to be told without the mutex.
  using Finished = std::vector<CallPtr>;
  static void tell_all(Finished& calls) {
    for (auto& c : calls) c->done(std::move(c->outcomes));
    calls.clear();
  }

  /// Others that get each record, if this node is one of them.
  [[nodiscard]] std::size_t copies() const {
    return std::max<std::size_t>(1, options.copies - (home.orders && options.copies > 0 ? 1 : 0));
  }
  [[nodiscard]] std::optional<std::pair<RecordIndex, bool>> on_ledger(const RecordId&) const;
  void answer_final(Outcome&, RecordIndex, const std::string& jws) const;
  void submit(std::vector<Item>, Orderer::Done);
  std::vector<Digest> lend(const std::vector<Item>&);
  void take_back(const std::vector<Digest>&);
  EntryPtr enter(const Item&, const RecordId&);
  void stop();
  void settle(Entry&, const Outcome&, Finished&);
  void drop(const EntryPtr&);

  void run();
  void look_at_ledger(Finished&);
  void look_after(Steady::time_point now, Finished&, std::vector<EntryPtr>& passed_by);
  [[nodiscard]] std::vector<LeftOut> judge(const std::vector<EntryPtr>&);
  void assign(const EntryPtr&, Steady::time_point now);
  [[nodiscard]] std::vector<std::size_t> by_preference();
  void find_leader();
  [[nodiscard]] bool refusal_counts(const Entry&, Steady::time_point now) const;

  void carry(std::size_t number);
  std::vector<EntryPtr> take_portion(Courier&) const;
  struct Answer {
    Fates fates;
    std::vector<custody::Receipt> receipts;  ///< for those that it has, in order
  };
  Result<Answer> hand_over(Courier&, const std::vector<EntryPtr>&) const;
  [[nodiscard]] bool timely(const custody::Word&) const;
  void take_fates(std::size_t number, const std::vector<EntryPtr>&, const Answer&);
  [[nodiscard]] bool left_out(Entry&, Steady::time_point now) const;
  [[nodiscard]] LeftOut tell_of(const Entry&) const;
};

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
EntryPtr Relay::Impl::enter(const Item& item, const RecordId& id) {
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

/// Two blocks became final after an orderer had had it for a while, the newest had room, and some time went by since.
/// Where no block comes nobody is left out; and who is behind is not, while an orderer says where the record is.
bool Relay::Impl::left_out(Entry& e, Steady::time_point now) const {
  if (!e.signed_since || now < *e.signed_since + options.left_out) return false;
  if (!e.final_then) e.final_then = final_height;
  if (final_height.value < e.final_then->value + 2) return false;
  if (!e.passed_since) e.passed_since = now;
  const bool on_its_way = std::any_of(e.copies.begin(), e.copies.end(),
                                      [&](const Copy& c) { return c.final_at && *c.final_at > final_height; });
  const bool room = e.complained || complaints < options.complaints_max;
  return roomy && room && !on_its_way && now >= *e.passed_since + options.complain && now >= e.look_again;
}

/// Without the mutex: what whoever has it is right to leave out is nothing to complain of.
std::vector<LeftOut> Relay::Impl::judge(const std::vector<EntryPtr>& passed_by) {
  std::vector<LeftOut> out;
  for (const auto& e : passed_by) {
    const auto item = custody::decode_item(e->bytes);
    STELE_ASSERT(item);
    const bool sound = ordering::judge_alone(home.ledger, *item).has_value();
    const std::lock_guard lock(mutex);
    e->look_again = Steady::now() + options.complain;
    if (e->gone || !sound || (!e->complained && complaints >= options.complaints_max)) continue;
    auto x = tell_of(*e);
    if (x.receipts.empty()) continue;
    if (!e->complained) ++complaints;
    e->complained = true;
    e->look_again += options.complain * told_again;
    out.push_back(std::move(x));
  }
  return out;
}

/// Only receipts from before the last block that the complaint speaks of.
LeftOut Relay::Impl::tell_of(const Entry& e) const {
  auto item = custody::decode_item(e.bytes);
  STELE_ASSERT(item);
  LeftOut out{std::move(*item), e.since_clock, {}};
  std::map<std::uint16_t, custody::Receipt> by_orderer;
  for (std::size_t i = 0; i < couriers.size(); ++i) {
    const auto& c = e.copies[i];
    if (c.receipt && c.receipt->word.height.value + custody::complaint_below < final_height.value)
      by_orderer.emplace(couriers[i]->target.orderer, *c.receipt);
  }
  for (auto& [orderer, receipt] : by_orderer) {
    if (out.receipts.size() < custody::receipts_max) out.receipts.push_back(std::move(receipt));
  }
  return out;
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

// ---- couriers -------------------------------------------------------------------------------------------------------

void Relay::Impl::carry(std::size_t number) {
  auto& c = *couriers[number];
  auto backoff = options.backoff_min;
  std::unique_lock lock(mutex);
  while (!stopping_now) {
    c.wake.wait(lock, [&] { return stopping_now || !c.queue.empty(); });
    if (Steady::now() < c.not_before) {
      c.wake.wait_until(lock, c.not_before, [&] { return stopping_now; });
      continue;
    }
    const auto portion = take_portion(c);
    if (portion.empty() || stopping_now) continue;
    for (const auto& e : portion) e->copies[number].state = Copy::State::sent;
    lock.unlock();
    auto answer = hand_over(c, portion);
    lock.lock();
    std::optional<Error> trouble;
    if (answer) {
      const auto& fates = answer->fates.fates;
      c.status.leads = answer->fates.leads;
      take_fates(number, portion, *answer);
      const auto failed =
          std::find_if(fates.begin(), fates.end(), [](const Fate& f) { return f.status == Fate::Status::failed; });
      if (failed != fates.end()) trouble = could_not(*failed);
    } else {
      trouble = answer.error();
      c.status.leads = false;
      for (const auto& e : portion) {
        e->copies[number].state = Copy::State::queued;
        e->copies[number].has = false;
        c.queue.push_back(e);
      }
    }
    c.status.reachable = !trouble;
    if (trouble) {
      c.status.error = trouble;
      c.not_before = Steady::now() + std::exchange(backoff, std::min(backoff * 2, options.backoff_max));
    } else {
      backoff = options.backoff_min;
    }
    woken = true;
    wake_up.notify_one();
  }
}

/// Under the mutex.
std::vector<EntryPtr> Relay::Impl::take_portion(Courier& c) const {
  std::vector<EntryPtr> out;
  std::size_t size = 0;
  while (!c.queue.empty() && out.size() < custody::items_max) {
    const auto& e = c.queue.front();
    if (!e->gone) {
      if (!out.empty() && size + e->bytes.size() > portion_bytes_max) break;
      size += e->bytes.size();
      out.push_back(e);
    }
    c.queue.pop_front();
  }
  return out;
}

/// Its bytes never change: read without the mutex.
Result<Relay::Impl::Answer> Relay::Impl::hand_over(Courier& c, const std::vector<EntryPtr>& portion) const {
  std::vector<const Bytes*> items;
  items.reserve(portion.size());
  for (const auto& e : portion) items.push_back(&e->bytes);
  http::Request request;
  request.method = "POST";
  request.target = fmt::format("/v1/relay?wait_ms={}", options.wait.count());
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = as_text(custody::encode_items(items));
  STELE_TRY(const auto response, c.client.send(request, http::Idempotent::yes));
  if (response.status != 200) return Unexpected(refused_by(response.status));
  STELE_TRY(auto fates, custody::decode_fates(as_bytes(response.body), portion.size()));
  Answer out{std::move(fates), {}};
  if (!out.fates.word) return out;
  const auto& word = *out.fates.word;
  std::vector<Digest> signed_for;
  for (std::size_t i = 0; i < portion.size(); ++i) {
    if (has(out.fates.fates[i])) signed_for.push_back(portion[i]->digest);
  }
  const auto digest = word_digest(home.ledger.genesis().net, word, signed_for.size(), custody::root_of(signed_for));
  if (word.orderer != c.target.orderer || !c.key.verify(digest, word.signature) || !timely(word))
    return Unexpected(unsigned_word());
  out.receipts = custody::receipts_of(word, signed_for);
  return out;
}

/// A receipt of another day would be worth nothing.
bool Relay::Impl::timely(const custody::Word& word) const {
  const auto now = home.clock.now().value;
  const auto highest = home.ledger.final_point()->checkpoint.height.value + words_ahead_max;
  return word.height.value <= highest && word.time.value <= now + custody::clocks_apart_max_s &&
         now <= word.time.value + custody::clocks_apart_max_s;
}

/// Under the mutex.
void Relay::Impl::take_fates(std::size_t number, const std::vector<EntryPtr>& portion, const Answer& answer) {
  const auto now = Steady::now();
  std::size_t signed_for = 0;
  for (std::size_t i = 0; i < portion.size(); ++i) {
    auto& e = *portion[i];
    auto& copy = e.copies[number];
    const auto& fate = answer.fates.fates[i];
    copy.has = has(fate) || fate.status == Fate::Status::heard;
    if (has(fate)) {
      const auto& receipt = answer.receipts[signed_for++];
      if (!copy.receipt) copy.receipt = receipt;
      if (!e.signed_since) e.signed_since = now;
      if (fate.status == Fate::Status::final && !copy.final_at) copy.final_at = receipt.word.height;
      copy.heard.reset();
      copy.mute = false;
    }
    switch (fate.status) {
      case Fate::Status::heard:
        if (!copy.heard) copy.heard = now;
        copy.mute = now >= *copy.heard + options.left_out;
        [[fallthrough]];
      case Fate::Status::held:
      case Fate::Status::final:  // there; here it is not yet
        copy.state = Copy::State::held;
        copy.pause = std::clamp(copy.pause * 2, options.ask_min, options.ask_max);
        copy.due = now + copy.pause;
        break;
      case Fate::Status::refused:
        copy.state = Copy::State::refused;
        copy.receipt.reset();  // it may not have known better when it signed
        if (!e.refusal) {
          e.refusal = Rejection{*custody::rejection_named(fate.code), fate.where};
          e.refused_since = now;
        }
        break;
      case Fate::Status::failed:
        copy.state = Copy::State::queued;
        couriers[number]->queue.push_back(portion[i]);
        break;
    }
  }
}

// ---- the class ------------------------------------------------------------------------------------------------------

Relay::Relay() = default;

Result<std::unique_ptr<Relay>> Relay::start(Home home, std::vector<Target> targets,
                                            std::function<void(const LeftOut&)> tell, const RelayOptions& options) {
  std::unique_ptr<Relay> out(new Relay());
  out->impl_ = std::make_unique<Impl>(std::move(home), std::move(tell), options);
  auto& m = *out->impl_;
  for (auto& t : targets) {
    auto http = options.http;
    http.read_timeout += options.wait;
    STELE_TRY(auto client, http::Client::open(t.url, http));
    const auto& orderers = m.home.ledger.genesis().orderers;
    const auto key = t.orderer < orderers.size() ? VerifyKey::parse(orderers[t.orderer].key) : std::nullopt;
    if (!key) return Unexpected(no_such_orderer(t.orderer));
    m.couriers.push_back(std::make_unique<Courier>(std::move(t), *key, std::move(client)));
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
  // This node's own orderer answers. Whoever leads gets them as well, so that they need not wait until this one loses
  // its patience.
  auto lent = m.home.leads() ? std::vector<Digest>{} : m.lend(items);
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
