// What rows of sheets and claims of credentials have in common. Internal to this library.
#pragma once

#include "ledger/record/disclosure.h"
#include "ledger/record/forms.h"

namespace stele::record {

[[nodiscard]] bool is_claim_name(std::string_view);
inline constexpr json::TextRule claim_name_text{1, 64, is_claim_name};
inline constexpr json::TextRule student_id_text{10, 10, is_digits};
inline constexpr json::TextRule personal_id_text{12, 12, is_digits};

/// Reads the whole value of a disclosure; faults name the claim, then the member.
template <class Read, class T = std::invoke_result_t<Read, json::ObjectReader&>>
Result<T, Rejection> read_value(const Disclosure& d, Read read) {
  json::ObjectReader r(d.value);
  T out = read(r);
  auto end = r.finish();
  if (end) return out;
  auto why = to_rejection(std::move(end).error(), "");
  why.where = why.where.empty() ? d.name : d.name + "." + why.where;
  return Unexpected(std::move(why));
}

/// The row part or claim that a caller asks for must bear that name.
[[nodiscard]] Result<void, Rejection> check_name(const Disclosure&, std::string_view name);

[[nodiscard]] std::optional<Missing> missing_from_name(std::string_view);
[[nodiscard]] std::string_view missing_name(Missing);

/// `mark`, `level`, both of these, or `missing`, among the other members of this object.
[[nodiscard]] Figure read_figure(json::ObjectReader&);
void set_figure(json::Value& out, const Figure&);
void set_text(json::Value& out, std::string_view name, const std::optional<std::string>&);

/// What a summary row and a transcript's summary share: conduct, learning, title, promotion, absences.
void read_summary(json::ObjectReader&, SummaryResult&);
void set_summary(json::Value& out, const SummaryResult&);

}  // namespace stele::record
