#include "node/finality/replica.h"

#include <algorithm>

#include "ledger/base/hash.h"

namespace stele::finality {
namespace {

constexpr std::size_t slots_max = 64;
constexpr std::size_t attempts_kept_max = 256;
constexpr std::uint64_t heights_ahead_max = 8;

StoredBlock stored_of(const rules::Applied& a) {
  return {a.header, a.header_hash, a.parent_epoch, a.signers, a.child_signers, a.parent_qc};
}

bool stands_in(const log::Block& b, const Slot& s) {
  return b.epoch == s.epoch && b.height == s.height && b.attempt == s.attempt;
}

bool signed_by_orderer(const log::Block& b, const registry::State& s) {
  if (b.net != s.genesis.net || b.orderer >= s.orderers.size()) return false;
  return s.orderers[b.orderer].verify.verify(log::block_digest(log::body_hash(b)), b.signature);
}

}  // namespace

Replica::Replica(store::Ledger& ledger, MachineOptions options)
    : ledger_(ledger), machine_(ledger.genesis(), options) {}

void Replica::start(const VoteRecord& record, UnixSeconds now) {
  std::vector<StoredBlock> blocks;
  for (const auto& a : ledger_.tail()) blocks.push_back(stored_of(a));
  machine_.start(record, std::move(blocks), ledger_.head_qc(), now);
  settle();
}

/// Carries out what concerns the ledger, in the order in which it was decided, and hands everything on.
void Replica::settle() {
  for (auto& effect : machine_.take_effects()) {
    if (const auto* c = std::get_if<Certified>(&effect)) {
      const bool head = c->block.header == chain().head_hash() && !ledger_.head_qc();
      if (head && chain().head().height.value > 0) {
        if (auto ok = ledger_.certify(c->qc); !ok) failure_ = ok.error();
      }
    }
    if (auto* e = std::get_if<EpochReady>(&effect)) {
      if (!ready_ || ready_->to <= e->to) ready_ = *e;
    }
    std::visit([this](auto& e) { effects_.emplace_back(std::move(e)); }, effect);
  }
}

void Replica::take_in(const rules::Applied& a) {
  machine_.stored(stored_of(a));
  settle();
  if (ready_ && ready_->to <= a.header.epoch) ready_.reset();
}

// ---- what others say ------------------------------------------------------------------------------------------------

void Replica::vote(const log::SignedVote& v) {
  machine_.vote(v);
  settle();
  try_slots();
}
void Replica::statement(const log::EpochStatement& s, const std::optional<log::QuorumCertificate>& qc) {
  machine_.statement(s, qc);
  settle();
}
void Replica::answer(const PublicKey& from, const std::optional<log::SignedVote>& v) {
  machine_.answer(from, v);
  settle();
}
void Replica::recovery(const log::Recovery& r) {
  machine_.recovery(r);
  settle();
}
void Replica::tick(UnixSeconds now) {
  machine_.tick(now);
  settle();
  try_slots();
}

Result<void> Replica::batch(sync::Batch batch) {
  if (failure_) return Unexpected(*failure_);
  for (const auto& b : batch.blocks) {  // others may have been shown another block
    const Slot s{b.epoch, b.height, b.attempt};
    if (const auto ours = here(s)) compare(s, *ours, log::encode(b));
  }
  if (begin_epoch_elsewhere(batch)) return try_slots(), Result<void>{};
  if (failure_) return Unexpected(*failure_);
  const auto qc = batch.qc;
  auto taken = sync::take(ledger_, std::move(batch));
  if (!taken) {
    if (taken.error().failed) failure_ = taken.error().failed;
    for (const auto& a : taken.error().blocks) take_in(a);
    if (const auto& head = ledger_.head_qc()) machine_.certificate(*head);
    return Unexpected(failure_ ? *failure_ : *taken.error().lies);
  }
  if (taken->given_up_above) machine_.given_up_above(*taken->given_up_above);
  for (const auto& a : taken->blocks) take_in(a);
  if (qc.header == chain().head_hash()) machine_.certificate(qc);
  settle();
  try_slots();
  return {};
}

// ---- the ordering service -------------------------------------------------------------------------------------------

std::uint32_t& Replica::attempt(Epoch epoch, Height height) {
  if (attempts_.size() >= attempts_kept_max) attempts_.erase(attempts_.begin());
  return attempts_[{epoch, height}];
}

void Replica::slot(const Slot& s, ByteView block) {
  if (failure_ || block.size() > log::block_bytes_max) return;
  if (const auto first = here(s)) return compare(s, *first, block);  // the first that came is the one that is judged
  keep(s, block);
  try_slots();
}

/// What is known of a slot: waiting, or stored not long ago.
std::optional<Bytes> Replica::here(const Slot& s) const {
  if (const auto it = slots_.find(s); it != slots_.end()) return it->second;
  if (last_ && last_->first == s) return last_->second;
  const auto head = chain().head().height;
  if (s.height > head || s.height.value + slots_compared_below <= head.value) return std::nullopt;
  auto row = ledger_.store().block(s.height);
  if (!row || !*row) return std::nullopt;
  const auto block = log::decode_meta((*row)->meta, std::move((*row)->records));
  return block && stands_in(*block, s) ? std::optional(log::encode(*block)) : std::nullopt;
}

void Replica::compare(const Slot& s, ByteView first, ByteView second) {
  if (as_text(first) == as_text(second)) return;
  const auto a = log::decode_block(first);
  const auto b = log::decode_block(second);
  const auto& state = chain().state();
  if (a && b && a->orderer == b->orderer && stands_in(*a, s) && stands_in(*b, s) &&
      log::body_hash(*a) != log::body_hash(*b) && !ordered_twice_.contains({s, a->orderer}) &&
      signed_by_orderer(*a, state) && signed_by_orderer(*b, state)) {
    ordered_twice_.emplace(s, a->orderer);
    effects_.emplace_back(FoundOrderedTwice{{first.begin(), first.end()}, {second.begin(), second.end()}});
  }
}

void Replica::keep(const Slot& s, ByteView block) {
  const auto& head = chain().head();
  if (s.epoch < head.epoch) return;
  if (s.epoch == head.epoch && (s.height <= head.height || s.height.value > head.height.value + heights_ahead_max))
    return;
  if (s.attempt < attempt(s.epoch, s.height)) return;  // passed over
  slots_.emplace(s, Bytes(block.begin(), block.end()));
  while (slots_.size() > slots_max) slots_.erase(std::prev(slots_.end()));
}

void Replica::refuse(const Slot& s, const Rejection& why, const log::Block* block) {
  auto& next = attempt(s.epoch, s.height);
  next = std::max(next, s.attempt + 1);
  const bool known = block != nullptr && signed_by_orderer(*block, chain().state());
  effects_.emplace_back(SlotRefused{s, why, known ? std::optional(block->orderer) : std::nullopt});
  slots_.erase(s);
}

void Replica::try_slots() {
  while (!failure_ && (try_next() || try_epochs())) {
  }
  const auto& head = chain().head();
  std::erase_if(slots_, [&](const auto& s) {
    return s.first.epoch < head.epoch || (s.first.epoch == head.epoch && s.first.height <= head.height);
  });
  const auto final_height = ledger_.final_point()->checkpoint.height;
  std::erase_if(ordered_twice_,
                [&](const auto& told) { return told.first.height.value + slots_compared_below < final_height.value; });
}

/// A block of other rules is neither passed over nor waited for: this program would disagree with newer ones.
bool Replica::rules_known() {
  auto known = chain().next_rules();
  if (!known) failure_ = to_error(known.error());
  return known.has_value();
}

/// The next block of the head's epoch. True: something has changed.
bool Replica::try_next() {
  const auto& head = chain().head();
  const Height height{head.height.value + 1};
  const auto it = slots_.find(Slot{head.epoch, height, attempt(head.epoch, height)});
  if (it == slots_.end()) return false;
  if (!rules_known()) return false;
  const Slot s = it->first;
  auto block = log::decode_block(it->second);
  if (!block) return refuse(s, block.error(), nullptr), true;
  if (!stands_in(*block, s)) return refuse(s, {RejectionCode::block_wrong_height, "attempt"}, &*block), true;
  if (block->parent != chain().head_hash() && head.height.value > 0 && !ledger_.head_qc()) {
    effects_.emplace_back(Behind{});  // it may stand on another block that is certified; ours is not yet
    return false;
  }
  const auto copy = *block;
  auto applied = ledger_.append(std::move(*block), rules::Chain::Signatures::check);
  if (ledger_.head_qc()) machine_.certificate(*ledger_.head_qc());  // the block may have brought it
  settle();
  if (!applied) {
    if (applied.error().failed) return failure_ = applied.error().failed, false;
    return refuse(s, applied.error().rejected->why, &copy), true;
  }
  last_ = {s, std::move(slots_.at(s))};
  slots_.erase(s);
  take_in(*applied);
  return true;
}

/// First blocks of later epochs.
bool Replica::try_epochs() {
  const auto& head = chain().head();
  for (auto it = slots_.lower_bound(Slot{{head.epoch.value + 1}, {}, 0}); it != slots_.end();) {
    const Slot s = it->first;
    ++it;
    auto block = log::decode_block(slots_.at(s));
    if (!block || !stands_in(*block, s)) {
      refuse(s, block ? Rejection{RejectionCode::block_wrong_height, "attempt"} : block.error(), nullptr);
      continue;
    }
    if (block->epoch_proof.empty()) continue;  // further on in an epoch that has not begun here
    if (begin_epoch(s, std::move(*block))) return true;
    if (failure_) return false;
  }
  return false;
}

bool Replica::begin_epoch(const Slot& s, log::Block block) {
  const auto& tail = ledger_.tail();
  const auto base =
      std::find_if(tail.begin(), tail.end(), [&](const rules::Applied& a) { return a.header_hash == block.parent; });
  if (base == tail.end()) {
    if (could_be_proven(block)) wanted_ = {s, block.parent};
    effects_.emplace_back(Behind{});
    return false;
  }
  if (base->header_hash == chain().head_hash() && !rules_known()) return false;
  // The proof first: it is cheap, and what stands above the base is given up for a good one only.
  const auto proof = log::decode_epoch_proof(block.epoch_proof);
  const auto good =
      proof ? log::check_epoch_proof(*proof, ledger_.genesis(), s.epoch,
                                     {base->header.epoch, base->header.height, base->header_hash}, *base->child_signers)
            : Result<void, Rejection>(Unexpected(proof.error()));
  if (!good) return refuse(s, good.error(), &block), false;
  const auto copy = block;
  const Height keep = base->header.height;
  if (base->header_hash == chain().head_hash()) {
    auto applied = ledger_.append(std::move(block), rules::Chain::Signatures::check);
    if (ledger_.head_qc()) machine_.certificate(*ledger_.head_qc());
    settle();
    if (!applied) {
      if (applied.error().failed) return failure_ = applied.error().failed, false;
      return refuse(s, applied.error().rejected->why, &copy), false;
    }
    last_ = {s, std::move(slots_.at(s))};
    slots_.erase(s);
    take_in(*applied);
    return true;
  }
  const auto signers = proof->recovery ? log::recovery_signers(*proof->recovery) : std::optional(*base->child_signers);
  // Who can't vote for it does not need it before it is certified; until then it keeps what it has.
  if (!signers || !machine_.would_vote(s.epoch, s.height, *signers)) return false;
  std::vector<log::Block> blocks;
  blocks.push_back(std::move(block));
  auto replaced = ledger_.replace_tail(keep, std::move(blocks), std::nullopt);
  if (!replaced) {
    if (replaced.error().failed) return failure_ = replaced.error().failed, false;
    return refuse(s, replaced.error().rejected->why, &copy), false;
  }
  last_ = {s, std::move(slots_.at(s))};
  slots_.erase(s);
  machine_.given_up_above(keep);
  take_in(replaced->front());
  return true;
}

/// By the sets that are known here. Whether it is, is judged with the base's own.
bool Replica::could_be_proven(const log::Block& block) const {
  const auto proof = log::decode_epoch_proof(block.epoch_proof);
  if (!proof) return false;
  log::Place base{{}, {block.height.value - 1}, block.parent};
  for (const auto& st : proof->statements) {
    if (log::lower(base, st.highest)) base = {st.highest.epoch, st.highest.height, block.parent};
  }
  const auto by = [&](const rules::Applied& a) {
    return log::check_epoch_proof(*proof, ledger_.genesis(), block.epoch, base, *a.child_signers).has_value();
  };
  return by(ledger_.tail().back()) || by(ledger_.tail().front());
}

/// A quorum begins an epoch on a branch that is not stored here. It can be lower than what is: the quorum did not know
/// of that, so that it can't have become final. Both are taken at once, or neither.
bool Replica::begin_epoch_elsewhere(const sync::Batch& batch) {
  if (!wanted_ || batch.qc.header != wanted_->second) return false;
  const Slot s = wanted_->first;
  const auto it = slots_.find(s);
  auto first = it == slots_.end() ? Result<log::Block, Rejection>(reject(RejectionCode::block_wrong_parent))
                                  : log::decode_block(it->second);
  if (!first) return false;
  const auto proof = log::decode_epoch_proof(first->epoch_proof);
  const auto signers = proof && proof->recovery ? log::recovery_signers(*proof->recovery)
                                                : std::optional(*ledger_.tail().back().child_signers);
  if (!signers || !machine_.would_vote(s.epoch, s.height, *signers)) return false;
  std::vector<log::Block> blocks;
  std::optional<Height> keep;
  for (const auto& b : batch.blocks) {
    for (const auto& a : ledger_.tail()) {
      if (a.header_hash != b.parent) continue;
      keep = a.header.height;  // the last block of the batch whose parent is here begins the branch
      blocks.clear();
    }
    if (keep) blocks.push_back(b);
  }
  if (!keep || *keep >= chain().head().height) return false;
  blocks.push_back(std::move(*first));
  auto replaced = ledger_.replace_tail(*keep, std::move(blocks), std::nullopt);
  wanted_.reset();
  if (!replaced) {
    if (replaced.error().failed) return failure_ = replaced.error().failed, false;
    return refuse(s, replaced.error().rejected->why, nullptr), false;
  }
  last_ = {s, std::move(slots_.at(s))};
  slots_.erase(s);
  machine_.given_up_above(*keep);
  for (const auto& a : *replaced) take_in(a);
  return true;
}

bool Replica::epoch_is_ready() const {
  return ready_ && ready_->to > chain().head().epoch;
}

std::optional<rules::Chain::Builder> Replica::begin_block(std::uint16_t orderer) {
  if (failure_) return std::nullopt;
  if (epoch_is_ready()) {
    const auto& base = ready_->base;
    const auto& tail = ledger_.tail();
    const bool here =
        std::any_of(tail.begin(), tail.end(), [&](const rules::Applied& a) { return a.header_hash == base.header; });
    if (here && base.header != chain().head_hash()) {
      auto given_up = ledger_.replace_tail(base.height, {}, machine_.certificate_of(base.header));
      if (!given_up) {
        failure_ = given_up.error().failed;
        return std::nullopt;
      }
      machine_.given_up_above(base.height);
      settle();
    }
    const bool whole = base.height.value == 0 || ledger_.head_qc();
    if (here && whole) {
      if (!rules_known()) return std::nullopt;
      const auto proof = ready_->proof;
      return chain().build(ledger_.head_qc(), orderer, attempt(ready_->to, Height{base.height.value + 1}), &proof);
    }
  }
  const auto& head = chain().head();
  if (head.height.value > 0 && !ledger_.head_qc()) return std::nullopt;
  if (!rules_known()) return std::nullopt;
  return chain().build(ledger_.head_qc(), orderer, attempt(head.epoch, Height{head.height.value + 1}));
}

}  // namespace stele::finality
