// Key files: a secret key under a passphrase (wire-format.md section 10, DESIGN.md section 7). Writes are atomic and
// mode 0600.
#pragma once

#include <filesystem>

#include "ledger/record/types.h"
#include "signer/secret.h"
#include "signer/sign.h"

namespace stele::signer {

struct KeyHeader {
  std::optional<std::string> net, org;
  std::string person;
  record::KeyUse use{};
  record::Jwk jwk;
  std::optional<std::string> disclosure;  ///< the `person` disclosure whose digest is the key's binding
  [[nodiscard]] KeyId kid() const { return jwk.thumbprint(); }
};
/// The coordinates of a key, as key files and `key` records write them.
[[nodiscard]] record::Jwk jwk_of(const VerifyKey&);

struct OpenKey {
  KeyHeader header;
  SigningKey key;
};
inline constexpr std::size_t key_file_bytes_max = 16'384;
inline constexpr std::size_t passphrase_bytes_min = 8;
inline constexpr std::size_t passphrase_bytes_max = 1024;

/// What a key file's text says in clear. All that is refused for form or cost is refused here, before any key is
/// derived. `path` is named in errors.
[[nodiscard]] Result<KeyHeader> decode_key_header(std::string_view text, const std::filesystem::path& path);
/// Readable without the passphrase.
[[nodiscard]] Result<KeyHeader> read_key_header(const std::filesystem::path&);
/// `key_wrong_passphrase` if it doesn't open; `key_file_…` if the file is damaged, too open (mode), or asks for
/// parameters out of bounds.
[[nodiscard]] Result<OpenKey> open_key_file(const std::filesystem::path&, const SecretBytes& passphrase);
/// Refuses to overwrite. log2n below 17 only for tests.
[[nodiscard]] Result<void> write_key_file(const std::filesystem::path&, const KeyHeader&, const SigningKey&,
                                          const SecretBytes& passphrase, unsigned log2n = 17);
/// New passphrase or header for the same key: written beside, synced, renamed over.
[[nodiscard]] Result<void> rewrite_key_file(const std::filesystem::path&, const KeyHeader&, const SigningKey&,
                                            const SecretBytes& passphrase, unsigned log2n = 17);

/// From a terminal (echo off, asked twice if `confirm`) or from a descriptor (one line). Never from argv or
/// environment.
struct PassphraseSource {
  std::optional<int> descriptor;
};
[[nodiscard]] Result<SecretBytes> read_passphrase(const PassphraseSource&, std::string_view prompt, bool confirm);
/// The same passphrase in NFC, so that the same words typed on another keyboard open the same key: for one that came
/// another way than through read_passphrase. `passphrase_not_utf8`.
[[nodiscard]] Result<SecretBytes> normalised_passphrase(SecretBytes);

}  // namespace stele::signer
