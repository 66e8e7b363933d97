// What is known of a record before it is ordered: known key, duplicate, quota, signature, schema (DESIGN.md section 4,
// "Admission"). Done on a pool of all cores, outside the writer's thread. For orderers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "ledger/store/ledger.h"
#include "node/ordering/clock.h"
#include "node/ordering/orderer.h"

namespace stele::ordering {

/// One call of `submit` on its way. First the pool's, part by part; then, as a whole, the writer's.
struct Submission {
  std::vector<Item> items;
  Orderer::Done done;
  std::vector<Outcome> outcomes;
  std::vector<record::Record> records;  ///< those that `open`
  enum class Step : std::uint8_t { open, duplicate, decided };
  std::vector<Step> steps;  ///< `duplicate`: of a record that is not final yet
  std::size_t bytes = 0;
  std::size_t undecided = 0;  ///< the writer's
  std::atomic<std::size_t> parts_left = 0;

  void refuse(std::size_t i, Rejection why) {
    outcomes[i].status = Outcome::Status::refused;
    outcomes[i].rejection = std::move(why);
  }
  void fail(std::size_t i, const Error& why) {
    outcomes[i].status = Outcome::Status::failed;
    outcomes[i].error = why;
  }
};
/// The ledger has it, the disk does not give it back.
[[nodiscard]] Error unreadable(RecordIndex);
/// Would it be taken into the next block here, with these acks, were it alone? Signature and all; for single records.
/// Any thread.
[[nodiscard]] Result<void, Rejection> judge_alone(const store::Ledger&, const Item&);
using SubmissionPtr = std::shared_ptr<Submission>;

/// Threads that admit. Any thread may call.
class Admission {
 public:
  /// `ready`: called on a thread of the pool when all items of a submission have been looked at.
  Admission(const store::Ledger&, Clock&, std::size_t threads, std::function<void(SubmissionPtr)> ready);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  void enqueue(const SubmissionPtr&);
  /// Works off what is queued, then ends the threads.
  void stop();

 private:
  struct Part {
    SubmissionPtr submission;
    std::size_t begin = 0, end = 0;
  };
  void work();
  void admit(Submission&, std::size_t begin, std::size_t end) const;

  const store::Ledger& ledger_;
  Clock& clock_;
  const std::function<void(SubmissionPtr)> ready_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Part> parts_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stele::ordering
