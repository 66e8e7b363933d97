#include "node/committee/committee.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <unordered_set>

#include "ledger/base/hash.h"
#include "ledger/base/verified_memo.h"
#include "ledger/log/wire.h"
#include "node/committee/evidence.h"
#include "node/committee/slot_thread.h"
#include "node/custody/items.h"
#include "node/finality/replica.h"
#include "node/ordering/admission.h"
#include "node/ordering/sequencer.h"

namespace stele::committee {
namespace {

using ordering::Outcome;
using ordering::Submission;
using ordering::SubmissionPtr;
using Step = Submission::Step;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds beat{100};       ///< the clock is looked at so often
constexpr milliseconds put_again{250};  ///< after one whose outcome is unknown
constexpr milliseconds put_early{1'000};
/// A vote may come before the block that it is for: only who still stands where it stood has missed something.
constexpr milliseconds behind_patience{300};
constexpr std::size_t memo_entries = 1U << 16U;
constexpr std::size_t slots_known_max = 256;
constexpr std::size_t question_bytes = 4'096;  ///< what a question or an answer counts for in the inbox
constexpr int old_time_blocks_max = 3;
constexpr std::uint64_t forget_every = 64;  ///< heights

Error stopping() {
  return make_error("stopping", "Nút đang dừng nên không nhận thêm bản ghi. Hãy gửi lại sau.",
                    "The node is stopping and takes no more records. Send them again later.");
}
Error overloaded() {
  return make_error("overloaded", "Nút đang nhận quá nhiều. Hãy gửi lại sau ít giây.",
                    "The node has too much in hand. Send it again in a few seconds.");
}
Error not_an_orderer() {
  return make_error("not_an_orderer", "Nút này không sắp xếp bản ghi. Hãy gửi tới một nút sắp xếp.",
                    "This node orders no records. Send them to one that does.");
}
Error forged() {
  return make_error("messages_forged", "Có tin nhắn mang chữ ký giả.", "A message bears a false signature.");
}
Error dead(const Error& cause) {
  return make_error("disk_failed",
                    fmt::format("Ghi đĩa bị lỗi nên nút ngừng ghi; việc đọc vẫn tiếp tục. Hãy khởi động lại nút rồi "
                                "gửi lại: gửi lại không gây hại. ({})",
                                cause.vi),
                    fmt::format("Writing to the disk failed, so nothing more is written; reading goes on. Restart the "
                                "node, then send again: repeating is harmless. ({})",
                                cause.en),
                    cause.where);
}

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

}  // namespace

struct Committee::Impl {
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
  VerifiedMemo memo{memo_entries};  ///< what is checked on the way in is asked for again by the state machine
  std::uint16_t number = 0;         ///< of the orderer

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
  void order();
  void fill(rules::Chain::Builder&);
  void put_done(const Result<Slots::Put>&);
  void slots_read(const std::vector<Slots::Kept>&);
  void slot_read(const Slots::Kept&);
};

// ---- any thread -----------------------------------------------------------------------------------------------------

finality::MachineOptions Committee::Impl::machine_options() const {
  finality::MachineOptions out;
  if (voter) out.me = voter->key.public_key().compressed();
  out.stall_s = options.stall_s;
  out.repeat_s = options.repeat_s;
  return out;
}

/// False: it is full, or ends. `kept`: it was counted among what is being received.
bool Committee::Impl::post(std::size_t bytes, std::function<void()> act, Room room) {
  {
    const std::lock_guard lock(mutex);
    if (stop_asked || failed) return false;
    if (room == Room::asked && inbox_bytes + receiving_bytes + bytes > options.inbox_bytes_max) return false;
    inbox_bytes += bytes;
    inbox.push_back({bytes, std::move(act)});
  }
  wake_up.notify_one();
  return true;
}

void Committee::Impl::submit(std::vector<ordering::Item> items, Orderer::Done done) {
  auto s = std::make_shared<Submission>();
  s->items = std::move(items);
  s->done = std::move(done);
  s->outcomes.resize(s->items.size());
  for (const auto& item : s->items) s->bytes += item.jws.size();
  std::optional<Error> why;
  {
    const std::lock_guard lock(mutex);
    if (!orderer_key) {
      why = not_an_orderer();
    } else if (failed) {
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

/// On a thread of the admission.
void Committee::Impl::admitted(SubmissionPtr s) {
  for (const auto step : s->steps) s->undecided += step == Step::decided ? 0 : 1;
  if (s->undecided == 0) return deliver(*s);
  {
    const std::lock_guard lock(mutex);
    ready.push_back(std::move(s));
  }
  wake_up.notify_one();
}

void Committee::Impl::deliver(Submission& s) {
  {
    const std::lock_guard lock(mutex);
    queued_records -= s.items.size();
    queued_bytes -= s.bytes;
  }
  s.done(std::move(s.outcomes));
}

Result<void> Committee::Impl::receive(ByteView in) {
  {
    const std::lock_guard lock(mutex);
    if (stop_asked || failed) return Unexpected(stopping());
    if (inbox_bytes + receiving_bytes + in.size() > options.inbox_bytes_max) return Unexpected(overloaded());
    // There must be room for all of it: what is in the feed and was not taken in would be lost here.
    receiving_bytes += in.size();
  }
  auto done = take_in(in);
  const std::lock_guard lock(mutex);
  receiving_bytes -= in.size();
  return done;
}

Result<void> Committee::Impl::take_in(ByteView in) {
  STELE_TRY(auto list, decode_messages(in));
  const VerifiedMemo::Scope scope(&memo);
  for (auto& r : list) {
    if (feed.seen(r.digest)) continue;
    const auto fit = checker.check(r.message);
    if (!fit && fit.error() == Unfit::forged) return Unexpected(forged());
    if (!fit) continue;
    const auto bytes = r.bytes.size();
    if (!feed.add({std::move(r.bytes), r.digest, fit->lane, fit->height, false, false})) continue;
    if (!post(
            bytes, [this, m = std::move(r.message)] { take(m); }, Room::kept))
      return Unexpected(stopping());
  }
  return {};
}

// ---- the thread -----------------------------------------------------------------------------------------------------

bool Committee::Impl::over() const {
  const std::lock_guard lock(mutex);
  return stop_asked || failed;
}

void Committee::Impl::run() {
  const VerifiedMemo::Scope scope(&memo);
  replica.start(voter ? voter->votes.record() : finality::VoteRecord{}, clock.now());
  settle();
  auto ticked = Steady::now();
  while (!over()) {
    take_inbox();
    take_ready();
    if (const auto now = Steady::now(); !over() && now >= ticked + beat) {
      ticked = now;
      replica.tick(clock.now());
      settle();
      tell_behind(now);
      stand_back_if_unheard(now);
    }
    if (slots && !over()) {
      if (!leads) judge_waiting(Steady::now());
      order();
    }
    std::unique_lock lock(mutex);
    wake_up.wait_until(lock, ticked + beat,
                       [this] { return stop_asked || failed || !inbox.empty() || !ready.empty(); });
  }
  std::optional<Error> why;
  {
    const std::lock_guard lock(mutex);
    why = failed;
  }
  if (slots) slots->stop();
  admission->stop();
  fail_all(why ? *why : stopping());
  // What still waits here is told that it comes too late.
  take_inbox();
}

void Committee::Impl::take_inbox() {
  std::deque<Task> taken;
  {
    const std::lock_guard lock(mutex);
    taken.swap(inbox);
    inbox_bytes = 0;
  }
  for (auto& t : taken) {
    t.act();
    t.act = nullptr;
  }
}

void Committee::Impl::take_ready() {
  std::vector<SubmissionPtr> taken;
  {
    const std::lock_guard lock(mutex);
    taken.swap(ready);
  }
  const auto now = Steady::now();
  for (auto& s : taken) {
    for (std::size_t i = 0; i < s->items.size(); ++i) {
      if (s->steps[i] != Step::decided) waiting.push_back({s, i, now});
    }
  }
  if (!taken.empty()) look_after_waiting();
}

void Committee::Impl::take(const Message& m) {
  if (over()) return;
  struct Visitor {
    finality::Replica& to;
    void operator()(const log::SignedVote& v) const { to.vote(v); }
    void operator()(const StatementMessage& s) const { to.statement(s.statement, s.highest_qc); }
    void operator()(const log::Recovery& r) const { to.recovery(r); }
    void operator()(const SlotMessage& s) const { to.slot(s.slot, s.block); }
    void operator()(const VoidSlot& s) const { to.slot(s.slot, {}); }
    void operator()(const custody::Complaint&) const {}
  };
  if (const auto* c = std::get_if<custody::Complaint>(&m)) return take_complaint(*c);
  std::visit(Visitor{replica}, m);
  settle();
  if (std::holds_alternative<log::Recovery>(m)) note_recovery();
}

void Committee::Impl::note_recovery() {
  const std::lock_guard lock(mutex);
  held_recovery = replica.machine().held_recovery();
}

/// An orderer takes the record in hand itself: it need not know who left it out.
void Committee::Impl::take_complaint(const custody::Complaint& c) {
  // The same record may be in hand with a false signature, or without its acks.
  const auto same = [&, id = c.id()](const Waiting& w) {
    const auto& item = w.submission->items[w.i];
    return w.outcome().id == id && item.jws == c.item.jws && custody::encode_item(item) == custody::encode_item(c.item);
  };
  const bool in_hand = std::any_of(waiting.begin(), waiting.end(), same);
  if (orderer_key && !in_hand) submit({c.item}, [](const std::vector<Outcome>&) {});
  if (hooks.complained) hooks.complained(c);
}

void Committee::Impl::take_batch(sync::Batch batch, const std::function<void(Result<bool>)>& done) {
  if (over()) return done(Unexpected(stopping()));
  const auto before = ledger.chain().head_hash();
  const auto height = ledger.chain().head().height;
  auto ok = replica.batch(std::move(batch));
  const bool moved = before != ledger.chain().head_hash();
  settle();
  if (moved) {
    // Slots that came while they were too far ahead were not kept; the last of them may be the block that is voted on,
    // and one below may be another block than the batch brought.
    for (const auto& bytes : feed.slots_above(height)) {
      if (auto again = decode_messages(bytes)) take(again->front().message);
    }
  }
  if (!ok) return done(Unexpected(ok.error()));
  done(moved);
}

void Committee::Impl::fail(const Error& e) {
  {
    const std::lock_guard lock(mutex);
    if (failed) return;
    failed = dead(e);
  }
  tell({Notice::Kind::failed, {}, {}, e.code});
}

/// Carries out what came of an input.
void Committee::Impl::settle() {
  for (auto effects = replica.take_effects(); !effects.empty() && !over(); effects = replica.take_effects()) {
    for (auto& e : effects) {
      std::visit([this](auto& x) { on(x); }, e);
      if (replica.failure()) break;
    }
  }
  if (replica.failure()) return fail(*replica.failure());
  signs = voter && replica.machine().may_sign();
  const auto& head = ledger.chain().head_hash();
  const auto final_height = ledger.final_point()->checkpoint.height;
  const bool certified = ledger.head_qc().has_value();
  if (head == looked_head && final_height == looked_final && certified == looked_certified) return;
  if (head != looked_head) head_since = std::max(clock.now(), head_since);
  looked_head = head;
  looked_final = final_height;
  looked_certified = certified;
  note_recovery();
  look_after_waiting();
  if (!slots) return;
  if (leads && certified && !must_close() && !open()) feed.hand_on_votes(ledger.chain().head().height);
  const auto& at = ledger.chain().head();
  slots->look_from({ledger.final_point()->checkpoint.epoch, Height{final_height.value + 1}, 0},
                   {at.epoch, Height{at.height.value + 1}, 0});
}

void Committee::Impl::publish(const Message& m, Lane lane, std::optional<Height> height) const {
  auto bytes = encode(m);
  const auto digest = sha256(bytes);
  const bool waits = lane.kind == kind_of<log::SignedVote>;
  feed.add({std::move(bytes), digest, std::move(lane), height, true, waits});
}

/// Any thread. Whoever hears of it should have that header.
log::Place Committee::Impl::below_the_final_block() const {
  const auto height = ledger.final_point()->checkpoint.height.value;
  if (height > custody::complaint_below) {
    const auto row = ledger.store().row(Height{height - custody::complaint_below});
    const auto header = row && *row ? log::parse_checkpoint((*row)->header) : reject(RejectionCode::bad_form);
    if (header) return log::place_of(*header);
  }
  return log::place_of(log::genesis_checkpoint(ledger.genesis()));
}

/// Any thread: in the sets that sign now?
bool Committee::Impl::has_a_part() const {
  return voter && ledger.with_chain([me = voter->key.public_key().compressed()](const rules::Chain& chain) {
    return chain.next_signers()->number_of(me).has_value() || chain.signers()->number_of(me).has_value();
  });
}

/// Any thread.
custody::Complaint Committee::Impl::complain(ordering::Item item, UnixSeconds since,
                                             std::vector<custody::Receipt> receipts) const {
  custody::Complaint out;
  out.net = ledger.genesis().net;
  out.final_block = below_the_final_block();
  out.time = clock.now();
  out.since = since;
  out.item = std::move(item);
  out.receipts = std::move(receipts);
  const auto* key = has_a_part() ? &voter->key : orderer_key ? &*orderer_key : nullptr;
  if (key == nullptr) return out;
  out.key = key->public_key().compressed();
  out.signature = key->sign(custody::complaint_digest(out));
  publish(out, {kind_of<custody::Complaint>, out.key}, std::nullopt);
  return out;
}

/// Bound first, said afterwards: a vote that others have seen must be in the file whatever happens here.
void Committee::Impl::on(finality::CastVote& v) {
  const auto signature = voter->key.sign(log::vote_digest(v.hash, v.time));
  const auto written = voter->votes.write({v.header.epoch, v.header.height, v.hash, v.parent_epoch, v.time, signature});
  if (!written) return fail(written.error());
  const log::SignedVote vote{v.header, voter->key.public_key().compressed(), v.time, signature};
  publish(vote, {kind_of<log::SignedVote>, vote.validator}, v.header.height);
  replica.vote(vote);
}

void Committee::Impl::on(finality::ResendVote&) {
  const auto& last = voter->votes.last();
  for (const auto& a : ledger.tail()) {
    if (a.header_hash != last.header) continue;
    const log::SignedVote vote{a.header, voter->key.public_key().compressed(), last.time, last.signature};
    publish(vote, {kind_of<log::SignedVote>, vote.validator}, a.header.height);
    return replica.vote(vote);
  }
}

void Committee::Impl::on(finality::CastStatement& c) {
  StatementMessage m{c.statement, c.highest_qc};
  m.statement.signature = voter->key.sign(log::epoch_digest(m.statement));
  if (auto written = voter->votes.leave_below(m.statement.to); !written) return fail(written.error());
  publish(m, {kind_of<StatementMessage>, m.statement.validator}, std::nullopt);
  replica.statement(m.statement, m.highest_qc);
}

void Committee::Impl::on(finality::Final& f) {
  feed.forget_below(f.block.height);
  std::erase_if(slots_known, [&](const auto& s) { return s.first.height < f.block.height; });
  tell({Notice::Kind::final_block, f.block.height});
  const auto keep = options.slots_kept;
  if (!slots || !leads || keep == 0 || f.block.height.value < forgotten.value + keep + forget_every) return;
  forgotten = Height{f.block.height.value - keep};
  slots->forget({f.block.epoch, forgotten, 0});
}

void Committee::Impl::evidence(Notice n, std::string_view kind, ByteView bytes) {
  if (!options.evidence_folder.empty()) {
    auto file = keep_evidence(options.evidence_folder, kind, bytes);
    if (file)
      n.file = std::move(*file);
    else
      n.what = file.error().code;
  }
  tell(n);
}

void Committee::Impl::on(finality::FoundDoubleVote& f) {
  const auto& first = f.evidence.first;
  evidence({.kind = Notice::Kind::double_vote, .height = first.header.height, .who = first.validator}, "double-vote",
           log::encode(f.evidence));
}

void Committee::Impl::on(finality::KeyIsDead& k) {
  evidence({Notice::Kind::key_is_dead, k.shown.header.height}, "key-is-dead", log::encode(k.shown));
}

void Committee::Impl::on(finality::FoundOrderedTwice& f) {
  log::Writer w;
  w.bytes32(f.first);
  w.bytes32(f.second);
  Notice n{Notice::Kind::ordered_twice};
  if (const auto block = log::decode_block(f.first)) {
    n.height = block->height;
    n.who = ledger.genesis().orderers.at(block->orderer).key;  // the replica verified its signature
  }
  evidence(std::move(n), "ordered-twice", w.bytes());
}

void Committee::Impl::on(finality::SlotRefused& s) {
  tell({Notice::Kind::slot_refused, s.slot.height, {}, std::string(code_name(s.why.code))});
}

void Committee::Impl::on(finality::Behind&) {
  if (!behind) behind = {Steady::now(), ledger.chain().head_hash()};
}

void Committee::Impl::tell_behind(Steady::time_point now) {
  if (!behind || now < behind->first + behind_patience) return;
  const bool stands_still = behind->second == ledger.chain().head_hash();
  behind.reset();
  if (stands_still && hooks.behind) hooks.behind();
}

/// etcd hears this one, and the others do not, or it does not hear them: whoever leads next may be better placed.
void Committee::Impl::stand_back_if_unheard(Steady::time_point now) {
  const bool another = ledger.genesis().orderers.size() > 1;
  const bool waits = ledger.chain().head().height.value > 0 && !ledger.head_qc();
  if (!slots || !leads || !another || !waits) return unheard.reset();
  const auto& head = ledger.chain().head_hash();
  if (!unheard || unheard->second != head) unheard = {now, head};
  // Blocks of others who have lost patience come between where they lose it sooner than this one.
  if (now < unheard->first + std::min(options.unheard, options.left_out / 2)) return;
  unheard.reset();
  leads = false;
  slots->stand_back(options.stand_back);
}

void Committee::Impl::on(finality::AskForMyVotes&) {
  if (hooks.ask_for_my_votes) hooks.ask_for_my_votes();
}

// ---- who waits ------------------------------------------------------------------------------------------------------

/// Which records are in a block here, and which of those are final. A block that is given up takes them out again.
void Committee::Impl::look_after_waiting() {
  const auto final_size = ledger.final_point()->checkpoint.size;
  std::erase_if(waiting, [&](Waiting& w) {
    const auto* info = ledger.chain().state().find(w.outcome().id);
    w.placed = info != nullptr;
    if (info == nullptr) return false;
    w.outcome().index = info->index;
    return info->index.value < final_size && answer_final(w);
  });
}

/// A refusal does not wait until this one loses its patience with whoever leads, and who has asked wants to hear it of
/// two.
void Committee::Impl::judge_waiting(Steady::time_point now) {
  const auto& chain = ledger.chain();
  const auto time = std::max(chain.head().time, clock.now());
  const auto ripe = [&](const Waiting& w) { return !w.placed && !w.judged && now >= w.since + options.judge_after; };
  if (std::none_of(waiting.begin(), waiting.end(), ripe)) return;
  // While it is behind, it would refuse what it has not heard of yet.
  if (feed.has_slot_above(chain.head().height)) return;
  std::erase_if(waiting, [&](Waiting& w) {
    if (!ripe(w)) return false;
    w.judged = true;
    auto ok = chain.judge(w.submission->records[w.i], time);
    if (ok) return false;
    w.submission->refuse(w.i, std::move(ok).error());
    decided(w);
    return true;
  });
}

/// The ledger's copy replaces the client's: the same content may have been signed twice.
bool Committee::Impl::answer_final(const Waiting& w) {
  auto& out = w.outcome();
  auto jws = ledger.store().record(*out.index);
  const auto height = ledger.store().height_of(*out.index);
  if (!jws || !height || !*jws || !*height) {
    w.submission->fail(w.i, !jws ? jws.error() : !height ? height.error() : ordering::unreadable(*out.index));
  } else {
    out.status = Outcome::Status::final;
    out.height = **height;
    if (w.submission->steps[w.i] == Step::duplicate || **jws != w.submission->items[w.i].jws)
      out.stored = std::move(**jws);
  }
  decided(w);
  return true;
}

void Committee::Impl::decided(const Waiting& w) {
  auto& s = *w.submission;
  STELE_ASSERT(s.undecided > 0);
  if (--s.undecided == 0) deliver(s);
}

/// At the end: nobody is left without an answer.
void Committee::Impl::fail_all(const Error& why) {
  take_ready();
  for (const auto& w : waiting) {
    if (w.placed) {
      w.outcome().status = Outcome::Status::pending;
      if (const auto height = ledger.store().height_of(*w.outcome().index); height && *height)
        w.outcome().height = **height;
    } else {
      w.submission->fail(w.i, why);
    }
    decided(w);
  }
  waiting.clear();
}

// ---- ordering -------------------------------------------------------------------------------------------------------

/// Block time would lag: votes on the blocks before the next one are too old. Only so often: this node's clock may be
/// the one that is wrong.
bool Committee::Impl::old_time(UnixSeconds now) const {
  return ledger.final_point()->checkpoint.time.value + ordering::final_age_max_s <= now.value &&
         old_time_blocks < old_time_blocks_max;
}

/// Records are stored that are not final: the block with them needs another one behind it.
bool Committee::Impl::must_close() const {
  return ledger.chain().head().size > ledger.final_point()->checkpoint.size;
}

/// Somebody waits for a record that is in no block here.
bool Committee::Impl::open() const {
  return std::any_of(waiting.begin(), waiting.end(), [](const Waiting& w) { return !w.placed; });
}

bool Committee::Impl::due(UnixSeconds now) {
  const bool epoch = replica.epoch_is_ready();
  if (epoch && !epoch_was_ready) epoch_ready_since = Steady::now();
  epoch_was_ready = epoch;
  if (ledger.final_point()->checkpoint.time.value + ordering::final_age_max_s > now.value) old_time_blocks = 0;
  return epoch || open() || must_close() || old_time(now) || head_since.value + ordering::heartbeat_s <= now.value;
}

/// It does not lead, but whoever does leaves its records out, or an epoch that could begin.
bool Committee::Impl::impatient() const {
  const auto since = Steady::now() - options.left_out;
  return (!waiting.empty() && waiting.front().since <= since) || (epoch_was_ready && epoch_ready_since <= since);
}

void Committee::Impl::order() {
  const auto steady = Steady::now();
  if (putting) {
    auto& p = *putting;
    if (!p.again || steady < *p.again) return;
    p.again.reset();
    // The same bytes again: had the first try succeeded after all, another block would only lose to it.
    if (p.parent == ledger.chain().head_hash()) return slots->put(p.slot, p.block, p.begins_epoch);
    putting.reset();
  }
  const auto now = clock.now();
  if (read_due || steady < not_before || !due(now) || !(leads || impatient())) return;
  auto builder = replica.begin_block(number);
  const auto parent = ledger.chain().head_hash();
  settle();
  // What came of it may have moved the head on: the builder is of no use then.
  if (!builder || over() || parent != ledger.chain().head_hash()) return;
  if (old_time(now))
    ++old_time_blocks;
  else
    fill(*builder);
  const bool heartbeat = head_since.value + ordering::heartbeat_s <= now.value;
  const bool late = ledger.final_point()->checkpoint.time.value + ordering::final_age_max_s <= now.value;
  auto draft = std::move(*builder).finish();
  const bool begins_epoch = !draft.block().epoch_proof.empty();
  if (draft.records().empty() && !begins_epoch && !must_close() && !heartbeat && !late) return;  // all was refused
  draft.sign(orderer_key->sign(log::block_digest(draft.body_hash())));
  const auto block = std::move(draft).take_block();
  const bool begins = begins_epoch || block.height.value == 1;
  putting = Putting{
      {block.epoch, block.height, block.attempt}, std::make_shared<const Bytes>(log::encode(block)), begins, parent};
  slots->put(putting->slot, putting->block, begins);
}

/// Copies: what this block takes stays in hand until it is final, for its slot may be lost to another orderer.
void Committee::Impl::fill(rules::Chain::Builder& builder) {
  std::unordered_set<RecordId> in_block;
  std::erase_if(waiting, [&](const Waiting& w) {
    if (w.placed) return false;
    auto& s = *w.submission;
    const auto& item = s.items[w.i];
    if (in_block.contains(w.outcome().id)) return false;
    if (!builder.fits(item.jws.size(), item.acks.size())) {
      if (builder.size() != 0) return false;
      // One that fits into no block at all must not stop the others.
      s.refuse(w.i, {RejectionCode::block_too_large, {}});
    } else if (auto ok = builder.add(item.jws, s.records[w.i], item.acks); !ok) {
      s.refuse(w.i, std::move(ok).error());
    } else {
      in_block.insert(w.outcome().id);
      return false;
    }
    decided(w);
    return true;
  });
}

void Committee::Impl::put_done(const Result<Slots::Put>& done) {
  if (!putting || over()) return;
  const auto now = Steady::now();
  if (!done) {
    putting->again = now + put_again;
    tell({Notice::Kind::slots_failed, putting->slot.height, {}, done.error().code});
    return;
  }
  const auto p = std::move(*putting);
  putting.reset();
  switch (*done) {
    case Slots::Put::kept: {
      // Only now: before, another one might have stood there, and this one would be a second signature for its slot.
      const SlotMessage m{p.slot, *p.block};
      publish(m, {kind_of<SlotMessage>, orderer_key->public_key().compressed()}, p.slot.height);
      replica.slot(p.slot, *p.block);
      return settle();
    }
    case Slots::Put::taken:
      read_due = true;  // it is being read
      return;
    case Slots::Put::early:
      read_due = true;
      not_before = now + put_early;
      return;
  }
}

void Committee::Impl::slots_read(const std::vector<Slots::Kept>& list) {
  read_due = false;
  for (const auto& k : list) {
    if (over()) return;
    slot_read(k);
  }
}

/// Handed on as well: most nodes do not see the ordering service.
void Committee::Impl::slot_read(const Slots::Kept& k) {
  const auto digest = sha256(k.block);
  const auto known = slots_known.find(k.slot);
  const auto& head = ledger.chain().head();
  if (known != slots_known.end() && known->second == digest) {
    if (k.slot.epoch == head.epoch && k.slot.height <= head.height) return;  // it is stored
  } else {
    if (slots_known.size() >= slots_known_max) slots_known.erase(slots_known.begin());
    slots_known.insert_or_assign(k.slot, digest);
    if (const auto by = Checker::orderer_of(ledger.genesis(), k.slot, k.block)) {
      publish(SlotMessage{k.slot, k.block}, {kind_of<SlotMessage>, *by}, k.slot.height);
    } else {
      const auto me = orderer_key->public_key().compressed();
      const auto word = void_slot_digest(ledger.genesis().net, k.slot, number);
      publish(VoidSlot{k.slot, number, orderer_key->sign(word)}, {kind_of<VoidSlot>, me}, k.slot.height);
    }
  }
  replica.slot(k.slot, k.block);
  settle();
}

// ---- the class ------------------------------------------------------------------------------------------------------

Committee::Committee() = default;

Result<std::unique_ptr<Committee>> Committee::start(store::Ledger& ledger, ordering::Clock& clock, Feed& feed,
                                                    std::optional<VoterRole> voter, std::optional<OrdererRole> orderer,
                                                    Hooks hooks, CommitteeOptions options) {
  std::unique_ptr<Committee> out(new Committee());
  std::optional<signer::SigningKey> key;
  std::uint16_t number = 0;
  if (orderer) {
    const auto& orderers = ledger.genesis().orderers;
    const auto mine = orderer->key.public_key().compressed();
    const auto it = std::find_if(orderers.begin(), orderers.end(), [&](const auto& o) { return o.key == mine; });
    if (it == orderers.end())
      return Unexpected(make_error("not_an_orderer",
                                   "Khóa này không thuộc nút sắp xếp nào trong tệp gốc của mạng. Hãy kiểm tra khóa.",
                                   "This key belongs to no orderer in the genesis file. Check the key."));
    number = static_cast<std::uint16_t>(it - orderers.begin());
    key.emplace(std::move(orderer->key));
  }
  const auto threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  out->impl_ = std::make_unique<Impl>(ledger, clock, feed, std::move(voter), std::move(key), std::move(hooks),
                                      std::move(options));
  auto& m = *out->impl_;
  m.number = number;
  m.looked_head = ledger.chain().head_hash();
  m.looked_final = ledger.final_point()->checkpoint.height;
  m.head_since = ledger.chain().head().time;
  m.admission.emplace(ledger, clock, threads, [&m](SubmissionPtr s) { m.admitted(std::move(s)); });
  if (orderer) {
    // What the thread tells is small or bounded by what one look reads, and there is one look at a time.
    SlotThread::Hooks from_slots;
    from_slots.read = [&m](std::vector<Slots::Kept> list) {
      (void)m.post(
          0, [&m, list = std::move(list)] { m.slots_read(list); }, Impl::Room::kept);
    };
    from_slots.put = [&m](const Result<Slots::Put>& done) {
      (void)m.post(
          0, [&m, done] { m.put_done(done); }, Impl::Room::kept);
    };
    from_slots.leads = [&m](bool leads) {
      (void)m.post(
          0, [&m, leads] { m.leads = leads; }, Impl::Room::kept);
    };
    from_slots.failed = [&m](const Error& e) { m.tell({Notice::Kind::slots_failed, {}, {}, e.code}); };
    m.slots.emplace(std::move(orderer->slots), number, std::move(from_slots));
    const auto& head = ledger.chain().head();
    m.slots->look_from({ledger.final_point()->checkpoint.epoch, Height{m.looked_final.value + 1}, 0},
                       {head.epoch, Height{head.height.value + 1}, 0});
  }
  m.thread = std::thread([&m] { m.run(); });
  return out;
}

Committee::~Committee() {
  stop();
}

void Committee::submit(std::vector<ordering::Item> items, Done done) {
  impl_->submit(std::move(items), std::move(done));
}

void Committee::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stop_asked = true;
  }
  impl_->wake_up.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::optional<Error> Committee::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failed;
}

Result<void> Committee::receive(ByteView messages) {
  return impl_->receive(messages);
}

void Committee::batch(
    sync::Batch batch,
    std::function<void(Result<bool>)> done) {  // NOLINT(performance-unnecessary-value-param): kept by the queue
  std::size_t bytes = 0;
  for (const auto& b : batch.blocks) {
    for (const auto& r : b.records) bytes += r.size();
  }
  const auto shared = std::make_shared<sync::Batch>(std::move(batch));
  if (!impl_->post(bytes, [m = impl_.get(), shared, done] { m->take_batch(std::move(*shared), done); }))
    done(Unexpected(overloaded()));
}

void Committee::answer(const PublicKey& from, const std::optional<log::SignedVote>& vote) {
  (void)impl_->post(question_bytes, [m = impl_.get(), from, vote] {
    if (m->over()) return;
    m->replica.answer(from, vote);
    m->settle();
  });
}

void Committee::highest_vote_of(const PublicKey& key,
                                // NOLINTNEXTLINE(performance-unnecessary-value-param): kept by the queue
                                std::function<void(Result<std::optional<log::SignedVote>>)> done) {
  const auto act = [m = impl_.get(), key, done] {
    if (m->over()) return done(Unexpected(stopping()));
    done(m->replica.machine().highest_vote_of(key));
  };
  if (!impl_->post(question_bytes, act)) done(Unexpected(overloaded()));
}

void Committee::wake() {
  if (impl_->slots) impl_->slots->wake();
}

std::optional<custody::Word> Committee::sign_for(custody::ItemDigests items) const {
  const auto& m = *impl_;
  if (!m.orderer_key) return std::nullopt;
  custody::Word out{m.number, m.ledger.final_point()->checkpoint.height, m.clock.now(), {}};
  const auto root = custody::root_of(items);
  out.signature = m.orderer_key->sign(custody::word_digest(m.ledger.genesis().net, out, items.size(), root));
  return out;
}

bool Committee::would_take(const ordering::Item& item) const {
  const auto good = ordering::judge_alone(impl_->ledger, item);
  return good || good.error().code == RejectionCode::already_recorded;
}

custody::Complaint Committee::complain(ordering::Item item, UnixSeconds since, std::vector<custody::Receipt> receipts) {
  return impl_->complain(std::move(item), since, std::move(receipts));
}

const store::Ledger& Committee::ledger() const {
  return impl_->ledger;
}

const Feed& Committee::feed() const {
  return impl_->feed;
}

bool Committee::may_sign() const {
  return impl_->signs;
}

bool Committee::leads() const {
  return impl_->leads;
}

std::optional<log::Recovery> Committee::held_recovery() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->held_recovery;
}

}  // namespace stele::committee
