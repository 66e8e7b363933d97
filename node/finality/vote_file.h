// What a validator key has voted for last: kept on disk, so that no crash makes it vote twice (wire-format.md section
// 10, DESIGN.md section 4). It lives with its key and stands in no backup: a restored one would be a second vote.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/base/error.h"
#include "ledger/log/certificate.h"

namespace stele::finality {

/// The last vote. Epoch 0, height 0: none yet.
struct LastVote {
  Epoch epoch;
  Height height;
  HeaderHash header;
  Epoch parent_epoch;  ///< of the block before it
  UnixSeconds time;
  Signature signature;
  friend bool operator==(const LastVote&, const LastVote&) = default;
};

/// What a key has bound itself to.
struct VoteRecord {
  LastVote last;
  Epoch left_below;  ///< it has signed that it left every epoch below this one; 0: nothing signed
  friend bool operator==(const VoteRecord&, const VoteRecord&) = default;
};
/// May this header be voted for at that place? At most one vote for each (epoch, height), in rising order; an epoch's
/// first block only as the first vote in that epoch; nothing in an epoch that was left. True as well for the very vote
/// that is recorded.
[[nodiscard]] bool may_vote(const VoteRecord&, Epoch, Height, const HeaderHash&, Epoch parent_epoch);

/// All that a vote file says. Its bytes are fixed in wire-format.md section 10.
struct VoteFileContent {
  std::string net;
  PublicKey key;
  VoteRecord record;
};
[[nodiscard]] Bytes encode(const VoteFileContent&);
/// None: cut off, changed (a checksum ends it) or of another version.
[[nodiscard]] std::optional<VoteFileContent> decode_vote_file(ByteView);

/// One thread, one process at a time.
class VoteFile {
 public:
  /// For a key that has never voted. Errors: `vote_file_exists` (it is never begun anew), `vote_file_io` (also where
  /// the file system has no hard links).
  static Result<VoteFile> create(const std::filesystem::path&, std::string net, const PublicKey&);
  /// Errors: `vote_file_absent` (a key without its file must not vote again: register a new one), `vote_file_damaged`,
  /// `vote_file_other_key`, `vote_file_other_net`, `vote_file_io`.
  /// What it says is synced again: who wrote it may have died before it was.
  static Result<VoteFile> open(const std::filesystem::path&, std::string net, const PublicKey&);

  [[nodiscard]] const LastVote& last() const { return record_.last; }
  [[nodiscard]] const VoteRecord& record() const { return record_; }
  /// `vote_refused`: what `may_vote` refuses.
  [[nodiscard]] Result<void> allows(Epoch, Height, const HeaderHash&, Epoch parent_epoch) const;
  /// MUST NOT return a value before the vote is synced. Refuses what `allows` refuses. After `vote_file_io` the outcome
  /// is unknown: open again.
  Result<void> write(const LastVote&);
  /// The same for a statement that leaves every epoch below `to`. Never takes one back.
  Result<void> leave_below(Epoch to);

 private:
  VoteFile(std::filesystem::path path, std::string net, const PublicKey& key)
      : path_(std::move(path)), net_(std::move(net)), key_(key) {}
  Result<void> put(const VoteRecord&);
  Result<void> overwrite(const VoteRecord&) const;
  [[nodiscard]] bool is_mine(int fd) const;

  std::filesystem::path path_;
  std::string net_;
  PublicKey key_;
  std::uint64_t device_ = 0, inode_ = 0;  ///< of the file: no other one that takes its place is voted into
  VoteRecord record_;
  bool failed_ = false;
};

}  // namespace stele::finality
