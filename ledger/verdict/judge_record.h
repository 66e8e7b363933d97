// The facts about one record of a bag: signature, authority, inclusion, finality, status (wire-format.md section 9,
// "Facts for a verdict"). The same judgement serves a document, each sheet that it cites and each second signature.
// Internal to this library. Pure.
#pragma once

#include "ledger/verdict/as_of.h"
#include "ledger/verdict/texts.h"

namespace stele::verdict {

/// By what right a record was made. Pointers and positions are into the Facts.
struct Right {
  Finding finding;
  bool root = false;               ///< signed by a genesis root
  std::optional<std::size_t> key;  ///< its key record, valid then
  std::string person, org, role;   ///< of the signer, as far as proven
  std::vector<record::Need> needs;
  std::optional<registry::Subject> subject;
};

struct RecordJudgement {
  std::optional<Facts::Place> place;
  Right right;
  std::optional<log::Status> status;  ///< under the status checkpoint
  std::vector<std::size_t> seconds;   ///< second signatures that are proven by the bag
  Finding signature, inclusion, finality, status_finding;
  /// Authority with that of the second signatures.
  Finding authority;
  [[nodiscard]] std::array<const Finding*, 5> findings() const {
    return {&signature, &authority, &inclusion, &finality, &status_finding};
  }
};

/// Judges records of one bag, each once. Genesis and facts must outlive it.
class RecordJudge {
 public:
  /// `names`: what the file opens of the persons behind key records.
  RecordJudge(const record::Genesis&, const Facts&, std::map<std::size_t, record::PersonClaim> names);

  const RecordJudgement& judge(std::size_t record);
  [[nodiscard]] const Facts& facts() const { return facts_; }
  [[nodiscard]] const AsOf& as_of(std::size_t header);
  [[nodiscard]] const record::PersonClaim* name_of(const std::optional<std::size_t>& key_record) const;
  /// "evidence.records[3]"
  [[nodiscard]] static std::string place_of(std::size_t record);
  /// The signer for people: name and title if shown, else the organisation's key.
  [[nodiscard]] std::string signer_text(std::size_t record, Lang);

 private:
  [[nodiscard]] Right right_of(std::size_t record);
  /// The header under which a record's authority is judged; none: the bag proves none.
  [[nodiscard]] std::optional<std::size_t> moment_of(std::size_t record, bool placed);
  [[nodiscard]] Right root_right(std::size_t record, const record::GenesisRoot&) const;
  [[nodiscard]] std::optional<Finding> targets_unfit(std::size_t record, const FullSubject&) const;
  [[nodiscard]] Finding key_missing(const KeyId&, const AsOf&) const;
  [[nodiscard]] Finding org_missing(const std::string& org, const AsOf&) const;
  [[nodiscard]] Finding second_signature(std::size_t record, const record::Key&, Right&, const AsOf&, Date);
  [[nodiscard]] Finding first_signature(std::size_t record, const record::Key&, const record::Policy&, Right&,
                                        const AsOf&, Date);
  [[nodiscard]] Finding signature_of(std::size_t record, const Right&) const;
  [[nodiscard]] Finding inclusion_of(std::size_t record, const std::optional<Facts::Place>&) const;
  [[nodiscard]] Finding finality_of(const std::optional<Facts::Place>&) const;
  void judge_seconds(std::size_t record, RecordJudgement&, std::vector<std::uint32_t>& open);
  void judge_status(std::size_t record, RecordJudgement&, bool all_shown) const;

  const record::Genesis& genesis_;
  const Facts& facts_;
  std::map<std::size_t, record::PersonClaim> names_;
  std::map<KeyId, const record::GenesisRoot*> roots_;
  std::optional<std::size_t> status_checkpoint_;
  std::map<std::size_t, AsOf> as_of_;
  std::map<std::size_t, Right> rights_;
  std::map<std::size_t, RecordJudgement> judged_;
};

}  // namespace stele::verdict
