// The commands of stele-node as functions: options in, exit status out. The command line itself is in main.cpp.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/base/error.h"

namespace stele::app {

/// The numbers never change meaning.
enum class Exit : int {
  ok = 0,
  findings = 1,  ///< fsck: something is wrong with the data
  usage = 2,     ///< wrong command line or configuration
  failed = 3,    ///< anything else
};

[[nodiscard]] std::string_view version();
/// LC_ALL, LC_MESSAGES, LANG: Vietnamese if it begins with "vi", English otherwise.
[[nodiscard]] Lang lang_from_environment();

struct Run {
  std::filesystem::path config;
  std::optional<int> passphrase_fd;  ///< one line for the node's key files, if it has any; none: asked on the terminal
  std::filesystem::path ready_file;  ///< gets the URL when the node is ready; empty: none
};
/// Until SIGTERM or SIGINT. A second signal ends the process at once.
[[nodiscard]] Exit run(const Run&, Lang);

struct Fsck {
  std::filesystem::path config;         ///< or
  std::filesystem::path genesis, data;  ///< both
  bool json = false;
};
[[nodiscard]] Exit fsck(const Fsck&, Lang);

struct Rotate {
  std::filesystem::path config;
  std::optional<int> passphrase_fd;
};
/// A new wrapping key for all that the vault holds; the old key files are destroyed. While no node is running.
[[nodiscard]] Exit rotate_wrapping_key(const Rotate&, Lang);

struct NewVoteFile {
  std::filesystem::path config;
};
/// For a validator key that was never registered, on a node whose ledger has blocks: before the `validators` record
/// that registers it. `key_registered`: this ledger names the key a validator's, so that it may have voted;
/// `vote_file_exists`. While no node is running; the key file is read without its passphrase.
[[nodiscard]] Exit new_vote_file(const NewVoteFile&, Lang);

}  // namespace stele::app
