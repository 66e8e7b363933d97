#include "node/finality/machine.h"

#include <algorithm>

#include "ledger/base/hash.h"

namespace stele::finality {
namespace {

using log::Place;

constexpr std::size_t votes_per_key_max = 64;
constexpr unsigned patience_max = 2;
constexpr std::uint64_t heights_ahead_max = 1'024;
constexpr std::uint64_t epochs_ahead_max = 65'536;
constexpr std::size_t recoveries_ahead_max = 4;

Place place_of(const StoredBlock& b) {
  return {b.header.epoch, b.header.height, b.hash};
}

/// Of two recoveries on one base the later one counts.
auto order_of(const log::Recovery& r) {
  return std::pair(r.time, log::recovery_digest(r));
}

/// Which of two certificates an epoch must not fall behind.
bool higher_certificate(const Place& a, const Place& b) {
  return log::lower(b, a);
}

}  // namespace

Machine::Machine(record::Genesis genesis, MachineOptions options) : genesis_(std::move(genesis)), options_(options) {}

const StoredBlock* Machine::block(const HeaderHash& hash) const {
  const auto it = std::find_if(blocks_.begin(), blocks_.end(), [&](const StoredBlock& b) { return b.hash == hash; });
  return it == blocks_.end() ? nullptr : &*it;
}

const log::Signers& Machine::signers_of_next() const {
  const auto* b = block(high_.header);
  return *(b != nullptr ? b : &blocks_.front())->child_signers;
}

/// Of the block that is being voted on: a recovery's set, too.
const log::Signers& Machine::signers_to_ask() const {
  const bool waits = head().header.height.value > 0 && !qcs_.contains(head().hash);
  return waits ? *head().signers : *head().child_signers;
}

std::optional<VerifyKey> Machine::known_key(const PublicKey& key) const {
  for (auto b = blocks_.rbegin(); b != blocks_.rend(); ++b) {
    for (const auto* set : {b->child_signers.get(), b->signers.get()}) {
      if (const auto n = set->number_of(key)) return set->key(*n);
    }
  }
  return std::nullopt;
}

// ---- blocks ---------------------------------------------------------------------------------------------------------

void Machine::start(const VoteRecord& record, std::vector<StoredBlock> blocks,
                    const std::optional<log::QuorumCertificate>& head_qc, UnixSeconds now) {
  STELE_ASSERT(!blocks.empty() && blocks_.empty());
  record_ = record;
  now_ = looked_ = now;
  final_ = high_ = place_of(blocks.front());
  blocks_.push_back(std::move(blocks.front()));
  for (std::size_t i = 1; i < blocks.size(); ++i) add(std::move(blocks[i]));
  if (head_qc) certificate(*head_qc);
  // What the disk shows is known to whoever keeps the disk; only that it shows too much is news.
  std::erase_if(effects_, [](const Effect& e) { return !std::holds_alternative<KeyIsDead>(e); });
  if (!options_.me) return;
  const auto mine = signers_to_ask().number_of(*options_.me);
  if (dead_) return;
  ready_ = mine && signers_to_ask().quorum(std::span(&*mine, 1));
  if (ready_) return consider(head());
  effects_.emplace_back(AskForMyVotes{});
}

void Machine::add(StoredBlock b) {
  STELE_ASSERT(b.header.parent == head().hash);
  const auto parent_qc = b.parent_qc;
  blocks_.push_back(std::move(b));
  if (!parent_qc) return;
  const auto parent = blocks_[blocks_.size() - 2];
  certified(parent, *parent_qc);
}

void Machine::stored(StoredBlock b) {
  const auto hash = b.hash;
  if (b.header.epoch != b.parent_epoch) {  // an epoch has begun: that is progress
    progress_ = watched_;
    patience_ = 0;
  }
  add(std::move(b));
  become_ready();  // others sign from here on, and they may have answered
  // A vote may make others count, and a certificate move the final block: each step looks the block up again.
  consider(*block(hash));
  if (const auto* now = block(hash)) count(*now);
}

void Machine::given_up_above(Height height) {
  STELE_ASSERT(height >= final_.height);
  for (; head().header.height > height; blocks_.pop_back()) qcs_.erase(head().hash);  // news, should they come back
  find_highest();
}

void Machine::find_highest() {
  high_ = final_;
  for (const auto& b : blocks_) {
    if (qcs_.contains(b.hash)) high_ = place_of(b);  // heights rise along the chain, and epochs never fall
  }
}

/// Rules 1 and 2. That the block carries what it must was judged when it was validated.
void Machine::consider(const StoredBlock& b) {
  if (!options_.me || !may_sign() || b.header.height.value == 0 || !b.signers->number_of(*options_.me)) return;
  if (!may_vote(record_, b.header.epoch, b.header.height, b.hash, b.parent_epoch)) return;
  if (record_.last.header == b.hash) {
    effects_.emplace_back(ResendVote{});
    return;
  }
  record_.last = {b.header.epoch, b.header.height, b.hash, b.parent_epoch, now_, {}};
  effects_.emplace_back(CastVote{b.header, b.hash, b.parent_epoch, now_});
}

bool Machine::would_vote(Epoch epoch, Height height, const log::Signers& signers) const {
  return options_.me && may_sign() && signers.number_of(*options_.me) &&
         may_vote(record_, epoch, height, HeaderHash{}, Epoch{});
}

// ---- votes and certificates -----------------------------------------------------------------------------------------

void Machine::vote(const log::SignedVote& v) {
  if (v.header.net != genesis_.net || v.header.height.value == 0) return;
  if (v.header.height.value > final_.height.value + heights_ahead_max) return;
  const auto key = known_key(v.validator);
  if (!key) return;
  const auto hash = log::place_of(v.header).header;
  auto& of_key = seen_[v.validator];
  const At at{v.header.epoch, v.header.height};
  auto& here = of_key[at];
  const bool again = std::any_of(here.begin(), here.end(), [&](const Seen& s) { return s.hash == hash; });
  if (again || here.size() >= 2 || !key->verify(log::vote_digest(hash, v.time), v.signature)) {
    if (here.empty()) of_key.erase(at);
    return;
  }
  here.push_back({v, hash});
  if (options_.me == v.validator) check_mine(v, hash);
  // Rule 8: it changes nothing here, but everybody may see it.
  if (here.size() == 2 && told_.emplace(v.validator, at).second) {
    const bool in_order = here[0].hash < here[1].hash;
    effects_.emplace_back(FoundDoubleVote{{here[in_order ? 0 : 1].vote, here[in_order ? 1 : 0].vote}});
  }
  if (of_key.size() > votes_per_key_max) of_key.erase(of_key.begin());
  const auto* b = block(hash);
  if (b != nullptr) return count(*b);
  if (v.header.height > head().header.height) effects_.emplace_back(Behind{});
}

void Machine::count(const StoredBlock& b) {
  if (qcs_.contains(b.hash)) return;
  log::QuorumCertificate qc{b.hash, {}};
  std::vector<std::uint16_t> numbers;
  const At at{b.header.epoch, b.header.height};
  for (const auto& [key, places] : seen_) {
    const auto number = b.signers->number_of(key);
    const auto here = places.find(at);
    if (!number || here == places.end()) continue;
    for (const auto& s : here->second) {
      if (s.hash != b.hash) continue;
      numbers.push_back(*number);
      qc.votes.push_back({*number, s.vote.time, s.vote.signature});
    }
  }
  if (!b.signers->quorum(numbers)) return;
  std::sort(qc.votes.begin(), qc.votes.end(),
            [](const log::Vote& x, const log::Vote& y) { return x.validator < y.validator; });
  certified(StoredBlock(b), qc);
}

void Machine::certificate(const log::QuorumCertificate& qc) {
  const auto* b = block(qc.header);
  if (b == nullptr) {
    effects_.emplace_back(Behind{});
    return;
  }
  if (!qcs_.contains(qc.header) && log::check_qc(qc, b->hash, *b->signers)) certified(StoredBlock(*b), qc);
}

/// Rule 3. The certificate was checked.
void Machine::certified(const StoredBlock& b, const log::QuorumCertificate& qc) {
  for (const auto& v : qc.votes) {
    if (!options_.me || b.signers->number_of(*options_.me) != v.validator) continue;
    check_mine({b.header, *options_.me, v.time, v.signature}, b.hash);
  }
  if (!qcs_.emplace(b.hash, qc).second) return;
  effects_.emplace_back(Certified{place_of(b), qc});
  if (higher_certificate(place_of(b), high_)) {
    high_ = place_of(b);
    progress_ = watched_;
    patience_ = 0;
    take_recoveries_ahead();
  }
  // Two-chain: its parent carries a certificate, which this block shows; of one epoch both must be.
  if (b.header.height > final_.height && b.parent_epoch == b.header.epoch && b.header.height.value > 1)
    finalise(Height{b.header.height.value - 1});
}

void Machine::finalise(Height height) {
  if (height <= final_.height) return;
  const auto it =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const StoredBlock& b) { return b.header.height == height; });
  STELE_ASSERT(it != blocks_.end());
  for (auto b = blocks_.begin(); b != it; ++b) qcs_.erase(b->hash);
  blocks_.erase(blocks_.begin(), it);
  final_ = place_of(blocks_.front());
  effects_.emplace_back(Final{final_});
  forget_old_votes();
}

/// The highest vote of each key stays: it is what its owner may ask for after a restart.
void Machine::forget_old_votes() {
  for (auto& [key, places] : seen_) {
    for (auto it = places.begin(); it != places.end() && std::next(it) != places.end();)
      it = it->first.second < final_.height ? places.erase(it) : std::next(it);
  }
  std::erase_if(told_, [&](const auto& t) { return t.second.second < final_.height; });
}

// ---- my key ---------------------------------------------------------------------------------------------------------

/// Rule 7: a vote of this key that its file does not know was made by a file that is lost, or by another hand.
void Machine::check_mine(const log::SignedVote& v, const HeaderHash& hash) {
  const auto place = std::pair(v.header.epoch, v.header.height);
  const auto last = std::pair(record_.last.epoch, record_.last.height);
  if (dead_ || place < last || (place == last && hash == record_.last.header)) return;
  dead_ = true;
  effects_.emplace_back(KeyIsDead{v});
}

void Machine::answer(const PublicKey& from, const std::optional<log::SignedVote>& shown) {
  const bool of_recovery = recovery_ && recovery_signers_->number_of(from);
  if (!options_.me || dead_ || from == *options_.me || (!known_key(from) && !of_recovery)) return;
  if (shown && shown->validator == *options_.me && shown->header.net == genesis_.net) {
    const auto key = VerifyKey::parse(*options_.me);
    const auto hash = log::place_of(shown->header).header;
    if (key && key->verify(log::vote_digest(hash, shown->time), shown->signature)) check_mine(*shown, hash);
  }
  answered_.insert(from);
  become_ready();
}

void Machine::become_ready() {
  if (!options_.me || ready_ || dead_ || !enough_answered(signers_to_ask())) return;
  ready_ = true;
  progress_ = watched_;
  patience_ = 0;
  consider(head());
}

/// q - 1 others, and itself.
bool Machine::enough_answered(const log::Signers& signers) const {
  std::vector<std::uint16_t> numbers;
  for (const auto& key : answered_) {
    if (const auto n = signers.number_of(key)) numbers.push_back(*n);
  }
  if (const auto mine = signers.number_of(*options_.me)) numbers.push_back(*mine);
  return signers.quorum(numbers);
}

std::optional<log::SignedVote> Machine::highest_vote_of(const PublicKey& key) const {
  std::optional<log::SignedVote> out;
  const auto take = [&out](const log::SignedVote& v) {
    if (!out || std::tie(out->header.epoch, out->header.height) < std::tie(v.header.epoch, v.header.height)) out = v;
  };
  if (const auto it = seen_.find(key); it != seen_.end() && !it->second.empty())
    take(it->second.rbegin()->second.front().vote);
  for (const auto& b : blocks_) {
    const auto qc = qcs_.find(b.hash);
    const auto number = b.signers->number_of(key);
    if (qc == qcs_.end() || !number) continue;
    for (const auto& v : qc->second.votes) {
      if (v.validator == *number) take({b.header, key, v.time, v.signature});
    }
  }
  return out;
}

std::optional<log::QuorumCertificate> Machine::certificate_of(const HeaderHash& hash) const {
  const auto it = qcs_.find(hash);
  return it == qcs_.end() ? std::nullopt : std::optional(it->second);
}

// ---- epochs ---------------------------------------------------------------------------------------------------------

void Machine::statement(const log::EpochStatement& s, const std::optional<log::QuorumCertificate>& highest_qc) {
  if (s.net != genesis_.net || log::is_void(s)) return;
  // Nobody comes this far by leaving epochs that did not begin: f + 1 bad keys would draw all others after them.
  if (s.to.value > std::max(record_.left_below, head().header.epoch).value + epochs_ahead_max) return;
  if (highest_qc && highest_qc->header == s.highest.header) {
    if (higher_certificate(s.highest, high_)) certificate(*highest_qc);
  }
  const bool serves = s.recovery != Digest{};
  std::optional<VerifyKey> key;
  if (serves) {
    if (!recovery_ || log::recovery_digest(*recovery_) != s.recovery) return;
    for (const auto& m : recovery_->set) {
      if (m.key == s.validator) key = VerifyKey::parse(m.key);
    }
  } else {
    key = known_key(s.validator);
  }
  if (!key || !key->verify(log::epoch_digest(s), s.signature)) return;
  auto& kept = serves ? recovery_statements_ : statements_;
  const auto it = kept.find(s.validator);
  if (it != kept.end() && (it->second.to > s.to || (it->second.to == s.to && it->second.time > s.time))) return;
  kept.insert_or_assign(s.validator, s);
  amplify();
  assemble();
}

/// f + 1 have left: one of them is honest and has a reason.
void Machine::amplify() {
  if (!options_.me || dead_) return;
  // Who serves a recovery follows its set alone: of the old one too many may be what it recovers from.
  if (serves_recovery()) {
    if (const auto to = left_by_one_honest(recovery_statements_, *recovery_signers_); to && *to > record_.left_below)
      leave(*to, recovery_);
  } else if (may_sign()) {
    if (const auto to = left_by_one_honest(statements_, signers_of_next()); to && *to > record_.left_below)
      leave(*to, std::nullopt);
  }
}

/// The highest epoch that f + 1 of these have left the epochs below.
std::optional<Epoch> Machine::left_by_one_honest(const Statements& statements, const log::Signers& signers) {
  std::vector<std::pair<Epoch, std::uint16_t>> left;
  for (const auto& [key, s] : statements) {
    if (const auto n = signers.number_of(key)) left.emplace_back(s.to, *n);
  }
  std::sort(left.rbegin(), left.rend());
  std::vector<std::uint16_t> numbers;
  for (const auto& [to, n] : left) {
    numbers.push_back(n);
    if (signers.one_honest(numbers)) return to;
  }
  return std::nullopt;
}

/// Signs that every epoch below `to` is left. May be said again, with what is known by then.
void Machine::leave(Epoch to, const std::optional<log::Recovery>& serves) {
  log::EpochStatement s;
  s.net = genesis_.net;
  s.to = to;
  s.highest = high_;
  const auto& last = record_.last;
  s.last_vote = {last.epoch, last.height, last.header};
  s.last_vote_parent = last.parent_epoch;
  if (serves) s.recovery = log::recovery_digest(*serves);
  s.time = now_;
  s.validator = *options_.me;
  // Something that this node voted on is gone from its disk: it fetches it again before it says anything.
  if (log::is_void(s) || s.to <= s.highest.epoch || s.to <= last.epoch) {
    effects_.emplace_back(Behind{});
    return;
  }
  // The epoch that others are followed into is given its full time from here on.
  if (to > record_.left_below) progress_ = watched_;
  record_.left_below = std::max(record_.left_below, to);
  effects_.emplace_back(CastStatement{s, certificate_of(high_.header)});
}

std::optional<log::EpochProof> Machine::proof_for(Epoch to, const std::optional<log::Recovery>& serves,
                                                  const log::Signers& signers) const {
  log::EpochProof out;
  out.recovery = serves;
  std::vector<std::uint16_t> numbers;
  for (const auto& [key, s] : serves ? recovery_statements_ : statements_) {
    const auto number = signers.number_of(key);
    // Who holds a certificate above what is known here can't be passed over, only left out.
    if (!number || s.to != to || higher_certificate(s.highest, high_)) continue;
    numbers.push_back(*number);
    out.statements.push_back(s);
  }
  if (!signers.quorum(numbers)) return std::nullopt;
  return out;
}

void Machine::assemble() {
  assemble(statements_, std::nullopt, signers_of_next());
  if (recovery_ && recovery_->base == high_) assemble(recovery_statements_, recovery_, *recovery_signers_);
}

void Machine::assemble(const Statements& statements, const std::optional<log::Recovery>& serves,
                       const log::Signers& signers) {
  std::set<Epoch> epochs;
  for (const auto& [key, s] : statements) epochs.insert(s.to);
  for (auto to = epochs.rbegin(); to != epochs.rend() && *to > head().header.epoch; ++to) {
    if (serves && *to < serves->epoch) return;
    auto proof = proof_for(*to, serves, signers);
    if (!proof || (serves && log::median_time(*proof).value < serves->time.value + log::recovery_wait_s)) continue;
    effects_.emplace_back(EpochReady{*to, high_, std::move(*proof)});
    return;
  }
}

void Machine::recovery(const log::Recovery& r) {
  if (!log::check_recovery(r, genesis_)) return;
  // Final blocks above its base make it void; a base that is not the highest certified one here may become that.
  if (log::lower(r.base, final_)) return;
  if (r.base != high_) return keep_ahead(r);
  auto signers = log::recovery_signers(r);
  if (!signers) return;
  // The same again changes nothing. Of two on one base all nodes take the same one, whichever came first.
  if (recovery_ && recovery_->base == r.base && order_of(r) <= order_of(*recovery_)) return;
  recovery_ = r;
  recovery_signers_ = std::move(signers);
  recovery_statements_.clear();
}

/// Whoever is behind when it is published is handed it once only.
void Machine::keep_ahead(const log::Recovery& r) {
  if (!higher_certificate(r.base, high_)) return;
  const bool again = std::any_of(recoveries_ahead_.begin(), recoveries_ahead_.end(),
                                 [&](const log::Recovery& x) { return order_of(x) == order_of(r); });
  if (again) return;
  recoveries_ahead_.push_back(r);
  if (recoveries_ahead_.size() > recoveries_ahead_max) recoveries_ahead_.erase(recoveries_ahead_.begin());
}

void Machine::take_recoveries_ahead() {
  const auto kept = std::exchange(recoveries_ahead_, {});
  for (const auto& r : kept) recovery(r);
}

/// Its week is over, its first block is not certified, this key is of its set, and enough of that set have answered.
bool Machine::serves_recovery() const {
  return recovery_ && recovery_->base == high_ && now_.value >= recovery_->time.value + log::recovery_wait_s &&
         recovery_signers_->number_of(*options_.me) && (ready_ || enough_answered(*recovery_signers_));
}

/// Do a quorum of these say that they have left for this epoch or a later one?
bool Machine::quorum_left(const Statements& statements, const log::Signers& signers, Epoch to) {
  std::vector<std::uint16_t> numbers;
  for (const auto& [key, s] : statements) {
    if (const auto n = signers.number_of(key); n && s.to >= to) numbers.push_back(*n);
  }
  return signers.quorum(numbers);
}

/// What was said is said again; after a stall it may be for a later epoch. Nobody goes ahead alone: a later one only
/// when a quorum has said the last one, or whoever was cut off for a day would not meet the others again.
void Machine::say_what_is_left(bool stalled) {
  const Epoch begun = std::max(record_.last.epoch, head().header.epoch);
  const auto next = [&](const Statements& statements, const log::Signers& signers) {
    const bool waits = record_.left_below > begun;
    if (!stalled) return waits ? record_.left_below : Epoch{0};
    if (!waits) return Epoch{std::max(record_.left_below, begun).value + 1};
    return Epoch{record_.left_below.value + (quorum_left(statements, signers, record_.left_below) ? 1 : 0)};
  };
  const bool serves = serves_recovery();
  // Both, for one epoch: whichever set finds its quorum begins it, and no one votes twice for that.
  Epoch to = serves ? std::max(recovery_->epoch, next(recovery_statements_, *recovery_signers_)) : Epoch{0};
  if (to <= begun) to = Epoch{0};
  if (may_sign() && signers_of_next().number_of(*options_.me)) {
    to = std::max(to, next(statements_, signers_of_next()));
    if (to.value > 0) leave(to, std::nullopt);
  }
  if (serves && to.value > 0) leave(to, recovery_);
}

// ---- time -----------------------------------------------------------------------------------------------------------

void Machine::tick(UnixSeconds now) {
  if (now > looked_) watched_ += std::min(now.value - looked_.value, options_.pause_s);
  looked_ = now;
  now_ = std::max(now_, now);
  const bool repeat = watched_ >= repeated_ + options_.repeat_s;
  if (repeat) repeated_ = watched_;
  if (options_.me && !dead_ && !ready_ && repeat) effects_.emplace_back(AskForMyVotes{});
  if (options_.me && !dead_) {
    const auto patience = options_.stall_s << patience_;
    const bool stalled = watched_ >= progress_ + patience;
    if (stalled) {
      progress_ = watched_;
      patience_ = std::min(patience_ + 1, patience_max);
    }
    if (stalled || repeat) say_what_is_left(stalled);
    if (repeat && !stalled) consider(head());
  }
  if (repeat) assemble();
}

}  // namespace stele::finality
