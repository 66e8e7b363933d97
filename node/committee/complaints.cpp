// Records that are left out (ADR 0017): what an orderer signs for those that it has, and complaints.
#include <algorithm>

#include "node/committee/impl.h"
#include "node/custody/items.h"

namespace stele::committee {

std::optional<custody::Word> Committee::sign_for(custody::ItemDigests items) const {
  const auto& m = *impl_;
  if (!m.orderer_key || m.ledger.orderers()[m.number].until) return std::nullopt;
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

}  // namespace stele::committee
