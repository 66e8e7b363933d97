// What a node asks its store before it trusts it: does the end agree with the head file, and is anything missing?
#pragma once

#include "ledger/store/head_file.h"
#include "ledger/store/store.h"

namespace stele::store {

enum class TailState : std::uint8_t {
  empty,            ///< neither blocks nor a head: a new node
  equal,            ///< as after a clean stop
  head_behind,      ///< a crash between the store's sync and the head's, or no head file: normal if the blocks verify
  head_ahead,       ///< the store LOST blocks that were called final: fetch them from peers before serving or voting
  different_block,  ///< the head names another block than the store at that height: serve nothing, ask a person
};

/// Compares the end of the store with the head. Besides the tip's height and hash it reads back the head's block and
/// the tip's last record, so that what it calls good is really there; the Error `store_hole` if it is not.
Result<TailState> check_tail(const Store&, const std::optional<Head>&);

struct Hole {
  enum class Kind : std::uint8_t {
    block,         ///< no row at these heights
    meta,          ///< a row without its body
    record,        ///< no record at these indexes, below the tip's count
    chain,         ///< the row's first record is not where the row before it ends
    wrong_block,   ///< these records name another block than the one whose range holds them
    stray_record,  ///< records at or above the tip's count
  };
  Kind kind = Kind::block;
  std::uint64_t first = 0;  ///< height or record index
  std::uint64_t last = 0;   ///< inclusive
  friend bool operator==(const Hole&, const Hole&) = default;
};

inline constexpr std::size_t holes_max = 1000;  ///< more than a person reads; the walk ends there

/// Everything that is missing from `from` to the tip, by reading it all (about 0.5 GB a second): rows first, then
/// metas, then records, each in rising order. Empty: nothing is missing. Whether the bytes are right is the business of
/// fsck.
Result<std::vector<Hole>> find_holes(const Store&, Height from = {1});

}  // namespace stele::store
