// The verdict on a document: never a bare yes or no. One answer for each part, each with its reason in Vietnamese and
// English (DESIGN.md section 5). Pure.
#pragma once

#include "ledger/verdict/document.h"

namespace stele::verdict {

/// The summary; the worst finding of any part decides: what stands later in this list wins.
enum class Outcome : std::uint8_t {
  valid,
  status_too_old,  ///< status proof too old
  change_pending,  ///< awaits a second signature, or a change to it is pending
  superseded,
  suspended,
  revoked,
  erased_at_source,
  holder_not_bound,
  not_final,       ///< not final yet
  not_on_ledger,   ///< not on this ledger
  not_authorised,  ///< issuer was not authorised then
  altered,         ///< altered: `where` of the failing part says which field
  other_network,
  unreadable,  ///< not a document file at all
};
[[nodiscard]] std::string_view outcome_name(Outcome);

enum class Part : std::uint8_t { file, signature, authority, inclusion, finality, status, disclosures, provenance };
[[nodiscard]] std::string_view part_name(Part);
enum class Answer : std::uint8_t { ok, failed, not_checked };

struct PartVerdict {
  Part part{};
  Answer answer = Answer::not_checked;
  std::string code;   ///< stable
  std::string where;  ///< field, claim, subject or row concerned
  std::string vi, en;
};

/// One figure of a transcript, led back to its teacher.
struct FigureTrace {
  std::string subject_code, subject_name, term;
  record::Figure figure;
  std::optional<RecordId> sheet;  ///< none: computed (year)
  std::uint32_t row = 0;
  std::optional<RecordId> amended_sheet;  ///< the original, if `sheet` is an amend
  std::optional<record::GradeDetail> detail;
  KeyId signer_kid;
  std::string signer_person, signer_name, signer_title, signer_org, role;  ///< name and title only if disclosed
  std::optional<RecordId> key_record, policy_record;
  Height height;
  UnixSeconds time;
  RecordIndex index;
};

/// Who else signed.
struct SecondSigner {
  record::Type by{};
  std::string org, role, person, name, title;  ///< name and title only if disclosed
  RecordId id;
  Height height;
};

struct Verdict {
  Outcome outcome = Outcome::unreadable;
  std::vector<PartVerdict> parts;  ///< one for each Part, in order
  // What is known about it, as far as the parts allow:
  std::optional<record::Type> type;
  std::optional<RecordId> id;
  std::optional<RecordIndex> index;
  std::string org, org_name, signer_name, signer_title;
  std::optional<Height> height;  ///< block of the record
  std::optional<UnixSeconds> issued;
  std::optional<Height> status_height;  ///< not revoked as of this block
  std::optional<UnixSeconds> status_time;
  std::optional<log::Status> status;
  bool complete = false;                   ///< every claim that the issuer listed is shown
  std::vector<record::Disclosure> claims;  ///< of the subject, in file order; empty if any of them is doubtful
  std::vector<FigureTrace> figures;
  std::vector<SecondSigner> second_signatures;  ///< those proven by the file
  std::vector<Facts::Restart> restarts;         ///< recoveries that the evidence passes through
};

struct Options {
  /// The verifier's clock and how old a status proof may be; none: age is reported, not judged.
  std::optional<UnixSeconds> now{};
  std::uint64_t status_age_max_s = 30 * 86'400;
  /// A final checkpoint that the verifier pinned or remembers: conflicting evidence is refused as altered, code
  /// `conflicts_with_checkpoint`.
  std::optional<std::string> pinned_checkpoint{};
};

/// `file`: bytes of a document file. Never throws, never hangs; any bytes whatever give a verdict.
[[nodiscard]] Verdict judge_document(const record::Genesis&, std::string_view file, const Options&);
/// For a receipt file of any record. Disclosures and provenance are not asked of it.
[[nodiscard]] Verdict judge_receipt(const record::Genesis&, std::string_view file, const Options&);
/// Whichever of the two the file says it is.
[[nodiscard]] Verdict judge_file(const record::Genesis&, std::string_view file, const Options&);

[[nodiscard]] std::string_view outcome_text(Outcome, Lang);
/// Machine form, see docs/http-api.md: {outcome, vi, en, parts, record?, status?, complete, claims, figures,
/// second_signatures, recoveries?}.
[[nodiscard]] json::Value to_json(const Verdict&);

}  // namespace stele::verdict
