// The manual as roff with the man macros, from the same tree as the help.
#include <algorithm>
#include <array>

#include "wallet-cli/cli/app_tree.h"
#include "wallet-cli/cli/display.h"
#include "wallet-cli/cli/exit_texts.h"

namespace stele::cli {
namespace {

constexpr std::string_view manual_date = "2026-11-27";  // of the last change to the command line

constexpr std::array exits{
    ExitText{Exit::ok, "đã làm xong; verify: mọi văn bản đều hợp lệ", "done; verify: every document is valid"},
    ExitText{Exit::failed, "lỗi không có mã riêng", "a fault without a number of its own"},
    ExitText{Exit::usage, "dòng lệnh không đúng", "the command line is wrong"},
    ExitText{Exit::bad_file, "một tệp đưa vào có lỗi; chưa gửi gì", "a file given is wrong; nothing was sent"},
    ExitText{Exit::refused, "sổ cái từ chối", "the ledger refuses it"},
    ExitText{Exit::not_final, "đã gửi, chưa biết kết quả: hãy chạy lại đúng lệnh này",
             "sent, outcome not known yet: run the same command again"},
    ExitText{Exit::unreachable, "không liên lạc được với nút hay dịch vụ kiểm chứng",
             "the node or the verifier can't be reached"},
    ExitText{Exit::passphrase, "sai mật khẩu, hoặc không có mật khẩu", "wrong passphrase, or none to be had"},
    ExitText{Exit::not_valid, "verify: có văn bản không hợp lệ; lý do ở phần kết quả",
             "verify: a document is not valid; the output says why"},
    ExitText{Exit::status_too_old,
             "verify: hợp lệ theo những gì đã biết, nhưng bằng chứng về tình trạng đã cũ, hay bản in chưa được so",
             "verify: valid as far as is known, but the proof of status is too old, or the print was not compared"},
};

std::string_view in(Lang lang, std::string_view vi, std::string_view en) {
  return lang == Lang::vi ? vi : en;
}

/// Text in running lines: no character of it means anything to roff.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with(".") || text.starts_with("'")) out += "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '`')
      out += "\\(ga";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '"')
      out += "\\(dq";
    else
      out += c;
  }
  return out;
}
std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

/// Prose: source lines of moderate length, as checkers of manuals want them.
std::string prose(std::string_view text) {
  constexpr std::size_t columns = 64;
  std::string out;
  for (const auto& line : wrapped(text, columns)) out += (out.empty() ? "" : "\n") + roff(line);
  return out;
}

void section(std::string& out, std::string_view title) {
  out += ".SH ";
  out += title;
  out += "\n";
}

void option(std::string& out, const OptionInfo& o, Lang lang) {
  out += ".TP\n";
  if (o.positional) {
    out += italic(o.value) + (o.repeats ? " ..." : "") + "\n";
  } else {
    std::string names;
    for (const auto& n : o.names) names += (names.empty() ? "" : ", ") + bold(n);
    out += names + (o.value.empty() ? "" : " " + italic(o.value)) + "\n";
  }
  const bool told = o.required && !o.positional;
  out += prose(o.text + std::string(told ? in(lang, " (bắt buộc)", " (required)") : "") + ".") + "\n";
}

void synopsis(std::string& out, const CommandInfo& c, Lang lang) {
  out += bold(c.path) + " [" + italic(in(lang, "TÙY CHỌN", "OPTIONS")) + "]";
  for (const auto& o : c.options) {
    if (!o.positional) continue;
    const auto shown = italic(o.value) + (o.repeats ? " ..." : "");
    out += o.required ? " " + shown : " [" + shown + "]";
  }
  out += "\n";
}

bool is_help(const OptionInfo& o) {
  return o.names.back() == "--help";
}

void examples(std::string& out, const CommandInfo& c) {
  for (const auto& e : c.examples) {
    if (!out.ends_with("EXAMPLES\n") && !out.ends_with("VÍ DỤ\n")) out += ".PP\n";
    out += roff(e.text) + ":\n.PP\n.RS 4\n.nf\n" + roff(e.line) + "\n.fi\n.RE\n";
  }
}

void commands(std::string& out, const CommandInfo& c, Lang lang) {
  if (c.commands.empty()) {
    out += ".SS \"" + roff(c.path) + "\"\n";
    synopsis(out, c, lang);
    out += ".PP\n" + prose(c.text + ".") + "\n";
    for (const auto& o : c.options) {
      if (!is_help(o)) option(out, o, lang);
    }
    return;
  }
  for (const auto& sub : c.commands) commands(out, sub, lang);
}

void all_examples(std::string& out, const CommandInfo& c) {
  examples(out, c);
  for (const auto& sub : c.commands) all_examples(out, sub);
}

void environment(std::string& out, const CommandInfo& program, Lang lang) {
  section(out, in(lang, "BIẾN MÔI TRƯỜNG", "ENVIRONMENT"));
  for (const auto& o : program.options) {
    if (o.environment.empty()) continue;
    out += ".TP\n" + bold(o.environment) + "\n";
    out += roff(std::string(in(lang, "dùng khi không có ", "used when there is no ")) + o.names.back()) + ".\n";
  }
  out += ".TP\n" + bold("LC_ALL") + ", " + bold("LC_MESSAGES") + ", " + bold("LANG") + "\n";
  out += prose(in(lang, "tiếng Việt nếu bắt đầu bằng vi, nếu không thì tiếng Anh.",
                  "Vietnamese if it begins with vi, English otherwise."));
  out += "\n";
}

void exit_statuses(std::string& out, Lang lang) {
  section(out, in(lang, "MÃ THOÁT", "EXIT STATUS"));
  for (const auto& e : exits) {
    out += ".TP\n" + bold(std::to_string(static_cast<int>(e.exit))) + "\n" +
           prose(std::string(in(lang, e.vi, e.en)) + ".") + "\n";
  }
}

}  // namespace

std::span<const ExitText> exit_texts() {
  return exits;
}

std::string manual(const CommandInfo& program, const CommandInfo* one, Lang lang) {
  const CommandInfo& c = one == nullptr ? program : *one;
  std::string title = c.path;
  std::replace(title.begin(), title.end(), ' ', '-');
  std::string upper = title;
  for (char& ch : upper) ch = static_cast<char>(ch >= 'a' && ch <= 'z' ? ch - 'a' + 'A' : ch);
  std::string out = ".TH \"" + roff(upper) + "\" 1 \"" + std::string(manual_date) + "\" \"Stele\" \"" +
                    std::string(in(lang, "Hướng dẫn dùng Stele", "Stele Manual")) + "\"\n";
  section(out, in(lang, "TÊN", "NAME"));
  out += roff(title) + " \\- " + roff(c.text) + "\n";
  section(out, in(lang, "CÚ PHÁP", "SYNOPSIS"));
  if (c.commands.empty())
    synopsis(out, c, lang);
  else
    out += bold(c.path) + " " + italic(in(lang, "LỆNH", "COMMAND")) + " [" + italic(in(lang, "TÙY CHỌN", "OPTIONS")) +
           "] ...\n";
  if (c.commands.empty()) {
    section(out, in(lang, "TÙY CHỌN", "OPTIONS"));
    for (const auto& o : c.options) option(out, o, lang);
  } else {
    section(out, in(lang, "LỆNH", "COMMANDS"));
    commands(out, c, lang);
  }
  section(out, in(lang, "TÙY CHỌN CHUNG", "OPTIONS OF EVERY COMMAND"));
  for (const auto& o : program.options) option(out, o, lang);
  exit_statuses(out, lang);
  environment(out, program, lang);
  section(out, in(lang, "VÍ DỤ", "EXAMPLES"));
  all_examples(out, c);
  return out;
}

}  // namespace stele::cli
