// Rule sets decoded once and remembered: every sheet and transcript of a year names the same one. Pure: what comes out
// depends on the text alone.
#pragma once

#include <memory>

#include "ledger/rules/assessment.h"

namespace stele::rules {

/// As `decode_rule_set`; the last few texts of this thread are remembered, faults are not.
[[nodiscard]] Result<std::shared_ptr<const RuleSet>, Rejection> known_rule_set(ByteView json);

}  // namespace stele::rules
