// A reader-writer lock under which readers can't starve the writer: glibc's own prefers readers, and a busy public
// service always has one.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace stele::store {

/// Fits std::shared_lock and std::unique_lock. A waiting writer holds the gate: new readers queue behind it, those
/// inside finish. Not recursive.
class FairSharedMutex {
 public:
  void lock() {
    gate_.lock();
    inner_.lock();
    gate_.unlock();
  }
  void unlock() { inner_.unlock(); }
  void lock_shared() {
    const std::lock_guard pass(gate_);
    inner_.lock_shared();
  }
  void unlock_shared() { inner_.unlock_shared(); }

 private:
  std::mutex gate_;
  std::shared_mutex inner_;
};

}  // namespace stele::store
