// Reports of compromised keys as the API shows them: what they hold, where they wait, what histories say.
#include <algorithm>

#include "ledger/base/encoding.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;

std::string b64u(const RecordId& id) {
  return base64url(id.view());
}

class Suspensions : public TestNode {
 protected:
  void SetUp() override {
    start();
    found();
    grade();
  }
  [[nodiscard]] record::Compromise report_of(const std::string& who, const RecordId& first) {
    return {school_.staff(who).org, school_.staff(who).key->id(), index_of(first), {}, "lost"};
  }
  /// By the roots; in force.
  RecordId reported(const std::string& who, const RecordId& first) {
    const auto id = final({{sign(school_.root(0), Type::compromise, report_of(who, first))}}).at(0);
    approved_by_root({id});
    return id;
  }
  [[nodiscard]] Value held(const RecordId& suspension, const std::string& query = {}) {
    const auto r = get("/v1/suspensions/" + b64u(suspension) + query);
    EXPECT_EQ(r.status, 200) << r.body;
    return parse(r.body);
  }
  /// "type org id", in the order of the answer.
  [[nodiscard]] static std::vector<std::string> lines(const Value& held) {
    std::vector<std::string> out;
    for (const auto& r : items(held, "records"))
      out.push_back(text(r, "type") + " " + text(r, "org") + " " + text(r, "id"));
    return out;
  }
  [[nodiscard]] static std::string line(const std::string& type, const RecordId& id,
                                        std::string_view org = School::school) {
    return type + " " + std::string(org) + " " + b64u(id);
  }
  [[nodiscard]] std::vector<std::string> history(const RecordId& id) {
    std::vector<std::string> out;
    const auto v = parse(get("/v1/records/" + b64u(id) + "/history").body);
    for (const auto& e : items(v, "events")) out.push_back(text(e, "type") + " " + text(e, "id"));
    return out;
  }
  [[nodiscard]] std::vector<std::string> pending_changes(const RecordId& id) {
    std::vector<std::string> out;
    const auto v = parse(get("/v1/records/" + b64u(id)).body);
    for (const auto& c : items(v, "pending_changes")) out.push_back(c.string());
    return out;
  }
};

TEST_F(Suspensions, AReportHoldsWhatTheKeySignedInTheOrderOfTheLedger) {
  const auto report = final({{sign(school_.root(0), Type::compromise, report_of("teacher", maths_1_))}}).at(0);
  EXPECT_TRUE(items(held(report), "records").empty()) << "it awaits the second root";
  approved_by_root({report});
  const auto all = held(report);
  EXPECT_EQ(text(all, "id"), b64u(report));
  EXPECT_EQ(lines(all), (std::vector{line("grade-sheet", maths_1_), line("grade-sheet", maths_2_)}));
  EXPECT_EQ(number(items(all, "records").at(0), "index"), index_of(maths_1_));
  EXPECT_EQ(all.find("next"), nullptr);
  const auto from = std::to_string(index_of(maths_2_));
  EXPECT_EQ(lines(held(report, "?from=" + from)), std::vector{line("grade-sheet", maths_2_)});
  EXPECT_TRUE(items(held(report, "?from=" + std::to_string(index_of(maths_2_) + 1)), "records").empty());
}

TEST_F(Suspensions, WhatIsRevokedOrClearedIsHeldNoMore) {
  allow_reports();
  const auto report = reported("teacher", maths_1_);
  const auto revoke = final(
      {{sign("principal", Type::revoke, record::StatusChange{std::string(School::school), "lost", {maths_1_}, {}})}});
  const auto clear = final({{sign("officer", Type::reinstate,
                                  record::StatusChange{std::string(School::school), "lost", {maths_2_}, report})}});
  const auto waiting = held(report);
  ASSERT_EQ(items(waiting, "records").size(), 2U);
  const auto changes = [&](std::size_t i) { return items(items(waiting, "records")[i], "pending_changes"); };
  ASSERT_EQ(changes(0).size(), 1U);
  EXPECT_EQ(changes(0)[0].string(), b64u(revoke[0]));
  ASSERT_EQ(changes(1).size(), 1U);
  EXPECT_EQ(changes(1)[0].string(), b64u(clear[0]));
  final({{sign("newcomer", Type::approve, record::SecondSignature{std::string(second_school), "principal", clear})}});
  EXPECT_EQ(lines(held(report)), std::vector{line("grade-sheet", maths_1_)});
  final({{sign("officer", Type::countersign,
               record::SecondSignature{std::string(School::office), "registrar", revoke})}});
  EXPECT_TRUE(items(held(report), "records").empty());
}

TEST_F(Suspensions, OnlyChangesThatEndThisSuspensionAreNamed) {
  const auto suspend = [&](const std::string& reason) {
    const auto id = final({{sign("principal", Type::suspend,
                                 record::StatusChange{std::string(School::school), reason, {maths_1_}, {}})}});
    final(
        {{sign("officer", Type::countersign, record::SecondSignature{std::string(School::office), "registrar", id})}});
    return id[0];
  };
  const auto one = suspend("lost");
  const auto other = suspend("under-review");
  const auto clear = final({{sign("principal", Type::reinstate,
                                  record::StatusChange{std::string(School::school), "lost", {maths_1_}, one})}});
  EXPECT_EQ(items(items(held(one), "records").at(0), "pending_changes").at(0).string(), b64u(clear[0]));
  EXPECT_TRUE(items(items(held(other), "records").at(0), "pending_changes").empty());
  final(
      {{sign("officer", Type::countersign, record::SecondSignature{std::string(School::office), "registrar", clear})}});
  EXPECT_TRUE(items(held(one), "records").empty()) << "it is still suspended, by the other one";
  EXPECT_EQ(items(held(other), "records").size(), 1U);
}

TEST_F(Suspensions, EachRecordIsTheMatterOfItsOrganisation) {
  const auto transcript_id = final({transcript(pupils_[0], signer::new_pickup_code().digest)}).at(0);
  const auto sealed = final({seal(transcript_id)}).at(0);
  EXPECT_EQ(lines(held(reported("seal", sealed))), std::vector{line("seal", sealed)});
  const auto amended = final({amend(maths_1_, positions_["hk1"].at(0), pupils_[0], {transcript_id})}).at(0);
  final({{sign("principal", Type::countersign,
               record::SecondSignature{std::string(School::school), "principal", {amended}})}});
  EXPECT_EQ(lines(held(reported("teacher", amended))), std::vector{line("amend", amended)});
  const auto document = final({minutes("x")}).at(0);
  EXPECT_EQ(lines(held(reported("clerk", list_))),
            (std::vector{line("class-list", list_), line("document", document)}));
  const auto by_officer = held(reported("officer", key_records_["clerk"]));
  ASSERT_FALSE(items(by_officer, "records").empty());
  for (const auto& l : lines(by_officer)) EXPECT_TRUE(l.starts_with("key thpt-vi-du-1 ")) << l;
}

TEST_F(Suspensions, AreListedAThousandAtATime) {
  std::vector<Outgoing> many;
  many.reserve(1'001);
  for (int i = 0; i < 1'001; ++i) many.push_back(minutes(std::to_string(i)));
  const auto first = final({many.begin(), many.begin() + 1}).at(0);
  final({many.begin() + 1, many.end()});
  const auto report = reported("clerk", first);
  const auto page = held(report);
  ASSERT_EQ(items(page, "records").size(), 1'000U);
  const auto index = index_of(first);
  for (std::size_t i = 0; i < 1'000; ++i) ASSERT_EQ(number(items(page, "records")[i], "index"), index + i);
  ASSERT_EQ(number(page, "next"), index + 1'000);
  const auto rest = held(report, "?from=" + std::to_string(index + 1'000));
  ASSERT_EQ(items(rest, "records").size(), 1U);
  EXPECT_EQ(number(items(rest, "records")[0], "index"), index + 1'000);
  EXPECT_EQ(rest.find("next"), nullptr);
  EXPECT_EQ(held(report, "?from=" + std::to_string(index + 1)).find("next"), nullptr) << "exactly a page";
}

TEST_F(Suspensions, OfWhatIsUnknownOrMalformedAreAnErrorAndOfOtherRecordsEmpty) {
  EXPECT_EQ(get("/v1/suspensions/" + std::string(43, 'A')).status, 404);
  EXPECT_EQ(get("/v1/suspensions/short").status, 400);
  EXPECT_EQ(get("/v1/suspensions/" + b64u(list_) + "?from=x").status, 400);
  EXPECT_TRUE(items(held(list_), "records").empty());
}

TEST_F(Suspensions, AKeyIsFoundByItsId) {
  const auto kid = base64url(school_.staff("teacher").key->id().view());
  const auto before = parse(get("/v1/keys/" + kid).body);
  EXPECT_EQ(text(before, "record"), b64u(key_records_["teacher"]));
  EXPECT_EQ(text(before, "org"), School::school);
  EXPECT_EQ(text(before, "status"), "valid");
  reported("teacher", maths_1_);
  EXPECT_EQ(text(parse(get("/v1/keys/" + kid).body), "status"), "revoked");
  EXPECT_EQ(get("/v1/keys/" + base64url(school_.root(0).id().view())).status, 404);
  EXPECT_EQ(get("/v1/keys/" + std::string(43, 'A')).status, 404);
  EXPECT_EQ(get("/v1/keys/short").status, 400);
}

TEST_F(Suspensions, AReportIsNamedByTheKeysRecordWhileItWaitsAndInItsHistory) {
  const auto& key = key_records_["teacher"];
  const auto report = final({{sign(school_.root(0), Type::compromise, report_of("teacher", maths_1_))}}).at(0);
  EXPECT_EQ(pending_changes(key), std::vector{b64u(report)});
  EXPECT_TRUE(pending_changes(key_records_["gym"]).empty());
  EXPECT_TRUE(pending_changes(maths_1_).empty());
  approved_by_root({report});
  EXPECT_TRUE(pending_changes(key).empty());
  const auto of_key = history(key);
  ASSERT_EQ(of_key.size(), 3U);
  EXPECT_EQ(of_key[1], "compromise " + b64u(report));
  EXPECT_TRUE(of_key[2].starts_with("approve "));
  EXPECT_EQ(history(key_records_["gym"]).size(), 1U);
  const auto of_sheet = history(maths_1_);
  ASSERT_EQ(of_sheet.size(), 3U) << "what suspends it";
  EXPECT_EQ(of_sheet[1], "compromise " + b64u(report));
}

TEST_F(Suspensions, AReportWaitsForThosePeopleElsewhereWhoMaySignIt) {
  allow_reports();
  const auto report = final({{sign("officer", Type::compromise, report_of("teacher", maths_1_))}});
  const auto waits = [this](const std::string& who, std::string_view at) {
    const auto r = get_as(who, "/v1/orgs/" + std::string(at) + "/pending");
    EXPECT_EQ(r.status, 200) << r.body;
    return items(parse(r.body), "pending");
  };
  const auto list = waits("newcomer", second_school);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(text(list[0], "id"), b64u(report[0]));
  EXPECT_EQ(text(list[0], "org"), School::school);
  const auto& need = items(list[0], "needs").at(0);
  EXPECT_EQ(text(need, "unit"), "other");
  EXPECT_TRUE(need.find("yours")->boolean());
  EXPECT_TRUE(waits("officer", second_school).empty()) << "it waits for no officer";
  EXPECT_EQ(waits("principal", School::school).size(), 1U) << "the key's organisation sees it";
  final({{sign("newcomer", Type::approve, record::SecondSignature{std::string(second_school), "principal", report})}});
  EXPECT_TRUE(waits("newcomer", second_school).empty());
  EXPECT_EQ(items(held(report[0]), "records").size(), 2U);
}

}  // namespace
}  // namespace stele::test
