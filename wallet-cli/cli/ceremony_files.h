// The files of a founding ceremony (wire-format.md section 10): the plan, the public half of each key, the minutes of
// each root holder. What they say, what is signed in them, and which genesis follows from them. Pure; any thread.
#pragma once

#include "ledger/record/genesis.h"

namespace stele::cli::ceremony {

inline constexpr std::size_t plan_bytes_max = 16'384;
inline constexpr std::size_t half_bytes_max = 1'024;
inline constexpr std::size_t minutes_bytes_max = 1'024;

enum class Role : std::uint8_t { root, orderer, validator, vault };
/// As it stands in a public half, and is signed.
[[nodiscard]] std::string_view role_name(Role);

using Nonce = FixedBytes<struct CeremonyNonceTag, 16>;

/// Which keys a network is to be founded with, and all of its genesis that is no key.
struct Plan {
  std::string name, base_url;
  bool test = false;
  bool rehearsal = false;  ///< then it is a test network, and nothing made for it counts in another ceremony
  UnixSeconds time;        ///< of height 0
  std::uint32_t roots = 1, root_quorum = 1;
  std::vector<std::string> orderers, validators, vaults;  ///< ids, in the order of the genesis
  Nonce nonce;                                            ///< so that no two ceremonies have one plan
  Digest digest;                                          ///< derived: SHA-256 of the file

  /// Of any role but `root`, whose holders the plan does not know.
  [[nodiscard]] const std::vector<std::string>& ids(Role) const;
};
/// Canonical text; `digest` is ignored.
[[nodiscard]] std::string write_plan(const Plan&);
/// Form, bounds, canonical text. `file_bad_ceremony_plan` says in which member; `json_…` what is no JSON.
[[nodiscard]] Result<Plan> read_plan(std::string_view text);

/// What a holder or office hands to whoever assembles: a new key, with the proof that they have it.
struct Half {
  Digest plan;
  Role role{};
  std::string who;  ///< the id in the plan; of a root the person handle
  PublicKey key;
  Signature proof;
};
[[nodiscard]] Digest half_digest(const Half&);
[[nodiscard]] std::string write_half(const Half&);
/// Form only, as `read_plan`: `file_bad_ceremony_key`.
[[nodiscard]] Result<Half> read_half(std::string_view text);
/// Made for this plan (`file_other_plan`), a role and id that it names (`file_not_in_plan`), and a proof that fits
/// (`file_bad_proof`).
[[nodiscard]] Result<void> check_half(const Plan&, const Half&);

struct NamedHalf {
  std::string file;
  Half half;
};
/// The genesis of exactly the keys that the plan names, in an order that follows from plan and keys alone: everybody
/// who assembles gets the same bytes. Otherwise everything that is wrong, each with its file, and at the end what is
/// missing (`ceremony_missing`).
[[nodiscard]] Result<record::Genesis, std::vector<Error>> assemble(const Plan&, const std::vector<NamedHalf>&);
/// Nothing but keys and persons is in the genesis that the plan does not say, in the order of `assemble`:
/// `genesis_not_of_plan` names the member. That the keys are those of the offices no file can show: their holders look.
[[nodiscard]] Result<void> check_follows(const Plan&, const record::Genesis&);

/// A root holder's word that this genesis is the one of this plan, and that the key in it is theirs.
struct Minutes {
  Digest plan, genesis;
  std::string root;  ///< person handle
  Signature signature;
};
[[nodiscard]] Digest minutes_digest(const Digest& plan, const Digest& genesis);
[[nodiscard]] std::string write_minutes(const Minutes&);
/// Form only, as `read_plan`: `file_bad_ceremony_minutes`.
[[nodiscard]] Result<Minutes> read_minutes(std::string_view text);
/// The position in the genesis of the root that signed. `file_other_plan`, `file_other_genesis`, `file_not_a_root`,
/// `file_bad_signature`.
[[nodiscard]] Result<std::size_t> check_minutes(const Plan&, const record::Genesis&, const Minutes&);

/// Hexadecimal in groups of four, to be read aloud and compared by ear.
[[nodiscard]] std::string spoken(const Digest&);
/// What the plan says, line by line, for whoever makes a key or confirms.
[[nodiscard]] std::vector<std::string> plan_words(const Plan&, Lang);
/// Where nobody stands behind a key that is lost or stolen.
[[nodiscard]] std::vector<std::string> plan_warnings(const Plan&, Lang);

}  // namespace stele::cli::ceremony
