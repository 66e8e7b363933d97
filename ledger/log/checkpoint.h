// The header of a block: a short text that names the whole log so far (wire-format.md section 6). Pure.
#pragma once

#include <map>

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
  [[nodiscard]] std::span<const record::Member> members() const { return members_; }
  [[nodiscard]] const VerifyKey& key(std::size_t i) const { return keys_[i]; }

 private:
  std::vector<record::Member> members_;
  std::vector<VerifyKey> keys_;
};
inline constexpr std::size_t validators_max = 64;
/// "enc" of wire-format.md section 6: as it is hashed, and as evidence carries it.
[[nodiscard]] Bytes encode_set(const ValidatorSet&);
/// A set that somebody else named: 1 to 64 members, none twice, ids of organisations' form, keys on the curve.
[[nodiscard]] Result<ValidatorSet, Rejection> decode_set(ByteView);
/// The `validators` line.
[[nodiscard]] Digest validators_digest(const ValidatorSet& now, const ValidatorSet& next);

/// Who must sign one block: a quorum of `now` and a quorum of `next`. The two are the same set but in the one block
/// that hands over from one to the other (DESIGN.md section 4, rule 6). Members are numbered: those of `now` in their
/// order, then those of `next` whose key is not among them.
class Signers {
 public:
  Signers(ValidatorSet now, ValidatorSet next);
  explicit Signers(const ValidatorSet& both) : Signers(both, both) {}

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] const VerifyKey& key(std::size_t i) const { return keys_[i]; }
  [[nodiscard]] std::optional<std::uint16_t> number_of(const PublicKey&) const;
  /// Do these members, each named once, hold both quorums?
  [[nodiscard]] bool quorum(std::span<const std::uint16_t> numbers) const;
  /// Is there one honest member among these, if no more than f of each set are not?
  [[nodiscard]] bool one_honest(std::span<const std::uint16_t> numbers) const;
  /// The `validators` line of a header that they sign.
  [[nodiscard]] const Digest& digest() const { return digest_; }
  [[nodiscard]] const ValidatorSet& now() const { return now_; }
  [[nodiscard]] const ValidatorSet& next() const { return next_; }

 private:
  struct Count {
    std::size_t now = 0, next = 0;
  };
  [[nodiscard]] Count count(std::span<const std::uint16_t> numbers) const;

  ValidatorSet now_, next_;
  std::vector<VerifyKey> keys_;
  std::vector<bool> in_next_;
  std::map<PublicKey, std::uint16_t> numbers_;
  Digest digest_;
};

}  // namespace stele::log
