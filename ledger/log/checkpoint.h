// The header of a block: a short text that names the whole log so far (wire-format.md section 6). Pure.
#pragma once

#include "ledger/base/verify.h"
#include "ledger/record/genesis.h"

namespace stele::log {

struct Checkpoint {
  std::string net;
  std::uint64_t size = 0;  ///< records in the log after this block
  Digest log_root;
  Height height;
  Epoch epoch;
  std::uint32_t rules = 1;
  HeaderHash parent;
  Digest body;
  Digest status;
  Digest validators;
  UnixSeconds time;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
inline constexpr std::size_t checkpoint_bytes_max = 1024;

[[nodiscard]] std::string to_text(const Checkpoint&);
/// Accepts exactly what `to_text` prints.
[[nodiscard]] Result<Checkpoint, Rejection> parse_checkpoint(std::string_view);
[[nodiscard]] HeaderHash hash_of(std::string_view checkpoint_text);
/// Height 0.
[[nodiscard]] Checkpoint genesis_checkpoint(const record::Genesis&);

/// Members of a set, in their order, with parsed keys.
class ValidatorSet {
 public:
  /// None if a key is not on the curve.
  [[nodiscard]] static std::optional<ValidatorSet> from(std::span<const record::Member>);
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] std::size_t quorum() const { return 2 * members_.size() / 3 + 1; }
  [[nodiscard]] const record::Member& member(std::size_t i) const { return members_[i]; }
  [[nodiscard]] const VerifyKey& key(std::size_t i) const { return keys_[i]; }

 private:
  std::vector<record::Member> members_;
  std::vector<VerifyKey> keys_;
};
/// The `validators` line.
[[nodiscard]] Digest validators_digest(const ValidatorSet& now, const ValidatorSet& next);

}  // namespace stele::log
