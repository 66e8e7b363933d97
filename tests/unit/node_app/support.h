// A node in this process, on a free port and a folder of its own, with the people of tests/support/school.h.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "ledger/record/json.h"
#include "node/app/app.h"
#include "node/http/client.h"
#include "signer/issue.h"
#include "tests/support/school.h"

namespace stele::test {

/// What is sent: a record and, for the vault, its payload.
struct Outgoing {
  std::string jws;
  std::string payload{};
};

[[nodiscard]] json::Value parse(std::string_view);
[[nodiscard]] std::string text(const json::Value&, std::string_view member);
[[nodiscard]] std::uint64_t number(const json::Value&, std::string_view member);
[[nodiscard]] const json::Value::Array& items(const json::Value&, std::string_view member);

/// A pupil of class 10A1.
struct Pupil {
  std::string id, name;
  verdict::BookKey book{};
};

class TestNode : public ::testing::Test {
 protected:
  TestNode();
  ~TestNode() override;

  // ---- the node ----
  void start();
  void stop();
  void set_time(const std::string& utc);  ///< and waits until block time has followed
  [[nodiscard]] app::NodeKeys keys() const;

  // ---- requests ----
  http::Response send(const http::Request&);
  http::Response get(const std::string& target);
  http::Response post(const std::string& target, const std::string& body, const std::string& type = "application/json");
  /// Signed by one of the school's people.
  http::Response get_as(const std::string& who, const std::string& target);
  http::Response post_as(const std::string& who, const std::string& target, const std::string& body);
  [[nodiscard]] http::Request signed_request(const std::string& who, const std::string& method,
                                             const std::string& target, const std::string& body = {});

  // ---- records ----
  [[nodiscard]] std::string sign(const signer::SigningKey&, record::Type, const record::Body&);
  [[nodiscard]] std::string sign(const std::string& who, record::Type, const record::Body&);
  [[nodiscard]] std::string body_of(const std::vector<Outgoing>&);
  std::vector<json::Value> submit(const std::vector<Outgoing>&);
  /// Fails the test unless all become final.
  std::vector<RecordId> final(const std::vector<Outgoing>&);

  /// By the second root, of what the first one signed.
  void approved_by_root(std::vector<RecordId> targets);
  /// Where it stands on the ledger.
  [[nodiscard]] std::uint64_t index_of(const RecordId&);

  // ---- the story ----
  void found();  ///< department, policy, school, staff; two days later
  /// A policy by which the officer reports keys and clears what they signed, with the approval of a principal
  /// elsewhere; "newcomer" is that of a second school, registered by the roots; two days later.
  void allow_reports();
  static constexpr std::string_view second_school = "thpt-vi-du-2";
  [[nodiscard]] Outgoing class_list();
  [[nodiscard]] Outgoing maths(const std::string& term);
  [[nodiscard]] Outgoing transcript(const Pupil&, const Digest& pickup);
  [[nodiscard]] Outgoing seal(const RecordId&);
  [[nodiscard]] Outgoing amend(const RecordId& sheet, std::uint32_t row, const Pupil&,
                               std::vector<RecordId> supersedes);
  [[nodiscard]] Outgoing minutes(const std::string& content);  ///< a document of the clerk
  void grade();                                                ///< the class list, then maths in both terms

  std::filesystem::path folder_;
  School school_;
  app::Config config_;
  app::EventLog log_{app::EventLog::Level::off, false};
  std::unique_ptr<app::App> app_;
  std::vector<Pupil> pupils_{{"2500000001", "Nguyễn Văn An"}, {"2500000002", "Lý Thị Bông"}};
  RecordId list_{}, maths_1_{}, maths_2_{};
  std::map<std::string, RecordId> key_records_;
  std::map<std::string, std::vector<std::uint32_t>> positions_;  ///< of the pupils, by sheet: "list hk1 hk2"
};

}  // namespace stele::test
