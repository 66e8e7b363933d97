// What a node answers to other nodes over HTTP (docs/http-api.md): its log of messages, theirs for it, and the highest
// vote that it knows of a key.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "node/committee/committee.h"
#include "node/http/server.h"
#include "node/http/work_pool.h"

namespace stele::committee {

struct FeedRoutesLimits {
  std::chrono::milliseconds wait_max{20'000};   ///< of a long poll; must be below the server's `handler_timeout`
  std::chrono::milliseconds gather_max{1'000};  ///< between the first news and the answer
  std::size_t waiting_max = 256;                ///< long polls at once; above: `overloaded`
};

/// A feed page's header field with the height of the newest block that is final at the node: for operators.
inline constexpr std::string_view final_height_header = "Stele-Final-Height";

/// A long poll that waits occupies neither a thread of the server nor one of the pool.
class FeedRoutes {
 public:
  /// Registers `GET /v1/feed`, `POST /v1/feed` and `GET /v1/votes/{key}`, which answer `starting` until bind(): a
  /// server listens before the ledger is replayed. The pool must outlive the server; so must this.
  FeedRoutes(http::Server&, http::WorkPool&, FeedRoutesLimits = {});
  /// As stop().
  ~FeedRoutes();
  FeedRoutes(const FeedRoutes&) = delete;
  FeedRoutes& operator=(const FeedRoutes&) = delete;

  /// Once, from the owner's thread: whose log is read, and who takes messages. Committee and its feed must outlive the
  /// server.
  void bind(Committee&);
  /// Answers all who wait; later long polls are answered at once. Any thread.
  void stop();

 private:
  struct Waiting {
    std::uint64_t after = 0;
    Feed::Which which = Feed::Which::all;
    Feed::Clock::time_point deadline;  ///< once there is news: when it has gathered for long enough
    std::chrono::milliseconds gather{0};
    bool news = false;
    http::Respond respond;
  };
  [[nodiscard]] static bool due(Waiting&, const Feed&, Feed::Clock::time_point now);
  void poll(const Committee&, const http::Request&, http::Respond);
  void run(const Committee&);

  std::atomic<Committee*> committee_ = nullptr;
  const FeedRoutesLimits limits_;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::list<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::committee
