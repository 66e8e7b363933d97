// What anybody may ask about the ledger that this verifier has checked: records, receipts, blocks and proofs.
#include <algorithm>
#include <array>

#include "node/sync/block_source.h"
#include "verifier-api/answers.h"
#include "verifier-api/issuer.h"
#include "verifier-api/service.h"

namespace stele::verifier {
namespace {

using http::Request;
using http::Response;
using json::Value;

std::string_view name_of(log::Status s) {
  constexpr std::array<std::string_view, 4> names{"valid", "superseded", "suspended", "revoked"};
  return names.at(static_cast<std::size_t>(s));
}

// ---- records ----

struct Found {
  RecordIndex index;
  Height height;
  std::string jws;
};

Result<Found> find_record(const store::Ledger& ledger, const RecordId& id) {
  const auto index = ledger.with_chain([&](const rules::Chain& c) -> std::optional<RecordIndex> {
    const auto* info = c.state().find(id);
    return info == nullptr ? std::nullopt : std::optional(info->index);
  });
  if (!index) return Unexpected(not_found());
  STELE_TRY(auto jws, ledger.store().record(*index));
  STELE_TRY(const auto height, ledger.store().height_of(*index));
  if (!jws || !height) return Unexpected(not_final_yet());  // judged, but not stored yet
  return Found{*index, *height, std::move(*jws)};
}

Result<Response> record_by_id(Context& x, const Request& r) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_TRY(auto found, find_record(*x.ledger, id));
  Standing standing;
  Value out = x.ledger->with_chain([&](const rules::Chain& c) {
    const auto& s = c.state();
    add_standing(standing, s, id);
    const auto status = s.pending.contains(id) ? "pending" : name_of(*s.status_of(id));
    return Value::object({{"id", b64u(id)},
                          {"index", found.index.value},
                          {"type", record::type_name(s.find(id)->type)},
                          {"jws", std::move(found.jws)},
                          {"status", status},
                          {"height", found.height.value}});
  });
  out.set("final", found.index.value < x.ledger->final_point()->checkpoint.size);
  if (standing.superseded_by) out.set("superseded_by", b64u(*standing.superseded_by));
  auto& changes = out.set("pending_changes", Value::array());
  for (const auto& c : standing.pending_changes) changes.push(b64u(c));
  return answer(out);
}

Result<Response> receipt(Context& x, const Request& r) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  STELE_TRY(const auto found, find_record(*x.ledger, id));
  const std::array ids{id};
  STELE_TRY(auto evidence, x.ledger->evidence(ids));
  const auto& list = evidence.records;
  const auto it = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.index == found.index; });
  STELE_ASSERT(it != list.end());
  const auto subject = static_cast<std::size_t>(it - list.begin());
  return http::json_response(200,
                             verdict::encode(verdict::Receipt{x.ledger->genesis().net, subject, std::move(evidence)}));
}

Result<Response> tag(Context& x, const Request& r) {
  STELE_TRY(const auto wanted, digest_param<Tag256>(r, "tag"));
  const auto live = x.ledger->with_chain([&](const rules::Chain& c) -> std::optional<RecordId> {
    const auto it = c.state().live_tags.find(wanted);
    return it == c.state().live_tags.end() ? std::nullopt : std::optional(it->second);
  });
  if (!live) return Unexpected(not_found());
  return answer(Value::object({{"live", b64u(*live)}}));
}

// ---- log ----

Result<Response> checkpoint(Context& x, const Request& /*unused*/) {
  const auto f = x.ledger->final_point();
  auto out = Value::object({{"text", f->text},
                            {"hash", b64u(f->hash)},
                            {"height", f->checkpoint.height.value},
                            {"size", f->checkpoint.size},
                            {"time", utc_text(f->checkpoint.time)}});
  if (!f->child_text.empty()) {
    out.set("child", f->child_text);
    out.set("qc", base64url(f->child_qc));
  }
  return answer(out);
}

Result<Response> blocks(Context& x, const Request& r) {
  STELE_TRY(const auto from, number_query(r, "from"));
  if (from == 0)
    return Unexpected(bad_request("from", "Khối đầu tiên có chiều cao 1.", "The first block has height 1."));
  STELE_TRY(const auto range, x.ledger->range({from}, sync::blocks_bytes_max));
  Response out;
  out.status = 204;
  if (range.blocks.empty()) return out;
  out.status = 200;
  out.body = sync::encode_batch(range.blocks, range.qc_of_last);
  out.content_type = "application/octet-stream";
  return out;
}

Response path_response(const log::MerklePath& path) {
  auto list = Value::array();
  for (const auto& d : path) list.push(b64u(d));
  return answer(Value::object({{"path", std::move(list)}}));
}

/// Proofs are given within the final log only: nobody should build on a root that may not stay.
Result<void> within_final(const Context& x, std::uint64_t size) {
  if (size > x.ledger->final_point()->checkpoint.size) return Unexpected(not_final_yet());
  return {};
}

Result<Response> inclusion(Context& x, const Request& r) {
  STELE_TRY(const auto index, number_query(r, "index"));
  STELE_TRY(const auto size, number_query(r, "size"));
  STELE_CHECK(within_final(x, size));
  if (index >= size) return Unexpected(bad_request("index", "index phải nhỏ hơn size.", "index must be below size."));
  return path_response(
      x.ledger->with_chain([&](const rules::Chain& c) { return c.tree().inclusion_path(index, size); }));
}

Result<Response> consistency(Context& x, const Request& r) {
  STELE_TRY(const auto from, number_query(r, "from"));
  STELE_TRY(const auto to, number_query(r, "to"));
  STELE_CHECK(within_final(x, to));
  if (from > to) return Unexpected(bad_request("from", "from phải không lớn hơn to.", "from must not be above to."));
  return path_response(
      x.ledger->with_chain([&](const rules::Chain& c) { return c.tree().consistency_path(from, to); }));
}

/// Under the newest final checkpoint with its proof; at an earlier height without one.
Result<Response> status(Context& x, const Request& r) {
  STELE_TRY(const auto index, number_query(r, "index"));
  const auto final = x.ledger->final_point();
  if (index >= final->checkpoint.size) return Unexpected(not_found());
  const auto id = x.ledger->with_chain([&](const rules::Chain& c) { return c.state().ids[index]; });
  if (r.query_value("height")) {
    STELE_TRY(const auto height, number_query(r, "height"));
    if (height > final->checkpoint.height.value) return Unexpected(not_final_yet());
    const auto s = x.ledger->status_at(id, {height});
    if (!s) return Unexpected(not_found());
    return answer(Value::object({{"index", index}, {"height", height}, {"status", name_of(*s)}}));
  }
  const std::array ids{id};
  STELE_TRY(const auto evidence, x.ledger->evidence(ids));
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
                                 {"status", name_of(*at)},
                                 {"checkpoint", evidence.headers[s.header]},
                                 {"leaf", base64url(s.leaf)},
                                 {"path", std::move(path)}}));
  }
  return Unexpected(not_final_yet());
}

// ---- issuers ----

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
  r.slow("GET", "/v1/records/{id}", record_by_id);
  r.slow("GET", "/v1/records/{id}/receipt", receipt);
  r.quick("GET", "/v1/tags/{tag}", tag);
  r.quick("GET", "/v1/checkpoint", checkpoint);
  r.slow("GET", "/v1/blocks", blocks);
  r.quick("GET", "/v1/proofs/inclusion", inclusion);
  r.quick("GET", "/v1/proofs/consistency", consistency);
  r.slow("GET", "/v1/status", status);
  r.slow("GET", "/v1/orgs/{org}/jwks", org_jwks);
  r.slow("GET", "/.well-known/jwt-vc-issuer/orgs/{org}", issuer_metadata);
}

}  // namespace stele::verifier
