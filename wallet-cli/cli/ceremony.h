// The founding ceremony of a network: a plan, keys that each office and root holder makes on a machine of their own, a
// genesis of their public halves, and minutes of what the root holders saw. Options in, exit status out.
#pragma once

#include "wallet-cli/cli/ceremony_files.h"
#include "wallet-cli/cli/context.h"

namespace stele::cli {

namespace fs = std::filesystem;

struct CeremonyPlan {
  fs::path out;
  std::string name, mode, base_url, time;  ///< mode: live unless told, test for a rehearsal; time: UTC text, empty: now
  unsigned roots = 3, root_quorum = 2;
  std::vector<std::string> orderers, validators, vaults;  ///< ids; one that stands in several is one node
  bool rehearsal = false;
};
[[nodiscard]] Exit ceremony_plan(const Context&, const CeremonyPlan&);

struct CeremonyKey {
  std::string role, id;  ///< root, orderer, validator, vault; id: of all but a root
  fs::path plan, out;
  std::optional<std::uint64_t> person_number;  ///< of a root: which of the holders, from 1
};
/// A key file and, beside it, OUT.public.json for whoever assembles.
[[nodiscard]] Exit ceremony_key(const Context&, const CeremonyKey&);

struct CeremonyAssemble {
  fs::path plan, out;
  std::vector<fs::path> halves;
  std::vector<std::string> urls;  ///< ID=URL: where a node is reached
  std::vector<std::string> etcd;
};
/// OUT/genesis.json, and OUT/ID/node.toml for each node. Nothing is written unless all halves are there and right; 1 if
/// only some are missing, 3 if one is wrong.
[[nodiscard]] Exit ceremony_assemble(const Context&, const CeremonyAssemble&);

struct CeremonyConfirm {
  fs::path plan, out;
};
/// Minutes by the root key of --key over the genesis of --genesis.
[[nodiscard]] Exit ceremony_confirm(const Context&, const CeremonyConfirm&);

struct CeremonyCheck {
  fs::path plan;
  std::vector<fs::path> minutes;
};
/// 0: at least the quorum of roots confirmed, and every file is good. 3: a file is wrong; 1: too few.
[[nodiscard]] Exit ceremony_check(const Context&, const CeremonyCheck&);

struct CeremonyDrill {
  fs::path plan;
  std::vector<fs::path> keys;
};
/// Rehearsals only: what these root holders can do together, by the ledger's own rules. 0: they suffice; 1: too few.
[[nodiscard]] Exit ceremony_drill(const Context&, const CeremonyDrill&);

// ---- what the commands share ----

[[nodiscard]] Result<ceremony::Plan> read_plan_file(const fs::path&);
/// That of --genesis, if it follows from the plan.
[[nodiscard]] Result<record::Genesis> read_planned_genesis(const Context&, const ceremony::Plan&);
/// The position of the root with this key file, which is not opened: `not_a_root`.
[[nodiscard]] Result<std::size_t> root_of(const record::Genesis&, const fs::path& key_file);

}  // namespace stele::cli
