// Second signatures: what waits for them, what it is, and the records that give them. Nothing here prints or asks.
#pragma once

#include "wallet-cli/cli/access.h"

namespace stele::cli {

/// What the named records are, in plain words: nobody should approve an id.
[[nodiscard]] Result<std::vector<std::string>> describe(NodeClient&, const record::Genesis&,
                                                        const std::vector<RecordId>&, Lang);

struct Waiting {
  RecordId id;
  std::string type, org;
};
/// Records that still need this kind of signature and stand at this organisation, or wait for its people elsewhere.
[[nodiscard]] Result<std::vector<Waiting>> waiting_for(Access&, const std::string& org, const std::string& by);

/// A kind of second signature without which records that are final are not in force.
struct StillNeeded {
  std::string by;
  std::vector<std::string> roles;
  std::size_t records = 0;
};
/// What records still wait for that have just become final. A help for the eye: nothing, if it can't be had.
[[nodiscard]] std::vector<StillNeeded> still_needed(Access&, const std::vector<Answer>&);

/// In portions that a record can hold; ids sorted, each once.
[[nodiscard]] std::vector<Draft> second_drafts(record::Type, const std::string& org, const std::string& role,
                                               std::vector<RecordId>);

}  // namespace stele::cli
