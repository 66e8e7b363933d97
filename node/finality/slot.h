// A place in the ordering service.
#pragma once

#include "ledger/base/bytes.h"

namespace stele::finality {

/// Where the ordering service keeps a block. Of the attempts at one height the first valid block counts; what is not a
/// valid block is passed over by all alike.
struct Slot {
  Epoch epoch;
  Height height;
  std::uint32_t attempt = 0;
  friend auto operator<=>(const Slot&, const Slot&) = default;
};

}  // namespace stele::finality
