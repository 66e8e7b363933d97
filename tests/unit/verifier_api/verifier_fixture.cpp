// A verifier with a node and a school of its own, for tests in other languages: writes sample files and `url` into a
// folder, and serves until its standard input ends.
#include <unistd.h>

#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

int serve(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "web" / "assets");
  write(folder / "web" / "index.html", "<!doctype html><title>Stele</title>");
  write(folder / "web" / "assets" / "main-Ab3x9Qz0.js", "console.log(1)");
  test::School school;
  school.found_grade_and_issue();
  school.graduate();
  const auto minutes = [&](std::string_view of) {
    const record::Document d{std::string(test::School::school), "minutes", {sha256(as_bytes(of))}};
    return school.add({school.sign("clerk", record::Type::document, d)}).front();
  };
  const auto suspended = minutes("under review");
  const auto suspension = school.change(record::Type::suspend, suspended);
  // Certified, and not final: nothing follows it.
  const auto waiting = minutes("minutes");
  Running v(school, [&](Config& c) {
    c.web = folder / "web";
    c.lookups = {30, 5};
    c.shared_per_hour = 8;
  });
  v.node().on_lookup([&](const http::Request& r) { return look_up(school, r); });
  v.ready();
  if (!v.service().context().explorer->wait_complete(patience)) return 1;
  write(folder / "transcript.stele.json", verdict::encode(school.transcript_file()));
  write(folder / "diploma.stele.json", verdict::encode(school.diploma_file()));
  const nlohmann::json ids{{"transcript", base64url(school.transcript.id.view())},
                           {"diploma", base64url(school.diploma.id.view())},
                           {"waiting", base64url(waiting.view())},
                           {"suspended", base64url(suspended.view())},
                           {"suspension", base64url(suspension.view())},
                           {"kid", base64url(school.staff("teacher").key->id().view())},
                           {"tag", base64url(school.tag(record::Type::diploma, "once").view())},
                           {"org", std::string(test::School::school)},
                           {"final", school.last_final().value}};
  write(folder / "ids.json", ids.dump());
  write(folder / "url.tmp", v.service().url());
  std::filesystem::rename(folder / "url.tmp", folder / "url");
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
  return 0;
}

}  // namespace
}  // namespace stele::verifier

int main(int argc, char** argv) {
  if (argc != 2 || argv[1][0] == '-') {
    std::cerr << "usage: verifier_fixture FOLDER\n";
    return 2;
  }
  return stele::verifier::serve(argv[1]);
}
