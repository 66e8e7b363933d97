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
/// The same, with a print that nobody compared.
[[nodiscard]] Exit exit_of_verdict(const json::Value& verdict);
/// Its first line: mark, outcome and, where that is good, up to when.
[[nodiscard]] std::string headline(const Context&, const json::Value& verdict);
/// "now", "none" or a time, as `verify` and `show` take it.
[[nodiscard]] Result<std::optional<UnixSeconds>> clock_of(const std::string& now);
/// The verdict on a file in its machine form; of a PDF with the print compared.
[[nodiscard]] Result<json::Value> judge_with_print(const record::Genesis&, const fs::path&, const verdict::Options&);

/// A rejection of a file as an error that names it; exit status `bad_file`.
[[nodiscard]] Error file_error(const Rejection&, const fs::path&);
/// Reads and decodes; says what kind of thing the file is instead where it can.
struct OpenDocument {
  std::string text;
  verdict::DocumentFile file;
};
[[nodiscard]] Result<OpenDocument> read_document(const fs::path&);

}  // namespace stele::cli
