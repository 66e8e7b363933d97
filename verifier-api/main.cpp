// stele-verifier: the command line over verifier-api/service.h.
#include <CLI/CLI.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "verifier-api/service.h"

namespace {

using stele::Lang;
using stele::verifier::Config;
using stele::verifier::Service;

/// Set by the signal handler, which may touch nothing else.
volatile std::sig_atomic_t asked_to_stop = 0;
void on_signal(int) {
  asked_to_stop = 1;
}

constexpr int exit_usage = 2, exit_failed = 1;

struct Arguments {
  Config config;
  std::string ready_file;
  std::string clock_file;
  bool no_web = false;
};

/// The page as it is installed beside this program: PREFIX/bin/stele-verifier, PREFIX/share/stele/web. Empty: not
/// there.
std::filesystem::path installed_page() {
  std::error_code fault;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", fault);
  if (fault) return {};
  const auto page = program.parent_path().parent_path() / "share" / "stele" / "web";
  return std::filesystem::is_regular_file(page / "index.html", fault) ? page : std::filesystem::path();
}

Lang wanted_lang(int argc, char** argv) {
  std::string lang;
  if (const char* env = std::getenv("STELE_LANG")) lang = env;  // NOLINT(concurrency-mt-unsafe): before any thread
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    if (a == "--lang" && i + 1 < argc) lang = argv[i + 1];
    if (a.starts_with("--lang=")) lang = a.substr(7);
  }
  return lang == "en" ? Lang::en : Lang::vi;
}

constexpr std::string_view examples_vi =
    "Ví dụ:\n"
    "  stele-verifier run --genesis genesis.json --node https://nut1.example --data /var/lib/stele-verifier\n"
    "  stele-verifier run --genesis genesis.json --node http://127.0.0.1:7480 --data ./v --port 0 --ready-file url\n"
    "  curl -d @van-bang.stele.json http://127.0.0.1:7490/v1/verify\n"
    "Dừng: SIGTERM hoặc Ctrl-C.";
constexpr std::string_view examples_en =
    "Examples:\n"
    "  stele-verifier run --genesis genesis.json --node https://node1.example --data /var/lib/stele-verifier\n"
    "  stele-verifier run --genesis genesis.json --node http://127.0.0.1:7480 --data ./v --port 0 --ready-file url\n"
    "  curl -d @diploma.stele.json http://127.0.0.1:7490/v1/verify\n"
    "To stop: SIGTERM or Ctrl-C.";

void add_options(CLI::App& run, Arguments& a, const std::function<std::string(const char*, const char*)>& say) {
  auto& c = a.config;
  run.add_option("--genesis", c.genesis, say("tệp genesis của mạng", "the network's genesis file"))->required();
  run.add_option("--node", c.node, say("URL của nút để theo", "URL of the node to follow"))->required();
  run.add_option("--node-ca", c.node_ca, say("tệp PEM của CA, cho https", "PEM file of the CA, for https"));
  run.add_option("--data", c.data, say("thư mục dữ liệu riêng", "data folder of its own"))->required();
  run.add_option("--address", c.address, say("địa chỉ IP để nghe", "IP address to listen on"))->capture_default_str();
  run.add_option("--port", c.port, say("cổng; 0: cổng trống bất kỳ", "port; 0: any free one"))->capture_default_str();
  run.add_option("--ready-file", a.ready_file,
                 say("ghi URL vào tệp này khi đã tải kịp sổ cái", "file that gets the URL once it has caught up"));
  run.add_option("--threads", c.threads, say("số luồng; 0: theo số lõi", "threads; 0: one for each core"))
      ->check(CLI::Range(0, 256));
  run.add_option("--status-days", c.status_days,
                 say("tình trạng cũ hơn số ngày này thì không nhận", "days after which a status is too old"))
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  run.add_option(
         "--rate", c.requests_per_second,
         say("yêu cầu mỗi giây cho một địa chỉ; 0: không giới hạn", "requests a second for one address; 0: no limit"))
      ->capture_default_str();
  auto* web =
      run.add_option("--web", c.web,
                     say("thư mục trang kiểm chứng đã dựng; mặc định: trang được cài cùng chương trình",
                         "folder of the built verification page; by default the one installed with the program"))
          ->check(CLI::ExistingDirectory);
  run.add_flag("--no-web", a.no_web, say("không phục vụ trang kiểm chứng", "serve no page"))->excludes(web);
  run.add_option("--lookup", c.lookup_node,
                 say("URL của nút giữ kho của nơi cấp, để tra cứu; mặc định là --node",
                     "URL of the node that holds the issuers' vault, for look-ups; --node if left out"));
  run.add_option("--lookups", c.lookups.per_client,
                 say("số lần tra cứu mỗi giờ cho một địa chỉ", "look-ups an hour for one address"))
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  run.add_option("--compare", c.compare,
                 say("URL của máy chủ khác để so điểm kiểm tra; dùng được nhiều lần",
                     "URL of another server to compare checkpoints with; may be repeated"));
  run.add_option("--shared-mb", c.shared_mb,
                 say("dung lượng tối đa của các bản chia sẻ, MiB", "space for all shared documents, MiB"))
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  run.add_option("--clock-file", a.clock_file,
                 say("đồng hồ cho sẵn, chỉ trong mạng thử", "a given clock, in test networks only"));
  run.add_flag("--check-all", c.check_all,
               say("khi khởi động kiểm lại mọi chữ ký đã lưu", "at the start check every stored signature again"));
}

/// Written aside and renamed, so that whoever waits for the file never reads half of it.
bool write_ready_file(const std::string& path, const std::string& url) {
  const std::string aside = path + ".tmp";
  std::ofstream out(aside, std::ios::binary | std::ios::trunc);
  out << url << "\n";
  out.close();
  std::error_code fault;
  if (out) std::filesystem::rename(aside, path, fault);
  return out.good() && !fault;
}

int serve(Arguments a, Lang lang) {
  if (!a.clock_file.empty()) a.config.clock_file = a.clock_file;
  if (a.config.web.empty() && !a.no_web) a.config.web = installed_page();
  const auto log = [lang](std::string_view vi, std::string_view en) {
    std::cerr << (lang == Lang::vi ? vi : en) << std::endl;  // NOLINT(performance-avoid-endl): a line at a time
  };
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  auto service = Service::start(a.config, log);
  if (!service) {
    std::cerr << stele::to_text(service.error(), lang) << "\n";
    return exit_failed;
  }
  constexpr std::chrono::milliseconds look{100};
  bool ready = false;
  while (asked_to_stop == 0) {
    if (ready) {
      std::this_thread::sleep_for(look);
      continue;
    }
    if (!(*service)->wait_ready(look)) continue;
    ready = true;
    log("Trạm kiểm chứng sẵn sàng tại " + (*service)->url(), "The verifier is ready at " + (*service)->url());
    if (const auto& page = a.config.web; page.empty()) {
      log("Không có trang kiểm chứng; chỉ có API.", "There is no verification page; only the API is served.");
    } else {
      log("Trang kiểm chứng: " + page.string(), "The verification page: " + page.string());
    }
    if (!a.ready_file.empty() && !write_ready_file(a.ready_file, (*service)->url())) {
      log("Không ghi được --ready-file: " + a.ready_file, "Can't write --ready-file: " + a.ready_file);
      return exit_failed;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Lang lang = wanted_lang(argc, argv);
  const auto say = [lang](const char* vi, const char* en) { return std::string(lang == Lang::vi ? vi : en); };
  Arguments arguments;
  std::string lang_text;
  CLI::App app{say("Trạm kiểm chứng Stele: theo một nút, tự kiểm tra mọi khối, và trả lời về văn bản.",
                   "Stele verifier: follows a node, checks every block itself, and answers about documents.")};
  app.add_option("--lang", lang_text, "vi, en")->check(CLI::IsMember({"vi", "en"}));
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(std::string(lang == Lang::vi ? examples_vi : examples_en));
  auto* run = app.add_subcommand("run", say("chạy dịch vụ", "runs the service"));
  run->footer(std::string(lang == Lang::vi ? examples_vi : examples_en));
  add_options(*run, arguments, say);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : exit_usage;
  }
  return serve(std::move(arguments), lang);
}
