// Handing in records, and what anybody may ask about one.
#include <algorithm>

#include "ledger/record/decode.h"
#include "ledger/verdict/document.h"
#include "node/app/answers.h"
#include "node/app/node.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;
using json::Value;

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

// ---- one record ----

std::string_view status_name(log::Status s) {
  switch (s) {
    case log::Status::valid:
      return "valid";
    case log::Status::superseded:
      return "superseded";
    case log::Status::suspended:
      return "suspended";
    case log::Status::revoked:
      return "revoked";
  }
  return "";
}

struct Standing {
  std::string_view status;
  std::optional<RecordId> superseded_by;
  std::vector<RecordId> suspended_by;  ///< what a reinstatement may name as `lifts`
  std::vector<RecordId> changes;       ///< pending ones that name it
};

Standing standing_of(const registry::State& s, const RecordId& id) {
  Standing out;
  out.status = s.pending.contains(id) ? "pending" : status_name(*s.status_of(id));
  if (const auto by = s.superseded_by.find(id); by != s.superseded_by.end()) out.superseded_by = by->second;
  if (const auto by = s.suspensions.find(id); by != s.suspensions.end()) out.suspended_by = by->second;
  if (const auto by = s.claimed.find(id); by != s.claimed.end()) out.changes.push_back(by->second);
  for (const auto& [pending_id, p] : s.pending) {
    const auto* c = std::get_if<record::StatusChange>(&p.record.body);
    if (c != nullptr && std::binary_search(c->targets.begin(), c->targets.end(), id)) out.changes.push_back(pending_id);
  }
  std::sort(out.changes.begin(), out.changes.end());
  out.changes.erase(std::unique(out.changes.begin(), out.changes.end()), out.changes.end());
  return out;
}

Result<Response> record_by_id(Node& n, const Request& r) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_TRY(auto found, find_record(*n.ledger, id));
  const auto standing = n.ledger->with_chain([&](const rules::Chain& c) { return standing_of(c.state(), id); });
  auto changes = Value::array();
  for (const auto& c : standing.changes) changes.push(b64u(c));
  auto out = Value::object({{"id", b64u(id)},
                            {"index", found.index.value},
                            {"type", record::type_name(found.record.type)},
                            {"jws", std::move(found.jws)},
                            {"status", standing.status},
                            {"height", found.height.value},
                            {"final", found.index.value < n.ledger->final_point()->checkpoint.size}});
  if (standing.superseded_by) out.set("superseded_by", b64u(*standing.superseded_by));
  if (!standing.suspended_by.empty()) {
    auto& by = out.set("suspended_by", Value::array());
    for (const auto& suspension : standing.suspended_by) by.push(b64u(suspension));
  }
  out.set("pending_changes", std::move(changes));
  return answer(out);
}

/// Who bears this tag now: public, as the tag itself is.
Result<Response> live_by_tag(Node& n, const Request& r) {
  STELE_TRY(const auto tag, digest_param<Tag256>(r, "tag"));
  const auto live = n.ledger->with_chain([&](const rules::Chain& c) -> std::optional<RecordId> {
    const auto it = c.state().live_tags.find(tag);
    if (it == c.state().live_tags.end()) return std::nullopt;
    return it->second;
  });
  if (!live) return Unexpected(not_found());
  return answer(Value::object({{"live", b64u(*live)}}));
}

Result<Response> receipt(Node& n, const Request& r) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  const std::array ids{id};
  STELE_TRY(auto evidence, n.ledger->evidence(ids));
  STELE_TRY(const auto found, find_record(*n.ledger, id));
  const auto& list = evidence.records;
  const auto it = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.index == found.index; });
  STELE_ASSERT(it != list.end());
  const auto subject = static_cast<std::size_t>(it - list.begin());
  return http::json_response(200, verdict::encode(verdict::Receipt{n.genesis.net, subject, std::move(evidence)}));
}

// ---- history ----

const std::string* reason_of(const record::Record& r) {
  return std::visit(
      [](const auto& body) -> const std::string* {
        if constexpr (requires { body.reason.value(); })
          return body.reason ? &*body.reason : nullptr;
        else if constexpr (requires { body.reason.size(); })
          return &body.reason;
        else
          return nullptr;
      },
      r.body);
}

Result<Value> event_of(Node& n, const RecordId& id) {
  STELE_TRY(const auto found, find_record(*n.ledger, id));
  STELE_TRY(const auto text, n.ledger->store().header(found.height));
  const auto header = log::parse_checkpoint(text.value_or(""));
  if (!header) return Unexpected(not_final_yet());
  auto out = Value::object({{"id", b64u(id)},
                            {"type", record::type_name(found.record.type)},
                            {"height", found.height.value},
                            {"time", utc_text(header->time)},
                            {"kid", b64u(found.record.kid)}});
  if (const auto* org = record::org_of(found.record)) out.set("org", *org);
  if (const auto* reason = reason_of(found.record)) out.set("reason", *reason);
  return out;
}

/// The record, everything that names it, what superseded it, and who signed those second; in the ledger's order.
Result<Response> history(Node& n, const Request& r) {
  constexpr std::size_t events_max = 1000;
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_CHECK(find_record(*n.ledger, id));
  std::vector<RecordId> ids{id};
  for (std::size_t i = 0; i < ids.size() && ids.size() < events_max; ++i) {
    STELE_TRY(auto more, n.directory->mentions(ids[i]));
    if (i == 0) {
      n.ledger->with_chain([&](const rules::Chain& c) {
        const auto by = c.state().superseded_by.find(id);
        if (by != c.state().superseded_by.end()) more.push_back(by->second);
      });
    }
    for (const auto& m : more) {
      if (std::find(ids.begin(), ids.end(), m) == ids.end()) ids.push_back(m);
    }
  }
  n.ledger->with_chain([&](const rules::Chain& c) {
    std::sort(ids.begin(), ids.end(), [&](const RecordId& a, const RecordId& b) {
      return c.state().find(a)->index < c.state().find(b)->index;
    });
  });
  auto events = Value::array();
  for (const auto& event : ids) {
    STELE_TRY(auto v, event_of(n, event));
    events.push(std::move(v));
  }
  return answer(Value::object({{"events", std::move(events)}}));
}

}  // namespace

void add_record_routes(Routes& r) {
  r.async("POST", "/v1/records", post_records);
  r.quick("GET", "/v1/records/{id}", record_by_id);
  r.quick("GET", "/v1/tags/{tag}", live_by_tag);
  r.slow("GET", "/v1/records/{id}/receipt", receipt);
  r.slow("GET", "/v1/records/{id}/history", history);
}

}  // namespace stele::app
