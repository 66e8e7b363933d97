// Which sets of validators signed which block, and how one became the other: what evidence has to show of it
// (wire-format.md section 9, "Who signs"). Internal to ledger/store.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "ledger/store/ledger.h"

namespace stele::store {

/// One writer; any number of readers while it does not write. Grows with changes of the set only.
class SetHistory {
 public:
  /// `parent`: the text of the header below.
  void note(const rules::Applied&, const std::string& parent);
  /// Does a change begin with the block of this height? Then `certify` is due when its certificate is known.
  [[nodiscard]] bool begins_at(Height) const;
  void certify(Height, const Bytes& qc);
  /// Who signs the block of this height; null: below the first block that was noted, or none was.
  [[nodiscard]] const log::Signers* at(Height) const;
  /// Up to and with this height, ascending, as far as they are certified; null: none.
  [[nodiscard]] std::shared_ptr<const std::vector<ShownChange>> changes_up_to(Height) const;

 private:
  struct Line {
    Height from;
    std::shared_ptr<const log::Signers> signers;
    std::optional<ShownChange> change;  ///< begins with the block of `from`; without `qc` at first
  };
  using Changes = std::shared_ptr<const std::vector<ShownChange>>;
  [[nodiscard]] std::vector<Line>::const_iterator line_of(Height) const;

  std::vector<Line> lines_;          ///< ascending
  std::map<Height, Changes> up_to_;  ///< by the height of the last of them
};

}  // namespace stele::store
