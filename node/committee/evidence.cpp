#include "node/committee/evidence.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"

namespace stele::committee {
namespace {

namespace fs = std::filesystem;

bool write_synced(const fs::path& path, ByteView bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  bool good = true;
  while (good && !bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  good = good && ::fsync(fd) == 0;
  return ::close(fd) == 0 && good;
}

bool sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

}  // namespace

Result<fs::path> keep_evidence(const fs::path& folder, std::string_view kind, ByteView bytes) {
  const auto path = folder / fmt::format("{}-{}", kind, hex(sha256(bytes).view()));
  std::error_code failed;
  if (fs::exists(path, failed)) return path;
  fs::create_directories(folder, failed);
  auto draft = path;
  draft += ".draft";
  if (failed || !write_synced(draft, bytes) || ::rename(draft.c_str(), path.c_str()) != 0 || !sync_folder(folder)) {
    Where where;
    where.file = path.string();
    return Unexpected(make_error("evidence_io", "Không ghi được bằng chứng. Hãy kiểm tra đĩa.",
                                 "Evidence can't be written. Check the disk.", where));
  }
  return path;
}

}  // namespace stele::committee
