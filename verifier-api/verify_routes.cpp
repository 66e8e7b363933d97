// POST /v1/verify: one file or up to a thousand. The JSON value is judged, not its spelling: each file is printed again
// in the one canonical form first, because web servers, editors and databases re-print JSON; the command line judges
// bytes.
#include "verifier-api/answers.h"
#include "verifier-api/service.h"

namespace stele::verifier {
namespace {

using http::Request;
using http::Response;
using json::Value;

constexpr json::Limits body_limits{
    .bytes_max = verify_body_bytes_max, .depth_max = 18, .nodes_max = documents_nodes_max, .line_feeds = true};

std::string canonical(const Value& v) {
  return json::write(v) + "\n";
}

/// What a request asks to be judged.
struct Files {
  std::vector<std::string> texts;
  bool list = false;
};

Result<Files> files_of(Context& x, std::string body) {
  std::unique_lock large(x.large_body, std::defer_lock);
  if (body.size() > verdict::document_bytes_max) large.lock();
  const auto tree = json::parse(body, body_limits);
  Files out;
  if (!tree) {
    // Whatever somebody was given as their diploma gets a verdict: not readable, and why.
    if (body.size() > verdict::document_bytes_max) return Unexpected(json::to_error(tree.error()));
    out.texts.push_back(std::move(body));
    return out;
  }
  const Value* list = tree->is(json::Kind::object) ? tree->find("documents") : nullptr;
  if (list == nullptr) {
    out.texts.push_back(canonical(*tree));
    return out;
  }
  if (!list->is(json::Kind::array))
    return Unexpected(bad_request("documents", "documents phải là một danh sách.", "documents must be a list."));
  if (list->items().size() > documents_max) {
    return Unexpected(make_error("too_many", "Mỗi lần kiểm tra được nhiều nhất 1.000 tệp; hãy chia nhỏ.",
                                 "At most 1,000 files can be checked at once; split them."));
  }
  out.list = true;
  for (const auto& item : list->items()) out.texts.push_back(canonical(item));
  return out;
}

Result<Response> verify(Context& x, const Request& r) {
  STELE_TRY(const auto files, files_of(x, r.body));
  const JudgeOptions options{x.now(), x.config.status_days * 86'400};
  std::vector<Value> verdicts(files.texts.size());
  x.pool->for_each(files.texts.size(), [&](std::size_t i) {
    const auto j = judge(*x.ledger, files.texts[i], options);
    x.metrics.verdict(verdict::outcome_name(j.verdict.outcome));
    verdicts[i] = to_json(j);
  });
  if (!files.list) return answer(verdicts.front());
  auto list = Value::array();
  for (auto& v : verdicts) list.push(std::move(v));
  return answer(Value::object({{"verdicts", std::move(list)}}));
}

}  // namespace

void add_verify_routes(Routes& r) {
  r.slow("POST", "/v1/verify", verify, {.body_bytes_max = verify_body_bytes_max});
}

}  // namespace stele::verifier
