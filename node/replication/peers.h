// This node's vault asks the other vaults of an organisation (docs/adr/0012): for acks of what people hand in here, and
// for what it lacks itself. Requests are signed by the vault's key; the channel is for who gives the client's options.
#pragma once

#include <map>

#include "node/http/client_pool.h"
#include "node/replication/messages.h"
#include "node/replication/vetting.h"

namespace stele::replication {

struct VaultPeer {
  std::uint16_t number = 0;  ///< in the genesis
  std::string url;           ///< of the port that serves vaults
};

struct PeerState {
  std::uint16_t number = 0;
  std::string url;
  bool reachable = false;        ///< it answered the last question
  std::optional<Error> error{};  ///< why not
};

/// Any thread; all calls but status() and stop() block until they are answered or time out.
class Peers {
 public:
  struct Parts {
    const store::Ledger& ledger;
    vault::Vault& vault;
    std::uint16_t number = 0;          ///< of the vault
    std::function<UnixSeconds()> now;  ///< the system's clock: requests carry their time
  };
  /// Errors: those of http::Client::open; `config_bad_value` for a number that the genesis lacks, or this vault's own.
  [[nodiscard]] static Result<std::unique_ptr<Peers>> open(const Parts&, const std::vector<VaultPeer>&,
                                                           const http::ClientOptions&);

  /// Adds acks of other vaults until each record has what the rules ask for. What can't get them is refused: with the
  /// other vault's reason, or with `vault_peers` if none of them can be asked.
  void complete(std::span<const Vetting::Handed>, std::vector<Vetting::Vetted>&);
  /// Tells those who may hold them. What can't be told they give up by themselves.
  void not_taken(std::span<const record::Record>, std::span<const std::string> jws);

  /// What other vaults hold of these records, by id, the fullest first: a vault can leave out what it should have, and
  /// all that is told is held against the record. `asked`: at least one of them answered for each record.
  struct Found {
    std::map<RecordId, std::vector<std::string>> copies;
    bool asked = true;
  };
  [[nodiscard]] Found copies(std::span<const record::Record>);

  [[nodiscard]] std::vector<PeerState> status() const;
  /// Everything in progress ends with an error.
  void stop();

 private:
  struct Peer {
    VaultPeer at;
    std::string id;  ///< in the genesis
    std::unique_ptr<http::ClientPool> clients;
    PeerState state;
  };
  explicit Peers(const Parts& p) : p_(p) {}
  [[nodiscard]] Result<std::string> ask(Peer&, std::string_view target, std::string body);
  struct Wanted {
    std::size_t i = 0;
    std::vector<std::uint16_t> from;  ///< other vaults of its organisation
  };
  [[nodiscard]] std::vector<Wanted> wanted(const std::vector<Vetting::Vetted>&) const;
  void ask_for_acks(Peer&, std::span<const Wanted>, std::span<const Vetting::Handed>, std::vector<Vetting::Vetted>&,
                    std::map<std::size_t, Error>& why);

  const Parts p_;
  std::vector<std::unique_ptr<Peer>> peers_;
  mutable std::mutex mutex_;  ///< of the states
};

}  // namespace stele::replication
