// Documents that somebody made, mended or robbed of a part: none may be called valid, and the parts say why.
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"
#include "tests/unit/verdict/made.h"

namespace stele::verdict {
namespace {

using record::Type;
using test::School;

/// The transcript's file with another record in its place, under the borrowed evidence of the real one.
DocumentFile forged(const School& s, const std::string& jws, const test::MadeCredential& made) {
  auto f = s.transcript_file();
  f.evidence.records[f.subject].jws = jws;
  // Proofs of the real record do not fit the forged one: whoever leaves them in is caught by the file part.
  std::erase_if(f.evidence.inclusions, [&](const auto& i) { return i.record == f.subject; });
  std::erase_if(f.evidence.statuses, [&](const auto& i) { return i.record == f.subject; });
  f.disclosures.clear();
  for (const auto& d : made.disclosures) f.disclosures.push_back({f.subject, d});
  return f;
}

TEST(Forgery, ATeacherWhoSignsATranscriptWasNotAuthorisedAndItIsNotOnTheLedger) {
  School s;
  s.found_grade_and_issue();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("teacher", made, s.transcript_claims());
  const auto v = judge(s, forged(s, jws, made));
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::signature).answer, Answer::ok) << "the key is the teacher's own, and real";
  EXPECT_EQ(part(v, Part::authority).code, "no_authority");
  EXPECT_NE(part(v, Part::authority).vi.find("teacher"), std::string::npos);
  EXPECT_EQ(part(v, Part::inclusion).code, "not_included");
  EXPECT_EQ(v.signer_name, "Phạm Thị Dung");
  EXPECT_FALSE(v.height.has_value());
}

TEST(Forgery, TheProofsOfARealRecordDoNotFitAForgedOne) {
  School s;
  s.found_grade_and_issue();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("teacher", made, s.transcript_claims());
  auto f = s.transcript_file();
  f.evidence.records[f.subject].jws = jws;
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::file).where.substr(0, 19), "evidence.inclusions");
}

TEST(Forgery, APrincipalsTranscriptThatNeverReachedTheLedgerIsNotOnIt) {
  School s;
  s.found_grade_and_issue();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("principal", made, s.transcript_claims());
  const auto v = judge(s, forged(s, jws, made));
  EXPECT_OUTCOME(v, Outcome::not_on_ledger);
  EXPECT_EQ(part(v, Part::signature).answer, Answer::ok);
  EXPECT_EQ(part(v, Part::inclusion).code, "not_included");
}

TEST(Forgery, AKeyThatNobodyRegisteredIsUnknown) {
  School s;
  s.found_grade_and_issue();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("newcomer", made, s.transcript_claims());
  const auto v = judge(s, forged(s, jws, made));
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::signature).code, "signer_unknown");
  EXPECT_EQ(part(v, Part::signature).answer, Answer::not_checked);
  EXPECT_EQ(part(v, Part::authority).code, "signer_unknown");
}

TEST(Forgery, AKeyRecordThatIsNotOnTheLedgerGivesNoRight) {
  School s;
  s.found_grade_and_issue();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("newcomer", made, s.transcript_claims());
  auto f = forged(s, jws, made);
  // The forger signs a registration of the key, too, and puts it at an index where nothing is proven.
  const auto key = s.sign("newcomer", Type::key, s.key_body(s.staff("newcomer")));
  f.evidence.records.push_back({key, RecordIndex{1'000}});
  f.persons.push_back({f.evidence.records.size() - 1, s.staff("newcomer").disclosure});
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::signature).code, "key_not_on_ledger");
  EXPECT_EQ(part(v, Part::authority).code, "key_not_shown");
  EXPECT_EQ(v.signer_name, "") << "a name of one's own choosing is not shown as the signer's";
}

TEST(Forgery, ABlockThatNobodyVotedForProvesNothing) {
  School s;
  s.found_grade_and_issue();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("principal", made, s.transcript_claims());
  auto f = forged(s, jws, made);
  // A header of one's own on top of the real ones, with the forged record as its last.
  const auto decoded = record::decode(jws);
  auto tree = s.chain().tree();
  auto c = s.chain().head();
  c.parent = s.chain().head_hash();
  c.height.value += 1;
  tree.append(decoded->leaf);
  c.size = tree.size();
  c.log_root = tree.root();
  const auto subject = f.evidence.records[f.subject];
  f.evidence.records.erase(f.evidence.records.begin() + std::ptrdiff_t(f.subject));
  EvidenceBuilder bag;
  const auto real = s.transcript_file();
  bag.add(real.evidence);
  bag.header(s.blocks().back().header_text);
  bag.header(log::to_text(c));
  bag.record(jws, RecordIndex{tree.size() - 1});
  bag.inclusion(RecordIndex{tree.size() - 1}, log::hash_of(log::to_text(c)),
                tree.inclusion_path(tree.size() - 1, tree.size()));
  DocumentFile out;
  out.net = f.net;
  out.evidence = bag.finish();
  out.subject = *bag.position(RecordIndex{tree.size() - 1});
  for (const auto& d : made.disclosures) out.disclosures.push_back({out.subject, d});
  out.rows = real.rows;
  const auto v = judge(s, out);
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::inclusion).code, "not_included");
  EXPECT_EQ(part(v, Part::finality).code, "not_final");
}

TEST(Forgery, WhatAQuorumVotedForButIsNotYetFinalSaysSo) {
  School s;
  s.found();
  s.grade();
  test::MadeCredential made;
  const auto jws = s.sign_transcript("principal", made, s.transcript_claims());
  const auto id = s.add({jws})[0];
  const auto& r = s.record(id);
  const auto& block = s.blocks().back();
  EvidenceBuilder bag;
  const Height parent{r.height.value - 1};
  s.prove_final(bag, parent);  // the block itself, certified, but without a child
  bag.record(r.jws, r.index);
  bag.inclusion(r.index, block.hash, s.chain().tree().inclusion_path(r.index.value, block.header.size));
  for (const auto& fact : {s.staff("principal").key_record, s.school_record, s.office_record, s.policy_record})
    s.prove_fact(bag, fact, parent);
  DocumentFile f;
  f.net = s.genesis().net;
  f.subject = *bag.position(r.index);
  f.evidence = bag.finish();
  for (const auto& d : made.disclosures) {
    if (claim_name(d) == "name") f.disclosures.push_back({f.subject, d});
  }
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::not_final);
  EXPECT_EQ(part(v, Part::authority).answer, Answer::ok);
  EXPECT_EQ(part(v, Part::inclusion).answer, Answer::ok);
}

TEST(Forgery, AChangedSignatureIsNotTheLedgersRecord) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  auto r = *record::decode(f.evidence.records[f.subject].jws);
  r.signature.bytes[10] ^= 1;
  const auto& jws = f.evidence.records[f.subject].jws;
  const auto bad = record::compact(jws.substr(0, jws.rfind('.')), r.signature);
  auto stripped = forged(s, bad, s.transcript);
  const auto v = judge(s, stripped);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::signature).code, "bad_signature");
  EXPECT_EQ(part(v, Part::inclusion).answer, Answer::failed);
}

// ---- what the ledger accepted, but the documents give away ----

/// A transcript that the principal issued and the ledger took, with one claim changed: the ledger sees digests only.
Verdict issued_with(const std::string& claim, const json::Value& value) {
  School s;
  s.found();
  s.grade();
  auto claims = s.transcript_claims();
  for (auto& [name, old] : claims) {
    if (name == claim) old = value;
  }
  test::MadeCredential made;
  const auto jws = s.sign_transcript("principal", made, claims);
  made.id = s.add({jws})[0];
  s.transcript = made;
  s.seal_record = s.add({s.second("seal", Type::seal, "school-seal", made.id)})[0];
  s.add({});
  s.add({});
  return judge(s, s.transcript_file());
}

json::Value maths(const School& s, std::string_view first, std::string_view of_year, std::uint32_t row = School::row) {
  const auto figure = [](const RecordId& sheet, std::string_view term, std::string_view mark, std::uint32_t at) {
    return json::Value::object({{"term", term}, {"mark", mark}, {"sheet", base64url(sheet.view())}, {"row", at}});
  };
  return json::Value::object({{"name", "Toán"},
                              {"terms", json::Value::array({figure(s.maths_1.id, "hk1", first, row),
                                                            figure(s.maths_2.id, "hk2", "9.0", School::row)})},
                              {"year", json::Value::object({{"mark", of_year}})}});
}

TEST(Forgery, AFigureThatTheTeacherDidNotGiveIsNamed) {
  const auto& s = issued_school();
  const auto v = issued_with("subject.toan", maths(s, "9.3", "9.1"));
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "figure_mismatch");
  EXPECT_EQ(part(v, Part::provenance).where, "subject.toan.terms[0]");
  EXPECT_NE(part(v, Part::provenance).vi.find("Điểm Toán học kỳ I"), std::string::npos) << part(v, Part::provenance).vi;
  EXPECT_NE(part(v, Part::provenance).vi.find("không khớp với dòng đã ký"), std::string::npos);
  EXPECT_EQ(part(v, Part::signature).answer, Answer::ok);
}

TEST(Forgery, AYearsFigureThatDoesNotFollowIsNamed) {
  const auto v = issued_with("subject.toan", maths(issued_school(), "8.3", "9.8"));
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "year_mismatch");
}

TEST(Forgery, ARowThatTheFileDoesNotOpenIsNamed) {
  const auto v = issued_with("subject.toan", maths(issued_school(), "8.3", "8.8", 5));
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "row_not_shown");
}

TEST(Forgery, ASheetOfAnotherSubjectGivesNoFigure) {
  const auto& s = issued_school();
  auto value = maths(s, "8.3", "8.8");
  auto terms = json::Value::array();
  for (auto t : value.find("terms")->items()) {
    if (t.find("term")->string() == "hk1") t.set("sheet", base64url(s.maths_2.id.view())), t.set("mark", "9.0");
    terms.push(t);
  }
  value.set("terms", terms);
  value.set("year", json::Value::object({{"mark", "9.0"}}));
  const auto v = issued_with("subject.toan", value);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "sheet_mismatch");
}

TEST(Forgery, AClassThatDiffersFromTheLedgersIsNamed) {
  const auto v = issued_with("class", "10A2");
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).where, "class");
}

TEST(Forgery, ASummaryThatTheHomeroomTeacherDidNotGiveIsNamed) {
  const auto& s = issued_school();
  const auto v = issued_with("summary", json::Value::object({{"conduct", json::Value::object({{"year", "tot"}})},
                                                             {"learning", "xuat-sac"},
                                                             {"sheet", base64url(s.summary.id.view())},
                                                             {"row", School::row}}));
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).where, "summary");
}

TEST(Forgery, AnAverageThatItsMarksDoNotGiveIsNamed) {
  School s;
  s.found();
  s.grade();
  // The teacher's second sheet of the term, for a group of its own, with an average that its marks do not give.
  const json::Value t = base64url(s.tag(Type::transcript, School::year).view());
  auto wrong = s.build_sheet(
      16, {{School::row, json::Value::object({{"tag", t}, {"mark", "9.9"}}),
            json::Value::object({{"regular", json::Value::array({"8.0", "7.5"})}, {"mid", "8.0"}, {"final", "8.5"}})}});
  auto body = std::get<record::GradeSheet>(s.record(s.maths_1.id).record.body);
  body.group = "nhom-2";
  body.root = wrong.root;
  wrong.id = s.add({s.sign("teacher", Type::grade_sheet, body)})[0];
  s.maths_1 = wrong;
  auto claims = s.transcript_claims();
  for (auto& [name, value] : claims) {
    if (name == "subject.toan") value = maths(s, "9.9", "9.3");
  }
  test::MadeCredential made;
  const auto jws = s.sign_transcript("principal", made, claims);
  made.id = s.add({jws})[0];
  s.transcript = made;
  s.seal_record = s.add({s.second("seal", Type::seal, "school-seal", made.id)})[0];
  s.add({});
  s.add({});
  const auto v = judge(s, s.transcript_file());
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "average_mismatch");
}

// ---- disclosures, rows, persons ----

TEST(Forgery, AClaimThatNobodySignedIsNamed) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  for (auto& d : f.disclosures) {
    if (claim_name(d.disclosure) != "name") continue;
    const Digest salt = sha256(as_bytes("another salt"));
    d.disclosure = record::encode_disclosure(salt.view().first(16), "name", "Lê Hoàng Mẫu");
  }
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::disclosures).code, "claim_not_signed");
  EXPECT_NE(part(v, Part::disclosures).where.find("(name)"), std::string::npos);
  EXPECT_NE(part(v, Part::disclosures).vi.find("họ và tên"), std::string::npos);
  EXPECT_TRUE(v.claims.empty()) << "nothing is shown of a document that was altered";
}

TEST(Forgery, AClaimTwiceIsNamed) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  f.disclosures.push_back(f.disclosures.front());
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::disclosures).code, "claim_twice");
}

TEST(Forgery, ADisclosureOfARecordThatTheDocumentDoesNotCiteIsNamed) {
  School s;
  s.found_grade_and_issue();
  s.graduate();
  auto f = s.diploma_file();
  std::erase_if(f.disclosures, [](const DocumentDisclosure& d) { return claim_name(d.disclosure) == "basis"; });
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::disclosures).code, "claim_of_stray_record");
}

TEST(Forgery, ARowThatNoClaimNamesIsRefused) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  std::erase_if(f.disclosures, [](const DocumentDisclosure& d) { return claim_name(d.disclosure) == "subject.gdtc"; });
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "row_stray");
}

TEST(Forgery, ARowOfAnotherSheetIsNamed) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  std::swap(f.rows[0].result, f.rows[1].result);
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::provenance).code, "row_altered");
  EXPECT_EQ(part(v, Part::provenance).where, "rows[0].result");
}

TEST(Forgery, AnotherSignersNameIsNoticed) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  std::swap(f.persons[0].disclosure, f.persons[1].disclosure);
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::altered);
  EXPECT_EQ(part(v, Part::disclosures).code, "person_mismatch");
}

TEST(Forgery, ASecondSignatureThatIsNotOnTheLedgerSpoilsTheFile) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  const auto approval = s.second("officer", Type::countersign, "registrar", s.transcript.id);
  f.evidence.records.push_back({approval, RecordIndex{1'000}});
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::authority).code.substr(0, 16), "second_signature");
}

// ---- evidence that is missing ----

/// The file without one item of its evidence; everything else keeps its meaning.
struct Without {
  std::optional<std::size_t> header{}, record{}, inclusion{}, status{};
};
std::optional<DocumentFile> rebuilt(const DocumentFile& f, const Without& gone) {
  EvidenceBuilder bag;
  const auto& e = f.evidence;
  std::vector<HeaderHash> hashes;
  for (const auto& h : e.headers) hashes.push_back(log::hash_of(h));
  for (std::size_t i = 0; i < e.headers.size(); ++i) {
    if (gone.header != i) bag.header(e.headers[i]);
  }
  for (const auto& q : e.qcs) bag.qc(hashes[q.header], q.qc);
  for (std::size_t i = 0; i < e.records.size(); ++i) {
    if (gone.record != i) bag.record(e.records[i].jws, e.records[i].index);
  }
  for (std::size_t i = 0; i < e.inclusions.size(); ++i) {
    const auto& x = e.inclusions[i];
    if (gone.inclusion != i) bag.inclusion(e.records[x.record].index, hashes[x.header], x.path);
  }
  for (std::size_t i = 0; i < e.statuses.size(); ++i) {
    const auto& x = e.statuses[i];
    if (gone.status != i) bag.status(e.records[x.record].index, hashes[x.header], x.leaf, x.path);
  }
  DocumentFile out = f;
  out.evidence = bag.finish();
  const auto moved = [&](std::size_t& record) {
    const auto to = bag.position(e.records[record].index);
    if (to) record = *to;
    return to.has_value();
  };
  if (!moved(out.subject)) return std::nullopt;
  std::erase_if(out.disclosures, [&](auto& d) { return !moved(d.record); });
  std::erase_if(out.rows, [&](auto& r) { return !moved(r.record); });
  std::erase_if(out.persons, [&](auto& p) { return !moved(p.record); });
  return out;
}

TEST(MissingEvidence, NothingOfItCanBeLeftOut) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  ASSERT_TRUE(rebuilt(f, {}));
  EXPECT_OUTCOME(judge(s, *rebuilt(f, {})), Outcome::valid);
  const auto expect_not_valid = [&](const Without& gone, const std::string& what) {
    const auto cut = rebuilt(f, gone);
    if (!cut) return;  // the document itself
    EXPECT_NE(judge(s, *cut).outcome, Outcome::valid) << what;
  };
  for (std::size_t i = 0; i < f.evidence.headers.size(); ++i)
    expect_not_valid({.header = i}, "header " + std::to_string(i));
  for (std::size_t i = 0; i < f.evidence.inclusions.size(); ++i)
    expect_not_valid({.inclusion = i}, "inclusion " + std::to_string(i));
  for (std::size_t i = 0; i < f.evidence.statuses.size(); ++i)
    expect_not_valid({.status = i}, "status " + std::to_string(i));
  const auto seal = position_of(s, f, s.seal_record);
  for (std::size_t i = 0; i < f.evidence.records.size(); ++i) {
    if (i != seal) expect_not_valid({.record = i}, "record " + std::to_string(i));
  }
  // The status bits prove that all needed persons signed: a second signature need not be shown.
  EXPECT_OUTCOME(judge(s, *rebuilt(f, {.record = seal})), Outcome::valid);
}

TEST(MissingEvidence, WithoutCertificatesNothingIsFinal) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  f.evidence.qcs.pop_back();
  EXPECT_NE(judge(s, f).outcome, Outcome::valid) << "the status checkpoint is not proven any more";
  f.evidence.qcs.clear();
  EXPECT_OUTCOME(judge(s, f), Outcome::altered);
}

TEST(MissingEvidence, ARowLeftOutIsNamed) {
  const auto& s = issued_school();
  const auto f = s.transcript_file();
  for (std::size_t i = 0; i < f.rows.size(); ++i) {
    auto cut = f;
    cut.rows.erase(cut.rows.begin() + std::ptrdiff_t(i));
    const auto v = judge(s, cut);
    EXPECT_OUTCOME(v, Outcome::altered);
    EXPECT_EQ(part(v, Part::provenance).code, "row_not_shown");
  }
}

TEST(MissingEvidence, ANameLeftOutTakesNothingFromTheVerdict) {
  const auto& s = issued_school();
  auto f = s.transcript_file();
  f.persons.clear();
  const auto v = judge(s, f);
  EXPECT_OUTCOME(v, Outcome::valid);
  EXPECT_EQ(v.signer_name, "");
  EXPECT_FALSE(v.figures.front().signer_person.empty());
}

// ---- authority by date and by status ----

TEST(Authority, WhatWasSignedBeforeAKeyWasSuspendedStandsAndLaterThingsDoNot) {
  School s;
  s.found_grade_and_issue();
  s.change(Type::suspend, s.staff("teacher").key_record);
  ASSERT_EQ(s.chain().state().status_of(s.staff("teacher").key_record), log::Status::suspended);
  EXPECT_OUTCOME(judge(s, s.transcript_file()), Outcome::valid);

  // A sheet that the teacher signs now never gets in; forged into a file, it is judged under today's registry.
  auto sheet = s.build_sheet(16, {});
  const auto jws = s.grade_sheet("teacher", sheet, "toan", "hk1");
  EXPECT_FALSE(s.try_add({jws}));
  EvidenceBuilder bag;
  const auto top = s.last_final();
  s.prove_final(bag, top);
  for (const auto& fact : {s.staff("teacher").key_record, s.school_record, s.office_record, s.policy_record})
    s.prove_fact(bag, fact, top);
  bag.record(jws, RecordIndex{1'000});
  Receipt r{s.genesis().net, *bag.position(RecordIndex{1'000}), bag.finish()};
  const auto v = judge_receipt(s.genesis(), encode(r), {});
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::authority).code, "key_not_valid");
}

// ---- a school that is not in force ----

/// A department of two officers, whose policy lets it change what its schools did.
struct OverseenSchool {
  static constexpr auto office = School::office;
  School s;

  OverseenSchool() {
    s.found();
    s.grade();
    auto& deputy = s.staff("newcomer");
    deputy.org = office;
    deputy.grants = {{"registrar", std::string(office), {}, {}, {}, {}, {}, {}}};
    deputy.key_record = by_roots(Type::key, s.key_body(deputy));
    auto p = s.policy(2);
    for (const auto type : {Type::suspend, Type::reinstate, Type::revoke, Type::amend, Type::compromise}) {
      record::Act act;
      act.act = type;
      act.unit = record::Unit::above;
      act.roles = {"registrar"};
      act.needs = {{Type::countersign, 1, record::Unit::above, {"registrar"}, {}}};
      p.acts.insert(p.acts.begin(), act);
    }
    s.policy_record = by_roots(Type::policy, p);
    s.wait(2 * std::uint64_t{86'400});  // the deputy's key is not of yesterday
  }

  RecordId by_roots(Type type, const record::Body& body) {
    const auto id = s.add({s.sign(s.root(0), type, body)})[0];
    s.add({s.sign(s.root(1), Type::approve, record::SecondSignature{"root", "root", {id}})});
    return id;
  }
  /// By the officer, with the deputy's second signature.
  RecordId by_office(Type type, const record::Body& body) {
    const auto id = s.add({s.sign("officer", type, body)})[0];
    countersigned = s.add({s.second("newcomer", Type::countersign, "registrar", id)})[0];
    s.add({});
    s.add({});
    return id;
  }
  RecordId suspend_school() {
    return by_office(Type::suspend,
                     record::StatusChange{std::string(School::school), "under-review", {s.school_record}, {}});
  }
  /// A receipt with the second signature in its bag.
  [[nodiscard]] std::string receipt(const RecordId& id) const {
    EvidenceBuilder bag;
    s.prove(bag, id, s.last_final());
    s.prove(bag, countersigned, s.last_final());
    if (const auto* a = std::get_if<record::Amend>(&s.record(id).record.body))
      bag.record(s.record(a->target).jws, s.record(a->target).index);
    Receipt r;
    r.net = s.genesis().net;
    r.subject = *bag.position(s.record(id).index);
    r.evidence = bag.finish();
    return encode(r);
  }

  RecordId countersigned{};
};

TEST(Authority, AChangeFromAboveStandsThoughTheSchoolThatItSpeaksOfIsSuspended) {
  OverseenSchool o;
  auto& s = o.s;
  const auto suspension = o.suspend_school();
  EXPECT_OUTCOME(judge_receipt(s.genesis(), o.receipt(suspension), {}), Outcome::valid);
  ASSERT_FALSE(s.chain().state().org_valid(School::school));

  auto sheet = s.build_sheet(16, {});
  const record::Amend amend{std::string(School::school), "entry-error", s.gym_1.id, {0}, sheet.root, sheet.rows, {}};
  const auto amended = o.by_office(Type::amend, amend);
  EXPECT_OUTCOME(judge_receipt(s.genesis(), o.receipt(amended), {}), Outcome::valid);
  const auto lost =
      o.by_office(Type::suspend, record::StatusChange{std::string(School::school), "lost", {s.maths_1.id}, {}});
  EXPECT_OUTCOME(judge_receipt(s.genesis(), o.receipt(lost), {}), Outcome::valid);
  const auto gone =
      o.by_office(Type::revoke, record::StatusChange{std::string(School::school), "lost", {s.maths_2.id}, {}});
  EXPECT_OUTCOME(judge_receipt(s.genesis(), o.receipt(gone), {}), Outcome::valid);
  const auto stolen = o.by_office(
      Type::compromise,
      record::Compromise{
          std::string(School::school), s.staff("gym").key->id(), s.record(gone).index.value, {}, "under-review"});
  EXPECT_OUTCOME(judge_receipt(s.genesis(), o.receipt(stolen), {}), Outcome::valid);

  const auto back =
      o.by_office(Type::reinstate,
                  record::StatusChange{std::string(School::school), "under-review", {s.school_record}, suspension});
  ASSERT_TRUE(s.chain().state().org_valid(School::school));
  EXPECT_OUTCOME(judge_receipt(s.genesis(), o.receipt(back), {}), Outcome::valid);
}

TEST(Authority, OfASuspendedSchoolsOwnStaffNobodyMakesAChange) {
  OverseenSchool o;
  auto& s = o.s;
  o.suspend_school();
  const record::StatusChange change{std::string(School::school), "under-review", {s.maths_1.id}, {}};
  const auto jws = s.sign("principal", Type::suspend, change);
  EXPECT_FALSE(s.try_add({jws}));
  EvidenceBuilder bag;
  const auto top = s.last_final();
  s.prove_final(bag, top);
  for (const auto& fact : {s.staff("principal").key_record, s.school_record, s.office_record, s.policy_record})
    s.prove_fact(bag, fact, top);
  bag.record(s.record(s.maths_1.id).jws, s.record(s.maths_1.id).index);
  bag.record(jws, RecordIndex{1'000});
  const Receipt r{s.genesis().net, *bag.position(RecordIndex{1'000}), bag.finish()};
  const auto v = judge_receipt(s.genesis(), encode(r), {});
  EXPECT_OUTCOME(v, Outcome::not_authorised);
  EXPECT_EQ(part(v, Part::authority).code, "org_not_valid");
}

}  // namespace
}  // namespace stele::verdict
