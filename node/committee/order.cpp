// Blocks into the ordering service, and out of it.
#include <algorithm>
#include <unordered_set>

#include "ledger/base/hash.h"
#include "node/committee/impl.h"
#include "node/ordering/sequencer.h"

namespace stele::committee {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds put_again{250};  ///< after one whose outcome is unknown
constexpr milliseconds put_early{1'000};
constexpr std::size_t batch_bytes_min = 65'536;
constexpr int old_time_blocks_max = 3;
constexpr std::chrono::hours retired_stands_back{1};  ///< and again after that
constexpr std::size_t slots_known_max = 256;

}  // namespace

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

/// Its key signs no block any more.
bool Committee::Impl::retired() const {
  return ledger.chain().state().orderers[number].until.has_value();
}

void Committee::Impl::order() {
  const auto steady = Steady::now();
  if (retired()) {
    if (leads.exchange(false)) slots->stand_back(retired_stands_back);
    return;
  }
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
    if (builder.size() != 0 && builder.bytes() + item.jws.size() > batch_bytes) return false;
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
    case Slots::Put::too_large:
      // Nobody has seen this block: a smaller one may take its slot.
      batch_bytes = std::max(batch_bytes / 2, std::min(batch_bytes, batch_bytes_min));
      not_before = now + put_again;
      return tell({Notice::Kind::slots_failed, p.slot.height, {}, "block_too_large"});
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
    const auto author = Checker::author_of(ledger, k.slot, k.block);
    // Who may order the child of the head, the head knows. Further on there may be others: looked at again later.
    if (author.unknown && k.slot.height.value > head.height.value + 1) return;
    if (slots_known.size() >= slots_known_max) slots_known.erase(slots_known.begin());
    slots_known.insert_or_assign(k.slot, digest);
    if (author.key) {
      publish(SlotMessage{k.slot, k.block}, {kind_of<SlotMessage>, *author.key}, k.slot.height);
    } else if (!retired()) {
      const auto me = orderer_key->public_key().compressed();
      const auto word = void_slot_digest(ledger.genesis().net, k.slot, number);
      publish(VoidSlot{k.slot, number, orderer_key->sign(word)}, {kind_of<VoidSlot>, me}, k.slot.height);
    }
  }
  replica.slot(k.slot, k.block);
  settle();
}

/// etcd hears this one, and the others do not, or it does not hear them: whoever leads next may be better placed.
void Committee::Impl::stand_back_if_unheard(Steady::time_point now) {
  const auto& orderers = ledger.chain().state().orderers;
  const bool another = std::count_if(orderers.begin(), orderers.end(), [](const auto& o) { return !o.until; }) > 1;
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

}  // namespace stele::committee
