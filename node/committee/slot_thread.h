// The one thread that speaks to the ordering service: it may be slow or away, and nothing else waits for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "node/ordering/slots.h"

namespace stele::committee {

using ordering::Slot;
using ordering::Slots;

struct SlotTimes {
  std::chrono::milliseconds read{250};     ///< between two looks at what was written, when nothing wakes it
  std::chrono::milliseconds whole{5'000};  ///< between two looks at all above the final block
  std::chrono::milliseconds lead{1'000};   ///< between two questions who leads
};

class SlotThread {
 public:
  /// Called on its thread; must be quick and not throw.
  struct Hooks {
    std::function<void(std::vector<Slots::Kept>)> read;  ///< what stands there, also if it is nothing
    std::function<void(Result<Slots::Put>)> put;
    std::function<void(bool)> leads;
    std::function<void(const Error&)> failed;  ///< the service can't be read, or not asked who leads; it will be again
  };
  SlotThread(std::unique_ptr<Slots>, std::uint16_t orderer, Hooks, SlotTimes = {});
  /// As stop().
  ~SlotThread();
  SlotThread(const SlotThread&) = delete;
  SlotThread& operator=(const SlotThread&) = delete;

  // Any thread.

  /// Something may have been written.
  void wake();
  /// Where the next looks begin: behind the final block, and behind the head.
  void look_from(const Slot& behind_final, const Slot& behind_head);
  /// One at a time: `Hooks::put` is called before the next one may come. What was taken by another is read at once.
  void put(const Slot&, std::shared_ptr<const Bytes> block, bool begins_epoch);
  void forget(const Slot& before);
  /// Lets another one lead: for so long it does not ask to, and its lease ends by itself.
  void stand_back(std::chrono::milliseconds);
  /// Waits for the call in progress, which has a time-out of its own.
  void stop();

 private:
  struct Work {
    Slot slot;
    std::shared_ptr<const Bytes> block;
    bool begins_epoch = false;
  };
  using Clock = std::chrono::steady_clock;
  void run();
  void read(const Slot& from);

  const std::unique_ptr<Slots> slots_;
  const std::uint16_t orderer_;
  const Hooks hooks_;
  const SlotTimes times_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, woken_ = false;
  Slot behind_final_{}, behind_head_{};
  std::optional<Work> put_;
  std::optional<Slot> forget_;
  Clock::time_point leads_not_before_{};
  std::thread thread_;
};

}  // namespace stele::committee
