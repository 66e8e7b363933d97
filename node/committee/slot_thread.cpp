#include "node/committee/slot_thread.h"

namespace stele::committee {
namespace {

constexpr std::size_t slots_per_read = 16;
constexpr std::size_t reads_max = 16;  ///< of one look

}  // namespace

SlotThread::SlotThread(std::unique_ptr<Slots> slots, std::uint16_t orderer, Hooks hooks, SlotTimes times)
    : slots_(std::move(slots)), orderer_(orderer), hooks_(std::move(hooks)), times_(times) {
  thread_ = std::thread([this] { run(); });
}

SlotThread::~SlotThread() {
  stop();
}

void SlotThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SlotThread::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

void SlotThread::look_from(const Slot& behind_final, const Slot& behind_head) {
  const std::lock_guard lock(mutex_);
  behind_final_ = behind_final;
  behind_head_ = behind_head;
}

void SlotThread::put(const Slot& slot, std::shared_ptr<const Bytes> block, bool begins_epoch) {
  {
    const std::lock_guard lock(mutex_);
    STELE_ASSERT(!put_);
    put_ = Work{slot, std::move(block), begins_epoch};
  }
  wake_.notify_all();
}

void SlotThread::forget(const Slot& before) {
  const std::lock_guard lock(mutex_);
  forget_ = before;
}

void SlotThread::stand_back(std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  leads_not_before_ = Clock::now() + time;
}

void SlotThread::read(const Slot& from) {
  std::vector<Slots::Kept> out;
  Slot next = from;
  for (std::size_t i = 0; i < reads_max; ++i) {
    auto some = slots_->read(next, slots_per_read);
    if (!some) {
      hooks_.failed(some.error());
      break;
    }
    const bool last = some->size() < slots_per_read;
    if (!some->empty()) next = {some->back().slot.epoch, some->back().slot.height, some->back().slot.attempt + 1};
    for (auto& k : *some) out.push_back(std::move(k));
    if (last) break;
  }
  hooks_.read(std::move(out));
}

void SlotThread::run() {
  auto lead_due = Clock::now(), read_due = lead_due, whole_due = lead_due;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_until(lock, std::min(lead_due, read_due), [this] { return stopping_ || woken_ || put_; });
    if (stopping_) break;
    bool look = std::exchange(woken_, false);
    if (const auto work = std::exchange(put_, std::nullopt)) {
      lock.unlock();
      auto done = slots_->put(work->slot, *work->block, work->begins_epoch);
      look = look || !done || *done != Slots::Put::kept;
      hooks_.put(std::move(done));
      lock.lock();
    }
    const auto now = Clock::now();
    const auto forget = std::exchange(forget_, std::nullopt);
    const bool whole = now >= whole_due;
    const Slot from = whole ? behind_final_ : behind_head_;
    const bool stands_back = now < leads_not_before_;
    lock.unlock();
    if (now >= lead_due) {
      const auto leads = stands_back ? Result<bool>(false) : slots_->lead(orderer_);
      if (!leads) hooks_.failed(leads.error());
      hooks_.leads(leads && *leads);
      lead_due = Clock::now() + times_.lead;
    }
    if (look || now >= read_due) {
      read(from);
      read_due = Clock::now() + times_.read;
      if (whole) whole_due = Clock::now() + times_.whole;
    }
    if (forget) {
      if (auto ok = slots_->forget(*forget); !ok) hooks_.failed(ok.error());
    }
    lock.lock();
  }
}

}  // namespace stele::committee
