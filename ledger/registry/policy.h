// Who may sign what, and when, read from a policy, grants and organisations. Pure functions: the ledger's state and an
// offline verdict use the same ones.
#pragma once

#include "ledger/record/genesis.h"
#include "ledger/record/types.h"

namespace stele::registry {

/// Parent organisations, seen from wherever they are known (state, or the evidence in a file).
class OrgTree {
 public:
  OrgTree() = default;
  OrgTree(const OrgTree&) = default;
  OrgTree& operator=(const OrgTree&) = default;
  virtual ~OrgTree() = default;
  /// The organisation's parent; empty text: it has none; none: unknown.
  [[nodiscard]] virtual std::optional<std::string> parent(std::string_view org) const = 0;
};
inline constexpr int org_depth_max = 8;
/// Is `at` in the relation `unit` to `org`?
[[nodiscard]] bool in_unit(record::Unit unit, std::string_view at, std::string_view org, const OrgTree&);

/// What an act is matched against.
struct Subject {
  record::Type type{};
  std::optional<std::string> on;   ///< kind, use, or type of the targets
  std::optional<std::string> org;  ///< of an `org` record: its parent
  bool replaces = false;
  std::optional<std::string> cls, subject, term, year;
};
/// `targets`: subject of the records that a change or second signature names; its org and scope are taken from there.
[[nodiscard]] Subject subject_of(const record::Record&);

[[nodiscard]] bool grant_applies(const record::Grant&, const Subject&, Date);
/// The first act of the policy that fits subject, date and one of the grants; null: none does.
[[nodiscard]] const record::Act* find_act(const record::Policy&, const Subject&, std::span<const record::Grant>, Date,
                                          const OrgTree&);
/// Does this signer, with these grants and in this capacity, fill that need of a record whose subject is `subject`?
[[nodiscard]] bool fills(const record::Need&, record::Type by, std::string_view role, const Subject& subject,
                         std::span<const record::Grant>, Date, const OrgTree&);

}  // namespace stele::registry
