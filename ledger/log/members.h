// Members of a set of validators as bytes: the same wherever a set is hashed, carried or named (wire-format.md section
// 6). Internal to ledger/log.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ledger/log/wire.h"
#include "ledger/record/genesis.h"

namespace stele::log {

void write_members(Writer&, std::span<const record::Member>);
/// 1 to 64, no id and no key twice, ids of organisations' form; keys may be off the curve. `what`: for the refusal.
[[nodiscard]] Result<std::vector<record::Member>, Rejection> read_members(Reader&, std::string_view what);

}  // namespace stele::log
