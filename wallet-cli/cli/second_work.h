// Second signatures: what waits for them, what it is, and the records that give them. Nothing here prints or asks.
#pragma once

#include "wallet-cli/cli/access.h"

namespace stele::cli {

/// What the named records are, in plain words: nobody should approve an id.
[[nodiscard]] Result<std::vector<std::string>> describe(NodeClient&, const record::Genesis&,
                                                        const std::vector<RecordId>&, Lang);

struct Waiting {
  RecordId id;
  std::string type;
};
/// Records at this organisation that still need this kind of signature.
[[nodiscard]] Result<std::vector<Waiting>> waiting_for(Access&, const std::string& org, const std::string& by);

/// In portions that a record can hold; ids sorted, each once.
[[nodiscard]] std::vector<Draft> second_drafts(record::Type, const std::string& org, const std::string& role,
                                               std::vector<RecordId>);

}  // namespace stele::cli
