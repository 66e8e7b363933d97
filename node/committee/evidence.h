// Evidence, such as against whoever signed two things: a file for each, so that it outlives the process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::committee {

/// Writes `<kind>-<SHA-256 in hex>`, synced, unless it is there; the folder is made if absent. Gives its path. Error:
/// `evidence_io`. One thread at a time for each kind.
Result<std::filesystem::path> keep_evidence(const std::filesystem::path& folder, std::string_view kind, ByteView);

/// Of the kinds that prove something by the signatures in them: `double-vote`, `key-is-dead`, `ordered-twice`,
/// `left-out` (a complaint, with what the orderers signed for the record).
struct KeptEvidence {
  std::string name;
  std::uint64_t bytes = 0;
  UnixSeconds time;  ///< when it was written
};
/// How many complaints are kept: any office may send 64 a day, and the newest ones are what somebody still looks into.
struct ComplaintsKept {
  std::size_t files_max = 10'000;
  std::uint64_t bytes_max = std::uint64_t{1} << 30;
};
/// Removes the oldest `left-out` files until the rest keeps within both limits (the newest stays in any case), and
/// nothing else. Gives the number removed. One thread at a time.
std::size_t forget_old_complaints(const std::filesystem::path& folder, const ComplaintsKept& = {});

inline constexpr std::size_t evidence_listed_max = 1'000;
/// Newest first, complaints behind the others, at most `evidence_listed_max`; empty if there is no folder.
[[nodiscard]] std::vector<KeptEvidence> list_evidence(const std::filesystem::path& folder);
/// None: no such name, or not a name of evidence that is listed.
[[nodiscard]] std::optional<std::string> read_evidence(const std::filesystem::path& folder, std::string_view name);

}  // namespace stele::committee
