// Re-derives everything from the genesis and the stored record bytes, and compares: the oracle of every fault test
// (DESIGN.md section 8).
#pragma once

#include <filesystem>
#include <functional>

#include "ledger/record/genesis.h"
#include "ledger/store/store.h"

namespace stele::store {

struct Finding {
  std::string code;  ///< e.g. block_missing, record_altered, header_differs, qc_invalid, head_ahead, head_behind,
                     ///< id_table_differs
  std::optional<Height> height;
  std::optional<RecordIndex> index;
  std::string vi, en;  ///< what is wrong and what to do
};
struct FsckReport {
  std::uint64_t blocks = 0, records = 0, signatures = 0;
  std::vector<Finding> findings;  ///< at most findings_max
  [[nodiscard]] bool clean() const { return findings.empty(); }
};
inline constexpr std::size_t findings_max = 100;

/// Reads only. Signatures are checked on all cores. `progress`: blocks done, total.
[[nodiscard]] Result<FsckReport> fsck(const record::Genesis&, const Store&, const std::filesystem::path& head_file,
                                      const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace stele::store
