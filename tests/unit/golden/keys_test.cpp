// Key files and signatures against the golden vectors.
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "ledger/record/decode.h"
#include "signer/issue.h"
#include "signer/keyfile.h"
#include "signer/scrypt.h"
#include "tests/unit/golden/golden_body.h"

namespace stele::test {
namespace {

using namespace signer;

/// As a program gets it: one line from a descriptor, which is also where it becomes NFC.
SecretBytes passphrase(const std::string& text) {
  const std::string line = text + "\n";
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  EXPECT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
  close(ends[1]);
  auto read = read_passphrase({ends[0]}, "", false);
  close(ends[0]);
  EXPECT_TRUE(read) << read.error().en;
  return read ? std::move(*read) : SecretBytes();
}

class GoldenKeyFile : public testing::Test {
 protected:
  GoldenKeyFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "stele-golden-XXXXXX").string();
    const char* made = mkdtemp(pattern.data());
    EXPECT_NE(made, nullptr);
    folder_ = made == nullptr ? "" : made;
  }
  ~GoldenKeyFile() override { std::filesystem::remove_all(folder_); }
  GoldenKeyFile(const GoldenKeyFile&) = delete;
  GoldenKeyFile& operator=(const GoldenKeyFile&) = delete;

  std::filesystem::path write(const std::string& bytes) const {
    const auto path = folder_ / "key.json";
    std::ofstream(path, std::ios::binary) << bytes;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }

  std::filesystem::path folder_;
};

TEST_F(GoldenKeyFile, OpensToTheSameSecret) {
  for (const Json& f : golden("secrets").at("key_files")) {
    SCOPED_TRACE(f.at("log2n").get<int>());
    const auto path = write(text(f.at("text")));
    const auto open = open_key_file(path, passphrase(text(f.at("passphrase"))));
    ASSERT_TRUE(open) << open.error().code << ": " << open.error().en;
    const auto secret = open->key.secret().view();
    EXPECT_EQ(hex({secret.data(), secret.size()}), text(f.at("secret")));
    EXPECT_EQ(open->header.jwk, jwk_of(f.at("jwk")));
    EXPECT_EQ(open->header.kid(), fixed_base64url<KeyId>(f.at("kid")));
    EXPECT_EQ(open->header.net, text(golden("genesis").at("net")));
  }
}

TEST_F(GoldenKeyFile, StaysShutForAnotherPassphraseOrHeader) {
  const Json& f = golden("secrets").at("key_files")[0];
  const std::string bytes = text(f.at("text"));
  const auto shut = open_key_file(write(bytes), passphrase("another passphrase"));
  ASSERT_FALSE(shut);
  EXPECT_EQ(shut.error().code, "key_wrong_passphrase");
  // The header is authenticated too: one that is as well formed, but of another key file, does not open.
  const std::string other = text(golden("secrets").at("key_files")[2].at("text"));
  const auto header_of = [](const std::string& file) {
    const auto from = file.find("\"header\":\"") + 10;
    return file.substr(from, file.find('"', from) - from);
  };
  std::string mixed = bytes;
  mixed.replace(mixed.find(header_of(bytes)), header_of(bytes).size(), header_of(other));
  EXPECT_FALSE(open_key_file(write(mixed), passphrase(text(f.at("passphrase")))));
}

// RFC 6979 leaves no choice: both readings must give the same 64 bytes.
TEST(GoldenSignature, IsDeterministicAndLowS) {
  int seen = 0;
  for (const Json& v : golden("records").at("records")) {
    if (text(v.at("alg")) != "ES256K") continue;
    auto secret = Secret<32>::from(from_hex(v.at("signer_private_key")));
    ASSERT_TRUE(secret);
    const auto key = SigningKey::from_secret(std::move(*secret));
    ASSERT_TRUE(key);
    const auto record = record::decode(text(v.at("jws")));
    ASSERT_TRUE(record);
    EXPECT_EQ(key->sign(*Digest::from(record->id.view())), record->signature);
    ++seen;
  }
  EXPECT_GT(seen, 25);
}

TEST(GoldenPickupCode, IsKeptAsTheSameDigestHoweverItIsTyped) {
  const Json& v = golden("secrets").at("pickup");
  const std::string code = text(v.at("code"));
  const auto kept = fixed_hex<Digest>(v.at("digest"));
  EXPECT_EQ(pickup_digest_of(code), kept);
  std::string typed;
  for (const char c : code) {
    if (!typed.empty() && typed.size() % 5 == 4) typed += '-';
    typed += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  EXPECT_EQ(pickup_digest_of(typed), kept) << typed;
  EXPECT_FALSE(pickup_digest_of(code.substr(1)));
}

}  // namespace
}  // namespace stele::test
