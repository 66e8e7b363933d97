#include "node/committee/check.h"

#include <algorithm>

#include "node/custody/items.h"
#include "node/finality/replica.h"
#include "node/ordering/admission.h"

namespace stele::committee {
namespace {

constexpr std::uint64_t heights_ahead_max = 1'024;  // as finality::Machine
constexpr std::size_t recoveries_max = 4;

/// What is not may be given up, and its number be another one's.
bool is_final(const store::Ledger& ledger, const registry::OrdererState& o) {
  return o.from <= ledger.final_point()->checkpoint.height;
}

}  // namespace

Result<Checker::Fit, Unfit> Checker::check(const Message& m) {
  return std::visit([this](const auto& x) { return fit(x); }, m);
}

bool Checker::of_use(Height height, std::uint64_t below) const {
  const auto final_height = ledger_.final_point()->checkpoint.height;
  return height.value + below >= final_height.value && height.value <= final_height.value + heights_ahead_max;
}

std::optional<VerifyKey> Checker::validator(const PublicKey& key) const {
  return ledger_.with_chain([&](const rules::Chain& chain) -> std::optional<VerifyKey> {
    for (const auto* set : {chain.next_signers().get(), chain.signers().get()}) {
      if (const auto n = set->number_of(key)) return set->key(*n);
    }
    return std::nullopt;
  });
}

/// The set of a recovery has no part in the chain yet.
std::optional<VerifyKey> Checker::recovered(const PublicKey& key, const Digest& recovery) const {
  const std::lock_guard lock(mutex_);
  for (const auto& r : recoveries_) {
    if (recovery != Digest{} && log::recovery_digest(r) != recovery) continue;
    for (const auto& m : r.set) {
      if (m.key == key) return VerifyKey::parse(key);
    }
  }
  return std::nullopt;
}

Result<Checker::Fit, Unfit> Checker::fit(const log::SignedVote& v) const {
  if (v.header.net != ledger_.genesis().net || !of_use(v.header.height)) return Unexpected(Unfit::useless);
  auto key = validator(v.validator);
  if (!key) key = recovered(v.validator, {});
  if (!key) return Unexpected(Unfit::unknown);
  if (!key->verify(log::vote_digest(log::place_of(v.header).header, v.time), v.signature))
    return Unexpected(Unfit::forged);
  return Fit{{kind_of<log::SignedVote>, v.validator}, v.header.height};
}

Result<Checker::Fit, Unfit> Checker::fit(const StatementMessage& m) const {
  const auto& s = m.statement;
  if (s.net != ledger_.genesis().net || s.to <= ledger_.final_point()->checkpoint.epoch)
    return Unexpected(Unfit::useless);
  const auto key = s.recovery == Digest{} ? validator(s.validator) : recovered(s.validator, s.recovery);
  if (!key) return Unexpected(Unfit::unknown);
  if (!key->verify(log::epoch_digest(s), s.signature)) return Unexpected(Unfit::forged);
  return Fit{{kind_of<StatementMessage>, s.validator}, std::nullopt};
}

Result<Checker::Fit, Unfit> Checker::fit(const log::Recovery& r) {
  if (r.net != ledger_.genesis().net || r.base.height < ledger_.final_point()->checkpoint.height)
    return Unexpected(Unfit::useless);
  if (!log::check_recovery(r, ledger_.genesis())) return Unexpected(Unfit::forged);
  const std::lock_guard lock(mutex_);
  const auto digest = log::recovery_digest(r);
  const bool again = std::any_of(recoveries_.begin(), recoveries_.end(),
                                 [&](const auto& x) { return log::recovery_digest(x) == digest; });
  if (!again) recoveries_.push_back(r);
  if (recoveries_.size() > recoveries_max) recoveries_.erase(recoveries_.begin());
  // Which of the roots signed is no matter: all recoveries share one lane.
  return Fit{{kind_of<log::Recovery>, PublicKey{}}, r.base.height};
}

Checker::Author Checker::author_of(const store::Ledger& ledger, const Slot& s, ByteView bytes) {
  const auto b = log::decode_block(bytes);
  if (!b || b->net != ledger.genesis().net || b->epoch != s.epoch || b->height != s.height || b->attempt != s.attempt)
    return {};
  const auto orderers = ledger.orderers();
  if (b->orderer >= orderers.size()) return {.unknown = b->orderer < registry::orderers_ever_max};
  const auto& o = orderers[b->orderer];
  if (o.verify.verify(log::block_digest(log::body_hash(*b)), b->signature)) return {.key = o.member.key};
  return {.unknown = !is_final(ledger, o)};
}

Result<Checker::Fit, Unfit> Checker::fit(const SlotMessage& m) const {
  // Below what is final it may be a second one, by which an orderer is known that signs twice.
  if (!of_use(m.slot.height, finality::slots_compared_below)) return Unexpected(Unfit::useless);
  const auto author = author_of(ledger_, m.slot, m.block);
  if (!author.key) return Unexpected(author.unknown ? Unfit::unknown : Unfit::forged);
  return Fit{{kind_of<SlotMessage>, *author.key}, m.slot.height};
}

Result<Checker::Fit, Unfit> Checker::fit(const VoidSlot& m) const {
  if (!of_use(m.slot.height)) return Unexpected(Unfit::useless);
  const auto orderers = ledger_.orderers();
  if (m.orderer >= orderers.size()) return Unexpected(Unfit::unknown);
  const auto& o = orderers[m.orderer];
  if (!o.verify.verify(void_slot_digest(ledger_.genesis().net, m.slot, m.orderer), m.signature))
    return Unexpected(is_final(ledger_, o) ? Unfit::forged : Unfit::unknown);
  // Who was retired has no word any more.
  if (o.until) return Unexpected(Unfit::useless);
  return Fit{{kind_of<VoidSlot>, o.member.key}, m.slot.height};
}

std::optional<VerifyKey> Checker::orderer(const PublicKey& key) const {
  for (const auto& o : ledger_.orderers()) {
    if (o.member.key == key && !o.until) return o.verify;
  }
  return std::nullopt;
}

/// Old ones come again with the log of who kept them.
bool Checker::timely(const custody::Complaint& c) const {
  const auto newest = ledger_.final_point()->checkpoint.time.value;
  const auto within = [&](const custody::Receipt& r) {
    const auto time = r.word.time.value;
    return time + custody::clocks_apart_max_s >= c.since.value && time <= c.time.value + custody::clocks_apart_max_s &&
           r.word.height < c.final_block.height;
  };
  return c.time.value + custody::complaint_lasts_s >= newest && c.time.value <= newest + custody::complaint_lasts_s &&
         c.time.value - c.since.value <= custody::complaint_lasts_s &&
         std::all_of(c.receipts.begin(), c.receipts.end(), within);
}

/// Of what is not final here yet nothing can be said.
bool Checker::on_our_chain(const log::Place& place) const {
  const auto point = ledger_.final_point();
  if (place.height == point->checkpoint.height) return place == log::place_of(point->checkpoint);
  if (place.height > point->checkpoint.height) return false;
  const auto row = ledger_.store().row(place.height);
  const auto header = row && *row ? log::parse_checkpoint((*row)->header) : reject(RejectionCode::bad_form);
  return header && place == log::place_of(*header);
}

bool Checker::may_be_heard(const PublicKey& key, const Digest& item) {
  const std::lock_guard lock(mutex_);
  const auto now = Steady::now();
  auto& heard = complaints_[key];
  std::erase_if(heard, [&](const auto& x) { return x.second + complaint_lasts <= now; });
  return heard.size() < complaints_heard_max && !heard.contains(item);
}

bool Checker::hear(const PublicKey& key, const Digest& item) {
  if (!may_be_heard(key, item)) return false;
  const std::lock_guard lock(mutex_);
  return complaints_[key].emplace(item, Steady::now()).second;
}

/// What an orderer signed that is not known here yet is not false.
std::optional<Unfit> Checker::false_receipts(const custody::Complaint& c) const {
  const auto orderers = ledger_.orderers();
  const auto item = c.item_digest();
  for (const auto& r : c.receipts) {
    if (r.word.orderer >= orderers.size()) return Unfit::unknown;
    if (verify(r, item, ledger_.genesis().net, orderers)) continue;
    return is_final(ledger_, orderers[r.word.orderer]) ? Unfit::forged : Unfit::unknown;
  }
  return std::nullopt;
}

Result<Checker::Fit, Unfit> Checker::fit(const custody::Complaint& c) {
  const auto& g = ledger_.genesis();
  if (c.net != g.net || !timely(c) || !on_our_chain(c.final_block)) return Unexpected(Unfit::useless);
  const auto final_size = ledger_.final_point()->checkpoint.size;
  const auto at = ledger_.with_chain([&, id = c.id()](const rules::Chain& chain) {
    const auto* info = chain.state().find(id);
    return info == nullptr ? std::optional<RecordIndex>() : info->index;
  });
  if (at && at->value < final_size) return Unexpected(Unfit::useless);
  auto key = validator(c.key);
  if (!key) key = orderer(c.key);
  if (!key) return Unexpected(Unfit::unknown);
  if (!key->verify(custody::complaint_digest(c), c.signature)) return Unexpected(Unfit::forged);
  const auto item = c.item_digest();
  if (!may_be_heard(c.key, item)) return Unexpected(Unfit::useless);
  if (const auto why = false_receipts(c)) return Unexpected(*why);
  // In a block that is not final yet it may still be given up with that.
  if (!at && !ordering::judge_alone(ledger_, c.item)) return Unexpected(Unfit::useless);
  if (!hear(c.key, item)) return Unexpected(Unfit::useless);
  return Fit{{kind_of<custody::Complaint>, c.key}, std::nullopt};
}

}  // namespace stele::committee
