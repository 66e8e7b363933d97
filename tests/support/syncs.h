// Stands between a program's libraries and the kernel's fsync and fdatasync: counts them, lets one fail, and knows what
// a power cut would leave of a folder. One program, one object file: link syncs.cpp into the program itself, so that
// shared libraries (RocksDB) find its functions before the C library's.
#pragma once

#include <filesystem>
#include <memory>

namespace stele::test {

[[nodiscard]] int syncs_so_far();
/// The next sync fails with EIO, as on a dying disk. Once.
void fail_next_sync();

/// What of a folder is sure to be there after a power cut: of each file the bytes of its last sync, under the names
/// that its folder had when that was synced last. A disk may have kept more; this is the least that it may keep, and
/// nothing may rest on more. Any thread.
class SyncedImage {
 public:
  /// What is in the folder now counts as synced. Its files are really synced no more while this lives.
  explicit SyncedImage(const std::filesystem::path& folder);
  ~SyncedImage();
  SyncedImage(const SyncedImage&) = delete;
  SyncedImage& operator=(const SyncedImage&) = delete;

  /// The power goes: no later sync changes anything. Syncs still answer as if they did, for a program that has not
  /// noticed.
  void freeze();
  [[nodiscard]] int syncs() const;  ///< that changed something
  /// Into a folder that is not there yet.
  void write_to(const std::filesystem::path& folder) const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace stele::test
