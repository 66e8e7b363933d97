#include "node/finality/vote_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "ledger/log/wire.h"

namespace stele::finality {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t net_bytes_max = 64;
constexpr std::size_t file_bytes_max = 512;  ///< the smallest sector of a disk

Where at(const fs::path& path) {
  return {path.string(), {}, 0, {}, {}};
}

Error io_error(const fs::path& path) {
  const std::string why = std::strerror(errno);
  return make_error(
      "vote_file_io",
      fmt::format("Lỗi đọc ghi tệp phiếu: {}. Hãy kiểm tra đĩa và quyền truy cập, rồi khởi động lại nút.", why),
      fmt::format("The vote file can't be read or written: {}. Check the disk and the permissions, then "
                  "restart the node.",
                  why),
      at(path));
}

Error absent(const fs::path& path) {
  return make_error("vote_file_absent",
                    "Không có tệp phiếu của khóa này. Khóa đã mất tệp phiếu thì không được bỏ phiếu nữa: hãy đăng ký "
                    "khóa mới.",
                    "The vote file of this key is missing. A key without its vote file must not vote again: register a "
                    "new key.",
                    at(path));
}

Error already_there(const fs::path& path) {
  return make_error("vote_file_exists", "Đã có tệp phiếu ở đây; không bao giờ ghi đè.",
                    "There is a vote file here already; it is never overwritten.", at(path));
}

Error damaged(const fs::path& path) {
  return make_error("vote_file_damaged",
                    "Tệp phiếu bị hỏng nên khóa này không được bỏ phiếu nữa: hãy đăng ký khóa mới.",
                    "The vote file is damaged, so this key must not vote again: register a new key.", at(path));
}

Error other(std::string_view code, std::string_view vi, std::string_view en, const fs::path& path) {
  return make_error(code, fmt::format("Tệp phiếu thuộc {} khác. Hãy kiểm tra đường dẫn trong cấu hình.", vi),
                    fmt::format("The vote file belongs to another {}. Check the path in the configuration.", en),
                    at(path));
}

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

/// Closed at the end, if it was opened; errno stays as it is.
struct Descriptor {
  explicit Descriptor(int f) : fd(f) {}
  ~Descriptor() {
    const int kept = errno;
    if (fd >= 0) ::close(fd);
    errno = kept;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int fd;
};

bool sync_folder(const fs::path& folder) {
  const Descriptor d(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return d.fd >= 0 && ::fsync(d.fd) == 0;
}

struct Identity {
  std::uint64_t device = 0, inode = 0;
};
std::optional<Identity> identity_of(int fd) {
  struct stat s {};
  if (::fstat(fd, &s) != 0) return std::nullopt;
  return Identity{s.st_dev, s.st_ino};
}

struct Read {
  std::string bytes;
  Identity file;
};
Result<Read> read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return Unexpected(errno == ENOENT ? absent(path) : io_error(path));
  std::string out(file_bytes_max, '\0');
  const ssize_t n = ::read(file.fd, out.data(), out.size());
  const auto identity = identity_of(file.fd);
  if (n < 0 || !identity) return Unexpected(io_error(path));
  out.resize(static_cast<std::size_t>(n));
  return Read{std::move(out), *identity};
}

}  // namespace

bool may_vote(const VoteRecord& record, Epoch epoch, Height height, const HeaderHash& header, Epoch parent_epoch) {
  const auto place = std::tie(epoch, height);
  const auto last = std::tie(record.last.epoch, record.last.height);
  if (place == last && header == record.last.header) return true;
  if (epoch < record.left_below || place <= last) return false;
  return epoch == parent_epoch || record.last.epoch < epoch || record.last.height.value == 0;
}

Bytes encode(const VoteFileContent& c) {
  log::Writer w;
  w.raw(as_bytes("STLV"));
  w.u8(1);
  w.bytes16(as_bytes(c.net));
  w.raw(c.key.view());
  const auto& last = c.record.last;
  w.u64(c.record.left_below.value);
  w.u64(last.epoch.value);
  w.u64(last.height.value);
  w.raw(last.header.view());
  w.u64(last.parent_epoch.value);
  w.u64(last.time.value);
  w.raw(last.signature.view());
  w.raw(sha256(w.bytes()).view());
  return std::move(w).take();
}

std::optional<VoteFileContent> decode_vote_file(ByteView in) {
  if (in.size() < Digest::size_bytes) return std::nullopt;
  const auto covered = in.first(in.size() - Digest::size_bytes);
  if (as_text(sha256(covered).view()) != as_text(in.last(Digest::size_bytes))) return std::nullopt;
  log::Reader r(covered);
  r.expect("STLV");
  const bool known = r.u8() == 1;
  VoteFileContent out;
  out.net = as_text(r.bytes16(net_bytes_max));
  out.key = r.fixed<PublicKey>();
  auto& last = out.record.last;
  out.record.left_below.value = r.u64();
  last.epoch.value = r.u64();
  last.height.value = r.u64();
  last.header = r.fixed<HeaderHash>();
  last.parent_epoch.value = r.u64();
  last.time.value = r.u64();
  last.signature = r.fixed<Signature>();
  if (!r.done() || !known) return std::nullopt;
  return out;
}

Result<VoteFile> VoteFile::create(const fs::path& path, std::string net, const PublicKey& key) {
  VoteFile out(path, std::move(net), key);
  auto draft = path;
  draft += ".new";
  {
    // Never the one that an earlier try left: it may be another name of a file that is voted into.
    if (::unlink(draft.c_str()) != 0 && errno != ENOENT) return Unexpected(io_error(draft));
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.fd < 0 || !write_all(file.fd, encode({out.net_, key, {}})) || ::fsync(file.fd) != 0)
      return Unexpected(io_error(draft));
    const auto identity = identity_of(file.fd);
    if (!identity) return Unexpected(io_error(draft));
    out.device_ = identity->device;
    out.inode_ = identity->inode;
  }
  // A link is never made over a file that is there: not even over one that came just now.
  const bool linked = ::link(draft.c_str(), path.c_str()) == 0;
  if (!linked && errno != EEXIST) return Unexpected(io_error(path));
  if (::unlink(draft.c_str()) != 0) return Unexpected(io_error(draft));
  if (!linked) return Unexpected(already_there(path));
  if (!sync_folder(path.parent_path())) return Unexpected(io_error(path));
  return out;
}

Result<VoteFile> VoteFile::open(const fs::path& path, std::string net, const PublicKey& key) {
  STELE_TRY(const auto read, read_file(path));
  const auto content = decode_vote_file(as_bytes(read.bytes));
  if (!content) return Unexpected(damaged(path));
  if (content->net != net) return Unexpected(other("vote_file_other_net", "mạng", "network", path));
  if (content->key != key) return Unexpected(other("vote_file_other_key", "khóa", "key", path));
  VoteFile out(path, std::move(net), key);
  out.record_ = content->record;
  out.device_ = read.file.device;
  out.inode_ = read.file.inode;
  STELE_CHECK(out.overwrite(out.record_));
  if (!sync_folder(path.parent_path())) return Unexpected(io_error(path));
  return out;
}

Result<void> VoteFile::allows(Epoch epoch, Height height, const HeaderHash& header, Epoch parent_epoch) const {
  const auto& last_ = record_.last;
  if (may_vote(record_, epoch, height, header, parent_epoch)) return {};
  return Unexpected(make_error(
      "vote_refused",
      fmt::format(
          "Khóa này đã bỏ phiếu cho khối {} (kỷ nguyên {}) nên không bỏ phiếu cho khối {} (kỷ nguyên {}). Hãy báo "
          "người vận hành mạng.",
          last_.height.value, last_.epoch.value, height.value, epoch.value),
      fmt::format(
          "This key has voted for block {} (epoch {}), so it does not vote for this block {} (epoch {}). Tell the "
          "operators of the network.",
          last_.height.value, last_.epoch.value, height.value, epoch.value),
      at(path_)));
}

Result<void> VoteFile::write(const LastVote& vote) {
  STELE_CHECK(allows(vote.epoch, vote.height, vote.header, vote.parent_epoch));
  return put({vote, record_.left_below});
}

Result<void> VoteFile::leave_below(Epoch to) {
  return put({record_.last, std::max(to, record_.left_below)});
}

Result<void> VoteFile::put(const VoteRecord& record) {
  if (failed_) {
    errno = EIO;
    return Unexpected(io_error(path_));
  }
  failed_ = true;  // until it is known to be there: a failed sync says nothing about what a crash would leave
  STELE_CHECK(overwrite(record));
  failed_ = false;
  record_ = record;
  return {};
}

bool VoteFile::is_mine(int fd) const {
  const auto identity = identity_of(fd);
  const bool mine = identity && identity->device == device_ && identity->inode == inode_;
  if (identity && !mine) errno = ESTALE;
  return mine;
}

/// In place: of a sector a disk keeps the old bytes or the new ones, and nothing else of the file changes that a sync
/// would have to write. The path is opened each time: a file that was taken away must not be voted into.
Result<void> VoteFile::overwrite(const VoteRecord& record) const {
  const auto bytes = encode({net_, key_, record});
  STELE_ASSERT(bytes.size() <= file_bytes_max);
  const Descriptor file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.fd < 0 || !is_mine(file.fd) || !write_all(file.fd, bytes) || ::fdatasync(file.fd) != 0)
    return Unexpected(io_error(path_));
  return {};
}

}  // namespace stele::finality
