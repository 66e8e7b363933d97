// Handing in records, and what anybody may ask about the ledger.
#include <algorithm>

#include "node/app/answers.h"
#include "node/app/node.h"
#include "node/http/caching.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;

// ---- POST /v1/records ----

Response batch_response(const std::vector<Answered>& answers) {
  // Nothing at all was taken: the whole request may be repeated later.
  const bool none = std::all_of(answers.begin(), answers.end(), [](const Answered& a) {
    return a.status == Answered::Status::pending && a.error && status_for(a.error->code) == 503;
  });
  if (none) return refuse(*answers.front().error);
  return http::json_response(200, results_json(answers));
}

void submit(Node& n, Result<Batch> batch, bool wait, const std::shared_ptr<http::Respond>& respond) {
  if (!batch) return (*respond)(refuse(batch.error()));
  n.admission->submit(std::move(*batch), wait,
                      [respond](std::vector<Answered> answers) { (*respond)(batch_response(answers)); });
}

void post_records(Node& n, Request request, http::Respond one) {
  const auto respond = std::make_shared<http::Respond>(std::move(one));
  const auto wait = optional_query(request, "wait");
  if (!wait.empty() && wait != "final" && wait != "none") {
    return (*respond)(refuse(bad_request("wait", "wait phải là final hoặc none.", "wait must be final or none.")));
  }
  const bool waits = wait != "none";
  const std::string type(request.headers.get("Content-Type").value_or("application/json"));
  const auto bare = type.substr(0, type.find(';'));
  if (http::equal_ignoring_case(bare, "application/jose-lines"))
    return submit(n, Batch::from_lines(std::move(request.body)), waits, respond);
  if (!http::equal_ignoring_case(bare, "application/json")) {
    return (*respond)(
        refuse(make_error("unsupported_media_type", "Chỉ nhận application/json và application/jose-lines.",
                          "Only application/json and application/jose-lines are taken.")));
  }
  // Parsing megabytes of JSON is not for the server's thread.
  const auto body = std::make_shared<const std::string>(std::move(request.body));
  const bool taken = n.pool->post([&n, body, waits, respond] { submit(n, Batch::from_json(*body), waits, respond); });
  if (!taken) (*respond)(refuse(overloaded()));
}

}  // namespace

void add_record_routes(Routes& r) {
  r.async("POST", "/v1/records", post_records);
  for (auto& route : sync::ledger_routes()) {
    auto handler = [f = std::move(route.handler)](Node& n, const Request& request) -> Result<Response> {
      STELE_TRY(auto response, f({*n.ledger, *n.directory}, request));
      return http::conditional(request, std::move(response));
    };
    if (route.slow)
      r.slow(route.method, route.pattern, std::move(handler));
    else
      r.quick(route.method, route.pattern, std::move(handler));
  }
}

}  // namespace stele::app
