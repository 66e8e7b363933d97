// The head file: the last block that this node calls its own, kept outside RocksDB, because RocksDB opens without a
// word after losing its last writes (DESIGN.md section 8). Written after `Store::commit`; compared at start
// (tail_check.h).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::store {

struct Head {
  Height height;  ///< 0: nothing is certified any more (a block at height 1 was given up)
  HeaderHash header_hash;
  Bytes qc;  ///< quorum certificate over it, opaque here
  friend bool operator==(const Head&, const Head&) = default;
};

inline constexpr std::size_t head_slot_bytes = 64 * 1024;
inline constexpr std::size_t head_qc_bytes_max = 60 * 1024;  ///< some 800 votes

/// One of the file's two slots, see HeadFile.
struct HeadSlot {
  std::uint64_t sequence = 0;
  Head head;
};
/// `slot.head.qc` within its bound.
[[nodiscard]] std::string encode(const HeadSlot&);
/// None: not sound. Bytes behind the checksum are not looked at: they may be left over from a longer head.
[[nodiscard]] std::optional<HeadSlot> decode_head_slot(std::string_view);
struct NewestHead {
  HeadSlot slot;
  unsigned number = 0;  ///< of the slot: 0 or 1
};
/// The sound slot with the higher sequence number. `head_file_damaged`, `head_file_version_unknown`; `path` is named in
/// them.
[[nodiscard]] Result<NewestHead> decode_head_file(std::string_view file, const std::filesystem::path& path);

/// Where the head is kept. One thread at a time.
class HeadKeeper {
 public:
  HeadKeeper() = default;
  HeadKeeper(const HeadKeeper&) = delete;
  HeadKeeper& operator=(const HeadKeeper&) = delete;
  virtual ~HeadKeeper() = default;
  /// None: nothing was ever written.
  [[nodiscard]] virtual const std::optional<Head>& head() const = 0;
  /// MUST NOT return a value before the head is synced.
  virtual Result<void> write(const Head&) = 0;
};

/// One thread at a time. One process at a time: the store's lock sees to that.
///
/// Form: two slots of 64 KiB, written in turn: magic "stele-head", version, sequence number, height, header hash, QC's
/// length, QC, SHA-256 of all that. The sound slot with the higher sequence number is the head. A write that is torn,
/// by a crash or a power cut, leaves the other slot, the head before it: as if the crash had come just before the
/// write. Nothing sound is ever overwritten but the older of two.
/// The file never changes its size once it is made, so `fdatasync` has no metadata to write: twice as fast as a new
/// file, two fsyncs and a rename for each block (measured). Only the first write makes a file, and does it that way.
class HeadFile final : public HeadKeeper {
 public:
  /// Reads what is there. An absent file is no error: `head()` is none, and `write` makes it.
  /// Errors: `head_file_damaged` (no slot is sound), `head_file_version_unknown`, `head_file_io`.
  static Result<std::unique_ptr<HeadFile>> open(const std::filesystem::path& path);
  /// The same without a file to write to: none if absent.
  static Result<std::optional<Head>> read(const std::filesystem::path& path);

  ~HeadFile() override;

  [[nodiscard]] const std::optional<Head>& head() const override { return head_; }

  /// MUST NOT return a value before the head is synced. After `head_file_io` the outcome is unknown, and further writes
  /// answer `head_file_failed`: open again. `head_file_qc_too_large` writes nothing.
  Result<void> write(const Head&) override;

 private:
  HeadFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  Result<void> create(const Head&);
  Result<void> write_slot(const Head&);

  std::filesystem::path path_;
  int fd_;  // -1 until the file exists
  std::optional<Head> head_;
  std::uint64_t sequence_ = 0;
  unsigned newest_slot_ = 0;
  bool failed_ = false;
};

}  // namespace stele::store
