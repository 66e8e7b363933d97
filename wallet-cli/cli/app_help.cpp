#include <algorithm>

#include "wallet-cli/cli/app_tree.h"
#include "wallet-cli/cli/display.h"

namespace stele::cli {
namespace {

std::string_view in(Lang lang, std::string_view vi, std::string_view en) {
  return lang == Lang::vi ? vi : en;
}

std::string left_of(const OptionInfo& o) {
  if (o.positional) return o.value + (o.repeats ? "..." : "");
  std::string out;
  for (const auto& n : o.names) out += (out.empty() ? "" : ", ") + n;
  return o.value.empty() ? out : out + " " + o.value;
}

std::string right_of(const OptionInfo& o, Lang lang) {
  std::string out = o.text;
  if (!o.environment.empty()) out += std::string(in(lang, " [biến ", " [variable ")) + o.environment + "]";
  if (o.required && !o.positional) out += in(lang, " (bắt buộc)", " (required)");
  return out;
}

void rows(std::string& out, const std::vector<std::pair<std::string, std::string>>& list, std::size_t width) {
  constexpr std::size_t indent = 2, column_max = 28;
  std::size_t column = 0;
  for (const auto& [left, right] : list) {
    if (const auto w = display_width(left); w <= column_max) column = std::max(column, w);
  }
  const std::size_t start = indent + column + 2;
  for (const auto& [left, right] : list) {
    const auto lines = wrapped(right, width - start);
    std::size_t next = 0;
    out += std::string(indent, ' ');
    if (display_width(left) > column)
      out += left + "\n";
    else
      out += padded(left, column) + "  " + lines[next++] + "\n";
    for (; next < lines.size(); ++next) out += std::string(start, ' ') + lines[next] + "\n";
  }
}

void options(std::string& out, const CommandInfo& c, bool positional, Lang lang, std::size_t width) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& o : c.options) {
    if (o.positional == positional) list.emplace_back(left_of(o), right_of(o, lang));
  }
  rows(out, list, width);
}

bool has(const CommandInfo& c, bool positional) {
  return std::any_of(c.options.begin(), c.options.end(), [&](const auto& o) { return o.positional == positional; });
}

}  // namespace

std::vector<std::string> OptionInfo::choices() const {
  std::vector<std::string> out;
  if (takes != Takes::choice) return out;
  std::string_view rest = value;
  while (true) {
    const auto bar = rest.find('|');
    out.emplace_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) return out;
    rest.remove_prefix(bar + 1);
  }
}

const CommandInfo* CommandInfo::find(const std::vector<std::string>& words) const {
  const CommandInfo* at = this;
  for (const auto& w : words) {
    const auto it = std::find_if(at->commands.begin(), at->commands.end(), [&](const auto& c) { return c.name == w; });
    if (it == at->commands.end()) return nullptr;
    at = &*it;
  }
  return at;
}

std::string help_text(const CommandInfo& program, const CommandInfo& c, Lang lang, std::size_t width) {
  std::string out = c.text + "\n\n" + std::string(in(lang, "Cách dùng: ", "Usage: ")) + c.path;
  if (!c.commands.empty()) out += in(lang, " LỆNH", " COMMAND");
  out += in(lang, " [TÙY CHỌN]", " [OPTIONS]");
  for (const auto& o : c.options) {
    if (!o.positional) continue;
    const auto shown = left_of(o);
    out += o.required ? " " + shown : " [" + shown + "]";
  }
  out += "\n";
  if (!c.commands.empty()) {
    out += in(lang, "\nLệnh:\n", "\nCommands:\n");
    std::vector<std::pair<std::string, std::string>> list;
    for (const auto& sub : c.commands) list.emplace_back(sub.name, sub.text);
    rows(out, list, width);
  }
  if (has(c, true)) out += in(lang, "\nTham số:\n", "\nArguments:\n"), options(out, c, true, lang, width);
  const bool top = &program == &c;
  if (has(c, false)) out += in(lang, "\nTùy chọn:\n", "\nOptions:\n"), options(out, c, false, lang, width);
  if (!top) {
    out += in(lang, "\nTùy chọn chung:\n", "\nOptions of every command:\n");
    CommandInfo shared;
    for (const auto& o : program.options) {
      if (o.names.back() != "--help" && o.names.back() != "--version") shared.options.push_back(o);
    }
    options(out, shared, false, lang, width);
  }
  out += in(lang, "\nVí dụ:\n", "\nExamples:\n");
  auto examples = c.examples;
  if (examples.empty()) {
    for (const auto& sub : c.commands) examples.insert(examples.end(), sub.examples.begin(), sub.examples.end());
  }
  for (const auto& e : examples) out += "  # " + e.text + "\n  " + e.line + "\n";
  return out;
}

std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words) {
  const auto distance = [](std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t corner = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const auto above = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)});
        corner = above;
      }
    }
    return row[b.size()];
  };
  constexpr std::size_t typed_max = 64;  // longer is no slip of the finger
  if (typed.size() > typed_max) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (const auto& w : words) {
    const auto d = distance(typed, w);
    if (d < best_distance) best_distance = d, best = w;
  }
  return best;
}

}  // namespace stele::cli
