// The holder's file of a credential (wire-format.md section 9), put together from the ledger and the vault.
#pragma once

#include "node/app/node.h"

namespace stele::app {

/// With every disclosure, every cited row with its paths, the names of all who signed, and the evidence for all of it.
/// `with_book`: only for the holder. `not_found` if the credential is not held here; `not_final_yet`.
[[nodiscard]] Result<std::string> document_file(Node&, const RecordId&, const vault::Vault::Reader&, bool with_book);

}  // namespace stele::app
