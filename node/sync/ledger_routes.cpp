#include "node/sync/ledger_routes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ledger/verdict/document.h"
#include "node/http/answers.h"
#include "node/http/caching.h"
#include "node/sync/block_source.h"

namespace stele::sync {
namespace {

using http::answer, http::b64u, http::bad_request, http::digest_param, http::not_final_yet, http::not_found,
    http::number_of, http::number_query;
using http::Request;
using http::Response;
using json::Value;
using Parts = LedgerParts;

// ---- records ----

Result<Response> record_by_id(const Parts& p, const Request& r) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_TRY(auto found, find_record(p.ledger, id));
  STELE_TRY(Value out, p.ledger.with_chain([&](const rules::Chain& c) -> Result<Value> {
    const auto& s = c.state();
    const auto known = s.status_of(id);
    if (!known) return Unexpected(not_found());  // another branch came meanwhile
    const auto status = s.pending.contains(id) ? "pending" : status_name(*known);
    auto v = Value::object({{"id", b64u(id)},
                            {"index", found.index.value},
                            {"type", record::type_name(found.record.type)},
                            {"jws", std::move(found.jws)},
                            {"status", status},
                            {"height", found.height.value},
                            {"final", false}});
    if (const auto by = s.superseded_by.find(id); by != s.superseded_by.end()) v.set("superseded_by", b64u(by->second));
    if (const auto by = s.suspensions.find(id); by != s.suspensions.end() && !by->second.empty()) {
      auto& suspensions = v.set("suspended_by", Value::array());
      for (const auto& suspension : by->second) suspensions.push(b64u(suspension));
    }
    auto& changes = v.set("pending_changes", Value::array());
    for (const auto& change : pending_changes(s, id)) changes.push(b64u(change));
    return v;
  }));
  out.set("final", found.index.value < p.ledger.final_point()->checkpoint.size);
  return answer(out);
}

Result<Response> key_by_id(const Parts& p, const Request& r) {
  STELE_TRY(const auto kid, digest_param<KeyId>(r, "kid"));
  return p.ledger.with_chain([&](const rules::Chain& c) -> Result<Response> {
    const auto& s = c.state();
    const auto* k = s.key(kid);
    if (k == nullptr || k->root) return Unexpected(not_found());
    return answer(Value::object({{"kid", b64u(kid)},
                                 {"record", b64u(k->id)},
                                 {"org", k->key.org},
                                 {"status", status_name(s.status.get(*k->index))}}));
  });
}

Result<Response> receipt(const Parts& p, const Request& r) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_TRY(const auto found, find_record(p.ledger, id));
  const std::array ids{id};
  STELE_TRY(auto evidence, p.ledger.evidence(ids));
  const auto& list = evidence.records;
  const auto it = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.index == found.index; });
  STELE_ASSERT(it != list.end());
  const auto subject = static_cast<std::size_t>(it - list.begin());
  return http::json_response(200,
                             verdict::encode(verdict::Receipt{p.ledger.genesis().net, subject, std::move(evidence)}));
}

Result<Response> tag(const Parts& p, const Request& r) {
  STELE_TRY(const auto wanted, digest_param<Tag256>(r, "tag"));
  const auto live = p.ledger.with_chain([&](const rules::Chain& c) -> std::optional<RecordId> {
    const auto it = c.state().live_tags.find(wanted);
    return it == c.state().live_tags.end() ? std::nullopt : std::optional(it->second);
  });
  if (!live) return Unexpected(not_found());
  return answer(Value::object({{"live", b64u(*live)}}));
}

// ---- what a suspension holds ----

struct Held {
  RecordId id;
  RecordIndex index;
  record::Type type{};
  std::optional<std::string> org;
};

bool holds(const registry::State& s, const RecordId& suspension, const RecordId& target) {
  const auto it = s.suspensions.find(target);
  return it != s.suspensions.end() && s.status_of(target) == log::Status::suspended &&
         std::find(it->second.begin(), it->second.end(), suspension) != it->second.end();
}

/// Indices from `from` on, in no order.
std::vector<std::uint64_t> held_by(const registry::State& s, const RecordId& suspension, std::uint64_t from) {
  std::vector<std::uint64_t> out;
  for (const auto& [target, standing] : s.suspensions) {
    const auto index = s.find(target)->index.value;
    if (index >= from && holds(s, suspension, target)) out.push_back(index);
  }
  return out;
}

/// Reinstatements that lift it and revocations, which wait for a signature, by what they name.
std::unordered_map<RecordId, std::vector<RecordId>> waiting_changes(const registry::State& s,
                                                                    const RecordId& suspension) {
  std::unordered_map<RecordId, std::vector<RecordId>> out;
  for (const auto& [id, p] : s.pending) {
    const auto* c = std::get_if<record::StatusChange>(&p.record.body);
    if (c == nullptr || (p.record.type != record::Type::revoke && c->lifts != suspension)) continue;
    for (const auto& target : c->targets) out[s.latest(target)].push_back(id);
  }
  return out;
}

Value held_json(const Held& held, std::vector<RecordId> waiting) {
  auto out =
      Value::object({{"id", b64u(held.id)}, {"index", held.index.value}, {"type", record::type_name(held.type)}});
  if (held.org) out.set("org", *held.org);
  std::sort(waiting.begin(), waiting.end());
  auto& changes = out.set("pending_changes", Value::array());
  for (const auto& change : waiting) changes.push(b64u(change));
  return out;
}

Result<Response> suspensions(const Parts& p, const Request& r) {
  constexpr std::size_t page_max = 1000;
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  std::uint64_t from = 0;
  if (r.query_value("from")) {
    STELE_TRY(from, number_query(r, "from"));
  }
  bool known = false;
  std::unordered_map<RecordId, std::vector<RecordId>> waiting;
  auto indices = p.ledger.with_chain([&](const rules::Chain& c) {
    known = c.state().find(id) != nullptr;
    waiting = waiting_changes(c.state(), id);
    return held_by(c.state(), id, from);
  });
  if (!known) return Unexpected(not_found());
  std::sort(indices.begin(), indices.end());
  std::optional<std::uint64_t> next;
  if (indices.size() > page_max) {
    next = indices[page_max];
    indices.resize(page_max);
  }
  std::vector<Held> page;
  p.ledger.with_chain([&](const rules::Chain& c) {
    const auto& s = c.state();
    for (const auto index : indices) {
      // It may have been cleared since, or its branch given up.
      if (index >= s.ids.size() || !holds(s, id, s.ids[index])) continue;
      page.push_back({s.ids[index], {index}, s.find(s.ids[index])->type, s.owner_of(s.ids[index])});
    }
  });
  auto list = Value::array();
  for (const auto& held : page) list.push(held_json(held, std::move(waiting[held.id])));
  auto out = Value::object({{"id", b64u(id)}, {"records", std::move(list)}});
  if (next) out.set("next", *next);
  return answer(out);
}

// ---- log ----

Result<Response> checkpoint(const Parts& p, const Request& /*unused*/) {
  return answer(to_json(*p.ledger.final_point()));
}

/// The QC of the block at this height, as the next block carries it.
Result<Bytes> qc_in_child(const store::Store& store, Height height) {
  STELE_TRY(const auto meta, store.meta({height.value + 1}));
  auto block = meta ? log::decode_meta(*meta, {}) : Result<log::Block, Rejection>(reject(RejectionCode::bad_form));
  if (!block) return Unexpected(not_final_yet());
  return std::move(block->parent_qc);
}

Result<Response> checkpoint_at(const Parts& p, const Request& r) {
  const auto height = number_of(r.param("height"));
  if (!height) return Unexpected(bad_request("height", "Độ cao phải là một số.", "A height is a number."));
  if (*height == 0) return Unexpected(not_found());
  STELE_TRY(const auto f, p.ledger.final_point_at({*height}));
  return http::cached(answer(to_json(f)), http::immutable);
}

Result<Response> blocks(const Parts& p, const Request& r) {
  STELE_TRY(const auto from, number_query(r, "from"));
  if (from == 0)
    return Unexpected(bad_request("from", "Khối đầu tiên có chiều cao 1.", "The first block has height 1."));
  std::optional<std::uint64_t> to;
  if (r.query_value("to")) {
    STELE_TRY(to, number_query(r, "to"));
    if (*to < from) return Unexpected(bad_request("to", "to phải không nhỏ hơn from.", "to must not be below from."));
  }
  STELE_TRY(auto range, p.ledger.range({from}, blocks_bytes_max));
  Response out;
  out.status = 204;
  if (range.blocks.empty()) return out;
  if (to && range.blocks.size() > *to - from + 1) {
    range.blocks.resize(*to - from + 1);
    STELE_TRY(range.qc_of_last, qc_in_child(p.ledger.store(), {*to}));
  }
  out.status = 200;
  out.body = encode_batch(range.blocks, range.qc_of_last);
  out.content_type = "application/octet-stream";
  if (to && *to <= p.ledger.final_point()->checkpoint.height.value)
    return http::cached(std::move(out), http::immutable);
  return http::cached(std::move(out), "no-store");  // it ends at the head of the moment: no use to anybody twice
}

Response path_response(const log::MerklePath& path) {
  auto list = Value::array();
  for (const auto& d : path) list.push(b64u(d));
  return http::cached(answer(Value::object({{"path", std::move(list)}})), http::immutable);
}

/// Proofs are given within the final log only: nobody should build on a root that may not stay.
Result<void> within_final(const Parts& p, std::uint64_t size) {
  if (size > p.ledger.final_point()->checkpoint.size) return Unexpected(not_final_yet());
  return {};
}

Result<Response> inclusion(const Parts& p, const Request& r) {
  STELE_TRY(const auto index, number_query(r, "index"));
  STELE_TRY(const auto size, number_query(r, "size"));
  STELE_CHECK(within_final(p, size));
  if (index >= size) return Unexpected(bad_request("index", "index phải nhỏ hơn size.", "index must be below size."));
  return path_response(
      p.ledger.with_chain([&](const rules::Chain& c) { return c.tree().inclusion_path(index, size); }));
}

Result<Response> consistency(const Parts& p, const Request& r) {
  STELE_TRY(const auto from, number_query(r, "from"));
  STELE_TRY(const auto to, number_query(r, "to"));
  STELE_CHECK(within_final(p, to));
  if (from > to) return Unexpected(bad_request("from", "from phải không lớn hơn to.", "from must not be above to."));
  return path_response(p.ledger.with_chain([&](const rules::Chain& c) { return c.tree().consistency_path(from, to); }));
}

/// Under the newest final checkpoint with its proof; at an earlier height without one.
Result<Response> status(const Parts& p, const Request& r) {
  STELE_TRY(const auto index, number_query(r, "index"));
  const auto final = p.ledger.final_point();
  if (index >= final->checkpoint.size) return Unexpected(not_found());
  const auto id = p.ledger.with_chain([&](const rules::Chain& c) { return c.state().ids[index]; });
  if (r.query_value("height")) {
    STELE_TRY(const auto height, number_query(r, "height"));
    if (height > final->checkpoint.height.value) return Unexpected(not_final_yet());
    const auto s = p.ledger.status_at(id, {height});
    if (!s) return Unexpected(not_found());
    return http::cached(answer(Value::object({{"index", index}, {"height", height}, {"status", status_name(*s)}})),
                        http::immutable);
  }
  const std::array ids{id};
  STELE_TRY(const auto evidence, p.ledger.evidence(ids));
  for (const auto& s : evidence.statuses) {
    const auto header = log::parse_checkpoint(evidence.headers[s.header]);
    if (!header || evidence.records[s.record].index.value != index) continue;
    if (header->height < final->checkpoint.height) continue;
    const auto at = log::verify_status({index}, header->size, s.leaf, s.path, header->status);
    if (!at) continue;
    auto path = Value::array();
    for (const auto& d : s.path) path.push(b64u(d));
    return answer(Value::object({{"index", index},
                                 {"height", header->height.value},
                                 {"status", status_name(*at)},
                                 {"checkpoint", evidence.headers[s.header]},
                                 {"leaf", base64url(s.leaf)},
                                 {"path", std::move(path)}}));
  }
  return Unexpected(not_final_yet());
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

Result<Value> event_of(const Parts& p, const RecordId& id) {
  STELE_TRY(const auto found, find_record(p.ledger, id));
  STELE_TRY(const auto text, p.ledger.store().header(found.height));
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

/// The record, everything that names it, what superseded or suspends it, and who signed those second; in the ledger's
/// order.
Result<Response> history(const Parts& p, const Request& r) {
  constexpr std::size_t events_max = 1000;
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_CHECK(find_record(p.ledger, id));
  std::vector<RecordId> ids{id};
  for (std::size_t i = 0; i < ids.size() && ids.size() < events_max; ++i) {
    STELE_TRY(auto more, p.directory.mentions(ids[i]));
    if (i == 0) {
      p.ledger.with_chain([&](const rules::Chain& c) {
        const auto& s = c.state();
        if (const auto by = s.superseded_by.find(id); by != s.superseded_by.end()) more.push_back(by->second);
        if (const auto by = s.suspensions.find(id); by != s.suspensions.end())
          more.insert(more.end(), by->second.begin(), by->second.end());
      });
    }
    for (const auto& m : more) {
      if (std::find(ids.begin(), ids.end(), m) == ids.end()) ids.push_back(m);
    }
  }
  p.ledger.with_chain([&](const rules::Chain& c) {
    std::sort(ids.begin(), ids.end(), [&](const RecordId& a, const RecordId& b) {
      return c.state().find(a)->index < c.state().find(b)->index;
    });
  });
  auto events = Value::array();
  for (const auto& event : ids) {
    STELE_TRY(auto v, event_of(p, event));
    events.push(std::move(v));
  }
  return answer(Value::object({{"events", std::move(events)}}));
}

}  // namespace

std::string_view status_name(log::Status s) {
  constexpr std::array<std::string_view, 4> names{"valid", "superseded", "suspended", "revoked"};
  return names.at(static_cast<std::size_t>(s));
}

json::Value to_json(const store::FinalPoint& f) {
  auto out = Value::object({{"text", f.text},
                            {"hash", b64u(f.hash)},
                            {"height", f.checkpoint.height.value},
                            {"size", f.checkpoint.size},
                            {"time", utc_text(f.checkpoint.time)}});
  if (!f.child_text.empty()) {
    out.set("child", f.child_text);
    out.set("qc", base64url(f.child_qc));
  }
  if (!f.changes) return out;
  auto& list = out.set("changes", Value::array());
  for (const auto& c : *f.changes) {
    auto& shown =
        list.push(Value::object({{"text", c.text},
                                 {"qc", base64url(c.qc)},
                                 {std::string(verdict::change_name(c.change.kind)), base64url(c.change.bytes)}}));
    if (!c.base.empty()) shown.set("base", c.base);
  }
  return out;
}

std::vector<LedgerRoute> ledger_routes() {
  return {{"GET", "/v1/records/{id}", true, record_by_id},
          {"GET", "/v1/records/{id}/receipt", true, receipt},
          {"GET", "/v1/records/{id}/history", true, history},
          {"GET", "/v1/keys/{kid}", false, key_by_id},
          {"GET", "/v1/suspensions/{id}", true, suspensions},
          {"GET", "/v1/tags/{tag}", false, tag},
          {"GET", "/v1/checkpoint", false, checkpoint},
          {"GET", "/v1/checkpoints/{height}", true, checkpoint_at},
          {"GET", "/v1/blocks", true, blocks},
          {"GET", "/v1/proofs/inclusion", false, inclusion},
          {"GET", "/v1/proofs/consistency", false, consistency},
          {"GET", "/v1/status", true, status}};
}

}  // namespace stele::sync
