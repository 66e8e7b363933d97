// What the ledger's state does not list: which records speak of a record, and which credentials an organisation has.
// Derived from the ledger as it grows, in memory only.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ledger/record/decode.h"
#include "ledger/store/ledger.h"

namespace stele::sync {

/// A record on the ledger, read back.
struct Found {
  RecordIndex index;
  Height height;
  std::string jws;
  record::Record record;
};
/// Waits, a second at most, until a record that was just judged is stored. `not_on_ledger` if unknown, `not_final_yet`
/// if it is not stored by then; else errors of the store.
[[nodiscard]] Result<Found> find_record(const store::Ledger&, const RecordId&);

/// What waits for a signature and would change the record: what replaces, supersedes or amends it, or changes its
/// status; of a key's record also reports of that key. Ascending.
[[nodiscard]] std::vector<RecordId> pending_changes(const registry::State&, const RecordId&);

/// Any thread.
class Directory {
 public:
  explicit Directory(const store::Ledger& ledger) : ledger_(ledger) {}

  /// Amends, changes of status and second signatures that name it, in order, whatever became of them. Of a key's record
  /// also the reports of that key.
  [[nodiscard]] Result<std::vector<RecordId>> mentions(const RecordId&);
  /// Amends of this sheet that are in force, in order.
  [[nodiscard]] Result<std::vector<Found>> amends_of(const RecordId& sheet);
  /// In order, whatever became of them.
  [[nodiscard]] Result<std::vector<RecordId>> credentials(record::Type, const std::string& org);

 private:
  Result<void> catch_up();
  void forget_another_branch();
  [[nodiscard]] Result<record::Record> read_back(RecordIndex) const;
  void take(const record::Record&);

  const store::Ledger& ledger_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;        ///< first record that is not taken in yet
  std::optional<RecordId> last_;  ///< the one before it: another one there tells of another branch
  std::unordered_map<RecordId, std::vector<RecordId>> mentions_;
  std::unordered_map<KeyId, std::vector<RecordId>> reports_;  ///< of compromised keys
  std::map<std::pair<record::Type, std::string>, std::vector<RecordId>> credentials_;
};

}  // namespace stele::sync
