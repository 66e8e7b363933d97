// What an orderer signs for the records that it was handed, so that whoever was left out can show it to others
// (wire-format.md section 7.3).
#pragma once

#include <span>
#include <vector>

#include "ledger/base/verify.h"
#include "ledger/log/merkle.h"
#include "ledger/log/wire.h"
#include "ledger/record/genesis.h"

namespace stele::custody {

inline constexpr std::size_t receipt_records_max = 1'000;  ///< that one word is about

/// "I have these records in hand, or final": of one answer, one signature over the tree of their ids.
struct Word {
  std::uint16_t orderer = 0;  ///< its number in the genesis
  Height height;              ///< of its final block then
  UnixSeconds time;           ///< by its clock
  Signature signature;
  friend bool operator==(const Word&, const Word&) = default;
};
void write(log::Writer&, const Word&);
[[nodiscard]] Word read_word(log::Reader&);

/// RFC 6962 over the ids, in their order; at least one.
[[nodiscard]] Digest root_of(std::span<const RecordId>);
/// What the word's signature covers.
[[nodiscard]] Digest word_digest(std::string_view net, const Word&, std::size_t records, const Digest& root);

/// A word's part for one record.
struct Receipt {
  Word word;
  std::uint32_t records = 0;  ///< that the word is about
  std::uint32_t index = 0;    ///< this one among them
  log::MerklePath path;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};
inline constexpr std::size_t receipts_max = 16;      ///< of one record that are shown together
inline constexpr std::size_t receipt_path_max = 10;  ///< of `receipt_records_max` leaves
void write(log::Writer&, const Receipt&);
[[nodiscard]] Receipt read_receipt(log::Reader&);

/// `index` is one of the ids'.
[[nodiscard]] Receipt receipt_of(const Word&, std::span<const RecordId>, std::size_t index);
/// Did that orderer of the genesis sign that it has this record?
[[nodiscard]] bool verify(const Receipt&, const RecordId&, const record::Genesis&);

}  // namespace stele::custody
