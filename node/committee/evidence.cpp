#include "node/committee/evidence.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <tuple>

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

constexpr std::array<std::string_view, 4> proving = {"double-vote-", "key-is-dead-", "ordered-twice-", "left-out-"};

bool is_listed(std::string_view name) {
  const auto hash = [](std::string_view text) {
    return text.size() == 2 * Digest::size_bytes &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  return std::any_of(proving.begin(), proving.end(),
                     [&](std::string_view kind) { return name.starts_with(kind) && hash(name.substr(kind.size())); });
}

UnixSeconds written(fs::file_time_type time) {
  const auto since = std::chrono::file_clock::to_sys(time).time_since_epoch();
  return {static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(since).count()))};
}

bool is_complaint(const KeptEvidence& e) {
  return e.name.starts_with("left-out-");
}

/// Newest first. Of complaints there may be many: they come last, and push nothing else out.
std::vector<KeptEvidence> sorted(const fs::path& folder) {
  std::vector<KeptEvidence> out;
  std::error_code none;
  for (fs::directory_iterator it(folder, none), end; !none && it != end; it.increment(none)) {
    KeptEvidence e{it->path().filename().string(), 0, {}};
    if (!is_listed(e.name)) continue;
    std::error_code gone;
    e.bytes = it->file_size(gone);
    const auto time = it->last_write_time(gone);
    if (gone) continue;
    e.time = written(time);
    out.push_back(std::move(e));
  }
  std::sort(out.begin(), out.end(), [](const KeptEvidence& a, const KeptEvidence& b) {
    return std::tuple(is_complaint(a), b.time, a.name) < std::tuple(is_complaint(b), a.time, b.name);
  });
  return out;
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

std::size_t forget_old_complaints(const fs::path& folder, const ComplaintsKept& keep) {
  std::size_t files = 0, removed = 0;
  std::uint64_t bytes = 0;
  for (const auto& e : sorted(folder)) {
    if (!is_complaint(e)) continue;
    bytes += e.bytes;
    std::error_code failed;
    if (++files > 1 && (files > keep.files_max || bytes > keep.bytes_max) && fs::remove(folder / e.name, failed))
      ++removed;
  }
  return removed;
}

std::vector<KeptEvidence> list_evidence(const fs::path& folder) {
  auto out = sorted(folder);
  out.resize(std::min(out.size(), evidence_listed_max));
  return out;
}

std::optional<std::string> read_evidence(const fs::path& folder, std::string_view name) {
  if (!is_listed(name)) return std::nullopt;
  std::ifstream file(folder / name, std::ios::binary);
  std::string out{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return std::nullopt;
  return out;
}

}  // namespace stele::committee
