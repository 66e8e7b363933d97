#include "ledger/rules/membership.h"

namespace stele::rules {
namespace {

using log::Signers;
using log::ValidatorSet;

std::shared_ptr<const Signers> alone(const ValidatorSet& set) {
  return std::make_shared<const Signers>(set);
}

ValidatorSet set_of(const std::vector<record::Member>& members) {
  auto set = ValidatorSet::from(members);
  STELE_ASSERT(set.has_value());  // whoever decoded it refused keys that are not on the curve
  return std::move(*set);
}

ValidatorSet set_of(const record::Validators& v) {
  std::vector<record::Member> members;
  for (const auto& m : v.set) members.push_back({m.id, m.key});
  return set_of(members);
}

}  // namespace

Membership::Membership(const record::Genesis& g) : head_(alone(set_of(g.validators))), next_(head_) {}

void Membership::recover(const std::vector<record::Member>& set) {
  next_ = alone(set_of(set));
  recovered_ = true;
}

void Membership::advance(registry::State& state, Height height, Epoch epoch) {
  head_ = next_;
  if (recovered_) {
    // The roots have spoken: a change that was under way has no set any more that could finish it.
    change_.reset();
    joint_ = false;
  } else if (joint_) {
    next_ = alone(*change_);
    change_.reset();
    joint_ = false;
  } else if (change_ && height.value >= change_height_.value + 2 && parent_epoch_ == grandparent_epoch_) {
    next_ = std::make_shared<const Signers>(head_->now(), *change_);
    joint_ = true;
  }
  if (state.validators && in_force_ != state.validators->id) {
    in_force_ = state.validators->id;
    change_ = set_of(state.validators->validators);
    change_height_ = height;
  }
  recovered_ = false;
  grandparent_epoch_ = parent_epoch_;
  parent_epoch_ = epoch;
  state.set_changes = change_.has_value();
  note_keys(state);
}

void Membership::note_keys(registry::State& state) const {
  if (next_ == head_ && !change_ && !state.validator_keys.empty()) return;
  for (auto& [key, in_set] : state.validator_keys) in_set = false;
  const auto add = [&](const ValidatorSet& set) {
    for (std::size_t i = 0; i < set.size(); ++i) state.validator_keys[set.member(i).key] = true;
  };
  add(next_->now());
  add(next_->next());
  if (change_) add(*change_);
}

}  // namespace stele::rules
