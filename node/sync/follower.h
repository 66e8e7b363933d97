// Keeps a ledger of one's own equal to a node's, believing nothing: every signature, rule and certificate of every
// block is checked here before the block is stored.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/store/ledger.h"
#include "node/sync/block_source.h"

namespace stele::sync {

enum class FollowState : std::uint8_t {
  starting,     ///< has not caught up yet
  following,    ///< had everything that the source has, when it was last asked
  unreachable,  ///< the source does not answer; asked again with growing pauses
  source_lies,  ///< it served something that does not verify; nothing of that was stored. Asked again, rarely
  failed,       ///< the ledger here can't be written, or must be opened again; see the error
  stopped,
};
[[nodiscard]] std::string_view state_name(FollowState);

struct FollowOptions {
  std::chrono::milliseconds poll{1'000};       ///< between two questions when there was nothing new
  std::chrono::milliseconds backoff_min{250};  ///< after the first failure; doubles
  std::chrono::milliseconds backoff_max{30'000};
};

struct FollowStatus {
  FollowState state = FollowState::starting;
  bool caught_up = false;    ///< at least once since the start
  Height height;             ///< of the newest block judged here, stored some tenths of a second later
  std::uint64_t blocks = 0;  ///< taken in since the start
  std::uint64_t lies = 0;    ///< answers refused since the start
  std::chrono::steady_clock::time_point current{};  ///< when it last had everything; the start at first
  std::optional<Error> error{};                     ///< of the state it is in
};

/// Owns the writer's side of the ledger from start() to stop(), on one thread of its own.
class Follower {
 public:
  /// Called on the follower's thread at each change of state; must not call back.
  using Report = std::function<void(const FollowStatus&)>;

  /// The ledger must outlive it.
  Follower(store::Ledger&, BlockSource, FollowOptions = {}, Report = {});
  /// As stop().
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void start();
  /// Ends the request in progress and joins. Later calls do nothing.
  void stop();
  /// Any thread.
  [[nodiscard]] FollowStatus status() const;
  /// Waits until it has caught up once (true), or until the time is over or it was stopped.
  [[nodiscard]] bool wait_caught_up(std::chrono::milliseconds) const;

 private:
  struct Step;
  void run();
  void follow();
  void drop_ahead();
  Step step();
  using Answer = Result<std::optional<Batch>, SourceError>;
  Step take(Batch);
  Answer fetch(Height from);
  void ask_ahead(const Batch&);
  [[nodiscard]] bool stop_asked() const;
  bool check_network(std::optional<Step>& out);
  void set(FollowState, std::optional<Error>);
  bool pause(std::chrono::milliseconds);

  store::Ledger& ledger_;
  BlockSource source_;
  const FollowOptions options_;
  const Report report_;
  bool network_checked_ = false;
  std::optional<Height> ask_from_;  ///< the source may be on another branch: from above our final block
  /// While far behind: what comes after the batch in hand, asked for while that one is judged.
  struct Ahead {
    Height from;
    std::shared_ptr<std::atomic<bool>> wanted;  ///< then no more of it is prepared
    std::future<Answer> answer;
  };
  std::optional<Ahead> ahead_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  FollowStatus status_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::sync
