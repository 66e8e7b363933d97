// Credentials of a class, from the sheets on the ledger to records ready to be signed. Nothing here prints or asks.
#pragma once

#include "wallet-cli/cli/access.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/school.h"

namespace stele::cli {

struct SignerPerson {
  std::string name, title;
};
/// The person whom a key file names: `key_without_name`.
[[nodiscard]] Result<SignerPerson> signer_person(const signer::KeyHeader&);

/// What is common to a class's credentials.
struct Office {
  std::string org, school;
  SignerPerson who;
  Date today;
  Roster roster;
  Rules rules;
};
[[nodiscard]] Result<Office> open_office(Access&, const std::string& cls, const std::string& year);

/// One student's credential on the way to the ledger.
struct Item {
  Student student;
  std::vector<signer::ClaimValue> claims;
  record::Credential body;
};

/// The claims that say who, where and by whom.
void identity_claims(Item&, const SignerPerson&, const std::string& school, const Date&);

struct TranscriptPlan {
  std::vector<Item> items;    ///< in random order: the order on the ledger must not be that of the register
  std::vector<Error> errors;  ///< students who lack something; then nothing is to be signed
  std::size_t have_one = 0;   ///< issued by an earlier run
};
[[nodiscard]] Result<TranscriptPlan> plan_transcripts(Access&, const IssueTranscripts&);

/// Ready to be signed, in the order of the items.
struct Batch {
  struct Code {
    std::string student_id, name, code;
  };
  std::vector<Draft> drafts;
  std::vector<Code> codes;
};
/// Reserves status slots and draws pick-up codes: call it when it is certain that these will be signed.
[[nodiscard]] Result<Batch> build_batch(Access&, record::Type, std::vector<Item>);
/// Before anything is sent, so that no credential is ever without its code. Adds to a file that is there already: each
/// student keeps every code that was ever printed.
[[nodiscard]] Result<void> write_codes(const fs::path&, const Batch&, const std::vector<Outgoing>&);

}  // namespace stele::cli
