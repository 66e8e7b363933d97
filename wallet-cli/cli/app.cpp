// The parser (CLI11) and the way from argv to a command.
#include "wallet-cli/cli/app.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "signer/secret.h"
#include "wallet-cli/cli/app_builder.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

constexpr std::string_view version_text = "stele 0.1.0";

struct ValueName {
  V value;
  std::string_view vi, en;
};
constexpr ValueName value_names[] = {
    {V::text, "CHỮ", "TEXT"},
    {V::name, "TÊN", "NAME"},
    {V::id, "MÃ", "ID"},
    {V::org, "ĐƠN-VỊ", "ORG"},
    {V::file, "TỆP", "FILE"},
    {V::folder, "THƯ-MỤC", "FOLDER"},
    {V::url, "URL", "URL"},
    {V::number, "SỐ", "N"},
    {V::cls, "LỚP", "CLASS"},
    {V::year, "NĂM", "YEAR"},
    {V::code, "MÃ", "CODE"},
    {V::date, "NGÀY", "DATE"},
    {V::time, "GIỜ-UTC", "UTC-TIME"},
    {V::student, "MÃ-HS", "STUDENT"},
    {V::reason, "LÝ-DO", "REASON"},
    {V::grant, "VAI-TRÒ[:PHẠM-VI]", "ROLE[:SCOPE]"},
    {V::set, "Ô=GIÁ-TRỊ", "CELL=VALUE"},
    {V::role, "VAI-TRÒ", "ROLE"},
    {V::subject, "MÔN", "SUBJECT"},
    {V::copy, "BẢN-SAO", "COPY"},
    {V::key, "KHÓA", "KEY"},
    {V::record, "BẢN-GHI", "RECORD"},
    {V::shell, "SHELL", "SHELL"},
    {V::command, "LỆNH", "COMMAND"},
};

std::string choose(Lang lang, Text t) {
  return std::string(lang == Lang::vi ? t.vi : t.en);
}

std::string value_name(const Arg& arg, Lang lang) {
  if (!arg.choices.empty()) return std::string(arg.choices);
  const auto* it = std::find_if(std::begin(value_names), std::end(value_names),
                                [&](const ValueName& n) { return n.value == arg.value; });
  STELE_ASSERT(it != std::end(value_names));
  return choose(lang, {it->vi, it->en});
}

Takes takes_of(const Arg& arg) {
  if (!arg.choices.empty()) return Takes::choice;
  if (arg.value == V::file || arg.value == V::copy) return Takes::file;
  return arg.value == V::folder ? Takes::folder : Takes::word;
}

[[noreturn]] void usage(std::string_view code, std::string vi, std::string en) {
  throw UsageFault{make_error(code, std::move(vi), std::move(en))};
}

void check_choice(const std::string& names, const std::string& value, std::string_view choices) {
  const std::string all = "|" + std::string(choices) + "|";
  if (value.find('|') == std::string::npos && all.find("|" + value + "|") != std::string::npos) return;
  usage("usage_choice", names + ": chỉ nhận " + std::string(choices) + ", không nhận \"" + value + "\".",
        names + " takes " + std::string(choices) + ", not \"" + value + "\".");
}

[[noreturn]] void no_value(const std::string& names) {
  usage("usage_value_missing", "Thiếu giá trị sau " + names + ".", "There is no value after " + names + ".");
}

template <class N>
N number_from(const std::string& names, const std::string& text) {
  N n = 0;
  const auto* end = text.data() + text.size();
  const auto r = std::from_chars(text.data(), end, n);
  if (r.ec == std::errc() && r.ptr == end && !text.empty()) return n;
  usage("usage_number", names + " cần một số nguyên không âm, không phải \"" + text + "\".",
        names + " needs a whole number, not \"" + text + "\".");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace

// ---- declaring ----

Command Command::command(std::string_view name, Text text) {
  app_->require_subcommand(1);
  auto* sub = app_->add_subcommand(std::string(name), choose(parsing_->lang, text));
  sub->fallthrough();
  sub->footer("");  // a new one copies its parent's
  return {*sub, *parsing_};
}

Command& Command::example(Text text, std::string_view line) {
  app_->footer(app_->get_footer() + choose(parsing_->lang, text) + "\n" + std::string(line) + "\n");
  return *this;
}

CLI::Option& Command::add(const Arg& arg, bool many, Assign assign) {
  const std::string names(arg.names);
  auto* o = app_->add_option(
      names,
      [names, choices = std::string(arg.choices), assign = std::move(assign)](const CLI::results_t& values) {
        for (const auto& v : values) {
          // "--out --lang en": the parser would take the next option for the value.
          if (names.starts_with("-") && v.starts_with("--")) no_value(names);
          if (!choices.empty()) check_choice(names, v, choices);
        }
        assign(values);
        return true;
      },
      choose(parsing_->lang, arg.text));
  o->type_name(value_name(arg, parsing_->lang));
  o->type_size(1);
  if (many && !arg.names.starts_with("-"))
    o->expected(-1);
  else
    o->expected(1);
  if (many) o->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (arg.required) o->required();
  if (!arg.environment.empty()) o->envname(std::string(arg.environment));
  parsing_->takes[o] = takes_of(arg);
  return *o;
}

Command& Command::option(const Arg& arg, std::string& out) {
  add(arg, false, [&out](const auto& v) { out = v.front(); });
  return *this;
}
Command& Command::option(const Arg& arg, fs::path& out) {
  add(arg, false, [&out](const auto& v) { out = v.front(); });
  return *this;
}
Command& Command::option(const Arg& arg, std::optional<fs::path>& out) {
  add(arg, false, [&out](const auto& v) { out = fs::path(v.front()); });
  return *this;
}
Command& Command::option(const Arg& arg, unsigned& out) {
  add(arg, false, [&out, n = std::string(arg.names)](const auto& v) { out = number_from<unsigned>(n, v.front()); });
  return *this;
}
Command& Command::option(const Arg& arg, std::optional<int>& out) {
  static constexpr unsigned descriptor_max = 65'535;
  add(arg, false, [&out, n = std::string(arg.names)](const auto& v) {
    out = static_cast<int>(std::min(number_from<unsigned>(n, v.front()), descriptor_max));
  });
  return *this;
}
Command& Command::option(const Arg& arg, std::optional<std::uint64_t>& out) {
  add(arg, false,
      [&out, n = std::string(arg.names)](const auto& v) { out = number_from<std::uint64_t>(n, v.front()); });
  return *this;
}
Command& Command::options(const Arg& arg, std::vector<std::string>& out) {
  add(arg, true, [&out](const auto& v) { out = v; });
  return *this;
}
Command& Command::options(const Arg& arg, std::vector<fs::path>& out) {
  add(arg, true, [&out](const auto& v) { out.assign(v.begin(), v.end()); });
  return *this;
}
Command& Command::options(const Arg& arg, std::vector<unsigned>& out) {
  add(arg, true, [&out, n = std::string(arg.names)](const auto& values) {
    out.clear();
    for (const auto& v : values) out.push_back(number_from<unsigned>(n, v));
  });
  return *this;
}
Command& Command::list(const Arg& arg, std::vector<std::string>& out) {
  add(arg, true, [&out](const auto& v) { out = v; }).delimiter(',');
  return *this;
}
Command& Command::flag(const Arg& arg, bool& out) {
  app_->add_flag(std::string(arg.names), out, choose(parsing_->lang, arg.text));
  return *this;
}

void Command::runs(Run run) {
  app_->callback([parsing = parsing_, run = std::move(run)] { parsing->chosen = run; });
}

Command& Command::save(Save& out) {
  return option({"--save",
                 {"ký rồi ghi vào tệp này để gửi sau bằng `stele submit`",
                  "sign, and write to this file to send later with `stele submit`"},
                 V::file},
                out);
}

// ---- the program ----

namespace {

/// One parser with everything that its options write to.
struct Program {
  Parsing parsing;
  Context context;
  std::string lang;
  bool version = false;
  CLI::App app{"", "stele"};

  explicit Program(Lang l) {
    parsing.lang = context.lang = l;
    app.description(choose(l, {"Học bạ và văn bằng trên sổ cái: ký, cấp, nhận, kiểm tra",
                               "School records on a ledger: sign, issue, receive, verify"}));
    app.set_help_flag("-h,--help", choose(l, {"hiện trợ giúp", "show help"}));
    Command program(app, parsing);
    globals(program);
    add_network_commands(program);
    add_ceremony_commands(program);
    add_school_commands(program);
    add_change_commands(program);
    add_holder_commands(program);
    tools(program);
  }

 private:
  void globals(Command& program) {
    program
        .option({"--lang",
                 {"ngôn ngữ; mặc định theo hệ thống", "language; default from the locale"},
                 V::text,
                 false,
                 "vi|en"},
                lang)
        .flag({"--json", {"kết quả cho máy đọc, một giá trị JSON", "result for programs, one JSON value"}},
              context.json)
        .flag({"--yes,-y", {"không hỏi lại trước khi ký", "do not ask before signing"}}, context.yes)
        .option(
            {"--genesis", {"tệp genesis của mạng", "genesis file of the network"}, V::file, false, {}, "STELE_GENESIS"},
            context.genesis_file)
        .option({"--node", {"địa chỉ của nút", "address of the node"}, V::url, false, {}, "STELE_NODE"},
                context.node_url)
        .option({"--key", {"tệp khóa để ký", "key file to sign with"}, V::file, false, {}, "STELE_KEY"},
                context.key_file)
        .option({"--passphrase-fd",
                 {"đọc mật khẩu từ bộ mô tả tệp này, mỗi mật khẩu một dòng",
                  "read passphrases from this file descriptor, one a line"},
                 V::number},
                context.passphrase.descriptor)
        .flag({"--version", {"hiện phiên bản", "show the version"}}, version)
        .example({"Kiểm tra một học bạ", "Check a transcript"}, "stele verify hoc-ba.json --genesis genesis.json")
        .example({"Trợ giúp của một lệnh", "Help on a command"}, "stele sign grades --help");
  }

  void tools(Command& program) {
    auto shell = std::make_shared<std::string>();
    program
        .command("completion", {"In kịch bản tự hoàn thành lệnh cho shell", "Print the completion script for a shell"})
        .option({"shell", {"shell nào", "which shell"}, V::shell, true, "bash|zsh|fish"}, *shell)
        .example({"Cho phiên bash này", "For this bash"}, "source <(stele completion bash)")
        .runs([shell](const Context&) {
          std::cout << *completion_script(describe_program(Lang::en), *shell) << std::flush;
          return Exit::ok;
        });
    auto words = std::make_shared<std::vector<std::string>>();
    program.command("man", {"In trang hướng dẫn (roff)", "Print the manual page (roff)"})
        .options({"command", {"chỉ lệnh này", "of this command only"}, V::command}, *words)
        .example({"Đọc ngay", "Read it"}, "stele man > stele.1 && man ./stele.1")
        .runs([words](const Context& c) {
          const auto tree = describe_program(c.lang);
          const auto* one = tree.find(*words);
          if (one == nullptr) {
            return fail(c, make_error("usage_command", "Không có lệnh này. Hãy xem stele --help.",
                                      "There is no such command. See stele --help."));
          }
          std::cout << manual(tree, words->empty() ? nullptr : one, c.lang) << std::flush;
          return Exit::ok;
        });
  }
};

OptionInfo describe(const CLI::Option& o, const std::map<const CLI::Option*, Takes>& takes) {
  OptionInfo out;
  for (const auto& s : o.get_snames()) out.names.push_back("-" + s);
  for (const auto& l : o.get_lnames()) out.names.push_back("--" + l);
  out.positional = out.names.empty();
  if (out.positional) out.names.push_back(o.get_name(true));
  out.text = o.get_description();
  out.environment = o.get_envname();
  out.required = o.get_required();
  const auto it = takes.find(&o);
  if (it == takes.end()) return out;  // a flag
  out.takes = it->second;
  out.value = o.get_type_name();
  out.repeats = o.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return out;
}

CommandInfo describe(const CLI::App& app, const std::string& above, const std::map<const CLI::Option*, Takes>& takes) {
  CommandInfo out;
  out.name = app.get_name();
  out.path = above.empty() ? out.name : above + " " + out.name;
  out.text = app.get_description();
  const auto lines = lines_of(app.get_footer());
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) out.examples.push_back({lines[i], lines[i + 1]});
  for (const auto* o : app.get_options()) out.options.push_back(describe(*o, takes));
  for (const auto* c : app.get_subcommands([](const CLI::App*) { return true; }))
    out.commands.push_back(describe(*c, out.path, takes));
  return out;
}

std::size_t terminal_width() {
  constexpr std::size_t narrowest = 60, usual = 80, widest = 110;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return std::clamp<std::size_t>(size.ws_col, narrowest, widest);
}

/// The language is needed before the texts are made: a first look at the arguments.
Lang language(int argc, char** argv) {
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::string_view value;
    if (args[i].starts_with("--lang=")) value = args[i].substr(std::string_view("--lang=").size());
    if (args[i] == "--lang" && i + 1 < args.size()) value = args[i + 1];
    if (value == "vi") return Lang::vi;
    if (value == "en") return Lang::en;
  }
  return lang_from_environment();
}

std::vector<std::string> words_of(const CLI::App& app) {
  std::vector<std::string> out;
  const CLI::App* a = &app;
  while (!a->get_subcommands().empty()) {
    a = a->get_subcommands().front();
    out.push_back(a->get_name());
  }
  return out;
}

// ---- wrong command lines ----

Error unknown_word(const CommandInfo& program, const CommandInfo& command, const std::string& word) {
  std::vector<std::string> known;
  const bool option = word.starts_with("-");
  for (const auto* c : {&command, &program}) {
    for (const auto& o : c->options) {
      for (const auto& n : o.names)
        if (option && n.starts_with("--")) known.push_back(n);
    }
    if (!option && c == &command)
      for (const auto& sub : c->commands) known.push_back(sub.name);
  }
  const bool is_command = !option && !command.commands.empty();
  std::string vi = option ? "Không có tùy chọn " : is_command ? "Không có lệnh " : "Thừa tham số ";
  std::string en = option ? "There is no option " : is_command ? "There is no command " : "One argument too many: ";
  vi += "\"" + word + "\"", en += "\"" + word + "\"";
  if (const auto near = nearest(word.substr(0, word.find('=')), known)) {
    vi += "; có phải ý bạn là \"" + *near + "\"?";
    en += "; did you mean \"" + *near + "\"?";
  } else {
    vi += ".", en += ".";
  }
  return make_error(option       ? "usage_unknown_option"
                    : is_command ? "usage_unknown_command"
                                 : "usage_too_many",
                    std::move(vi), std::move(en));
}

std::string shown_name(const OptionInfo& o) {
  return o.positional ? o.value : o.names.back();
}

/// Names in `e`, as CLI11 puts them: "--out: 1 required FILE missing".
Error bad_count(const CLI::App& deepest, const std::string& what) {
  const auto name = what.substr(0, what.find(':'));
  std::size_t given = 0;
  for (const CLI::App* a = &deepest; a != nullptr; a = a->get_parent()) {
    if (const auto* o = a->get_option_no_throw(name)) given = std::max(given, o->count());
  }
  if (given > 1)
    return make_error("usage_repeated", name + " chỉ được dùng một lần.", name + " may be given only once.");
  return make_error("usage_value_missing", "Thiếu giá trị sau " + name + ".", "There is no value after " + name + ".");
}

Error usage_error(const Program& p, const CLI::ParseError& e) {
  const auto tree = describe(p.app, "", p.parsing.takes);
  const auto words = words_of(p.app);
  const auto& command = *tree.find(words);
  const auto rest = p.app.remaining(true);
  if (!rest.empty()) return unknown_word(tree, command, rest.front());
  const CLI::App* deepest = &p.app;
  for (const auto& w : words) deepest = deepest->get_subcommand(w);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr) return bad_count(*deepest, e.what());
  if (!command.commands.empty()) {
    return make_error("usage_no_command", "Thiếu lệnh sau \"" + command.path + "\".",
                      "A command is missing after \"" + command.path + "\".");
  }
  std::string missing;
  for (std::size_t i = 0; i < command.options.size(); ++i) {
    if (command.options[i].required && deepest->get_options()[i]->count() == 0)
      missing += (missing.empty() ? "" : ", ") + shown_name(command.options[i]);
  }
  if (!missing.empty()) return make_error("usage_missing", "Thiếu: " + missing + ".", "Missing: " + missing + ".");
  return make_error("usage", std::string("Dòng lệnh không đúng: ") + e.what() + ".",
                    std::string("The command line is wrong: ") + e.what() + ".");
}

Exit wrong_usage(const Program& p, const Error& e) {
  const auto exit = fail(p.context, e);
  if (p.context.json) return exit;
  const auto tree = describe(p.app, "", p.parsing.takes);
  const auto path = tree.find(words_of(p.app))->path;
  std::cerr << pick(p.context, "Xem: ", "See: ") << path << " --help\n";
  return exit;
}

/// One id in 64 begins with a hyphen, and would be taken for an option: such a word gets a prefix that parse_id drops.
std::string marked_if_id(std::string_view word) {
  constexpr std::size_t id_chars = 43;
  const bool id = word.size() == id_chars && word.front() == '-' && unbase64url(word).has_value();
  return (id ? std::string(id_prefix) : std::string()) + std::string(word);
}

Exit parse_and_run(Program& p, int argc, char** argv) {
  try {
    std::vector<std::string> words;
    for (int i = argc - 1; i > 0; --i) words.push_back(marked_if_id(argv[i]));  // CLI11 wants the last one first
    p.app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    const auto tree = describe(p.app, "", p.parsing.takes);
    std::cout << help_text(tree, *tree.find(words_of(p.app)), p.context.lang, terminal_width()) << std::flush;
    return Exit::ok;
  } catch (const CLI::ParseError& e) {
    if (p.version && p.app.remaining(true).empty()) {
      std::cout << version_text << '\n';
      return Exit::ok;
    }
    return wrong_usage(p, usage_error(p, e));
  } catch (const UsageFault& f) {
    return wrong_usage(p, f.error);
  }
  if (p.version) {
    std::cout << version_text << '\n';
    return Exit::ok;
  }
  STELE_ASSERT(p.parsing.chosen);
  p.context.lang_given = !p.lang.empty();
  return p.parsing.chosen(p.context);
}

Exit guarded(int argc, char** argv) {
  Program p(language(argc, argv));
  p.context.progress = ::isatty(STDERR_FILENO) != 0;
  if (auto ok = signer::disable_core_dumps(); !ok) return fail(p.context, ok.error());
  if (unicode_version() != unicode_version_required) {
    return fail(p.context, make_error("unicode_version",
                                      "Thư viện utf8proc của máy này theo Unicode " + std::string(unicode_version()) +
                                          ", cần " + std::string(unicode_version_required) + ".",
                                      "This machine's utf8proc follows Unicode " + std::string(unicode_version()) +
                                          ", but " + std::string(unicode_version_required) + " is needed."));
  }
  return parse_and_run(p, argc, argv);
}

}  // namespace

CommandInfo describe_program(Lang lang) {
  const Program p(lang);
  return describe(p.app, "", p.parsing.takes);
}

int run(int argc, char** argv) {
  try {
    return static_cast<int>(guarded(argc, argv));
  } catch (const std::exception& e) {
    std::cerr << "stele: " << e.what() << '\n';
    return static_cast<int>(Exit::failed);
  }
}

}  // namespace stele::cli
