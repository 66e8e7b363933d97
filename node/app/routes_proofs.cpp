// Blocks for followers, and proofs about the log.
#include <algorithm>

#include "ledger/log/wire.h"
#include "node/app/answers.h"
#include "node/app/node.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;
using json::Value;

constexpr std::size_t blocks_bytes_max = 16 * 1024 * 1024;

Result<Response> blocks(Node& n, const Request& r) {
  STELE_TRY(const auto from, number_query(r, "from"));
  if (from == 0)
    return Unexpected(bad_request("from", "Khối đầu tiên có chiều cao 1.", "The first block has height 1."));
  STELE_TRY(const auto range, n.ledger->range({from}, blocks_bytes_max));
  Response out;
  if (range.blocks.empty()) {
    out.status = 204;
    return out;
  }
  log::Writer w;
  w.raw(as_bytes("STLS"));
  w.u8(1);
  w.u32(static_cast<std::uint32_t>(range.blocks.size()));
  for (const auto& b : range.blocks) w.bytes32(b);
  w.bytes32(range.qc_of_last);
  out.body = as_text(w.bytes());
  out.content_type = "application/octet-stream";
  return out;
}

Response path_response(const log::MerklePath& path) {
  auto list = Value::array();
  for (const auto& d : path) list.push(b64u(d));
  return answer(Value::object({{"path", std::move(list)}}));
}

/// Proofs are given within the final log only: nobody should build on a root that may not stay.
Result<void> within_final(const Node& n, std::uint64_t size) {
  if (size > n.ledger->final_point()->checkpoint.size) return Unexpected(not_final_yet());
  return {};
}

Result<Response> inclusion(Node& n, const Request& r) {
  STELE_TRY(const auto index, number_query(r, "index"));
  STELE_TRY(const auto size, number_query(r, "size"));
  STELE_CHECK(within_final(n, size));
  if (index >= size) return Unexpected(bad_request("index", "index phải nhỏ hơn size.", "index must be below size."));
  return path_response(
      n.ledger->with_chain([&](const rules::Chain& c) { return c.tree().inclusion_path(index, size); }));
}

Result<Response> consistency(Node& n, const Request& r) {
  STELE_TRY(const auto from, number_query(r, "from"));
  STELE_TRY(const auto to, number_query(r, "to"));
  STELE_CHECK(within_final(n, to));
  if (from > to) return Unexpected(bad_request("from", "from phải không lớn hơn to.", "from must not be above to."));
  return path_response(
      n.ledger->with_chain([&](const rules::Chain& c) { return c.tree().consistency_path(from, to); }));
}

std::string_view name_of(log::Status s) {
  constexpr std::array<std::string_view, 4> names{"valid", "superseded", "suspended", "revoked"};
  return names.at(static_cast<std::size_t>(s));
}

/// Under the newest final checkpoint with its proof; at an earlier height without one.
Result<Response> status(Node& n, const Request& r) {
  STELE_TRY(const auto index, number_query(r, "index"));
  const auto final = n.ledger->final_point();
  if (index >= final->checkpoint.size) return Unexpected(not_found());
  const auto id = n.ledger->with_chain([&](const rules::Chain& c) { return c.state().ids[index]; });
  if (r.query_value("height")) {
    STELE_TRY(const auto height, number_query(r, "height"));
    if (height > final->checkpoint.height.value) return Unexpected(not_final_yet());
    const auto s = n.ledger->status_at(id, {height});
    if (!s) return Unexpected(not_found());
    return answer(Value::object({{"index", index}, {"height", height}, {"status", name_of(*s)}}));
  }
  const std::array ids{id};
  STELE_TRY(const auto evidence, n.ledger->evidence(ids));
  for (const auto& s : evidence.statuses) {
    const auto checkpoint = log::parse_checkpoint(evidence.headers[s.header]);
    if (!checkpoint || evidence.records[s.record].index.value != index) continue;
    if (checkpoint->height < final->checkpoint.height) continue;
    const auto at = log::verify_status({index}, checkpoint->size, s.leaf, s.path, checkpoint->status);
    if (!at) continue;
    auto path = Value::array();
    for (const auto& d : s.path) path.push(b64u(d));
    return answer(Value::object({{"index", index},
                                 {"height", checkpoint->height.value},
                                 {"status", name_of(*at)},
                                 {"checkpoint", evidence.headers[s.header]},
                                 {"leaf", base64url(s.leaf)},
                                 {"path", std::move(path)}}));
  }
  return Unexpected(not_final_yet());
}

}  // namespace

void add_proof_routes(Routes& r) {
  r.slow("GET", "/v1/blocks", blocks);
  r.quick("GET", "/v1/proofs/inclusion", inclusion);
  r.quick("GET", "/v1/proofs/consistency", consistency);
  r.slow("GET", "/v1/status", status);
}

}  // namespace stele::app
