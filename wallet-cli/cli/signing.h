// One signing command from the opened key to the ledger's answer; signing now and sending later.
#pragma once

#include "wallet-cli/cli/access.h"

namespace stele::cli {

/// A command's access with the key that signs, opened for this one command.
class Desk : public Access {
 public:
  /// Reads the genesis, reaches the node, shows `what`, opens the key.
  [[nodiscard]] static Result<Desk> open(const Context&, const std::vector<std::string>& what);
  [[nodiscard]] Outgoing sign(const Draft&) const;
  [[nodiscard]] std::vector<Outgoing> sign(const std::vector<Draft>&) const;

 private:
  Desk(Access access, HeaderHash after) : Access(std::move(access)), after_(after) {}
  HeaderHash after_;
};

/// Sends, with progress; or writes to `save` (mode 0600: it may hold personal data) for `stele submit`. Prints each
/// answer; refusals decide the exit.
[[nodiscard]] Exit deliver(const Context&, Desk&, const std::vector<Outgoing>&,
                           const std::optional<std::filesystem::path>& save, std::vector<Answer>* answers = nullptr);

/// Prints what became of `count` records that were sent.
[[nodiscard]] Exit report(const Context&, const Result<std::vector<Answer>>&, std::size_t count,
                          std::vector<Answer>* answers);

/// Signed records in a file: one JSON object {"jws","payload"?} a line.
[[nodiscard]] std::string encode_saved(const std::vector<Outgoing>&);
[[nodiscard]] Result<std::vector<Outgoing>> decode_saved(const std::filesystem::path&, std::string_view);

}  // namespace stele::cli
