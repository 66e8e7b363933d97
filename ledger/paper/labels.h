// Codes of the policy and of the wire format in people's words, on paper and on the terminal. A code without a line
// here is shown as it is: policies may define new ones at any time.
#pragma once

#include <string>
#include <string_view>

#include "ledger/record/disclosure.h"

namespace stele::paper {

enum class Words : std::uint8_t {
  level,
  gender,
  title,
  promotion,
  mode,
  reason,
  role,
  term,
  missing,
  type,
  claim,
  part,
  status,
  kind,
};
[[nodiscard]] std::string label(Words, std::string_view code, Lang);
/// "8.5" in both languages, as the file and the sector's database write it.
[[nodiscard]] std::string figure_label(const record::Figure&, Lang);
/// "31/05/2026"
[[nodiscard]] std::string day_label(const Date&);
/// "31/05/2026 15:00" of Vietnam.
[[nodiscard]] std::string time_label(UnixSeconds);

}  // namespace stele::paper
