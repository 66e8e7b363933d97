// What the commands of holders and verifiers share.
#pragma once

#include "ledger/verdict/verdict.h"
#include "wallet-cli/cli/commands.h"

namespace stele::cli {

/// Of the terminal; 80 without one.
[[nodiscard]] std::size_t output_width();
/// Plain output: standard output without a line for each.
void print(const Context&, const std::string& text);

/// A verdict in its machine form, from this program or a verification service, for people.
void print_verdict(const Context&, const std::string& name, const json::Value& verdict);
[[nodiscard]] Exit exit_of_outcome(std::string_view outcome);

/// A rejection of a file as an error that names it; exit status `bad_file`.
[[nodiscard]] Error file_error(const Rejection&, const fs::path&);
/// Reads and decodes; says what kind of thing the file is instead where it can.
struct OpenDocument {
  std::string text;
  verdict::DocumentFile file;
};
[[nodiscard]] Result<OpenDocument> read_document(const fs::path&);

}  // namespace stele::cli
