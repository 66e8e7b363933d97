// The registry as one header of a bag proves it: keys, organisations and policy that were valid then (wire-format.md
// section 9, "Authority"). Internal to this library. Pure.
#pragma once

#include "ledger/registry/policy.h"
#include "ledger/verdict/evidence.h"

namespace stele::verdict {

/// Positions are those of `Facts::records()`, which must outlive it.
class AsOf final : public registry::OrgTree {
 public:
  /// `header` should be final: of any other nothing is proven.
  AsOf(const Facts&, std::size_t header);

  [[nodiscard]] std::size_t header() const { return header_; }
  /// Whatever the organisation's status: who stands above whom is not a matter of being in force.
  [[nodiscard]] std::optional<std::string> parent(std::string_view org) const override;
  /// The key record in force for this kid.
  [[nodiscard]] std::optional<std::size_t> key(const KeyId&) const;
  [[nodiscard]] std::optional<std::size_t> org(std::string_view) const;
  [[nodiscard]] std::optional<std::size_t> policy() const { return policy_; }
  /// The organisation and all its ancestors, each valid then; none: one is missing, and `missing` says which.
  [[nodiscard]] std::optional<std::vector<std::size_t>> chain(std::string_view org, std::string& missing) const;
  /// The same, each included then with whatever status.
  [[nodiscard]] std::optional<std::vector<std::size_t>> tree_chain(std::string_view org, std::string& missing) const;

 private:
  using Orgs = std::map<std::string, std::size_t, std::less<>>;
  [[nodiscard]] std::optional<std::vector<std::size_t>> chain_in(const Orgs&, std::string_view org,
                                                                 std::string& missing) const;

  const Facts* facts_;
  std::size_t header_;
  std::map<KeyId, std::size_t> keys_;
  Orgs orgs_;  ///< valid then
  Orgs tree_;  ///< included then: the valid record of each, else the last
  std::optional<std::size_t> policy_;
};

/// Everything in the bag that gave a record's signer the right to make it. Positions of records.
struct Grounds {
  std::optional<std::size_t> key;  ///< none: not in the bag, or a genesis root signed
  std::vector<std::size_t> orgs;   ///< the record's and the key's organisations with their ancestors; unique. Those of
                                   ///< the key are valid; those of the record too, if its type asks for it
  std::optional<std::size_t> policy;
  std::string missing_org;  ///< of the two chains; empty: none is missing
};
[[nodiscard]] Grounds grounds_of(const Facts&, const AsOf&, std::size_t record);

/// What an act is matched against: as `registry::subject_of`, completed from what the record changes or replaces.
struct FullSubject {
  registry::Subject subject;
  bool shown = true;        ///< all of that is in the bag; else `subject` is not whole
  bool of_one_kind = true;  ///< and is of one type and of the record's organisation; a key replaces a key
};
[[nodiscard]] FullSubject full_subject(const Facts&, const record::Record&);
/// Second signatures in the bag that name this record.
[[nodiscard]] std::vector<std::size_t> second_signatures_of(const Facts&, const RecordId&);

}  // namespace stele::verdict
