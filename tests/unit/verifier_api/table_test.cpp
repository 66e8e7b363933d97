#include "verifier-api/verify_table.h"

#include <sstream>

#include "ledger/base/encoding.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows read(std::string_view text) {
  const auto t = read_csv(text, 1000);
  EXPECT_TRUE(t.has_value()) << (t ? "" : t.error().en);
  return t ? t->rows : Rows{};
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  const Rows expected{{"a", "b"}, {"1", "hai, ba"}};
  EXPECT_EQ(read("a,b\r\n1,\"hai, ba\"\r\n"), expected);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a;b\n1;hai, ba"),
            expected)
      << "Excel in Vietnamese: semicolons, BOM";
  EXPECT_EQ(read("a\tb\r1\thai, ba\r"), expected);
  EXPECT_EQ(read("a,b\n\n1,\"x \"\"y\"\"\nz\"\n\n"), (Rows{{"a", "b"}, {"1", "x \"y\"\nz"}}));
  EXPECT_EQ(read("a,b\n1\n"), (Rows{{"a", "b"}, {"1", ""}})) << "short rows are filled up";
  EXPECT_EQ(read("\"a;b\",c\n"), (Rows{{"a;b", "c"}})) << "a separator inside quotes does not count";
}

TEST(Csv, FaultsNameTheRow) {
  const auto fault = [](std::string_view text) {
    const auto t = read_csv(text, 2);
    return t ? Error{} : t.error();
  };
  EXPECT_EQ(fault("a,b\n1,\"x\n").where.row, 2U);
  EXPECT_EQ(fault("a,b\n1,\"x\"y\n").code, "csv_form");
  EXPECT_EQ(fault("a,b\n1,2,3\n").where.row, 2U);
  EXPECT_EQ(fault("a\n1\n2\n3\n").code, "too_many");
  EXPECT_EQ(fault("").code, "csv_form");
  EXPECT_EQ(fault("a,b\n\xff\xfe,1\n").code, "csv_form");
  EXPECT_EQ(fault(std::string(200, ',')).code, "csv_form");
}

TEST(Csv, WhatLooksLikeAFormulaIsMadeText) {
  const auto cell = [](std::string_view text) {
    std::string out;
    write_cell(out, text, ',');
    return out;
  };
  EXPECT_EQ(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
  for (const char* begin : {"=", "+", "-", "@", "\t"})
    EXPECT_EQ(cell(std::string(begin) + "1"), "'" + std::string(begin) + "1");
  EXPECT_EQ(cell("\r1"), "\"'\r1\"");
  EXPECT_EQ(cell("Nguyễn"), "Nguyễn");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell(""), "");
}

TEST(VerifyTable, NeedsItsColumns) {
  EXPECT_EQ(VerifyTable::read("file,name\n1,2\n").error().code, "csv_columns");
  EXPECT_EQ(VerifyTable::read("number,name\n1,2\n").error().code, "csv_columns");
  EXPECT_EQ(VerifyTable::read("document,document\n1,2\n").error().code, "csv_columns");
  EXPECT_TRUE(VerifyTable::read("document\n{}\n").has_value());
  EXPECT_TRUE(VerifyTable::read("birth_date;number\n31/05/2007;B1\n").has_value());
}

TEST(BirthDate, InBothForms) {
  EXPECT_EQ(read_birth_date("2007-05-31"), "2007-05-31");
  EXPECT_EQ(read_birth_date("31/05/2007"), "2007-05-31");
  EXPECT_EQ(read_birth_date("1/5/2007"), "2007-05-01");
  for (const char* bad :
       {"", "31/02/2007", "2007-5-31", "05/31/2007", "/5/2007", "1//2007", "1/5/07", "111/5/2007", "x"})
    EXPECT_FALSE(read_birth_date(bad).has_value()) << bad;
}

// ---- through the service ----

Running& running() {
  static Running one(graduated_school(), [](Config& c) { c.lookups = {1'000, 1'000}; });
  one.node().on_lookup([](const http::Request& r) { return look_up(graduated_school(), r); });
  return one.ready();
}

std::string in_quotes(std::string_view text) {
  std::string out;
  write_cell(out, text, ',');
  return out;
}

TEST(VerifyTable, JudgesDocumentsAndLookUpsInOneTable) {
  const auto good = verdict::encode(graduated_school().transcript_file());
  auto other = nlohmann::ordered_json::parse(good);
  other["net"] = "stele/khac/00000000000000000000000000000000";
  const auto bad = other.dump();
  const std::string body =
      "applicant,document,number,birth_date\r\n"
      "=1+1," +
      in_quotes(good) +
      ",,\r\n"
      "b," +
      base64url(as_bytes(good)) +
      ",,\r\n"
      "c," +
      in_quotes(bad) +
      ",,\r\n"
      "d,,B00000001,14/03/2010\r\n"
      "e,,B00000001,15/03/2010\r\n"
      "f,,B99999999,14/03/2010\r\n"
      "g,,B00000001,hôm qua\r\n";
  const auto r = running().post("/v1/verify", body, "text/csv; charset=utf-8");
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_TRUE(
      r.body.starts_with("\xEF\xBB\xBF"
                         "applicant,number,birth_date,outcome,"));
  const auto rows = read(r.body);
  ASSERT_EQ(rows.size(), 8U);
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin());
  };
  const auto at = [&](std::size_t row, std::string_view name) { return rows[row][column(name)]; };
  const std::vector<std::string> outcomes{"valid",     "valid",     "other_network", "valid",
                                          "not_found", "not_found", "bad_row"};
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(at(i + 1, "outcome"), outcomes[i]) << i;
  EXPECT_EQ(at(1, "applicant"), "'=1+1") << "what was sent can't run when it comes back";
  EXPECT_EQ(at(1, "doc_name"), "Nguyễn Văn An");
  EXPECT_EQ(at(1, "type"), "transcript");
  EXPECT_EQ(at(4, "doc_serial"), "B00000001");
  EXPECT_EQ(at(4, "doc_birth_date"), "2010-03-14");
  EXPECT_EQ(at(4, "complete"), "no");
  const std::vector<std::string> wrong(rows[5].begin() + 3, rows[5].end());
  const std::vector<std::string> unknown(rows[6].begin() + 3, rows[6].end());
  EXPECT_EQ(wrong, unknown);
}

TEST(VerifyTable, RefusesWhatIsNoTable) {
  EXPECT_EQ(code_of(running().post("/v1/verify", "a,b\n1,2\n", "text/csv")), "csv_columns");
  EXPECT_EQ(running().post("/v1/verify", "document\n\"open", "text/csv").status, 400);
  std::string many = "document\n";
  for (int i = 0; i < 1001; ++i) many += "{}\n";
  EXPECT_EQ(code_of(running().post("/v1/verify", many, "text/csv")), "too_many");
}

TEST(VerifyLines, OneVerdictALine) {
  const auto good = verdict::encode(graduated_school().transcript_file());
  for (const char* type : {"application/x-ndjson", "application/jsonl"}) {
    const auto r = running().post("/v1/verify", good + "\n" + "nonsense\r\n" + good, type);
    ASSERT_EQ(r.status, 200) << r.body;
    EXPECT_EQ(r.content_type, type);
    std::vector<std::string> outcomes;
    std::istringstream in(r.body);
    for (std::string line; std::getline(in, line);) outcomes.push_back(nlohmann::json::parse(line)["outcome"]);
    EXPECT_EQ(outcomes, (std::vector<std::string>{"valid", "unreadable", "valid"}));
  }
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "0\n";
  EXPECT_EQ(code_of(running().post("/v1/verify", many, "application/x-ndjson")), "too_many");
  EXPECT_EQ(running().post("/v1/verify", "", "application/x-ndjson").body, "");
}

}  // namespace
}  // namespace stele::verifier
