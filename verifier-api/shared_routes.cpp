// PUT and GET /v1/shared/{handle}, the page's files, and what the page pins.
#include "node/http/answers.h"
#include "node/http/caching.h"
#include "verifier-api/service.h"

namespace stele::verifier {
namespace {

using http::bad_request;
using http::Request;
using http::Response;
using json::Value;

Error unknown() {
  return make_error("shared_unknown", "Không có tài liệu chia sẻ này, hoặc đã hết hạn.",
                    "There is no such shared document, or it has expired.");
}
Error quota() {
  return make_error("shared_quota", "Đã chia sẻ quá nhiều từ địa chỉ mạng này; hãy thử lại sau.",
                    "Too much was shared from this network address; try again later.");
}

Result<Response> put_shared(Context& x, const Request& r) {
  const auto handle = fixed_from_base64url<Handle>(r.param("handle"));
  if (!handle) {
    return Unexpected(bad_request("handle", "Mã chia sẻ phải gồm đúng 22 ký tự base64url.",
                                  "A handle has 22 characters of base64url."));
  }
  std::uint64_t days = shared_days_default;
  if (r.query_value("days")) {
    STELE_TRY(days, http::number_query(r, "days"));
    if (days < 1 || days > shared_days_max)
      return Unexpected(bad_request("days", "days phải từ 1 đến 90.", "days must be 1 to 90."));
  }
  const auto client = http::address_key(r.remote_address);
  if (x.shared_puts->take(client) != 0 || x.shared_bytes->take(client, static_cast<double>(r.body.size())) != 0)
    return Unexpected(quota());
  STELE_TRY(const auto kept, x.shared->put(*handle, r.body, x.now(), days));
  return http::json_response(
      kept.fresh ? 201 : 200,
      json::write(Value::object({{"handle", std::string(r.param("handle"))}, {"expires", utc_text(kept.expires)}})));
}

Result<Response> get_shared(Context& x, const Request& r) {
  const auto handle = fixed_from_base64url<Handle>(r.param("handle"));
  if (!handle) return Unexpected(unknown());
  STELE_TRY(auto blob, x.shared->get(*handle, x.now()));
  if (!blob) return Unexpected(unknown());
  Response out;
  out.body = std::move(*blob);
  out.content_type = "application/octet-stream";
  return http::cached(std::move(out), "no-store");
}

Result<Response> pinned(Context& x, const Request& /*unused*/) {
  const auto f = x.ledger->final_point();
  auto out = http::answer(Value::object(
      {{"genesis", x.genesis_text}, {"net", x.ledger->genesis().net}, {"checkpoint", sync::to_json(*f)}}));
  return http::cached(std::move(out), "max-age=60");
}

}  // namespace

void add_page_routes(Routes& r, bool site) {
  http::RouteOptions blob;
  blob.body_bytes_max = shared_bytes_max;
  r.slow("PUT", "/v1/shared/{handle}", put_shared, blob);
  r.slow("GET", "/v1/shared/{handle}", get_shared);
  r.quick("GET", "/pinned.json", pinned);
  if (!site) return;
  const auto file = [](Context& x, const Request& request) -> Result<Response> {
    return x.site->answer(request, request.param("file"));
  };
  r.always("GET", "/", file, Routes::Origin::own);
  r.always("GET", "/{file...}", file, Routes::Origin::own);
}

}  // namespace stele::verifier
