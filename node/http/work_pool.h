// Threads for what would hold up the HTTP server's: judging, disk, vault, evidence. Bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "node/http/server.h"

namespace stele::http {

class WorkPool {
 public:
  /// At least one thread.
  WorkPool(unsigned threads, std::size_t queue_max);
  /// As stop().
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// Any thread. False: the queue is full, or the pool was stopped; the task was not taken.
  [[nodiscard]] bool post(std::function<void()> task);
  /// Calls `f(i)` for each i < n on the calling thread and on pool threads that are free, and returns when all is done.
  /// From a task, too: it never waits for a thread that waits for it.
  void for_each(std::size_t n, const std::function<void(std::size_t)>& f);
  [[nodiscard]] std::size_t queued() const;
  /// Runs what is queued, then joins. Not from a task.
  void stop();

 private:
  void run();

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Has the request answered on the pool; `overloaded` if that is full.
void respond_on(WorkPool&, Request, Respond, std::function<Result<Response>(const Request&)>);

}  // namespace stele::http
