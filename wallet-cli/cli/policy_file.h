// Files that people write for records that the roots sign: the members of a policy, with rule sets named by file; those
// of a set of validators.
#pragma once

#include <filesystem>

#include "ledger/base/error.h"
#include "ledger/record/types.h"

namespace stele::cli {

/// JSON in the shape of wire-format.md section 4.2, but `assessment` holds `{id, file, from?, to?}`: the file is read
/// beside it and its digest taken.
[[nodiscard]] Result<record::Policy> read_policy_file(const std::filesystem::path&);
/// `{set: [{id, org, key}], evidence?}`: `evidence` may be left out, else the shape of section 4.2. Errors:
/// `file_bad_validators`, or what the record's own decoder says.
[[nodiscard]] Result<record::Validators> read_validators_file(const std::filesystem::path&);
/// The same of orderers: `file_bad_orderers`.
[[nodiscard]] Result<record::Orderers> read_orderers_file(const std::filesystem::path&);

}  // namespace stele::cli
