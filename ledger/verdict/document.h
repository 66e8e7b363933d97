// Receipt and document files: canonical JSON that proves itself with the genesis file alone (wire-format.md section 9).
// Pure.
#pragma once

#include "ledger/record/disclosure.h"
#include "ledger/verdict/evidence.h"

namespace stele::verdict {

inline constexpr std::size_t document_bytes_max = 4'194'304;
inline constexpr std::size_t disclosures_max = 1'024;
inline constexpr std::size_t document_rows_max = 512;
inline constexpr std::size_t persons_max = 512;

using BookKey = FixedBytes<struct BookKeyTag, 32>;

struct Receipt {
  std::string net;
  std::size_t subject = 0;
  Evidence evidence;
};
struct DocumentDisclosure {
  std::size_t record = 0;  ///< position in evidence.records: the subject, or a record of its basis
  std::string disclosure;  ///< base64url text
};
struct DocumentRow {
  std::size_t record = 0;
  std::uint32_t row = 0;
  std::string result;
  log::MerklePath result_path;
  std::optional<std::string> detail;
  log::MerklePath detail_path;  ///< used if there is a detail
};
struct DocumentPerson {
  std::size_t record = 0;
  std::string disclosure;
};
struct DocumentFile {
  std::string net;
  std::size_t subject = 0;
  std::vector<DocumentDisclosure> disclosures;
  std::vector<DocumentRow> rows;
  std::vector<DocumentPerson> persons;
  std::optional<BookKey> book;
  Evidence evidence;
};
/// The file's bytes. Sorts disclosures, rows and persons as the format wants; the evidence is in order already
/// (EvidenceBuilder).
[[nodiscard]] std::string encode(DocumentFile);
[[nodiscard]] std::string encode(const Receipt&);
/// Strict and canonical: a single other byte is refused, with the place where it stands. `unknown_type` at "stele": not
/// such a file at all.
/// Does it say of itself that it is a receipt? False for whatever can't be read.
[[nodiscard]] bool says_receipt(std::string_view file);
[[nodiscard]] Result<DocumentFile, Rejection> decode_document(std::string_view);
[[nodiscard]] Result<Receipt, Rejection> decode_receipt(std::string_view);

/// A copy that shows only the named claims and `contents`. What then has no use is dropped: rows, records, headers and
/// proofs; of basis records only the `student_id` stays, if `basis` and `student_id` both do; the book key never.
/// `payload_claims` names a claim that the file does not have. The file's truth is not judged here.
[[nodiscard]] Result<DocumentFile, Rejection> disclose(const DocumentFile&, std::span<const std::string> claims);

}  // namespace stele::verdict
