// The ordering service as orderers see it: a table of slots, each written once (DESIGN.md section 4). It is trusted for
// nothing but liveness: whatever stands there is judged by everybody.
#pragma once

#include <optional>
#include <vector>

#include "ledger/base/error.h"
#include "node/finality/slot.h"

namespace stele::ordering {

using finality::Slot;

class Slots {
 public:
  struct Kept {
    Slot slot;
    Bytes block;
  };
  enum class Put : std::uint8_t {
    kept,       ///< it stands there now, or stood there already with these very bytes
    taken,      ///< somebody else's block stands there
    too_large,  ///< the service takes nothing of that size; nothing was written
    early,      ///< what must stand before it is not there: the attempt before, or the height before in this epoch
  };

  Slots() = default;
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  virtual ~Slots() = default;

  // One thread at a time.

  /// May be repeated when its outcome is unknown. `begins_epoch`: no height of this epoch is before it.
  virtual Result<Put> put(const Slot&, ByteView block, bool begins_epoch) = 0;
  /// From this slot on, in order of epoch, height and attempt, at most so many. What is no block at all may be among
  /// them.
  virtual Result<std::vector<Kept>> read(const Slot& from, std::size_t slots_max) = 0;
  /// Asks to be the one that cuts blocks, or to stay it; true if it is. For politeness only: whoever puts is fenced by
  /// the slot itself.
  virtual Result<bool> lead(std::uint16_t orderer) = 0;
  /// Deletes all slots before this one.
  virtual Result<void> forget(const Slot& before) = 0;
};

}  // namespace stele::ordering
