// The words of paper are those of the terminal.
#pragma once

#include "ledger/paper/labels.h"

namespace stele::cli {

using paper::day_label;
using paper::figure_label;
using paper::label;
using paper::time_label;
using paper::Words;

/// For signer::plain_words: words instead of codes.
[[nodiscard]] inline std::string code_words(std::string_view what, std::string_view code, Lang lang) {
  const auto words = what == "term"     ? Words::term
                     : what == "role"   ? Words::role
                     : what == "reason" ? Words::reason
                                        : Words::kind;
  return label(words, code, lang);
}

}  // namespace stele::cli
