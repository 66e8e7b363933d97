// Blocks as they are read again: joined, decoded, a batch at a time. Internal to ledger/store.
#pragma once

#include "ledger/log/block.h"
#include "ledger/record/decode.h"
#include "ledger/store/store.h"

namespace stele::store {

struct BadRecord {
  std::size_t position = 0;
  Rejection why;
};

struct LoadedBlock {
  BlockInfo info;
  std::optional<Rejection> bad_meta;  ///< then the members below are empty
  std::vector<BadRecord> bad;         ///< records that can't be decoded; `decoded` is empty then
  log::Block block;
  std::vector<record::Record> decoded;
};

inline constexpr std::size_t load_records_max = 4096;
inline constexpr std::size_t load_bytes_max = 16 << 20;
inline constexpr std::size_t load_blocks_max = 256;

/// As many blocks from `from` on, up to the tip, as fit into the bounds, but at least one; records are decoded on all
/// cores. Empty: `from` is above the tip. A missing part is the Error `store_hole`; blocks before it come first, by
/// themselves.
Result<std::vector<LoadedBlock>> load_blocks(const Store&, Height from);

/// One signature and the key that it must verify with.
struct SignatureCheck {
  const record::Record* record = nullptr;
  VerifyKey key;
  std::size_t position = 0;  ///< of the record, for the caller
};
/// On all cores. What is wrong with each that does not verify: its position in `checks`, ascending.
[[nodiscard]] std::vector<BadRecord> check_signatures(std::span<const SignatureCheck> checks);

}  // namespace stele::store
