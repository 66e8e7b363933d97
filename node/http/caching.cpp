#include "node/http/caching.h"

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"

namespace stele::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

Response cached(Response r, std::string_view cache_control) {
  r.headers.set("Cache-Control", std::string(cache_control));
  return r;
}

std::string etag_of(std::string_view bytes) {
  constexpr std::size_t tag_bytes = 16;
  return '"' + base64url(sha256(as_bytes(bytes)).view().first(tag_bytes)) + '"';
}

bool has_etag(const Request& request, std::string_view etag) {
  const auto field = request.headers.get("If-None-Match");
  if (!field) return false;
  // Ours hold no comma, so that cutting at commas never makes one of ours out of another's.
  for (std::string_view rest = *field;;) {
    const auto comma = rest.find(',');
    auto one = trimmed(rest.substr(0, comma));
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
    if (comma == std::string_view::npos) return false;
    rest.remove_prefix(comma + 1);
  }
}

Response conditional(const Request& request, Response r) {
  if (r.status != 200) return r;
  const auto control = r.headers.get("Cache-Control");
  if (control == "no-store") return r;
  if (!control) r.headers.set("Cache-Control", "no-cache");
  if (!r.headers.get("ETag")) r.headers.set("ETag", etag_of(r.body));
  if (!has_etag(request, *r.headers.get("ETag"))) return r;
  r.status = 304;
  r.body.clear();
  r.content_type.clear();
  return r;
}

}  // namespace stele::http
