// What anybody may ask about the ledger that this verifier has checked: the routes that a node has, too, and issuers'
// keys.
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
  r.slow("GET", "/v1/orgs/{org}/jwks", org_jwks);
  r.slow("GET", "/.well-known/jwt-vc-issuer/orgs/{org}", issuer_metadata);
}

}  // namespace stele::verifier
