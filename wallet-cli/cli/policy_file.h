// A policy as people write it: the members of the record, with rule sets named by file.
#pragma once

#include <filesystem>

#include "ledger/base/error.h"
#include "ledger/record/types.h"

namespace stele::cli {

/// JSON in the shape of wire-format.md section 4.2, but `assessment` holds `{id, file, from?, to?}`: the file is read
/// beside it and its digest taken.
[[nodiscard]] Result<record::Policy> read_policy_file(const std::filesystem::path&);

}  // namespace stele::cli
