// Payloads of wire-format.md section 10, decoded and held against the record that they came with: every digest is
// opened or proven a decoy. Pure.
#pragma once

#include "ledger/record/disclosure.h"
#include "node/vault/book.h"

namespace stele::vault {

inline constexpr std::size_t payload_bytes_max = 16 * 1024 * 1024;

struct SheetPayload {
  struct Row {
    std::optional<record::Disclosure> result, detail;  ///< both, or none: a decoy
    record::RowDigests digests;
  };
  std::vector<Row> rows;
};
/// `payload_missing`, `payload_bad`, `payload_root` (count or root differ).
[[nodiscard]] Result<SheetPayload, Rejection> read_sheet(std::string_view payload, const Digest& root,
                                                         std::uint32_t rows);

struct CredentialPayload {
  std::vector<record::Disclosure> disclosures;
  std::string student_id;
  std::optional<Digest> pickup;
  [[nodiscard]] const record::Disclosure* claim(std::string_view name) const;
};
/// Also: claims of the closed list, none twice, `contents` exact, every digest of `_sd` accounted for.
[[nodiscard]] Result<CredentialPayload, Rejection> read_credential(std::string_view payload, record::Type,
                                                                   const record::Credential&);

/// A key record's binding disclosure.
[[nodiscard]] Result<record::Disclosure, Rejection> read_binding(std::string_view payload, const record::Key&);

// Copies between vaults: what was checked when it was handed in, of a record that is on the ledger by now. Decoys come
// as digests, for what proved them was not kept.

inline constexpr std::size_t copy_books_max = 4096, copy_disclosures_max = 64;

struct SheetCopy {
  SheetPayload sheet;
  std::vector<Book> books;
};
/// As read_sheet.
[[nodiscard]] Result<SheetCopy, Rejection> read_sheet_copy(std::string_view, const Digest& root, std::uint32_t rows);

struct CredentialCopy {
  std::vector<record::Disclosure> disclosures;
  std::string student_id;
  std::optional<Digest> pickup;
  BookKey book;
};
/// `payload_missing`, `payload_bad`; whether it is what was signed is for the caller.
[[nodiscard]] Result<CredentialCopy, Rejection> read_credential_copy(std::string_view);

}  // namespace stele::vault
