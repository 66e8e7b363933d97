#include "verifier-api/judge.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/store/memory_store.h"
#include "tests/unit/verifier_api/fake_node.h"

namespace stele::verifier {
namespace {

using record::Type;
using verdict::Outcome;

/// A verifier's ledger that has everything the school has.
class Verifier {
 public:
  explicit Verifier(const test::School& school) {
    ledger_ = std::move(*store::Ledger::open(school.genesis(), store::make_memory_store(), folder_.path() / "head"));
    follow(school);
  }
  void follow(const test::School& school) {
    for (std::size_t i = ledger_->chain().head().height.value; i < school.blocks().size(); ++i) {
      const auto& b = school.blocks()[i];
      EXPECT_TRUE(ledger_->append(b.block, rules::Chain::Signatures::check).has_value());
      EXPECT_TRUE(ledger_->certify(b.qc).has_value());
    }
  }
  [[nodiscard]] Judgement judge(std::string_view file, const JudgeOptions& o = {}) const {
    return verifier::judge(*ledger_, file, o);
  }

 private:
  Folder folder_;
  std::unique_ptr<store::Ledger> ledger_;
};

std::string told(const Judgement& j) {
  std::string out(verdict::outcome_name(j.verdict.outcome));
  for (const auto& p : j.verdict.parts) out += "\n  " + p.code + " [" + p.where + "] " + p.en;
  return out;
}
#define EXPECT_JUDGED(j, expected) \
  EXPECT_EQ(verdict::outcome_name((j).verdict.outcome), verdict::outcome_name(Outcome::expected)) << told(j)

const verdict::PartVerdict& status_part(const Judgement& j) {
  return j.verdict.parts.at(std::size_t(verdict::Part::status));
}

struct Story {
  test::School school;
  std::string file;  ///< as the holder got it
  Story() {
    school.found_grade_and_issue();
    file = verdict::encode(school.transcript_file());
  }
};

TEST(Judge, AGoodTranscriptIsValidAndItsStatusIsTheVerifiersOwn) {
  Story s;
  s.school.wait(10);
  const Verifier v(s.school);
  const auto j = v.judge(s.file);
  EXPECT_JUDGED(j, valid);
  EXPECT_TRUE(j.standing.on_ledger);
  ASSERT_TRUE(j.verdict.status_height.has_value());
  EXPECT_EQ(*j.verdict.status_height, s.school.last_final()) << "not the older one of the file";
  EXPECT_FALSE(j.verdict.figures.empty());
}

TEST(Judge, ARevocationAfterTheFileWasMadeShows) {
  Story s;
  s.school.change(Type::revoke, s.school.transcript.id);
  EXPECT_EQ(verdict::judge_document(s.school.genesis(), s.file, {}).outcome, Outcome::valid) << "by the file alone";
  const auto j = Verifier(s.school).judge(s.file);
  EXPECT_JUDGED(j, revoked);
}

/// Whoever holds a revoked document may put into its file whatever decodes: that must not keep the revocation away.
TEST(Judge, AStrayRecordInTheFileDoesNotHideARevocation) {
  Story s;
  auto file = verdict::decode_document(s.file).value();
  const auto stray = s.school.sign("newcomer", Type::key, s.school.key_body(s.school.staff("newcomer")));
  file.evidence.records.push_back({stray, RecordIndex{9'007'199'254'740'991}});
  const auto with_record = verdict::encode(file);
  file.persons.push_back({file.evidence.records.size() - 1, s.school.staff("newcomer").disclosure});
  const auto with_person = verdict::encode(file);
  s.school.change(Type::revoke, s.school.transcript.id);
  for (const auto& text : {with_record, with_person}) {
    EXPECT_EQ(verdict::judge_document(s.school.genesis(), text, {}).outcome, Outcome::valid) << "by the file alone";
    EXPECT_JUDGED(Verifier(s.school).judge(text), revoked);
  }
}

TEST(Judge, ASuspensionShows) {
  Story s;
  s.school.change(Type::suspend, s.school.transcript.id);
  EXPECT_JUDGED(Verifier(s.school).judge(s.file), suspended);
}

TEST(Judge, AnAmendmentShowsAndIsNamed) {
  Story s;
  s.school.amend();
  const auto j = Verifier(s.school).judge(s.file);
  EXPECT_JUDGED(j, superseded);
  ASSERT_TRUE(j.standing.superseded_by.has_value());
  EXPECT_EQ(*j.standing.superseded_by, s.school.amendment.id);
  EXPECT_EQ(status_part(j).where, base64url(s.school.amendment.id.view()));
}

TEST(Judge, AChangeThatWaitsForItsSecondSignatureShows) {
  Story s;
  const auto change = s.school.change(Type::revoke, s.school.transcript.id, false);
  const auto j = Verifier(s.school).judge(s.file);
  EXPECT_JUDGED(j, change_pending);
  EXPECT_EQ(j.standing.pending_changes, std::vector{change});
  EXPECT_EQ(status_part(j).where, base64url(change.view()));
}

TEST(Judge, AReceiptIsJudgedTheSameWay) {
  Story s;
  const auto receipt = s.school.receipt(s.school.transcript.id);
  EXPECT_JUDGED(Verifier(s.school).judge(receipt), valid);
  s.school.change(Type::revoke, s.school.transcript.id);
  EXPECT_JUDGED(Verifier(s.school).judge(receipt), revoked);
}

TEST(Judge, ASheetThatWasRevokedLaterIsNamed) {
  Story s;
  s.school.change(Type::revoke, s.school.gym_1.id);
  const auto j = Verifier(s.school).judge(s.file);
  EXPECT_NE(j.verdict.outcome, Outcome::valid) << told(j);
}

TEST(Judge, AFileOfAnotherNetworkIsSaidToBeSo) {
  const Story s;
  const test::School other({.network = "khac"});
  const auto j = Verifier(other).judge(s.file);
  EXPECT_JUDGED(j, other_network);
  EXPECT_FALSE(j.standing.on_ledger);
}

TEST(Judge, AFileAheadOfTheVerifierStandsByItself) {
  const Story s;
  test::School early;
  early.found();
  const auto j = Verifier(early).judge(s.file);
  EXPECT_JUDGED(j, valid);
  EXPECT_FALSE(j.standing.on_ledger);
}

TEST(Judge, AFileThatIsNewerThanTheVerifierKeepsItsNewerStatus) {
  Story s;
  const Verifier v(s.school);
  s.school.wait(10);
  const auto j = v.judge(verdict::encode(s.school.transcript_file()));
  EXPECT_JUDGED(j, valid);
  EXPECT_EQ(*j.verdict.status_height, s.school.last_final());
}

TEST(Judge, ADiplomaWithItsBasisIsRenewedToo) {
  Story s;
  s.school.graduate();
  const auto file = verdict::encode(s.school.diploma_file());
  const auto before = verdict::judge_document(s.school.genesis(), file, {});
  s.school.wait(10);
  const auto j = Verifier(s.school).judge(file);
  EXPECT_EQ(verdict::outcome_name(j.verdict.outcome), verdict::outcome_name(before.outcome)) << told(j);
  EXPECT_EQ(*j.verdict.status_height, s.school.last_final());
  EXPECT_EQ(j.verdict.claims.size(), before.claims.size());
}

TEST(Judge, NamesOfSignersSurviveTheRenewal) {
  Story s;
  s.school.wait(10);
  const auto j = Verifier(s.school).judge(s.file);
  EXPECT_FALSE(j.verdict.signer_name.empty());
  EXPECT_EQ(j.verdict.signer_name, verdict::judge_document(s.school.genesis(), s.file, {}).signer_name);
}

TEST(Judge, ARecordAtAnIndexThatIsNotItsOwnIsNotTakenForTheLedgers) {
  Story s;
  auto receipt = *verdict::decode_receipt(s.school.receipt(s.school.transcript.id));
  auto& e = receipt.evidence;
  ASSERT_EQ(receipt.subject + 1, e.records.size()) << "the newest record stands last";
  e.records.back().index.value += 1000;
  std::erase_if(e.inclusions, [&](const auto& i) { return i.record == receipt.subject; });
  std::erase_if(e.statuses, [&](const auto& i) { return i.record == receipt.subject; });
  s.school.wait(10);
  const auto j = Verifier(s.school).judge(verdict::encode(receipt));
  EXPECT_JUDGED(j, not_on_ledger);
}

TEST(Judge, AForkWithItsOwnCertificatesIsRefused) {
  const Story s;
  test::School fork;
  fork.wait(100);  // the same keys, another history
  fork.found_grade_and_issue();
  const auto j = Verifier(fork).judge(s.file);
  EXPECT_JUDGED(j, altered);
  EXPECT_EQ(j.verdict.parts[0].code, "conflicts_with_checkpoint");
}

TEST(Judge, OneFlippedCharacterIsNeverHealedByTheVerifiersOwnFacts) {
  const Story s;
  const Verifier v(s.school);
  for (std::size_t i = 0; i < s.file.size(); i += s.file.size() / 60) {
    auto text = s.file;
    text[i] = text[i] == 'x' ? 'y' : 'x';
    const auto j = v.judge(text);
    EXPECT_GE(j.verdict.outcome, Outcome::holder_not_bound) << "byte " << i << ": " << told(j);
  }
}

TEST(Judge, GarbageGetsAVerdict) {
  const Verifier v(issued_school());
  for (const std::string_view text : {"", "x", "{}", "[]", "{\"stele\":\"document\"}\n", "%PDF-1.7"}) {
    EXPECT_GE(v.judge(text).verdict.outcome, Outcome::altered) << text;
  }
}

TEST(Judge, AStatusThatIsTooOldByTheVerifiersClockIsNotTaken) {
  const Story s;
  const Verifier v(s.school);
  const auto time = s.school.blocks().at(s.school.last_final().value - 1).header.time.value;
  constexpr std::uint64_t day_s = 86'400;
  EXPECT_JUDGED(v.judge(s.file, {UnixSeconds{time + 30 * day_s}, 30 * day_s}), valid);
  EXPECT_JUDGED(v.judge(s.file, {UnixSeconds{time + 30 * day_s + 1}, 30 * day_s}), status_too_old);
}

TEST(Judge, JsonNamesWhatTheVerifierKnows) {
  Story s;
  const auto change = s.school.change(Type::revoke, s.school.transcript.id, false);
  const auto out = to_json(Verifier(s.school).judge(s.file));
  const auto* own = out.find("verifier");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->find("height")->integer(), static_cast<std::int64_t>(s.school.last_final().value));
  EXPECT_TRUE(own->find("on_ledger")->boolean());
  EXPECT_EQ(own->find("pending_changes")->items().at(0).string(), base64url(change.view()));
  EXPECT_EQ(own->find("newer"), nullptr);
}

}  // namespace
}  // namespace stele::verifier
