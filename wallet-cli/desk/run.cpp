#include "wallet-cli/desk/run.h"

#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "signer/keyfile.h"
#include "wallet-cli/desk/server.h"

namespace stele::desk {
namespace {

namespace fs = std::filesystem;
using cli::Context;
using cli::Exit;

constexpr std::size_t keys_max = 64;
constexpr unsigned idle_minutes_max = 240;

Result<std::vector<fs::path>> key_files(const Context& c, const fs::path& folder) {
  std::vector<fs::path> out;
  if (c.key_file) {
    STELE_CHECK(signer::read_key_header(*c.key_file));  // named on purpose, so it must be one
    out.push_back(*c.key_file);
  }
  if (!folder.empty()) {
    std::error_code ec;
    std::vector<fs::path> found;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
      if (it->path().extension() == ".key" && found.size() < keys_max) found.push_back(it->path());
    }
    if (ec) {
      Where where;
      where.file = folder.string();
      return Unexpected(make_error("file_unreadable", "Không đọc được thư mục khóa: " + ec.message() + ".",
                                   "The folder of keys can't be read: " + ec.message() + ".", where));
    }
    std::sort(found.begin(), found.end());
    for (auto& f : found) {
      if (!c.key_file || !fs::equivalent(f, *c.key_file, ec)) out.push_back(std::move(f));
    }
  }
  if (out.empty()) {
    return Unexpected(make_error("usage_key", "Thiếu tệp khóa: dùng --key TỆP hoặc --keys THƯ-MỤC.",
                                 "The key file is missing: use --key FILE or --keys FOLDER."));
  }
  return out;
}

/// A page that leads to the link: on the browser's command line the token would be readable by everybody on the
/// machine.
class LinkPage {
 public:
  explicit LinkPage(const std::string& link) {
    const char* folder = std::getenv("XDG_RUNTIME_DIR");  // NOLINT(concurrency-mt-unsafe): nobody sets variables here
    std::error_code ec;
    path_ = (folder != nullptr ? fs::path(folder) : fs::temp_directory_path(ec)) /
            ("stele-desk-" + std::to_string(::getpid()) + ".html");
    const auto text =
        "<!doctype html><meta charset=\"utf-8\"><title>Stele</title><meta http-equiv=\"refresh\" "
        "content=\"0; url=" +
        link + "\">\n";
    written_ = cli::write_file(path_, text, true, true).has_value();
  }
  ~LinkPage() {
    std::error_code ec;
    if (written_) fs::remove(path_, ec);
  }
  LinkPage(const LinkPage&) = delete;
  LinkPage& operator=(const LinkPage&) = delete;

  void open() const {
    if (!written_) return;
    const std::string program = "xdg-open", file = path_.string();
    std::string name = program, argument = file;
    char* argv[] = {name.data(), argument.data(), nullptr};
    pid_t child = 0;
    if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, argv, environ) != 0) return;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }

 private:
  fs::path path_;
  bool written_ = false;
};

void show_link(const Context& c, const std::string& link) {
  cli::say(c, "Mở liên kết này trong trình duyệt của máy này (dùng được một lần):",
           "Open this link in a browser on this machine (it works once):");
  cli::say(c, "  " + link, "  " + link);
}

/// SIGINT and SIGTERM as something to poll. Before any thread starts: threads inherit the mask.
int signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return -1;
  return ::signalfd(-1, &set, SFD_CLOEXEC);
}

void wait_until_closed(const Context& c, Server& server, int signal_fd, bool terminal) {
  constexpr int look_ms = 300;
  while (!server.closed()) {
    pollfd fds[] = {{signal_fd, POLLIN, 0}, {terminal ? STDIN_FILENO : -1, POLLIN, 0}};
    const int n = ::poll(fds, 2, look_ms);
    if (n < 0 && errno != EINTR) return;
    if (n <= 0) continue;
    if ((fds[0].revents & POLLIN) != 0) return;
    if (fds[1].revents == 0) continue;
    char line[256];
    if (::read(STDIN_FILENO, line, sizeof line) <= 0) {
      terminal = false;  // the terminal is gone; the page goes on
      continue;
    }
    show_link(c, server.new_link());
  }
}

}  // namespace

Exit run(const Context& c, const Run& o) {
  if (o.idle_minutes == 0 || o.idle_minutes > idle_minutes_max) {
    return cli::fail(c, make_error("usage_number", "--idle phải từ 1 đến 240 phút.", "--idle takes 1 to 240 minutes."));
  }
  const auto genesis = cli::read_genesis(c);  // said here rather than in the page
  if (!genesis) return cli::fail(c, genesis.error());
  if (c.node_url.empty()) {
    return cli::fail(c, make_error("usage_node", "Thiếu địa chỉ nút: dùng --node URL hoặc biến STELE_NODE.",
                                   "The node's address is missing: use --node URL or the variable STELE_NODE."));
  }
  auto keys = key_files(c, o.keys);
  if (!keys) return cli::fail(c, keys.error());
  Options options;
  options.keys = std::move(*keys);
  options.idle = std::chrono::minutes(o.idle_minutes);
  std::error_code ec;
  options.codes = o.codes.empty() ? fs::current_path(ec) : o.codes;
  const int signal_fd = signals();
  auto server = Server::start(c, std::move(options));
  if (!server) return cli::fail(c, server.error());
  const auto link = (*server)->new_link();
  if (!o.link_file.empty()) {
    if (auto ok = cli::write_file(o.link_file, link + "\n", true, true); !ok) return cli::fail(c, ok.error());
  }
  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  show_link(c, link);
  if (terminal) {
    cli::say(c, "Bấm Enter để lấy liên kết mới; Ctrl+C để đóng.", "Press Enter for a new link, Ctrl+C to close.");
  }
  std::optional<LinkPage> page;
  if (!o.no_browser && o.link_file.empty()) {
    page.emplace(link);
    page->open();
  }
  wait_until_closed(c, **server, signal_fd, terminal);
  server->reset();
  if (signal_fd >= 0) ::close(signal_fd);
  if (!o.link_file.empty()) fs::remove(o.link_file, ec);
  cli::say(c, "Đã đóng bàn làm việc.", "The desk is closed.");
  return Exit::ok;
}

}  // namespace stele::desk
