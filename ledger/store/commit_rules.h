// Which rows a commit may append, the same for every store. Internal to ledger/store.
#pragma once

#include "ledger/store/store.h"

namespace stele::store {

/// The rows that have to be written, in their order: new ones, which continue the tip, and old ones of which a part is
/// missing in the store (a hole is filled by committing its block again). Rows that are stored whole, byte for byte,
/// are left out. Errors as in `Store::commit`.
Result<std::vector<const BlockRow*>> rows_to_write(const Store&, std::span<const BlockRow>);

/// For `Store::replace_tail`: the rows continue the block at `keep`. Gives the tip as it is when all above is given up;
/// none: `keep` is 0. `store_not_next` if that block is not stored.
Result<std::optional<Tip>> tip_at(const Store&, Height keep, std::span<const BlockRow>);

/// Bytes that the rows bring: for the bound on a commit and for the floor of free space.
[[nodiscard]] std::uint64_t bytes_of(std::span<const BlockRow>);

}  // namespace stele::store
