// Completion scripts. Each follows the words up to the cursor to the deepest command that they name, and offers what
// that command takes.
#include <algorithm>
#include <functional>

#include "wallet-cli/cli/app_tree.h"

namespace stele::cli {
namespace {

using Visit = std::function<void(const CommandInfo&)>;
void each(const CommandInfo& c, const Visit& visit) {
  visit(c);
  for (const auto& sub : c.commands) each(sub, visit);
}

/// "key new"; empty for the program.
std::string words_of(const CommandInfo& c) {
  const auto space = c.path.find(' ');
  return space == std::string::npos ? std::string() : c.path.substr(space + 1);
}

/// Single quotes for all three shells; backslash is special inside them in fish only, and stands in no text of ours.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char ch : text) {
    if (ch == '\'')
      out += "'\\''";
    else
      out += ch;
  }
  return out + "'";
}

std::string joined(const std::vector<std::string>& list, std::string_view between) {
  std::string out;
  for (const auto& s : list) out += (out.empty() ? "" : std::string(between)) + s;
  return out;
}

std::vector<const OptionInfo*> options_of(const CommandInfo& program, const CommandInfo& c) {
  std::vector<const OptionInfo*> out;
  for (const auto& o : c.options) out.push_back(&o);
  if (&program == &c) return out;
  for (const auto& o : program.options) {
    if (o.names.back() != "--help" && o.names.back() != "--version") out.push_back(&o);
  }
  return out;
}

// ---- bash ----

std::string bash_values(const OptionInfo& o) {
  switch (o.takes) {
    case Takes::file:
      return "_stele_files -f";
    case Takes::folder:
      return "_stele_files -d";
    case Takes::choice:
      return "_stele_words " + quoted(joined(o.choices(), " "));
    default:
      return "COMPREPLY=()";
  }
}

std::string bash_command(const CommandInfo& program, const CommandInfo& c) {
  std::vector<std::string> names, offered;
  std::string values, positional;
  for (const auto* o : options_of(program, c)) {
    if (o->positional) {
      if (positional.empty() || positional == "COMPREPLY=()") positional = bash_values(*o);
      continue;
    }
    names.insert(names.end(), o->names.begin(), o->names.end());
    if (o->takes != Takes::nothing)
      values += "        " + joined(o->names, "|") + ") " + bash_values(*o) + "; return ;;\n";
  }
  for (const auto& sub : c.commands) offered.push_back(sub.name);
  std::string out = "    " + quoted(words_of(c)) + ")\n";
  if (!values.empty()) out += "      case $prev in\n" + values + "      esac\n";
  out += "      if [[ $cur == -* ]]; then _stele_words " + quoted(joined(names, " ")) + "\n";
  if (!offered.empty())
    out += "      else _stele_words " + quoted(joined(offered, " ")) + "\n";
  else if (!positional.empty())
    out += "      else " + positional + "\n";
  return out + "      fi ;;\n";
}

std::string bash_script(const CommandInfo& program) {
  std::string known, cases;
  each(program, [&](const CommandInfo& c) {
    if (&c != &program) known += (known.empty() ? "" : "|") + quoted(words_of(c));
    cases += bash_command(program, c);
  });
  return R"(# bash completion for stele: source <(stele completion bash)
_stele_words() {
  local IFS=$' \t\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}
_stele_files() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
_stele() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= next i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    next="${path:+$path }${COMP_WORDS[i]}"
    case $next in
      )" +
         known +
         R"() path=$next ;;
    esac
  done
  case $path in
)" + cases +
         R"(  esac
}
complete -F _stele stele
)";
}

// ---- zsh ----

std::string function_name(const CommandInfo& c) {
  std::string out = "_" + c.path;
  std::replace_if(
      out.begin(), out.end(), [](char ch) { return ch == ' ' || ch == '-'; }, '_');
  return out;
}

/// Text inside an `_arguments` specification, where brackets and colons mean something.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char ch : text) {
    if (ch == '[' || ch == ']' || ch == ':' || ch == '\\') out += '\\';
    out += ch;
  }
  return out;
}

std::string zsh_action(const OptionInfo& o) {
  switch (o.takes) {
    case Takes::file:
      return "_files";
    case Takes::folder:
      return "_files -/";
    case Takes::choice:
      return "(" + joined(o.choices(), " ") + ")";
    default:
      return " ";
  }
}

std::string zsh_option(const OptionInfo& o) {
  const std::string value = o.takes == Takes::nothing ? "" : ":" + zsh_text(o.value) + ":" + zsh_action(o);
  if (o.positional) return " \\\n    " + quoted((o.repeats ? "*" : "") + value);
  std::string out;
  for (const auto& n : o.names) {
    const std::string others = o.repeats ? "*" : "(" + joined(o.names, " ") + ")";
    out += " \\\n    " + quoted(others + n + "[" + zsh_text(o.text) + "]" + value);
  }
  return out;
}

std::string zsh_command(const CommandInfo& program, const CommandInfo& c) {
  std::string out = function_name(c) + "() {\n";
  std::string arguments;
  for (const auto* o : options_of(program, c)) arguments += zsh_option(*o);
  if (c.commands.empty()) return out + "  _arguments" + arguments + "\n}\n";
  std::string list, cases;
  for (const auto& sub : c.commands) {
    list += "    " + quoted(sub.name + ":" + zsh_text(sub.text)) + "\n";
    cases += "        " + sub.name + ") " + function_name(sub) + " ;;\n";
  }
  return out + "  local line state\n  local -a commands\n  commands=(\n" + list + "  )\n  _arguments -C" + arguments +
         " \\\n    '1: :->command' \\\n    '*:: :->rest'\n" +
         "  case $state in\n    command) _describe command commands ;;\n    rest)\n      case $line[1] in\n" + cases +
         "      esac ;;\n  esac\n}\n";
}

std::string zsh_script(const CommandInfo& program) {
  std::string out = "#compdef stele\n# zsh completion for stele: stele completion zsh > \"${fpath[1]}/_stele\"\n";
  each(program, [&](const CommandInfo& c) { out += zsh_command(program, c); });
  return out + "if [[ $funcstack[1] == _stele ]]; then _stele \"$@\"; else compdef _stele stele; fi\n";
}

// ---- fish ----

std::string fish_option(const OptionInfo& o) {
  std::string out;
  for (const auto& n : o.names) out += n.starts_with("--") ? " -l " + n.substr(2) : " -s " + n.substr(1);
  switch (o.takes) {
    case Takes::file:
      out += " -r -F";
      break;
    case Takes::folder:
      out += " -x -a '(__fish_complete_directories)'";
      break;
    case Takes::choice:
      out += " -x -a " + quoted(joined(o.choices(), " "));
      break;
    case Takes::word:
      out += " -x";
      break;
    case Takes::nothing:
      break;
  }
  return out + " -d " + quoted(o.text);
}

std::string fish_command(const CommandInfo& program, const CommandInfo& c) {
  const std::string shown = "complete -c stele -n \"__stele_at '" + words_of(c) + "'\"";
  std::string out;
  for (const auto* o : options_of(program, c)) {
    if (!o->positional)
      out += shown + fish_option(*o) + "\n";
    else if (o->takes == Takes::file || o->takes == Takes::folder)
      out += shown + " -F\n";
    else if (o->takes == Takes::choice)
      out += shown + " -a " + quoted(joined(o->choices(), " ")) + "\n";
  }
  for (const auto& sub : c.commands) out += shown + " -a " + sub.name + " -d " + quoted(sub.text) + "\n";
  return out;
}

std::string fish_script(const CommandInfo& program) {
  std::string known, lines;
  each(program, [&](const CommandInfo& c) {
    if (&c != &program) known += " " + quoted(words_of(c));
    lines += fish_command(program, c);
  });
  return R"(# fish completion for stele: stele completion fish > ~/.config/fish/completions/stele.fish
function __stele_at
    set -l path ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$path $word")
        contains -- "$next" )" +
         known + R"(
        and set path $next
    end
    test "$path" = "$argv[1]"
end
complete -c stele -f
)" + lines;
}

}  // namespace

std::optional<std::string> completion_script(const CommandInfo& program, std::string_view shell) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  if (shell == "fish") return fish_script(program);
  return std::nullopt;
}

}  // namespace stele::cli
