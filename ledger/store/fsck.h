// Re-derives everything from the genesis and the stored record bytes, and compares: the oracle of every fault test
// (DESIGN.md section 8).
#pragma once

#include <filesystem>
#include <functional>

#include "ledger/record/genesis.h"
#include "ledger/store/store.h"

namespace stele::store {

/// Codes:
/// - of what is missing or out of place: `block_missing`, `meta_missing`, `record_missing`, `chain_broken` (a block
/// does
///   not begin where the one before it ends), `record_misplaced`, `record_stray`, `block_misplaced` (another block than
///   that of this height)
/// - of what was changed: `record_altered`, `signature_invalid` (it decodes, but its signer did not sign it),
///   `meta_altered`, `block_altered` (the orderer did not sign these bytes), `qc_invalid` (parent QC, or that of the
///   head file), `block_invalid` (a rule forbids it), `header_differs`
/// - `rules_unknown`: nothing is wrong, but from there on a newer program is needed to tell
/// - of the head file: `head_ahead`, `head_behind`, `head_differs`, `head_damaged`
/// - `store_damaged`: the store itself reports that it can't read something
struct Finding {
  std::string code;
  std::optional<Height> height;
  std::optional<RecordIndex> index;
  std::string vi, en;  ///< what is wrong and what to do
};
struct FsckReport {
  std::uint64_t blocks = 0;  ///< re-derived: what stands above the first block that is wrong can't be
  std::uint64_t records = 0, signatures = 0;
  std::vector<Finding> findings;  ///< at most findings_max
  [[nodiscard]] bool clean() const { return findings.empty(); }
};
inline constexpr std::size_t findings_max = 100;

/// Reads only. Signatures are checked on all cores. `progress`: blocks done, total.
[[nodiscard]] Result<FsckReport> fsck(const record::Genesis&, const Store&, const std::filesystem::path& head_file,
                                      const std::function<void(std::uint64_t, std::uint64_t)>& progress);

/// Makes the head file anew from the newest block whose QC is in the store: for a head file that is lost or damaged,
/// after a person has compared with another node, since nothing here can tell whether later blocks are lost. Refused
/// (`head_not_rebuilt`) unless what is stored is otherwise clean, or while a sound head file is ahead.
[[nodiscard]] Result<void> rebuild_head(const record::Genesis&, const Store&, const std::filesystem::path& head_file);

}  // namespace stele::store
