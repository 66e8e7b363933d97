// receive, receipt, history and verify --verifier against a server that this test plays.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "ledger/base/encoding.h"
#include "ledger/record/json.h"
#include "ledger/verdict/verdict.h"
#include "node/http/server.h"
#include "signer/issue.h"
#include "tests/support/school.h"
#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/commands.h"

namespace stele::cli {
namespace {

using json::Value;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
std::string id_text(const RecordId& id) {
  return base64url(id.view());
}

const test::School& school() {
  static const auto made = [] {
    auto s = std::make_unique<test::School>();
    s->found_grade_and_issue();
    return s;
  }();
  return *made;
}

/// A node and verification service with canned answers.
struct Online : testing::Test {
  Folder folder;
  std::string genesis = folder.write("genesis.json", school().genesis_file());
  std::string code = signer::new_pickup_code().text;
  std::string document = verdict::encode(school().transcript_file());
  std::string receipt_file = school().receipt(school().maths_1.id);
  std::string net = school().genesis().net;
  bool forget_done = false;  ///< "done" gets no good answer
  std::atomic<int> done = 0;
  std::string asked_now, asked_days;  ///< of the last verdict asked for
  http::Server server{http::ServerOptions{}};

  void SetUp() override {
    server.route("GET", "/v1/network", [this](const http::Request&, http::Respond respond) {
      respond(http::json_response(200, json::write(Value::object({{"net", net}, {"vault", "vault-0"}}))));
    });
    server.route("POST", "/v1/pickup", [this](const http::Request& r, http::Respond respond) {
      if (has(r.body, code)) return respond(http::json_response(200, document));
      respond(http::problem_response(404, make_error("not_found", "Không tìm thấy.", "Not found.")));
    });
    server.route("POST", "/v1/pickup/done", [this](const http::Request& r, http::Respond respond) {
      if (!forget_done && has(r.body, code)) ++done;
      respond(forget_done ? http::problem_response(503, make_error("overloaded", "Bận.", "Busy."))
                          : http::Response{.status = 204});
    });
    server.route("GET", "/v1/records/{id}", [](const http::Request&, http::Respond respond) {
      respond(
          http::json_response(200, json::write(Value::object({{"jws", school().record(school().maths_1.id).jws}}))));
    });
    server.route("GET", "/v1/records/{id}/receipt", [this](const http::Request&, http::Respond respond) {
      respond(http::json_response(200, receipt_file));
    });
    server.route("GET", "/v1/records/{id}/history", [](const http::Request& r, http::Respond respond) {
      auto event = Value::object({{"id", r.param("id")},
                                  {"type", "grade-sheet"},
                                  {"height", 11},
                                  {"time", "2026-01-07T00:00:00Z"},
                                  {"kid", "x"},
                                  {"org", "thpt-vi-du-1"}});
      respond(http::json_response(200, json::write(Value::object({{"events", Value::array({event})}}))));
    });
    server.route("POST", "/v1/verify", [this](const http::Request& r, http::Respond respond) {
      asked_now = std::string(r.query_value("now").value_or(""));
      asked_days = std::string(r.query_value("status_days").value_or(""));
      respond(
          http::json_response(200, json::write(verdict::to_json(verdict::judge_file(school().genesis(), r.body, {})))));
    });
    ASSERT_TRUE(server.start());
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }

  [[nodiscard]] Ran with_node(std::vector<std::string> words) const {
    words.insert(words.end(), {"--genesis", genesis, "--node", url(), "--lang", "en"});
    return stele(std::move(words));
  }
  /// The code through a pipe, as a program would.
  [[nodiscard]] Ran receive(const std::string& typed, const std::string& out) const {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    const auto line = typed + "\n";
    EXPECT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
    ::close(ends[1]);
    auto r = with_node({"receive", "--out", out, "--code-fd", std::to_string(ends[0])});
    ::close(ends[0]);
    return r;
  }
};

TEST_F(Online, ReceiveChecksSavesForOneselfAndThenTellsTheNode) {
  const auto out = folder.at("hoc-ba.json");
  const auto r = receive(code, out);
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  EXPECT_EQ(read_back(out), document);
  struct stat info {};
  ASSERT_EQ(::stat(out.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(done, 1);
}

TEST_F(Online, ReceiveIsRunAgainAfterAnAnswerWasLost) {
  const auto out = folder.at("hoc-ba.json");
  forget_done = true;
  EXPECT_EQ(receive(code, out).exit, 5);
  EXPECT_EQ(read_back(out), document);  // what was fetched is safe already
  forget_done = false;
  EXPECT_EQ(receive(code, out).exit, 0);
  EXPECT_EQ(done, 1);
}

TEST_F(Online, ReceiveKeepsNothingThatIsAltered) {
  const auto at = document.find("WyJ");
  ASSERT_NE(at, std::string::npos);
  document[at + 30] = document[at + 30] == 'A' ? 'B' : 'A';
  const auto out = folder.at("hoc-ba.json");
  const auto r = receive(code, out);
  EXPECT_EQ(r.exit, 1) << r.out << r.err;
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_EQ(done, 0);
}

TEST_F(Online, ReceiveNeverOverwritesAnotherFile) {
  const auto out = folder.write("luan-van.txt", "mine");
  EXPECT_EQ(receive(code, out).exit, 3);
  EXPECT_EQ(read_back(out), "mine");
  EXPECT_EQ(done, 0);
}

TEST_F(Online, ReceiveSaysWhenACodeIsMistypedOrUnknown) {
  EXPECT_EQ(receive("ABCDE", folder.at("a")).exit, 2);
  const auto r = receive(signer::new_pickup_code().text, folder.at("a"));
  EXPECT_EQ(r.exit, 1);
  EXPECT_TRUE(has(r.err, "pickup_unknown")) << r.err;
}

TEST_F(Online, ANodeOfAnotherNetworkIsRefused) {
  net = "stele/khac/0123";
  const auto r = receive(code, folder.at("a"));
  EXPECT_EQ(r.exit, 1);
  EXPECT_TRUE(has(r.err, "wrong_network")) << r.err;
}

TEST_F(Online, AReceiptIsCheckedBeforeItIsSaved) {
  const auto out = folder.at("bien-nhan.json");
  const auto r = with_node({"receipt", id_text(school().maths_1.id), "--out", out});
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  EXPECT_EQ(read_back(out), receipt_file);
}

TEST_F(Online, AReceiptOfAnotherRecordIsRefused) {
  const auto r = with_node({"receipt", id_text(school().gym_1.id), "--out", folder.at("x")});
  EXPECT_EQ(r.exit, 6) << r.out;
  EXPECT_FALSE(std::filesystem::exists(folder.at("x")));
}

TEST_F(Online, WhatIsShownBeforeAnApprovalIsTheRecordThatWasAskedFor) {
  const auto approve = [this](const RecordId& id) {
    return with_node({"approve", "--role", "principal", id_text(id), "--key", folder.at("none.key"), "--yes"});
  };
  // The node that this test plays gives one record, whatever it is asked for.
  const auto other = approve(school().gym_1.id);
  EXPECT_EQ(other.exit, 6) << other.out << other.err;
  EXPECT_TRUE(has(other.err, "another record than the one asked for")) << other.err;
  // The right one passes, and the key that is not there is the next thing missed.
  const auto right = approve(school().maths_1.id);
  EXPECT_FALSE(has(right.err, "another record")) << right.err;
}

TEST_F(Online, HistoryIsATableForPeopleAndJsonForPrograms) {
  const auto id = id_text(school().maths_1.id);
  const auto r = with_node({"history", id});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_TRUE(has(r.out, "grade sheet") && has(r.out, "07/01/2026 07:00") && has(r.out, id)) << r.out;
  EXPECT_TRUE(has(with_node({"history", id, "--json"}).out, "\"events\""));
  EXPECT_EQ(with_node({"history", "not-an-id"}).exit, 2);
}

TEST_F(Online, AVerificationServiceIsAskedWithoutAGenesis) {
  const Variable none("STELE_GENESIS", nullptr);
  const auto file = folder.write("hoc-ba.json", document);
  const auto r = stele({"verify", file, "--verifier", url(), "--lang", "vi"});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_TRUE(has(r.out, "Hợp lệ")) << r.out;
  EXPECT_EQ(asked_now + asked_days, "") << "its own clock";
  server.stop(std::chrono::milliseconds(100));
  EXPECT_EQ(stele({"verify", file, "--verifier", url(), "--lang", "vi"}).exit, 6);
}

TEST_F(Online, AVerificationServiceIsToldTheDayAndTheAgeThatWereAskedFor) {
  const auto file = folder.write("hoc-ba.json", document);
  EXPECT_EQ(stele({"verify", file, "--verifier", url(), "--now", "2026-05-31T08:00:00Z"}).exit, 0);
  EXPECT_EQ(asked_now, "2026-05-31T08:00:00Z");
  EXPECT_EQ(asked_days, "");
  EXPECT_EQ(stele({"verify", file, "--verifier", url(), "--now", "none", "--status-days", "7"}).exit, 0);
  EXPECT_EQ(asked_now + " " + asked_days, "none 7");
  EXPECT_EQ(stele({"verify", file, "--verifier", url(), "--now", "yesterday"}).exit, 2);
}

TEST_F(Online, AServiceThatIsNoneIsNotBelieved) {
  const auto file = folder.write("hoc-ba.json", document);
  EXPECT_EQ(stele({"verify", file, "--verifier", url() + "/elsewhere", "--lang", "en"}).exit, 6);
}

}  // namespace
}  // namespace stele::cli
