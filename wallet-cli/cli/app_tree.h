// What the command line looks like, as plain values, and what is printed from that: help, manual, shell completion.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/error.h"

namespace stele::cli {

/// What an option wants after its name.
enum class Takes : std::uint8_t { nothing, word, choice, file, folder };

struct OptionInfo {
  std::vector<std::string> names;  ///< "-o", "--out"; one bare word for a positional
  std::string value;               ///< "FILE", "live|test"; empty if it takes nothing
  Takes takes = Takes::nothing;
  std::string text;
  std::string environment;
  bool positional = false, required = false, repeats = false;
  [[nodiscard]] std::vector<std::string> choices() const;
};
struct Example {
  std::string text, line;
};
struct CommandInfo {
  std::string name;  ///< the last word
  std::string path;  ///< "stele key new"
  std::string text;
  std::vector<Example> examples;
  std::vector<OptionInfo> options;  ///< its own
  std::vector<CommandInfo> commands;
  [[nodiscard]] const CommandInfo* find(const std::vector<std::string>& words) const;
};

/// `width`: columns of the terminal.
[[nodiscard]] std::string help_text(const CommandInfo& program, const CommandInfo& command, Lang, std::size_t width);
/// roff with the man macros; with `command`, of it alone.
[[nodiscard]] std::string manual(const CommandInfo& program, const CommandInfo* command, Lang);
/// bash, zsh, fish; none for another shell.
[[nodiscard]] std::optional<std::string> completion_script(const CommandInfo& program, std::string_view shell);

/// The word nearest to what was typed; none if all are far.
[[nodiscard]] std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace stele::cli
