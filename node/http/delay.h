// Answers that leave at a set time, so that how long the work took can't be told from outside: for look-ups, where
// "unknown" and "wrong" must look alike. No thread waits for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "node/http/server.h"

namespace stele::http {

class Delay {
 public:
  using Clock = std::chrono::steady_clock;

  /// Holds at most `waiting_max` answers.
  explicit Delay(std::size_t waiting_max);
  /// As stop().
  ~Delay();
  Delay(const Delay&) = delete;
  Delay& operator=(const Delay&) = delete;

  /// The answer leaves at the end of the first `step` after `begun`, or of the next one that is still to come. Any
  /// thread. When too many wait it becomes `overloaded`, at once: that says how busy the server is, and nothing else.
  void respond(Respond, Response, Clock::time_point begun, std::chrono::milliseconds step);
  /// Lets go what waits, and joins.
  void stop();

 private:
  void run();
  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Clock::time_point, std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

/// begun + n · step, with the least n >= 1 that is not before `now`.
[[nodiscard]] Delay::Clock::time_point due(Delay::Clock::time_point begun, Delay::Clock::time_point now,
                                           std::chrono::milliseconds step);

}  // namespace stele::http
