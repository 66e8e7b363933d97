// POST /v1/lookup: a diploma by number and birth date.
#include "ledger/base/encoding.h"
#include "ledger/verdict/verdict.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;
using Clock = std::chrono::steady_clock;

class Lookup : public TestNode {
 protected:
  /// The first pupil graduates with serial B00000001.
  void graduate() {
    found();
    grade();
    const auto basis = final({transcript(pupils_[0], signer::new_pickup_code().digest)}).at(0);
    final({seal(basis)});
    diploma_ = final({diploma(pupils_[0], basis)}).at(0);
  }
  Outgoing diploma(const Pupil& p, const RecordId& basis) {
    const auto slots = parse(post_as("principal", "/v1/status-slots", R"({"count":1})").body);
    const auto& slot = items(slots, "slots").at(0);
    std::vector<signer::ClaimValue> claims{{"name", p.name},
                                           {"birth_date", "2010-03-14"},
                                           {"birth_place", "Hà Nội"},
                                           {"ethnicity", "Kinh"},
                                           {"student_id", p.id},
                                           {"school", "Trường THPT Ví Dụ 1"},
                                           {"graduation_year", "2026"},
                                           {"ranking", "gioi"},
                                           {"serial", "B00000001"},
                                           {"register_no", "0001/2026/THPT"},
                                           {"basis", Value::array({base64url(basis.view())})}};
    const auto built = signer::build_credential(Type::diploma, std::move(claims), p.id, std::nullopt);
    record::Credential c;
    c.iss = record::iss_url(school_.genesis(), School::school);
    c.vct = record::vct_url(school_.genesis(), Type::diploma);
    c.sd = built.sd;
    c.status = {text(slot, "uri"), static_cast<std::uint32_t>(number(slot, "idx"))};
    c.org = School::school;
    c.kind = School::kind;
    c.period = "once";
    c.tag = record::book_tag(p.book.view(), Type::diploma, School::kind, "once");
    c.register_number = record::RegisterNumber{"2026", 1};
    return {sign("principal", Type::diploma, c), built.payload};
  }
  http::Response ask(const std::string& body) { return post("/v1/lookup", body); }
  http::Response ask(const char* number, const char* date) {
    return ask(json::write(Value::object({{"number", number}, {"birth_date", date}})));
  }
  RecordId diploma_{};
};

TEST_F(Lookup, FindsByEitherNumberAndShowsOnlyWhatIsPublic) {
  start();
  graduate();
  for (const char* body : {R"({"number":"B00000001","birth_date":"2010-03-14"})",
                           R"({"number":"B00000001","birth_date":"2010-03-14","kind":"thpt","org":"thpt-vi-du-1"})",
                           R"({"number":"0001/2026/THPT","birth_date":"2010-03-14","org":"thpt-vi-du-1"})"}) {
    const auto r = ask(body);
    ASSERT_EQ(r.status, 200) << body << r.body;
    EXPECT_EQ(r.headers.get("Cache-Control"), "no-store");
    const auto v = verdict::judge_document(school_.genesis(), r.body, {});
    EXPECT_EQ(v.outcome, verdict::Outcome::valid);
    EXPECT_EQ(v.id, diploma_);
    std::vector<std::string> names;
    for (const auto& c : v.claims) names.push_back(c.name);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"birth_date", "contents", "graduation_year", "name", "ranking",
                                               "register_no", "school", "serial"}));
    EXPECT_FALSE(verdict::decode_document(r.body)->book.has_value());
  }
}

TEST_F(Lookup, UnknownAndWrongAreOneAnswerAtOneTime) {
  start();
  graduate();
  std::optional<http::Response> first;
  for (const char* body :
       {R"({"number":"B00000001","birth_date":"2010-03-15"})", R"({"number":"B00000002","birth_date":"2010-03-14"})",
        R"({"number":"0001/2026/THPT","birth_date":"2010-03-14"})",
        R"({"number":"B00000001","birth_date":"2010-03-14","kind":"thcs"})",
        R"({"number":"B00000001","birth_date":"2010-03-14","org":"so-vi-du"})"}) {
    const auto begun = Clock::now();
    const auto r = ask(body);
    EXPECT_GE(Clock::now() - begun, std::chrono::milliseconds(250)) << body;
    EXPECT_EQ(r.status, 404) << body;
    if (!first) first = r;
    EXPECT_EQ(r.body, first->body) << body;
    EXPECT_EQ(r.headers.size(), first->headers.size());
  }
  const auto begun = Clock::now();
  EXPECT_EQ(ask("B00000001", "2010-03-14").status, 200);
  EXPECT_GE(Clock::now() - begun, std::chrono::milliseconds(250)) << "a found one leaves no sooner";
}

TEST_F(Lookup, GuessingOneNumberEndsSoon) {
  config_.limits.lookups_per_number = 3;
  start();
  for (int day = 1; day <= 3; ++day)
    EXPECT_EQ(ask("B00000009", ("2010-03-0" + std::to_string(day)).c_str()).status, 404);
  const auto r = ask("B00000009", "2010-03-04");
  EXPECT_EQ(r.status, 429);
  EXPECT_EQ(text(parse(r.body), "code"), "lookup_limit");
  EXPECT_EQ(ask("B00000008", "2010-03-04").status, 404) << "another number is free";
}

TEST_F(Lookup, BadQuestionsAreRefused) {
  start();
  for (const char* body :
       {"", "{}", "[1]", R"({"number":"B1"})", R"({"number":"B1","birth_date":"14/03/2010"})",
        R"({"number":"","birth_date":"2010-03-14"})", R"({"number":"B1","birth_date":"2010-03-14","x":1})"})
    EXPECT_EQ(ask(body).status, 400) << body;
  EXPECT_EQ(ask(std::string(5'000, ' ')).status, 413);
}

TEST_F(Lookup, StillWorksAfterARestart) {
  start();
  graduate();
  stop();
  start();
  EXPECT_EQ(ask("B00000001", "2010-03-14").status, 200);
  EXPECT_EQ(ask("B00000002", "2010-03-14").status, 404);
}

}  // namespace
}  // namespace stele::test
