// The words of paper are those of the terminal.
#pragma once

#include "ledger/paper/labels.h"

namespace stele::cli {

using paper::day_label;
using paper::figure_label;
using paper::label;
using paper::time_label;
using paper::Words;

}  // namespace stele::cli
