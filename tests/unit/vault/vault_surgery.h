// What an intruder who holds the vault's disk, or even its wrapping keys, could do to it. The vault must be closed.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/base/bytes.h"

namespace stele::test {

class VaultSurgery {
 public:
  VaultSurgery(std::filesystem::path folder, std::filesystem::path wrapping_keys)
      : folder_(std::move(folder)), wrapping_keys_(std::move(wrapping_keys)) {}

  [[nodiscard]] static Bytes row(const RecordId& sheet, std::uint32_t n);
  [[nodiscard]] static Bytes digests(const RecordId& sheet);
  [[nodiscard]] static Bytes credential(const RecordId&);
  [[nodiscard]] static Bytes person(const RecordId& key_record);
  [[nodiscard]] static Bytes waiting(const RecordId&);

  // ---- with the disk alone ----
  [[nodiscard]] Bytes get(ByteView place) const;
  void put(ByteView place, ByteView value) const;
  void remove(ByteView place) const;
  [[nodiscard]] std::size_t lines_of_access_log() const;

  // ---- with the wrapping keys too ----
  [[nodiscard]] Bytes open(ByteView place) const;
  void seal(ByteView place, ByteView plain) const;

  /// Gives the row another mark, salt and all else as before, encrypted as the vault would.
  void change_mark(const RecordId& sheet, std::uint32_t n, const std::string& mark) const;

 private:
  std::filesystem::path folder_, wrapping_keys_;
};

/// A disclosure with another value for one member of its object.
[[nodiscard]] std::string with_member(std::string_view disclosure, std::string_view member, const std::string& value);
/// Texts with their lengths before them, as the vault keeps the two disclosures of a row.
[[nodiscard]] Bytes two_texts(std::string_view, std::string_view);

}  // namespace stele::test
