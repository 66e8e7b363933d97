// The alphabets of wire-format.md section 1.2 and the small text forms around them. Pure; any thread.
#pragma once

#include <string_view>

#include "ledger/record/object_reader.h"
#include "ledger/record/rejection.h"

namespace stele::record {

[[nodiscard]] bool is_code(std::string_view);             ///< without its length
inline constexpr std::string_view reserved_org = "root";  ///< the capacity in which genesis roots approve
[[nodiscard]] bool is_org_id(std::string_view);           ///< without its length
[[nodiscard]] bool is_class_id(std::string_view);         ///< without its length
[[nodiscard]] bool is_digits(std::string_view);           ///< of any length
[[nodiscard]] bool is_period(std::string_view);           ///< of a credential: a year, `once`, or 1 to 99
[[nodiscard]] bool is_person(std::string_view);           ///< 22 characters that hold 16 bytes
[[nodiscard]] bool is_org_name(std::string_view);         ///< without its length
[[nodiscard]] bool is_net(std::string_view);              ///< stele/<name>/<32 hex>
[[nodiscard]] bool is_url_text(std::string_view);         ///< characters of signed URLs
[[nodiscard]] bool is_base_url(std::string_view);         ///< of a genesis
/// Decimal without sign or leading zero, at most `max`.
[[nodiscard]] bool is_decimal(std::string_view, std::uint64_t max);

inline constexpr std::size_t free_text_chars_max = 1000;
inline constexpr std::size_t org_name_chars_max = 120;

/// What a string member may be, for ObjectReader.
namespace text {
inline constexpr json::TextRule code{1, 32, is_code};
inline constexpr json::TextRule net_name{1, 16, is_code};
inline constexpr json::TextRule org{2, 40, is_org_id};
inline constexpr json::TextRule cls{1, 8, is_class_id};
inline constexpr json::TextRule year{4, 4, is_digits};
inline constexpr json::TextRule period{1, 32, is_period};
inline constexpr json::TextRule person{22, 22, is_person};
inline constexpr json::TextRule org_name{1, org_name_chars_max, is_org_name};
inline constexpr json::TextRule net{1, 55, is_net};
inline constexpr json::TextRule url{1, 200, is_url_text};
inline constexpr json::TextRule free{1, free_text_chars_max};
}  // namespace text

/// Faults of the lower layers as rejections. `top` names the text when the fault is at its outermost value.
[[nodiscard]] Rejection to_rejection(json::Fault, std::string_view top);
[[nodiscard]] Rejection to_rejection(json::FieldFault, std::string_view top);

/// Ascending by `key` and without repeats: `not_ascending` or `repeated` at `where[i]`.
template <class List, class Key>
[[nodiscard]] Result<void, Rejection> check_ascending(const List& list, std::string_view where, Key key) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (key(list[i - 1]) < key(list[i])) continue;
    const bool same = key(list[i - 1]) == key(list[i]);
    return reject(same ? RejectionCode::repeated : RejectionCode::not_ascending,
                  std::string(where) + "[" + std::to_string(i) + "]");
  }
  return {};
}
template <class List>
[[nodiscard]] Result<void, Rejection> check_ascending(const List& list, std::string_view where) {
  return check_ascending(
      list, where, [](const auto& item) -> const auto& { return item; });
}

/// For short lists whose order is free: `repeated` at `where[i]`.
template <class List, class Key>
[[nodiscard]] Result<void, Rejection> check_distinct(const List& list, std::string_view where, Key key) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (key(list[i]) != key(list[j])) continue;
      return reject(RejectionCode::repeated, std::string(where) + "[" + std::to_string(i) + "]");
    }
  }
  return {};
}
template <class List>
[[nodiscard]] Result<void, Rejection> check_distinct(const List& list, std::string_view where) {
  return check_distinct(
      list, where, [](const auto& item) -> const auto& { return item; });
}

}  // namespace stele::record
