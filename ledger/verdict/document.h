// Receipt and document files: canonical JSON that proves itself with the genesis file alone (wire-format.md section 9).
// Pure.
#pragma once

#include "ledger/record/disclosure.h"
#include "ledger/verdict/evidence.h"

namespace stele::verdict {

inline constexpr std::size_t document_bytes_max = 4'194'304;

struct Receipt {
  std::string net;
  std::size_t subject = 0;
  Evidence evidence;
};
struct DocumentRow {
  std::size_t record = 0;
  std::uint32_t row = 0;
  std::string result;
  std::vector<Digest> result_path;
  std::optional<std::string> detail;
  std::vector<Digest> detail_path;
};
struct DocumentPerson {
  std::size_t record = 0;
  std::string disclosure;
};
struct DocumentFile {
  std::string net;
  std::size_t subject = 0;
  std::vector<std::string> disclosures;
  std::vector<DocumentRow> rows;
  std::vector<DocumentPerson> persons;
  std::optional<FixedBytes<struct BookKeyTag, 32>> book;
  Evidence evidence;
};
/// The file's bytes. Sorts what the format wants sorted.
[[nodiscard]] std::string encode(const DocumentFile&);
[[nodiscard]] std::string encode(const Receipt&);
/// Strict and canonical: a single other byte is refused.
[[nodiscard]] Result<DocumentFile, Rejection> decode_document(std::string_view);
[[nodiscard]] Result<Receipt, Rejection> decode_receipt(std::string_view);

/// A copy that shows only the named claims (the rows and evidence that then have no use are dropped, the book key
/// always). `unknown`: a claim that the file does not have gives `payload_claims` with its name.
[[nodiscard]] Result<DocumentFile, Rejection> disclose(const DocumentFile&, std::span<const std::string> claims);

}  // namespace stele::verdict
