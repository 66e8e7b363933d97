// A school's year as its people see it through the API.
#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/verdict/verdict.h"
#include "tests/unit/node_app/support.h"
#include "tests/unit/vault/vault_surgery.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;

const std::string org = "/v1/orgs/thpt-vi-du-1";
const std::string of_class = "?class=10A1&year=2025";

std::string b64u(const RecordId& id) {
  return base64url(id.view());
}

class SchoolYear : public TestNode {
 protected:
  void SetUp() override {
    start();
    found();
    grade();
  }
  Value ask(const std::string& who, const std::string& target) {
    const auto r = get_as(who, target);
    EXPECT_EQ(r.status, 200) << target << ": " << r.body;
    return parse(r.body);
  }
  RecordId issue(std::size_t pupil) {
    code_ = signer::new_pickup_code();
    const auto id = final({transcript(pupils_[pupil], code_.digest)}).at(0);
    final({seal(id)});
    return id;
  }
  http::Response pick_up(const std::string& code) {
    return post("/v1/pickup", json::write(Value::object({{"code", code}})));
  }
  verdict::Verdict judge(const std::string& file) { return verdict::judge_document(school_.genesis(), file, {}); }

  signer::PickupCode code_;
};

TEST_F(SchoolYear, ListsItsClasses) {
  const auto v = ask("gym", org + "/classes?year=2025");
  ASSERT_EQ(items(v, "classes").size(), 1U);
  EXPECT_EQ(text(items(v, "classes")[0], "class"), "10A1");
  EXPECT_EQ(text(items(v, "classes")[0], "list"), b64u(list_));
  EXPECT_EQ(items(ask("gym", org + "/classes?year=2024"), "classes").size(), 0U);
}

TEST_F(SchoolYear, ATeacherSeesTheRosterAndTheHomeroomTeacherMore) {
  const auto seen = ask("teacher", org + "/class" + of_class);
  ASSERT_EQ(items(seen, "students").size(), 2U);
  EXPECT_NE(text(items(seen, "students")[0], "name"), "");
  EXPECT_EQ(items(seen, "students")[0].find("ethnicity"), nullptr);
  const auto more = ask("homeroom", org + "/class" + of_class);
  EXPECT_EQ(text(items(more, "students").at(0), "ethnicity"), "Kinh");
}

TEST_F(SchoolYear, ATeacherSeesTheSheetsOfTheSubjectTaught) {
  EXPECT_EQ(items(ask("teacher", org + "/sheets" + of_class), "sheets").size(), 2U);
  EXPECT_EQ(items(ask("gym", org + "/sheets" + of_class), "sheets").size(), 0U);
  const auto all = ask("homeroom", org + "/sheets" + of_class);
  ASSERT_EQ(items(all, "sheets").size(), 2U);
  const auto& sheet = items(all, "sheets")[0];
  EXPECT_EQ(text(sheet, "subject"), "toan");
  EXPECT_EQ(items(sheet, "rows").size(), 2U);
  EXPECT_TRUE(record::decode_disclosure(text(items(sheet, "rows")[0], "result")));
}

TEST_F(SchoolYear, AnAmendedRowIsShownInItsLatestForm) {
  const auto row = positions_["hk1"].at(0);
  const auto id = final({amend(maths_1_, row, pupils_[0], {})}).at(0);
  final({{sign("principal", Type::countersign,
               record::SecondSignature{std::string(School::school), "principal", {id}})}});
  const auto v = ask("homeroom", org + "/sheets" + of_class);
  for (const auto& sheet : items(v, "sheets")) {
    if (text(sheet, "id") != b64u(maths_1_)) continue;
    ASSERT_EQ(items(sheet, "amended_by").size(), 1U);
    EXPECT_EQ(items(sheet, "amended_by")[0].string(), b64u(id));
    std::size_t amended = 0;
    for (const auto& r : items(sheet, "rows")) {
      if (text(r, "sheet") != b64u(id)) continue;
      ++amended;
      EXPECT_EQ(number(r, "position"), row);
      EXPECT_EQ(number(r, "row"), 0U);  // in the amend
      const auto d = record::decode_disclosure(text(r, "result"));
      ASSERT_TRUE(d);
      EXPECT_EQ(text(d->value, "mark"), "8.4");
    }
    EXPECT_EQ(amended, 1U);
  }
  const auto history = parse(get("/v1/records/" + b64u(maths_1_) + "/history").body);
  std::vector<std::string> types;
  for (const auto& e : items(history, "events")) types.push_back(text(e, "type"));
  EXPECT_EQ(types, (std::vector<std::string>{"grade-sheet", "amend", "countersign"}));
  EXPECT_EQ(text(items(history, "events").at(1), "reason"), "entry-error");
}

TEST_F(SchoolYear, WhatIsMissingNamesItsTeacher) {
  const auto v = ask("principal", org + "/missing?year=2025");
  std::vector<std::string> list;
  for (const auto& m : items(v, "missing"))
    list.push_back(text(m, "subject") + " " + text(m, "term") + " " + text(m, "teacher"));
  EXPECT_EQ(list, (std::vector<std::string>{"gdtc hk1 Võ Văn Phúc", "gdtc hk2 Võ Văn Phúc"}));
}

TEST_F(SchoolYear, ATranscriptWaitsForTheSealAndThenIsValid) {
  const auto id = final({transcript(pupils_[0], signer::new_pickup_code().digest)}).at(0);
  const auto waiting = ask("seal", org + "/pending");
  ASSERT_EQ(items(waiting, "pending").size(), 1U);
  const auto& p = items(waiting, "pending")[0];
  EXPECT_EQ(text(p, "id"), b64u(id));
  EXPECT_EQ(text(p, "type"), "transcript");
  const auto& need = items(p, "needs").at(0);
  EXPECT_EQ(text(need, "by"), "seal");
  EXPECT_EQ(number(need, "missing"), 1U);
  EXPECT_TRUE(need.find("yours")->boolean());
  EXPECT_FALSE(items(items(ask("clerk", org + "/pending"), "pending").at(0), "needs").at(0).find("yours")->boolean());
  EXPECT_EQ(
      text(items(ask("principal", org + "/credentials?type=transcript&year=2025"), "credentials").at(0), "status"),
      "pending");
  final({seal(id)});
  const auto tag = base64url(record::book_tag(pupils_[0].book.view(), Type::transcript, "thpt", "2025").view());
  EXPECT_EQ(text(parse(get("/v1/tags/" + tag).body), "live"), b64u(id));
  EXPECT_EQ(get("/v1/tags/" + std::string(43, 'A')).status, 404);
  EXPECT_EQ(items(ask("seal", org + "/pending"), "pending").size(), 0U);
  const auto list = ask("principal", org + "/credentials?type=transcript&year=2025&class=10A1");
  ASSERT_EQ(items(list, "credentials").size(), 1U);
  EXPECT_EQ(text(items(list, "credentials")[0], "status"), "valid");
  EXPECT_EQ(text(items(list, "credentials")[0], "name"), "Nguyễn Văn An");
  EXPECT_EQ(items(ask("principal", org + "/credentials?type=transcript&year=2024"), "credentials").size(), 0U);
  EXPECT_EQ(items(ask("principal", org + "/credentials?type=transcript&class=11A2"), "credentials").size(), 0U);
  EXPECT_EQ(get_as("teacher", org + "/credentials?type=transcript").status, 403);
}

TEST_F(SchoolYear, TheOfficeAboveSeesWhatWaitsForItBelow) {
  final({{sign("principal", Type::suspend,
               record::StatusChange{std::string(School::school), "under-review", {key_records_["gym"]}, {}})}});
  const auto above = ask("officer", "/v1/orgs/so-vi-du/pending");
  ASSERT_EQ(items(above, "pending").size(), 1U);
  EXPECT_EQ(text(items(above, "pending")[0], "org"), School::school);
}

TEST_F(SchoolYear, APickUpGivesTheWholeDocumentUntilItIsDone) {
  const auto id = issue(0);
  for (int i = 0; i < 2; ++i) {
    const auto r = pick_up(code_.text);
    ASSERT_EQ(r.status, 200) << r.body;
    const auto v = judge(r.body);
    EXPECT_EQ(v.outcome, verdict::Outcome::valid) << json::write(verdict::to_json(v));
    EXPECT_TRUE(v.complete);
    ASSERT_EQ(v.figures.size(), 3U);  // two terms and the year
    EXPECT_EQ(v.figures[0].signer_name, "Phạm Thị Dung");
    EXPECT_TRUE(verdict::decode_document(r.body)->book);
  }
  EXPECT_EQ(post("/v1/pickup/done", json::write(Value::object({{"code", code_.text}}))).status, 204);
  EXPECT_EQ(pick_up(code_.text).status, 404);
  EXPECT_EQ(get("/v1/records/" + b64u(id)).status, 200);
}

TEST_F(SchoolYear, WrongCodesAreAnsweredAlike) {
  issue(0);
  const auto unknown = pick_up(signer::new_pickup_code().text);
  const auto no_code = pick_up("hello");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, no_code.body);
  EXPECT_EQ(post("/v1/pickup/done", json::write(Value::object({{"code", "hello"}}))).body, unknown.body);
}

TEST_F(SchoolYear, ALostCodeIsReplacedByWhoMayIssue) {
  const auto id = issue(0);
  const auto fresh = signer::new_pickup_code();
  const auto body = json::write(Value::object({{"id", b64u(id)}, {"digest", base64url(fresh.digest.view())}}));
  EXPECT_EQ(post_as("teacher", "/v1/pickup/replace", body).status, 403);
  EXPECT_EQ(post_as("principal", "/v1/pickup/replace", body).status, 204);
  EXPECT_EQ(pick_up(code_.text).status, 404);
  EXPECT_EQ(pick_up(fresh.text).status, 200);
}

TEST_F(SchoolYear, StaffGetADocumentWithoutTheBookKey) {
  const auto id = issue(0);
  EXPECT_EQ(get_as("teacher", "/v1/documents/" + b64u(id)).status, 403);
  const auto r = get_as("homeroom", "/v1/documents/" + b64u(id));
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(judge(r.body).outcome, verdict::Outcome::valid);
  EXPECT_FALSE(verdict::decode_document(r.body)->book);
  EXPECT_EQ(get_as("homeroom", "/v1/documents/" + b64u(list_)).status, 404);  // no credential
}

TEST_F(SchoolYear, AnAmendSupersedesTheTranscriptThatRestsOnIt) {
  const auto id = issue(0);
  const auto change = amend(maths_1_, positions_["hk1"].at(0), pupils_[0], {id});
  const auto amend_id = final({change}).at(0);
  const auto before = parse(get("/v1/records/" + b64u(id)).body);
  EXPECT_EQ(text(before, "status"), "valid");
  ASSERT_EQ(items(before, "pending_changes").size(), 1U);
  EXPECT_EQ(items(before, "pending_changes")[0].string(), b64u(amend_id));
  final({{sign("principal", Type::countersign,
               record::SecondSignature{std::string(School::school), "principal", {amend_id}})}});
  const auto after = parse(get("/v1/records/" + b64u(id)).body);
  EXPECT_EQ(text(after, "status"), "superseded");
  EXPECT_EQ(text(after, "superseded_by"), b64u(amend_id));
  EXPECT_EQ(judge(pick_up(code_.text).body).outcome, verdict::Outcome::superseded);
}

TEST_F(SchoolYear, AMarkChangedInTheVaultIsNamedByEveryRoute) {
  const auto id = issue(0);
  const auto row = positions_["hk1"].at(0);
  stop();
  VaultSurgery(app::vault_folder(config_), config_.keys.wrapping).change_mark(maths_1_, row, "9.9");
  start();
  const auto check = [&](const Value& e) {
    EXPECT_EQ(text(e, "code"), "vault_changed");
    ASSERT_NE(e.find("where"), nullptr);
    EXPECT_EQ(text(*e.find("where"), "field"), "rows[" + std::to_string(row) + "].result");
    for (const auto* lang : {"vi", "en"}) {
      EXPECT_NE(text(e, lang).find(b64u(maths_1_)), std::string::npos);
      EXPECT_NE(text(e, lang).find("toan"), std::string::npos);
    }
    EXPECT_NE(text(e, "vi").find("sao lưu"), std::string::npos);  // what to do
    EXPECT_EQ(json::write(e).find("9.9"), std::string::npos);
  };
  std::string sheets = org;
  sheets.append("/sheets").append(of_class);
  for (const auto& r :
       {get_as("homeroom", sheets), get_as("homeroom", "/v1/documents/" + b64u(id)), pick_up(code_.text)}) {
    EXPECT_EQ(r.status, 503) << r.body;
    check(parse(r.body));
  }
  // No transcript comes to rest on that sheet, and its sender is not told that the figure was wrong.
  // Nothing of the request was taken: 503, and it may be repeated when the vault is mended.
  const auto refused = post("/v1/records", body_of({transcript(pupils_[1], signer::new_pickup_code().digest)}));
  EXPECT_EQ(refused.status, 503) << refused.body;
  check(parse(refused.body));
  // Whatever does not read it goes on.
  EXPECT_EQ(get_as("homeroom", org + "/class" + of_class).status, 200);
  EXPECT_EQ(items(ask("principal", org + "/credentials?type=transcript&year=2025"), "credentials").size(), 1U);
}

TEST_F(SchoolYear, BooksAndSlotsAreForThoseWhoSignWithThem) {
  EXPECT_EQ(post_as("teacher", "/v1/books", R"({"students":["2500000001"]})").status, 403);
  EXPECT_EQ(post_as("clerk", "/v1/books", R"({"students":["12"]})").status, 400);
  EXPECT_EQ(post_as("clerk", "/v1/books", R"({"students":[]})").status, 400);
  EXPECT_EQ(post_as("principal", "/v1/status-slots", R"({"count":513})").status, 400);
  const auto v = parse(post_as("principal", "/v1/status-slots", R"({"count":512})").body);
  EXPECT_EQ(items(v, "slots").size(), 512U);
  EXPECT_EQ(text(items(v, "slots")[0], "uri"), "https://stele.example.vn/so/status/0/0");
}

TEST_F(SchoolYear, AHomeroomTeacherReadsTheCredentialsOfTheOwnClassOnly) {
  issue(0);
  for (const auto* all : {"?type=transcript", "?type=diploma", "?type=certificate", "?type=transcript&year=2025"})
    EXPECT_EQ(get_as("homeroom", org + "/credentials" + all).status, 403) << all;
  EXPECT_EQ(items(ask("homeroom", org + "/credentials?type=transcript&year=2025&class=10A1"), "credentials").size(),
            1U);
  EXPECT_EQ(items(ask("principal", org + "/credentials?type=transcript"), "credentials").size(), 1U);
}

TEST_F(SchoolYear, ABookIsReleasedByWhoEnrolledTheStudent) {
  const auto release = [&](const std::string& who, const std::string& student, const std::string& to) {
    return post_as(who, "/v1/books/release",
                   json::write(Value::object({{"students", Value::array({student})}, {"to", to}})))
        .status;
  };
  EXPECT_EQ(release("teacher", "2500000001", "so-vi-du"), 403);
  EXPECT_EQ(release("clerk", "2500000001", "nowhere"), 400);
  EXPECT_EQ(release("clerk", "2500000009", "so-vi-du"), 403);  // nobody's student
  EXPECT_EQ(release("clerk", "2500000001", "so-vi-du"), 204);
}

TEST_F(SchoolYear, ASecondTranscriptFromBeforeAnAmendIsOfNoUseAfterIt) {
  const auto first = transcript(pupils_[0], signer::new_pickup_code().digest);
  const auto second = transcript(pupils_[0], signer::new_pickup_code().digest);
  const auto answers = submit({first, second});
  ASSERT_EQ(text(answers.at(0), "status"), "final");
  EXPECT_EQ(text(*answers.at(1).find("error"), "code"), "tag_taken");
  const auto id = *fixed_from_base64url<RecordId>(text(answers[0], "id"));
  final({seal(id)});
  const auto change = final({amend(maths_1_, positions_["hk1"].at(0), pupils_[0], {id})}).at(0);
  final({{sign("principal", Type::countersign,
               record::SecondSignature{std::string(School::school), "principal", {change}})}});
  const auto code = [&](const Outgoing& o) { return text(*submit({o}).at(0).find("error"), "code"); };
  EXPECT_EQ(code({second.jws}), "payload_figure");  // it is kept while it can come yet, and checked again
  EXPECT_EQ(code(second), "payload_figure");
}

TEST_F(SchoolYear, TheRegisterBeginsAtNothing) {
  EXPECT_EQ(number(ask("principal", org + "/register?kind=thpt&year=2026"), "last"), 0U);
}

TEST_F(SchoolYear, PublicPagesOfTheSchool) {
  const auto v = parse(get(org).body);
  EXPECT_EQ(text(v, "name"), "Trường THPT Ví Dụ 1");
  EXPECT_EQ(text(v, "parent"), School::office);
  EXPECT_EQ(items(v, "vaults").size(), 1U);
  const auto policy = parse(get("/v1/policy").body);
  ASSERT_NE(policy.find("policy"), nullptr);
  EXPECT_NE(policy.find("policy")->find("stele"), nullptr);
}

}  // namespace
}  // namespace stele::test
