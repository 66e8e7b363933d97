// A stolen key from the report to the last record that is cleared, against a node in this process; and what only a node
// that this test plays would say.
#include <gmock/gmock.h>
#include <unistd.h>

#include <map>
#include <regex>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/record/decode.h"
#include "node/http/server.h"
#include "signer/keyfile.h"
#include "tests/unit/cli/made.h"
#include "tests/unit/node_app/support.h"
#include "wallet-cli/cli/compromise_work.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;
using test::School;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view passphrase = "mot hai ba bon nam";
constexpr unsigned weak = 14;  // key files that open quickly

std::string id_text(const RecordId& id) {
  return base64url(id.view());
}

struct StolenKey : test::TestNode {
  Folder folder;

  void SetUp() override {
    start();
    found();
    allow_reports();
    grade();
  }
  [[nodiscard]] std::string kid(const std::string& who) { return base64url(school_.staff(who).key->id().view()); }
  /// Of a member of staff, or of the first "root".
  [[nodiscard]] std::string key_file(const std::string& who) {
    auto path = folder.at(who + ".key");
    if (std::filesystem::exists(path)) return path;
    signer::KeyHeader h;
    const bool root = who == "root";
    const auto& key = root ? school_.root(0) : *school_.staff(who).key;
    h.net = school_.genesis().net;
    h.jwk = signer::jwk_of(key.public_key());
    h.person = root ? school_.genesis().roots[0].person : school_.staff(who).person;
    if (!root) {
      h.org = school_.staff(who).org;
      h.disclosure = school_.staff(who).disclosure;
    }
    EXPECT_TRUE(signer::write_key_file(path, h, key, signer::SecretBytes(as_bytes(passphrase)), weak));
    return path;
  }
  [[nodiscard]] Ran run(std::vector<std::string> words) {
    words.insert(words.end(),
                 {"--genesis", (folder_ / "genesis.json").string(), "--node", app_->url(), "--lang", "en"});
    return stele(std::move(words));
  }
  /// With the passphrase through a pipe, as a program would.
  [[nodiscard]] Ran as(const std::string& who, std::vector<std::string> words) {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    const auto line = std::string(passphrase) + "\n";
    EXPECT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
    ::close(ends[1]);
    words.insert(words.end(), {"--yes", "--key", key_file(who), "--passphrase-fd", std::to_string(ends[0])});
    auto r = run(std::move(words));
    ::close(ends[0]);
    return r;
  }
  /// The first record signed with `--save`.
  [[nodiscard]] static record::Record saved(const std::string& path) {
    const auto line = test::parse(read_back(path).substr(0, read_back(path).find('\n')));
    auto r = record::decode(test::text(line, "jws"));
    EXPECT_TRUE(r) << read_back(path);
    return std::move(r).value();
  }
  /// By the officer, from that record on; approved by the principal elsewhere.
  [[nodiscard]] std::string reported(const std::string& who, const RecordId& first) {
    const auto r =
        as("officer", {"key", "compromised", kid(who), "--from", std::to_string(index_of(first)), "--reason", "lost"});
    EXPECT_EQ(r.exit, 0) << r.out << r.err;
    std::smatch id;
    EXPECT_TRUE(std::regex_search(r.out, id, std::regex("stele approve ([A-Za-z0-9_-]{43}) --role"))) << r.out;
    return id[1];
  }
  void approve(const std::string& report) {
    const auto r = as("newcomer", {"approve", report, "--role", "principal"});
    EXPECT_EQ(r.exit, 0) << r.out << r.err;
  }
};

TEST_F(StolenKey, IsReportedApprovedAndWhatItSignedIsClearedInAsFewRecordsAsTheRulesAllow) {
  std::vector<test::Outgoing> many;
  many.reserve(300);
  for (int i = 0; i < 300; ++i) many.push_back(minutes(std::to_string(i)));
  final(many);
  const auto size = test::number(test::parse(get("/v1/checkpoint").body), "size");
  const auto from = index_of(list_);

  const auto told =
      as("officer", {"key", "compromised", kid("clerk"), "--from", std::to_string(from), "--reason", "lost"});
  ASSERT_EQ(told.exit, 0) << told.err;
  for (const auto& line :
       {std::string("You are about to sign: report of a compromised key"), std::string("Organisation: thpt-vi-du-1"),
        "Compromised key: " + kid("clerk"), "First suspect record (its index on the ledger): " + std::to_string(from),
        std::string("Last suspect record: all that the key signs until this report is in force"),
        std::string("this key never signs again"), "The key's record: " + id_text(key_records_["clerk"]),
        std::string("Rights of the key: clerk"),
        "Records on the ledger in that range, by all keys: " + std::to_string(size - from)}) {
    EXPECT_THAT(told.err, HasSubstr(line));
  }
  std::smatch found;
  ASSERT_TRUE(std::regex_search(told.out, found, std::regex("stele approve ([A-Za-z0-9_-]{43}) --role"))) << told.out;
  const std::string report = found[1];
  EXPECT_THAT(run({"suspended", report}).out, HasSubstr("Not in force yet"));

  EXPECT_THAT(as("newcomer", {"pending"}).out, HasSubstr(report + "  compromise"));
  EXPECT_THAT(as("newcomer", {"approve", "--all", "--role", "principal"}).out, HasSubstr("Waiting: 0 records"))
      << "nobody signs it unseen";
  const auto approved = as("newcomer", {"approve", report, "--role", "principal"});
  EXPECT_EQ(approved.exit, 0) << approved.err;
  EXPECT_THAT(approved.err, HasSubstr("Compromised key: " + kid("clerk")));

  const auto held = run({"suspended", report});
  EXPECT_EQ(held.exit, 0);
  EXPECT_THAT(held.out, HasSubstr(id_text(list_) + "  class list  thpt-vi-du-1\n"));
  EXPECT_THAT(held.out, HasSubstr("Still suspended: 301 records."));
  const auto listed = test::parse(run({"suspended", report, "--json"}).out);
  EXPECT_EQ(test::text(listed, "id"), report);
  EXPECT_EQ(test::items(listed, "records").size(), 301U);

  const auto cleared = as("officer", {"clear", report, "--all", "--reason", "lost"});
  EXPECT_EQ(cleared.exit, 0) << cleared.err;
  EXPECT_THAT(cleared.err, HasSubstr("You are about to sign: reinstatement × 3"));
  EXPECT_THAT(cleared.err, HasSubstr("Lifts the suspension by: " + report));
  EXPECT_THAT(cleared.err, HasSubstr("- document @ thpt-vi-du-1: 300"));
  EXPECT_THAT(cleared.err, HasSubstr("- class list @ thpt-vi-du-1: 1"));
  EXPECT_THAT(cleared.out, HasSubstr("On the ledger, final: 3/3 records."));
  EXPECT_THAT(cleared.out, HasSubstr("stele approve --all --only reinstate"));
  EXPECT_THAT(run({"suspended", report}).out, HasSubstr("(awaits a second signature)"));

  const auto again = as("officer", {"clear", report, "--all", "--reason", "lost"});
  EXPECT_EQ(again.exit, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("awaits its second signature: 301 records"));
  EXPECT_THAT(again.out, HasSubstr("nothing left to clear"));
  EXPECT_EQ(as("newcomer", {"approve", "--all", "--only", "reinstate", "--role", "principal"}).exit, 0);
  EXPECT_THAT(run({"suspended", report}).out, HasSubstr("Still suspended: 0 records."));
  EXPECT_EQ(test::text(test::parse(get("/v1/records/" + id_text(list_)).body), "status"), "valid");
  EXPECT_THAT(as("officer", {"clear", report, id_text(list_), "--reason", "lost"}).out,
              HasSubstr("not held by it any more: " + id_text(list_)));
}

TEST_F(StolenKey, OnlyTheRecordsThatAreNamedAreCleared) {
  const auto report = reported("teacher", maths_1_);
  approve(report);
  const auto file = folder.at("da-ky.jsonl");
  const auto r = as("officer", {"clear", report, id_text(maths_2_), "--reason", "lost", "--save", file});
  EXPECT_EQ(r.exit, 0) << r.err;
  const auto signed_record = saved(file);
  ASSERT_EQ(signed_record.type, Type::reinstate);
  const auto& body = std::get<record::StatusChange>(signed_record.body);
  EXPECT_EQ(body.targets, std::vector{maths_2_});
  EXPECT_EQ(body.lifts, fixed_from_base64url<RecordId>(report));
  EXPECT_EQ(run({"submit", file}).exit, 0);
  const auto rest = as("officer", {"clear", report, "--all", "--reason", "lost"});
  EXPECT_THAT(rest.err, HasSubstr(id_text(maths_1_)));
  EXPECT_THAT(rest.err, Not(HasSubstr(id_text(maths_2_))));
  EXPECT_THAT(rest.out, HasSubstr("final: 1/1"));
}

TEST_F(StolenKey, ItsRecordNamesItAsWellAndTheLastSuspectBoundsTheReport) {
  const auto file = folder.at("bao.jsonl");
  const auto from = std::to_string(index_of(maths_1_));
  const auto r = as("officer", {"key", "compromised", id_text(key_records_["teacher"]), "--from", from, "--to", from,
                                "--reason", "lost", "--save", file});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("Last suspect record: " + from));
  EXPECT_THAT(r.err, HasSubstr("by all keys: 1\n"));
  const auto report = saved(file);
  const record::Compromise expected{std::string(School::school), school_.staff("teacher").key->id(), index_of(maths_1_),
                                    index_of(maths_1_), "lost"};
  EXPECT_EQ(std::get<record::Compromise>(report.body), expected);
}

TEST_F(StolenKey, ADayInVietnamBeginsWithItsFirstRecord) {
  const auto before = final({minutes("the day before")}).at(0);
  set_time("2026-01-13T18:00:00Z");  // the 14th in Vietnam
  const auto after = final({minutes("the day itself")}).at(0);
  const auto file = folder.at("bao.jsonl");
  const auto since = [&](const std::string& date) {
    return as("officer", {"key", "compromised", kid("clerk"), "--since", date, "--reason", "lost", "--save", file});
  };
  const auto r = since("2026-01-14");
  EXPECT_EQ(r.exit, 0) << r.err;
  const auto from = std::get<record::Compromise>(saved(file).body).from;
  EXPECT_GT(from, index_of(before));
  EXPECT_LE(from, index_of(after));
  EXPECT_THAT(r.err, HasSubstr("From block: "));
  std::filesystem::remove(file);
  const auto later = since("2026-01-15");
  EXPECT_EQ(later.exit, 1);
  EXPECT_THAT(later.err, HasSubstr("Since 15/01/2026 nothing has come to the ledger"));
  EXPECT_THAT(later.err, HasSubstr("use --from " + std::to_string(index_of(after) + 1)));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(StolenKey, ThePersonGetsAnotherKeyInItsPlace) {
  approve(reported("teacher", maths_1_));
  const auto file = folder.at("moi.key");
  const auto make = [&](const std::string& person) {
    return as("officer", {"key", "new", "--out", file, "--org", std::string(School::school), "--name", "Phạm Thị Dung",
                          "--title", "Giáo viên Toán", "--person=" + person});
  };
  const auto mistyped = make("Dung");
  EXPECT_EQ(mistyped.exit, 2);
  EXPECT_THAT(mistyped.err, HasSubstr("[usage_person]"));
  ASSERT_EQ(make(school_.staff("teacher").person).exit, 0);
  const auto enrolment = folder.at("dang-ky.jsonl");
  const auto enrolled =
      as("root", {"key", "enrol", file + ".request.json", "--grant", "teacher:class=10A1,subject=toan,year=2025",
                  "--replaces", id_text(key_records_["teacher"]), "--reason", "lost", "--save", enrolment});
  ASSERT_EQ(enrolled.exit, 0) << enrolled.err;
  EXPECT_EQ(run({"submit", enrolment}).exit, 0);
  const auto record = saved(enrolment);
  approved_by_root({record.id});
  const auto fresh = base64url(std::get<record::Key>(record.body).jwk.thumbprint().view());
  EXPECT_EQ(test::text(test::parse(get("/v1/keys/" + fresh).body), "status"), "valid");
  EXPECT_EQ(test::text(test::parse(get("/v1/keys/" + kid("teacher")).body), "status"), "revoked");
}

TEST_F(StolenKey, WhatIsNotInOrderIsToldBeforeAKeyIsOpened) {
  const auto refused = [this](const std::vector<std::string>& words, int exit, const std::string& code) {
    const auto r = run(words);
    EXPECT_EQ(r.exit, exit) << r.out << r.err;
    EXPECT_THAT(r.err, HasSubstr("[" + code + "]"));
  };
  const auto report = [&](const std::string& key, std::vector<std::string> more, int exit, const std::string& code) {
    more.insert(more.begin(), {"key", "compromised", key, "--reason", "lost"});
    refused(more, exit, code);
  };
  const auto teacher = kid("teacher");
  const std::string nobody(43, 'A');
  report(teacher, {}, 2, "usage_since");
  report(teacher, {"--from", "0", "--since", "2026-01-10"}, 2, "usage_since");
  report(teacher, {"--from", "9", "--to", "8"}, 2, "usage_range");
  report(teacher, {"--since", "10/01/2026"}, 2, "usage_date");
  report(teacher, {"--since", "2026-02-30"}, 2, "usage_date");
  report(teacher, {"--from", "-1"}, 2, "usage_number");
  report("lan.key", {"--from", "0"}, 2, "usage_id");
  report(nobody, {"--from", "0"}, 1, "key_unknown");
  report(id_text(maths_1_), {"--from", "0"}, 2, "usage_key_record");
  const auto size = test::number(test::parse(get("/v1/checkpoint").body), "size");
  report(teacher, {"--from", std::to_string(size + 1)}, 2, "usage_range");
  report(teacher, {"--from", std::to_string(size)}, 2,
         "usage_key");  // from now on: all that lacks is a key to sign with
  report(teacher, {"--from", "0", "--to", std::to_string(size)}, 2, "usage_range");
  report(teacher, {"--since", "2026-01-10", "--to", "0"}, 2, "usage_range");

  refused({"suspended", "x"}, 2, "usage_id");
  refused({"suspended", nobody}, 1, "not_found");
  refused({"suspended", id_text(maths_1_)}, 2, "usage_suspension");
  refused({"clear", nobody, "--reason", "lost"}, 2, "usage_clear");
  refused({"clear", nobody, nobody, "--all", "--reason", "lost"}, 2, "usage_clear");
  refused({"clear", id_text(maths_1_), "--all", "--reason", "lost"}, 2, "usage_suspension");
  refused({"clear", nobody, "--all", "--reason", "lost"}, 1, "not_found");
  const auto held = reported("teacher", maths_1_);
  refused({"clear", held, nobody, "--reason", "lost"}, 1, "not_found");
  refused({"clear", held, "x", "--reason", "lost"}, 2, "usage_id");
}

TEST_F(StolenKey, TheLedgersRefusalIsToldAsOfAnyOtherRecord) {
  set_time("2026-02-20T00:00:00Z");
  const auto r = as("officer", {"key", "compromised", kid("teacher"), "--from", "0", "--reason", "lost"});
  EXPECT_EQ(r.exit, 4);
  EXPECT_THAT(r.err, HasSubstr("[too_far_back]"));
}

// ---- what a node that this test plays says ----

struct PlayedNode : testing::Test {
  School school;
  Folder folder;
  std::string genesis = folder.write("genesis.json", school.genesis_file());
  std::string now;
  std::vector<LedgerPoint> points;  ///< final blocks, height 1 first
  std::string report = school.sign(school.root(0), Type::compromise,
                                   record::Compromise{std::string(School::school), KeyId{}, 0, {}, "lost"});
  std::map<std::string, std::string> pages;  ///< what it still holds, by `from`
  http::Server server{http::ServerOptions{}};

  void SetUp() override {
    const auto json = [](const LedgerPoint& p) {
      return http::json_response(
          200, json::write(Value::object({{"height", p.height}, {"size", p.size}, {"time", utc_text(p.time)}})));
    };
    const auto none = [] { return http::problem_response(404, make_error("not_found", "Không có.", "Not there.")); };
    server.route("GET", "/v1/network", [this](const http::Request&, http::Respond respond) {
      respond(http::json_response(200, json::write(Value::object({{"net", school.genesis().net}, {"now", now}}))));
    });
    server.route("GET", "/v1/checkpoint", [this, json](const http::Request&, http::Respond respond) {
      respond(json(points.empty() ? LedgerPoint{0, 0, school.genesis().time} : points.back()));
    });
    server.route("GET", "/v1/checkpoints/{height}", [this, json, none](const http::Request& r, http::Respond respond) {
      const auto height = std::stoul(std::string(r.param("height")));
      respond(height == 0 || height > points.size() ? none() : json(points[height - 1]));
    });
    server.route("GET", "/v1/records/{id}", [this](const http::Request&, http::Respond respond) {
      respond(http::json_response(200, json::write(Value::object({{"jws", report}, {"status", "valid"}}))));
    });
    server.route("GET", "/v1/suspensions/{id}", [this](const http::Request& r, http::Respond respond) {
      respond(http::json_response(200, pages.at(std::string(r.query_value("from").value_or("")))));
    });
    ASSERT_TRUE(server.start());
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
  [[nodiscard]] Ran suspended(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        "suspended", id_text(record::decode(report)->id), "--genesis", genesis, "--node", url(), "--lang", "en"};
    words.insert(words.end(), more.begin(), more.end());
    return stele(std::move(words));
  }
  [[nodiscard]] static std::string held(char id, const std::string& type = "document", const std::string& org = "a") {
    return R"({"id":")" + std::string(42, id) + R"(A","index":1,"type":")" + type + R"(","org":")" + org +
           R"(","pending_changes":[]})";
  }

  // Blocks: the day begins at `midnight`.
  static constexpr std::uint64_t midnight = 1'768'323'600;  // 14 January 2026 in Vietnam
  void block(std::int64_t after_midnight, std::uint64_t size) {
    points.push_back({points.size() + 1, size, {midnight + static_cast<std::uint64_t>(after_midnight)}});
  }
  [[nodiscard]] std::optional<std::uint64_t> first_since_midnight() {
    Context c;
    c.genesis_file = genesis;
    c.node_url = url();
    auto node = NodeClient::connect(c, school.genesis());
    EXPECT_TRUE(node);
    const auto start = first_record_since(*node, {midnight});
    EXPECT_TRUE(start) << start.error().en;
    return start && *start ? std::optional((*start)->index) : std::nullopt;
  }
};

TEST_F(PlayedNode, TheDayBeginsAtMidnightInVietnam) {
  EXPECT_EQ(beginning_of({2026, 1, 14}).value, midnight);
  EXPECT_EQ(utc_text({midnight}), "2026-01-13T17:00:00Z");
}

TEST_F(PlayedNode, TheFirstSuspectMayStandInTheLastBlockThatIsOlder) {
  // A block tells when its parent was voted on: what came at 00:01 stands in the block that says 23:58.
  block(-600, 3);
  block(-120, 5);
  block(180, 8);
  block(480, 9);
  EXPECT_EQ(first_since_midnight(), 3U);
}

TEST_F(PlayedNode, ABlockOfMidnightItselfIsOfThatDay) {
  block(-600, 3);
  block(-120, 5);
  block(-60, 5);
  block(0, 8);
  EXPECT_EQ(first_since_midnight(), 5U);
}

TEST_F(PlayedNode, AllIsSuspectIfTheLedgerIsYounger) {
  block(60, 2);
  block(90, 4);
  EXPECT_EQ(first_since_midnight(), 0U);
}

TEST_F(PlayedNode, TheNewestBlockMayHoldWhatCameAfterMidnight) {
  block(-600, 3);
  block(-120, 5);
  EXPECT_EQ(first_since_midnight(), std::nullopt) << "as far as the node tells, that day has not come";
  now = utc_text({midnight + 30});
  EXPECT_EQ(first_since_midnight(), 3U);
}

TEST_F(PlayedNode, EmptyBlocksAreNothing) {
  EXPECT_EQ(first_since_midnight(), std::nullopt);
  now = utc_text({midnight + 600});
  EXPECT_EQ(first_since_midnight(), std::nullopt);
  block(-600, 3);
  block(-120, 3);
  block(300, 3);
  EXPECT_EQ(first_since_midnight(), std::nullopt);
}

TEST_F(PlayedNode, EachBlockOfManyIsFound) {
  for (std::int64_t i = 0; i < 100; ++i) block(60 * (i - 50), static_cast<std::uint64_t>(i) + 1);
  EXPECT_EQ(first_since_midnight(), 49U);
  for (std::int64_t i = 0; i < 900; ++i) block(60 * (i + 50), static_cast<std::uint64_t>(i) + 101);
  EXPECT_EQ(first_since_midnight(), 49U);
}

TEST_F(PlayedNode, WhatIsHeldIsReadPageByPage) {
  pages["0"] = R"({"records":[)" + held('B') + "," + held('C', "key") + R"(],"next":7})";
  pages["7"] = R"({"records":[],"next":9})";
  pages["9"] = R"({"records":[)" + held('D', "seal", "b") + "]}";
  const auto r = suspended();
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr(std::string(42, 'B') + "A  document  a\n" + std::string(42, 'C') + "A  key  a\n" +
                               std::string(42, 'D') + "A  seal  b\n"));
  EXPECT_THAT(r.out, HasSubstr("Still suspended: 3 records."));
}

TEST_F(PlayedNode, PagesThatLeadBackOrAreMalformedAreNotBelieved) {
  const auto refused = [this] {
    const auto r = suspended();
    EXPECT_EQ(r.exit, 6) << r.out;
    EXPECT_THAT(r.err, HasSubstr("[http_bad_answer]"));
  };
  pages["0"] = R"({"records":[],"next":5})";
  pages["5"] = R"({"records":[],"next":5})";
  refused();
  pages["0"] = R"({"records":[)" + held('B', "song") + "]}";
  refused();
  pages["0"] = R"({"records":[)" + held('!') + "]}";
  refused();
  pages["0"] = R"({"records":[)" + held('B', "document", "") + "]}";
  refused();
}

// ---- what is planned, without a node ----

TEST(ClearingDrafts, HoldOneTypeOfOneOrganisationAndSheetsOneByOne) {
  std::vector<Held> held;
  const auto add = [&](std::size_t count, Type type, const std::string& org) {
    for (std::size_t i = 0; i < count; ++i) {
      RecordId id{};
      id.bytes[0] = static_cast<std::uint8_t>(200 - held.size() % 200);
      id.bytes[1] = static_cast<std::uint8_t>(held.size() / 200);
      held.push_back({id, held.size(), type, org, false});
    }
  };
  add(600, Type::document, "a");
  add(3, Type::document, "b");
  add(2, Type::grade_sheet, "a");
  add(1, Type::key, "a");
  RecordId report{};
  report.bytes[0] = 9;
  std::map<RecordId, Held> of;
  for (const auto& h : held) of[h.id] = h;
  std::map<std::string, std::vector<std::size_t>> sizes;
  std::set<RecordId> seen;
  for (const auto& d : clearing_drafts(held, report, "cleared")) {
    EXPECT_EQ(d.type, Type::reinstate);
    const auto& body = std::get<record::StatusChange>(d.body);
    EXPECT_EQ(body.lifts, report);
    EXPECT_EQ(body.reason, "cleared");
    EXPECT_TRUE(std::is_sorted(body.targets.begin(), body.targets.end()));
    const auto type = of.at(body.targets.at(0)).type;
    for (const auto& t : body.targets) {
      EXPECT_TRUE(seen.insert(t).second);
      EXPECT_EQ(of.at(t).type, type);
      EXPECT_EQ(of.at(t).org, body.org);
    }
    sizes[body.org + " " + std::string(record::type_name(type))].push_back(body.targets.size());
  }
  EXPECT_EQ(seen.size(), held.size());
  EXPECT_EQ(sizes.at("a document"), (std::vector<std::size_t>{256, 256, 88}));
  EXPECT_EQ(sizes.at("b document"), (std::vector<std::size_t>{3}));
  EXPECT_EQ(sizes.at("a grade-sheet"), (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(sizes.at("a key"), (std::vector<std::size_t>{1}));
}

}  // namespace
}  // namespace stele::cli
