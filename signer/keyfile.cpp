#include "signer/keyfile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/record/json.h"
#include "ledger/record/object_reader.h"
#include "signer/aead.h"
#include "signer/random.h"
#include "signer/scrypt.h"

namespace stele::signer {
namespace {

namespace fs = std::filesystem;
using json::Value;

struct Kdf {
  ScryptParams params;
  FixedBytes<struct KdfSaltTag, 16> salt;
};
struct Parsed {
  KeyHeader header;
  Kdf kdf;
  std::string header_b64;
  AeadNonce nonce;
  Bytes sealed;
};

Error file_error(std::string_view code, const fs::path& path, std::string vi, std::string en) {
  Where where;
  where.file = path.filename().string();
  return make_error(code, std::move(vi), std::move(en), where);
}

Unexpected<Error> damaged(const fs::path& path) {
  return Unexpected(file_error("key_file_damaged", path,
                               "Tệp khóa bị hỏng hoặc không phải tệp khóa Stele. Hãy dùng bản sao lưu.",
                               "The key file is damaged or is no Stele key file. Use a backup."));
}

std::string_view use_name(record::KeyUse use) {
  switch (use) {
    case record::KeyUse::sign:
      return "sign";
    case record::KeyUse::seal:
      return "seal";
    case record::KeyUse::export_copy:
      return "export";
  }
  return "sign";
}

Result<std::string> read_file(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Unexpected(file_error("key_file_unreadable", path,
                                 std::string("Không mở được tệp khóa: ") + std::strerror(errno) + ".",
                                 std::string("The key file can't be opened: ") + std::strerror(errno) + "."));
  }
  struct stat st {};
  const bool stat_ok = ::fstat(fd, &st) == 0;
  if (!stat_ok || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    ::close(fd);
    return Unexpected(file_error(
        "key_file_mode", path, "Tệp khóa đang để người khác đọc được. Hãy chạy: chmod 600 " + path.filename().string(),
        "Others may read the key file. Run: chmod 600 " + path.filename().string()));
  }
  std::string text(key_file_bytes_max + 1, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto n = ::read(fd, text.data() + have, text.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  ::close(fd);
  if (have > key_file_bytes_max) return damaged(path);
  text.resize(have);
  return text;
}

Value jwk_json(const record::Jwk& jwk) {
  return Value::object(
      {{"crv", jwk.p256 ? "P-256" : "secp256k1"}, {"kty", "EC"}, {"x", base64url(jwk.x)}, {"y", base64url(jwk.y)}});
}

std::string header_text(const KeyHeader& h, const Kdf& kdf) {
  auto v = Value::object();
  if (h.net) v.set("net", *h.net);
  if (h.org) v.set("org", *h.org);
  v.set("person", h.person);
  v.set("use", use_name(h.use));
  v.set("jwk", jwk_json(h.jwk));
  if (h.disclosure) v.set("disclosure", *h.disclosure);
  v.set("kdf", Value::object({{"name", "scrypt"},
                              {"log2n", kdf.params.log2n},
                              {"r", kdf.params.r},
                              {"p", kdf.params.p},
                              {"salt", base64url(kdf.salt.view())}}));
  return json::write(v);
}

std::optional<std::array<std::uint8_t, 32>> coordinate(std::string_view text) {
  const auto d = fixed_from_base64url<Digest>(text);
  return d ? std::optional(d->bytes) : std::nullopt;
}

Result<Parsed> parse(const fs::path& path, std::string_view text) {
  constexpr json::Limits outer{.bytes_max = key_file_bytes_max, .depth_max = 4, .nodes_max = 64};
  const auto file = json::parse(text, outer);
  // Canonical: one text for each file, so that a changed byte is always noticed.
  if (!file || json::write(*file) + "\n" != text) return damaged(path);
  Parsed out;
  json::ObjectReader r(*file);
  if (r.string("stele", {.chars_min = 1, .chars_max = 8}) != "key") return damaged(path);
  if (r.integer<int>("v", 0, 1000) != 1) {
    return Unexpected(file_error("key_file_version", path,
                                 "Phiên bản tệp khóa không được hỗ trợ. Hãy dùng bản Stele mới hơn.",
                                 "This version of key file is not known. Use a newer Stele."));
  }
  out.header_b64 = r.string("header", {.chars_min = 1, .chars_max = key_file_bytes_max});
  out.nonce = r.digest43<AeadNonce>("nonce");
  const auto sealed = unbase64url(r.string("sealed", {.chars_min = 1, .chars_max = 256}));
  const auto header_bytes = unbase64url(out.header_b64);
  if (!r.finish() || !sealed || !header_bytes) return damaged(path);
  out.sealed = *sealed;

  const auto header = json::parse(as_text(*header_bytes), outer);
  if (!header) return damaged(path);
  json::ObjectReader h(*header);
  out.header.net = h.optional_string("net", {.chars_min = 1, .chars_max = 64});
  out.header.org = h.optional_string("org", {.chars_min = 2, .chars_max = 40});
  out.header.person = h.string("person", {.chars_min = 22, .chars_max = 22});
  out.header.use = h.choice<record::KeyUse>(
      "use", {{"sign", record::KeyUse::sign}, {"seal", record::KeyUse::seal}, {"export", record::KeyUse::export_copy}});
  h.object("jwk", [&](json::ObjectReader& j) {
    out.header.jwk.p256 = j.choice<bool>("crv", {{"secp256k1", false}, {"P-256", true}});
    if (j.string("kty", {.chars_min = 2, .chars_max = 2}) != "EC") j.refuse("kty", json::FieldFaultKind::bad_form);
    out.header.jwk.x = j.parsed("x", coordinate);
    out.header.jwk.y = j.parsed("y", coordinate);
  });
  out.header.disclosure = h.optional_string("disclosure", {.chars_min = 1, .chars_max = 8192});
  h.object("kdf", [&](json::ObjectReader& k) {
    if (k.string("name", {.chars_min = 1, .chars_max = 16}) != "scrypt")
      k.refuse("name", json::FieldFaultKind::bad_form);
    out.kdf.params.log2n = k.integer<std::uint32_t>("log2n", scrypt_log2n_min, scrypt_log2n_max);
    out.kdf.params.r = k.integer<std::uint32_t>("r", 1, scrypt_r_max);
    out.kdf.params.p = k.integer<std::uint32_t>("p", 1, scrypt_p_max);
    out.kdf.salt = k.digest43<decltype(out.kdf.salt)>("salt");
  });
  if (!h.finish()) return damaged(path);
  if (!scrypt_params_allowed(out.kdf.params)) {
    return Unexpected(file_error("key_file_parameters", path,
                                 "Tệp khóa đòi quá nhiều bộ nhớ; nó không do Stele tạo ra.",
                                 "The key file asks for more memory than allowed; Stele did not make it."));
  }
  return out;
}

Result<AeadKey> derive(const SecretBytes& passphrase, const Kdf& kdf) {
  return scrypt(passphrase.view(), kdf.salt.view(), kdf.params);
}

Result<std::string> file_text(const KeyHeader& header, const SigningKey& key, const SecretBytes& passphrase,
                              unsigned log2n) {
  Kdf kdf;
  kdf.params.log2n = log2n;
  kdf.salt = random_fixed<decltype(kdf.salt)>();
  STELE_TRY(const auto wrapping, derive(passphrase, kdf));
  const auto header_b64 = base64url(as_bytes(header_text(header, kdf)));
  const auto nonce = random_fixed<AeadNonce>();
  const auto sealed = seal(wrapping, nonce, as_bytes(header_b64), key.secret().view());
  return json::write(Value::object({{"stele", "key"},
                                    {"v", 1},
                                    {"header", header_b64},
                                    {"nonce", base64url(nonce.view())},
                                    {"sealed", base64url(sealed)}})) +
         "\n";
}

Result<void> write_error(const fs::path& path, int error) {
  return Unexpected(file_error("key_file_write", path,
                               std::string("Không ghi được tệp khóa: ") + std::strerror(error) + ".",
                               std::string("The key file can't be written: ") + std::strerror(error) + "."));
}

Result<void> write_all(int fd, std::string_view text, const fs::path& path) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return write_error(path, errno);
    done += static_cast<std::size_t>(n);
  }
  if (::fsync(fd) != 0) return write_error(path, errno);
  return {};
}

void sync_folder(const fs::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

/// Beside its place, synced; the caller links or renames it there.
Result<fs::path> write_beside(const fs::path& path, std::string_view text) {
  const auto beside = path.string() + ".new-" + hex(random_fixed<FixedBytes<struct TempTag, 8>>().view());
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return Unexpected(write_error(path, errno).error());
  auto written = write_all(fd, text, path);
  ::close(fd);
  if (!written) {
    ::unlink(beside.c_str());
    return Unexpected(std::move(written).error());
  }
  return fs::path(beside);
}

}  // namespace

record::Jwk jwk_of(const VerifyKey& key) {
  record::Jwk out;
  const auto xy = key.coordinates();
  std::copy_n(xy.begin(), 32, out.x.begin());
  std::copy_n(xy.begin() + 32, 32, out.y.begin());
  return out;
}

Result<KeyHeader> decode_key_header(std::string_view text, const fs::path& path) {
  STELE_TRY(auto parsed, parse(path, text));
  return std::move(parsed.header);
}

Result<KeyHeader> read_key_header(const fs::path& path) {
  STELE_TRY(const auto text, read_file(path));
  return decode_key_header(text, path);
}

Result<OpenKey> open_key_file(const fs::path& path, const SecretBytes& passphrase) {
  STELE_TRY(const auto text, read_file(path));
  STELE_TRY(auto parsed, parse(path, text));
  STELE_TRY(const auto wrapping, derive(passphrase, parsed.kdf));
  auto plain = open_secret(wrapping, parsed.nonce, as_bytes(parsed.header_b64), parsed.sealed);
  if (!plain) {
    return Unexpected(file_error("key_wrong_passphrase", path,
                                 "Mật khẩu không đúng, hoặc tệp khóa đã bị sửa. Hãy thử lại.",
                                 "Wrong passphrase, or the key file was altered. Try again."));
  }
  auto secret = Secret<32>::from(plain->view());
  if (!secret) return damaged(path);
  auto key = SigningKey::from_secret(std::move(*secret));
  if (!key || key->id() != parsed.header.kid()) return damaged(path);
  return OpenKey{std::move(parsed.header), std::move(*key)};
}

Result<void> write_key_file(const fs::path& path, const KeyHeader& header, const SigningKey& key,
                            const SecretBytes& passphrase, unsigned log2n) {
  STELE_TRY(const auto text, file_text(header, key, passphrase, log2n));
  STELE_TRY(const auto beside, write_beside(path, text));
  // link, not rename: it refuses to overwrite a key that is there already.
  const int linked = ::link(beside.c_str(), path.c_str());
  const int error = errno;
  ::unlink(beside.c_str());
  if (linked != 0 && error == EEXIST) {
    return Unexpected(file_error("key_file_exists", path,
                                 "Tệp khóa đã có sẵn; Stele không ghi đè khóa. Hãy chọn tên khác.",
                                 "The key file exists already; Stele never overwrites a key. Choose another name."));
  }
  if (linked != 0) return write_error(path, error);
  sync_folder(path);
  return {};
}

Result<void> rewrite_key_file(const fs::path& path, const KeyHeader& header, const SigningKey& key,
                              const SecretBytes& passphrase, unsigned log2n) {
  STELE_TRY(const auto text, file_text(header, key, passphrase, log2n));
  STELE_TRY(const auto beside, write_beside(path, text));
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    return write_error(path, error);
  }
  sync_folder(path);
  return {};
}

}  // namespace stele::signer
