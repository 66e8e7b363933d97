#include "node/http/work_pool.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "node/http/answers.h"

namespace stele::http {

WorkPool::WorkPool(unsigned threads, std::size_t queue_max) : queue_max_(queue_max) {
  for (unsigned i = 0; i < std::max(1U, threads); ++i) threads_.emplace_back([this] { run(); });
}

WorkPool::~WorkPool() {
  stop();
}

bool WorkPool::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void WorkPool::for_each(std::size_t n, const std::function<void(std::size_t)>& f) {
  // Shared, because a task that starts late still looks here, after this call has returned.
  struct Work {
    std::atomic<std::size_t> next{0}, done{0};
    std::mutex mutex;
    std::condition_variable all_done;
  };
  const auto work = std::make_shared<Work>();
  const auto* call = &f;  // used only while an item is left, so only while this call waits
  const auto help = [work, call, n] {
    for (std::size_t i = work->next.fetch_add(1); i < n; i = work->next.fetch_add(1)) {
      (*call)(i);
      if (work->done.fetch_add(1) + 1 != n) continue;
      const std::lock_guard lock(work->mutex);
      work->all_done.notify_all();
    }
  };
  for (std::size_t t = 1; t < std::min(n, threads_.size()); ++t) {
    if (!post(help)) break;
  }
  help();
  std::unique_lock lock(work->mutex);
  work->all_done.wait(lock, [&] { return work->done.load() == n; });
}

std::size_t WorkPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& t : threads_) {
    if (t.joinable()) t.join();
  }
}

void WorkPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds ends outside the lock
    lock.lock();
  }
}

void respond_on(WorkPool& pool, Request request, Respond respond,
                std::function<Result<Response>(const Request&)> handler) {
  // A std::function can be copied, a Respond can't: both live in one shared place.
  struct Waiting {
    Request request;
    Respond respond;
  };
  const auto w = std::make_shared<Waiting>(Waiting{std::move(request), std::move(respond)});
  const bool taken = pool.post([w, handler = std::move(handler)] { w->respond(to_response(handler(w->request))); });
  if (!taken) w->respond(refuse(overloaded()));
}

}  // namespace stele::http
