#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "ledger/base/text.h"
#include "signer/keyfile.h"

namespace stele::signer {
namespace {

Error no_terminal() {
  return make_error("passphrase_no_terminal", "Không có cửa sổ dòng lệnh để hỏi mật khẩu. Hãy dùng --passphrase-fd N.",
                    "There is no terminal to ask for the passphrase. Use --passphrase-fd N.");
}

/// One line without its end. Reads byte by byte, so that nothing of a next line is swallowed.
Result<SecretBytes> read_line(int fd) {
  SecretBytes line(passphrase_bytes_max + 1);
  std::size_t n = 0;
  for (;;) {
    std::uint8_t c = 0;
    const auto got = ::read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Unexpected(
          make_error("passphrase_unreadable", "Không đọc được mật khẩu.", "The passphrase can't be read."));
    }
    if (got == 0 || c == '\n') break;
    if (n > passphrase_bytes_max) {
      return Unexpected(make_error("passphrase_too_long", "Mật khẩu quá dài (tối đa 1024 byte).",
                                   "The passphrase is too long (at most 1024 bytes)."));
    }
    line.writable()[n++] = c;
  }
  if (n > 0 && line.view()[n - 1] == '\r') --n;
  line.truncate(n);
  return line;
}

class EchoOff {
 public:
  explicit EchoOff(int fd) : fd_(fd) {
    ok_ = ::tcgetattr(fd, &saved_) == 0;
    if (!ok_) return;
    termios quiet = saved_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd, TCSAFLUSH, &quiet);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (ok_) ::tcsetattr(fd_, TCSAFLUSH, &saved_);
  }

 private:
  int fd_;
  bool ok_ = false;
  termios saved_{};
};

Result<SecretBytes> ask(std::string_view prompt) {
  const std::string text = std::string(prompt) + ": ";
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return Unexpected(no_terminal());
  const EchoOff quiet(STDIN_FILENO);
  auto line = read_line(STDIN_FILENO);
  if (::write(STDERR_FILENO, "\n", 1) < 0) return Unexpected(no_terminal());
  return line;
}

}  // namespace

Result<SecretBytes> normalised_passphrase(SecretBytes raw) {
  auto text = to_nfc(as_text(raw.view()));
  if (!text) {
    return Unexpected(
        make_error("passphrase_not_utf8", "Mật khẩu phải là văn bản UTF-8.", "The passphrase must be UTF-8 text."));
  }
  SecretBytes out(as_bytes(*text));
  wipe({reinterpret_cast<std::uint8_t*>(text->data()),
        text->size()});  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  return out;
}

Result<SecretBytes> read_passphrase(const PassphraseSource& source, std::string_view prompt, bool confirm) {
  SecretBytes first;
  if (source.descriptor) {
    STELE_TRY(first, read_line(*source.descriptor));
  } else {
    if (::isatty(STDIN_FILENO) == 0) return Unexpected(no_terminal());
    STELE_TRY(first, ask(prompt));
    if (confirm) {
      STELE_TRY(const SecretBytes again, ask(std::string(prompt) + " (2/2)"));
      if (!equal_constant_time(first.view(), again.view())) {
        return Unexpected(make_error("passphrase_differs", "Hai lần nhập mật khẩu không giống nhau. Hãy thử lại.",
                                     "The two passphrases differ. Try again."));
      }
    }
  }
  STELE_TRY(auto out, normalised_passphrase(std::move(first)));
  if (confirm && out.size() < passphrase_bytes_min) {
    return Unexpected(make_error("passphrase_too_short", "Mật khẩu quá ngắn: cần ít nhất 8 byte.",
                                 "The passphrase is too short: at least 8 bytes."));
  }
  return out;
}

}  // namespace stele::signer
