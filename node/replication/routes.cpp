#include "node/replication/routes.h"

#include <algorithm>
#include <thread>

#include "ledger/record/decode.h"
#include "node/http/answers.h"

namespace stele::replication {
namespace {

using http::Request;
using http::Response;

constexpr auto reach_within = std::chrono::seconds(5);  ///< blocks of a busy network come twice a second
constexpr std::uint64_t reach_blocks = 64;
constexpr auto reach_beat = std::chrono::milliseconds(10);

Error no_authority() {
  return make_error("no_authority", "Khóa này không phải của kho nào giữ dữ liệu đó.",
                    "This key is of no vault that keeps this.");
}
Error starting() {
  return make_error("starting", "Nút đang khởi động; hãy thử lại sau giây lát.",
                    "The node is starting; try again in a moment.");
}
Error behind() {
  return make_error("not_in_sync", "Nút này chưa nhận đủ khối; hãy thử lại sau giây lát.",
                    "This node has not got all blocks yet; try again in a moment.");
}

}  // namespace

Result<std::uint16_t> Desk::asker(const Request& request) {
  const auto& genesis = p_.ledger.genesis();
  const auto now = p_.now();
  STELE_TRY(const auto claims, requests::claims_of(request, genesis.net, genesis.vaults.at(p_.number).id, now));
  for (std::size_t n = 0; n < genesis.vaults.size(); ++n) {
    const auto key = VerifyKey::parse(genesis.vaults[n].key);
    if (!key || key->thumbprint() != claims.envelope.kid) continue;
    if (!requests::signed_by(claims.envelope, *key)) return Unexpected(requests::bad_signature());
    STELE_CHECK(nonces_.once(claims.nonce, now));
    return static_cast<std::uint16_t>(n);
  }
  return Unexpected(no_authority());
}

/// Both vaults keep the data of the record's organisation.
bool Desk::serves(std::uint16_t vault, const record::Record& r, const registry::State& state) const {
  const auto* org = record::org_of(r) != nullptr ? state.org(*record::org_of(r)) : nullptr;
  if (org == nullptr) return false;
  const auto& list = org->org.vaults;
  const auto in = [&](std::uint16_t n) { return std::find(list.begin(), list.end(), n) != list.end(); };
  return in(vault) && in(p_.number);
}

Result<void> Desk::reach(Height height) const {
  const auto end = std::chrono::steady_clock::now() + reach_within;
  for (;;) {
    // The chain moves before a block is stored, and after a tail is replaced; the checks read both.
    const auto tip = p_.ledger.store().tip();
    const auto stored = tip ? tip->height : Height{};
    const auto here = std::min(stored, p_.ledger.with_chain([](const rules::Chain& c) { return c.head().height; }));
    if (here >= height) return {};
    // Blocks come some a second: who is so far ahead is not waited for.
    if (height.value - here.value > reach_blocks) return Unexpected(behind());
    if (std::chrono::steady_clock::now() > end) return Unexpected(behind());
    std::this_thread::sleep_for(reach_beat);
  }
}

void Desk::began(std::uint16_t vault, const RecordId& id) {
  const std::lock_guard lock(mutex_);
  if (tries_.size() >= tries_max) tries_.clear();  // then they are held until the vault gives them up by itself
  ++tries_[{vault, id}];
}

bool Desk::took_back(std::uint16_t vault, const RecordId& id) {
  const std::lock_guard lock(mutex_);
  const auto it = tries_.find({vault, id});
  if (it == tries_.end()) return false;
  if (--it->second == 0) tries_.erase(it);
  return true;
}

Result<Response> Desk::acks(const Request& request) {
  STELE_TRY(const auto vault, asker(request));
  STELE_TRY(const auto q, decode_ack_question(request.body));
  STELE_CHECK(reach(q.height));
  std::vector<Vetting::Handed> handed;
  for (const auto& one : q.records) handed.push_back({one.jws, one.payload, one.books});
  // Who may ask is decided before anything is kept.
  p_.ledger.with_chain([&](const rules::Chain& c) {
    for (auto& h : handed) {
      const auto r = record::decode(h.jws);
      if (r && !serves(vault, *r, c.state())) h = {};
    }
  });
  const auto vetted = p_.vetting.vet(handed);
  AckAnswer out;
  for (std::size_t i = 0; i < vetted.size(); ++i) {
    const auto& v = vetted[i];
    if (v.record && !v.refused && !v.on_ledger) began(vault, v.record->id);
    if (handed[i].jws.empty())
      out.emplace_back(no_authority());
    else if (v.refused)
      out.emplace_back(*v.refused);
    else
      out.emplace_back(v.acks);
  }
  return http::json_response(200, encode(out));
}

Result<Response> Desk::copies(const Request& request) {
  STELE_TRY(const auto vault, asker(request));
  STELE_TRY(const auto ids, decode_ids(request.body));
  const vault::Vault::Reader reader{"vault " + p_.ledger.genesis().vaults.at(vault).id, "copy"};
  Copies out;
  std::size_t bytes = 0;
  for (const auto& id : ids) {
    std::optional<std::string> copy;
    p_.ledger.with_chain([&](const rules::Chain& c) {
      const auto r = record_of(p_.ledger, c, id);
      if (!r || !serves(vault, *r, c.state())) return;
      const vault::LedgerView around{&c.state(), [&](const RecordId& other) { return record_of(p_.ledger, c, other); }};
      auto kept = p_.vault.copy(*r, around, reader);
      if (kept) copy = std::move(*kept);  // what is damaged here is asked of another one
    });
    bytes += copy ? copy->size() : 0;
    out.push_back(std::move(copy));
    if (bytes > body_bytes_wanted) break;
  }
  return http::json_response(200, encode(out));
}

Result<Response> Desk::not_taken(const Request& request) {
  STELE_TRY(const auto vault, asker(request));
  STELE_TRY(const auto lines, decode_lines(request.body));
  std::vector<record::Record> records;
  for (const auto& jws : lines) {
    auto r = record::decode(jws);
    if (r && took_back(vault, r->id)) records.push_back(std::move(*r));
  }
  p_.ledger.with_chain([&](const rules::Chain& c) {
    std::erase_if(records, [&](const auto& r) { return !serves(vault, r, c.state()); });
  });
  p_.vetting.not_taken(records);
  return http::json_response(200, "{}");
}

void add_routes(http::Server& server, const std::atomic<Desk*>& desk, http::WorkPool& pool) {
  using Handler = Result<Response> (Desk::*)(const Request&);
  http::RouteOptions options;
  options.body_bytes_max = body_bytes_max;
  options.secret_body = true;
  for (const auto& [target, handler] :
       std::initializer_list<std::pair<const char*, Handler>>{{"/v1/vault/acks", &Desk::acks},
                                                              {"/v1/vault/copies", &Desk::copies},
                                                              {"/v1/vault/not-taken", &Desk::not_taken}}) {
    server.route(
        "POST", target,
        [&desk, &pool, h = handler](Request r, http::Respond respond) {
          auto* d = desk.load();
          if (d == nullptr) return respond(http::refuse(starting()));
          http::respond_on(pool, std::move(r), std::move(respond),
                           [d, h](const Request& request) { return (d->*h)(request); });
        },
        options);
  }
}

}  // namespace stele::replication
