// Every fault that can be found in a teacher's file, in one place: its code and what people are told. {0}, {1} are
// filled in with the cell's text, a limit or a row.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "ledger/base/error.h"

namespace stele::tables {

struct Fault {
  std::string_view code;
  std::string_view vi;
  std::string_view en;
};

/// The table of all of them, for the documentation and for the test that both texts say the same.
[[nodiscard]] std::span<const Fault> all_faults();

/// The fault with this code. The code is one of the table's: another one is a defect of the caller, and asserted.
[[nodiscard]] Error fault(std::string_view code, Where where, std::initializer_list<std::string_view> arguments = {});

/// At most that many characters of a cell's text, on one line, for use in a message.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t chars_max = 40);

}  // namespace stele::tables
