// A recovery (wire-format.md section 7.1) as it goes from root holder to root holder: JSON that people can read, from
// which the signed bytes follow.
#pragma once

#include "ledger/log/epoch.h"
#include "ledger/record/json.h"

namespace stele::cli {

inline constexpr std::size_t recovery_file_bytes_max = 65'536;

/// One object, members in this order: {stele: "recovery", v: 1, net, base: {epoch, height, hash}, epoch, reason, time,
/// set: [{id, key}], signatures: [{root: person handle, signature}]}.
[[nodiscard]] std::string write_recovery(const log::Recovery&, const record::Genesis&);
/// Form and bounds as of the bytes, and every signature that stands there verifies; there may be too few of them.
/// `file_bad_recovery` says what is wrong and in which member, `wrong_network` that it is another network's.
[[nodiscard]] Result<log::Recovery> read_recovery(std::string_view text, const record::Genesis&);

/// How many more roots must sign; 0: it can be published.
[[nodiscard]] std::size_t roots_missing(const log::Recovery&, const record::Genesis&);

/// What it will do, line by line, for whoever signs or looks at it.
[[nodiscard]] std::vector<std::string> recovery_words(const log::Recovery&, const record::Genesis&, Lang);

}  // namespace stele::cli
