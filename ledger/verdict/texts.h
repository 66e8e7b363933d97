// What a verdict says to people: one table of codes with their texts, in words that a clerk understands. Internal to
// this library.
#pragma once

#include "ledger/base/error.h"
#include "ledger/verdict/verdict.h"

namespace stele::verdict {

/// One thing that was found about a part.
struct Finding {
  Answer answer = Answer::ok;
  Outcome outcome = Outcome::valid;  ///< what it makes of the whole document
  std::string code, where, vi, en;
};
[[nodiscard]] Finding found_ok(std::string code, std::string vi, std::string en);
[[nodiscard]] Finding found_bad(Outcome, std::string code, std::string where, std::string vi, std::string en);
/// Could not be judged from this file. `outcome` valid: that takes nothing from the verdict.
[[nodiscard]] Finding not_judged(Outcome, std::string code, std::string where, std::string vi, std::string en);

/// "ngày 31/05/2026" and "2026-05-31", of Vietnam.
[[nodiscard]] std::string date_vi(UnixSeconds);
[[nodiscard]] std::string date_en(UnixSeconds);
/// The type in people's words: "học bạ", "transcript".
[[nodiscard]] std::string type_text(record::Type, Lang);
/// The claim in people's words: "họ và tên", "môn Toán".
[[nodiscard]] std::string claim_text(const record::Disclosure&, Lang);
/// "8.5", a level, or why there is none.
[[nodiscard]] std::string figure_text(const record::Figure&, Lang);
/// Code of a figure for machines: mark, level, or the code of what is missing.
[[nodiscard]] json::Value figure_json(const record::Figure&);

}  // namespace stele::verdict
