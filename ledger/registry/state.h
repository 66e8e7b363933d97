// What the records so far say: keys, organisations, policy, pending changes, and what must stay unique. Derived from
// records alone. Pure. One writer (`rules::Chain`); readers must not overlap with it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "ledger/base/verify.h"
#include "ledger/log/status_tree.h"
#include "ledger/registry/policy.h"

namespace stele::registry {

/// Kept for every record.
struct RecordInfo {
  RecordIndex index;
  record::Type type{};
  KeyId kid;
};

struct KeyState {
  record::Key key;
  std::optional<RecordIndex> index;  ///< none: a genesis root
  RecordId id;
  std::optional<VerifyKey> verify;  ///< none for P-256
  /// Who signed its key records, first and later ones, or brought it back: they answer for it. None: a genesis root.
  std::vector<KeyId> registrars;
  UnixSeconds since;
  bool root = false;
  bool confirmed = false;  ///< by an `approve` of another organisation than the registrar's
};
struct OrgState {
  record::Org org;
  RecordIndex index;
  RecordId id;
};
struct PolicyState {
  record::Policy policy;
  RecordIndex index;
  RecordId id;
};
struct ValidatorsState {
  record::Validators validators;
  RecordIndex index;
  RecordId id;
};

/// One that orders, or did.
struct OrdererState {
  record::Member member;
  VerifyKey verify;
  Height from;                    ///< in whose block it came into force; 0: of the genesis
  std::optional<Height> until{};  ///< in whose block it was retired: it may sign no block after that one
};

/// A second signature that has come in.
struct Given {
  record::Type by{};
  std::string person, org;
  KeyId kid;
  std::size_t need = 0;
  RecordIndex index{};
};
struct Pending {
  RecordIndex index;
  record::Record record;
  std::vector<record::Need> needs;  ///< `roles` empty: a genesis root
  std::vector<Given> given;
  UnixSeconds since;
  [[nodiscard]] bool complete() const;
};

/// Of which there is one live sheet: (type, org, class, subject, group, term, year).
using SheetSlot =
    std::tuple<record::Type, std::string, std::string, std::string, std::string, std::string, std::string>;
struct SheetState {
  RecordIndex index;
  record::Type type{};
  std::string org, kind, cls, subject, group, term, year;
  std::uint32_t rows = 0;
  RecordId list;  ///< class list that it rests on
};
struct CredentialState {
  RecordIndex index;
  record::Type type{};
  std::string org, kind;
  Tag256 tag;
};

struct AmendState {
  std::string org;
  RecordId sheet;
};

/// Of all times: their numbers are looked up for as long as there is a ledger.
inline constexpr std::size_t orderers_ever_max = 1'024;

/// How far back officers may report a key as compromised; further back only genesis roots.
inline constexpr std::uint64_t compromise_back_s = 30 * std::uint64_t{86'400};

/// For what has an entry for each record: not a node apart for each, which is another miss in the cache. An entry's
/// address lasts until the next record is entered.
template <class T>
using ByRecord = boost::unordered_flat_map<RecordId, T, std::hash<RecordId>>;

struct State final : OrgTree {
  explicit State(const record::Genesis&);

  record::Genesis genesis;
  log::StatusTree status;
  ByRecord<RecordInfo> records;
  std::vector<RecordId> ids;  ///< by index
  std::unordered_map<KeyId, KeyState>
      keys;  ///< the latest record of each kid that came into force, whatever its status now
  std::map<std::string, OrgState, std::less<>> orgs;
  std::optional<PolicyState> policy;
  std::map<Height, std::uint32_t> raised;     ///< by policies that came into force: the rules that hold from there on
  Height height;                              ///< of the newest block
  std::optional<ValidatorsState> validators;  ///< the latest record in force; none: the genesis set
  bool set_changes = false;                   ///< it is not alone in signing yet
  std::vector<OrdererState> orderers;         ///< by number, and for good: those that were retired, too
  std::map<PublicKey, bool> validator_keys;   ///< that ever stood in a set; true: in the set in force
  std::unordered_map<RecordId, Pending> pending;
  std::unordered_map<RecordId, RecordId>
      claimed;  ///< what pending records replace, supersede or amend: to the pending record
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t>
      open_amends;                            ///< pending or suspended, by (org, class, year)
  std::map<SheetSlot, RecordId> sheet_slots;  ///< live or pending
  std::unordered_map<RecordId, SheetState> sheets;
  std::unordered_map<RecordId, CredentialState> credentials;
  ByRecord<std::string> documents;                  ///< to their organisation
  std::unordered_map<RecordId, AmendState> amends;  ///< in force or pending
  std::unordered_map<RecordId, KeyId> key_records;  ///< every key record in force or once in force
  std::unordered_map<std::string, KeyId> persons;   ///< to the person's latest key; roots included
  std::unordered_map<Tag256, RecordId> live_tags;   ///< live or pending
  std::map<record::StatusSlot, RecordId> status_slots;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> register_last;  ///< (org, kind, year)
  std::unordered_map<RecordId, RecordId> superseded_by;
  std::unordered_map<RecordId, std::vector<RecordId>> suspensions;     ///< that stand, by target
  std::unordered_set<KeyId> holder_keys;                               ///< of `cnf`: each stands in one record only
  std::map<std::pair<KeyId, record::Type>, std::uint64_t> used_today;  ///< quotas; emptied when the date changes
  Date today;
  /// Of the blocks with records of the last `compromise_back_s`: index of their first record, and their time; rising.
  std::deque<std::pair<RecordIndex, UnixSeconds>> block_starts;
  /// Final checkpoints young enough for `after`: hash to time.
  std::unordered_map<HeaderHash, UnixSeconds> recent;

  [[nodiscard]] std::optional<std::string> parent(std::string_view org) const override;
  [[nodiscard]] std::optional<log::Status> status_of(const RecordId&) const;
  [[nodiscard]] const RecordInfo* find(const RecordId&) const;
  /// Of a key's record the latest of that key (its grants may have changed since); of any other record itself.
  [[nodiscard]] const RecordId& latest(const RecordId&) const;
  [[nodiscard]] const KeyState* key(const KeyId&) const;
  /// The organisation whose sheet, credential, document, amend or key it is, or that it registered; of a second
  /// signature that of its signer's key. None: of any other type; of an organisation's record that is not its latest.
  [[nodiscard]] std::optional<std::string> owner_of(const RecordId&) const;
  /// In force: its record is valid. Genesis roots always.
  [[nodiscard]] bool key_valid(const KeyState&) const;
  [[nodiscard]] const OrgState* org(std::string_view) const;
  /// It and all its ancestors are valid.
  [[nodiscard]] bool org_valid(std::string_view) const;
  /// Rules version that the newest policy names, which may not hold yet; that of the genesis before there is one.
  [[nodiscard]] std::uint32_t rules_named() const;
  /// Rules version of the next block.
  [[nodiscard]] std::uint32_t rules_next() const;
  /// Defaults until there is a policy.
  [[nodiscard]] record::Limits limits() const;
};

}  // namespace stele::registry
