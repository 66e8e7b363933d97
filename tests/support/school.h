// A small school on a ledger in memory: a department, a school, its teachers, one pupil's year, and the files that a
// holder gets. Everything is derived from fixed texts, so that each run makes the same bytes. For tests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledger/rules/chain.h"
#include "ledger/verdict/document.h"
#include "signer/sign.h"

namespace stele::test {

struct SchoolOptions {
  std::string network = "vidu";
  std::size_t validators = 1;
  std::size_t vaults = 1;
};

/// A member of staff, the key in their hand and what opens its binding.
struct Staff {
  std::string name, title, org, person;
  record::KeyUse use = record::KeyUse::sign;
  std::vector<record::Grant> grants;
  std::shared_ptr<signer::SigningKey> key;
  std::string disclosure;
  RecordId key_record{};
};

struct MadeBlock {
  log::Block block;
  log::Checkpoint header;
  std::string header_text;
  HeaderHash hash;
  log::QuorumCertificate qc;
  log::StatusTree status;
};

struct MadeRecord {
  std::string jws;
  record::Record record;
  RecordIndex index;
  Height height;
};

/// A sheet or amendment with what its rows open to; a decoy's texts are empty.
struct MadeSheet {
  RecordId id{};
  Digest root{};
  std::uint32_t rows = 0;
  std::vector<std::array<std::string, 2>> texts;
  log::MerkleTree leaves;
};
struct SheetRow {
  std::uint32_t position = 0;
  json::Value result, detail;
};

struct MadeCredential {
  RecordId id{};
  std::vector<std::string> disclosures;
};
using Claims = std::vector<std::pair<std::string, json::Value>>;

/// The chain with its blocks kept, and the keys of everybody.
class School {
 public:
  explicit School(const SchoolOptions& = {});

  static constexpr std::string_view office = "so-vi-du", school = "thpt-vi-du-1";
  static constexpr std::string_view kind = "thpt", cls = "10A1", year = "2025";
  /// Row of the pupil in every sheet.
  static constexpr std::uint32_t row = 3;

  [[nodiscard]] const std::string& genesis_file() const { return genesis_file_; }
  [[nodiscard]] const record::Genesis& genesis() const { return genesis_; }
  [[nodiscard]] const rules::Chain& chain() const { return chain_; }
  /// Height 1 first.
  [[nodiscard]] const std::vector<MadeBlock>& blocks() const { return blocks_; }
  /// By all validators, now.
  [[nodiscard]] log::QuorumCertificate certificate(const HeaderHash&) const;
  [[nodiscard]] const MadeRecord& record(const RecordId& id) const { return records_.at(id); }
  [[nodiscard]] UnixSeconds now() const { return now_; }
  [[nodiscard]] const verdict::BookKey& book() const { return book_; }

  /// "officer clerk teacher gym homeroom principal seal newcomer"; newcomer is not registered.
  [[nodiscard]] Staff& staff(const std::string& who) { return staff_.at(who); }
  [[nodiscard]] const signer::SigningKey& root(std::size_t i) const { return *roots_[i]; }
  [[nodiscard]] const signer::SigningKey& validator(std::size_t i) const { return *validators_[i]; }
  [[nodiscard]] const signer::SigningKey& orderer() const { return *orderer_; }
  [[nodiscard]] const signer::SigningKey& vault(std::size_t i) const { return *vaults_[i]; }

  // ---- making records ----

  /// `after` is the newest that the next block may name.
  [[nodiscard]] record::Common common() const;
  [[nodiscard]] std::string sign(const signer::SigningKey&, record::Type, const record::Body&) const;
  [[nodiscard]] std::string sign(const std::string& who, record::Type, const record::Body&) const;
  [[nodiscard]] std::vector<log::Ack> acks_of(const record::Record&) const;
  [[nodiscard]] record::Key key_body(const Staff&) const;
  [[nodiscard]] record::Policy policy(std::uint64_t number) const;
  [[nodiscard]] std::string second(const std::string& who, record::Type, const std::string& role,
                                   const RecordId& target) const;
  [[nodiscard]] MadeSheet build_sheet(std::uint32_t rows, const std::vector<SheetRow>&);
  [[nodiscard]] std::string grade_sheet(const std::string& who, MadeSheet&, const std::string& subject,
                                        const std::string& term);
  /// Disclosures with `contents`, sorted digests filled up with decoys.
  [[nodiscard]] MadeCredential build_claims(const Claims&);
  [[nodiscard]] record::Credential credential_body(record::Type, const MadeCredential&, const std::string& period);
  [[nodiscard]] Claims transcript_claims() const;
  [[nodiscard]] std::string sign_transcript(const std::string& who, MadeCredential&, const Claims&);
  [[nodiscard]] Tag256 tag(record::Type, std::string_view period) const;

  // ---- blocks ----

  /// One block with these records; stops the test program if one is refused. Ids in order.
  std::vector<RecordId> add(const std::vector<std::string>& records);
  [[nodiscard]] Result<std::vector<RecordId>, Rejection> try_add(const std::vector<std::string>& records);
  /// Time passes; an empty block takes note of it.
  void wait(std::uint64_t seconds);

  // ---- the story ----

  /// Department, policy, school, staff.
  void found();
  /// Class list, two terms of two subjects, summary.
  void grade();
  /// The transcript, with or without the seal that it needs.
  void issue(bool sealed = true);
  void found_grade_and_issue() { found(), grade(), issue(); }
  /// The teacher corrects the first term's mark, and the principal countersigns: the transcript is superseded.
  void amend();
  /// A change of the transcript by the principal, completed by the officer.
  RecordId change(record::Type, const RecordId& target, bool completed = true);
  /// A diploma that rests on the transcript.
  void graduate();

  RecordId office_record{}, school_record{}, policy_record{};
  MadeSheet class_list, maths_1, maths_2, gym_1, gym_2, summary, amendment;
  MadeCredential transcript, diploma;
  RecordId seal_record{};

  // ---- evidence ----

  /// The record's inclusion, finality, authority under its block's parent, and its status under `status_at`.
  void prove(verdict::EvidenceBuilder&, const RecordId&, Height status_at) const;
  void prove_final(verdict::EvidenceBuilder&, Height) const;
  void prove_fact(verdict::EvidenceBuilder&, const RecordId&, Height at) const;
  /// The newest height that can be proven final.
  [[nodiscard]] Height last_final() const { return Height{blocks_.size() - 1}; }
  [[nodiscard]] std::string receipt(const RecordId&) const;
  /// The holder's own copy, with the book key, under the newest final block.
  [[nodiscard]] verdict::DocumentFile transcript_file() const;
  [[nodiscard]] verdict::DocumentFile diploma_file() const;
  [[nodiscard]] verdict::DocumentRow row_of(std::size_t record_position, const MadeSheet&, std::uint32_t row) const;

 private:
  [[nodiscard]] std::string disclosure(std::string_view name, const json::Value&);
  [[nodiscard]] Digest chance();
  [[nodiscard]] const Staff* staff_of(const KeyId&) const;
  void hire(const std::string& who, Staff);
  void open(verdict::DocumentFile&, const verdict::EvidenceBuilder&) const;

  // The genesis is made of the keys, and the chain of the genesis: in this order.
  std::vector<std::shared_ptr<signer::SigningKey>> roots_, validators_, vaults_;
  std::shared_ptr<signer::SigningKey> orderer_;
  std::string genesis_file_;
  record::Genesis genesis_;
  std::map<std::string, Staff> staff_;
  rules::Chain chain_;
  std::vector<MadeBlock> blocks_;
  std::unordered_map<RecordId, RecordId> suspensions_;  ///< the last of each target: what a reinstatement lifts
  std::map<RecordId, MadeRecord> records_;
  UnixSeconds now_;
  verdict::BookKey book_;
  std::uint64_t chances_ = 0;
  std::uint32_t status_index_ = 0;
};

}  // namespace stele::test
