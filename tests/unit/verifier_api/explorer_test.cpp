#include "verifier-api/explorer.h"

#include "ledger/base/encoding.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

using nlohmann::json;

const std::string school_id(test::School::school), office_id(test::School::office);

Running& running() {
  static Running one(graduated_school());
  one.ready();
  EXPECT_TRUE(one.service().context().explorer->wait_complete(patience));
  return one;
}

TEST(Explorer, CountsEveryRecordOfTheFinalBlocks) {
  const auto o = running().get_json("/v1/explorer");
  EXPECT_EQ(o["complete"], true);
  std::uint64_t sum = 0;
  for (const auto& [type, n] : o["records"].items()) sum += n.get<std::uint64_t>();
  EXPECT_EQ(sum, o["final"]["size"].get<std::uint64_t>());
  EXPECT_EQ(o["records"]["grade-sheet"], 4);
  EXPECT_EQ(o["records"]["transcript"], 1);
  EXPECT_EQ(o["records"]["diploma"], 1);
  EXPECT_EQ(o["validators"], json({{"total", 1}, {"quorum", 1}, {"voting", 1}}));
}

TEST(Explorer, ListsBlocksPageByPageWithoutGapOrRepeat) {
  const auto last = graduated_school().last_final().value;
  std::vector<std::uint64_t> heights;
  std::string target = "/v1/explorer/blocks?limit=3";
  for (;;) {
    const auto page = running().get_json(target);
    EXPECT_LE(page["blocks"].size(), 3U);
    for (const auto& b : page["blocks"]) heights.push_back(b["height"].get<std::uint64_t>());
    if (!page.contains("next")) break;
    target = "/v1/explorer/blocks?limit=3&after=" + page["next"].get<std::string>();
  }
  ASSERT_EQ(heights.size(), last);
  for (std::size_t i = 0; i < heights.size(); ++i) EXPECT_EQ(heights[i], last - i);
}

TEST(Explorer, ABlockIsWhatItsHeaderSays) {
  const auto& school = graduated_school();
  const auto page = running().get_json("/v1/explorer/blocks?limit=500");
  for (const auto& b : page["blocks"]) {
    const auto& made = school.blocks()[b["height"].get<std::uint64_t>() - 1];
    EXPECT_EQ(b["hash"], base64url(made.hash.view()));
    EXPECT_EQ(b["size"], made.header.size);
    EXPECT_EQ(b["records"], made.block.records.size());
    EXPECT_EQ(b["votes"].size(), 1U);
    std::uint64_t sum = 0;
    for (const auto& [type, n] : b["types"].items()) sum += n.get<std::uint64_t>();
    EXPECT_EQ(sum, made.block.records.size());
  }
}

TEST(Explorer, DaysAddUpToTheWhole) {
  const auto days = running().get_json("/v1/explorer/days?limit=500")["days"];
  std::uint64_t records = 0, blocks = 0;
  std::string before = "9999";
  for (const auto& d : days) {
    records += d["records"].get<std::uint64_t>();
    blocks += d["blocks"].get<std::uint64_t>();
    EXPECT_LT(d["date"].get<std::string>(), before);
    before = d["date"];
  }
  const auto o = running().get_json("/v1/explorer");
  EXPECT_EQ(records, o["final"]["size"].get<std::uint64_t>());
  EXPECT_EQ(blocks, o["final"]["height"].get<std::uint64_t>());
  if (days.size() > 1) {
    const auto next = running().get_json("/v1/explorer/days?limit=1")["next"].get<std::string>();
    EXPECT_EQ(running().get_json("/v1/explorer/days?limit=1&after=" + next)["days"][0], days[1]);
  }
}

TEST(Explorer, ShareSignedFollowsFromGrantsAndSheets) {
  const auto o = running().get_json("/v1/explorer/offices");
  EXPECT_EQ(o["year"], std::string(test::School::year));
  json school, office;
  for (const auto& x : o["offices"]) (x["org"] == school_id ? school : office) = x;
  EXPECT_EQ(school["classes"], 1);
  EXPECT_EQ(school["transcripts"], 1);
  // The maths and the gym teacher hold grants; both terms of both subjects are signed.
  EXPECT_EQ(school["sheets"], json({{"expected", 4}, {"signed", 4}, {"share", "1.000"}}));
  EXPECT_EQ(office["org"], office_id);
  EXPECT_EQ(office["sheets"]["expected"], 0);
  EXPECT_FALSE(office["sheets"].contains("share"));
  EXPECT_EQ(office["below"], school["sheets"]);
  EXPECT_EQ(office["children"], 1);
  EXPECT_EQ(running().get_json("/v1/explorer/offices?parent=" + std::string(test::School::office))["offices"].size(),
            1U);
  EXPECT_EQ(running().get("/v1/explorer/offices?year=1999").status, 404);
  const auto first = running().get_json("/v1/explorer/offices?limit=1");
  const auto second = running().get_json("/v1/explorer/offices?limit=1&after=" + first["next"].get<std::string>());
  EXPECT_NE(first["offices"][0]["org"], second["offices"][0]["org"]);
  EXPECT_FALSE(second.contains("next"));
}

TEST(Explorer, AnAmendmentIsCountedAndItsSheetStaysSigned) {
  test::School school;
  school.found_grade_and_issue();
  school.amend();
  Running v(school);
  v.ready();
  ASSERT_TRUE(v.service().context().explorer->wait_complete(patience));
  const auto o = v.get_json("/v1/explorer/offices");
  for (const auto& x : o["offices"]) {
    if (x["org"] != school_id) continue;
    EXPECT_EQ(x["edits"], 1);
    EXPECT_EQ(x["transcripts"], 0) << "superseded by the amendment";
    EXPECT_EQ(x["sheets"]["signed"], 4);
  }
}

TEST(Explorer, BadPagesAreRefused) {
  for (const char* target : {"/v1/explorer/blocks?limit=0", "/v1/explorer/blocks?limit=501",
                             "/v1/explorer/blocks?limit=x", "/v1/explorer/blocks?after=-1",
                             "/v1/explorer/days?after=yesterday", "/v1/explorer/offices?limit=9999999999999999"}) {
    const auto r = running().get(target);
    EXPECT_EQ(r.status, 400) << target;
    EXPECT_EQ(r.content_type, "application/problem+json");
  }
  EXPECT_EQ(running().get_json("/v1/explorer/blocks?after=1")["blocks"].size(), 0U);
}

TEST(Explorer, NoNameOfAPersonIsInIt) {
  for (const char* target : {"/v1/explorer", "/v1/explorer/blocks", "/v1/explorer/validators", "/v1/explorer/days",
                             "/v1/explorer/offices", "/v1/explorer/alarms"}) {
    const auto body = running().get(target).body;
    for (const char* secret : {"Nguyễn", "2500000001", "2010-03-14"})
      EXPECT_EQ(body.find(secret), std::string::npos) << target;
    for (const char* who : {"teacher", "principal"}) {
      auto& school = const_cast<test::School&>(graduated_school());  // NOLINT: staff() only looks
      EXPECT_EQ(body.find(school.staff(who).person), std::string::npos) << target;
    }
  }
}

TEST(Explorer, StalledIsAnAlarm) {
  const auto has = [](Running& v, const char* code) {
    for (const auto& a : v.get_json("/v1/explorer/alarms")["alarms"]) {
      if (a["code"] == code) return true;
    }
    return false;
  };
  Running v(graduated_school());
  v.ready();
  ASSERT_TRUE(v.service().context().explorer->wait_complete(patience));
  const auto at = graduated_school().blocks()[graduated_school().last_final().value - 1].header.time.value;
  std::ofstream(v.folder() / "clock") << utc_text({at + 899}) << "\n";
  EXPECT_FALSE(has(v, "stalled"));
  std::ofstream(v.folder() / "clock") << utc_text({at + 901}) << "\n";
  EXPECT_TRUE(has(v, "stalled"));
}

TEST(Explorer, ValidatorsWithTheirVotes) {
  const auto v = running().get_json("/v1/explorer/validators");
  ASSERT_EQ(v["validators"].size(), 1U);
  EXPECT_EQ(v["validators"][0]["health"], "ok");
  EXPECT_EQ(v["validators"][0]["share"], "1.00");
  EXPECT_EQ(v["validators"][0]["last"]["height"], graduated_school().last_final().value);
}

// ---- the rule for amendments ----

std::map<std::string, std::uint64_t, std::less<>> schools(std::size_t n, std::uint64_t each) {
  std::map<std::string, std::uint64_t, std::less<>> out;
  for (std::size_t i = 0; i < n; ++i) out["s" + std::to_string(i)] = each + i % 3;
  return out;
}

TEST(Outliers, OneWildSchoolStandsOut) {
  auto edits = schools(30, 2);
  edits["wild"] = 1'299;
  const auto out = outliers(edits);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].org, "wild");
  EXPECT_GT(out[0].z, 800);
}

TEST(Outliers, AFewWildOnesDoNotHideEachOther) {
  auto edits = schools(30, 2);
  for (int i = 0; i < 9; ++i) edits["wild" + std::to_string(i)] = 1'000;
  EXPECT_EQ(outliers(edits).size(), 9U) << "mean and deviation would find none";
}

TEST(Outliers, SmallNumbersAndCommonOnesAreNoAlarm) {
  EXPECT_TRUE(outliers({}).empty());
  EXPECT_TRUE(outliers({{"only", 5'000}}).empty()) << "there is nothing to compare with";
  auto quiet = schools(30, 0);
  quiet["some"] = 19;
  EXPECT_TRUE(outliers(quiet).empty());
  quiet["some"] = 20;
  EXPECT_EQ(outliers(quiet).size(), 1U);
  EXPECT_TRUE(outliers(schools(30, 400)).empty()) << "a busy fortnight everywhere";
}

// ---- comparing with others ----

/// The same keys, another history from block `from` on.
test::School forked() {
  test::School other;
  other.found();
  other.grade();
  other.wait(3'600);
  other.issue();
  other.graduate();
  return other;
}

std::string checkpoint_json(const test::School& s, std::uint64_t height, bool certified) {
  const auto& b = s.blocks()[height - 1];
  json j{{"text", b.header_text}, {"height", height}};
  if (certified) {
    j["child"] = s.blocks()[height].header_text;
    j["qc"] = base64url(log::encode(s.blocks()[height].qc));
  }
  return j.dump();
}

TEST(Peers, AnotherCertifiedHistoryIsAFork) {
  const auto other = forked();
  const auto height = graduated_school().last_final().value - 1;
  ASSERT_NE(other.blocks()[height - 1].hash, graduated_school().blocks()[height - 1].hash);
  const auto& ledger = *running().service().context().ledger;
  const auto fork = compare(ledger, checkpoint_json(other, height, true));
  ASSERT_TRUE(fork.has_value());
  EXPECT_TRUE(fork->certified);
  EXPECT_EQ(fork->height.value, height);
  const auto word = compare(ledger, checkpoint_json(other, height, false));
  ASSERT_TRUE(word.has_value());
  EXPECT_FALSE(word->certified) << "anybody can say so";
  EXPECT_FALSE(compare(ledger, checkpoint_json(graduated_school(), height, true)).has_value());
  for (const char* junk : {"", "null", "[]", R"({"text":1})", R"({"text":"x"})"})
    EXPECT_FALSE(compare(ledger, junk).has_value()) << junk;
}

TEST(Peers, AForkIsAnAlarmAndItsBytesAreKept) {
  const auto other = forked();
  FakeNode liar(other);
  const auto height = graduated_school().last_final().value - 1;
  liar.serve_checkpoint(checkpoint_json(other, height, true));
  Running v(graduated_school(), [&](Config& c) {
    c.compare = {liar.url()};
    c.compare_pause = 5ms;
  });
  v.ready();
  json alarm;
  for (const auto end = std::chrono::steady_clock::now() + patience;
       alarm.is_null() && std::chrono::steady_clock::now() < end;) {
    for (const auto& a : v.get_json("/v1/explorer/alarms")["alarms"]) {
      if (a["code"] == "fork") alarm = a;
    }
  }
  ASSERT_FALSE(alarm.is_null());
  EXPECT_EQ(alarm["severity"], "critical");
  EXPECT_EQ(alarm["where"], liar.url());
  EXPECT_EQ(alarm["figures"]["theirs"], other.blocks()[height - 1].header_text);
  std::size_t files = 0;
  for (const auto& f : std::filesystem::directory_iterator(v.folder() / "data" / "evidence"))
    files += f.path().extension() == ".json" ? 1 : 0;
  EXPECT_EQ(files, 1U);
}

}  // namespace
}  // namespace stele::verifier
