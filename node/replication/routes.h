// What a vault answers to other vaults, and to nobody else (docs/http-api.md, "Between vaults").
#pragma once

#include <map>

#include "node/http/server.h"
#include "node/http/work_pool.h"
#include "node/replication/messages.h"
#include "node/replication/vetting.h"
#include "node/requests/signed_request.h"

namespace stele::replication {

struct Parts {
  const store::Ledger& ledger;
  vault::Vault& vault;
  const Vetting& vetting;
  std::uint16_t number = 0;          ///< of the vault
  std::function<UnixSeconds()> now;  ///< the system's clock
};

/// Answers three routes. Any thread.
class Desk {
 public:
  explicit Desk(Parts p) : p_(std::move(p)) {}

  // Errors: those of requests::claims_of and NonceBook; `no_authority`: no vault of this network, or none of the
  // record's organisation; `bad_request`; `not_in_sync`: this ledger has not come as far as the asker's.

  /// `POST /v1/vault/acks`
  [[nodiscard]] Result<http::Response> acks(const http::Request&);
  /// `POST /v1/vault/copies`
  [[nodiscard]] Result<http::Response> copies(const http::Request&);
  /// `POST /v1/vault/not-taken`
  [[nodiscard]] Result<http::Response> not_taken(const http::Request&);

 private:
  /// The number of the vault that asks.
  [[nodiscard]] Result<std::uint16_t> asker(const http::Request&);
  [[nodiscard]] bool serves(std::uint16_t vault, const record::Record&, const registry::State&) const;
  [[nodiscard]] Result<void> reach(Height) const;

  /// One more try of that vault's; and one less, if there was one: nobody ends what another began.
  void began(std::uint16_t vault, const RecordId&);
  [[nodiscard]] bool took_back(std::uint16_t vault, const RecordId&);

  static constexpr std::size_t tries_max = 1U << 18U;

  const Parts p_;
  requests::NonceBook nonces_;
  std::mutex mutex_;
  std::map<std::pair<std::uint16_t, RecordId>, std::uint32_t> tries_;
};

/// Before the server starts. `desk`: set once all that it needs is there; until then `starting`.
void add_routes(http::Server&, const std::atomic<Desk*>& desk, http::WorkPool&);

}  // namespace stele::replication
