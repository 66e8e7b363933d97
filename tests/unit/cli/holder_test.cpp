// show, verify, disclose on a school's real documents, and on files that are none.
#include <sys/stat.h>

#include <regex>

#include "ledger/base/encoding.h"
#include "ledger/record/json.h"
#include "tests/support/school.h"
#include "tests/support/source_dir.h"
#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/commands.h"

namespace stele::cli {
namespace {

constexpr json::Limits limits{.bytes_max = 1 << 22, .depth_max = 16, .nodes_max = 100'000};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// One pupil's year, told once: `amended` after the teacher corrected a mark and the transcript was superseded.
const test::School& school(bool amended) {
  static const auto make = [](bool a) {
    auto s = std::make_unique<test::School>();
    s->found_grade_and_issue();
    if (a) s->amend();
    return s;
  };
  static const auto plain = make(false), changed = make(true);
  return amended ? *changed : *plain;
}

struct Holder : testing::Test {
  Folder folder;
  std::string genesis = folder.write("genesis.json", school(false).genesis_file());
  std::string transcript = folder.write("hoc-ba.json", verdict::encode(school(false).transcript_file()));

  [[nodiscard]] Ran with_genesis(std::vector<std::string> words, const char* lang = "en") const {
    words.insert(words.end(), {"--genesis", genesis, "--lang", lang});
    return stele(std::move(words));
  }
};

TEST_F(Holder, VerifyAnswersEveryPartInTheLanguageAskedFor) {
  const auto r = with_genesis({"verify", transcript, "--now", "none"}, "vi");
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "✓ ")) << r.out;
  for (const char* part :
       {"Tệp", "Chữ ký", "Thẩm quyền", "Trên sổ cái", "Chung cuộc", "Tình trạng", "Nội dung", "Nguồn gốc điểm"})
    EXPECT_TRUE(has(r.out, part)) << part << r.out;
  EXPECT_TRUE(has(with_genesis({"verify", transcript, "--now", "none"}).out, "Signature"));
}

TEST_F(Holder, VerifySaysWhenTheStatusIsTooOld) {
  const auto r = with_genesis({"verify", transcript, "--now", "2031-01-01T00:00:00Z"});
  EXPECT_EQ(r.exit, 11) << r.out;
  EXPECT_EQ(with_genesis({"verify", transcript, "--now", "2031-01-01T00:00:00Z", "--status-days", "9999"}).exit, 0);
}

TEST_F(Holder, AChangedByteIsNotValid) {
  auto bytes = read_back(transcript);
  const auto at = bytes.find("\"disclosures\"");
  ASSERT_NE(at, std::string::npos);
  const auto digit = bytes.find("WyJ", at);
  ASSERT_NE(digit, std::string::npos);
  bytes[digit + 30] = bytes[digit + 30] == 'A' ? 'B' : 'A';
  const auto bad = folder.write("sua.json", bytes);
  const auto r = with_genesis({"verify", transcript, bad, "--now", "none"});
  EXPECT_EQ(r.exit, 10) << r.out;
  EXPECT_TRUE(has(r.out, "✓ " + transcript) || has(r.out, "✓")) << r.out;
  EXPECT_TRUE(has(r.out, "✗")) << r.out;
}

TEST_F(Holder, VerifyForProgramsIsJsonWithOneVerdictForEachFile) {
  const auto pdf = folder.write("a.pdf", "%PDF-1.7\n");
  const auto r = with_genesis({"--json", "verify", transcript, pdf, folder.at("none"), "--now", "none"});
  EXPECT_EQ(r.exit, 10);
  const auto v = json::parse(r.out, limits);
  ASSERT_TRUE(v) << r.out;
  const auto& list = v->find("verdicts")->items();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].find("verdict")->find("outcome")->string(), "valid");
  EXPECT_EQ(list[1].find("verdict")->find("outcome")->string(), "unreadable");
  EXPECT_EQ(list[2].find("error")->find("code")->string(), "file_unreadable");
}

TEST_F(Holder, ShowPrintsAllThatTheTranscriptSays) {
  EXPECT_EQ(with_genesis({"show", transcript}, "vi").exit, 11) << "its status is as old here as for verify";
  const auto r = with_genesis({"show", transcript, "--now", "none"}, "vi");
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  for (const auto& [name, value] : school(false).transcript_claims()) {
    if (value.is(json::Kind::string) && name == "name") {
      EXPECT_TRUE(has(r.out, value.string())) << name;
    }
  }
  for (const char* text : {"✓ Hợp lệ", "Họ và tên", "Toán", "Học kỳ I", "Học kỳ II", "Cả năm", "Rèn luyện", "Con dấu"})
    EXPECT_TRUE(has(r.out, text)) << text << "\n" << r.out;
}

TEST_F(Holder, ShowWithoutAGenesisSaysThatNothingWasChecked) {
  const Variable none("STELE_GENESIS", nullptr);
  const auto r = stele({"show", transcript, "--lang", "vi"});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_TRUE(has(r.out, "CHƯA KIỂM TRA")) << r.out;
}

TEST_F(Holder, WhyLeadsEachMarkToItsTeacherAndItsSum) {
  const auto r = with_genesis({"show", "--why", transcript, "toan"}, "vi");
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  const auto& s = school(false);
  const auto& teacher = const_cast<test::School&>(s).staff("teacher");
  EXPECT_TRUE(has(r.out, teacher.name)) << r.out;
  EXPECT_TRUE(has(r.out, teacher.person)) << r.out;
  EXPECT_TRUE(has(r.out, "Cách tính")) << r.out;
  EXPECT_TRUE(has(r.out, "Vai trò")) << r.out;
  EXPECT_TRUE(has(r.out, "chung cuộc")) << r.out;
  EXPECT_TRUE(has(r.out, " → ")) << r.out;  // the school, then the department
  EXPECT_EQ(with_genesis({"show", "--why", transcript, "TOÁN"}).exit, 0);
}

/// A new transcript that cites the teacher's correction, with the holder's file for it.
verdict::DocumentFile amended_file(test::School& s) {
  s.found_grade_and_issue();
  s.amend();
  auto claims = s.transcript_claims();
  for (auto& [name, value] : claims) {
    if (name != "subject.toan") continue;
    const auto figure = [](const RecordId& sheet, std::string_view term, std::string_view mark, std::uint32_t row) {
      return json::Value::object({{"term", term}, {"mark", mark}, {"sheet", base64url(sheet.view())}, {"row", row}});
    };
    value.set("terms", json::Value::array({figure(s.amendment.id, "hk1", "8.4", 0),
                                           figure(s.maths_2.id, "hk2", "9.0", test::School::row)}));
  }
  test::MadeCredential made;
  made.id = s.add({s.sign_transcript("principal", made, claims)})[0];
  s.transcript = made;
  s.seal_record = s.add({s.second("seal", record::Type::seal, "school-seal", made.id)})[0];
  s.add({});
  s.add({});
  auto f = s.transcript_file();
  verdict::EvidenceBuilder bag;
  bag.add(f.evidence);
  s.prove(bag, s.amendment.id, s.last_final());
  std::erase_if(f.rows, [&](const auto& r) { return f.evidence.records[r.record].jws == s.record(s.maths_1.id).jws; });
  const auto moved = [&](std::size_t i) { return *bag.position(f.evidence.records[i].index); };
  for (auto& d : f.disclosures) d.record = moved(d.record);
  for (auto& r : f.rows) r.record = moved(r.record);
  for (auto& p : f.persons) p.record = moved(p.record);
  f.subject = moved(f.subject);
  f.rows.push_back(s.row_of(*bag.position(s.record(s.amendment.id).index), s.amendment, 0));
  f.evidence = bag.finish();
  return f;
}

TEST_F(Holder, WhyShowsThatAMarkWasAmendedForWhatReasonAndWhereTheFirstStands) {
  test::School s;
  const auto file = folder.write("moi.json", verdict::encode(amended_file(s)));
  const auto g = folder.write("g3.json", s.genesis_file());
  const auto r = stele({"show", "--why", file, "toan", "--genesis", g, "--lang", "vi"});
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "Đã được sửa")) << r.out;
  EXPECT_TRUE(has(r.out, base64url(s.maths_1.id.view()))) << r.out;
  EXPECT_TRUE(has(r.out, base64url(s.amendment.id.view()))) << r.out;
  EXPECT_TRUE(has(r.out, "lý do: ")) << r.out;
}

/// Record ids, key ids and person handles hang on every byte of the format; a frame stays straight if they keep length.
std::string masked(const std::string& text) {
  const std::regex id("[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{22}");
  std::string out;
  auto at = text.cbegin();
  for (std::sregex_iterator m(text.begin(), text.end(), id), end; m != end; ++m) {
    out.append(at, text.cbegin() + m->position());
    out.append(static_cast<std::size_t>(m->length()), '#');
    at = text.cbegin() + m->position() + m->length();
  }
  return out.append(at, text.cend());
}

/// STELE_UPDATE_GOLDEN=1 writes the files anew; then look at the difference.
void expect_golden(const std::string& name, const std::string& text) {
  const auto path = test::source_dir() + "/tests/unit/cli/golden/" + name;
  if (std::getenv("STELE_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << masked(text);  // NOLINT
  EXPECT_EQ(masked(text), read_back(path)) << name;
}

TEST_F(Holder, WhatPeopleSeeIsWhatWasAgreed) {
  for (const char* lang : {"vi", "en"}) {
    const std::string end = std::string(".") + lang + ".txt";
    expect_golden("show" + end, with_genesis({"show", transcript, "--now", "none"}, lang).out);
    expect_golden("why" + end, with_genesis({"show", "--why", transcript, "toan"}, lang).out);
    // The temporary name's length moves line breaks: the table alone is compared.
    const auto table = with_genesis({"verify", transcript, "--now", "none"}, lang).out;
    expect_golden("verify" + end, table.substr(table.find("┌")));
  }
}

TEST_F(Holder, WhyNamesTheSubjectsThereAre) {
  const auto r = with_genesis({"show", "--why", transcript, "thien-van"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(has(r.err, "toan")) << r.err;
}

TEST_F(Holder, ASupersededTranscriptIsShownWithItsVerdict) {
  const auto g = folder.write("g2.json", school(true).genesis_file());
  const auto file = folder.write("cu.json", verdict::encode(school(true).transcript_file()));
  const auto r = stele({"verify", file, "--genesis", g, "--now", "none", "--json"});
  EXPECT_EQ(r.exit, 10);
  EXPECT_TRUE(has(r.out, "\"superseded\"")) << r.out;
}

TEST_F(Holder, DiscloseWritesAValidExtractForOneselfOnly) {
  const auto out = folder.at("trich.json");
  const auto r = with_genesis({"disclose", transcript, "--claims", "name,subject.toan", "--out", out});
  EXPECT_EQ(r.exit, 0) << r.err;
  struct stat info {};
  ASSERT_EQ(::stat(out.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const auto checked = with_genesis({"verify", out, "--now", "none", "--json"});
  EXPECT_EQ(checked.exit, 0) << checked.out;
  EXPECT_TRUE(has(checked.out, "\"complete\":false"));
  EXPECT_FALSE(has(checked.out, "birth_date\":\""));
  EXPECT_TRUE(has(with_genesis({"show", out}).out, "extract"));
  EXPECT_EQ(with_genesis({"disclose", transcript, "--claims", "name", "--out", out}).exit, 3);  // never overwrites
}

TEST_F(Holder, DiscloseNamesTheItemsThereAre) {
  const auto r = with_genesis({"disclose", transcript, "--claims", "nmae", "--out", folder.at("x.json")});
  EXPECT_EQ(r.exit, 2);
  EXPECT_TRUE(has(r.err, "birth_date")) << r.err;
}

TEST_F(Holder, FilesThatAreNoDocumentsGiveClearErrorsAndNoCrash) {
  const std::string long_zero(5'000'000, '\0');
  const std::vector<std::pair<std::string, std::string>> files{{"a.pdf", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n"},
                                                               {"empty.json", ""},
                                                               {"zeros.bin", long_zero},
                                                               {"zeros-1k.bin", std::string(1024, '\0')},
                                                               {"object.json", "{}"},
                                                               {"text.txt", "học bạ"},
                                                               {"deep.json", std::string(100'000, '[')}};
  for (const auto& [name, bytes] : files) {
    const auto path = folder.write(name, bytes);
    const auto checked = with_genesis({"verify", path, "--now", "none"});
    EXPECT_TRUE(checked.exit == 10 || checked.exit == 3) << name << checked.out << checked.err;
    EXPECT_FALSE(checked.out.empty() && checked.err.empty()) << name;
    for (const auto& words : {std::vector<std::string>{"show", path},
                              {"show", "--why", path, "toan"},
                              {"disclose", path, "--claims", "name", "--out", folder.at("x")}}) {
      const auto r = with_genesis(words);
      EXPECT_EQ(r.exit, 3) << name << " " << words[0] << r.out << r.err;
      EXPECT_TRUE(has(r.err, path)) << r.err;
    }
  }
  EXPECT_EQ(with_genesis({"show", folder.at("")}).exit, 3);  // a folder
}

TEST_F(Holder, AReceiptIsCheckedToo) {
  const auto& s = school(false);
  const auto file = folder.write("bien-nhan.json", s.receipt(s.maths_1.id));
  const auto r = with_genesis({"verify", file, "--now", "none"});
  EXPECT_EQ(r.exit, 0) << r.out;
}

}  // namespace
}  // namespace stele::cli
