// What a node tells the others: a bounded log, in memory, of the messages that it made or handed on, each once. Readers
// ask for what comes after a number, so that nobody need remember who has had what.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_set>

#include "node/committee/messages.h"

namespace stele::committee {

/// Whose room in the log a message takes: of each signer and kind only the newest are kept, so that one who signs much
/// crowds out nobody but himself.
struct Lane {
  std::size_t kind = 0;  ///< Message::index()
  PublicKey signer;
  friend auto operator<=>(const Lane&, const Lane&) = default;
};

/// A message as the log keeps it. It was checked (`check.h`).
struct Entry {
  Bytes bytes;    ///< as encode(Message) gives them
  Digest digest;  ///< SHA-256 of them
  Lane lane;
  std::optional<Height> height{};  ///< of no use once a block above it is final; none: of use until newer ones come
  bool own = false;                ///< made here, or read here in the ordering service: others are handed it
  bool waits = false;              ///< for more like it, on its way to those who need it no sooner
};

struct FeedLimits {
  std::size_t bytes_max = std::size_t{64} << 20;
  std::size_t lane_max = 64;                              ///< messages of one signer and kind
  std::size_t timeless_bytes_max = std::size_t{2} << 20;  ///< of one signer and kind, if no final block ends their use
  std::size_t seen_max = 65'536;  ///< digests of messages that are remembered, so that none goes round for ever
  std::size_t part_bytes_max = std::size_t{4} << 20;  ///< of one part, beyond its first message
};

/// Any thread may use all of it.
class Feed {
 public:
  using Clock = std::chrono::steady_clock;
  using Id = decltype(FeedPage::feed);
  enum class Which : std::uint8_t {
    all,
    own,
    light,  ///< all but blocks that others have handed on: for who hears an orderer itself
  };

  explicit Feed(FeedLimits = {});
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// Random, of this log alone: numbers of another one mean nothing here.
  [[nodiscard]] const Id& id() const { return id_; }
  /// Did it come before, whether or not it is still in the log?
  [[nodiscard]] bool seen(const Digest&) const;
  /// False: it is in the log. One that was there and has been dropped since is taken again if it is this node's own
  /// (it repeats its last vote for those who have missed it), and is not if it is another's.
  bool add(Entry);
  /// Drops what concerns no block of this height or above.
  void forget_below(Height);
  /// The votes of this height that are in the log come anew, as own ones that wait for nothing: a certificate for all.
  void hand_on_votes(Height);

  struct Part {
    std::uint64_t next = 0;  ///< ask after this one next
    Bytes messages;          ///< a sequence; empty: nothing new
    bool urgent = false;     ///< something in it waits for nothing
  };
  /// From the beginning if nothing in this log has had that number yet.
  [[nodiscard]] Part after(std::uint64_t number, Which) const;
  /// The same, but waits for something until the deadline or the next `interrupt`.
  [[nodiscard]] Part wait(std::uint64_t number, Which, Clock::time_point deadline) const;
  /// The newest number.
  [[nodiscard]] std::uint64_t last() const;
  /// All waits in progress return with what there is.
  void interrupt();

  /// Is there a block by this orderer at the height of the newest own vote? Then it may be waiting for that vote.
  [[nodiscard]] bool has_block_voted_on(const PublicKey& orderer) const;
  /// A block above this height was seen: whoever stands there is behind.
  [[nodiscard]] bool has_slot_above(Height) const;
  /// Slots with blocks above this height that are in the log, as messages.
  [[nodiscard]] std::vector<Bytes> slots_above(Height) const;

 private:
  [[nodiscard]] static bool is_of(const Entry&, Which);
  [[nodiscard]] Part part(std::uint64_t number, Which) const;
  void append(Entry);
  [[nodiscard]] bool too_much(const std::deque<std::uint64_t>& lane) const;
  void drop(std::map<std::uint64_t, Entry>::iterator);

  const FeedLimits limits_;
  const Id id_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_, own_changed_;  ///< the second for who waits for own ones alone
  std::map<std::uint64_t, Entry> log_;
  std::map<Lane, std::deque<std::uint64_t>> lanes_;  ///< numbers in the log
  std::unordered_set<Digest> in_log_, seen_;
  std::deque<Digest> seen_order_;
  Height voted_;  ///< of the newest own vote
  std::uint64_t last_ = 0, interrupts_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace stele::committee
