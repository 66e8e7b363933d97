// What an orderer signs for the records that it was handed, so that whoever was left out can show it to others
// (wire-format.md section 7.3).
#pragma once

#include <span>
#include <vector>

#include "ledger/base/verify.h"
#include "ledger/log/merkle.h"
#include "ledger/log/wire.h"
#include "ledger/registry/state.h"

namespace stele::custody {

inline constexpr std::size_t receipt_items_max = 1'000;     ///< that one word is about
inline constexpr std::uint64_t clocks_apart_max_s = 3'600;  ///< between whoever signs and whoever was signed for

/// "I have these items in hand, or final": of one answer, one signature over the tree of their digests. Of items, not
/// of record ids: the same id may come with a false signature or without its acks.
struct Word {
  std::uint16_t orderer = 0;  ///< its number in the genesis
  Height height;              ///< of its final block then
  UnixSeconds time;           ///< by its clock
  Signature signature;
  friend bool operator==(const Word&, const Word&) = default;
};
void write(log::Writer&, const Word&);
[[nodiscard]] Word read_word(log::Reader&);

/// SHA-256 of items as they stand in the request.
using ItemDigests = std::span<const Digest>;
/// The leaf of the RFC 6962 tree over the digests, in their order.
[[nodiscard]] LeafHash leaf_of(const Digest& item);
/// At least one.
[[nodiscard]] Digest root_of(ItemDigests);
/// What the word's signature covers.
[[nodiscard]] Digest word_digest(std::string_view net, const Word&, std::size_t items, const Digest& root);

/// A word's part for one item.
struct Receipt {
  Word word;
  std::uint32_t items = 0;  ///< that the word is about
  std::uint32_t index = 0;  ///< this one among them
  log::MerklePath path;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};
inline constexpr std::size_t receipts_max = 16;      ///< of one record that are shown together
inline constexpr std::size_t receipt_path_max = 10;  ///< of `receipt_items_max` leaves
void write(log::Writer&, const Receipt&);
[[nodiscard]] Receipt read_receipt(log::Reader&);

/// For each item.
[[nodiscard]] std::vector<Receipt> receipts_of(const Word&, ItemDigests);
/// Did that orderer sign that it has this item? `orderers`: those that order or did, by number.
[[nodiscard]] bool verify(const Receipt&, const Digest& item, std::string_view net,
                          std::span<const registry::OrdererState> orderers);

}  // namespace stele::custody
