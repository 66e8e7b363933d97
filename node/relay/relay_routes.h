// Where other nodes hand their records to this orderer: `POST /v1/relay` (docs/http-api.md).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "node/custody/items.h"
#include "node/http/server.h"
#include "node/http/work_pool.h"
#include "node/ordering/orderer.h"

namespace stele::relay {

struct RelayRoutesLimits {
  std::chrono::milliseconds wait_max{5'000};  ///< that an answer may be put off; below the server's `handler_timeout`
  std::size_t waiting_max = 1'024;            ///< answers put off at once; above: answered at once
  std::size_t held_max = 65'536;              ///< records in hand for others; above: `overloaded`
  /// A refusal is kept for so long for whoever asks next: longer than askers pause (RelayOptions::ask_max).
  std::chrono::milliseconds keep{20'000};
  /// What is in hand for longer is judged when it is asked about, and signed for if it would be taken.
  std::chrono::milliseconds judge_after{300};
};

/// An item that comes again while it is in hand is not taken a second time: whoever asks waits for the first one.
class RelayRoutes {
 public:
  /// Registers the route; it answers `starting` until bind(). The pool must outlive the server; so must this.
  RelayRoutes(http::Server&, http::WorkPool&, RelayRoutesLimits = {});
  /// As stop().
  ~RelayRoutes();
  RelayRoutes(const RelayRoutes&) = delete;
  RelayRoutes& operator=(const RelayRoutes&) = delete;

  /// This orderer's word for items that it has, one to `receipt_items_max`; none: the node orders nothing.
  using Sign = std::function<std::optional<custody::Word>(custody::ItemDigests)>;
  /// Any thread, all of it.
  struct Voice {
    std::function<bool()> leads;                       ///< does this node cut the blocks?
    std::function<bool(const ordering::Item&)> sound;  ///< would it take this one as it stands?
    Sign sign;
  };
  /// Once, from the owner's thread. `orderer`: whoever puts them into blocks; it must outlive the server, and must have
  /// stopped before this ends.
  void bind(ordering::Orderer& orderer, Voice voice);
  /// Answers all who wait; later ones are answered at once. Any thread.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Held {
    Digest digest;
    Clock::time_point since{};
    bool sound = false;
    std::optional<custody::Fate> decided{};
  };
  using HeldPtr = std::shared_ptr<Held>;
  struct Waiting {
    std::vector<HeldPtr> items;
    Clock::time_point deadline;
    std::shared_ptr<http::Respond> respond;
  };
  void post(const http::Request&, std::shared_ptr<http::Respond>);
  Result<std::vector<HeldPtr>> take(std::vector<custody::ReceivedItem>);
  void judge(std::vector<std::pair<HeldPtr, ordering::Item>>);
  void decided(const std::vector<HeldPtr>&, const std::vector<ordering::Outcome>&);
  void run();
  [[nodiscard]] static bool all_decided(const std::vector<HeldPtr>&);
  struct Answer {
    custody::Fates fates;
    std::vector<Digest> signed_for;  ///< that are in hand or final
  };
  [[nodiscard]] Answer answer(const std::vector<HeldPtr>&);
  [[nodiscard]] http::Response response_of(Answer) const;
  void forget(const HeldPtr&);

  http::WorkPool& pool_;
  const RelayRoutesLimits limits_;
  std::atomic<ordering::Orderer*> orderer_ = nullptr;
  Voice voice_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Digest, HeldPtr> held_;                             ///< not decided yet, or refused and not told yet
  std::deque<std::pair<Clock::time_point, HeldPtr>> refused_;  ///< when they are forgotten though nobody asked
  std::list<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::relay
