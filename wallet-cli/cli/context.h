// What every command is given: language, form of output, network, node, key. And how a command speaks to people and
// programs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ledger/record/genesis.h"
#include "ledger/record/json.h"
#include "signer/keyfile.h"

namespace stele::cli {

/// Exit statuses, documented in stele(1). The numbers never change meaning.
enum class Exit : int {
  ok = 0,
  failed = 1,           ///< anything that has no number of its own
  usage = 2,            ///< wrong command line
  bad_file = 3,         ///< a file given is wrong; nothing was sent
  refused = 4,          ///< the ledger refuses it
  not_final = 5,        ///< sent, outcome not known yet: run the command again
  unreachable = 6,      ///< node or verifier can't be reached
  passphrase = 7,       ///< wrong passphrase, or none to be had
  not_valid = 10,       ///< verify: the document is not valid (which way: see the output)
  status_too_old = 11,  ///< verify: as far as known valid, but the proof of status is too old
};

struct Context {
  Lang lang = Lang::vi;
  bool lang_given = false;  ///< by --lang, not by the locale
  bool json = false;
  bool yes = false;      ///< don't ask for confirmation
  bool progress = true;  ///< a terminal is there to show it
  std::filesystem::path genesis_file;
  std::string node_url;
  std::optional<std::filesystem::path> key_file;
  signer::PassphraseSource passphrase;
};

/// LC_ALL, LC_MESSAGES, LANG: Vietnamese if it begins with "vi", English otherwise.
[[nodiscard]] Lang lang_from_environment();

/// One of the two texts.
[[nodiscard]] std::string_view pick(const Context&, std::string_view vi, std::string_view en);
/// A line for people on standard output; nothing with --json.
void say(const Context&, std::string_view vi, std::string_view en);
/// The result for programs on standard output, one JSON value, only with --json.
void emit(const Context&, const json::Value&);
/// The error on standard error for people, or as {"error":{code,vi,en,where}} on standard output with --json; gives the
/// exit status for its code.
[[nodiscard]] Exit fail(const Context&, const Error&);
/// Several (a bad file has many): each on its own line, one exit status.
[[nodiscard]] Exit fail(const Context&, const std::vector<Error>&);
[[nodiscard]] Exit exit_for(std::string_view code);
[[nodiscard]] json::Value error_json(const Error&);

/// A bar on standard error, redrawn at most ten times a second; silent without a terminal or with --json.
class Progress {
 public:
  Progress(const Context&, std::string_view vi, std::string_view en, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void at(std::uint64_t done);

 private:
  const Context& context_;
  std::string label_;
  std::uint64_t total_;
  std::int64_t drawn_ms_ = 0;
  bool shown_ = false;
};

// ---- files ----

[[nodiscard]] Result<std::string> read_file(const std::filesystem::path&, std::size_t bytes_max);
/// Whole or not at all: beside, synced, renamed. `secret`: mode 0600.
[[nodiscard]] Result<void> write_file(const std::filesystem::path&, std::string_view, bool secret, bool overwrite);
[[nodiscard]] Result<record::Genesis> read_genesis(const Context&);

// ---- signing ----

/// Shows what will be signed (plain words), asks for confirmation on a terminal unless --yes, asks for the passphrase,
/// opens the key. `what`: lines already in the right language.
[[nodiscard]] Result<signer::OpenKey> open_key_to_sign(const Context&, const std::vector<std::string>& what);

}  // namespace stele::cli
