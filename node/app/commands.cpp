#include "node/app/commands.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>

#include "ledger/base/text.h"
#include "ledger/log/block.h"
#include "ledger/log/epoch.h"
#include "ledger/store/fsck.h"
#include "ledger/store/rocks_store.h"
#include "node/app/answers.h"
#include "node/app/app.h"
#include "node/app/node.h"
#include "node/finality/vote_file.h"
#include "node/vault/vault.h"
#include "signer/keyfile.h"

namespace stele::app {
namespace {

namespace fs = std::filesystem;
using json::Value;

std::string_view pick(Lang lang, std::string_view vi, std::string_view en) {
  return lang == Lang::vi ? vi : en;
}

Exit fail(const Error& e, Lang lang) {
  std::cerr << "stele-node: " << to_text(e, lang) << " [" << e.code << "]" << std::endl;
  return e.code.starts_with("config_") ? Exit::usage : Exit::failed;
}

/// The tables of Unicode decide what is a valid record: all nodes must have the same.
Result<void> check_machine() {
  STELE_CHECK(signer::disable_core_dumps());
  if (unicode_version() == unicode_version_required) return {};
  const std::string have(unicode_version()), need(unicode_version_required);
  return Unexpected(make_error("unicode_version",
                               "Thư viện utf8proc của máy này theo Unicode " + have + "; cần đúng " + need + ".",
                               "This machine's utf8proc has Unicode " + have + "; exactly " + need + " is needed."));
}

Result<NodeKeys> keys_of(const Config& c, std::optional<int> fd, Lang lang) {
  if (!needs_keys(c.roles)) return NodeKeys{};
  STELE_TRY(const auto passphrase,
            signer::read_passphrase({fd}, pick(lang, "Mật khẩu của các khóa của nút", "Passphrase of the node's keys"),
                                    false));
  return open_node_keys(c, passphrase);
}

/// One line on standard error, at most once a second.
class ProgressLine {
 public:
  explicit ProgressLine(std::string_view what) : what_(what) {}
  void at(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    std::cerr << what_ << ' ' << done << '/' << total << std::endl;
  }

 private:
  std::string what_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Whole or not at all: who waits for this file reads it as soon as it is there.
Result<void> write_ready_file(const fs::path& path, const std::string& url) {
  const fs::path beside = path.string() + ".new";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << url << '\n';
  out.close();
  std::error_code ec;
  if (out) fs::rename(beside, path, ec);
  if (out && !ec) return {};
  Where w;
  w.file = path.string();
  return Unexpected(make_error("file_unwritable", "Không ghi được tệp --ready-file.",
                               "The file of --ready-file can't be written.", w));
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// Waits for the signals in a thread of its own, so that they interrupt nothing.
class Signals {
 public:
  Signals() {
    const auto set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);  // before any other thread is there, so that all inherit it
    std::signal(SIGPIPE, SIG_IGN);
    std::thread([this] { watch(); }).detach();
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() = delete;  // lives until the process ends

  /// From now on the first signal stops in good order. Before, there is nothing that must be finished.
  void serve() {
    std::unique_lock lock(mutex_);
    serving_ = true;
    wake_.wait(lock, [this] { return asked_; });
  }

 private:
  [[noreturn]] void watch() {
    const auto set = stop_signals();
    for (;;) {
      int got = 0;
      sigwait(&set, &got);
      const std::lock_guard lock(mutex_);
      if (!serving_) std::_Exit(0);  // replaying reads only
      if (asked_) std::_Exit(128 + got);
      asked_ = true;
      wake_.notify_all();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool serving_ = false, asked_ = false;
};

Result<void> serve(const Run& o, Lang lang, Signals& signals) {
  STELE_CHECK(check_machine());
  STELE_TRY(const auto config, read_config(o.config));
  STELE_TRY(auto keys, keys_of(config, o.passphrase_fd, lang));
  EventLog log(log_level(config.log.level), config.log.json);
  ProgressLine progress(pick(lang, "đọc lại khối", "replaying blocks"));
  STELE_TRY(const auto app, App::start(config, std::move(keys), log,
                                       [&](std::uint64_t done, std::uint64_t total) { progress.at(done, total); }));
  std::cout << "ready " << app->url() << " height " << app->height() << std::endl;
  if (!o.ready_file.empty()) STELE_CHECK(write_ready_file(o.ready_file, app->url()));
  signals.serve();
  std::cerr << pick(lang, "Đang dừng…", "Stopping…") << std::endl;
  app->stop();
  return {};
}

// ---- fsck ----

struct Place {
  fs::path genesis, data;
};
Result<Place> place_of(const Fsck& o) {
  if (o.config.empty()) return Place{o.genesis, o.data};
  STELE_TRY(auto c, read_config(o.config));
  return Place{std::move(c.genesis), std::move(c.data)};
}

/// RocksDB's lock is held by whoever writes: its findings would be those of a moving target.
Result<void> nobody_writes(const fs::path& folder) {
  const int fd = ::open((folder / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return {};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(fd);
  if (!held) return {};
  return Unexpected(make_error("node_running", "Nút đang chạy với dữ liệu này. Hãy dừng nút trước khi kiểm tra.",
                               "A node is running on this data. Stop it first."));
}

Value finding_json(const store::Finding& f) {
  auto v = Value::object({{"code", f.code}});
  if (f.height) v.set("height", f.height->value);
  if (f.index) v.set("index", f.index->value);
  v.set("vi", f.vi);
  v.set("en", f.en);
  return v;
}

void print(const store::FsckReport& r, bool json, Lang lang) {
  if (json) {
    auto findings = Value::array();
    for (const auto& f : r.findings) findings.push(finding_json(f));
    std::cout << json::write(Value::object({{"clean", r.clean()},
                                            {"blocks", r.blocks},
                                            {"records", r.records},
                                            {"signatures", r.signatures},
                                            {"findings", std::move(findings)}}))
              << std::endl;
    return;
  }
  for (const auto& f : r.findings) {
    std::cout << f.code;
    if (f.height) std::cout << pick(lang, " khối ", " block ") << f.height->value;
    if (f.index) std::cout << pick(lang, " bản ghi ", " record ") << f.index->value;
    std::cout << ": " << pick(lang, f.vi, f.en) << '\n';
  }
  std::cout << r.blocks << pick(lang, " khối, ", " blocks, ") << r.records << pick(lang, " bản ghi, ", " records, ")
            << r.signatures << pick(lang, " chữ ký: ", " signatures: ")
            << (r.clean() ? std::string(pick(lang, "mọi thứ đều khớp", "all of it agrees"))
                          : std::to_string(r.findings.size()) + std::string(pick(lang, " lỗi", " findings")))
            << std::endl;
}

Result<store::FsckReport> examine(const Fsck& o, Lang lang) {
  STELE_CHECK(check_machine());
  STELE_TRY(const auto place, place_of(o));
  STELE_TRY(const auto text, read_genesis_file(place.genesis));
  const auto genesis = record::decode_genesis(text);
  if (!genesis) return Unexpected(to_error(genesis.error()));
  Config c;
  c.data = place.data;
  STELE_CHECK(nobody_writes(ledger_folder(c)));
  store::Options options;
  options.net = genesis->net;
  options.read_only = true;
  STELE_TRY(const auto blocks, store::open_rocks_store(ledger_folder(c), options));
  ProgressLine progress(pick(lang, "kiểm tra khối", "checking blocks"));
  return store::fsck(*genesis, *blocks, head_file(c),
                     [&](std::uint64_t done, std::uint64_t total) { progress.at(done, total); });
}

Result<void> rotate(const Rotate& o, Lang lang) {
  STELE_CHECK(check_machine());
  STELE_TRY(auto config, read_config(o.config));
  if (!config.roles.vault) return Unexpected(no_vault());
  config.roles = {false, false, true, true};
  STELE_TRY(auto keys, keys_of(config, o.passphrase_fd, lang));
  STELE_TRY(const auto text, read_genesis_file(config.genesis));
  const auto genesis = record::decode_genesis(text);
  if (!genesis) return Unexpected(to_error(genesis.error()));
  vault::Vault::Options v;
  v.folder = vault_folder(config);
  v.wrapping_keys = config.keys.wrapping;
  v.net = genesis->net;
  v.free_space_floor_bytes = config.limits.free_space_floor_mb * 1024 * 1024;
  STELE_TRY(const auto vault, vault::Vault::open(std::move(v), std::move(*keys.vault)));
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  // 2026-05-31t08-00-00z: names must rise, also when keys are changed twice on a day.
  std::string name = utc_text({static_cast<std::uint64_t>(now.count())});
  for (auto& ch : name) ch = ch == ':' ? '-' : ch == 'T' ? 't' : ch == 'Z' ? 'z' : ch;
  return vault->rotate_wrapping_key(name);
}

// ---- vote file ----

bool holds(const std::vector<record::Member>& set, const PublicKey& key) {
  return std::any_of(set.begin(), set.end(), [&](const auto& m) { return m.key == key; });
}

/// Does what is stored name this key a validator's: a record, or a recovery that a block begins an epoch with?
Result<bool> registered(const store::Store& blocks, const store::Tip& tip, const PublicKey& key, Lang lang) {
  bool found = false;
  ProgressLine progress(pick(lang, "đọc bản ghi", "reading records"));
  STELE_CHECK(blocks.for_each_record({0}, [&](RecordIndex i, Height, std::string_view jws) -> Result<store::Walk> {
    progress.at(i.value, tip.records);
    const auto r = record::decode(jws);
    if (!r) return Unexpected(to_error(r.error()));
    if (const auto* v = std::get_if<record::Validators>(&r->body))
      found = std::any_of(v->set.begin(), v->set.end(), [&](const auto& one) { return one.key == key; });
    return found ? store::Walk::enough : store::Walk::more;
  }));
  for (Height h{1}; !found && h <= tip.height; ++h.value) {
    STELE_TRY(const auto meta, blocks.meta(h));
    const auto block = log::decode_meta(meta.value_or(Bytes{}), {});
    if (!block) return Unexpected(to_error(block.error()));
    if (block->epoch_proof.empty()) continue;
    const auto proof = log::decode_epoch_proof(block->epoch_proof);
    if (!proof) return Unexpected(to_error(proof.error()));
    found = proof->recovery && holds(proof->recovery->set, key);
  }
  return found;
}

Result<void> make_vote_file(const NewVoteFile& o, Lang lang) {
  STELE_CHECK(check_machine());
  STELE_TRY(const auto c, read_config(o.config));
  if (!c.roles.validator) {
    return Unexpected(make_error("config_no_validator", "Nút này không có vai trò validator trong node.toml.",
                                 "This node has no role validator in its node.toml."));
  }
  STELE_TRY(const auto text, read_genesis_file(c.genesis));
  const auto genesis = record::decode_genesis(text);
  if (!genesis) return Unexpected(to_error(genesis.error()));
  STELE_TRY(const auto header, signer::read_key_header(c.keys.validator));
  const auto named = VerifyKey::from_coordinates(header.jwk.x, header.jwk.y);
  if (!named) {
    Where w;
    w.file = c.keys.validator.string();
    return Unexpected(make_error("key_file_damaged", "Tệp khóa bị hỏng: điểm không nằm trên đường cong.",
                                 "The key file is damaged: its point is not on the curve.", std::move(w)));
  }
  const auto key = named->compressed();
  STELE_CHECK(nobody_writes(ledger_folder(c)));
  store::Options options;
  options.net = genesis->net;
  options.read_only = true;
  STELE_TRY(const auto blocks, store::open_rocks_store(ledger_folder(c), options));
  const auto tip = blocks->tip();
  if (!tip) {
    return Unexpected(make_error(
        "ledger_empty", "Sổ cái ở đây còn trống: khi khởi động, nút tự tạo tệp phiếu. Hãy kiểm tra thư mục data.",
        "The ledger here is empty: the node makes the vote file when it starts. Check the folder "
        "of data."));
  }
  STELE_TRY(const bool later, registered(*blocks, *tip, key, lang));
  if (later || holds(genesis->validators, key)) {
    return Unexpected(make_error(
        "key_registered",
        "Sổ cái ở đây đã ghi khóa này là khóa xác nhận, nên nó có thể đã bỏ phiếu. Hãy tạo khóa mới, tạo tệp "
        "phiếu cho nó, rồi mới đăng ký nó.",
        "The ledger here names this key a validator's, so that it may have voted. Make a new key, its vote "
        "file, and only then register it."));
  }
  STELE_CHECK(make_folder(c.keys.vote_file.parent_path()));
  STELE_CHECK(finality::VoteFile::create(c.keys.vote_file, genesis->net, key));
  return {};
}

}  // namespace

std::string_view version() {
  return "stele-node " STELE_VERSION;
}

Lang lang_from_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread is there
    if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("vi") ? Lang::vi : Lang::en;
  }
  return Lang::en;
}

Exit run(const Run& o, Lang lang) {
  auto* signals = new Signals();  // NOLINT(cppcoreguidelines-owning-memory): its thread outlives every scope
  const auto served = serve(o, lang, *signals);
  return served ? Exit::ok : fail(served.error(), lang);
}

Exit fsck(const Fsck& o, Lang lang) {
  const auto report = examine(o, lang);
  if (!report) return fail(report.error(), lang);
  print(*report, o.json, lang);
  return report->clean() ? Exit::ok : Exit::findings;
}

Exit rotate_wrapping_key(const Rotate& o, Lang lang) {
  if (const auto done = rotate(o, lang); !done) return fail(done.error(), lang);
  std::cout << pick(lang, "Đã đổi khóa bọc; khóa cũ đã bị hủy.", "Wrapping key changed; the old one is destroyed.")
            << std::endl;
  return Exit::ok;
}

Exit new_vote_file(const NewVoteFile& o, Lang lang) {
  if (const auto done = make_vote_file(o, lang); !done) return fail(done.error(), lang);
  std::cout << pick(
                   lang,
                   "Đã tạo tệp phiếu. Đừng sao lưu hay chép lại tệp này. Nay hãy đăng ký khóa bằng bản ghi validators.",
                   "The vote file is made. Never back it up nor copy it. Now register the key by a validators record.")
            << std::endl;
  return Exit::ok;
}

}  // namespace stele::app
