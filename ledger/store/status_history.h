// The status of every record as it was after every block: what proves that a key, an organisation or a policy was valid
// when something was signed with it (wire-format.md section 9, "authority").
#pragma once

#include <unordered_map>

#include "ledger/log/status_tree.h"

namespace stele::store {

/// Remembers changes, not trees: a record that enters as valid and stays so costs nothing, each change 16 bytes. A
/// proof for an earlier height takes every subtree that has not changed since from the tree of today, and hashes again
/// only what has: O(log n) plus the leaves that changed later below the path. Records change soon after they come, if
/// ever, so these are few; in the worst case, everything revoked later, it is one pass over the old tree.
/// One writer; any number of readers while it does not write.
class StatusHistory {
 public:
  using Changes = std::span<const std::pair<RecordIndex, log::Status>>;
  /// What one block changed (`rules::Applied::changed`), in rising order of heights. `first`: index of its first
  /// record.
  void note(Height, RecordIndex first, Changes);

  /// The record was on the ledger at that height.
  [[nodiscard]] log::Status at(RecordIndex, Height) const;

  struct Proof {
    log::StatusLeaf leaf{};
    log::MerklePath path;
  };
  /// Under the status root of the header of `height`, whose log has `records` records. `today`: the tree after the last
  /// block noted, hashed (right after root()).
  [[nodiscard]] Proof prove(const log::StatusTree& today, RecordIndex, Height, std::uint64_t records) const;

 private:
  struct Change {
    std::uint64_t height = 0;
    std::uint8_t place = 0;  ///< in the leaf
    log::Status to{};
  };
  static constexpr std::size_t levels = 54;  // 2^54 leaves of 2^8 records: log_records_max

  void touch(std::uint64_t leaf, std::uint64_t height);
  [[nodiscard]] std::uint64_t last_change(std::size_t level, std::uint64_t position) const;
  [[nodiscard]] log::StatusLeaf leaf_at(std::uint64_t leaf, Height) const;
  [[nodiscard]] Digest node_at(const log::StatusTree&, std::size_t level, std::uint64_t position, Height) const;
  [[nodiscard]] Digest range_root(const log::StatusTree&, std::uint64_t begin, std::uint64_t end, Height) const;

  std::unordered_map<std::uint64_t, std::vector<Change>> changes_;  ///< by leaf, in order of time
  std::array<std::vector<std::uint64_t>, levels> last_;  ///< [k][i]: height of the last change below that node
};

}  // namespace stele::store
