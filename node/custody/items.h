// Records on their way from a node to an orderer, and what that says of them, as bytes (wire-format.md section 7.3).
#pragma once

#include <span>

#include "ledger/record/decode.h"
#include "node/custody/receipt.h"
#include "node/ordering/orderer.h"

namespace stele::custody {

inline constexpr std::size_t items_max = 1'000;                   ///< in one request
inline constexpr std::size_t items_bytes_max = 16 * 1024 * 1024;  ///< of one request
inline constexpr std::size_t item_acks_max = 16;
inline constexpr std::size_t item_bytes_max =
    4 + record::jws_bytes_max_any + 2 + item_acks_max * (2 + Signature::size_bytes);  ///< of one
inline constexpr std::size_t item_head_bytes = 4 + 1 + 4;                             ///< before the first item

/// One item as it stands in a request. Acks are put in the order of their vaults; each must be of this very JWS, and at
/// most `item_acks_max`.
[[nodiscard]] Bytes encode_item(const ordering::Item&);
/// None: these bytes are no single item.
[[nodiscard]] std::optional<ordering::Item> decode_item(ByteView);
/// Items as `encode_item` gives them; 1 to `items_max`.
[[nodiscard]] Bytes encode_items(std::span<const Bytes* const> items);

struct ReceivedItem {
  ordering::Item item;
  Digest digest;  ///< SHA-256 of it as it stands in the request
};
/// Any bytes whatever give items or a refusal as a whole: `items_malformed`, `items_too_many`. Whether a JWS is a
/// record, and an ack good, is for whoever orders.
[[nodiscard]] Result<std::vector<ReceivedItem>> decode_items(ByteView);

/// What an orderer knows of one item when it answers.
struct Fate {
  enum class Status : std::uint8_t {
    held,     ///< in hand, and would be taken: signed for; to be asked about again, by sending the item once more
    final,    ///< on the orderer's ledger, final there
    refused,  ///< `code` is that of the rejection
    failed,   ///< the orderer could not take it: `code`; again later, there or elsewhere
    heard,    ///< in hand, not looked at yet: not signed for; to be asked about again as well
  };
  Status status = Status::held;
  std::string code{}, where{};
  friend bool operator==(const Fate&, const Fate&) = default;
};
inline constexpr std::size_t fate_text_max = 256;  ///< bytes of `code` and of `where`, each; more is cut

struct Fates {
  bool leads = false;  ///< does this orderer cut the blocks, as far as it knows?
  std::vector<Fate> fates;
  std::optional<Word> word{};  ///< for the items that are held or final; there must be one if any is
};
/// Does it say that it has this one?
[[nodiscard]] inline bool has(const Fate& f) {
  return f.status == Fate::Status::held || f.status == Fate::Status::final;
}
[[nodiscard]] Bytes encode(const Fates&);
/// `items_malformed`: also if it is not of that many items, or a refusal names no rejection that is known here. The
/// word's signature is not looked at.
[[nodiscard]] Result<Fates> decode_fates(ByteView, std::size_t items);

[[nodiscard]] std::optional<RejectionCode> rejection_named(std::string_view);

}  // namespace stele::custody
