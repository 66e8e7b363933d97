// The parts of a committee, for its own source files: committee.cpp (threads, messages, what the state machine asks
// for), waiting.cpp (who waits for a record), order.cpp (blocks into the ordering service) and complaints.cpp.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ledger/base/verified_memo.h"
#include "node/committee/check.h"
#include "node/committee/committee.h"
#include "node/committee/slot_thread.h"
#include "node/finality/replica.h"
#include "node/ordering/admission.h"

namespace stele::committee {

/// One thread of its own runs the state machine; what others hand in waits in queues behind `mutex`.
struct Committee::Impl {
  using Outcome = ordering::Outcome;
  using Submission = ordering::Submission;
  using SubmissionPtr = ordering::SubmissionPtr;
  using Step = Submission::Step;
  using Steady = std::chrono::steady_clock;

  /// A record that somebody waits for.
  struct Waiting {
    SubmissionPtr submission;
    std::size_t i = 0;
    Steady::time_point since{};
    bool placed = false;  ///< in a block that is stored here
    bool judged = false;  ///< while another orderer led
    [[nodiscard]] Outcome& outcome() const { return submission->outcomes[i]; }
  };

  /// A block on its way into the ordering service.
  struct Putting {
    Slot slot;
    std::shared_ptr<const Bytes> block;
    bool begins_epoch = false;
    HeaderHash parent;
    std::optional<Steady::time_point> again{};  ///< the outcome is unknown; repeated then
  };

  Impl(store::Ledger& l, ordering::Clock& c, Feed& f, std::optional<VoterRole> v, std::optional<signer::SigningKey> o,
       Hooks h, CommitteeOptions opt)
      : ledger(l),
        clock(c),
        feed(f),
        voter(std::move(v)),
        orderer_key(std::move(o)),
        hooks(std::move(h)),
        options(std::move(opt)),
        checker(l),
        replica(l, machine_options()) {}

  store::Ledger& ledger;
  ordering::Clock& clock;
  Feed& feed;
  std::optional<VoterRole> voter;
  const std::optional<signer::SigningKey> orderer_key;
  const Hooks hooks;
  const CommitteeOptions options;
  Checker checker;
  VerifiedMemo memo{std::size_t{1} << 16U};  ///< what is checked on the way in is asked for again by the state machine
  std::uint16_t number = 0;                  ///< of the orderer

  // Shared.
  struct Task {
    std::size_t bytes = 0;
    std::function<void()> act;
  };
  mutable std::mutex mutex;
  std::condition_variable wake_up;
  std::deque<Task> inbox;
  std::size_t inbox_bytes = 0, receiving_bytes = 0;
  std::vector<SubmissionPtr> ready;
  std::size_t queued_records = 0, queued_bytes = 0;
  bool stop_asked = false;
  std::optional<Error> failed;
  std::optional<log::Recovery> held_recovery;
  std::atomic<bool> signs = false, leads = false;

  // The committee thread's own.
  finality::Replica replica;
  std::vector<Waiting> waiting;
  HeaderHash looked_head;
  Height looked_final;
  bool looked_certified = false;
  UnixSeconds head_since;
  Steady::time_point epoch_ready_since{}, not_before{};
  bool read_due = false, epoch_was_ready = false;
  int old_time_blocks = 0;
  std::size_t batch_bytes = options.batch_bytes;
  Height forgotten;
  std::optional<Putting> putting;
  std::optional<std::pair<Steady::time_point, HeaderHash>> behind;   ///< since when, and where it stood
  std::optional<std::pair<Steady::time_point, HeaderHash>> unheard;  ///< since when it leads with no word on this head
  std::map<Slot, Digest> slots_known;                                ///< looked at already

  std::optional<ordering::Admission> admission;
  std::optional<SlotThread> slots;
  std::thread thread;

  // ---- any thread
  [[nodiscard]] finality::MachineOptions machine_options() const;
  enum class Room : bool { asked, kept };
  bool post(std::size_t bytes, std::function<void()>, Room = Room::asked);
  void submit(std::vector<ordering::Item>, Orderer::Done);
  void admitted(SubmissionPtr);
  void deliver(Submission&);
  Result<void> receive(ByteView);
  Result<void> take_in(ByteView);
  void tell(const Notice& n) const {
    if (hooks.tell) hooks.tell(n);
  }

  // ---- the thread
  void run();
  void take_inbox();
  void take_ready();
  void take(const Message&);
  void take_complaint(const custody::Complaint&);
  void note_recovery();
  void take_batch(sync::Batch, const std::function<void(Result<bool>)>&);
  void settle();
  void stand_back_if_unheard(Steady::time_point now);
  void tell_behind(Steady::time_point now);
  void fail(const Error&);
  [[nodiscard]] bool over() const;

  void on(finality::CastVote&);
  void on(finality::CastStatement&);
  void on(finality::ResendVote&);
  void on(finality::Certified&) {}
  void on(finality::Final&);
  void on(finality::FoundDoubleVote&);
  void on(finality::EpochReady&) {}
  void on(finality::Behind&);
  void on(finality::AskForMyVotes&);
  void on(finality::KeyIsDead&);
  void on(finality::FoundOrderedTwice&);
  void on(finality::SlotRefused&);
  void publish(const Message&, Lane, std::optional<Height>) const;
  [[nodiscard]] bool has_a_part() const;
  [[nodiscard]] log::Place below_the_final_block() const;
  [[nodiscard]] custody::Complaint complain(ordering::Item, UnixSeconds since, std::vector<custody::Receipt>) const;
  void evidence(Notice, std::string_view kind, ByteView);

  void look_after_waiting();
  void judge_waiting(Steady::time_point now);
  [[nodiscard]] bool answer_final(const Waiting&);
  void decided(const Waiting&);
  void fail_all(const Error&);

  [[nodiscard]] bool due(UnixSeconds now);
  [[nodiscard]] bool impatient() const;
  [[nodiscard]] bool old_time(UnixSeconds now) const;
  [[nodiscard]] bool must_close() const;
  [[nodiscard]] bool open() const;
  [[nodiscard]] bool retired() const;
  void order();
  void fill(rules::Chain::Builder&);
  void put_done(const Result<Slots::Put>&);
  void slots_read(const std::vector<Slots::Kept>&);
  void slot_read(const Slots::Kept&);
};

}  // namespace stele::committee
