// Evidence, such as against whoever signed two things: a file for each, so that it outlives the process.
#pragma once

#include <filesystem>
#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::committee {

/// Writes `<kind>-<SHA-256 in hex>`, synced, unless it is there; the folder is made if absent. Gives its path. Error:
/// `evidence_io`. One thread at a time for each kind.
Result<std::filesystem::path> keep_evidence(const std::filesystem::path& folder, std::string_view kind, ByteView);

}  // namespace stele::committee
