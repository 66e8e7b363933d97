#include "ledger/paper/examine.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace stele::paper {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool address_sanitizer = false;
#endif

constexpr rlim_t memory_bytes = rlim_t{768} * 1024 * 1024;
constexpr rlim_t cpu_s = 20;
constexpr auto patience = std::chrono::seconds(40);
constexpr std::size_t answer_bytes_max = 2 * pdf_total_bytes_max;

void set_limit(int what, rlim_t most) {
  const rlimit limit{most, most};
  (void)::setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

[[noreturn]] void read_as_child(const std::string& bytes, int to) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, cpu_s);
  set_limit(RLIMIT_FSIZE, 0);
  if (!address_sanitizer) set_limit(RLIMIT_AS, memory_bytes);  // its shadow memory alone is larger
  const auto answer = pack(read_pdf(bytes));
  for (std::size_t done = 0; done < answer.size();) {
    const auto n = ::write(to, answer.data() + done, answer.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(1);
    done += static_cast<std::size_t>(n);
  }
  ::_exit(0);
}

/// All that the child says, or nothing if it says too much or takes too long.
std::string listen(int from) {
  std::string out;
  std::array<char, 65'536> piece{};
  const auto end = std::chrono::steady_clock::now() + patience;
  while (out.size() <= answer_bytes_max) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{from, POLLIN, 0};
    const int ready = left.count() > 0 ? ::poll(&wait, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return {};
    const auto n = ::read(from, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return {};
    if (n == 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(n));
  }
  return {};
}

Error pdf_error(std::string_view code, std::string vi, std::string en) {
  return make_error(code, std::move(vi), std::move(en));
}

Error too_heavy() {
  return pdf_error("pdf_too_heavy",
                   "Tệp PDF này quá nặng hoặc quá rối để đọc một cách an toàn. Hãy xin lại tệp PDF gốc, hoặc tệp "
                   ".stele.json.",
                   "This PDF is too heavy or too tangled to be read safely. Ask for the original PDF, or for the "
                   ".stele.json file.");
}

Error fault_error(const PdfRead& r) {
  switch (r.fault) {
    case PdfFault::not_pdf:
      return pdf_error("pdf_not_pdf", "Đây không phải tệp PDF.", "This is no PDF.");
    case PdfFault::locked:
      return pdf_error("pdf_locked", "Tệp PDF này bị khóa bằng mật khẩu. Bản in của Stele không bao giờ bị khóa.",
                       "This PDF is locked by a password. Prints of Stele never are.");
    case PdfFault::damaged:
      return pdf_error("pdf_damaged", "Tệp PDF này bị hỏng, không đọc được. Hãy xin lại tệp gốc.",
                       "This PDF is damaged and can't be read. Ask for the original file.");
    default:
      return too_heavy();
  }
}

// ---- packing: a letter and a text, again and again ----

void put(std::string& out, char kind, std::string_view text) {
  out += kind;
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((text.size() >> shift) & 0xFFU);
  out += text;
}

bool take(std::string_view& in, char& kind, std::string_view& text) {
  constexpr std::size_t head = 5;
  if (in.size() < head) return false;
  kind = in[0];
  std::size_t size = 0;
  for (unsigned i = 0; i < 4; ++i) size |= static_cast<std::size_t>(static_cast<unsigned char>(in[1 + i])) << (8 * i);
  in.remove_prefix(head);
  if (size > in.size()) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

bool take_page(char kind, std::string_view text, PdfPage& page) {
  switch (kind) {
    case 't':
      page.texts.emplace_back(text);
      return true;
    case 'd':
      page.drawing = text;
      return true;
    case 'b':
      page.box = text;
      return true;
    case 'n':
      page.notes = text.size();
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string pack(const PdfRead& r) {
  std::string out;
  put(out, 'F', std::string(static_cast<std::size_t>(r.fault), '.'));
  put(out, 'W', r.why);
  if (r.facts.damaged) put(out, 'D', "");
  if (r.facts.active) put(out, 'X', "");
  put(out, 'L', r.facts.lang);
  for (const auto& [key, value] : r.facts.info) put(out, 'K', key), put(out, 'V', value);
  for (const auto& [name, program] : r.facts.fonts) put(out, 'K', name), put(out, 'G', program);
  for (const auto& a : r.facts.attachments) put(out, 'K', a.name), put(out, 'A', a.bytes);
  for (const auto& p : r.facts.pages) {
    put(out, 'P', "");
    put(out, 'b', p.box);
    put(out, 'd', p.drawing);
    put(out, 'n', std::string(p.notes, '.'));
    for (const auto& t : p.texts) put(out, 't', t);
  }
  put(out, 'E', "");
  return out;
}

bool unpack(std::string_view in, PdfRead& out) {
  std::string key;
  char kind = 0;
  std::string_view text;
  while (take(in, kind, text)) {
    switch (kind) {
      case 'F':
        out.fault = static_cast<PdfFault>(text.size());
        break;
      case 'W':
        out.why = text;
        break;
      case 'D':
        out.facts.damaged = true;
        break;
      case 'X':
        out.facts.active = true;
        break;
      case 'L':
        out.facts.lang = text;
        break;
      case 'K':
        key = text;
        break;
      case 'V':
        out.facts.info[key] = text;
        break;
      case 'G':
        out.facts.fonts[key] = text;
        break;
      case 'A':
        out.facts.attachments.push_back({key, std::string(text)});
        break;
      case 'P':
        out.facts.pages.emplace_back();
        break;
      case 'E':
        return in.empty();
      default:
        if (out.facts.pages.empty() || !take_page(kind, text, out.facts.pages.back())) return false;
    }
  }
  return false;
}

Result<PdfFacts> examine_pdf(const std::string& bytes) {
  if (bytes.size() > pdf_bytes_max) {
    return Unexpected(pdf_error("pdf_too_large", "Tệp PDF lớn hơn 16 MiB.", "The PDF is larger than 16 MiB."));
  }
  std::array<int, 2> pipe{};
  const auto no_process = [] {
    return Unexpected(pdf_error("pdf_no_process", "Máy không cho mở tiến trình để đọc PDF; hãy thử lại.",
                                "The machine gives no process to read the PDF with; try again."));
  };
  if (::pipe(pipe.data()) != 0) return no_process();
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(pipe[0]), ::close(pipe[1]);
    return no_process();
  }
  if (child == 0) {
    ::close(pipe[0]);
    read_as_child(bytes, pipe[1]);
  }
  ::close(pipe[1]);
  const auto answer = listen(pipe[0]);
  ::close(pipe[0]);
  if (answer.empty()) (void)::kill(child, SIGKILL);
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  PdfRead read;
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0 || !unpack(answer, read)) return Unexpected(too_heavy());
  if (read.fault != PdfFault::none) return Unexpected(fault_error(read));
  return std::move(read.facts);
}

}  // namespace stele::paper
