// The validator of a network of one: its vote is the quorum.
#pragma once

#include <memory>

#include "node/finality/vote_file.h"
#include "signer/sign.h"

namespace stele::finality {

/// One thread at a time.
class SoloValidator {
 public:
  /// The key must be the only validator of the genesis: `solo_not_the_validator` otherwise. The vote file must be that
  /// of this key and network.
  static Result<SoloValidator> make(const record::Genesis&, signer::SigningKey, VoteFile);

  /// Synced to the vote file before it is given. For the header that was voted for last it is the same vote again,
  /// whatever the clock says. Errors: those of the vote file.
  Result<log::Vote> vote(const HeaderHash&, Epoch, Height, UnixSeconds now);
  /// The certificate that this vote makes.
  Result<log::QuorumCertificate> certify(const HeaderHash&, Epoch, Height, UnixSeconds now);

 private:
  SoloValidator(signer::SigningKey key, VoteFile file) : key_(std::move(key)), file_(std::move(file)) {}

  signer::SigningKey key_;
  VoteFile file_;
};

}  // namespace stele::finality
