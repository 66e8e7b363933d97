#include "ledger/store/head_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "ledger/store/big_endian.h"
#include "ledger/store/sync_folder.h"

namespace stele::store {
namespace {

constexpr std::string_view magic = "stele-head";
constexpr char version = 1;
constexpr std::size_t numbers_begin = magic.size() + 1;
constexpr std::size_t hash_begin = numbers_begin + 16;  // behind sequence number and height
constexpr std::size_t qc_length_begin = hash_begin + HeaderHash::size_bytes;
constexpr std::size_t qc_begin = qc_length_begin + 8;
static_assert(qc_begin + head_qc_bytes_max + Digest::size_bytes <= head_slot_bytes);

Error io_error(const std::filesystem::path& path, std::string_view step) {
  const std::string why = std::strerror(errno);
  return make_error("head_file_io",
                    fmt::format("Không {} được tệp đầu chuỗi: {}. Hãy kiểm tra đĩa và quyền truy cập.",
                                step == "read" ? "đọc" : "ghi", why),
                    fmt::format("Can't {} the head file: {}. Check the disk and the permissions.", step, why),
                    {path.string(), {}, 0, {}, {}});
}

bool write_all(int fd, std::string_view bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::size_t>(n);
  }
  return true;
}

// Up to `size` bytes: fewer where the file ends. None: errno says why.
std::optional<std::string> read_all(int fd, std::size_t size) {
  std::string out(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, out.data() + done, size - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return out;
}

Error version_error(const std::filesystem::path& path, int found) {
  return make_error(
      "head_file_version_unknown",
      fmt::format("Tệp đầu chuỗi có phiên bản {}; chương trình này chỉ đọc phiên bản {}. Hãy dùng đúng bản "
                  "chương trình đã ghi tệp.",
                  found, int{version}),
      fmt::format("The head file has version {}; this program reads version {}. Use the release that "
                  "wrote it.",
                  found, int{version}),
      {path.string(), {}, 0, {}, {}});
}

Error damaged_error(const std::filesystem::path& path) {
  return make_error("head_file_damaged",
                    "Tệp đầu chuỗi bị hỏng, cả hai ngăn đều không đọc được. Đừng xóa: hãy chạy `stele-node fsck`, đối "
                    "chiếu với nút khác, rồi mới lập lại tệp.",
                    "The head file is damaged: neither slot is sound. Do not just delete it: run `stele-node fsck`, "
                    "compare with another node, and only then make it anew.",
                    {path.string(), {}, 0, {}, {}});
}

}  // namespace

std::string encode(const HeadSlot& slot) {
  std::string out(magic);
  out += version;
  out += text_of(key64(slot.sequence));
  out += text_of(key64(slot.head.height.value));
  out += as_text(slot.head.header_hash.view());
  out += text_of(key64(slot.head.qc.size()));
  out += as_text(slot.head.qc);
  out += as_text(sha256(as_bytes(out)).view());
  return out;
}

std::optional<HeadSlot> decode_head_slot(std::string_view bytes) {
  if (bytes.size() < qc_begin || !bytes.starts_with(magic) || bytes[magic.size()] != version) return std::nullopt;
  const std::uint64_t qc_length = number64(bytes.substr(qc_length_begin));
  if (qc_length > head_qc_bytes_max || bytes.size() < qc_begin + qc_length + Digest::size_bytes) return std::nullopt;
  const auto covered = bytes.substr(0, qc_begin + qc_length);
  const auto checksum = bytes.substr(covered.size(), Digest::size_bytes);
  if (as_text(sha256(as_bytes(covered)).view()) != checksum) return std::nullopt;
  HeadSlot out;
  out.sequence = number64(bytes.substr(numbers_begin));
  out.head.height.value = number64(bytes.substr(numbers_begin + 8));
  out.head.header_hash = *HeaderHash::from(as_bytes(bytes.substr(hash_begin, HeaderHash::size_bytes)));
  const auto qc = as_bytes(bytes.substr(qc_begin, qc_length));
  out.head.qc.assign(qc.begin(), qc.end());
  return out;
}

Result<NewestHead> decode_head_file(std::string_view file, const std::filesystem::path& path) {
  std::optional<NewestHead> best;
  for (unsigned i = 0; i < 2; ++i) {
    if (file.size() < i * head_slot_bytes) break;
    const auto bytes = file.substr(i * head_slot_bytes, head_slot_bytes);
    auto slot = decode_head_slot(bytes);
    if (slot && (!best || slot->sequence > best->slot.sequence)) best = NewestHead{std::move(*slot), i};
  }
  if (best) return std::move(*best);
  // A later version makes the file anew under this name, so that slot 0 tells.
  if (file.size() >= qc_begin && file.starts_with(magic) && file[magic.size()] != version)
    return Unexpected(version_error(path, static_cast<std::uint8_t>(file[magic.size()])));
  return Unexpected(damaged_error(path));
}

namespace {

// An empty optional: there is no file. The descriptor is the caller's.
Result<std::optional<int>> open_existing(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd >= 0) return std::optional(fd);
  if (errno == ENOENT) return std::optional<int>();
  return Unexpected(io_error(path, "read"));
}

Result<NewestHead> read_newest(int fd, const std::filesystem::path& path) {
  const auto file = read_all(fd, 2 * head_slot_bytes);
  if (!file) return Unexpected(io_error(path, "read"));
  return decode_head_file(*file, path);
}

}  // namespace

Result<std::unique_ptr<HeadFile>> HeadFile::open(const std::filesystem::path& path) {
  STELE_TRY(const auto fd, open_existing(path, O_RDWR));
  std::unique_ptr<HeadFile> out(new HeadFile(path, fd.value_or(-1)));
  if (!fd) return out;
  STELE_TRY(auto newest, read_newest(*fd, path));
  out->head_ = std::move(newest.slot.head);
  out->sequence_ = newest.slot.sequence;
  out->newest_slot_ = newest.number;
  return out;
}

Result<std::optional<Head>> HeadFile::read(const std::filesystem::path& path) {
  STELE_TRY(const auto fd, open_existing(path, O_RDONLY));
  if (!fd) return std::optional<Head>();
  auto newest = read_newest(*fd, path);
  ::close(*fd);
  if (!newest) return Unexpected(std::move(newest).error());
  return std::optional(std::move(newest->slot.head));
}

HeadFile::~HeadFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> HeadFile::write(const Head& head) {
  if (failed_)
    return Unexpected(make_error("head_file_failed",
                                 "Lần ghi tệp đầu chuỗi trước đã lỗi. Hãy khởi động lại nút để kiểm tra.",
                                 "An earlier write of the head file failed. Restart the node, so that it is checked.",
                                 {path_.string(), {}, 0, {}, {}}));
  if (head.qc.size() > head_qc_bytes_max)
    return Unexpected(make_error(
        "head_file_qc_too_large",
        fmt::format("Chứng nhận có {} byte; tệp đầu chuỗi chứa tối đa {}.", head.qc.size(), head_qc_bytes_max),
        fmt::format("The certificate has {} bytes; the head file holds at most {}.", head.qc.size(),
                    head_qc_bytes_max)));
  auto written = fd_ < 0 ? create(head) : write_slot(head);
  failed_ = !written;
  if (written) head_ = head;
  return written;
}

Result<void> HeadFile::write_slot(const Head& head) {
  // The page cache may call a page clean whose write-back failed: nothing is tried twice on one descriptor.
  const unsigned older = 1 - newest_slot_;
  const auto bytes = encode({sequence_ + 1, head});
  if (!write_all(fd_, bytes, older * head_slot_bytes) || ::fdatasync(fd_) != 0)
    return Unexpected(io_error(path_, "write"));
  ++sequence_;
  newest_slot_ = older;
  return {};
}

Result<void> HeadFile::create(const Head& head) {
  // Zeros are really written, not only reserved: later writes then change data and nothing else.
  std::string file = encode({1, head});
  file.resize(2 * head_slot_bytes);
  auto draft = path_;
  draft += ".new";
  const int fd = ::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Unexpected(io_error(draft, "write"));
  if (!write_all(fd, file, 0) || ::fsync(fd) != 0 || ::rename(draft.c_str(), path_.c_str()) != 0 ||
      !sync_folder(path_.parent_path())) {
    const auto error = io_error(path_, "write");
    ::close(fd);
    return Unexpected(error);
  }
  fd_ = fd;
  sequence_ = 1;
  newest_slot_ = 0;
  return {};
}

}  // namespace stele::store
