// POST /v1/lookup: a diploma by its number and its holder's birth date, with the claims that the law publishes and no
// others (DESIGN.md section 6; docs/http-api.md, "Look-up"). Unknown, wrong and erased are one and the same answer, and
// every answer leaves at the end of a step, so that none can be told by its time.
#include <algorithm>
#include <array>

#include "ledger/record/decode.h"
#include "ledger/verdict/document.h"
#include "node/app/answers.h"
#include "node/app/documents.h"
#include "node/http/caching.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;

constexpr json::Limits query_limits{.bytes_max = 4096, .depth_max = 1, .nodes_max = 8};
constexpr std::chrono::milliseconds lookup_step{250};

/// In the order in which people read them.
constexpr std::array<std::string_view, 10> public_claims{
    "name", "birth_date", "school", "graduation_year", "ranking", "mode", "serial", "register_no", "issued", "signer"};

struct Query {
  std::optional<std::string> kind, org;
  std::string number, birth_date;
};

Result<Query> read_query(std::string_view body) {
  const auto v = json::parse(body, query_limits);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  Query q;
  q.kind = reader.optional_string("kind", {1, 32});
  q.org = reader.optional_string("org", {1, 64});
  q.number = reader.string("number", {1, 64});
  q.birth_date = reader.string("birth_date", {1, 10});
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  if (!parse_date(q.birth_date)) {
    return Unexpected(
        bad_request("birth_date", "Ngày sinh phải có dạng 2007-05-31.", "A birth date looks like 2007-05-31."));
  }
  return q;
}

/// The holder's file, cut down to what is public.
Result<std::string> public_file(Node& n, const RecordId& id) {
  STELE_TRY(const auto whole, document_file(n, id, {"public", "lookup"}, false));
  const auto file = verdict::decode_document(whole);
  STELE_ASSERT(file.has_value());  // it was encoded just now
  std::vector<std::string> shown;
  for (const auto& item : file->disclosures) {
    const auto d = record::decode_disclosure(item.disclosure);
    if (item.record != file->subject || !d) continue;
    if (std::find(public_claims.begin(), public_claims.end(), d->name) != public_claims.end()) shown.push_back(d->name);
  }
  auto cut = verdict::disclose(*file, shown);
  if (!cut) return Unexpected(to_error(cut.error()));
  return verdict::encode(std::move(*cut));
}

Result<Response> look_up(Node& n, const Query& q) {
  const auto record_of = [&n](const RecordId& id) -> std::optional<record::Record> {
    auto found = find_record(*n.ledger, id);
    return found ? std::optional(std::move(found->record)) : std::nullopt;
  };
  STELE_TRY(const auto id,
            n.vault->find_diploma({q.number, q.org.value_or(""), q.birth_date}, record_of, {"public", "lookup"}));
  if (!id) return Unexpected(not_found());
  const auto found = sync::find_record(*n.ledger, *id);
  const auto* c = found ? std::get_if<record::Credential>(&found->record.body) : nullptr;
  if (c == nullptr || (q.kind && c->kind != *q.kind) || (q.org && c->org != *q.org)) return Unexpected(not_found());
  const bool pending =
      n.ledger->with_chain([&](const rules::Chain& chain) { return chain.state().pending.contains(*id); });
  auto file = pending ? Result<std::string>(Unexpected(not_found())) : public_file(n, *id);
  // Not all of it is held here, or it is being erased: told like an unknown one.
  if (!file && file.error().code == "not_on_ledger") return Unexpected(not_found());
  if (!file) return Unexpected(file.error());
  return http::cached(http::json_response(200, std::move(*file)), "no-store");
}

void post_lookup(Node& n, const Request& r, http::Respond respond) {
  if (!n.vault) return respond(refuse(no_vault()));
  const auto begun = http::Delay::Clock::now();
  const auto query = read_query(r.body);
  if (!query) return respond(refuse(query.error()));
  // Not by client: those who ask are verifiers, each for many people. They count their own clients.
  if (!n.lookups->allow(query->number)) {
    return respond(refuse(make_error("lookup_limit", "Số này đã được tra cứu quá nhiều lần; hãy thử lại sau một giờ.",
                                     "This number was looked up too often; try again in an hour.")));
  }
  // A std::function can be copied, a Respond can't.
  const auto waiting = std::make_shared<http::Respond>(std::move(respond));
  const bool taken = n.pool->post([&n, waiting, q = *query, begun] {
    n.lookups->delay().respond(std::move(*waiting), http::to_response(look_up(n, q)), begun, lookup_step);
  });
  if (!taken) (*waiting)(refuse(overloaded()));
}

}  // namespace

void add_lookup_routes(Routes& r) {
  r.async("POST", "/v1/lookup", post_lookup, body_at_most(query_limits.bytes_max));
}

}  // namespace stele::app
