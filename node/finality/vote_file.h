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
  UnixSeconds time;
  Signature signature;
  friend bool operator==(const LastVote&, const LastVote&) = default;
};

/// All that a vote file says. Its bytes are fixed in wire-format.md section 10.
struct VoteFileContent {
  std::string net;
  PublicKey key;
  LastVote vote;
};
[[nodiscard]] Bytes encode(const VoteFileContent&);
/// None: cut off, changed (a checksum ends it) or of another version.
[[nodiscard]] std::optional<VoteFileContent> decode_vote_file(ByteView);

/// One thread, one process at a time.
class VoteFile {
 public:
  /// For a key that has never voted. `vote_file_exists` if there is one: it is never overwritten.
  static Result<VoteFile> create(const std::filesystem::path&, std::string net, const PublicKey&);
  /// Errors: `vote_file_absent` (a key without its file must not vote again: register a new one), `vote_file_damaged`,
  /// `vote_file_other_key`, `vote_file_other_net`, `vote_file_io`.
  static Result<VoteFile> open(const std::filesystem::path&, std::string net, const PublicKey&);

  [[nodiscard]] const LastVote& last() const { return last_; }
  /// May this header be voted for at that place? True as well for the very vote that is in the file. Else
  /// `vote_refused`: at most one vote for each (epoch, height), in rising order.
  [[nodiscard]] Result<void> allows(Epoch, Height, const HeaderHash&) const;
  /// MUST NOT return a value before the vote is synced. Refuses what `allows` refuses. After `vote_file_io` the outcome
  /// is unknown: open again.
  Result<void> write(const LastVote&);

 private:
  VoteFile(std::filesystem::path path, std::string net, const PublicKey& key)
      : path_(std::move(path)), net_(std::move(net)), key_(key) {}
  Result<void> replace(const LastVote&) const;

  std::filesystem::path path_;
  std::string net_;
  PublicKey key_;
  LastVote last_;
  bool failed_ = false;
};

}  // namespace stele::finality
