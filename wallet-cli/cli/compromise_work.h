// Reports of compromised keys: whose key, since which record, what a report or suspension still holds, and the records
// that clear it. Nothing here prints or asks.
#pragma once

#include <functional>

#include "wallet-cli/cli/access.h"

namespace stele::cli {

/// The record, held against the id that was asked for: `http_bad_answer` if the node gives another one.
[[nodiscard]] Result<record::Record> fetch_record(NodeClient&, const RecordId&);

struct SuspectKey {
  KeyId id;
  RecordId record_id;  ///< the one that was named, or the latest of the key
  record::Key record;
};
/// Named by a record of it, or by its own id: `key_unknown` for neither, `usage_key_record` for another record.
[[nodiscard]] Result<SuspectKey> find_suspect(NodeClient&, const RecordId& named);

struct LedgerPoint {
  std::uint64_t height = 0, size = 0;  ///< size: records on the ledger up to this block
  UnixSeconds time;
};
[[nodiscard]] Result<LedgerPoint> newest_point(NodeClient&);

struct Start {
  std::uint64_t index = 0;
  LedgerPoint block;  ///< in which it stands, or from which on the next record comes
};
/// The first record that may have been signed at or after `moment`; none: nothing on the ledger is that recent. A block
/// tells the time at which the one before it was voted on, so that the last block that is older than the moment may
/// hold records that are not: it begins there.
[[nodiscard]] Result<std::optional<Start>> first_record_since(NodeClient&, UnixSeconds moment);
/// The beginning of that day in Vietnam.
[[nodiscard]] UnixSeconds beginning_of(const Date&);

struct Suspension {
  RecordId id;
  record::Type type{};
  bool pending = false;
};
/// `usage_suspension` for a record that suspends nothing.
[[nodiscard]] Result<Suspension> fetch_suspension(NodeClient&, const RecordId&);

struct Held {
  RecordId id;
  std::uint64_t index = 0;
  record::Type type{};
  std::string org;
  bool waiting = false;  ///< a reinstatement or revocation of it awaits a signature
};
/// All that it still holds, page by page, in the ledger's order.
[[nodiscard]] Result<void> for_each_held(NodeClient&, const RecordId& suspension,
                                         const std::function<void(const Held&)>&);

/// As few as the rules allow: one type and one organisation each, sheets one by one.
[[nodiscard]] std::vector<Draft> clearing_drafts(std::vector<Held>, const RecordId& lifts, const std::string& reason);

}  // namespace stele::cli
