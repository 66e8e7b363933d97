// A node as one object: the HTTP server, the ledger, the vault and the orderer, started and stopped in the right order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/app/config.h"
#include "node/app/event_log.h"
#include "signer/sign.h"

namespace stele::app {

/// Of the node's roles.
struct NodeKeys {
  std::optional<signer::SigningKey> orderer, validator, vault;
};
/// Does any role need a key? A follower needs none, and no passphrase.
[[nodiscard]] bool needs_keys(const Config::Roles&);
/// The key files of the node's roles, which share one passphrase.
[[nodiscard]] Result<NodeKeys> open_node_keys(const Config&, const signer::SecretBytes& passphrase);

/// Inside `data`: the blocks, the head file beside them, and what people handed in.
[[nodiscard]] std::filesystem::path ledger_folder(const Config&);
[[nodiscard]] std::filesystem::path head_file(const Config&);
[[nodiscard]] std::filesystem::path vault_folder(const Config&);

/// Made if absent, for its owner alone. Error: `data_unwritable`.
Result<void> make_folder(const std::filesystem::path&);

inline constexpr std::size_t genesis_bytes_max = 65'536;
[[nodiscard]] Result<std::string> read_genesis_file(const std::filesystem::path&);

/// Started and stopped by one thread.
class App {
 public:
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;  ///< blocks replayed

  /// Listens at once and answers `starting` until the ledger is replayed; returns when the node is ready. The log must
  /// outlive it. Errors: those of the parts, `key_not_in_genesis`, and `config_…` for what only the genesis can tell.
  [[nodiscard]] static Result<std::unique_ptr<App>> start(const Config&, NodeKeys, EventLog&, const Progress& = {});
  /// As stop().
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint64_t height() const;
  /// Stops accepting, lets requests in flight finish for a few seconds, finishes the block in progress.
  void stop();

 private:
  App();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::app
