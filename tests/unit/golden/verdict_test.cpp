// Receipt and document files of the golden chain: the same bytes back, and the verdict that the facts demand.
#include "ledger/verdict/verdict.h"
#include "tests/unit/golden/golden.h"

namespace stele::test {
namespace {

using namespace verdict;

record::Genesis genesis() {
  return *record::decode_genesis(text(golden("genesis").at("file")));
}

bool is_receipt(const Json& file) {
  return text(file.at("text")).starts_with(R"({"stele":"receipt")");
}

template <class File>
void expect_same_bytes_and_good_facts(const Result<File, Rejection>& file, const std::string& bytes) {
  ASSERT_TRUE(file) << to_string(file.error());
  EXPECT_EQ(encode(*file), bytes);
  const auto facts = Facts::verify(genesis(), file->evidence);
  EXPECT_TRUE(facts) << to_string(facts.error());
}

TEST(GoldenFile, DecodesAndEncodesTheSame) {
  for (const Json& f : golden("files").at("files")) {
    SCOPED_TRACE(text(f.at("name")));
    if (is_receipt(f)) {
      expect_same_bytes_and_good_facts(decode_receipt(text(f.at("text"))), text(f.at("text")));
    } else {
      expect_same_bytes_and_good_facts(decode_document(text(f.at("text"))), text(f.at("text")));
    }
  }
}

TEST(GoldenFile, GetsTheVerdictThatItsFactsDemand) {
  const record::Genesis g = genesis();
  for (const Json& f : golden("files").at("files")) {
    SCOPED_TRACE(text(f.at("name")));
    const std::string bytes = text(f.at("text"));
    const Verdict v = is_receipt(f) ? judge_receipt(g, bytes, {}) : judge_document(g, bytes, {});
    EXPECT_EQ(outcome_name(v.outcome), text(f.at("outcome")));
    for (const PartVerdict& p : v.parts) {
      EXPECT_TRUE(p.answer != Answer::failed || p.part == Part::status) << part_name(p.part) << ": " << p.code;
    }
  }
}

TEST(GoldenFile, FalseOnesDoNotPass) {
  const record::Genesis g = genesis();
  for (const Json& f : golden("files").at("false")) {
    SCOPED_TRACE(text(f.at("name")));
    const std::string bytes = text(f.at("text"));
    const Verdict v = is_receipt(f) ? judge_receipt(g, bytes, {}) : judge_document(g, bytes, {});
    EXPECT_NE(v.outcome, Outcome::valid);
    const Json& allowed = f.at("outcomes");
    const std::string outcome(outcome_name(v.outcome));
    EXPECT_TRUE(allowed.empty() || std::find(allowed.begin(), allowed.end(), outcome) != allowed.end()) << outcome;
  }
}

TEST(GoldenFile, OneByteMoreOrLessIsRefused) {
  for (const Json& f : golden("files").at("malformed_documents")) {
    EXPECT_FALSE(decode_document(text(f.at("text")))) << text(f.at("name"));
  }
}

/// The second chain: a set that hands over to another, and one that the roots named.
class GoldenChangeFile : public ::testing::Test {
 protected:
  const Json& v = golden("changes");
  const record::Genesis g = *record::decode_genesis(text(v.at("file")));
};

TEST_F(GoldenChangeFile, IsTheSameAfterDecodingAndTellsOfRecoveries) {
  for (const Json& f : v.at("files")) {
    SCOPED_TRACE(text(f.at("name")));
    const auto bytes = text(f.at("text"));
    const auto file = decode_receipt(bytes);
    ASSERT_TRUE(file) << to_string(file.error());
    EXPECT_EQ(encode(*file), bytes);
    const Verdict judged = judge_receipt(g, bytes, {});
    EXPECT_EQ(outcome_name(judged.outcome), text(f.at("outcome"))) << judged.parts.front().where;
    const auto shown = Json::parse(json::write(to_json(judged)));
    EXPECT_EQ(shown.value("recoveries", Json::array()), f.at("recoveries"));
    const bool told = judged.parts.front().en.find("restarted by its root keys") != std::string::npos;
    EXPECT_EQ(told, !f.at("recoveries").empty());
  }
}

TEST_F(GoldenChangeFile, FalseOnesDoNotPass) {
  EXPECT_GE(v.at("false_files").size(), 60U);
  for (const Json& f : v.at("false_files")) {
    SCOPED_TRACE(text(f.at("name")));
    const Verdict judged = judge_receipt(g, text(f.at("text")), {});
    const std::string outcome(outcome_name(judged.outcome));
    EXPECT_TRUE(std::find(f.at("outcomes").begin(), f.at("outcomes").end(), outcome) != f.at("outcomes").end())
        << outcome << " " << judged.parts.front().code;
  }
}

TEST_F(GoldenChangeFile, KeysOfAReplacedSetDoNotReachBeyondACheckpointThatIsHeld) {
  EXPECT_GE(v.at("pinned_files").size(), 10U);
  for (const Json& f : v.at("pinned_files")) {
    SCOPED_TRACE(text(f.at("name")));
    Options options;
    if (!f.at("checkpoint").is_null()) options.pinned_checkpoint = text(f.at("checkpoint"));
    const Verdict judged = judge_receipt(g, text(f.at("text")), options);
    EXPECT_EQ(outcome_name(judged.outcome), text(f.at("outcome"))) << judged.parts.front().where;
  }
}

// Every byte counts: a file with one character changed is never valid.
TEST(GoldenFile, AChangedCharacterNeverStaysValid) {
  const record::Genesis g = genesis();
  const std::string good = text(golden("files").at("files")[0].at("text"));
  for (std::size_t at = 0; at < good.size(); at += 37) {
    std::string bad = good;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    if (bad == good) continue;
    EXPECT_NE(judge_receipt(g, bad, {}).outcome, Outcome::valid) << "at " << at;
  }
}

}  // namespace
}  // namespace stele::test
