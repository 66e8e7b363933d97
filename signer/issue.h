// Making records: sheets and credentials with their salts, decoys and random order, and the plain words of what will be
// signed. Pure but for randomness.
#pragma once

#include <map>

#include "ledger/record/disclosure.h"
#include "ledger/record/genesis.h"
#include "signer/sign.h"

namespace stele::signer {

/// Signs; the JWS is ready to be sent.
struct Signed {
  std::string jws;
  RecordId id;
};
[[nodiscard]] Signed sign_record(const SigningKey&, record::Type, const record::Common&, const record::Body&);

struct SheetRow {
  json::Value result, detail;
};
struct BuiltSheet {
  Digest root;
  std::uint32_t rows = 0;               ///< decoys included
  std::vector<std::uint32_t> position;  ///< where input row i went
  std::string payload;                  ///< JSON for the vault
};
/// Salts, pads with decoys to a multiple of 16, shuffles (`keep_order`: amends, whose row i replaces positions[i]).
[[nodiscard]] BuiltSheet build_sheet(std::span<const SheetRow>, bool keep_order);

struct ClaimValue {
  std::string name;
  json::Value value;
};
struct BuiltCredential {
  std::vector<Digest> sd;  ///< sorted, padded with decoys to the type's number
  std::string payload;     ///< JSON for the vault
  std::vector<std::string> disclosures;
};
/// Adds the `contents` claim. `pickup`: digest of the code, if one is to be given out.
[[nodiscard]] BuiltCredential build_credential(record::Type, std::vector<ClaimValue>, std::string_view student_id,
                                               const std::optional<Digest>& pickup);

/// 26 characters of Crockford base32, shown as `XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX`.
struct PickupCode {
  std::string text;  ///< as shown
  Digest digest;
};
[[nodiscard]] PickupCode new_pickup_code();
[[nodiscard]] std::optional<Digest> pickup_digest_of(
    std::string_view text);  ///< tolerant of case, spaces, hyphens, I/L/O

/// A key record's binding disclosure.
[[nodiscard]] std::string person_disclosure(std::string_view name, std::string_view title);
[[nodiscard]] Signature prove_possession(const SigningKey&, std::string_view net, std::string_view org,
                                         std::string_view person, record::KeyUse, const Digest& binding);

/// A signed staff request (wire-format.md section 10): value of the Authorization header.
[[nodiscard]] std::string staff_authorization(const SigningKey&, const KeyId& kid, std::string_view net,
                                              std::string_view node, std::string_view method, std::string_view target,
                                              std::string_view body, UnixSeconds now);

/// Lets `session` sign this person's requests to one node (wire-format.md section 10), at most 8 hours: value of the
/// Stele-Session header.
[[nodiscard]] std::string staff_session(const SigningKey&, std::string_view net, std::string_view node,
                                        const PublicKey& session, UnixSeconds from, UnixSeconds until);

/// Subjects by their codes, as the rule sets in force name them.
using SubjectNames = std::map<std::string, std::string, std::less<>>;
/// What people call a term, role, reason or kind ("term", "role", "reason", "kind") by its code; the code itself if it
/// has no other name.
using CodeWords = std::string (*)(std::string_view what, std::string_view code, Lang);
/// What is about to be signed, in plain words, line by line: shown before the passphrase is asked. A subject is told by
/// its name with the code behind it, which is what will be signed; by the code alone if it is not among the names.
[[nodiscard]] std::vector<std::string> plain_words(const record::Genesis&, record::Type, const record::Body&, Lang,
                                                   const SubjectNames& = {}, CodeWords = nullptr);

}  // namespace stele::signer
