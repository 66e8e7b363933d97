// Makes the names in a folder durable. Internal to ledger/store.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace stele::store {

/// False: errno says why. An empty path is the working folder.
[[nodiscard]] inline bool sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

}  // namespace stele::store
