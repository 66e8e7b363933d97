// What anybody may ask of a ledger over HTTP, whoever keeps it: records, receipts, histories, blocks and proofs
// (docs/http-api.md). Node and verifier serve the same routes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "node/http/server.h"
#include "node/sync/directory.h"

namespace stele::sync {

/// What the handlers read. Any thread.
struct LedgerParts {
  const store::Ledger& ledger;
  Directory& directory;
};

struct LedgerRoute {
  std::string method, pattern;
  bool slow = false;  ///< reads the disk or much memory: not for the server's thread
  std::function<Result<http::Response>(const LedgerParts&, const http::Request&)> handler;
};
[[nodiscard]] std::vector<LedgerRoute> ledger_routes();

/// "valid", "superseded", "suspended", "revoked"
[[nodiscard]] std::string_view status_name(log::Status);
/// The checkpoint as `GET /v1/checkpoint` gives it: {text, hash, height, size, time, child?, qc?, changes?}.
[[nodiscard]] json::Value to_json(const store::FinalPoint&);

}  // namespace stele::sync
