// Documents for staff, and for holders with their pick-up codes.
#include "ledger/record/decode.h"
#include "node/app/answers.h"
#include "node/app/documents.h"
#include "signer/issue.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;

constexpr json::Limits small{.bytes_max = 4096, .depth_max = 2, .nodes_max = 8};

Response no_content() {
  Response r;
  r.status = 204;
  return r;
}

Result<Response> document(Node& n, const Request& r, const Staff& who) {
  STELE_TRY(const auto id, digest_param<RecordId>(r, "id"));
  const auto found = sync::find_record(*n.ledger, id);
  const auto* c = found ? std::get_if<record::Credential>(&found->record.body) : nullptr;
  if (c == nullptr) return Unexpected(found || found.error().code == "not_found" ? not_found() : found.error());
  const auto scope = record::scope_of(found->record);
  const auto text = [](const std::string* s) { return s == nullptr ? std::string_view() : std::string_view(*s); };
  const bool may = n.ledger->with_chain([&](const rules::Chain& chain) {
    return may_read_all(who, {c->org, text(scope.cls), text(scope.year)}, chain.state());
  });
  if (!may) return Unexpected(no_authority());
  STELE_TRY(auto file, document_file(n, id, {who.key.key.person, "document"}, false));
  return http::json_response(200, std::move(file));
}

/// The code of `{"code"}`; a text that is no code at all is answered like a wrong one.
Result<Digest> code_of(const Request& r) {
  const auto v = json::parse(r.body, small);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  const auto text = reader.string("code", {1, 256});
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  const auto digest = signer::pickup_digest_of(text);
  if (!digest) return Unexpected(not_found());
  return *digest;
}

Result<Response> pickup(Node& n, const Request& r) {
  STELE_TRY(const auto code, code_of(r));
  STELE_TRY(const auto id, n.vault->pickup(code));
  if (!id) return Unexpected(not_found());
  auto file = document_file(n, *id, {"holder", "pickup"}, true);
  if (!file && file.error().code == "not_on_ledger") return Unexpected(not_found());
  if (!file) return Unexpected(file.error());
  return http::json_response(200, std::move(*file));
}

Result<Response> pickup_done(Node& n, const Request& r) {
  STELE_TRY(const auto code, code_of(r));
  STELE_TRY(const auto id, n.vault->pickup(code));
  if (!id) return Unexpected(not_found());
  STELE_CHECK(n.vault->pickup_done(code));
  return no_content();
}

Result<Response> pickup_replace(Node& n, const Request& r, const Staff& who) {
  const auto v = json::parse(r.body, small);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  const auto id = reader.digest43<RecordId>("id");
  const auto digest = reader.digest43<Digest>("digest");
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  const auto found = sync::find_record(*n.ledger, id);
  const auto* c = found ? std::get_if<record::Credential>(&found->record.body) : nullptr;
  if (c == nullptr) return Unexpected(found || found.error().code == "not_found" ? not_found() : found.error());
  const bool may = n.ledger->with_chain(
      [&](const rules::Chain& chain) { return may_sign(who, found->record.type, c->kind, c->org, chain.state()); });
  if (!may) return Unexpected(no_authority());
  STELE_TRY(const auto held, n.vault->credential(found->record, {who.key.key.person, "pickup-replace"}));
  if (!held) return Unexpected(not_found());
  STELE_CHECK(n.vault->pickup_replace(id, digest));
  return no_content();
}

}  // namespace

void add_document_routes(Routes& r) {
  r.staff("GET", "/v1/documents/{id}", document);
  r.vault("POST", "/v1/pickup", pickup, body_at_most(small.bytes_max));
  r.vault("POST", "/v1/pickup/done", pickup_done, body_at_most(small.bytes_max));
  r.staff("POST", "/v1/pickup/replace", pickup_replace, body_at_most(small.bytes_max));
}

}  // namespace stele::app
