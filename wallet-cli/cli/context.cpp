#include "wallet-cli/cli/context.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "ledger/base/encoding.h"
#include "signer/random.h"

namespace stele::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t genesis_bytes_max = 65'536;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error io_error(std::string_view code, const fs::path& path, std::string_view vi, std::string_view en, int error) {
  Where where;
  where.file = path.string();
  return make_error(code, std::string(vi) + ": " + std::strerror(error) + ".",
                    std::string(en) + ": " + std::strerror(error) + ".", where);
}

}  // namespace

Lang lang_from_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("vi") ? Lang::vi : Lang::en;
  }
  return Lang::en;
}

std::string_view pick(const Context& c, std::string_view vi, std::string_view en) {
  return c.lang == Lang::vi ? vi : en;
}

void say(const Context& c, std::string_view vi, std::string_view en) {
  if (!c.json) std::cout << pick(c, vi, en) << '\n' << std::flush;
}

void emit(const Context& c, const json::Value& v) {
  if (c.json) std::cout << json::write(v) << '\n' << std::flush;
}

json::Value error_json(const Error& e) {
  auto out = json::Value::object({{"code", e.code}, {"vi", e.vi}, {"en", e.en}});
  auto where = json::Value::object();
  if (!e.where.file.empty()) where.set("file", e.where.file);
  if (!e.where.sheet.empty()) where.set("sheet", e.where.sheet);
  if (e.where.row != 0) where.set("row", e.where.row);
  if (!e.where.column.empty()) where.set("column", e.where.column);
  if (!e.where.field.empty()) where.set("field", e.where.field);
  if (!where.members().empty()) out.set("where", std::move(where));
  return out;
}

Exit exit_for(std::string_view code) {
  struct Entry {
    std::string_view prefix;
    Exit exit;
  };
  static constexpr Entry table[] = {
      {"usage", Exit::usage},
      {"key_wrong_passphrase", Exit::passphrase},
      {"passphrase_", Exit::passphrase},
      {"http_", Exit::unreachable},
      {"not_final", Exit::not_final},
      {"table_", Exit::bad_file},
      {"file_", Exit::bad_file},
      {"paper_not_valid", Exit::bad_file},
      {"paper_form", Exit::bad_file},
      {"xlsx_", Exit::bad_file},
      {"csv_", Exit::bad_file},
      {"key_file_", Exit::bad_file},
      {"genesis_", Exit::bad_file},
      {"json_", Exit::bad_file},
  };
  for (const auto& e : table) {
    if (code.starts_with(e.prefix)) return e.exit;
  }
  return Exit::failed;
}

Exit fail(const Context& c, const Error& e) {
  return fail(c, std::vector<Error>{e});
}

Exit fail(const Context& c, const std::vector<Error>& errors) {
  STELE_ASSERT(!errors.empty());
  if (c.json) {
    auto list = json::Value::array();
    for (const auto& e : errors) list.push(error_json(e));
    emit(c, json::Value::object({{"error", error_json(errors.front())}, {"errors", std::move(list)}}));
  } else {
    for (const auto& e : errors) std::cerr << to_text(e, c.lang) << " [" << e.code << "]\n";
  }
  return exit_for(errors.front().code);
}

Progress::Progress(const Context& c, std::string_view vi, std::string_view en, std::uint64_t total)
    : context_(c), label_(pick(c, vi, en)), total_(total) {}

void Progress::at(std::uint64_t done) {
  if (context_.json || !context_.progress || total_ == 0) return;
  constexpr std::int64_t redraw_ms = 100;
  const auto now = now_ms();
  if (shown_ && done < total_ && now - drawn_ms_ < redraw_ms) return;
  drawn_ms_ = now;
  shown_ = true;
  constexpr std::uint64_t width = 30;
  const auto filled = std::min(done, total_) * width / total_;
  std::string bar;
  for (std::uint64_t i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  std::cerr << "\r" << label_ << " " << bar << " " << done << "/" << total_ << std::flush;
}

Progress::~Progress() {
  if (shown_) std::cerr << '\n';
}

Result<std::string> read_file(const fs::path& path, std::size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return Unexpected(io_error("file_unreadable", path, "Không mở được tệp", "The file can't be opened", errno));
  std::string out;
  char buffer[65'536];
  ssize_t n = 0;
  while ((n = ::read(fd, buffer, sizeof buffer)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || out.size() + static_cast<std::size_t>(n) > bytes_max) break;
    out.append(buffer, static_cast<std::size_t>(n));
  }
  const int error = errno;
  ::close(fd);
  if (n < 0)
    return Unexpected(io_error("file_unreadable", path, "Không đọc được tệp", "The file can't be read", error));
  if (n > 0) {
    Where where;
    where.file = path.string();
    return Unexpected(make_error("file_too_large", "Tệp quá lớn: tối đa " + std::to_string(bytes_max) + " byte.",
                                 "The file is too large: at most " + std::to_string(bytes_max) + " bytes.", where));
  }
  return out;
}

Result<void> write_file(const fs::path& path, std::string_view text, bool secret, bool overwrite) {
  const auto beside = path.string() + ".new-" + hex(signer::random_fixed<FixedBytes<struct TempTag, 8>>().view());
  const mode_t mode = secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0)
    return Unexpected(io_error("file_unwritable", path, "Không ghi được tệp", "The file can't be written", errno));
  std::size_t done = 0;
  bool ok = true;
  while (ok && done < text.size()) {
    const auto n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    ok = n > 0;
    if (ok) done += static_cast<std::size_t>(n);
  }
  ok = ok && ::fsync(fd) == 0;
  int error = errno;
  ::close(fd);
  if (ok) {
    ok = overwrite ? ::rename(beside.c_str(), path.c_str()) == 0 : ::link(beside.c_str(), path.c_str()) == 0;
    error = errno;
  }
  if (!ok || !overwrite) ::unlink(beside.c_str());
  if (ok) return {};
  if (error == EEXIST) {
    Where where;
    where.file = path.string();
    return Unexpected(make_error("file_exists", "Tệp đã có; không ghi đè. Hãy chọn tên khác.",
                                 "The file exists and is not overwritten. Choose another name.", where));
  }
  return Unexpected(io_error("file_unwritable", path, "Không ghi được tệp", "The file can't be written", error));
}

Result<record::Genesis> read_genesis(const Context& c) {
  if (c.genesis_file.empty()) {
    return Unexpected(make_error("usage_genesis", "Thiếu tệp genesis: dùng --genesis TỆP hoặc biến STELE_GENESIS.",
                                 "The genesis file is missing: use --genesis FILE or the variable STELE_GENESIS."));
  }
  STELE_TRY(const auto text, read_file(c.genesis_file, genesis_bytes_max));
  auto genesis = record::decode_genesis(text);
  if (genesis) return std::move(*genesis);
  const auto why = to_error(genesis.error());
  Where where;
  where.file = c.genesis_file.string();
  where.field = why.where.field;
  return Unexpected(
      make_error("genesis_" + why.code,
                 "Đây không phải tệp genesis của một mạng Stele, hoặc tệp đã hỏng. Hãy xin lại tệp từ Sở, "
                 "qua một đường đáng tin.",
                 "This is no genesis file of a Stele network, or it is damaged. Ask the department for it "
                 "again, by a way that you trust.",
                 std::move(where)));
}

Result<signer::OpenKey> open_key_to_sign(const Context& c, const std::vector<std::string>& what) {
  if (!c.key_file) {
    return Unexpected(
        make_error("usage_key", "Thiếu tệp khóa: dùng --key TỆP.", "The key file is missing: use --key FILE."));
  }
  STELE_CHECK(signer::read_key_header(*c.key_file));  // before anything is asked
  if (!c.json) {
    for (const auto& line : what) std::cerr << "  " << line << '\n';
  }
  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  if (!c.yes && !c.json && terminal && !what.empty()) {
    std::cerr << pick(c, "Ký? [c/K] ", "Sign? [y/N] ") << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    const bool agreed =
        answer == "y" || answer == "Y" || answer == "c" || answer == "C" || answer == "có" || answer == "yes";
    if (!agreed)
      return Unexpected(make_error("not_confirmed", "Đã hủy; chưa ký gì.", "Cancelled; nothing was signed."));
  }
  STELE_TRY(const auto passphrase,
            signer::read_passphrase(c.passphrase, pick(c, "Mật khẩu của khóa", "Passphrase of the key"), false));
  return signer::open_key_file(*c.key_file, passphrase);
}

}  // namespace stele::cli
