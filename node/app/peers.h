// The other nodes of the network: what the configuration says of them, looked up in the genesis. Internal to node/app.
#pragma once

#include <optional>
#include <vector>

#include "ledger/record/genesis.h"
#include "ledger/registry/state.h"
#include "node/app/config.h"

namespace stele::app {

struct Peer {
  std::string url;
  std::string validator_id;                         ///< as the configuration names it; empty: no validator
  std::optional<PublicKey> validator{};             ///< whose word about votes it is
  std::optional<std::uint16_t> orderer{}, vault{};  ///< numbers on the ledger, and in the genesis
  bool orderer_unknown = false;                     ///< named in the configuration, and not on the ledger, or not yet
  std::string vault_url;                            ///< of its port for vaults; empty: not asked
};

/// `config_bad_value`, with the place in the file, for whoever the genesis does not know. A validator that was
/// registered later is named by its key. `orderers`: those that order or did, by number.
[[nodiscard]] Result<std::vector<Peer>> resolve_peers(const Config&, const record::Genesis&,
                                                      const std::vector<registry::OrdererState>& orderers);

}  // namespace stele::app
