// One record against a state: may this signer make it now, and does it fit what is there? (wire-format.md sections 4.2,
// 8, 11). Pure.
#pragma once

#include "ledger/registry/state.h"

namespace stele::rules {

/// What a valid record brings: who else must sign before it is in force.
struct Judged {
  std::vector<record::Need> needs;  ///< empty: in force from the next block
  std::vector<std::size_t> filled;  ///< second signatures: for each target, the number of the need that is filled
};

/// Everything of section 11 but the signature and what depends on the other records of the same block.
[[nodiscard]] Result<Judged, Rejection> judge(const registry::State&, const record::Record&, UnixSeconds block_time);

/// Authority and relations only, for a pending record when its last second signature comes in: its own entries (tag,
/// slot) don't count against it.
[[nodiscard]] Result<Judged, Rejection> judge_again(const registry::State&, const record::Record&,
                                                    UnixSeconds block_time);

[[nodiscard]] registry::SheetSlot slot_of(const record::Record&);
/// How much of a quota it takes.
[[nodiscard]] std::uint64_t weight_of(const record::Record&);
/// What no other record may claim while this one is pending.
[[nodiscard]] std::vector<RecordId> claims_of(const record::Record&);

}  // namespace stele::rules
