// How a block moves the state on: entering records, and the changes that come into force after it (wire-format.md
// section 8). Pure.
#pragma once

#include "ledger/rules/judge.h"

namespace stele::rules {

/// Status bits that a block's header shows differently from its parent's.
using Changes = std::vector<std::pair<RecordIndex, log::Status>>;

/// Start of a block: the day's quotas, and pending records that nobody completed in time.
void begin_block(registry::State&, UnixSeconds block_time, Changes&);

/// Adds a judged record: index, status bits, uniqueness, second signatures given. What comes into force is appended to
/// `due`.
void enter(registry::State&, const record::Record&, const Judged&, UnixSeconds block_time, Changes&,
           std::vector<record::Record>& due);

/// What came into force changes keys, organisations, policy and targets.
void take_effect(registry::State&, const record::Record&, UnixSeconds block_time, Changes&);

}  // namespace stele::rules
