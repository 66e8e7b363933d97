// Key files: what opens them, and each thing that is refused before a key is derived.
#include "signer/keyfile.h"

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <algorithm>
#include <fstream>
#include <sstream>

#include "ledger/base/encoding.h"
#include "signer/scrypt.h"

namespace stele::signer {
namespace {

namespace fs = std::filesystem;

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}
record::Jwk jwk_of(const SigningKey& key) {
  const auto both = key.public_key().coordinates();
  record::Jwk out;
  std::copy_n(both.begin(), out.x.size(), out.x.begin());
  std::copy_n(both.begin() + out.x.size(), out.y.size(), out.y.begin());
  return out;
}
std::string code_of(std::string_view text) {
  const auto r = decode_key_header(text, "folder/a.key");
  if (r) return "";
  EXPECT_EQ(r.error().where.file, "a.key");
  return r.error().code;
}

/// One file made with the least cost, and its header as text.
struct KeyFile : testing::Test {
  KeyFile() {
    std::string name = (fs::temp_directory_path() / "stele-keyfile-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    path = folder / "a.key";
    header.net = "stele/vidu/0123456789abcdef0123456789abcdef";
    header.org = "thpt-vi-du-1";
    header.person = "MLzk6B0XsNxHhy70sOqDbg";
    header.use = record::KeyUse::seal;
    header.jwk = jwk_of(key);
    header.disclosure = "WyJhIl0";
  }
  ~KeyFile() override {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  static SecretBytes secret(std::string_view text) { return SecretBytes(as_bytes(text)); }
  [[nodiscard]] Result<void> write(std::string_view passphrase = "correct horse") const {
    return write_key_file(path, header, key, secret(passphrase), scrypt_log2n_min);
  }
  [[nodiscard]] std::string text() const {
    std::stringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }
  /// The file with another header: it would not open, but it says so only after its form was accepted.
  [[nodiscard]] std::string file_with(const std::string& inner) const {
    const auto file = text();
    const auto from = file.find("\"header\":\"") + 10;
    return std::string(file).replace(from, file.find('"', from) - from, base64url(as_bytes(inner)));
  }
  [[nodiscard]] std::string inner() const {
    const auto file = text();
    const auto from = file.find("\"header\":\"") + 10;
    return std::string(as_text(*unbase64url(file.substr(from, file.find('"', from) - from))));
  }

  fs::path folder, path;
  SigningKey key = SigningKey::generate();
  KeyHeader header;
};

TEST_F(KeyFile, GivesBackWhatWasPutIn) {
  for (const auto use : {record::KeyUse::sign, record::KeyUse::seal, record::KeyUse::export_copy}) {
    header.use = use;
    fs::remove(path);
    ASSERT_TRUE(write().has_value());
    const auto read = read_key_header(path).value();
    EXPECT_EQ(read.use, use);
    EXPECT_EQ(read.net, header.net);
    EXPECT_EQ(read.org, header.org);
    EXPECT_EQ(read.person, header.person);
    EXPECT_EQ(read.disclosure, header.disclosure);
    EXPECT_EQ(read.kid(), key.id());
  }
  EXPECT_EQ(open_key_file(path, secret("correct horse"))->key.id(), key.id());
  EXPECT_EQ(open_key_file(path, secret("wrong horse")).error().code, "key_wrong_passphrase");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(KeyFile, IsNeverOverwrittenButRewritten) {
  ASSERT_TRUE(write().has_value());
  EXPECT_EQ(write("another horse").error().code, "key_file_exists");
  EXPECT_TRUE(open_key_file(path, secret("correct horse")).has_value());
  ASSERT_TRUE(rewrite_key_file(path, header, key, secret("another horse"), scrypt_log2n_min).has_value());
  EXPECT_TRUE(open_key_file(path, secret("another horse")).has_value());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);  // no draft is left behind
}

TEST_F(KeyFile, IsNotWrittenWhereItCannotBe) {
  path = folder / "absent" / "a.key";
  EXPECT_EQ(write().error().code, "key_file_write");
  path = folder / "folder";
  fs::create_directories(path / "inside");
  EXPECT_EQ(rewrite_key_file(path, header, key, secret("correct horse"), scrypt_log2n_min).error().code,
            "key_file_write");
}

TEST_F(KeyFile, IsRefusedIfAbsentOrReadableByOthers) {
  EXPECT_EQ(read_key_header(path).error().code, "key_file_unreadable");
  ASSERT_TRUE(write().has_value());
  fs::permissions(path, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(read_key_header(path).error().code, "key_file_mode");
  EXPECT_EQ(open_key_file(path, secret("correct horse")).error().code, "key_file_mode");
}

TEST_F(KeyFile, IsRefusedIfTooLong) {
  ASSERT_TRUE(write().has_value());
  std::ofstream(path, std::ios::app) << std::string(key_file_bytes_max, ' ');
  EXPECT_EQ(read_key_header(path).error().code, "key_file_damaged");
}

TEST_F(KeyFile, HasOneTextOnly) {
  ASSERT_TRUE(write().has_value());
  const auto file = text();
  EXPECT_EQ(code_of(file), "");
  EXPECT_EQ(code_of(file + "\n"), "key_file_damaged");
  EXPECT_EQ(code_of(file.substr(0, file.size() - 1)), "key_file_damaged");
  EXPECT_EQ(code_of(with(file, "\"v\":1", "\"v\": 1")), "key_file_damaged");
  EXPECT_EQ(code_of(""), "key_file_damaged");
}

TEST_F(KeyFile, OfAnotherKindOrVersionIsRefused) {
  ASSERT_TRUE(write().has_value());
  const auto file = text();
  EXPECT_EQ(code_of(with(file, "\"key\"", "\"keys\"")), "key_file_damaged");
  EXPECT_EQ(code_of(with(file, "\"v\":1", "\"v\":2")), "key_file_version");
  EXPECT_EQ(code_of(with(file, "\"v\":1", "\"more\":1,\"v\":1")), "key_file_damaged");
  EXPECT_EQ(code_of(with(file, "\"header\":\"", "\"header\":\"=")), "key_file_damaged");
  EXPECT_EQ(code_of(with(file, "\"sealed\":\"", "\"sealed\":\"=")), "key_file_damaged");
  EXPECT_EQ(code_of(with(file, "\"nonce\":\"", "\"nonce\":\"A")), "key_file_damaged");
}

TEST_F(KeyFile, WithAHeaderOfAnotherFormIsRefused) {
  ASSERT_TRUE(write().has_value());
  const auto good = inner();
  EXPECT_EQ(code_of(file_with(good)), "");
  EXPECT_EQ(code_of(file_with("not JSON")), "key_file_damaged");
  EXPECT_EQ(code_of(file_with("[]")), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, header.person, "short"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"seal\"", "\"vote\""))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"EC\"", "\"OK\""))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "secp256k1", "P-521"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"x\":\"", "\"x\":\"A"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "scrypt", "argon2"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"kdf\"", "\"more\":1,\"kdf\""))), "key_file_damaged");
}

TEST_F(KeyFile, ThatAsksForTooMuchOrTooLittleIsRefusedBeforeAKeyIsDerived) {
  ASSERT_TRUE(write().has_value());
  const auto good = inner();
  EXPECT_EQ(code_of(file_with(with(good, "\"log2n\":14", "\"log2n\":13"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"log2n\":14", "\"log2n\":21"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"r\":8", "\"r\":17"))), "key_file_damaged");
  EXPECT_EQ(code_of(file_with(with(good, "\"p\":1", "\"p\":5"))), "key_file_damaged");
  // Each within its bound, together beyond the memory.
  EXPECT_EQ(code_of(file_with(with(with(good, "\"log2n\":14", "\"log2n\":20"), "\"r\":8", "\"r\":16"))),
            "key_file_parameters");
}

TEST_F(KeyFile, WithTheHeaderOfAnotherKeyDoesNotOpen) {
  ASSERT_TRUE(write().has_value());
  const auto other = SigningKey::generate();
  header.jwk = jwk_of(other);
  fs::remove(path);
  ASSERT_TRUE(write().has_value());  // sealed under a header that names another key
  EXPECT_EQ(open_key_file(path, secret("correct horse")).error().code, "key_file_damaged");
}

}  // namespace
}  // namespace stele::signer
