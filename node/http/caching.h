// What caches and browsers may keep of an answer, and asking again without the bytes (RFC 9110 section 13, RFC 9111).
#pragma once

#include "node/http/message.h"

namespace stele::http {

/// For what can never be another answer: proofs, final blocks.
inline constexpr std::string_view immutable = "public, max-age=31536000, immutable";

/// Says in the answer how long it may be kept.
[[nodiscard]] Response cached(Response, std::string_view cache_control);
/// `"…"` over the bytes, for `ETag`.
[[nodiscard]] std::string etag_of(std::string_view bytes);
/// Does the request's If-None-Match name this tag? Weak comparison, as GET asks for.
[[nodiscard]] bool has_etag(const Request&, std::string_view etag);
/// The last step of a GET: a 200 gets its ETag, and becomes a 304 if the client has those bytes. `no-cache` if the
/// handler said nothing; untouched if it said `no-store`.
[[nodiscard]] Response conditional(const Request&, Response);

}  // namespace stele::http
