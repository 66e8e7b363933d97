// Answers of the programs' HTTP APIs: which status a code has, and the JSON that all routes share (docs/http-api.md).
#pragma once

#include "ledger/base/bytes.h"
#include "ledger/base/encoding.h"
#include "ledger/record/json.h"
#include "node/http/message.h"

namespace stele::http {

/// The one table of docs/http-api.md, "Status codes".
[[nodiscard]] int status_for(std::string_view code);
/// Problem details with that status; 503 carries Retry-After.
[[nodiscard]] Response refuse(const Error&);
[[nodiscard]] Response answer(const json::Value&);
[[nodiscard]] Response to_response(Result<Response>);

/// {code, vi, en, where?}
[[nodiscard]] json::Value to_json(const Error&);

[[nodiscard]] Error not_found();
[[nodiscard]] Error not_final_yet();
[[nodiscard]] Error overloaded();
[[nodiscard]] Error starting();
[[nodiscard]] Error bad_request(std::string_view field, std::string vi, std::string en);

/// Decimal digits and nothing else, at most 15.
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view);

// Reading a request: `bad_request` names the part that is missing or malformed.
[[nodiscard]] Result<std::uint64_t> number_query(const Request&, std::string_view name);
[[nodiscard]] Result<std::string> text_query(const Request&, std::string_view name);
/// Empty if absent.
[[nodiscard]] std::string optional_query(const Request&, std::string_view name);

template <class T>
[[nodiscard]] std::string b64u(const T& fixed) {
  return base64url(fixed.view());
}
template <class T>
[[nodiscard]] Result<T> digest_param(const Request& r, std::string_view name) {
  if (auto out = fixed_from_base64url<T>(r.param(name))) return *out;
  return Unexpected(bad_request(name, "Mã phải gồm đúng 43 ký tự base64url.", "An id has 43 characters of base64url."));
}

}  // namespace stele::http
