// What the vault says when something is wrong with it: which record, which place, and what to do.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/error.h"
#include "ledger/record/types.h"

namespace stele::vault {

/// `what`: the database's own words.
[[nodiscard]] Error io_error(const std::string& what);
[[nodiscard]] Error damaged();
/// It can't be deciphered: a damaged byte, an object moved to another place, or a wrapping key that is gone.
/// `field`: "rows[3].result", "disclosures[2]" …
[[nodiscard]] Error damaged_at(const record::Record&, std::string field);
/// It was deciphered, and is not what stands under the signature.
[[nodiscard]] Error changed_at(const record::Record&, std::string field);
[[nodiscard]] std::string row_field(std::uint32_t row);
/// The same fault, with the place where it showed.
[[nodiscard]] Error placed(Error, const record::Record&, std::string field);
/// Nothing is wrong with the record: it may be handed in again in a moment.
[[nodiscard]] Error in_flight();
[[nodiscard]] Error not_held(std::string_view vi, std::string_view en);

}  // namespace stele::vault
