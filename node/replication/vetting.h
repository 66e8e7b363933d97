// From a record with a payload to the ack of this node's vault: the same for what people hand in here and for what
// another vault of the organisation asks about. All that is public is judged before a payload is opened.
#pragma once

#include "ledger/store/ledger.h"
#include "node/ordering/clock.h"
#include "node/vault/vault.h"

namespace stele::replication {

class Vetting {
 public:
  /// All of it must outlive this.
  struct Parts {
    const store::Ledger& ledger;
    vault::Vault& vault;
    ordering::Clock& clock;
    std::uint16_t number = 0;  ///< of the vault, in the genesis
  };
  explicit Vetting(const Parts& p) : p_(p) {}

  struct Handed {
    std::string_view jws;
    std::string_view payload;  ///< JSON for the vault; empty: none
    std::span<const vault::Book> books{};
  };
  struct Vetted {
    std::optional<record::Record> record{};  ///< none: it is no record
    bool on_ledger = false;                  ///< it was there already: nothing was done
    std::vector<log::Ack> acks{};
    std::optional<Error> refused{};  ///< a rejection of the rules, `vault_not_assigned`, or an error of Vault::accept
  };
  /// One for each, in order; what was not refused is held here, synced. Any thread, not a server's: it checks
  /// signatures and writes.
  [[nodiscard]] std::vector<Vetted> vet(std::span<const Handed>) const;
  /// Records that were handed to nobody: what is held of them is given up, unless another try is on its way.
  [[nodiscard]] Result<void> dropped(std::span<const record::Record>) const;
  /// Records that others say were refused: what they hold for themselves is free for others. Their payloads stay, for
  /// they can come to the ledger yet, whatever was said, and most refusals pass: `sweep` gives them up when they can't.
  void not_taken(std::span<const record::Record>) const;
  /// Gives up what can't come to the ledger any more. For a thread of its own, some times a day.
  [[nodiscard]] Result<void> sweep() const;

 private:
  void judge(std::vector<Vetted>&) const;
  [[nodiscard]] bool lacking(const Vetted&, const Handed&) const;
  void keep(std::span<const Handed>, std::vector<Vetted>&) const;
  [[nodiscard]] vault::LedgerView view(const rules::Chain&) const;

  const Parts p_;
};

/// A record of the ledger by its id, decoded; none: it is not there. Within `with_chain`.
[[nodiscard]] std::optional<record::Record> record_of(const store::Ledger&, const rules::Chain&, const RecordId&);

/// Vaults of the record's organisation, by their numbers; empty: the record needs no acks, or the organisation is
/// unknown.
[[nodiscard]] std::vector<std::uint16_t> vaults_of(const record::Record&, const registry::State&);

}  // namespace stele::replication
