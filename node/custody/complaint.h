// The word of a node that a record was handed to orderers and left out, with the record and what the orderers signed
// for it (wire-format.md section 7.3).
#pragma once

#include "ledger/log/epoch.h"
#include "node/custody/receipt.h"
#include "node/ordering/orderer.h"

namespace stele::custody {

/// "It stands nowhere up to and with this final block."
struct Complaint {
  std::string net;
  log::Place final_block;  ///< of whoever complains
  UnixSeconds since;       ///< when it was handed on first
  UnixSeconds time;        ///< when this was said; not before `since`
  ordering::Item item;
  std::vector<Receipt> receipts;  ///< ascending by orderer, unique, 1 to `receipts_max`
  PublicKey key;                  ///< a validator's or an orderer's; zeros, as the signature, of a node that has none
  Signature signature;

  /// Of the record.
  [[nodiscard]] RecordId id() const;
  /// Of the item: what receipts are for.
  [[nodiscard]] Digest item_digest() const;
};
inline constexpr std::uint64_t complaint_lasts_s = 86'400;  ///< from `since` to `time`, and from there until it is old
inline constexpr std::uint64_t complaint_below = 1;         ///< heights under the newest final one: others have it too
inline constexpr std::size_t complaint_bytes_max = 512 * 1024;

/// The item is one that `encode_item` takes, and its JWS opens as a record.
[[nodiscard]] Bytes encode(const Complaint&);
/// What its signature covers.
[[nodiscard]] Digest complaint_digest(const Complaint&);
/// Any bytes whatever give a complaint or `complaint_malformed`. Signatures and paths are not looked at.
[[nodiscard]] Result<Complaint> decode_complaint(ByteView);

}  // namespace stele::custody
