// What anybody may ask about the ledger that this verifier has checked: the routes that a node has, too, and issuers'
// keys.
#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/verdict/document.h"
#include "node/http/answers.h"
#include "verifier-api/issuer.h"
#include "verifier-api/service.h"

namespace stele::verifier {
namespace {

using http::answer, http::not_found;
using http::Request;
using http::Response;
using json::Value;

Result<Value> keys_of(Context& x, const std::string& org) {
  const auto today = date_in_vietnam(x.now());
  return x.ledger->with_chain([&](const rules::Chain& c) -> Result<Value> {
    if (c.state().org(org) == nullptr) return Unexpected(not_found());
    return jwks(issuing_keys(c.state(), org, today));
  });
}

Result<Response> org_jwks(Context& x, const Request& r) {
  STELE_TRY(const auto keys, keys_of(x, std::string(r.param("org"))));
  auto out = answer(keys);
  out.content_type = "application/jwk-set+json";
  return out;
}

Result<Response> issuer_metadata(Context& x, const Request& r) {
  const std::string org(r.param("org"));
  STELE_TRY(auto keys, keys_of(x, org));
  return answer(Value::object({{"issuer", record::iss_url(x.ledger->genesis(), org)}, {"jwks", std::move(keys)}}));
}

std::optional<std::string> receipt_of(const store::Ledger& ledger, const RecordId& id) {
  const auto index = ledger.with_chain([&](const rules::Chain& c) -> std::optional<RecordIndex> {
    const auto* info = c.state().find(id);
    return info == nullptr ? std::nullopt : std::optional(info->index);
  });
  if (!index) return std::nullopt;
  const std::array ids{id};
  auto evidence = ledger.evidence(ids);
  if (!evidence) return std::nullopt;  // not final yet
  const auto& list = evidence->records;
  const auto it = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.index == *index; });
  STELE_ASSERT(it != list.end());
  const auto subject = static_cast<std::size_t>(it - list.begin());
  return verdict::encode(verdict::Receipt{ledger.genesis().net, subject, std::move(*evidence)});
}

/// One request for what a document cites: receipt files, a line each, in the order asked for; what is unknown or not
/// final is left out.
Result<Response> receipts(Context& x, const Request& r) {
  constexpr std::size_t ids_max = 64;
  STELE_TRY(const auto text, http::text_query(r, "ids"));
  std::vector<RecordId> ids;
  for (std::string_view rest = text; !rest.empty();) {
    const auto one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const auto id = fixed_from_base64url<RecordId>(one);
    if (!id || ids.size() == ids_max)
      return Unexpected(http::bad_request("ids", "ids phải là nhiều nhất 64 mã bản ghi, cách nhau bằng dấu phẩy.",
                                          "ids must be at most 64 record ids, separated by commas."));
    ids.push_back(*id);
  }
  Response out;
  for (const auto& id : ids) {
    if (const auto receipt = receipt_of(*x.ledger, id)) out.body += *receipt;
  }
  out.content_type = "application/x-ndjson";
  return out;
}

}  // namespace

void add_ledger_routes(Routes& r) {
  for (auto& route : sync::ledger_routes()) {
    auto handler = [f = std::move(route.handler)](Context& x, const Request& request) {
      return f({*x.ledger, *x.directory}, request);
    };
    if (route.slow)
      r.slow(route.method, route.pattern, std::move(handler));
    else
      r.quick(route.method, route.pattern, std::move(handler));
  }
  r.slow("GET", "/v1/receipts", receipts);
  r.slow("GET", "/v1/orgs/{org}/jwks", org_jwks);
  r.slow("GET", "/.well-known/jwt-vc-issuer/orgs/{org}", issuer_metadata);
}

}  // namespace stele::verifier
