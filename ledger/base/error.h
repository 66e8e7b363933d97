// What went wrong, for people (Vietnamese and English) and for programs (a code), and where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace stele {

/// Where in the input the fault is. Empty members are not known or do not apply; row is 1-based as a spreadsheet shows
/// it.
struct Where {
  std::string file;
  std::string sheet;
  std::uint32_t row = 0;
  std::string column;  ///< heading or letter
  std::string field;   ///< path inside JSON, e.g. "stele.class"
};

/// `code` is stable snake_case and documented; `vi` and `en` say what happened and what to do. No personal data in
/// `code`.
struct Error {
  std::string code;
  std::string vi;
  std::string en;
  Where where{};
};

/// A code and two texts; `Unexpected(make_error(...))` is what most functions return.
[[nodiscard]] Error make_error(std::string_view code, std::string vi, std::string en, Where where = {});

enum class Lang : std::uint8_t { vi, en };

/// One line for people: place first, then the text in the language asked for.
[[nodiscard]] std::string to_text(const Error&, Lang);

}  // namespace stele
