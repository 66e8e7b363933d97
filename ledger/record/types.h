// The record types of wire-format.md section 4, decoded. Plain values; nothing here checks authority.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/text.h"

namespace stele::record {

enum class Type : std::uint8_t {
  org,
  key,
  validators,
  orderers,
  policy,
  approve,
  countersign,
  seal,
  class_list,
  grade_sheet,
  summary_sheet,
  register_page,
  amend,
  suspend,
  reinstate,
  revoke,
  compromise,
  erase,
  document,
  transcript,
  diploma,
  certificate,
  school_transfer,
  export_copy,
};
inline constexpr std::size_t type_count = 24;
[[nodiscard]] std::string_view type_name(Type);  ///< as on the wire: "class-list", "register", "export"
[[nodiscard]] std::optional<Type> type_from_name(std::string_view);
[[nodiscard]] std::size_t jws_bytes_max(Type);
[[nodiscard]] bool is_credential(Type);  ///< transcript .. export_copy
[[nodiscard]] bool is_sheet(Type);       ///< class_list, grade_sheet, summary_sheet, register_page
[[nodiscard]] bool needs_ack(Type);      ///< wire-format.md section 7, "Acks"

inline constexpr std::size_t jws_bytes_max_any = 262'144;
inline constexpr std::size_t targets_max = 256;
inline constexpr std::size_t rows_max = 4096;

struct Common {
  std::string net;
  HeaderHash after;
  friend bool operator==(const Common&, const Common&) = default;
};

struct Jwk {
  bool p256 = false;  ///< crv P-256, for exports only
  std::array<std::uint8_t, 32> x{};
  std::array<std::uint8_t, 32> y{};
  [[nodiscard]] KeyId thumbprint() const;
  friend bool operator==(const Jwk&, const Jwk&) = default;
};

struct Assessment {
  std::string id;
  Digest digest;
  friend bool operator==(const Assessment&, const Assessment&) = default;
};

struct Org {
  std::string org, kind, name;
  std::optional<std::string> parent;
  std::vector<std::uint16_t> vaults;
  std::optional<RecordId> replaces;
  std::optional<std::string> reason;  ///< if and only if `replaces`
  friend bool operator==(const Org&, const Org&) = default;
};

struct Grant {
  std::string role, org;
  std::optional<std::string> cls, subject, term, year;
  std::optional<Date> from, to;
  friend bool operator==(const Grant&, const Grant&) = default;
};

enum class KeyUse : std::uint8_t { sign, seal, export_copy };
struct Key {
  std::string org, person;
  KeyUse use{};
  Jwk jwk;
  std::vector<Grant> grants;
  Digest binding;
  Signature proof;
  std::optional<RecordId> replaces;
  std::optional<std::string> reason;
  friend bool operator==(const Key&, const Key&) = default;
};

struct Validator {
  std::string id, org;
  PublicKey key;
  friend bool operator==(const Validator&, const Validator&) = default;
};
using Orderer = Validator;
/// Who else orders, and who does so no more. An orderer's number is its place among all that ever were: those of the
/// genesis, then those that were added, in the order in which that came into force.
struct Orderers {
  std::vector<Orderer> add;
  std::vector<std::uint16_t> retire;  ///< numbers, ascending
  friend bool operator==(const Orderers&, const Orderers&) = default;
};
struct Validators {
  std::vector<Validator> set;
  std::vector<RecordId> evidence;
  friend bool operator==(const Validators&, const Validators&) = default;
};

enum class Unit : std::uint8_t { own, above, root, own_or_above, other };
enum class ScopeMember : std::uint8_t { cls, subject, term, year };
struct Need {
  Type by{};
  std::uint32_t count = 1;
  Unit unit{};
  std::vector<std::string> roles;
  std::vector<ScopeMember> scope;
  friend bool operator==(const Need&, const Need&) = default;
};
struct Act {
  Type act{};
  std::optional<std::string> on;
  bool replaces = false;
  std::optional<Date> from, to;
  Unit unit{};
  std::vector<std::string> roles;
  std::vector<ScopeMember> scope;
  std::vector<std::string> may_grant;
  std::optional<std::string> period;  ///< "year", "once" or "nth"
  std::vector<Need> needs;
  friend bool operator==(const Act&, const Act&) = default;
};
struct Quota {
  Type act{};
  std::uint64_t per_day = 0;
  friend bool operator==(const Quota&, const Quota&) = default;
};
struct AssessmentData {
  Assessment set;
  Bytes data;  ///< the rule set's JSON bytes; digest already compared
  std::optional<Date> from, to;
  friend bool operator==(const AssessmentData&, const AssessmentData&) = default;
};
struct Limits {
  std::uint32_t after_days = 30, pending_days = 30, second_key_days = 30;
  friend bool operator==(const Limits&, const Limits&) = default;
};
struct Policy {
  std::uint64_t number = 0;
  std::uint32_t rules = 0;
  std::uint64_t rules_from = 0;
  std::vector<std::string> roles, org_kinds, kinds, reasons;
  Limits limits;
  std::vector<Quota> quotas;
  std::vector<AssessmentData> assessment;
  std::vector<Act> acts;
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// approve, countersign, seal
struct SecondSignature {
  std::string org, role;
  std::vector<RecordId> targets;
  friend bool operator==(const SecondSignature&, const SecondSignature&) = default;
};

struct ClassList {
  std::string org, kind, cls, year;
  Digest root;
  std::uint32_t rows = 0;
  std::optional<RecordId> replaces;
  std::optional<std::string> reason;
  friend bool operator==(const ClassList&, const ClassList&) = default;
};
struct GradeSheet {
  std::string org, kind, cls, subject, term, year;
  std::optional<std::string> group;
  RecordId list;
  Assessment assessment;
  Digest root;
  std::uint32_t rows = 0;
  friend bool operator==(const GradeSheet&, const GradeSheet&) = default;
};
struct SummarySheet {
  std::string org, kind, cls, term, year;
  RecordId list;
  Assessment assessment;
  Digest root;
  std::uint32_t rows = 0;
  friend bool operator==(const SummarySheet&, const SummarySheet&) = default;
};
struct RegisterPage {
  std::string org, kind, volume;
  std::uint32_t page = 0;
  Digest scan, root;
  std::uint32_t rows = 0;
  friend bool operator==(const RegisterPage&, const RegisterPage&) = default;
};
struct Amend {
  std::string org, reason;
  RecordId target;
  std::vector<std::uint32_t> positions;
  Digest root;
  std::uint32_t rows = 0;
  std::vector<RecordId> supersedes;
  friend bool operator==(const Amend&, const Amend&) = default;
};
/// suspend, reinstate, revoke
struct StatusChange {
  std::string org, reason;
  std::vector<RecordId> targets;
  std::optional<RecordId> lifts;  ///< reinstate, and only there: the suspension that ends
  friend bool operator==(const StatusChange&, const StatusChange&) = default;
};
struct Compromise {
  std::string org;  ///< that of the key
  KeyId key;
  std::uint64_t from = 0;           ///< index of the first record that is suspect
  std::optional<std::uint64_t> to;  ///< of the last; none: all that the key signed since
  std::string reason;
  friend bool operator==(const Compromise&, const Compromise&) = default;
};
struct EraseReceipt {
  std::uint16_t vault = 0;
  Signature signature;
  friend bool operator==(const EraseReceipt&, const EraseReceipt&) = default;
};
struct Erase {
  std::string org, reason;
  RecordId target;
  std::vector<std::uint32_t> positions;
  bool book = false;
  std::vector<EraseReceipt> receipts;
  friend bool operator==(const Erase&, const Erase&) = default;
};
struct Document {
  std::string org, kind;
  std::vector<Digest> digests;
  friend bool operator==(const Document&, const Document&) = default;
};

struct StatusSlot {
  std::string uri;
  std::uint32_t idx = 0;
  friend auto operator<=>(const StatusSlot&, const StatusSlot&) = default;
};
struct RegisterNumber {
  std::string year;
  std::uint64_t number = 0;
  friend bool operator==(const RegisterNumber&, const RegisterNumber&) = default;
};
/// transcript, diploma, certificate, school-transfer, export
struct Credential {
  std::string iss, vct;
  std::vector<Digest> sd;  ///< in wire order (ascending as b64u text)
  StatusSlot status;
  std::optional<Jwk> cnf;
  std::string org, kind, period;
  Tag256 tag{};
  std::optional<RecordId> replaces;
  std::optional<std::string> reason;
  std::optional<Assessment> assessment;           ///< transcript
  std::optional<std::string> cls;                 ///< transcript
  std::optional<RegisterNumber> register_number;  ///< diploma
  std::optional<std::string> to;                  ///< school-transfer
  std::optional<RecordId> original;               ///< export
  friend bool operator==(const Credential&, const Credential&) = default;
};

using Body = std::variant<Org, Key, Validators, Orderers, Policy, SecondSignature, ClassList, GradeSheet, SummarySheet,
                          RegisterPage, Amend, StatusChange, Compromise, Erase, Document, Credential>;

struct Record {
  Type type{};
  KeyId kid;
  Common common;
  Body body;
  RecordId id;  ///< also the digest that the signature covers
  LeafHash leaf;
  Signature signature;
  friend bool operator==(const Record&, const Record&) = default;
};

/// The organisation that the record speaks of: `org` of the body; none for policy, validators and orderers.
[[nodiscard]] const std::string* org_of(const Record&);
/// Class, subject, term, year if the type has them (transcript: class, and period as year).
struct Scope {
  const std::string* cls = nullptr;
  const std::string* subject = nullptr;
  const std::string* term = nullptr;
  const std::string* year = nullptr;
};
[[nodiscard]] Scope scope_of(const Record&);
/// What an act's `on` is compared with, for types that don't look at targets: kind of credential, sheet, document or
/// org; use of a key.
[[nodiscard]] std::optional<std::string> on_of(const Record&);

}  // namespace stele::record
