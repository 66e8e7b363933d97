// Declares commands and options to the parser without its headers. Each option is bound to a member of the options that
// its command owns.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "wallet-cli/cli/app_tree.h"
#include "wallet-cli/cli/commands.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace stele::cli {

struct Text {
  std::string_view vi, en;
};
enum class V : std::uint8_t {
  text,
  name,
  id,
  org,
  file,
  folder,
  url,
  number,
  cls,
  year,
  code,
  date,
  time,
  student,
  reason,
  grant,
  set,
  role,
  subject,
  copy,
  key,
  record,
  shell,
  command
};
struct Arg {
  std::string_view names;  ///< "--out,-o"; "file" for a positional
  Text text;
  V value = V::text;
  bool required = false;
  std::string_view choices = {};  ///< "live|test": nothing else is taken
  std::string_view environment = {};
};

using Run = std::function<Exit(const Context&)>;
/// A wrong command line, found while values are read.
struct UsageFault {
  Error error;
};

/// Shared by all commands of one parser.
struct Parsing {
  Lang lang{};
  Run chosen;
  std::map<const CLI::Option*, Takes> takes;
};

class Command {
 public:
  Command(CLI::App& app, Parsing& parsing) : app_(&app), parsing_(&parsing) {}

  [[nodiscard]] Command command(std::string_view name, Text text);
  Command& example(Text text, std::string_view line);

  Command& option(const Arg&, std::string&);
  Command& option(const Arg&, fs::path&);
  Command& option(const Arg&, std::optional<fs::path>&);
  Command& option(const Arg&, unsigned&);
  Command& option(const Arg&, std::optional<int>&);
  Command& option(const Arg&, std::optional<std::uint64_t>&);
  Command& options(const Arg&, std::vector<std::string>&);
  Command& options(const Arg&, std::vector<fs::path>&);
  Command& options(const Arg&, std::vector<unsigned>&);
  /// Separated by commas, or repeated.
  Command& list(const Arg&, std::vector<std::string>&);
  Command& flag(const Arg&, bool&);
  void runs(Run);

  /// `--save FILE`: sign now, send later.
  Command& save(Save&);

 private:
  using Assign = std::function<void(const std::vector<std::string>&)>;
  CLI::Option& add(const Arg&, bool many, Assign);

  CLI::App* app_;
  Parsing* parsing_;
};

void add_network_commands(Command& program);
void add_ceremony_commands(Command& program);
void add_school_commands(Command& program);
void add_change_commands(Command& program);
void add_holder_commands(Command& program);

}  // namespace stele::cli
