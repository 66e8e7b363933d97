// What a new network is made of, whether it is founded in one place (init-network) or by a ceremony: key files, the
// genesis, and a node.toml for each node.
#pragma once

#include "wallet-cli/cli/context.h"

namespace stele::cli {

/// A person handle: 16 random bytes, which say nothing about the person.
[[nodiscard]] std::string new_person();
/// The time of a founding: `text` as UTC, or the clock's if it is empty. `usage` for any other form.
[[nodiscard]] Result<UnixSeconds> founding_time(const std::string& text);

/// A new key under this passphrase, in a file that was not there. `header` as it is but for its `jwk`.
[[nodiscard]] Result<signer::OpenKey> make_key_file(const std::filesystem::path&, signer::KeyHeader header,
                                                    const signer::SecretBytes& passphrase);
/// With those above it; for its owner only.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path&);

/// One node, as its own node.toml and those of its peers tell of it.
struct NewNode {
  std::string folder;
  std::string orderer, validator, vault;  ///< its ids in the genesis; empty: not its role
  std::string url;                        ///< where the others reach it
  std::string vault_url;                  ///< where their vaults do; empty: not told
  unsigned port = 0, vault_port = 0;      ///< no `vault_port`: nobody asks its vault
  [[nodiscard]] bool has_keys() const { return !orderer.empty() || !validator.empty() || !vault.empty(); }
};
struct NewNodes {
  std::vector<NewNode> nodes;
  std::vector<std::string> etcd;  ///< its members
  bool one_machine = true;        ///< all nodes on it, for trials
};
/// Keys lie in `keys/ROLE.key` beside it, the genesis in the folder above.
[[nodiscard]] std::string node_toml(const NewNodes&, const NewNode& me);

/// The genesis as it is read back from what was written to a file that was not there.
[[nodiscard]] Result<record::Genesis> write_genesis(const std::filesystem::path&, const record::Genesis&);

}  // namespace stele::cli
