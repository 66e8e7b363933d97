// print, qr, share, and verify of what was printed.
#include <chrono>
#include <regex>

#include "ledger/base/encoding.h"
#include "ledger/paper/paper.h"
#include "node/http/server.h"
#include "tests/support/school.h"
#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/shared.h"

namespace stele::cli {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const test::School& school() {
  static const auto made = [] {
    auto s = std::make_unique<test::School>();
    s->found_grade_and_issue();
    return s;
  }();
  return *made;
}

struct Paper : testing::Test {
  Folder folder;
  std::string genesis = folder.write("genesis.json", school().genesis_file());
  std::string transcript = folder.write("hoc-ba.json", verdict::encode(school().transcript_file()));

  [[nodiscard]] Ran run(std::vector<std::string> words, const char* lang = "en") const {
    words.insert(words.end(), {"--genesis", genesis, "--lang", lang});
    return stele(std::move(words));
  }
  [[nodiscard]] std::string printed() const {
    auto pdf = folder.at("hoc-ba.pdf");
    const auto r = run({"print", transcript, "--out", pdf});
    EXPECT_EQ(r.exit, 0) << r.err;
    return pdf;
  }
};

TEST_F(Paper, APrintIsVerifiedByItself) {
  const auto pdf = printed();
  const auto r = run({"verify", pdf, "--now", "none"}, "vi");
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "Bản in")) << r.out;
  EXPECT_TRUE(has(r.out, "đúng từng byte")) << r.out;
  EXPECT_TRUE(has(run({"show", pdf}).out, "Nguyễn Văn An"));
}

TEST_F(Paper, AnAlteredPrintIsNotValidAndSaysWhy) {
  const auto pdf = printed();
  const auto bad = folder.write("sua.pdf", read_back(pdf) + "\n");
  const auto r = run({"verify", bad, "--now", "none"});
  EXPECT_EQ(r.exit, 10) << r.out;
  EXPECT_TRUE(has(r.out, "appended")) << r.out;
  const auto j = run({"--json", "verify", bad, "--now", "none"});
  EXPECT_TRUE(has(j.out, R"("outcome":"altered")")) << j.out;
  EXPECT_TRUE(has(j.out, R"("part":"print","answer":"failed","code":"appended")")) << j.out;
}

TEST_F(Paper, ShowNeverTrustsWhatIsPrinted) {
  const auto bad = folder.write("sua.pdf", read_back(printed()) + "\n");
  const auto r = run({"show", bad, "--now", "none"}, "vi");
  EXPECT_EQ(r.exit, 10) << r.out;
  EXPECT_TRUE(has(r.out, "✗ ")) << r.out;
  EXPECT_FALSE(has(r.out, "✓ Hợp lệ")) << r.out;
  EXPECT_TRUE(has(r.out, "không phải những gì in trên giấy")) << r.out;
}

TEST_F(Paper, SeveralFilesAreToldInALineEachWithATotal) {
  const auto pdf = printed();
  const auto bad = folder.write("z-sua.pdf", read_back(pdf) + "\n");
  const auto place = folder.at("ho-so");
  std::filesystem::create_directory(place);
  for (const char* name : {"/a.pdf", "/b.pdf", "/c.pdf"}) std::filesystem::copy_file(pdf, place + name);
  std::filesystem::copy_file(bad, place + "/d.pdf");
  const auto r = run({"verify", place, "--now", "none"}, "vi");
  EXPECT_EQ(r.exit, 10) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "b.pdf: Nguyễn Văn An, sinh ")) << r.out;
  EXPECT_TRUE(has(r.out, "4 tệp:")) << r.out;
  EXPECT_TRUE(has(r.out, "3 Hợp lệ")) << r.out;
  EXPECT_TRUE(has(r.out, "1 bản in đã bị sửa")) << r.out;
  EXPECT_EQ(r.out.find("┌"), r.out.rfind("┌")) << "only the one that is not well is told at length";
}

TEST_F(Paper, AReportTellsTheVerdict) {
  const auto report = folder.at("bien-ban.pdf");
  const auto r = run(
      {"verify", transcript, printed(), "--now", "2026-06-01T00:00:00Z", "--status-days", "9999", "--report", report},
      "vi");
  EXPECT_EQ(r.exit, 0) << r.out << r.err;
  const auto facts = paper::examine_pdf(read_back(report));
  ASSERT_TRUE(facts);
  std::string text;
  for (const auto& p : facts->pages) {
    for (const auto& t : p.texts) text += t + "\n";
  }
  EXPECT_TRUE(has(text, "hoc-ba.json") && has(text, "hoc-ba.pdf") && has(text, "Hợp lệ")) << text;
  EXPECT_TRUE(has(text, "2026-06-01T00:00:00Z")) << text;
}

TEST_F(Paper, NothingIsPrintedThatIsNotValid) {
  auto bytes = read_back(transcript);
  const auto at = bytes.find("\"path\":[\"") + 9;
  bytes[at] = bytes[at] == 'A' ? 'B' : 'A';
  const auto r = run({"print", folder.write("sua.json", bytes), "--out", folder.at("sua.pdf")});
  EXPECT_EQ(r.exit, 3) << r.err;
  EXPECT_TRUE(has(r.err, "paper_not_valid")) << r.err;
  EXPECT_EQ(run({"print", transcript, "--kind", "diploma", "--out", folder.at("x.pdf")}).exit, 3);
  EXPECT_EQ(run({"print", transcript, "--kind", "poster", "--out", folder.at("x.pdf")}).exit, 2);
  EXPECT_FALSE(std::filesystem::exists(folder.at("sua.pdf")));
}

TEST_F(Paper, QrDrawsALinkOrTheWholeDocument) {
  EXPECT_EQ(run({"qr", transcript, "--out", folder.at("a.svg")}).exit, 0);
  EXPECT_TRUE(read_back(folder.at("a.svg")).starts_with("<svg"));
  EXPECT_EQ(run({"qr", transcript, "--out", folder.at("a.gif")}).exit, 2);
  const auto r = run({"--json", "qr", transcript, "--whole", "--out", folder.at("b.png")});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_TRUE(has(r.out, "b-01.png")) << r.out;
  EXPECT_TRUE(read_back(folder.at("b-02.png")).starts_with("\x89PNG"));
}

// ---- share ----

/// A verifier that keeps one ciphertext.
class Keeper {
 public:
  explicit Keeper(int status) : server_(http::ServerOptions{}) {
    server_.route("PUT", "/v1/shared/{handle}", [this, status](const http::Request& r, http::Respond respond) {
      handle = r.param("handle");
      days = r.query_value("days").value_or("");
      body = r.body;
      respond(http::json_response(static_cast<unsigned>(status),
                                  status == 201 ? R"({"handle":"x","expires":"2026-07-01T00:00:00Z"})"
                                                : R"({"code":"shared_quota","vi":"Hết hạn mức.","en":"Over quota."})"));
    });
    EXPECT_TRUE(server_.start().has_value());
  }
  ~Keeper() { server_.stop(0ms); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::string handle, days, body;

 private:
  http::Server server_;
};

TEST_F(Paper, ShareKeepsCiphertextOnlyAndItsLinkOpensIt) {
  Keeper keeper(201);
  const auto pdf = folder.at("chia-se.pdf");
  const auto r = run({"--json", "share", transcript, "--verifier", keeper.url(), "--days", "7", "--pdf", pdf});
  ASSERT_EQ(r.exit, 0) << r.out << r.err;
  EXPECT_EQ(keeper.days, "7");
  std::smatch m;
  ASSERT_TRUE(std::regex_search(r.out, m, std::regex("/v#([A-Za-z0-9_-]{22})\\.([A-Za-z0-9_-]{22})"))) << r.out;
  EXPECT_EQ(keeper.handle, m[1].str());
  EXPECT_FALSE(has(keeper.body, m[2].str()));
  paper::ShareLink link{*fixed_from_base64url<paper::ShareHandle>(m[1].str()),
                        *fixed_from_base64url<paper::ShareKey>(m[2].str())};
  const auto opened = open_shared(link, as_bytes(keeper.body));
  ASSERT_TRUE(opened) << opened.error().en;
  const auto file = verdict::decode_document(*opened);
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->book.has_value());
  EXPECT_EQ(verdict::judge_document(school().genesis(), *opened, {}).outcome, verdict::Outcome::valid);
  // The print with that link proves itself too.
  EXPECT_EQ(run({"verify", pdf, "--now", "none"}).exit, 0);
  // Another handle, another key, one byte: nothing opens.
  auto other = link;
  other.handle.bytes[0] ^= 1U;
  EXPECT_FALSE(open_shared(other, as_bytes(keeper.body)));
  other = link;
  other.key.bytes[15] ^= 1U;
  EXPECT_FALSE(open_shared(other, as_bytes(keeper.body)));
  auto altered = keeper.body;
  altered[40] = static_cast<char>(altered[40] ^ 1);
  EXPECT_FALSE(open_shared(link, as_bytes(altered)));
  EXPECT_FALSE(open_shared(link, as_bytes(keeper.body.substr(0, 32))));
}

TEST_F(Paper, ShareShowsTheCodeOnTheTerminal) {
  Keeper keeper(201);
  const auto r = run({"share", transcript, "--verifier", keeper.url()}, "vi");
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_TRUE(has(r.out, "█") && has(r.out, "/v#") && has(r.out, "01/07/2026")) << r.out;
  EXPECT_EQ(keeper.days, "30");
}

TEST_F(Paper, ShareSaysWhyItWasRefusedAndWritesNothing) {
  Keeper keeper(429);
  const auto r = run({"share", transcript, "--verifier", keeper.url(), "--pdf", folder.at("x.pdf")});
  EXPECT_NE(r.exit, 0);
  EXPECT_TRUE(has(r.err, "Over quota.")) << r.err;
  EXPECT_FALSE(std::filesystem::exists(folder.at("x.pdf")));
  EXPECT_EQ(run({"share", transcript, "--verifier", keeper.url(), "--days", "0"}).exit, 2);
  EXPECT_EQ(run({"share", transcript, "--verifier", keeper.url(), "--days", "91"}).exit, 2);
  EXPECT_EQ(run({"share", transcript, "--verifier", "http://127.0.0.1:1"}).exit, 6);
}

}  // namespace
}  // namespace stele::cli
