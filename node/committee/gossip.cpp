#include "node/committee/gossip.h"

#include <fmt/format.h>

#include <future>

#include "ledger/base/encoding.h"
#include "node/committee/feed_routes.h"
#include "node/http/answers.h"
#include "node/sync/block_source.h"
#include "node/sync/take.h"

namespace stele::committee {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds beat{250};              ///< a courier looks at least so often what there is to do
constexpr milliseconds fetch_pause{200};       ///< between two fetches that brought nothing
constexpr milliseconds fetch_patience{2'000};  ///< then another peer is asked, too
constexpr milliseconds turn_patience{300};     ///< whoever's turn it is may be busy
constexpr milliseconds stop_beat{100};         ///< whoever waits for the committee looks so often whether all ends
constexpr std::size_t batches_in_a_row = 32;   ///< from one peer, while there is much; then it is another one's turn

Error refused(const http::Response& r) {
  return make_error("peer_refused", fmt::format("Nút kia trả lời HTTP {}; sẽ thử lại.", r.status),
                    fmt::format("The peer answered HTTP {}; it will be asked again.", r.status));
}
bool is_lie(const Error& e) {
  return e.code.starts_with("messages_");
}

/// There is more where it came from: one answer holds so much.
bool is_full(const sync::Batch& b) {
  std::size_t bytes = 0;
  for (const auto& block : b.blocks) {
    for (const auto& r : block.records) bytes += r.size();
  }
  return bytes >= sync::blocks_bytes_max / 2;
}

/// Grows while failures follow each other.
class Backoff {
 public:
  explicit Backoff(const GossipOptions& o) : options_(o), next_(o.backoff_min) {}
  void reset() { next_ = options_.backoff_min; }
  milliseconds next() { return std::exchange(next_, std::min(next_ * 2, options_.backoff_max)); }

 private:
  const GossipOptions& options_;
  milliseconds next_;
};

struct Link {
  Link(Peer p, http::Client r, http::Client c, sync::BlockSource b)
      : peer(std::move(p)), reader(std::move(r)), courier(std::move(c)), blocks(std::move(b)) {
    status.url = peer.url;
  }
  const Peer peer;
  http::Client reader, courier;
  sync::BlockSource blocks;
  std::atomic<bool> ask = false;
  PeerStatus status;                      ///< under the mutex
  Steady::time_point fetch_not_before{};  ///< under the mutex
};

}  // namespace

struct Gossip::Impl {
  Impl(const std::optional<PublicKey>& m, const GossipOptions& o) : me(m), options(o) {}

  const std::optional<PublicKey> me;
  const GossipOptions options;
  std::vector<std::unique_ptr<Link>> links;
  Committee* committee = nullptr;
  Feed* feed = nullptr;

  mutable std::mutex mutex;
  std::condition_variable stop_asked;
  bool stopping = false;
  Steady::time_point fetch_due{}, fetch_last{};
  std::size_t fetch_turn = 0, fetch_tries = 0;  ///< so many more peers are asked at once for what is missing
  std::vector<std::thread> threads;

  bool pause(milliseconds);
  [[nodiscard]] bool over() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }
  void good(Link&);
  void bad(Link&, const Error&);
  void note_height(Link&, const http::Response&);

  void read(Link&);
  Result<void> read_once(Link&, Feed::Id&, std::uint64_t& after);
  void carry(Link&, std::size_t number);
  [[nodiscard]] bool waits_for_votes(const Link&) const;
  [[nodiscard]] Feed::Part to_hand_over(const Link&, std::uint64_t after) const;
  Result<void> hand_over(Link&, std::uint64_t& after);
  Result<void> ask(Link&);
  bool claim_fetch(const Link&, std::size_t number);
  Result<void> fetch(Link&);
  std::future<bool> take_in(Link&, sync::Batch, bool more);
  void fetched(Link&, const Result<bool>&, bool more = false);
};

/// False: it is to end.
bool Gossip::Impl::pause(milliseconds time) {
  std::unique_lock lock(mutex);
  return !stop_asked.wait_for(lock, time, [this] { return stopping; });
}

void Gossip::Impl::good(Link& l) {
  const std::lock_guard lock(mutex);
  l.status.reachable = true;
}

void Gossip::Impl::bad(Link& l, const Error& e) {
  const std::lock_guard lock(mutex);
  l.status.reachable = false;
  l.status.error = e;
  if (is_lie(e)) ++l.status.lies;
}

void Gossip::Impl::note_height(Link& l, const http::Response& r) {
  const auto text = r.headers.get(final_height_header);
  const auto height = text ? http::number_of(*text) : std::nullopt;
  if (!height) return;
  const std::lock_guard lock(mutex);
  l.status.final_height = Height{*height};
}

// ---- what they say --------------------------------------------------------------------------------------------------

Result<void> Gossip::Impl::read_once(Link& l, Feed::Id& id, std::uint64_t& after) {
  http::Request request;
  request.target = fmt::format("/v1/feed?id={}&after={}&wait_ms={}&gather_ms={}{}", base64url(id), after,
                               options.wait.count(), options.gather.count(), options.light ? "&light=1" : "");
  STELE_TRY(const auto response, l.reader.send(request));
  if (response.status == 404) {  // a node alone has no log; its blocks are fetched all the same
    (void)pause(options.wait);
    return {};
  }
  if (response.status != 200) return Unexpected(refused(response));
  STELE_TRY(const auto page, decode_feed_page(as_bytes(response.body)));
  note_height(l, response);
  auto taken = committee->receive(page.messages);
  // What is not taken now is asked for again; what is no message at all never will be one.
  if (!taken && !is_lie(taken.error())) return taken;
  id = page.feed;
  after = page.next;
  return taken;
}

void Gossip::Impl::read(Link& l) {
  Feed::Id id{};
  std::uint64_t after = 0;
  Backoff backoff(options);
  for (bool on = true; on && !over();) {
    const auto ok = read_once(l, id, after);
    if (ok) {
      good(l);
      backoff.reset();
      continue;
    }
    bad(l, ok.error());
    on = pause(is_lie(ok.error()) ? options.lie_pause : backoff.next());
  }
}

// ---- what is said, asked and fetched --------------------------------------------------------------------------------

void Gossip::Impl::carry(Link& l, std::size_t number) {
  std::uint64_t after = 0;
  Backoff backoff(options);
  for (bool on = true; on && !over();) {
    Result<void> ok;
    if (l.ask.exchange(false)) {
      ok = ask(l);
      if (!ok) l.ask = true;
    }
    if (ok && claim_fetch(l, number)) ok = fetch(l);
    const auto handed = hand_over(l, after);  // last, for it waits for what there is to say
    if (ok) ok = handed;
    if (ok) {
      backoff.reset();
      continue;
    }
    bad(l, ok.error());
    on = pause(backoff.next());
  }
}

/// It made the block that is voted on, so that the next one waits for its certificate.
bool Gossip::Impl::waits_for_votes(const Link& l) const {
  return l.peer.orderer && feed->has_block_voted_on(*l.peer.orderer);
}

Feed::Part Gossip::Impl::to_hand_over(const Link& l, std::uint64_t after) const {
  auto part = feed->wait(after, Feed::Which::own, Steady::now() + beat);
  if (part.messages.empty()) return part;
  bool at_once = part.urgent || waits_for_votes(l);
  if (at_once) return part;
  const auto until = Steady::now() + options.votes_gather;
  for (auto seen = part.next; !at_once && Steady::now() < until && !over();) {
    const auto more = feed->wait(seen, Feed::Which::own, until);
    if (more.messages.empty()) break;  // it is time, or there is something else to do
    seen = more.next;
    at_once = more.urgent || waits_for_votes(l);
  }
  return feed->after(after, Feed::Which::own);
}

Result<void> Gossip::Impl::hand_over(Link& l, std::uint64_t& after) {
  const auto part = to_hand_over(l, after);
  if (!part.messages.empty() && !over()) {
    http::Request request;
    request.method = "POST";
    request.target = "/v1/feed";
    request.headers.set("Content-Type", "application/octet-stream");
    request.body = as_text(part.messages);
    STELE_TRY(const auto response, l.courier.send(request, http::Idempotent::yes));
    // Who calls this malformed will do so for ever: he may be of another version.
    if (response.status != 204 && response.status != 400) return Unexpected(refused(response));
  }
  after = part.next;
  return {};
}

Result<void> Gossip::Impl::ask(Link& l) {
  if (!me || !l.peer.validator) return {};
  http::Request request;
  request.target = "/v1/votes/" + base64url(me->view());
  STELE_TRY(const auto response, l.courier.send(request));
  if (response.status == 204) {
    committee->answer(*l.peer.validator, std::nullopt);
    return {};
  }
  if (response.status != 200) return Unexpected(refused(response));
  const auto vote = log::decode_signed_vote(as_bytes(response.body));
  if (!vote) return Unexpected(make_error("messages_malformed", to_error(vote.error()).vi, to_error(vote.error()).en));
  committee->answer(*l.peer.validator, *vote);
  return {};
}

/// Blocks are fetched from one peer at a time, in turn: it is much, and all have the same.
bool Gossip::Impl::claim_fetch(const Link& l, std::size_t number) {
  const auto now = Steady::now();
  const std::lock_guard lock(mutex);
  if (stopping || now < fetch_due || now < l.fetch_not_before) return false;
  if (fetch_turn % links.size() != number && now < fetch_due + turn_patience) return false;
  fetch_turn = number + 1;
  fetch_last = now;
  fetch_due = now + fetch_patience;
  return true;
}

/// While one batch is being taken in, the next one is fetched.
Result<void> Gossip::Impl::fetch(Link& l) {
  Height from{committee->ledger().final_point()->checkpoint.height.value + 1};
  std::future<bool> taken;
  for (std::size_t i = 0;; ++i) {
    auto batch = l.blocks.fetch(from);
    const bool full = batch && *batch && is_full(**batch);
    bool to_prepare = full;
    while (taken.valid() && taken.wait_for(to_prepare ? milliseconds(0) : stop_beat) != std::future_status::ready) {
      if (over()) return {};
      to_prepare = to_prepare && sync::prepare_one(committee->ledger(), **batch);
    }
    if (taken.valid() && !taken.get()) return {};
    if (!batch) {
      fetched(l, Unexpected(batch.error().error));
      if (!batch.error().malformed) return Unexpected(batch.error().error);
      return {};
    }
    if (!*batch) return fetched(l, false), Result<void>{};
    // Meanwhile the head may have moved on to another branch: nobody is to blame for what fits no more.
    const auto& parent = (*batch)->blocks.front().parent;
    const auto head = committee->ledger().with_chain([](const rules::Chain& c) { return c.head_hash(); });
    if (i > 0 && parent != head) return fetched(l, false), Result<void>{};
    from.value = (*batch)->blocks.back().height.value + 1;
    const bool more = full && i + 1 < batches_in_a_row && !l.ask;
    taken = take_in(l, std::move(**batch), more);
    if (!more) return {};
  }
}

/// True: the head moved, and nobody ends this. `more`: the same peer goes on, so that no other one need be asked.
std::future<bool> Gossip::Impl::take_in(Link& l, sync::Batch batch, bool more) {
  const auto done = std::make_shared<std::promise<bool>>();
  auto out = done->get_future();
  committee->batch(std::move(batch), [this, &l, more, done](const Result<bool>& moved) {
    fetched(l, moved, more);
    done->set_value(moved && *moved && !over());
  });
  return out;
}

void Gossip::Impl::fetched(Link& l, const Result<bool>& moved, bool more) {
  {
    const auto now = Steady::now();
    const std::lock_guard lock(mutex);
    const bool lies = !moved && moved.error().code != "overloaded" && moved.error().code != "stopping" &&
                      !moved.error().code.starts_with("http_") && moved.error().code != "source_not_ready";
    if (lies) {
      ++l.status.lies;
      l.status.error = moved.error();
      l.fetch_not_before = now + options.lie_pause;
    }
    const bool at_once = moved && *moved;
    if (at_once && more) {
      fetch_last = now;
      fetch_due = now + fetch_patience;
      return;
    }
    const bool again = !moved || fetch_tries > 0;
    if (!at_once && fetch_tries > 0) --fetch_tries;
    fetch_due = now + (at_once ? milliseconds(0) : again ? fetch_pause : options.fetch_every);
  }
  feed->interrupt();
}

// ---- the class ------------------------------------------------------------------------------------------------------

Gossip::Gossip() = default;

Result<std::unique_ptr<Gossip>> Gossip::open(std::vector<Peer> peers, std::optional<PublicKey> me,
                                             const GossipOptions& options) {
  std::unique_ptr<Gossip> out(new Gossip());
  out->impl_ = std::make_unique<Impl>(me, options);
  for (auto& p : peers) {
    auto of_reader = options.http;
    of_reader.read_timeout += options.wait;
    of_reader.response_bytes_max = feed_page_bytes_max;
    STELE_TRY(auto reader, http::Client::open(p.url, of_reader));
    STELE_TRY(auto courier, http::Client::open(p.url, options.http));
    STELE_TRY(auto blocks, sync::BlockSource::open(p.url, options.http));
    out->impl_->links.push_back(
        std::make_unique<Link>(std::move(p), std::move(reader), std::move(courier), std::move(blocks)));
  }
  return out;
}

Gossip::~Gossip() {
  stop();
}

void Gossip::start(Committee& committee, Feed& feed) {
  auto& m = *impl_;
  {
    const std::lock_guard lock(m.mutex);
    m.committee = &committee;
    m.feed = &feed;
  }
  for (std::size_t i = 0; i < m.links.size(); ++i) {
    m.threads.emplace_back([&m, i] { m.read(*m.links[i]); });
    m.threads.emplace_back([&m, i] { m.carry(*m.links[i], i); });
  }
}

void Gossip::stop() {
  auto& m = *impl_;
  Feed* feed = nullptr;
  {
    const std::lock_guard lock(m.mutex);
    if (m.stopping) return;
    m.stopping = true;
    feed = m.feed;
  }
  m.stop_asked.notify_all();
  if (feed != nullptr) feed->interrupt();
  for (auto& l : m.links) {
    l->reader.cancel();
    l->courier.cancel();
    l->blocks.cancel();
  }
  for (auto& t : m.threads) t.join();
  m.threads.clear();
}

void Gossip::behind() {
  auto& m = *impl_;
  Feed* feed = nullptr;
  {
    const std::lock_guard lock(m.mutex);
    if (m.stopping) return;
    m.fetch_tries = m.links.size();
    // While one is under way there is no need of another: it says itself whether there is more.
    const auto soon = std::max(Steady::now(), m.fetch_last + fetch_pause);
    if (m.fetch_due <= soon || m.fetch_due == m.fetch_last + fetch_patience) return;
    m.fetch_due = soon;
    feed = m.feed;
  }
  if (feed != nullptr) feed->interrupt();
}

void Gossip::ask_for_my_votes() {
  auto& m = *impl_;
  for (auto& l : m.links) l->ask = true;
  Feed* feed = nullptr;
  {
    const std::lock_guard lock(m.mutex);
    if (!m.stopping) feed = m.feed;
  }
  if (feed != nullptr) feed->interrupt();
}

std::vector<PeerStatus> Gossip::status() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<PeerStatus> out;
  for (const auto& l : impl_->links) out.push_back(l->status);
  return out;
}

}  // namespace stele::committee
