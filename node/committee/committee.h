// One node of a network of several validators: drives its part in finality (`finality::Replica`) with what other nodes,
// the ordering service, its clock and its own users give it, and carries out what comes of that.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "ledger/store/ledger.h"
#include "node/committee/check.h"
#include "node/committee/feed.h"
#include "node/finality/machine.h"
#include "node/finality/vote_file.h"
#include "node/ordering/clock.h"
#include "node/ordering/orderer.h"
#include "node/ordering/slots.h"
#include "node/sync/block_source.h"
#include "signer/sign.h"

namespace stele::committee {

/// What makes the node a validator. Its key may be registered later: it votes as soon as it has a part.
struct VoterRole {
  signer::SigningKey key;
  finality::VoteFile votes;
};
/// What makes the node an orderer. The slots are the committee's own; a wake-up goes to `Committee::wake`.
struct OrdererRole {
  signer::SigningKey key;
  std::unique_ptr<ordering::Slots> slots;
};

struct Notice {
  enum class Kind : std::uint8_t {
    final_block,    ///< up to `height`
    slot_refused,   ///< an attempt at `height` was passed over
    double_vote,    ///< by the key of `who`; evidence is in `file`
    ordered_twice,  ///< by the key of `who`; evidence is in `file`
    key_is_dead,    ///< this node never votes again; the vote that shows it is in `file`
    slots_failed,   ///< the ordering service did not answer; it is asked again
    failed,         ///< nothing goes on here
  };
  Kind kind;
  Height height{};
  std::filesystem::path file{};
  std::string what{};  ///< code of a rejection or of an error
  std::optional<PublicKey> who{};
};

/// Called on threads of the committee; must be quick and neither throw nor call back.
struct Hooks {
  std::function<void()> behind{};            ///< fetch certified blocks above the final one, and hand them to `batch`
  std::function<void()> ask_for_my_votes{};  ///< ask every validator, and hand what it says to `answer`
  std::function<void(const Notice&)> tell{};
  std::function<void(const custody::Complaint&)> complained{};  ///< by another node, of a record that is not here
};

struct CommitteeOptions {
  std::uint64_t stall_s = 900;  ///< see finality::MachineOptions
  std::uint64_t repeat_s = 5;
  std::size_t queue_records_max = 65'536;
  std::size_t queue_bytes_max = std::size_t{128} << 20;
  std::size_t inbox_bytes_max = std::size_t{128}
                                << 20;  ///< of messages and blocks that wait for the committee's thread
  std::size_t threads = 0;              ///< that check records; 0: one for each core
  /// Records are put into a block up to so many bytes, or one that is larger alone: what is larger takes long to get
  /// through the ordering service. Halved when that takes no such block, until the process ends.
  std::size_t batch_bytes = std::size_t{1} << 20;
  /// An orderer that does not lead waits so long for its records to become final before it proposes them itself.
  std::chrono::milliseconds left_out{10'000};
  /// One that does not lead judges its records by its own ledger after so long, in which that may still come up to what
  /// their senders have seen; whoever leads judges them at once.
  std::chrono::milliseconds judge_after{1'000};
  /// An orderer that leads, and has seen no certificate on the newest block for `unheard`, may be cut off from the
  /// others: it stands back for `stand_back`, longer than the lease, so that another one may lead. That there is no
  /// quorum looks the same; then they take turns.
  std::chrono::milliseconds unheard{5'000}, stand_back{8'000};
  /// Slots of so many heights below the final block stay in the ordering service; 0: all of them. What is final was
  /// stored by a quorum, so that nobody needs its slot any more.
  std::uint64_t slots_kept = 0;
  std::filesystem::path evidence_folder{};  ///< made if absent; empty: evidence is told of and not kept
};

/// Of the orderer with this key, unless it was retired or is not final yet: what is final is never given up. Any
/// thread.
[[nodiscard]] std::optional<std::uint16_t> number_of_orderer(const store::Ledger&, const PublicKey&);

/// Owns the ledger's writer, on one thread of its own. Ledger, clock and feed must outlive it.
class Committee final : public ordering::Orderer {
 public:
  /// The ledger is opened with `uncertified_max` of `finality::Replica::unfinal_max`. Errors: `not_an_orderer`.
  static Result<std::unique_ptr<Committee>> start(store::Ledger&, ordering::Clock&, Feed&, std::optional<VoterRole>,
                                                  std::optional<OrdererRole>, Hooks, CommitteeOptions = {});
  ~Committee() override;

  // Any thread, all of them.

  /// `not_an_orderer` for each, if the node is none.
  void submit(std::vector<ordering::Item>, Done) override;
  void stop() override;
  [[nodiscard]] std::optional<Error> failure() const override;

  /// Messages from anybody, as a sequence: each is checked, kept in the feed if it is new and fit, and taken in.
  /// Returns before that is done. Errors: those of `decode_messages`, and `messages_forged` (what came before that one
  /// was taken); `overloaded` and `stopping` (nothing was taken: again later).
  Result<void> receive(ByteView messages);
  /// Certified blocks of another node. `done`, on the committee's thread: did the head move, or why it could not;
  /// `overloaded` and `stopping` at once.
  void batch(sync::Batch, std::function<void(Result<bool>)> done);
  /// What a validator says is the highest vote of this node's key. Who says so is for the caller to be sure of.
  void answer(const PublicKey& from, const std::optional<log::SignedVote>&);
  /// For others that ask: the highest vote of that key that is known here. `overloaded`, `stopping` at once.
  void highest_vote_of(const PublicKey&, std::function<void(Result<std::optional<log::SignedVote>>)>);
  /// The ordering service may have something new.
  void wake();

  /// This orderer's word that it has these items, one to `receipt_items_max`. None: the node orders nothing.
  [[nodiscard]] std::optional<custody::Word> sign_for(custody::ItemDigests) const;
  /// Would it take this item as it stands? It has those that stand in a block here. Any thread.
  [[nodiscard]] bool would_take(const ordering::Item&) const;
  /// Tells all nodes that this record, handed on at `since`, was left out, signed by this node's key.
  /// whose key has no part tells nobody. Returns what was, or would have been, told.
  custody::Complaint complain(ordering::Item, UnixSeconds since, std::vector<custody::Receipt>);

  [[nodiscard]] const store::Ledger& ledger() const;
  [[nodiscard]] const Feed& feed() const;
  // For operators: may this node's key vote, and is it the orderer that cuts blocks, as far as is known here?
  [[nodiscard]] bool may_sign() const;
  [[nodiscard]] bool leads() const;
  /// The recovery that waits here for its day, or was used last.
  [[nodiscard]] std::optional<log::Recovery> held_recovery() const;

 private:
  Committee();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::committee
