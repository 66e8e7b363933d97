// Which records were left out, so that somebody should hear of it (ADR 0017).
#include "ledger/base/assert.h"
#include "node/ordering/admission.h"
#include "node/relay/impl.h"

namespace stele::relay {
namespace {

constexpr int told_again = 10;  ///< times `complain`

}  // namespace

/// Two blocks became final after an orderer had had it for a while, the newest had room, and some time went by since.
/// Where no block comes nobody is left out; and who is behind is not, while an orderer says where the record is.
bool Relay::Impl::left_out(Entry& e, Steady::time_point now) const {
  if (!e.signed_since || now < *e.signed_since + options.left_out) return false;
  if (!e.final_then) e.final_then = final_height;
  if (final_height.value < e.final_then->value + 2) return false;
  if (!e.passed_since) e.passed_since = now;
  const bool on_its_way = std::any_of(e.copies.begin(), e.copies.end(),
                                      [&](const Copy& c) { return c.final_at && *c.final_at > final_height; });
  const bool room = e.complained || complaints < options.complaints_max;
  return roomy && room && !on_its_way && now >= *e.passed_since + options.complain && now >= e.look_again;
}

/// Only receipts from before the last block that the complaint speaks of.
std::vector<custody::Receipt> Relay::Impl::receipts_to_show(const Entry& e) const {
  std::map<std::uint16_t, custody::Receipt> by_orderer;
  for (std::size_t i = 0; i < couriers.size(); ++i) {
    const auto& c = e.copies[i];
    if (c.receipt && c.receipt->word.height.value + custody::complaint_below < final_height.value)
      by_orderer.emplace(couriers[i]->target.orderer, *c.receipt);
  }
  std::vector<custody::Receipt> out;
  for (auto& [orderer, receipt] : by_orderer) {
    if (out.size() < custody::receipts_max) out.push_back(std::move(receipt));
  }
  return out;
}

/// Without the mutex: what whoever has it is right to leave out is nothing to complain of.
std::vector<LeftOut> Relay::Impl::judge(const std::vector<EntryPtr>& passed_by) {
  std::vector<LeftOut> out;
  for (const auto& e : passed_by) {
    auto item = custody::decode_item(e->bytes);
    STELE_ASSERT(item);
    const bool sound = ordering::judge_alone(home.ledger, *item).has_value();
    const std::lock_guard lock(mutex);
    e->look_again = Steady::now() + options.complain;
    if (e->gone || !sound || (!e->complained && complaints >= options.complaints_max)) continue;
    auto receipts = receipts_to_show(*e);
    if (receipts.empty()) continue;
    if (!e->complained) ++complaints;
    e->complained = true;
    e->look_again += options.complain * told_again;
    out.push_back({std::move(*item), e->since_clock, std::move(receipts)});
  }
  return out;
}

}  // namespace stele::relay
