// Which set of validators signs which block (DESIGN.md section 4, rule 6; wire-format.md section 7.2). Pure.
#pragma once

#include <memory>

#include "ledger/log/checkpoint.h"
#include "ledger/registry/state.h"

namespace stele::rules {

/// Follows the chain block by block. A `validators` record that came into force in block b changes the set once b is
/// final on this chain: c is the first block that carries the certificate which makes it so; c + 1 is signed by both
/// sets, c + 2 and all later ones by the new one.
class Membership {
 public:
  explicit Membership(const record::Genesis&);

  /// Who signs the head, and who its child.
  [[nodiscard]] const std::shared_ptr<const log::Signers>& head() const { return head_; }
  [[nodiscard]] const std::shared_ptr<const log::Signers>& next() const { return next_; }
  /// Before `advance`, for a block that begins by a recovery: its set signs that block and all that follow.
  void recover(const std::vector<record::Member>& set);
  /// The child was applied: `state` is what it made.
  void advance(registry::State& state, Height, Epoch);

 private:
  void note_keys(registry::State&) const;

  std::shared_ptr<const log::Signers> head_, next_;
  std::optional<RecordId> in_force_;  ///< the record that the newest set, or the change under way, comes from
  std::optional<log::ValidatorSet> change_;
  Height change_height_;  ///< b
  Epoch parent_epoch_, grandparent_epoch_;
  bool joint_ = false;  ///< `next_` are both sets
  bool recovered_ = false;
};

}  // namespace stele::rules
