// The parts of a relay, for its own source files: relay.cpp (what is in hand, and who gets it), couriers.cpp (handing
// over and what orderers answer) and left_out.cpp (what to complain of).
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "node/custody/complaint.h"
#include "node/relay/relay.h"

namespace stele::relay {

/// A thread of its own looks after all that is in hand, and one for each orderer hands it over.
struct Relay::Impl {
  using Fate = custody::Fate;
  using Fates = custody::Fates;
  using Item = ordering::Item;
  using Outcome = ordering::Outcome;
  using milliseconds = std::chrono::milliseconds;
  using Steady = std::chrono::steady_clock;

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
  [[nodiscard]] std::vector<custody::Receipt> receipts_to_show(const Entry&) const;
};

}  // namespace stele::relay
