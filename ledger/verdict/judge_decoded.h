// For who has a file read already, and judges it: nothing is read twice.
#pragma once

#include "ledger/verdict/document.h"
#include "ledger/verdict/verdict.h"

namespace stele::verdict {

/// As `judge_document` and `judge_receipt` of the text that `decode_document` or `decode_receipt` gave this for.
[[nodiscard]] Verdict judge_decoded(const record::Genesis&, const Result<DocumentFile, Rejection>&, const Options&);
[[nodiscard]] Verdict judge_decoded(const record::Genesis&, const Result<Receipt, Rejection>&, const Options&);

}  // namespace stele::verdict
