#include "node/committee/committee.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/base/hash.h"
#include "ledger/log/wire.h"
#include "node/committee/evidence.h"
#include "node/committee/impl.h"

namespace stele::committee {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds beat{100};  ///< the clock is looked at so often
/// A vote may come before the block that it is for: only who still stands where it stood has missed something.
constexpr milliseconds behind_patience{300};
constexpr std::size_t question_bytes = 4'096;  ///< what a question or an answer counts for in the inbox
constexpr std::uint64_t forget_every = 64;     ///< heights

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
  if (cause.code == code_name(RejectionCode::rules_unknown)) return cause;  // the disk is well
  return make_error("disk_failed",
                    fmt::format("Ghi đĩa bị lỗi nên nút ngừng ghi; việc đọc vẫn tiếp tục. Hãy khởi động lại nút rồi "
                                "gửi lại: gửi lại không gây hại. ({})",
                                cause.vi),
                    fmt::format("Writing to the disk failed, so nothing more is written; reading goes on. Restart the "
                                "node, then send again: repeating is harmless. ({})",
                                cause.en),
                    cause.where);
}

}  // namespace

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
    n.who = ledger.chain().state().orderers.at(block->orderer).member.key;  // the replica verified its signature
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

void Committee::Impl::on(finality::AskForMyVotes&) {
  if (hooks.ask_for_my_votes) hooks.ask_for_my_votes();
}

// ---- the class ------------------------------------------------------------------------------------------------------

std::optional<std::uint16_t> number_of_orderer(const store::Ledger& ledger, const PublicKey& key) {
  const auto all = ledger.orderers();
  const auto final_height = ledger.final_point()->checkpoint.height;
  const auto it = std::find_if(
      all.begin(), all.end(), [&](const auto& o) { return o.member.key == key && !o.until && o.from <= final_height; });
  if (it == all.end()) return std::nullopt;
  return static_cast<std::uint16_t>(it - all.begin());
}

Committee::Committee() = default;

Result<std::unique_ptr<Committee>> Committee::start(store::Ledger& ledger, ordering::Clock& clock, Feed& feed,
                                                    std::optional<VoterRole> voter, std::optional<OrdererRole> orderer,
                                                    Hooks hooks, CommitteeOptions options) {
  std::unique_ptr<Committee> out(new Committee());
  std::optional<signer::SigningKey> key;
  std::uint16_t number = 0;
  if (orderer) {
    const auto mine = number_of_orderer(ledger, orderer->key.public_key().compressed());
    if (!mine)
      return Unexpected(make_error("not_an_orderer",
                                   "Khóa này không thuộc nút sắp xếp nào trên sổ cái. Hãy kiểm tra khóa.",
                                   "This key belongs to no orderer on the ledger. Check the key."));
    number = *mine;
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
  m.admission.emplace(ledger, clock, threads, [&m](ordering::SubmissionPtr s) { m.admitted(std::move(s)); });
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
