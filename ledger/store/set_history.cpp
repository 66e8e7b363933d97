#include "ledger/store/set_history.h"

#include <algorithm>

namespace stele::store {
namespace {

using verdict::SetChange;

/// The block hands over, or was begun by the roots. A handover to the same set again changes nothing that a header
/// shows.
std::optional<ShownChange> change_of(const rules::Applied& a) {
  if (a.recovery) return ShownChange{a.header_text, {}, {SetChange::Kind::recovery, log::encode(*a.recovery)}};
  auto next = log::encode_set(a.signers->next());
  if (next == log::encode_set(a.signers->now())) return std::nullopt;
  return ShownChange{a.header_text, {}, {SetChange::Kind::handover, std::move(next)}};
}

}  // namespace

void SetHistory::note(const rules::Applied& a) {
  if (!lines_.empty() && lines_.back().signers == a.signers && !a.recovery) return;
  lines_.push_back({a.header.height, a.signers, change_of(a)});
}

/// The last one at or below this height.
std::vector<SetHistory::Line>::const_iterator SetHistory::line_of(Height height) const {
  const auto after =
      std::upper_bound(lines_.begin(), lines_.end(), height, [](Height h, const Line& l) { return h < l.from; });
  return after == lines_.begin() ? lines_.end() : std::prev(after);
}

bool SetHistory::begins_at(Height height) const {
  const auto it = line_of(height);
  return it != lines_.end() && it->from == height && it->change;
}

void SetHistory::certify(Height height, const Bytes& qc) {
  if (!begins_at(height)) return;
  lines_[static_cast<std::size_t>(line_of(height) - lines_.begin())].change->qc = qc;
}

const log::Signers* SetHistory::at(Height height) const {
  const auto it = line_of(height);
  return it == lines_.end() ? nullptr : it->signers.get();
}

std::vector<ShownChange> SetHistory::changes_up_to(Height height) const {
  std::vector<ShownChange> out;
  for (const auto& l : lines_) {
    if (l.from <= height && l.change && !l.change->qc.empty()) out.push_back(*l.change);
  }
  return out;
}

}  // namespace stele::store
