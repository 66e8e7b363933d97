// Wrapping keys: outside the database, a file a month. Old data becomes unreadable when its wrapping key is destroyed
// (DESIGN.md section 6).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "signer/aead.h"

namespace stele::vault {

/// Not thread-safe; the vault guards it.
class WrappingKeys {
 public:
  /// The folder (mode 0700) is made if absent, and a first key named `first` if it holds none. Every file holds 32
  /// bytes in hex, mode 0600.
  [[nodiscard]] static Result<WrappingKeys> open(const std::filesystem::path& folder, const std::string& first);
  [[nodiscard]] const std::string& newest() const { return keys_.rbegin()->first; }
  [[nodiscard]] const signer::AeadKey* find(const std::string& name) const;
  /// A new newest key; names rise (2026-05, 2026-06 …): `vault_wrapping_name` otherwise.
  [[nodiscard]] Result<void> add(const std::string& name);
  /// Overwrites and removes the files of all keys but the newest.
  [[nodiscard]] Result<void> destroy_old();

 private:
  std::filesystem::path folder_;
  std::map<std::string, signer::AeadKey> keys_;
};

/// One object under a data key of its own: u8 1 ‖ bytes16 wrapping key's name ‖ nonce ‖ bytes16 wrapped data key ‖
/// nonce ‖ sealed object. `where` (the database key) is authenticated: nobody can move an object to another place.
[[nodiscard]] Bytes seal_object(const WrappingKeys&, ByteView where, ByteView plain);
[[nodiscard]] Result<Bytes> open_object(const WrappingKeys&, ByteView where, ByteView stored);
/// The same object with its data key under the newest wrapping key.
[[nodiscard]] Result<Bytes> rewrap_object(const WrappingKeys&, ByteView where, ByteView stored);

}  // namespace stele::vault
