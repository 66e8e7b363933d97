// From records that people hand in to a place in the ledger: the same for one node alone and for many.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/error.h"
#include "ledger/log/block.h"
#include "ledger/record/rejection.h"

namespace stele::ordering {

struct Item {
  std::string jws;
  std::vector<log::Ack> acks;  ///< signed by the vaults that hold its payload; empty if it has none
};

struct Outcome {
  enum class Status : std::uint8_t {
    final,    ///< in a final block, synced on this node; also if it was there before
    refused,  ///< `rejection` says why; nothing was stored
    pending,  ///< in a stored block that is not final yet: ask again
    failed,   ///< `error` says why; ours, not theirs. Whether it was stored may be unknown: repeating is harmless
  };
  Status status = Status::failed;
  RecordId id;  ///< zeros if not even that can be told
  std::optional<RecordIndex> index;
  std::optional<Height> height;
  std::optional<Rejection> rejection;
  std::optional<Error> error;
  std::optional<std::string>
      stored;  ///< of a duplicate: the JWS that is on the ledger, which replaces the client's copy
};

class Orderer {
 public:
  /// Called once, on a thread of the orderer; must neither block nor throw.
  using Done = std::function<void(std::vector<Outcome>)>;

  Orderer() = default;
  Orderer(const Orderer&) = delete;
  Orderer& operator=(const Orderer&) = delete;
  virtual ~Orderer() = default;

  /// Any thread. `done` gets one outcome for each item, in their order, when all are known. Items of one call are taken
  /// in order, but none may rest on another: each is judged in the state of the block before. More than the queue
  /// holds, and everything after a stop or a failed disk, is answered at once with `failed`: `overloaded`, `stopping`,
  /// `disk_failed`.
  virtual void submit(std::vector<Item>, Done done) = 0;
  /// Finishes the block in progress and begins no other. All outcomes are given when this returns: what is stored but
  /// not final as `pending`, the rest as `failed` (`stopping`). Not from `Done`.
  virtual void stop() = 0;
  /// Why nothing is written any more; none while all is well.
  [[nodiscard]] virtual std::optional<Error> failure() const = 0;
};

}  // namespace stele::ordering
