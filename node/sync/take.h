// Blocks that another node serves, taken into a ledger: the same for a follower of one node and for a validator that
// catches up. Believes nothing. No I/O but the ledger's, no clock; returns when all its threads have ended.
#pragma once

#include <functional>

#include "ledger/store/ledger.h"
#include "node/sync/block_source.h"

namespace stele::sync {

/// One of the errors is set.
struct TakeError {
  std::optional<Error> lies{};           ///< the batch does not verify; nothing of that block was stored
  std::optional<Error> failed{};         ///< the ledger here can't be written, or must be opened again
  std::vector<rules::Applied> blocks{};  ///< that came before, and are stored
};
struct Taken {
  std::vector<rules::Applied> blocks;    ///< new here, in order
  std::optional<Height> given_up_above;  ///< the batch is of another branch than ours was above this block
  /// The batch goes on from a block that we don't have, and ours is not final: ask again from here.
  std::optional<Height> ask_from;
  bool passed_over = false;  ///< the batch is of another branch that is no higher than ours: wait
};

/// For whoever holds a batch while the one before it is being taken: prepares one more of its blocks, so that no core
/// waits while many are stored. False: all are. Any thread.
bool prepare_one(const store::Ledger&, Batch&);

/// The ledger's writer. Blocks that are here already are passed over. A block is stored only if the certificate that
/// the batch shows for it is good. A batch of another branch is taken, as a whole, if its last block's (epoch, height)
/// is above that of our highest certified block: else it is passed over. `go_on` is asked after each
/// block; what comes before its refusal is stored.
Result<Taken, TakeError> take(store::Ledger&, Batch, const std::function<bool(Height)>& go_on = {});

}  // namespace stele::sync
