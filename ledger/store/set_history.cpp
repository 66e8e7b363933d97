#include "ledger/store/set_history.h"

#include <algorithm>

namespace stele::store {
namespace {

using verdict::SetChange;

/// The block hands over, or was begun by the roots. A handover to the same set again changes nothing that a header
/// shows.
std::optional<ShownChange> change_of(const rules::Applied& a, const std::string& parent) {
  if (a.recovery) return ShownChange{a.header_text, {}, {SetChange::Kind::recovery, log::encode(*a.recovery)}, parent};
  auto next = log::encode_set(a.signers->next());
  if (next == log::encode_set(a.signers->now())) return std::nullopt;
  return ShownChange{a.header_text, {}, {SetChange::Kind::handover, std::move(next)}, {}};
}

}  // namespace

void SetHistory::note(const rules::Applied& a, const std::string& parent) {
  if (!lines_.empty() && lines_.back().signers == a.signers && !a.recovery) return;
  lines_.push_back({a.header.height, a.signers, change_of(a, parent)});
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
  auto& change = *lines_[static_cast<std::size_t>(line_of(height) - lines_.begin())].change;
  if (!change.qc.empty()) return;
  change.qc = qc;
  // Every final point from here to the next change shares this list.
  std::vector<ShownChange> all;
  if (const auto before = changes_up_to({height.value - 1})) all = *before;
  all.push_back(change);
  up_to_[height] = std::make_shared<const std::vector<ShownChange>>(std::move(all));
}

const log::Signers* SetHistory::at(Height height) const {
  const auto it = line_of(height);
  return it == lines_.end() ? nullptr : it->signers.get();
}

std::shared_ptr<const std::vector<ShownChange>> SetHistory::changes_up_to(Height height) const {
  const auto after = up_to_.upper_bound(height);
  return after == up_to_.begin() ? nullptr : std::prev(after)->second;
}

}  // namespace stele::store
