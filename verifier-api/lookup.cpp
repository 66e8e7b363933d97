#include "verifier-api/lookup.h"

#include <algorithm>
#include <array>

#include <sys/random.h>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "ledger/base/text.h"
#include "ledger/record/object_reader.h"
#include "node/http/answers.h"

namespace stele::verifier {
namespace {

constexpr json::Limits query_limits{.bytes_max = lookup_body_bytes_max, .depth_max = 1, .nodes_max = 8};
constexpr std::size_t clients_max = 65'536, numbers_max = 262'144;
constexpr double hour_s = 3600;

Error too_often() {
  return make_error("lookup_limit", "Đã tra cứu quá nhiều lần; hãy thử lại sau một giờ.",
                    "Too many look-ups; try again in an hour.");
}

const json::Value* claim_of(const verdict::Verdict& v, std::string_view name) {
  const auto it = std::find_if(v.claims.begin(), v.claims.end(), [&](const auto& c) { return c.name == name; });
  return it == v.claims.end() ? nullptr : &it->value;
}
bool says(const verdict::Verdict& v, std::string_view name, std::string_view text) {
  const auto* value = claim_of(v, name);
  return value != nullptr && value->is(json::Kind::string) && value->string() == text;
}

/// Is this what was asked for, true, and no more than may be shown? A node that is broken or lies is not passed on.
bool fits(const LookupQuery& q, const verdict::Verdict& v) {
  if (v.outcome >= verdict::Outcome::not_on_ledger || v.type != record::Type::diploma) return false;
  if (!says(v, "birth_date", q.birth_date) || (!q.org.empty() && v.org != q.org)) return false;
  if (!says(v, "serial", q.number) && !says(v, "register_no", q.number)) return false;
  return std::all_of(v.claims.begin(), v.claims.end(), [](const auto& c) { return is_public_claim(c.name); });
}

}  // namespace

Error lookup_unavailable() {
  return make_error("lookup_unavailable", "Nút của nơi cấp không trả lời; hãy thử lại sau.",
                    "The issuer's node does not answer; try again later.");
}
bool is_public_claim(std::string_view name) {
  constexpr std::array<std::string_view, 11> names{"birth_date", "contents", "graduation_year", "issued",
                                                   "mode",       "name",     "ranking",         "register_no",
                                                   "school",     "serial",   "signer"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<std::string> read_birth_date(std::string_view text) {
  if (parse_date(text)) return std::string(text);
  // 31/05/2007, 1/5/2007: as people and spreadsheets write it here.
  const auto first = text.find('/');
  const auto second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos || first == 0 || first > 2 || second - first < 2 || second - first > 3)
    return std::nullopt;
  const auto two = [](std::string_view digits) {
    return digits.size() == 1 ? "0" + std::string(digits) : std::string(digits);
  };
  const auto out = std::string(text.substr(second + 1)) + "-" + two(text.substr(first + 1, second - first - 1)) + "-" +
                   two(text.substr(0, first));
  return parse_date(out) ? std::optional(out) : std::nullopt;
}

Result<LookupQuery> read_lookup(std::string_view body) {
  const auto v = json::parse(body, query_limits);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  LookupQuery q;
  if (const auto kind = reader.optional_string("kind", {1, 32})) q.kind = *kind;
  if (const auto org = reader.optional_string("org", {1, 64})) q.org = *org;
  q.number = reader.string("number", {1, 64});
  const auto date = reader.string("birth_date", {1, 10});
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  const auto read = read_birth_date(date);
  if (!read) {
    return Unexpected(
        http::bad_request("birth_date", "Ngày sinh phải có dạng 2007-05-31.", "A birth date looks like 2007-05-31."));
  }
  q.birth_date = *read;
  return q;
}

Lookup::Lookup(const LookupLimits& limits)
    : clients_(limits.per_client / hour_s, std::max(1.0, limits.per_client), clients_max),
      numbers_(limits.per_number / hour_s, std::max(1.0, limits.per_number), numbers_max) {
  // The kernel's own; it can't fail for so few bytes once the machine is up.
  const auto got = ::getrandom(number_key_.data(), number_key_.size(), 0);
  STELE_ASSERT(std::cmp_equal(got, number_key_.size()));
}

Result<std::unique_ptr<Lookup>> Lookup::open(const std::string& node, const http::ClientOptions& options,
                                             const LookupLimits& limits) {
  std::unique_ptr<Lookup> out(new Lookup(limits));
  out->node_ = node;
  out->options_ = options;
  out->options_.read_timeout = std::chrono::seconds(10);
  out->options_.response_bytes_max = verdict::document_bytes_max;
  STELE_TRY(auto first, http::Client::open(node, out->options_));
  out->idle_.push_back(std::make_unique<http::Client>(std::move(first)));
  return out;
}

Lookup::~Lookup() {
  stop();
}

void Lookup::stop() {
  pool_.stop();
  delay_.stop();
}

Result<void> Lookup::allow(std::string_view client, const LookupQuery& q) {
  const auto digest = hmac_sha256(number_key_, {as_bytes(q.number)});
  http::AddressKey number{};
  std::copy_n(digest.bytes.begin(), number.size(), number.begin());
  if (clients_.take(http::address_key(client)) != 0 || numbers_.take(number) != 0) return Unexpected(too_often());
  return {};
}

Result<http::Response> Lookup::send(const http::Request& request) {
  std::unique_ptr<http::Client> client;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      client = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!client) {
    STELE_TRY(auto fresh, http::Client::open(node_, options_));
    client = std::make_unique<http::Client>(std::move(fresh));
  }
  auto out = client->send(request, http::Idempotent::yes);
  const std::lock_guard lock(mutex_);
  if (idle_.size() < lookup_threads) idle_.push_back(std::move(client));
  return out;
}

Result<std::optional<Lookup::Found>> Lookup::ask(const store::Ledger& ledger, const LookupQuery& q,
                                                 const JudgeOptions& options) {
  http::Request request;
  request.method = "POST";
  request.target = "/v1/lookup";
  request.headers.add("Content-Type", "application/json");
  auto body = json::Value::object({{"number", q.number}, {"birth_date", q.birth_date}});
  if (!q.kind.empty()) body.set("kind", q.kind);
  if (!q.org.empty()) body.set("org", q.org);
  request.body = json::write(body);
  auto response = send(request);
  if (!response) return Unexpected(lookup_unavailable());
  if (response->status == 404) return std::optional<Found>{};
  if (response->status == 429) return Unexpected(too_often());
  if (response->status != 200) return Unexpected(lookup_unavailable());
  Found out{std::move(response->body), {}};
  out.judgement = judge(ledger, out.file, options);
  if (!fits(q, out.judgement.verdict)) return Unexpected(lookup_unavailable());
  return std::optional(std::move(out));
}

}  // namespace stele::verifier
