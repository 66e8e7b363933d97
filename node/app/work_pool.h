// Threads for what would hold up the HTTP server's: disk, vault, evidence. Bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stele::app {

class WorkPool {
 public:
  WorkPool(unsigned threads, std::size_t queue_max);
  /// As stop().
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// Any thread. False: the queue is full, or the pool was stopped; the task was not taken.
  [[nodiscard]] bool post(std::function<void()> task);
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

}  // namespace stele::app
