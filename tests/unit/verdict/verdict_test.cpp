// What each kind of document is judged to be, and what its parts then say.
#include "tests/unit/verdict/made.h"

namespace stele::verdict {
namespace {

using record::Type;
using test::School;

TEST(Verdict, ATranscriptInItsHoldersHandIsValidAndComplete) {
  const auto& s = issued_school();
  const auto v = judge(s, s.transcript_file());
  EXPECT_OUTCOME(v, Outcome::valid);
  for (const auto& p : v.parts) EXPECT_EQ(p.answer, Answer::ok) << part_name(p.part) << ": " << p.en;
  EXPECT_TRUE(v.complete);
  EXPECT_EQ(v.org_name, "Trường THPT Ví Dụ 1");
  EXPECT_EQ(v.signer_name, "Nguyễn Thị Giang");
  EXPECT_EQ(v.signer_title, "Hiệu trưởng");
  EXPECT_EQ(v.claims.size(), s.transcript.disclosures.size());
  EXPECT_EQ(v.height, s.record(s.transcript.id).height);
  EXPECT_EQ(v.status_height, s.last_final());
  ASSERT_EQ(v.second_signatures.size(), 1u);
  EXPECT_EQ(v.second_signatures[0].role, "school-seal");
}

TEST(Verdict, EveryFigureLeadsToTheTeacherWhoGaveIt) {
  const auto& s = issued_school();
  const auto v = judge(s, s.transcript_file());
  ASSERT_EQ(v.figures.size(), 6u);  // two subjects, two terms and the year each
  const auto first = std::find_if(v.figures.begin(), v.figures.end(),
                                  [](const FigureTrace& f) { return f.subject_code == "toan" && f.term == "hk1"; });
  ASSERT_NE(first, v.figures.end());
  EXPECT_EQ(first->signer_name, "Phạm Thị Dung");
  EXPECT_EQ(first->role, "teacher");
  EXPECT_EQ(first->signer_org, School::school);
  EXPECT_EQ(first->sheet, s.maths_1.id);
  EXPECT_EQ(first->row, School::row);
  EXPECT_EQ(first->policy_record, s.policy_record);
  EXPECT_EQ(first->height, s.record(s.maths_1.id).height);
  EXPECT_EQ(first->index, s.record(s.maths_1.id).index);
  ASSERT_TRUE(first->detail.has_value());
  EXPECT_EQ(first->detail->regular.size(), 3u);
}

TEST(Verdict, ManyValidatorsSignAndAQuorumIsEnough) {
  School s({.validators = 4, .vaults = 2});
  s.found_grade_and_issue();
  auto f = s.transcript_file();
  EXPECT_OUTCOME(judge(s, f), Outcome::valid);
  auto qc = log::decode_qc(f.evidence.qcs.back().qc);
  ASSERT_TRUE(qc);
  qc->votes.erase(qc->votes.begin());
  f.evidence.qcs.back().qc = log::encode(*qc);
  EXPECT_OUTCOME(judge(s, f), Outcome::valid);
  qc->votes.erase(qc->votes.begin());
  f.evidence.qcs.back().qc = log::encode(*qc);
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::file).where.substr(0, 12), "evidence.qcs");
}

TEST(Verdict, WithoutTheBookKeyItIsAsValid) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  f.book.reset();
  EXPECT_OUTCOME(judge(s, f), Outcome::valid);
}

TEST(Verdict, AnotherBookKeyIsNoticed) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  f.book->bytes[0] ^= 1;
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "book_mismatch");
}

TEST(Verdict, AFileOfAnotherNetworkNamesBoth) {
  const auto& s = issued_school();
  const School other({.network = "khac"});
  const auto v = judge_document(other.genesis(), encode(s.transcript_file()), {});
  EXPECT_OUTCOME(v, Outcome::other_network);
  for (const auto& net : {s.genesis().net, other.genesis().net}) {
    EXPECT_NE(part(v, Part::file).vi.find(net), std::string::npos);
    EXPECT_NE(part(v, Part::file).en.find(net), std::string::npos);
  }
}

TEST(Verdict, WhatIsNoDocumentFileIsUnreadable) {
  const auto& s = issued_school();
  for (const std::string text : {"", "{}", "[]", "%PDF-1.7", "{\"stele\":\"receipt\",\"v\":1}",
                                 "{\"stele\":\"document\",\"v\":2}", "\xff\xfe", "{\"stele\":1}"}) {
    const auto v = judge_document(s.genesis(), text, {});
    EXPECT_OUTCOME(v, Outcome::unreadable);
    EXPECT_EQ(v.parts.size(), 8u);
  }
  EXPECT_OUTCOME(judge_document(s.genesis(), std::string(document_bytes_max + 1, ' '), {}), Outcome::unreadable);
}

TEST(Verdict, ADamagedFileSaysWhere) {
  const auto& s = issued_school();
  auto text = encode(s.transcript_file());
  text.replace(text.find("\"result_path\""), 13, "\"result_pfad\"");
  const auto v = judge_document(s.genesis(), text, {});
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::file).where.substr(0, 8), "rows[0].") << part(v, Part::file).where;
}

TEST(Verdict, AFormThatIsNotTheCanonicalOneSaysWhere) {
  const auto& s = issued_school();
  const auto good = encode(s.transcript_file());
  auto spaced = good;
  spaced.replace(spaced.find(",\"persons\""), 1, ", ");
  const auto v = judge_document(s.genesis(), spaced, {});
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_NE(part(v, Part::file).where.find("byte " + std::to_string(good.find(",\"persons\"") + 1)), std::string::npos)
      << part(v, Part::file).where;
  EXPECT_OUTCOME(judge_document(s.genesis(), good + "\n", {}), Outcome::altered);
  EXPECT_OUTCOME(judge_document(s.genesis(), good.substr(0, good.size() - 1), {}), Outcome::altered);
}

// ---- status ----

TEST(Verdict, AnAmendedTranscriptIsSuperseded) {
  School s;
  s.found_grade_and_issue();
  s.amend();
  const auto v = judge(s, s.transcript_file());
  EXPECT_OUTCOME(v, Outcome::superseded);
  EXPECT_EQ(v.status, log::Status::superseded);
}

TEST(Verdict, ANewTranscriptCitesTheAmendment) {
  School s;
  s.found_grade_and_issue();
  s.amend();
  auto claims = s.transcript_claims();
  for (auto& [name, value] : claims) {
    if (name != "subject.toan") continue;
    const auto figure = [](const RecordId& sheet, std::string_view term, std::string_view mark, std::uint32_t row) {
      return json::Value::object({{"term", term}, {"mark", mark}, {"sheet", base64url(sheet.view())}, {"row", row}});
    };
    value.set("terms", json::Value::array(
                           {figure(s.amendment.id, "hk1", "8.4", 0), figure(s.maths_2.id, "hk2", "9.0", School::row)}));
  }
  test::MadeCredential made;
  const auto jws = s.sign_transcript("principal", made, claims);
  made.id = s.add({jws})[0];
  s.transcript = made;
  s.seal_record = s.add({s.second("seal", Type::seal, "school-seal", made.id)})[0];
  s.add({});
  s.add({});
  auto f = s.transcript_file();
  EvidenceBuilder bag;
  bag.add(f.evidence);
  s.prove(bag, s.amendment.id, s.last_final());
  // The original's row is no longer named by a claim; the amendment's stands for it.
  const auto old = position_of(s, f, s.maths_1.id);
  std::erase_if(f.rows, [&](const DocumentRow& r) { return r.record == old; });
  const auto moved = [&](std::size_t i) { return *bag.position(f.evidence.records[i].index); };
  for (auto& d : f.disclosures) d.record = moved(d.record);
  for (auto& r : f.rows) r.record = moved(r.record);
  for (auto& p : f.persons) p.record = moved(p.record);
  f.subject = moved(f.subject);
  f.rows.push_back(s.row_of(*bag.position(s.record(s.amendment.id).index), s.amendment, 0));
  f.evidence = bag.finish();
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::valid);
  const auto first = std::find_if(v.figures.begin(), v.figures.end(),
                                  [](const FigureTrace& t) { return t.amended_sheet.has_value(); });
  ASSERT_NE(first, v.figures.end());
  EXPECT_EQ(first->sheet, s.amendment.id);
  EXPECT_EQ(first->amended_sheet, s.maths_1.id);
}

TEST(Verdict, ASuspendedTranscriptIsSuspendedAndARevokedOneRevoked) {
  School s;
  s.found_grade_and_issue();
  s.change(Type::suspend, s.transcript.id);
  EXPECT_OUTCOME(judge(s, s.transcript_file()), Outcome::suspended);
  s.change(Type::reinstate, s.transcript.id);
  EXPECT_OUTCOME(judge(s, s.transcript_file()), Outcome::valid);
  s.change(Type::revoke, s.transcript.id);
  EXPECT_OUTCOME(judge(s, s.transcript_file()), Outcome::revoked);
}

TEST(Verdict, ATranscriptWithoutItsSealIsPending) {
  School s;
  s.found();
  s.grade();
  s.issue(false);
  const auto v = judge(s, s.transcript_file());
  EXPECT_OUTCOME(v, Outcome::change_pending);
  EXPECT_EQ(part(v, Part::status).code, "awaits_signature");
  EXPECT_EQ(part(v, Part::authority).answer, Answer::ok);
}

TEST(Verdict, ARevokedSheetIsNamedByTheTranscriptThatRestsOnIt) {
  School s;
  s.found_grade_and_issue();
  s.change(Type::revoke, s.maths_1.id);
  const auto v = judge(s, s.transcript_file());
  EXPECT_OUTCOME(v, Outcome::revoked);
  EXPECT_EQ(part(v, Part::status).answer, Answer::ok);
  EXPECT_EQ(part(v, Part::provenance).code, "sheet_revoked");
  EXPECT_EQ(part(v, Part::provenance).where, "subject.toan.terms[0]");
}

TEST(Verdict, AnOldStatusProofIsReportedToWhomItMatters) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  const auto at = s.blocks()[s.last_final().value - 1].header.time;
  EXPECT_OUTCOME(judge(s, f, {.now = UnixSeconds{at.value + 60}, .status_age_max_s = 60}), Outcome::valid);
  EXPECT_OUTCOME(judge(s, f, {.now = UnixSeconds{at.value + 61}, .status_age_max_s = 60}), Outcome::status_too_old);
  EXPECT_OUTCOME(judge(s, f, {.now = UnixSeconds{at.value - 61}, .status_age_max_s = 60}), Outcome::valid);
}

TEST(Verdict, EvidenceAgainstAPinnedCheckpointIsRefused) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  const auto own = s.blocks()[s.last_final().value - 1].header_text;
  EXPECT_OUTCOME(judge(s, f, {.pinned_checkpoint = own}), Outcome::valid);
  auto other = *log::parse_checkpoint(own);
  other.body.bytes[0] ^= 1;
  const auto v = judge(s, f, {.pinned_checkpoint = log::to_text(other)});
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::file).code, "conflicts_with_checkpoint");
}

// ---- diploma ----

TEST(Verdict, ADiplomaRestsOnTheSamePupilsTranscript) {
  School s;
  s.found_grade_and_issue();
  s.graduate();
  auto f = s.diploma_file();
  auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::valid);
  EXPECT_EQ(part(v, Part::provenance).code, "basis_ok");
  // Without the transcript's own student id nothing shows whose it is: that is told, and takes nothing away.
  std::erase_if(f.disclosures, [&](const DocumentDisclosure& d) { return d.record != f.subject; });
  v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::valid);
  EXPECT_EQ(part(v, Part::provenance).code, "basis_not_shown");
  EXPECT_EQ(part(v, Part::provenance).answer, Answer::not_checked);
}

// ---- receipts ----

TEST(Verdict, AReceiptOfEachKindOfRecordIsValid) {
  const auto& s = issued_school();
  for (const auto& id :
       {s.office_record, s.policy_record, s.class_list.id, s.maths_1.id, s.transcript.id, s.seal_record}) {
    const auto v = judge_receipt(s.genesis(), s.receipt(id), {});
    EXPECT_OUTCOME(v, Outcome::valid);
    EXPECT_EQ(v.id, id);
    EXPECT_EQ(part(v, Part::provenance).answer, Answer::not_checked);
  }
  EXPECT_OUTCOME(judge_file(s.genesis(), s.receipt(s.maths_1.id), {}), Outcome::valid);
  // White space: still a receipt, and an altered one.
  EXPECT_OUTCOME(judge_file(s.genesis(), " " + s.receipt(s.maths_1.id), {}), Outcome::altered);
  EXPECT_OUTCOME(judge_document(s.genesis(), s.receipt(s.maths_1.id), {}), Outcome::unreadable);
}

TEST(Verdict, AReceiptOfAPendingOrganisationIsPending) {
  const auto& s = issued_school();
  EvidenceBuilder bag;
  s.prove(bag, s.office_record, s.record(s.office_record).height);
  Receipt r{s.genesis().net, *bag.position(s.record(s.office_record).index), bag.finish()};
  EXPECT_OUTCOME(judge_receipt(s.genesis(), encode(r), {}), Outcome::change_pending);
}

TEST(Verdict, AReceiptOfARevocationNeedsTheRecordThatItIsAbout) {
  School s;
  s.found_grade_and_issue();
  const auto revocation = s.change(Type::revoke, s.transcript.id);
  EXPECT_OUTCOME(judge_receipt(s.genesis(), s.receipt(revocation), {}), Outcome::valid);
}

// ---- for machines ----

TEST(Verdict, ItsJsonHasEveryPartAndBothLanguages) {
  const auto& s = issued_school();
  const auto json = to_json(judge(s, s.transcript_file()));
  EXPECT_EQ(json.find("outcome")->string(), "valid");
  ASSERT_EQ(json.find("parts")->items().size(), 8u);
  for (const auto& p : json.find("parts")->items()) {
    for (const char* member : {"part", "answer", "code", "vi", "en"}) EXPECT_FALSE(p.find(member)->string().empty());
  }
  EXPECT_EQ(json.find("record")->find("type")->string(), "transcript");
  EXPECT_EQ(json.find("record")->find("signer")->find("name")->string(), "Nguyễn Thị Giang");
  EXPECT_EQ(json.find("status")->find("state")->string(), "valid");
  EXPECT_TRUE(json.find("complete")->boolean());
  EXPECT_EQ(json.find("claims")->find("name")->string(), "Nguyễn Văn An");
  EXPECT_EQ(json.find("figures")->items().size(), 6u);
  EXPECT_TRUE(json::parse(json::write(json), {.bytes_max = 1 << 20, .nodes_max = 10'000}));
  EXPECT_FALSE(json::write(to_json(judge_document(s.genesis(), "{}", {}))).empty());
}

TEST(Verdict, EveryOutcomeHasANameAndBothTexts) {
  for (int i = 0; i <= int(Outcome::unreadable); ++i) {
    EXPECT_FALSE(outcome_name(Outcome(i)).empty());
    EXPECT_FALSE(outcome_text(Outcome(i), Lang::vi).empty());
    EXPECT_FALSE(outcome_text(Outcome(i), Lang::en).empty());
  }
}

}  // namespace
}  // namespace stele::verdict
