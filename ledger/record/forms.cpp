#include "ledger/record/forms.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace stele::record {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}

template <class First, class Rest>
bool first_and_rest(std::string_view text, First first, Rest rest) {
  return !text.empty() && first(text[0]) && std::all_of(text.begin() + 1, text.end(), rest);
}

/// Keeps identity numbers, telephone numbers and dates of birth out of what stands in clear.
bool no_long_number(std::string_view text, std::size_t digits_in_a_row_max) {
  std::size_t run = 0;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    run = digit(c) ? run + 1 : 0;
    return run <= digits_in_a_row_max;
  });
}
constexpr std::size_t code_digits_max = 4;
constexpr std::size_t class_digits_max = 2;

}  // namespace

bool is_code(std::string_view text) {
  const auto first = [](char c) { return lower(c) || digit(c); };
  return first_and_rest(text, first, [&](char c) { return first(c) || c == '.' || c == '-'; }) &&
         no_long_number(text, code_digits_max);
}

bool is_org_id(std::string_view text) {
  const auto first = [](char c) { return lower(c) || digit(c); };
  return first_and_rest(text, first, [&](char c) { return first(c) || c == '-'; }) &&
         no_long_number(text, code_digits_max);
}

bool is_class_id(std::string_view text) {
  const auto first = [](char c) { return lower(c) || upper(c) || digit(c); };
  return first_and_rest(text, first, [&](char c) { return first(c) || c == '.' || c == '/' || c == '-'; }) &&
         no_long_number(text, class_digits_max);
}

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), digit);
}

bool is_period(std::string_view text) {
  constexpr std::uint64_t nth_max = 99;
  const bool year = text.size() == text::year.chars_max && is_digits(text);
  return year || text == "once" || (text != "0" && is_decimal(text, nth_max));
}

bool is_person(std::string_view text) {
  return fixed_from_base64url<FixedBytes<struct PersonTag, 16>>(text).has_value();
}

bool is_org_name(std::string_view text) {
  // One form of each name: spaces stand single, and inside.
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (text.find("  ") != std::string_view::npos) return false;
  return only_letters_digits_and(text, " .,-'()/&");
}

bool is_net(std::string_view text) {
  constexpr std::string_view prefix = "stele/";
  constexpr std::size_t hex_chars = 32;
  if (text.substr(0, prefix.size()) != prefix) return false;
  const auto slash = text.rfind('/');
  if (slash < prefix.size()) return false;
  const auto name = text.substr(prefix.size(), slash - prefix.size());
  const auto digest = text.substr(slash + 1);
  return name.size() <= text::net_name.chars_max && is_code(name) && digest.size() == hex_chars &&
         std::all_of(digest.begin(), digest.end(), [](char c) { return digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_url_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return lower(c) || digit(c) || c == '.' || c == ':' || c == '/' || c == '-'; });
}

bool is_base_url(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  constexpr std::size_t bytes_max = 100;
  if (text.size() > bytes_max || text.substr(0, scheme.size()) != scheme) return false;
  const auto rest = text.substr(scheme.size());
  return !rest.empty() && (lower(rest[0]) || digit(rest[0])) && rest.back() != '/' && is_url_text(rest);
}

bool is_decimal(std::string_view text, std::uint64_t max) {
  constexpr std::size_t digits_max = 18;  // no overflow below
  if (text.empty() || text.size() > digits_max || !is_digits(text)) return false;
  if (text.size() > 1 && text[0] == '0') return false;
  std::uint64_t n = 0;
  for (const char c : text) n = n * 10 + std::uint64_t(c - '0');
  return n <= max;
}

Rejection to_rejection(json::Fault fault, std::string_view top) {
  const auto code = fault.kind == json::FaultKind::too_large ? RejectionCode::too_large : RejectionCode::bad_json;
  return {code, fault.path.empty() ? std::string(top) : std::move(fault.path)};
}

Rejection to_rejection(json::FieldFault fault, std::string_view top) {
  const auto code = [&] {
    switch (fault.kind) {
      case json::FieldFaultKind::missing:
        return RejectionCode::missing_member;
      case json::FieldFaultKind::unknown_member:
        return RejectionCode::unknown_member;
      case json::FieldFaultKind::wrong_type:
        return RejectionCode::wrong_type;
      case json::FieldFaultKind::out_of_bounds:
        return RejectionCode::out_of_bounds;
      case json::FieldFaultKind::not_ascending:
        return RejectionCode::not_ascending;
      case json::FieldFaultKind::repeated:
        return RejectionCode::repeated;
      case json::FieldFaultKind::bad_form:
        break;
    }
    return RejectionCode::bad_form;
  }();
  return {code, fault.path.empty() ? std::string(top) : std::move(fault.path)};
}

}  // namespace stele::record
