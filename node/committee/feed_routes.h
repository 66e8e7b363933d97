// What a node answers to other nodes over HTTP (docs/http-api.md): its log of messages, theirs for it, and the highest
// vote that it knows of a key.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "node/committee/committee.h"
#include "node/http/server.h"
#include "node/http/work_pool.h"

namespace stele::committee {

struct FeedRoutesLimits {
  std::chrono::milliseconds wait_max{20'000};  ///< of a long poll; must be below the server's `handler_timeout`
  std::size_t waiting_max = 256;               ///< long polls at once; above: `overloaded`
};

/// A long poll that waits occupies neither a thread of the server nor one of the pool.
class FeedRoutes {
 public:
  /// Registers `GET /v1/feed`, `POST /v1/feed` and `GET /v1/votes/{key}`. All that is named must outlive the server;
  /// so must this.
  FeedRoutes(http::Server&, Committee&, const Feed&, http::WorkPool&, FeedRoutesLimits = {});
  /// As stop().
  ~FeedRoutes();
  FeedRoutes(const FeedRoutes&) = delete;
  FeedRoutes& operator=(const FeedRoutes&) = delete;

  /// Answers all who wait; later long polls are answered at once. Any thread.
  void stop();

 private:
  struct Waiting {
    std::uint64_t after = 0;
    Feed::Which which = Feed::Which::all;
    Feed::Clock::time_point deadline;
    http::Respond respond;
  };
  void poll(const http::Request&, http::Respond);
  void run();
  [[nodiscard]] http::Response page(const Feed::Part&) const;

  const Feed& feed_;
  const FeedRoutesLimits limits_;
  std::mutex mutex_;
  std::list<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::committee
