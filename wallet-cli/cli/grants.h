// Rights that are about to be given, held against the policy: a right whose holder can sign nothing is found by the
// holder, weeks later, in front of a finished sheet.
#pragma once

#include "ledger/base/result.h"
#include "ledger/record/types.h"

namespace stele::cli {

/// `grant_incomplete`: every act that the role signs needs more of class, subject, term and year than the grant names.
/// A role that the policy does not know, and one that also gives second signatures and names nothing, pass.
[[nodiscard]] Result<void> check_grant(const record::Policy&, const record::Grant&);

}  // namespace stele::cli
