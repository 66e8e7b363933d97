#include "verifier-api/lookup.h"

#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

std::string query(const std::string& number, const std::string& date) {
  return json{{"kind", "thpt"}, {"number", number}, {"birth_date", date}}.dump();
}

class LookUp : public ::testing::Test {
 protected:
  explicit LookUp(LookupLimits limits = {1'000, 1'000})
      : v_(graduated_school(), [&](Config& c) { c.lookups = limits; }) {
    v_.node().on_lookup([](const http::Request& r) { return look_up(graduated_school(), r); });
    v_.ready();
  }
  http::Response ask(const std::string& number, const std::string& date) {
    return v_.post("/v1/lookup", query(number, date));
  }
  Running v_;
};

TEST_F(LookUp, GivesADocumentThatProvesItselfAndShowsWhatIsPublic) {
  const auto r = ask("B00000001", "2010-03-14");
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.headers.get("Cache-Control"), "no-store");
  EXPECT_FALSE(r.headers.get("Access-Control-Allow-Origin").has_value());
  const auto v = verdict::judge_document(graduated_school().genesis(), r.body, {});
  EXPECT_EQ(v.outcome, verdict::Outcome::valid);
  EXPECT_FALSE(v.complete);
  for (const auto& c : v.claims) EXPECT_TRUE(is_public_claim(c.name)) << c.name;
  EXPECT_EQ(r.body.find("2500000001"), std::string::npos) << "no student id, not even encoded";
}

TEST_F(LookUp, UnknownAndWrongAreOneAnswerAtOneTime) {
  std::vector<http::Response> answers;
  for (const auto& [number, date] : {std::pair("B00000001", "2010-03-15"), std::pair("B00000002", "2010-03-14")}) {
    const auto begun = Clock::now();
    answers.push_back(ask(number, date));
    const auto took = Clock::now() - begun;
    EXPECT_GE(took, lookup_step);
  }
  EXPECT_EQ(answers[0].status, 404);
  EXPECT_EQ(answers[0].body, answers[1].body);
  EXPECT_EQ(answers[0].content_type, answers[1].content_type);
  const auto fields = [](const http::Response& r) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& f : r.headers) {
      if (f.first != "Date") out.push_back(f);
    }
    return out;
  };
  EXPECT_EQ(fields(answers[0]), fields(answers[1]));
}

TEST_F(LookUp, AFoundOneTakesTheSameTime) {
  const auto begun = Clock::now();
  EXPECT_EQ(ask("B00000001", "2010-03-14").status, 200);
  EXPECT_GE(Clock::now() - begun, lookup_step);
}

TEST_F(LookUp, ANodeThatLiesIsNotPassedOn) {
  const auto expect_refused = [&](std::function<http::Response(const http::Request&)> how, const char* why) {
    v_.node().on_lookup(std::move(how));
    const auto r = ask("B00000001", "2010-03-14");
    EXPECT_EQ(r.status, 503) << why;
    EXPECT_EQ(code_of(r), "lookup_unavailable") << why;
  };
  const auto& school = graduated_school();
  const auto whole = verdict::encode(school.diploma_file());
  expect_refused([&](const auto&) { return http::json_response(200, whole); }, "claims that are not public");
  auto altered = public_diploma(school);
  altered[altered.find("\"proof") == std::string::npos ? altered.size() / 2 : altered.find("\"proof")] ^= 1;
  expect_refused([&](const auto&) { return http::json_response(200, altered); }, "altered");
  expect_refused([&](const auto&) { return http::json_response(200, verdict::encode(school.transcript_file())); },
                 "no diploma");
  expect_refused([](const auto&) { return http::json_response(200, "{}"); }, "no document");
  expect_refused([](const auto&) { return http::json_response(500, "{}"); }, "broken");
  v_.node().on_lookup([&](const auto&) { return http::json_response(200, public_diploma(school)); });
  EXPECT_EQ(code_of(ask("B00000002", "2010-03-14")), "lookup_unavailable") << "another number's";
  EXPECT_EQ(code_of(ask("B00000001", "2010-03-15")), "lookup_unavailable") << "another person's";
}

TEST_F(LookUp, BadQuestionsAreRefusedAtOnce) {
  for (const char* body : {"", "[]", "{}", R"({"number":"B1"})", R"({"number":"B1","birth_date":"x"})",
                           R"({"number":"","birth_date":"2010-03-14"})", R"({"number":1,"birth_date":"2010-03-14"})",
                           R"({"number":"B1","birth_date":"2010-03-14","more":1})"}) {
    const auto r = v_.post("/v1/lookup", body);
    EXPECT_EQ(r.status, 400) << body;
    EXPECT_EQ(r.content_type, "application/problem+json");
  }
  EXPECT_EQ(v_.post("/v1/lookup", std::string(5'000, ' ')).status, 413);
}

TEST_F(LookUp, NothingOfItIsLogged) {
  (void)ask("B00000001", "2010-03-14");
  (void)ask("B77777777", "2010-03-14");
  const auto seen = v_.log() + v_.get("/metrics").body;
  for (const char* secret : {"B00000001", "B77777777", "2010-03-14", "Nguyễn"})
    EXPECT_EQ(seen.find(secret), std::string::npos) << secret;
}

class LimitedLookUp : public LookUp {
 protected:
  LimitedLookUp() : LookUp({4, 2}) {}
};

TEST_F(LimitedLookUp, PerNumberWhetherItExistsOrNotThenPerClient) {
  EXPECT_EQ(ask("B00000009", "2010-03-14").status, 404);
  EXPECT_EQ(ask("B00000009", "2010-03-15").status, 404);
  const auto third = ask("B00000009", "2010-03-16");
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(code_of(third), "lookup_limit");
  EXPECT_TRUE(third.headers.get("Retry-After").has_value());
  EXPECT_EQ(ask("B00000001", "2010-03-14").status, 200) << "another number is free";
  EXPECT_EQ(ask("B00000001", "2010-03-14").status, 429) << "the fifth of this client";
  const auto table = v_.post("/v1/verify", "number,birth_date\nB00000001,2010-03-14\n", "text/csv");
  EXPECT_NE(table.body.find("rate_limited"), std::string::npos) << "a table is no way round it";
}

}  // namespace
}  // namespace stele::verifier
