// SD-JWT disclosures, the rows of sheets and the claims of credentials (wire-format.md sections 4.1 and 5.1). Pure;
// holds personal data in memory only.
#pragma once

#include <map>
#include <variant>

#include "ledger/record/json.h"
#include "ledger/record/rejection.h"
#include "ledger/record/types.h"

namespace stele::record {

inline constexpr std::size_t disclosure_text_bytes_max = 8192;

struct Disclosure {
  std::string text;  ///< base64url as it is passed around and hashed
  Digest digest;     ///< SHA-256 of `text`
  std::string name;
  json::Value value;
};
[[nodiscard]] Result<Disclosure, Rejection> decode_disclosure(std::string_view text);
/// tagged("stele/v1/decoy", seed): provably the digest of nothing. seed: 32 bytes.
[[nodiscard]] Digest decoy_digest(ByteView seed);
/// salt: 16 bytes.
[[nodiscard]] std::string encode_disclosure(ByteView salt, std::string_view name, const json::Value&);

/// A mark in tenths, 0 to 100; text form "8.5".
struct Mark {
  std::uint32_t tenths = 0;
  friend auto operator<=>(const Mark&, const Mark&) = default;
};
[[nodiscard]] std::optional<Mark> parse_mark(std::string_view);
[[nodiscard]] std::string mark_text(Mark);

enum class Missing : std::uint8_t { not_yet, exempt, absent };
using MarkOrMissing = std::variant<Mark, Missing>;
using LevelCode = std::string;
/// Primary school: the subject's level, and the mark of the test that went into it.
struct LevelAndMark {
  LevelCode level;
  Mark mark;
  friend bool operator==(const LevelAndMark&, const LevelAndMark&) = default;
};
/// One figure of a grade sheet's row or a transcript.
using Figure = std::variant<Mark, LevelCode, Missing, LevelAndMark>;

struct GradeResult {
  Tag256 tag;
  Figure figure;
};
struct GradeDetail {
  std::vector<MarkOrMissing> regular;
  std::optional<MarkOrMissing> mid, final;  ///< both absent for comment subjects
  std::string comment;
};
struct StudentResult {
  Tag256 tag;
  std::string student_id, name, gender;
  Date birth_date;
};
struct StudentDetail {
  std::optional<std::string> birth_place, ethnicity, personal_id, status;
};
struct Conduct {
  std::optional<std::string> t1, t2, year;
};
struct SummaryResult {
  Tag256 tag;
  Conduct conduct;
  std::optional<std::string> learning, title, promotion;
  std::optional<std::uint32_t> absences;
};

[[nodiscard]] Result<GradeResult, Rejection> grade_result(const Disclosure&);
[[nodiscard]] Result<GradeDetail, Rejection> grade_detail(const Disclosure&);
[[nodiscard]] Result<StudentResult, Rejection> student_result(const Disclosure&);
[[nodiscard]] Result<StudentDetail, Rejection> student_detail(const Disclosure&);
[[nodiscard]] Result<SummaryResult, Rejection> summary_result(const Disclosure&);
[[nodiscard]] Result<std::string, Rejection> summary_comment(const Disclosure&);
[[nodiscard]] json::Value to_json(const GradeResult&);
[[nodiscard]] json::Value to_json(const GradeDetail&);
[[nodiscard]] json::Value to_json(const StudentResult&);
[[nodiscard]] json::Value to_json(const StudentDetail&);
[[nodiscard]] json::Value to_json(const SummaryResult&);

/// `subject.<code>` of a transcript.
struct TermFigure {
  std::string term;  ///< empty for a re-test
  Figure figure;
  RecordId sheet;
  std::uint32_t row = 0;
};
struct SubjectClaim {
  std::string code, name;
  std::vector<TermFigure> terms;
  std::optional<TermFigure> retest;
  std::optional<Figure> year;
};
struct SummaryClaim {
  SummaryResult summary;  ///< tag unused
  RecordId sheet;
  std::uint32_t row = 0;
};
struct PersonClaim {
  std::string name, title;
  std::optional<Digest> certificate;
};
[[nodiscard]] Result<SubjectClaim, Rejection> subject_claim(const Disclosure&);
[[nodiscard]] Result<SummaryClaim, Rejection> summary_claim(const Disclosure&);
[[nodiscard]] Result<PersonClaim, Rejection> person_claim(
    const Disclosure&);  ///< claims `person` (binding) and `signer`
[[nodiscard]] Result<std::vector<RecordId>, Rejection> basis_claim(const Disclosure&);
[[nodiscard]] Result<std::vector<std::string>, Rejection> contents_claim(const Disclosure&);
[[nodiscard]] json::Value to_json(const SubjectClaim&);
[[nodiscard]] json::Value to_json(const SummaryClaim&);
[[nodiscard]] json::Value to_json(const PersonClaim&);
/// Is this a claim of the closed list for that credential type, with a value of the right form?
[[nodiscard]] Result<void, Rejection> check_claim(Type credential, const Disclosure&);

/// Merkle root over a sheet's rows: 2 leaves a row, data = the 32-byte digests (result, detail).
struct RowDigests {
  Digest result, detail;
};

/// HMAC-SHA-256(book key, "stele/v1/tag" 0 type 0 kind 0 period)
[[nodiscard]] Tag256 book_tag(ByteView book_key, Type, std::string_view kind, std::string_view period);

}  // namespace stele::record
