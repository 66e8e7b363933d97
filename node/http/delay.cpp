#include "node/http/delay.h"

#include <algorithm>
#include <memory>

#include "node/http/answers.h"

namespace stele::http {

Delay::Clock::time_point due(Delay::Clock::time_point begun, Delay::Clock::time_point now,
                             std::chrono::milliseconds step) {
  const auto passed = std::max(now - begun, Delay::Clock::duration::zero());
  const auto steps = (passed + step - Delay::Clock::duration(1)) / step;
  return begun + std::max<std::int64_t>(1, steps) * step;
}

Delay::Delay(std::size_t waiting_max) : waiting_max_(waiting_max), thread_([this] { run(); }) {}

Delay::~Delay() {
  stop();
}

void Delay::respond(Respond respond, Response response, Clock::time_point begun, std::chrono::milliseconds step) {
  // A std::function can be copied, a Respond can't.
  struct Late {
    Respond respond;
    Response response;
  };
  const auto late = std::make_shared<Late>(Late{std::move(respond), std::move(response)});
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= waiting_max_) {
      late->response = refuse(overloaded());
    } else if (!stopping_) {
      waiting_.emplace(due(begun, Clock::now(), step), [late] { late->respond(std::move(late->response)); });
      wake_.notify_one();
      return;
    }
  }
  late->respond(std::move(late->response));
}

void Delay::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (waiting_.empty()) {
      if (stopping_) return;
      wake_.wait(lock);
      continue;
    }
    const auto first = waiting_.begin();
    if (!stopping_ && Clock::now() < first->first) {
      wake_.wait_until(lock, first->first);
      continue;
    }
    const auto send = std::move(first->second);
    waiting_.erase(first);
    lock.unlock();
    send();
    lock.lock();
  }
}

void Delay::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace stele::http
