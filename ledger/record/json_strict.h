// The strict reader of json.h by itself, without the short way for plain texts: for the tests that hold one against the
// other. Everybody else calls `parse`.
#pragma once

#include "ledger/record/json.h"

namespace stele::json {

[[nodiscard]] Result<Value, Fault> parse_strictly(std::string_view text, const Limits& limits);

}  // namespace stele::json
