// The block store: bytes by height and by record index, appended and never changed. It understands neither records nor
// headers; what they mean is checked above it (DESIGN.md section 8).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::store {

/// One block as it is handed to `commit` and as `block` gives it back.
struct BlockRow {
  Height height;  ///< from 1; genesis is height 0 and is not stored
  HeaderHash header_hash;
  std::string header;                ///< checkpoint text
  Bytes meta;                        ///< the block without its records, opaque here
  RecordIndex first;                 ///< index of its first record; for an empty block, of the next one to come
  std::vector<std::string> records;  ///< each JWS as received
};

/// What is known of a block without reading its records.
struct BlockInfo {
  Height height;
  HeaderHash header_hash;
  std::string header;
  RecordIndex first;
  std::uint64_t count = 0;
  friend bool operator==(const BlockInfo&, const BlockInfo&) = default;
};

struct Tip {
  Height height;
  HeaderHash header_hash;
  std::uint64_t records = 0;  ///< in the whole log, up to and with this block
  friend bool operator==(const Tip&, const Tip&) = default;
};

/// What a visitor answers: go on, or that is enough. (An Error stops the walk too, and is handed on.)
enum class Walk : std::uint8_t { more, enough };

inline constexpr std::uint64_t commit_bytes_max = 256ULL << 20;     ///< one commit is one write in memory
inline constexpr std::uint64_t records_per_read_max = 1ULL << 16;   ///< for one call of `records`
inline constexpr std::uint64_t records_per_block_max = 1ULL << 16;  ///< so that `block` can always be read
inline constexpr std::uint64_t log_records_max = (1ULL << 62) - 1;  ///< sums of index and count can't wrap

/// Append-only store of blocks. Owns its files. Any thread may read; exactly one thread at a time may call `commit` and
/// `replace_tail`. Readers see a block that is not above `tip` as a whole, and only once it is synced.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Appends blocks, all or none. MUST NOT return a value before every byte is synced.
  /// The rows continue the tip (height + 1, first = records so far). Rows that are stored already, byte for byte, are
  /// passed over: repeating is harmless. One that is stored in part is completed: so a hole is filled from a peer.
  /// Refused with nothing written, and the store goes on: `store_not_next`, `store_conflict` (another block is stored
  /// at that height), `store_row_malformed`, `store_commit_too_large`, `store_read_only`, `space_floor`.
  /// After any other error (`store_io`) the outcome is unknown, and further commits answer `store_failed`: reopen,
  /// check the tail, and repeat.
  virtual Result<void> commit(std::span<const BlockRow> rows) = 0;

  /// Gives up the blocks above `keep` and appends these rows instead: all of it or none, synced. Only what is not final
  /// may be given up; that is the caller's to know. Errors as of `commit`.
  virtual Result<void> replace_tail(Height keep, std::span<const BlockRow> rows) = 0;

  /// None while nothing is stored. Never touches the disk.
  [[nodiscard]] virtual std::optional<Tip> tip() const = 0;

  // Reading. None: not stored. An Error is `store_io` or `store_damaged` (what is stored has a form that was never
  // written).
  virtual Result<std::optional<BlockInfo>> row(Height) const = 0;
  virtual Result<std::optional<Bytes>> meta(Height) const = 0;
  virtual Result<std::optional<std::string>> record(RecordIndex) const = 0;
  virtual Result<std::optional<Height>> height_of(RecordIndex) const = 0;
  /// All of [first, first + count); one that is missing is the Error `store_hole`, more than `records_per_read_max`
  /// asked for is `store_read_too_large`.
  virtual Result<std::vector<std::string>> records(RecordIndex first, std::uint64_t count) const = 0;

  Result<std::optional<std::string>> header(Height) const;
  /// The whole block. A part that is missing is the Error `store_hole`.
  Result<std::optional<BlockRow>> block(Height) const;

  // Walking, in rising order over what is there: holes are passed over silently (see tail_check.h for those). The walk
  // sees the store as it was when it began. Nothing is synced or locked.
  using RowVisitor = std::function<Result<Walk>(const BlockInfo&)>;
  using RecordVisitor = std::function<Result<Walk>(RecordIndex, Height, std::string_view jws)>;
  virtual Result<void> for_each_row(Height from, const RowVisitor&) const = 0;
  virtual Result<void> for_each_record(RecordIndex from, const RecordVisitor&) const = 0;
};

/// Visits whole blocks from `from` to the tip: how state is made again at a start. A block, meta or
/// record that is missing is the Error `store_hole`.
Result<void> replay(const Store&, Height from, const std::function<Result<Walk>(const BlockRow&)>&);

}  // namespace stele::store
