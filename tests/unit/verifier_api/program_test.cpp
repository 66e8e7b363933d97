// The program as an operator starts it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "node/http/client.h"
#include "tests/unit/verifier_api/fake_node.h"

namespace stele::verifier {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Both streams of the program go to one file.
class Program {
 public:
  Program(std::vector<std::string> arguments, const std::filesystem::path& output,
          const std::string& program = STELE_VERIFIER) {
    arguments.insert(arguments.begin(), program);
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    const std::string path = output.string();
    pid_ = fork();
    if (pid_ != 0) return;
    const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) kill(pid_, SIGKILL), wait();
  }
  void send(int signal) const { kill(pid_, signal); }
  /// Its exit status; -1 if a signal ended it.
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

TEST(Program, SaysWhenItIsReadyAnswersAndStopsCleanlyOnSigterm) {
  const auto& school = issued_school();
  const FakeNode node(school);
  const Folder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  std::ofstream(at("genesis.json"), std::ios::binary) << school.genesis_file();
  for (const int signal : {SIGTERM, SIGINT}) {
    std::filesystem::remove(at("url"));
    Program program({"run", "--lang", "en", "--genesis", at("genesis.json"), "--node", node.url(), "--data", at("data"),
                     "--port", "0", "--ready-file", at("url")},
                    at("out"));
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!std::filesystem::exists(at("url")) && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(10ms);
    auto url = text_of(at("url"));
    ASSERT_FALSE(url.empty()) << text_of(at("out"));
    url.pop_back();
    http::Request health;
    health.target = "/healthz";
    const auto answer = http::Client::open(url)->send(health);
    ASSERT_TRUE(answer.has_value()) << answer.error().en;
    EXPECT_EQ(answer->status, 200) << answer->body;
    program.send(signal);
    EXPECT_EQ(program.wait(), 0);
    EXPECT_NE(text_of(at("out")).find("The verifier is ready at " + url), std::string::npos);
  }
}

TEST(Program, ServesThePageThatIsInstalledBesideItUnlessTold) {
  const auto& school = issued_school();
  const FakeNode node(school);
  const Folder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  std::ofstream(at("genesis.json"), std::ios::binary) << school.genesis_file();
  std::filesystem::create_directories(folder.path() / "bin");
  std::filesystem::create_directories(folder.path() / "share" / "stele" / "web");
  std::filesystem::copy_file(STELE_VERIFIER, at("bin/stele-verifier"));
  std::ofstream(at("share/stele/web/index.html")) << "<!doctype html><title>installed</title>";
  for (const bool told : {false, true}) {
    std::filesystem::remove(at("url"));
    std::vector<std::string> arguments{"run",    "--lang",       "en",     "--genesis", at("genesis.json"),
                                       "--node", node.url(),     "--data", at("data"),  "--port",
                                       "0",      "--ready-file", at("url")};
    if (told) arguments.emplace_back("--no-web");
    Program program(arguments, at("out"), at("bin/stele-verifier"));
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!std::filesystem::exists(at("url")) && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(10ms);
    auto url = text_of(at("url"));
    ASSERT_FALSE(url.empty()) << text_of(at("out"));
    url.pop_back();
    http::Request page;
    page.target = "/";
    const auto answer = http::Client::open(url)->send(page);
    ASSERT_TRUE(answer.has_value()) << answer.error().en;
    EXPECT_EQ(answer->status, told ? 404 : 200);
    EXPECT_EQ(answer->body.find("installed") != std::string::npos, !told);
    program.send(SIGTERM);
    EXPECT_EQ(program.wait(), 0);
  }
}

TEST(Program, TellsAWrongCommandLineFromAFailure) {
  const Folder folder;
  const auto out = folder.path() / "out";
  EXPECT_EQ(Program({"run", "--genesis", "x"}, out).wait(), 2);
  EXPECT_EQ(Program({}, out).wait(), 2);
  EXPECT_EQ(Program({"--help"}, out).wait(), 0);
  EXPECT_NE(text_of(out).find("Ví dụ"), std::string::npos) << "Vietnamese by default";
  EXPECT_EQ(Program({"run", "--help", "--lang", "en"}, out).wait(), 0);
  EXPECT_NE(text_of(out).find("Examples"), std::string::npos);
  const auto data = (folder.path() / "data").string();
  EXPECT_EQ(
      Program({"run", "--genesis", "/does/not/exist", "--node", "http://127.0.0.1:1", "--data", data}, out).wait(), 1);
  EXPECT_NE(text_of(out).find("genesis"), std::string::npos);
}

}  // namespace
}  // namespace stele::verifier
