#include "node/ordering/sequencer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "node/ordering/admission.h"

namespace stele::ordering {
namespace {

using Step = Submission::Step;
constexpr auto clock_poll = std::chrono::milliseconds(200);

Error overloaded() {
  return make_error("overloaded", "Nút đang nhận quá nhiều bản ghi. Hãy gửi lại sau ít giây.",
                    "The node has too many records in hand. Send them again in a few seconds.");
}
Error stopping() {
  return make_error("stopping", "Nút đang dừng nên không nhận thêm bản ghi. Hãy gửi lại sau.",
                    "The node is stopping and takes no more records. Send them again later.");
}
Error disk_failed(const Error& cause) {
  if (cause.code == code_name(RejectionCode::rules_unknown)) return cause;  // the disk is well
  return make_error(
      "disk_failed",
      fmt::format("Ghi đĩa bị lỗi nên nút ngừng ghi; việc đọc vẫn tiếp tục. Hãy khởi động lại nút rồi gửi "
                  "lại: gửi lại không gây hại. ({})",
                  cause.vi),
      fmt::format("Writing to the disk failed, so nothing more is written; reading goes on. Restart the "
                  "node, then send again: repeating is harmless. ({})",
                  cause.en),
      cause.where);
}
Error own_block_refused(const Rejection& why) {
  const auto text = to_error(why);
  return make_error(
      "own_block_refused",
      fmt::format("Nút tự từ chối khối của mình ({}), nên ngừng ghi. Hãy báo cho người phát triển.", text.vi),
      fmt::format("The node refused its own block ({}), so nothing more is written. Tell the developers.", text.en));
}

/// One item of one submission.
struct Slot {
  SubmissionPtr submission;
  std::size_t i = 0;
  [[nodiscard]] Outcome& outcome() const { return submission->outcomes[i]; }
};

/// A block that is stored, and who waits for it to become final.
struct Unfinal {
  Height height;
  RecordIndex first;
  std::uint64_t count = 0;
  std::vector<Slot> slots;
  std::vector<Slot> duplicates;
};

}  // namespace

struct Sequencer::Impl {
  Impl(store::Ledger& l, Clock& c, signer::SigningKey k, finality::SoloValidator v, SequencerOptions o)
      : ledger(l), clock(c), key(std::move(k)), validator(std::move(v)), options(o) {}

  store::Ledger& ledger;
  Clock& clock;
  const signer::SigningKey key;
  finality::SoloValidator validator;
  const SequencerOptions options;
  std::uint16_t number = 0;  ///< of the orderer

  // Shared.
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::vector<SubmissionPtr> ready;
  std::size_t queued_records = 0, queued_bytes = 0;
  bool stop_asked = false;
  std::optional<Error> failed;

  // The writer's own.
  std::deque<Slot> backlog;  ///< admitted, in order
  std::vector<Unfinal> unfinal;
  UnixSeconds last_cut;

  std::optional<Admission> admission;
  std::thread writer;

  void submit(std::vector<Item>, Done);
  void admitted(SubmissionPtr);
  void deliver(Submission&);
  void decided(const Slot&);

  void run();
  bool wait_for_work();
  void take_ready();
  [[nodiscard]] bool stale(UnixSeconds now) const;
  [[nodiscard]] bool must_close() const;
  Result<void> cut(bool empty);
  Result<void> certify_head();
  void fill(rules::Chain::Builder&, Unfinal&);
  void attach_duplicate(const Slot&, Unfinal& building, std::optional<std::size_t> in_block);
  void answer_duplicate(const Slot&, RecordIndex, Height) const;
  void make_final();
  void fail_all(const Error&);
  void give_up(const Error&);
};

// ---- any thread -----------------------------------------------------------------------------------------------------

void Sequencer::Impl::submit(std::vector<Item> items, Done done) {
  auto s = std::make_shared<Submission>();
  s->items = std::move(items);
  s->done = std::move(done);
  s->outcomes.resize(s->items.size());
  for (const auto& item : s->items) s->bytes += item.jws.size();
  std::optional<Error> why;
  {
    const std::lock_guard lock(mutex);
    if (failed) {
      why = failed;
    } else if (stop_asked) {
      why = stopping();
    } else if (queued_records + s->items.size() > options.queue_records_max ||
               queued_bytes + s->bytes > options.queue_bytes_max) {
      why = overloaded();
    } else if (!s->items.empty()) {
      queued_records += s->items.size();
      queued_bytes += s->bytes;
      admission->enqueue(s);  // under the lock: nothing is queued once a stop has begun
      return;
    }
  }
  for (std::size_t i = 0; why && i < s->items.size(); ++i) s->fail(i, *why);
  s->done(std::move(s->outcomes));
}

/// On a thread of the pool.
void Sequencer::Impl::admitted(SubmissionPtr s) {
  for (const auto step : s->steps) s->undecided += step == Step::decided ? 0 : 1;
  if (s->undecided == 0) return deliver(*s);
  {
    const std::lock_guard lock(mutex);
    ready.push_back(std::move(s));
  }
  wake.notify_one();
}

void Sequencer::Impl::deliver(Submission& s) {
  {
    const std::lock_guard lock(mutex);
    queued_records -= s.items.size();
    queued_bytes -= s.bytes;
  }
  s.done(std::move(s.outcomes));
}

// ---- the writer -----------------------------------------------------------------------------------------------------

void Sequencer::Impl::decided(const Slot& slot) {
  auto& s = *slot.submission;
  STELE_ASSERT(s.undecided > 0);
  if (--s.undecided == 0) deliver(s);
}

/// Block time would lag: votes on the blocks before the next one are too old.
bool Sequencer::Impl::stale(UnixSeconds now) const {
  return ledger.final_point()->checkpoint.time.value + final_age_max_s <= now.value;
}

/// Records are stored that are not final: after a block with records, or a stop.
bool Sequencer::Impl::must_close() const {
  return ledger.chain().head().size > ledger.final_point()->checkpoint.size;
}

void Sequencer::Impl::run() {
  while (wait_for_work()) {
    const auto now = clock.now();
    // Old time first: records are judged by block time.
    const bool empty = stale(now) || backlog.empty();
    if (auto ok = cut(empty); !ok) {
      give_up(ok.error());
      break;
    }
  }
  std::optional<Error> why;
  {
    const std::lock_guard lock(mutex);
    why = failed;
  }
  admission->stop();
  fail_all(why ? *why : stopping());
}

/// True: a block is due. False: the end.
bool Sequencer::Impl::wait_for_work() {
  for (;;) {
    take_ready();
    {
      const std::lock_guard lock(mutex);
      if (stop_asked) return false;
    }
    const auto now = clock.now();
    if (!backlog.empty() || must_close() || stale(now) || last_cut.value + heartbeat_s <= now.value) return true;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, clock_poll, [this] { return stop_asked || !ready.empty(); });
  }
}

void Sequencer::Impl::take_ready() {
  std::vector<SubmissionPtr> taken;
  {
    const std::lock_guard lock(mutex);
    taken.swap(ready);
  }
  for (auto& s : taken) {
    for (std::size_t i = 0; i < s->items.size(); ++i) {
      if (s->steps[i] != Step::decided) backlog.push_back({s, i});
    }
  }
}

Result<void> Sequencer::Impl::cut(bool empty) {
  if (auto known = ledger.chain().next_rules(); !known) return Unexpected(to_error(known.error()));
  auto builder = ledger.chain().build(ledger.head_qc(), number);
  Unfinal building;
  if (!empty) {
    fill(builder, building);
    if (building.slots.empty() && !must_close()) return {};  // all of it was refused or is there already
  }
  auto draft = std::move(builder).finish();
  draft.sign(key.sign(log::block_digest(draft.body_hash())));
  unfinal.push_back(std::move(building));
  auto applied = ledger.append(std::move(draft));
  if (!applied) {
    const auto& e = applied.error();
    return Unexpected(e.failed ? disk_failed(*e.failed) : own_block_refused(e.rejected->why));
  }
  auto& stored = unfinal.back();
  stored.height = applied->header.height;
  stored.first = applied->first;
  stored.count = applied->ids.size();
  for (std::size_t i = 0; i < stored.slots.size(); ++i) {
    auto& out = stored.slots[i].outcome();
    out.index = RecordIndex{stored.first.value + i};
    out.height = stored.height;
    out.status = Outcome::Status::pending;
  }
  last_cut = clock.now();
  STELE_CHECK(certify_head());
  make_final();
  return {};
}

void Sequencer::Impl::fill(rules::Chain::Builder& builder, Unfinal& building) {
  const auto& state = ledger.chain().state();
  std::unordered_map<RecordId, std::size_t> in_block;
  builder.reserve(backlog.size());
  while (!backlog.empty()) {
    const Slot slot = backlog.front();
    auto& item = slot.submission->items[slot.i];
    if (!builder.fits(item.jws.size(), item.acks.size())) {
      // One that fits into no block at all must not stop the others.
      if (builder.size() != 0) break;
      backlog.pop_front();
      slot.submission->refuse(slot.i, {RejectionCode::block_too_large, {}});
      decided(slot);
      continue;
    }
    backlog.pop_front();
    const auto& id = slot.outcome().id;
    if (const auto* info = state.find(id); info != nullptr) {
      attach_duplicate(slot, building, std::nullopt);
      continue;
    }
    if (const auto it = in_block.find(id); it != in_block.end()) {
      attach_duplicate(slot, building, it->second);
      continue;
    }
    auto ok = builder.add(std::move(item.jws), std::move(slot.submission->records[slot.i]), std::move(item.acks));
    if (!ok) {
      slot.submission->refuse(slot.i, std::move(ok).error());
      decided(slot);
      continue;
    }
    in_block.emplace(id, building.slots.size());
    building.slots.push_back(slot);
  }
}

/// Of a record in the block being built, in one that is not final yet, or in one that has become so meanwhile.
void Sequencer::Impl::attach_duplicate(const Slot& slot, Unfinal& building, std::optional<std::size_t> in_block) {
  if (in_block) {
    slot.outcome().index = RecordIndex{ledger.chain().head().size + *in_block};
    building.duplicates.push_back(slot);
    return;
  }
  const auto index = ledger.chain().state().find(slot.outcome().id)->index;
  slot.outcome().index = index;
  for (auto& u : unfinal) {
    if (index < u.first || index.value >= u.first.value + u.count) continue;
    u.duplicates.push_back(slot);
    return;
  }
  const auto height = ledger.store().height_of(index);
  if (height && *height && index.value < ledger.final_point()->checkpoint.size) {
    answer_duplicate(slot, index, **height);
  } else if (height && *height) {
    // Stored before this process began, and not final yet: it will be with the next block.
    unfinal.insert(unfinal.begin(), Unfinal{**height, index, 1, {}, {slot}});
    return;
  } else {
    slot.submission->fail(slot.i, height ? unreadable(index) : height.error());
  }
  decided(slot);
}

void Sequencer::Impl::answer_duplicate(const Slot& slot, RecordIndex index, Height height) const {
  auto& out = slot.outcome();
  auto jws = ledger.store().record(index);
  if (!jws || !*jws) return slot.submission->fail(slot.i, jws ? unreadable(index) : jws.error());
  out.status = Outcome::Status::final;
  out.index = index;
  out.height = height;
  out.stored = std::move(**jws);
}

Result<void> Sequencer::Impl::certify_head() {
  const auto& head = ledger.chain().head();
  auto qc = validator.certify(ledger.chain().head_hash(), head.epoch, head.height, clock.now());
  if (!qc) return Unexpected(qc.error().code == "vote_refused" ? qc.error() : disk_failed(qc.error()));
  if (auto ok = ledger.certify(*qc); !ok) return Unexpected(disk_failed(ok.error()));
  return {};
}

/// All but the head is final now, and synced.
void Sequencer::Impl::make_final() {
  const auto final_height = ledger.final_point()->checkpoint.height;
  while (!unfinal.empty() && unfinal.front().height <= final_height) {
    const Unfinal done = std::move(unfinal.front());
    unfinal.erase(unfinal.begin());
    for (const auto& slot : done.slots) {
      slot.outcome().status = Outcome::Status::final;
      decided(slot);
    }
    for (const auto& slot : done.duplicates) {
      answer_duplicate(slot, *slot.outcome().index, done.height);
      decided(slot);
    }
  }
}

void Sequencer::Impl::give_up(const Error& why) {
  const std::lock_guard lock(mutex);
  failed = why;
}

/// At the end: nobody is left without an answer.
void Sequencer::Impl::fail_all(const Error& why) {
  take_ready();
  for (auto& u : unfinal) {
    const bool stored = u.height.value > 0;
    for (auto* list : {&u.slots, &u.duplicates}) {
      for (const auto& slot : *list) {
        if (stored) {
          slot.outcome().status = Outcome::Status::pending;
          slot.outcome().height = u.height;
        } else {
          slot.submission->fail(slot.i, why);
        }
        decided(slot);
      }
    }
  }
  unfinal.clear();
  for (const auto& slot : backlog) {
    slot.submission->fail(slot.i, why);
    decided(slot);
  }
  backlog.clear();
}

// ---- the class
// --------------------------------------------------------------------------------------------------------

Sequencer::Sequencer() = default;

Result<std::unique_ptr<Sequencer>> Sequencer::start(store::Ledger& ledger, Clock& clock, signer::SigningKey key,
                                                    finality::SoloValidator validator, SequencerOptions options) {
  std::unique_ptr<Sequencer> out(new Sequencer());
  out->impl_ = std::make_unique<Impl>(ledger, clock, std::move(key), std::move(validator), options);
  auto& m = *out->impl_;
  const auto orderers = ledger.orderers();
  const auto mine = m.key.public_key().compressed();
  const auto it =
      std::find_if(orderers.begin(), orderers.end(), [&](const auto& o) { return o.member.key == mine && !o.until; });
  if (it == orderers.end())
    return Unexpected(make_error("not_an_orderer",
                                 "Khóa này không thuộc nút sắp xếp nào trên sổ cái. Hãy kiểm tra khóa.",
                                 "This key belongs to no orderer on the ledger. Check the key."));
  m.number = static_cast<std::uint16_t>(it - orderers.begin());
  m.last_cut = ledger.chain().head().time;
  if (ledger.chain().head().height.value > 0 && !ledger.head_qc()) STELE_CHECK(m.certify_head());
  const std::size_t threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  m.admission.emplace(ledger, clock, threads, [&m](SubmissionPtr s) { m.admitted(std::move(s)); });
  m.writer = std::thread([&m] { m.run(); });
  return out;
}

Sequencer::~Sequencer() {
  stop();
}

void Sequencer::submit(std::vector<Item> items, Done done) {
  impl_->submit(std::move(items), std::move(done));
}

void Sequencer::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stop_asked = true;
  }
  impl_->wake.notify_all();
  if (impl_->writer.joinable()) impl_->writer.join();
}

std::optional<Error> Sequencer::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failed;
}

}  // namespace stele::ordering
