// What the nodes of a network tell each other (wire-format.md section 7.3): bytes, and what they say. Whoever hands a
// message on is not believed: each is signed by those whom it speaks for, which `check.h` checks.
#pragma once

#include <array>
#include <variant>
#include <vector>

#include "ledger/log/block.h"
#include "ledger/log/epoch.h"
#include "node/custody/complaint.h"
#include "node/finality/slot.h"

namespace stele::committee {

using finality::Slot;

/// The certificate of the header that the statement calls the highest, if its signer has it.
struct StatementMessage {
  log::EpochStatement statement;
  std::optional<log::QuorumCertificate> highest_qc;
};
/// What the ordering service has in a slot. The block is signed by its orderer and names the slot itself.
struct SlotMessage {
  Slot slot;
  Bytes block;
};
/// An orderer's word that no block of an orderer stands in a slot, so that it is passed over. Those who do not see the
/// ordering service can't tell otherwise: what has no signature anybody could have made up on the way.
struct VoidSlot {
  Slot slot;
  std::uint16_t orderer = 0;
  Signature signature;
};
[[nodiscard]] Digest void_slot_digest(std::string_view net, const Slot&, std::uint16_t orderer);

using Message =
    std::variant<log::SignedVote, StatementMessage, log::Recovery, SlotMessage, VoidSlot, custody::Complaint>;

/// Its number among the kinds, as `index()` gives it.
template <class T>
inline const std::size_t kind_of = Message(std::in_place_type<T>).index();

inline constexpr std::size_t message_body_max = 8 + 8 + 4 + log::block_bytes_max;
inline constexpr std::size_t message_head_bytes = 1 + 4;             ///< kind and length
inline constexpr std::size_t messages_bytes_max = 16 * 1024 * 1024;  ///< of one sequence
inline constexpr std::size_t messages_max = 4'096;                   ///< in one sequence
static_assert(message_head_bytes + message_body_max <= messages_bytes_max);

/// A sequence of one. Sequences are joined by putting one behind the other.
[[nodiscard]] Bytes encode(const Message&);

struct Received {
  Message message;
  Bytes bytes;    ///< as encode() gives them
  Digest digest;  ///< SHA-256 of them
};
/// Any bytes whatever give messages or a refusal as a whole: `messages_malformed`, `messages_too_many`. An empty
/// sequence is none. Kinds that are not known here are passed over, so that later ones can be told apart from lies.
[[nodiscard]] Result<std::vector<Received>> decode_messages(ByteView);

/// An answer of `GET /v1/feed`: part of a node's log of messages.
struct FeedPage {
  std::array<std::uint8_t, 16> feed{};  ///< which log; another one when the node has been started again
  std::uint64_t next = 0;               ///< ask after this number for what comes next
  Bytes messages;                       ///< a sequence
};
inline constexpr std::size_t feed_page_bytes_max = 4 + 1 + 16 + 8 + messages_bytes_max;
[[nodiscard]] Bytes encode(const FeedPage&);
/// `messages_malformed`. The messages in it are not looked at.
[[nodiscard]] Result<FeedPage> decode_feed_page(ByteView);

}  // namespace stele::committee
