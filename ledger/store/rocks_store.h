// The store on disk (RocksDB behind it).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ledger/store/store.h"

namespace stele::store {

/// Version of keys and values on disk; a program opens exactly this one.
inline constexpr std::uint32_t store_format = 2;

/// RocksDB aborts the process when a disk is full, and may abort again when it is opened (measured). Below this much
/// free space nothing is written. It covers what its background work may still write after the last commit: flushed
/// write buffers and one compaction, which the options in rocks_store.cpp keep below half of it.
inline constexpr std::uint64_t free_space_floor_default = 1ULL << 30;

/// Bytes free for this user on the file system that holds `path`.
using FreeSpace = std::function<Result<std::uint64_t>(const std::filesystem::path&)>;
Result<std::uint64_t> free_space_of(const std::filesystem::path&);

struct Options {
  std::string net{};       ///< network name; a store of another network is refused
  bool create = false;     ///< make it if it is absent
  bool read_only = false;  ///< shows what was committed before the opening; a writer may be running
  std::uint64_t free_space_floor_bytes = free_space_floor_default;
  FreeSpace free_space = free_space_of;
};

/// Opens or creates. "Open" proves nothing about the last blocks: RocksDB comes up with a hole at the end without a
/// word. Compare with the head file next (tail_check.h).
/// Errors: `store_absent`, `store_locked`, `store_version_unknown`, `store_net_mismatch`, `store_damaged`, `store_io`,
/// `space_floor` (opening for writing repairs, and so writes: open read-only to go on reading).
Result<std::unique_ptr<Store>> open_rocks_store(const std::filesystem::path& folder, const Options&);

}  // namespace stele::store
