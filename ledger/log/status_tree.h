// The status of every record, provable by a few hashes: two bits a record in 64-byte leaves under an RFC 6962 tree
// whose root is in every checkpoint (wire-format.md section 8).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/log/merkle.h"

namespace stele::log {

enum class Status : std::uint8_t { valid = 0, superseded = 1, suspended = 2, revoked = 3 };

inline constexpr std::size_t status_leaf_size = 64;
inline constexpr std::uint64_t statuses_per_leaf = 256;
using StatusLeaf = std::array<std::uint8_t, status_leaf_size>;

/// What `leaf` says of `record`, if `leaf` and `path` are the ones that belong to it under `root` in a log of `records`
/// records. None if record >= records, or anything else is malformed or does not lead to `root`.
[[nodiscard]] std::optional<Status> verify_status(RecordIndex record, std::uint64_t records, ByteView leaf,
                                                  std::span<const Digest> path, const Digest& root);

/// Keeps all nodes in memory, half a byte a record. Copies are independent. Changes are cheap, and hashed only when
/// root(), path() or node() next asks. These therefore count as writing; but right after root(), until the next append
/// or set, any number of threads may call every const member. Positions beyond size() are broken invariants.
class StatusTree {
 public:
  void append(Status);
  void set(RecordIndex, Status);
  [[nodiscard]] Status get(RecordIndex) const;
  /// Number of records.
  [[nodiscard]] std::uint64_t size() const { return records_; }
  /// Number of leaves, ceil(size() / 256).
  [[nodiscard]] std::uint64_t leaves() const { return leaves_.size(); }

  /// O(log n) hashes for each leaf changed since the last call.
  [[nodiscard]] Digest root() const;
  [[nodiscard]] const StatusLeaf& leaf_bytes(std::uint64_t leaf) const;
  [[nodiscard]] MerklePath path(std::uint64_t leaf) const;
  /// The root over leaves [position * 2^level, (position + 1) * 2^level), all of which are there.
  [[nodiscard]] const Digest& node(std::size_t level, std::uint64_t position) const;

 private:
  void touch(std::uint64_t leaf);
  void rehash() const;

  std::uint64_t records_ = 0;
  std::vector<StatusLeaf> leaves_;
  mutable std::vector<std::uint64_t> changed_;       ///< leaves to hash again; may repeat
  mutable std::vector<std::vector<Digest>> levels_;  ///< a node without a sibling stands for itself one level up
};

}  // namespace stele::log
