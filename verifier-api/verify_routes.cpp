// POST /v1/verify: one file, up to a thousand, or a spreadsheet of them. The JSON value is judged, not its spelling:
// each file is printed again in the one canonical form first, because web servers, editors and databases re-print JSON.
// The command line judges bytes, and so does this with application/octet-stream.
#include <atomic>

#include "node/http/answers.h"
#include "node/http/caching.h"
#include "verifier-api/service.h"
#include "verifier-api/verify_table.h"

namespace stele::verifier {
namespace {

using http::answer, http::bad_request;
using http::Request;
using http::Response;
using json::Value;

constexpr json::Limits body_limits{
    .bytes_max = verify_body_bytes_max, .depth_max = 18, .nodes_max = documents_nodes_max, .line_feeds = true};

constexpr std::uint64_t day_s = 86'400, status_days_max = 3'650;

Error too_many() {
  return make_error("too_many", "Mỗi lần kiểm tra được nhiều nhất 1.000 tệp; hãy chia nhỏ.",
                    "At most 1,000 files can be checked at once; split them.");
}

JudgeOptions options_of(const Context& x) {
  return {x.now(), x.config.status_days * day_s, x.signatures.get()};
}

/// The asker may say which day it shall be, and how old a status may be: it is their verdict.
Result<JudgeOptions> options_of(const Context& x, const Request& r) {
  auto out = options_of(x);
  if (const auto now = http::optional_query(r, "now"); now == "none") {
    out.now.reset();
  } else if (!now.empty()) {
    out.now = parse_utc(now);
    if (!out.now)
      return Unexpected(bad_request("now", "now phải có dạng 2026-05-31T08:00:00Z, hoặc none.",
                                    "now must look like 2026-05-31T08:00:00Z, or be none."));
  }
  if (r.query_value("status_days")) {
    STELE_TRY(const auto days, http::number_query(r, "status_days"));
    if (days < 1 || days > status_days_max)
      return Unexpected(
          bad_request("status_days", "status_days phải từ 1 đến 3650.", "status_days must be 1 to 3650."));
    out.status_age_max_s = days * day_s;
  }
  return out;
}

Value verdict_of(Context& x, std::string_view file, const JudgeOptions& options) {
  const auto j = judge(*x.ledger, file, options);
  x.metrics.outcome(verdict::outcome_name(j.verdict.outcome));
  return to_json(j);
}

Result<Response> verify_bytes(Context& x, const Request& r) {
  STELE_TRY(const auto options, options_of(x, r));
  return answer(verdict_of(x, r.body, options));
}

Result<Response> verify_json(Context& x, const Request& r) {
  std::unique_lock large(x.large_body, std::defer_lock);
  if (r.body.size() > verdict::document_bytes_max) large.lock();
  const auto tree = json::parse(r.body, body_limits);
  STELE_TRY(const auto options, options_of(x, r));
  if (!tree) {
    // Whatever somebody was given as their diploma gets a verdict: not readable, and why.
    if (r.body.size() > verdict::document_bytes_max) return Unexpected(json::to_error(tree.error()));
    return answer(verdict_of(x, r.body, options));
  }
  const Value* list = tree->is(json::Kind::object) ? tree->find("documents") : nullptr;
  if (list == nullptr) return answer(verdict_of(x, canonical(*tree), options));
  if (!list->is(json::Kind::array))
    return Unexpected(bad_request("documents", "documents phải là một danh sách.", "documents must be a list."));
  const auto& items = list->items();
  if (items.size() > documents_max) return Unexpected(too_many());
  std::vector<Value> verdicts(items.size());
  x.pool->for_each(items.size(), [&](std::size_t i) { verdicts[i] = verdict_of(x, canonical(items[i]), options); });
  auto out = Value::array();
  for (auto& v : verdicts) out.push(std::move(v));
  return answer(Value::object({{"verdicts", std::move(out)}}));
}

Result<Response> verify_lines(Context& x, const Request& r, std::string type) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = r.body; !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (lines.size() == documents_max) return Unexpected(too_many());
    lines.push_back(line);
  }
  STELE_TRY(const auto options, options_of(x, r));
  std::vector<std::string> verdicts(lines.size());
  x.pool->for_each(lines.size(), [&](std::size_t i) {
    verdicts[i] = json::write(verdict_of(x, canonical_text(lines[i]), options)) + "\n";
  });
  Response out;
  for (auto& v : verdicts) {
    out.body += v;
    std::string().swap(v);
  }
  out.content_type = std::move(type);
  return out;
}

RowVerdict judged_row(Context& x, const TableRow& row, const JudgeOptions& options) {
  RowVerdict out;
  out.judgement = judge(*x.ledger, row.document, options);
  x.metrics.outcome(verdict::outcome_name(out.judgement->verdict.outcome));
  return out;
}

/// What a row costs its asker is counted before the node is asked. A node that once did not answer is not waited for in
/// every row of the table.
RowVerdict looked_up_row(Context& x, const TableRow& row, std::string_view client, const JudgeOptions& options,
                         std::atomic<bool>& node_silent) {
  if (row.fault) return {{}, "bad_row", *row.fault};
  if (node_silent) return {{}, "unavailable", lookup_unavailable()};
  if (auto ok = x.lookup->allow(client, row.query); !ok) return {{}, "rate_limited", ok.error()};
  auto found = x.lookup->ask(*x.ledger, row.query, options);
  if (!found && found.error().code == "lookup_limit") return {{}, "rate_limited", found.error()};
  if (!found) {
    node_silent = true;
    return {{}, "unavailable", found.error()};
  }
  if (!*found) return {{}, "not_found", http::not_found()};
  RowVerdict out;
  out.judgement = std::move((*found)->judgement);
  return out;
}

Result<Response> verify_table(Context& x, const Request& r) {
  std::unique_lock large(x.large_body, std::defer_lock);
  if (r.body.size() > verdict::document_bytes_max) large.lock();
  STELE_TRY(auto table, VerifyTable::read(r.body));
  STELE_TRY(const auto options, options_of(x, r));
  std::vector<RowVerdict> verdicts(table.rows().size());
  std::vector<std::size_t> judged, looked_up;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    (table.rows()[i].document.empty() ? looked_up : judged).push_back(i);
  x.pool->for_each(judged.size(),
                   [&](std::size_t i) { verdicts[judged[i]] = judged_row(x, table.rows()[judged[i]], options); });
  // Those wait for another machine: on threads of their own.
  std::atomic<bool> node_silent = false;
  x.lookup->pool().for_each(looked_up.size(), [&](std::size_t i) {
    const auto& row = table.rows()[looked_up[i]];
    verdicts[looked_up[i]] = looked_up_row(x, row, r.remote_address, options, node_silent);
  });
  Response out;
  out.body = table.write(verdicts);
  out.content_type = "text/csv; charset=utf-8; header=present";
  out.headers.set("Cache-Control", "no-store");
  return out;
}

Result<Response> verify(Context& x, const Request& r) {
  const std::string field(r.headers.get("Content-Type").value_or(""));
  auto type = field.substr(0, field.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  if (http::equal_ignoring_case(type, "text/csv")) return verify_table(x, r);
  if (http::equal_ignoring_case(type, "application/octet-stream")) return verify_bytes(x, r);
  for (const std::string_view lines : {"application/x-ndjson", "application/jsonl"}) {
    if (http::equal_ignoring_case(type, lines)) return verify_lines(x, r, std::string(lines));
  }
  return verify_json(x, r);
}

// ---- look-up ----

void lookup(Context& x, const Request& r, http::Respond respond) {
  const auto begun = http::Delay::Clock::now();
  const auto query = read_lookup(r.body);
  if (!query) return respond(http::refuse(query.error()));
  if (auto ok = x.lookup->allow(r.remote_address, *query); !ok) return respond(http::refuse(ok.error()));
  // A std::function can be copied, a Respond can't.
  const auto waiting = std::make_shared<http::Respond>(std::move(respond));
  const bool taken = x.lookup->pool().post([&x, waiting, query = *query, begun] {
    auto found = x.lookup->ask(*x.ledger, query, options_of(x));
    Response out;
    if (found && *found) {
      out = http::cached(http::json_response(200, std::move((*found)->file)), "no-store");
    } else {
      out = http::refuse(found ? http::not_found() : found.error());
    }
    x.lookup->delay().respond(std::move(*waiting), std::move(out), begun, lookup_step);
  });
  if (!taken) (*waiting)(http::refuse(http::overloaded()));
}

}  // namespace

void add_verify_routes(Routes& r) {
  http::RouteOptions large;
  large.body_bytes_max = verify_body_bytes_max;
  large.any_origin = true;
  r.slow("POST", "/v1/verify", verify, large);
  http::RouteOptions small;
  small.body_bytes_max = lookup_body_bytes_max;
  r.async("POST", "/v1/lookup", lookup, small);
}

}  // namespace stele::verifier
