// A copy that shows less: still valid, and without anything that was not asked for.
#include "tests/unit/verdict/made.h"

namespace stele::verdict {
namespace {

using Names = std::vector<std::string>;

TEST(Disclose, AnExtractIsValidAndSaysWhatIsLeftOut) {
  const auto& s = issued_school();
  const Names asked{"name", "subject.toan"};
  const auto cut = disclose(s.transcript_file(), asked);
  ASSERT_TRUE(cut);
  const auto v = judge(s, *cut);
  EXPECT_OUTCOME(v, Outcome::valid);
  EXPECT_FALSE(v.complete);
  EXPECT_EQ(part(v, Part::disclosures).code, "partial");
  EXPECT_NE(part(v, Part::disclosures).vi.find("birth_date"), std::string::npos);
  EXPECT_EQ(v.claims.size(), 3u);  // and `contents`
  EXPECT_EQ(v.figures.size(), 3u);
}

TEST(Disclose, TheBookKeyIsNeverShown) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  ASSERT_TRUE(f.book.has_value());
  const Names asked{"name"};
  const auto cut = disclose(f, asked);
  ASSERT_TRUE(cut);
  EXPECT_FALSE(cut->book.has_value());
  EXPECT_EQ(encode(*cut).find("\"book\""), std::string::npos);
}

TEST(Disclose, RowsSheetsAndTheirTeachersGoWithTheirFigures) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  const Names asked{"name", "subject.toan"};
  const auto cut = disclose(f, asked);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->rows.size(), 2u);
  for (const auto& e : cut->evidence.records) {
    for (const auto& gone : {s.gym_1.id, s.gym_2.id, s.summary.id}) EXPECT_NE(e.jws, s.record(gone).jws);
  }
  EXPECT_LT(cut->persons.size(), f.persons.size());
  EXPECT_LT(cut->evidence.statuses.size(), f.evidence.statuses.size());
  EXPECT_LT(encode(*cut).size(), encode(f).size());
}

TEST(Disclose, NothingButTheContentsCanBeShown) {
  const auto& s = issued_school();
  const auto cut = disclose(s.transcript_file(), Names{});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->disclosures.size(), 1u);
  EXPECT_TRUE(cut->rows.empty());
  EXPECT_OUTCOME(judge(s, *cut), Outcome::valid);
}

TEST(Disclose, EachClaimAloneGivesAValidExtract) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  for (const auto& [name, value] : s.transcript_claims()) {
    const Names asked{name};
    const auto cut = disclose(f, asked);
    ASSERT_TRUE(cut) << name;
    EXPECT_OUTCOME(judge(s, *cut), Outcome::valid);
    // Cutting twice is cutting once.
    const auto again = disclose(*cut, asked);
    ASSERT_TRUE(again) << name;
    EXPECT_EQ(encode(*again), encode(*cut)) << name;
  }
}

TEST(Disclose, EverythingAskedForIsEverythingShown) {
  const auto& s = issued_school();
  Names all;
  for (const auto& [name, value] : s.transcript_claims()) all.push_back(name);
  auto f = s.transcript_file();
  const auto cut = disclose(f, all);
  ASSERT_TRUE(cut);
  EXPECT_TRUE(judge(s, *cut).complete);
  f.book.reset();
  EXPECT_EQ(encode(*cut), encode(f)) << "the school's files hold nothing that a verdict does not need";
}

TEST(Disclose, AClaimThatTheFileDoesNotHaveIsNamed) {
  const auto& s = issued_school();
  const auto cut = disclose(s.transcript_file(), Names{"name", "ethnicity"});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error(), (Rejection{RejectionCode::payload_claims, "ethnicity"}));
}

TEST(Disclose, ADiplomasBasisStaysOnlyWithTheStudentId) {
  test::School s;
  s.found_grade_and_issue();
  s.graduate();
  const auto f = s.diploma_file();
  const auto with_id = disclose(f, Names{"basis", "name", "student_id"});
  ASSERT_TRUE(with_id);
  auto v = judge(s, *with_id);
  EXPECT_OUTCOME(v, Outcome::valid);
  EXPECT_EQ(part(v, Part::provenance).code, "basis_ok");
  const auto without = disclose(f, Names{"basis", "name"});
  ASSERT_TRUE(without);
  for (const auto& d : without->disclosures) EXPECT_NE(claim_name(d.disclosure), "student_id");
  v = judge(s, *without);
  EXPECT_OUTCOME(v, Outcome::valid);
  EXPECT_EQ(part(v, Part::provenance).code, "basis_not_shown");
}

TEST(Disclose, APendingTranscriptStaysPending) {
  test::School s;
  s.found();
  s.grade();
  s.issue(false);
  const auto cut = disclose(s.transcript_file(), Names{"name"});
  ASSERT_TRUE(cut);
  EXPECT_OUTCOME(judge(s, *cut), Outcome::change_pending);
}

TEST(Disclose, KeepsHowTheSetThatSignsCameToSign) {
  auto file = issued_school().transcript_file();
  auto& e = file.evidence;
  ASSERT_GE(e.qcs.size(), 3u);
  const auto first = e.qcs[0].header;
  const auto beyond = e.headers.size();  // one that nothing else asks for
  auto c = *log::parse_checkpoint(e.headers.back());
  c.height.value += 100;
  c.parent = HeaderHash{};
  e.headers.push_back(log::to_text(c));
  e.qcs.push_back({beyond, e.qcs.back().qc});
  e.changes = {{first, {SetChange::Kind::handover, {1, 2, 3}}}, {beyond, {SetChange::Kind::recovery, {4}}}};
  const std::vector<std::string> claims{"name"};
  const auto shown = disclose(file, claims);
  ASSERT_TRUE(shown) << code_name(shown.error().code) << " " << shown.error().where;
  const auto& kept = shown->evidence;
  ASSERT_EQ(kept.changes.size(), 1u);
  EXPECT_EQ(kept.changes[0].change, e.changes[0].change);
  EXPECT_EQ(kept.headers[kept.changes[0].header], e.headers[first]);
  EXPECT_TRUE(
      std::any_of(kept.qcs.begin(), kept.qcs.end(), [&](const auto& q) { return q.header == kept.changes[0].header; }));
}

}  // namespace
}  // namespace stele::verdict
