// Remembers signatures that were found good, so that what many documents share (keys, policies, certificates) is
// checked once. Whether a signature is good follows from key, digest and signature alone: remembering it changes no
// answer, only how soon it comes.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_set>

#include "ledger/base/bytes.h"

namespace stele {

/// Bounded; any thread.
class VerifiedMemo {
 public:
  explicit VerifiedMemo(std::size_t entries_max);
  VerifiedMemo(const VerifiedMemo&) = delete;
  VerifiedMemo& operator=(const VerifiedMemo&) = delete;

  /// SHA-256 over all that decides: key, digest and signature.
  using Name = Digest;
  [[nodiscard]] bool contains(const Name&) const;
  /// A full shard is emptied first: which ones are forgotten can only cost time.
  void add(const Name&);
  [[nodiscard]] std::size_t size() const;

  /// While it lives, `VerifyKey::verify` on this thread asks the memo before it computes. May be nested.
  class Scope {
   public:
    /// Null: none is asked.
    explicit Scope(VerifiedMemo*);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    VerifiedMemo* before_;
  };
  /// The memo of the innermost Scope on this thread; null: none.
  [[nodiscard]] static VerifiedMemo* current();

 private:
  static constexpr std::size_t shard_count = 32;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_set<Name> names;
  };
  [[nodiscard]] const Shard& shard_of(const Name& n) const { return shards_[n.bytes[0] % shard_count]; }
  std::size_t per_shard_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace stele
