#include "wallet-cli/cli/compromise_work.h"

#include <algorithm>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/record/decode.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

constexpr std::uint64_t vietnam_s = 7 * 3'600;

Error bad_answer() {
  return make_error("http_bad_answer", "Máy chủ trả lời không đúng định dạng.",
                    "The server's answer has a wrong form.");
}

std::string record_path(const RecordId& id) {
  return "/v1/records/" + base64url(id.view());
}

Result<record::Record> record_in(const Value& answer, const RecordId& id) {
  auto r = record::decode(text_of(answer, "jws"));
  if (!r) return Unexpected(to_error(r.error()));
  // What is shown must be what is signed, whatever the node says.
  if (r->id != id)
    return Unexpected(make_error("http_bad_answer",
                                 "Nút đưa ra một bản ghi khác với bản ghi được hỏi. Hãy hỏi nút khác.",
                                 "The node gives another record than the one asked for. Ask another node."));
  return std::move(*r);
}

Result<SuspectKey> suspect_in(record::Record r) {
  auto* key = std::get_if<record::Key>(&r.body);
  if (key != nullptr) {
    const auto id = key->jwk.thumbprint();
    return SuspectKey{id, r.id, std::move(*key)};
  }
  const auto text = base64url(r.id.view());
  return Unexpected(make_error("usage_key_record", "Bản ghi " + text + " không đăng ký khóa nào.",
                               "Record " + text + " registers no key."));
}

Result<LedgerPoint> point_in(const Value& v) {
  const auto time = parse_utc(text_of(v, "time"));
  if (!time) return Unexpected(bad_answer());
  return LedgerPoint{number_of(v, "height"), number_of(v, "size"), *time};
}

/// Of the genesis: nothing.
Result<LedgerPoint> point_at(NodeClient& node, std::uint64_t height) {
  if (height == 0) return LedgerPoint{};
  STELE_TRY(const auto v, node.get("/v1/checkpoints/" + std::to_string(height)));
  STELE_TRY(const auto out, point_in(v));
  if (out.height != height) return Unexpected(bad_answer());
  return out;
}

Result<Held> held_in(const Value& v) {
  const auto id = fixed_from_base64url<RecordId>(text_of(v, "id"));
  const auto type = record::type_from_name(text_of(v, "type"));
  auto org = text_of(v, "org");
  if (!id || !type || org.empty()) return Unexpected(bad_answer());
  return Held{*id, number_of(v, "index"), *type, std::move(org), !items_of(v, "pending_changes").empty()};
}

}  // namespace

Result<record::Record> fetch_record(NodeClient& node, const RecordId& id) {
  STELE_TRY(const auto v, node.get(record_path(id)));
  return record_in(v, id);
}

Result<SuspectKey> find_suspect(NodeClient& node, const RecordId& named) {
  auto r = fetch_record(node, named);
  if (r) return suspect_in(std::move(*r));
  if (r.error().code != "not_found") return Unexpected(std::move(r).error());
  const auto text = base64url(named.view());
  const auto v = node.get("/v1/keys/" + text);
  if (!v && v.error().code == "not_found") {
    return Unexpected(make_error("key_unknown",
                                 "Sổ cái không có khóa nào, cũng không có bản ghi nào mang mã " + text + ".",
                                 "The ledger has no key and no record " + text + "."));
  }
  if (!v) return Unexpected(v.error());
  const auto latest = fixed_from_base64url<RecordId>(text_of(*v, "record"));
  if (!latest) return Unexpected(bad_answer());
  STELE_TRY(auto record, fetch_record(node, *latest));
  STELE_TRY(auto out, suspect_in(std::move(record)));
  if (!std::ranges::equal(out.id.view(), named.view())) return Unexpected(bad_answer());
  return out;
}

Result<LedgerPoint> newest_point(NodeClient& node) {
  STELE_TRY(const auto v, node.get("/v1/checkpoint"));
  return point_in(v);
}

Result<std::optional<Start>> first_record_since(NodeClient& node, UnixSeconds moment) {
  STELE_TRY(const auto newest, newest_point(node));
  if (moment.value > std::max(newest.time.value, node.node_time().value)) return std::optional<Start>();
  LedgerPoint older;  // the last block that is older than the moment, as far as known; the genesis, if none is
  std::uint64_t not_older = newest.height + 1;
  while (not_older - older.height > 1) {
    STELE_TRY(const auto middle, point_at(node, older.height + (not_older - older.height) / 2));
    if (middle.time.value >= moment.value)
      not_older = middle.height;
    else
      older = middle;
  }
  if (older.height == 0 && newest.height > 0) {
    STELE_TRY(older, point_at(node, 1));
  }
  STELE_TRY(const auto before, point_at(node, older.height == 0 ? 0 : older.height - 1));
  if (before.size >= newest.size) return std::optional<Start>();
  return std::optional(Start{before.size, older});
}

UnixSeconds beginning_of(const Date& date) {
  const auto utc = parse_utc(date_text(date) + "T00:00:00Z");
  return {utc && utc->value > vietnam_s ? utc->value - vietnam_s : 0};
}

Result<Suspension> fetch_suspension(NodeClient& node, const RecordId& id) {
  STELE_TRY(const auto v, node.get(record_path(id)));
  STELE_TRY(const auto r, record_in(v, id));
  if (r.type == Type::suspend || r.type == Type::compromise)
    return Suspension{id, r.type, text_of(v, "status") == "pending"};
  const auto text = base64url(id.view());
  return Unexpected(make_error("usage_suspension",
                               "Bản ghi " + text + " không phải quyết định tạm ngừng hay báo cáo lộ khóa.",
                               "Record " + text + " is neither a suspension nor a report of a compromised key."));
}

Result<void> for_each_held(NodeClient& node, const RecordId& suspension,
                           const std::function<void(const Held&)>& visit) {
  constexpr std::size_t pages_max = 10'000;  // a node that lies must not keep us for ever
  const auto path = "/v1/suspensions/" + base64url(suspension.view()) + "?from=";
  std::uint64_t from = 0;
  for (std::size_t page = 0; page < pages_max; ++page) {
    STELE_TRY(const auto v, node.get(path + std::to_string(from)));
    for (const auto& record : items_of(v, "records")) {
      STELE_TRY(const auto held, held_in(record));
      visit(held);
    }
    if (v.find("next") == nullptr) return {};
    const auto next = number_of(v, "next");
    if (next <= from) break;
    from = next;
  }
  return Unexpected(bad_answer());
}

std::vector<Draft> clearing_drafts(std::vector<Held> held, const RecordId& lifts, const std::string& reason) {
  std::sort(held.begin(), held.end(), [](const Held& a, const Held& b) { return a.id < b.id; });
  std::vector<Draft> out;
  std::map<std::pair<Type, std::string>, std::size_t> open;  // to the draft that is not full yet
  for (const auto& h : held) {
    const auto at = open.find({h.type, h.org});
    auto* body = at == open.end() ? nullptr : std::get_if<record::StatusChange>(&out[at->second].body);
    if (body != nullptr && body->targets.size() < record::targets_max) {
      body->targets.push_back(h.id);
      continue;
    }
    if (!record::is_sheet(h.type)) open.insert_or_assign({h.type, h.org}, out.size());
    out.push_back({Type::reinstate, record::StatusChange{h.org, reason, {h.id}, lifts}, {}});
  }
  return out;
}

}  // namespace stele::cli
