// Which key record, organisation and policy was in force at which height, and who signed a record second: what evidence
// has to name (wire-format.md section 9). Internal to ledger/store.
#pragma once

#include <map>
#include <unordered_map>

#include "ledger/rules/chain.h"

namespace stele::store {

/// A record that came into force after the block of `from`, and what it stands under: a key's organisation, an
/// organisation's parent (empty: none).
struct InForce {
  Height from;
  RecordIndex index;
  std::string under;
};

/// One writer; any number of readers while it does not write. Memory: some 100 bytes for each record of an authority
/// and for each second signature, nothing for others.
class AuthorityHistory {
 public:
  /// What must be remembered of a block before its records are handed away.
  struct Notes {
    struct Org {
      std::size_t position;
      std::string org, parent;
    };
    struct Second {
      std::size_t position;
      std::vector<RecordId> targets;
    };
    std::vector<Org> orgs;
    std::vector<Second> seconds;
  };
  [[nodiscard]] static Notes notes_of(std::span<const record::Record>);
  /// `state`: after the block.
  void note(const rules::Applied&, const Notes&, const registry::State& state);

  /// The last that came into force at or below `height`, whatever its status then; null: none.
  [[nodiscard]] const InForce* key(const KeyId&, Height) const;
  [[nodiscard]] const InForce* org(const std::string&, Height) const;
  [[nodiscard]] const InForce* policy(Height) const;
  /// Records of `approve`, `countersign` and `seal` that name it, in order.
  [[nodiscard]] std::span<const RecordIndex> seconds(const RecordId&) const;

 private:
  using Line = std::vector<InForce>;  // in order of height
  std::unordered_map<KeyId, Line> keys_;
  std::map<std::string, Line, std::less<>> orgs_;
  Line policies_;
  std::unordered_map<std::uint64_t, std::pair<std::string, std::string>> org_records_;  ///< index to (org, parent)
  std::unordered_map<RecordId, std::vector<RecordIndex>> seconds_;
};

}  // namespace stele::store
