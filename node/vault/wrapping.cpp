#include "node/vault/wrapping.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ledger/base/encoding.h"
#include "ledger/log/wire.h"
#include "signer/random.h"

namespace stele::vault {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t key_text_size = 65;  // 64 hex digits and a line end
constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t wrapped_bytes_max = 64;

Error key_error(std::string_view code, const fs::path& path, std::string vi, std::string en) {
  Where where;
  where.file = path.filename().string();
  return make_error(code, std::move(vi), std::move(en), where);
}

Error unusable(const fs::path& path) {
  return key_error("vault_wrapping_unusable", path,
                   "Không dùng được tệp khóa bọc của kho dữ liệu: kiểm tra tệp và quyền 0600.",
                   "The vault's wrapping key file can't be used: check the file and its mode 0600.");
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max &&
         name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
}

Result<signer::AeadKey> read_key(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Unexpected(unusable(path));
  struct stat st {};
  signer::SecretBytes text(key_text_size + 1);
  const auto n = ::fstat(fd, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0
                     ? ::read(fd, text.writable().data(), text.size())
                     : -1;
  ::close(fd);
  if (n != static_cast<ssize_t>(key_text_size)) return Unexpected(unusable(path));
  auto raw = unhex(as_text(text.view()).substr(0, 64));
  auto key = raw ? signer::AeadKey::from(*raw) : std::nullopt;
  if (raw) signer::wipe(*raw);
  if (!key) return Unexpected(unusable(path));
  return std::move(*key);
}

Result<signer::AeadKey> make_key(const fs::path& path) {
  auto key = signer::random_secret<32>();
  std::string text = hex(key.view()) + "\n";
  // Under its name only when it is whole: a crash must not leave half a key. `link` does not write over another file.
  const auto fresh = path.string() + ".new";
  (void)::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool ok = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  signer::wipe({reinterpret_cast<std::uint8_t*>(text.data()),
                text.size()});  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  ok = ok && ::link(fresh.c_str(), path.c_str()) == 0;
  (void)::unlink(fresh.c_str());
  const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ok = ok && folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!ok) return Unexpected(unusable(path));
  return key;
}

struct Parts {
  std::string name;
  signer::AeadNonce wrap_nonce;
  Bytes wrapped;
  signer::AeadNonce nonce;
  Bytes sealed;
};

Error damaged() {
  return make_error("vault_damaged", "Dữ liệu trong kho bị hỏng hoặc khóa bọc của nó đã bị hủy.",
                    "What the vault holds is damaged, or its wrapping key was destroyed.");
}

std::optional<Parts> split(ByteView stored) {
  log::Reader r(stored);
  if (r.u8() != 1) return std::nullopt;
  Parts p;
  p.name = as_text(r.bytes16(name_bytes_max));
  p.wrap_nonce = r.fixed<signer::AeadNonce>();
  const auto wrapped = r.bytes16(wrapped_bytes_max);
  p.wrapped.assign(wrapped.begin(), wrapped.end());
  p.nonce = r.fixed<signer::AeadNonce>();
  constexpr std::size_t fixed = 1 + 2 + 12 + 2 + 12;
  if (!r.ok() || stored.size() < fixed + p.name.size() + p.wrapped.size()) return std::nullopt;
  const auto sealed = r.raw(stored.size() - fixed - p.name.size() - p.wrapped.size());
  p.sealed.assign(sealed.begin(), sealed.end());
  return p;
}

Bytes join(const Parts& p) {
  log::Writer w;
  w.u8(1);
  w.bytes16(as_bytes(p.name));
  w.raw(p.wrap_nonce.view());
  w.bytes16(p.wrapped);
  w.raw(p.nonce.view());
  w.raw(p.sealed);
  return std::move(w).take();
}

Result<signer::AeadKey> unwrap(const WrappingKeys& keys, ByteView where, const Parts& p) {
  const auto* wrapping = keys.find(p.name);
  if (wrapping == nullptr) return Unexpected(damaged());
  auto raw = signer::open_secret(*wrapping, p.wrap_nonce, where, p.wrapped);
  if (!raw) return Unexpected(damaged());
  auto key = signer::AeadKey::from(raw->view());
  if (!key) return Unexpected(damaged());
  return std::move(*key);
}

}  // namespace

Result<WrappingKeys> WrappingKeys::open(const fs::path& folder, const std::string& first) {
  WrappingKeys out;
  out.folder_ = folder;
  std::error_code ec;
  if (fs::create_directories(folder, ec)) fs::permissions(folder, fs::perms::owner_all, ec);
  if (ec) return Unexpected(unusable(folder));
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() != ".key" || !is_name(name)) continue;
    STELE_TRY(auto key, read_key(entry.path()));
    out.keys_.emplace(name, std::move(key));
  }
  if (ec) return Unexpected(unusable(folder));
  if (out.keys_.empty()) STELE_CHECK(out.add(first));
  return out;
}

const signer::AeadKey* WrappingKeys::find(const std::string& name) const {
  const auto it = keys_.find(name);
  return it == keys_.end() ? nullptr : &it->second;
}

Result<void> WrappingKeys::add(const std::string& name) {
  const auto path = folder_ / (name + ".key");
  if (!is_name(name) || (!keys_.empty() && name <= newest())) {
    return Unexpected(key_error("vault_wrapping_name", path,
                                "Tên khóa bọc mới phải đứng sau tên hiện tại (ví dụ 2026-06).",
                                "The new wrapping key's name must come after the present one (such as 2026-06)."));
  }
  STELE_TRY(auto key, make_key(path));
  keys_.emplace(name, std::move(key));
  return {};
}

Result<void> WrappingKeys::destroy_old() {
  while (keys_.size() > 1) {
    const auto path = folder_ / (keys_.begin()->first + ".key");
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const std::string zeros(key_text_size, '0');
    const bool ok =
        fd >= 0 && ::write(fd, zeros.data(), zeros.size()) == static_cast<ssize_t>(zeros.size()) && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!ok || ::unlink(path.c_str()) != 0) return Unexpected(unusable(path));
    keys_.erase(keys_.begin());
  }
  return {};
}

Bytes seal_object(const WrappingKeys& keys, ByteView where, ByteView plain) {
  const auto data_key = signer::random_secret<32>();
  Parts p;
  p.name = keys.newest();
  p.wrap_nonce = signer::random_fixed<signer::AeadNonce>();
  p.wrapped = signer::seal(*keys.find(p.name), p.wrap_nonce, where, data_key.view());
  p.nonce = signer::random_fixed<signer::AeadNonce>();
  p.sealed = signer::seal(data_key, p.nonce, where, plain);
  return join(p);
}

Result<Bytes> open_object(const WrappingKeys& keys, ByteView where, ByteView stored) {
  const auto p = split(stored);
  if (!p) return Unexpected(damaged());
  STELE_TRY(const auto data_key, unwrap(keys, where, *p));
  auto plain = signer::open(data_key, p->nonce, where, p->sealed);
  if (!plain) return Unexpected(damaged());
  return std::move(*plain);
}

Result<Bytes> rewrap_object(const WrappingKeys& keys, ByteView where, ByteView stored) {
  auto p = split(stored);
  if (!p) return Unexpected(damaged());
  STELE_TRY(const auto data_key, unwrap(keys, where, *p));
  p->name = keys.newest();
  p->wrap_nonce = signer::random_fixed<signer::AeadNonce>();
  p->wrapped = signer::seal(*keys.find(p->name), p->wrap_nonce, where, data_key.view());
  return join(*p);
}

}  // namespace stele::vault
