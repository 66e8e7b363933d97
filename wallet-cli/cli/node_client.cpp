#include "wallet-cli/cli/node_client.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "ledger/base/encoding.h"
#include "signer/issue.h"

namespace stele::cli {
namespace {

using json::Value;

constexpr json::Limits answer_limits{
    .bytes_max = 64 * 1024 * 1024, .depth_max = 16, .nodes_max = 4'000'000, .line_feeds = true};
constexpr std::size_t portion_max = 200;
constexpr std::size_t portion_bytes_max = 8 * 1024 * 1024;

Error bad_answer() {
  return make_error("http_bad_answer", "Máy chủ trả lời không đúng định dạng. Hãy kiểm tra địa chỉ --node.",
                    "The server's answer has a wrong form. Check the address in --node.");
}

/// A member, if `v` is an object that has it.
const Value* member_of(const Value& v, std::string_view name) {
  return v.is(json::Kind::object) ? v.find(name) : nullptr;
}
std::string text_of(const Value& v, std::string_view name) {
  const auto* m = member_of(v, name);
  return m != nullptr && m->is(json::Kind::string) ? m->string() : std::string();
}
std::uint64_t number_of(const Value& v, std::string_view name) {
  const auto* m = member_of(v, name);
  return m != nullptr && m->is(json::Kind::integer) && m->integer() >= 0 ? static_cast<std::uint64_t>(m->integer()) : 0;
}

Error error_of(const Value& v) {
  Error e = make_error(text_of(v, "code"), text_of(v, "vi"), text_of(v, "en"));
  if (e.code.empty()) return bad_answer();
  if (const auto* where = v.find("where"); where != nullptr && where->is(json::Kind::object)) {
    e.where.field = text_of(*where, "field");
    e.where.file = text_of(*where, "file");
  }
  return e;
}

Result<Value> parse_body(std::string_view body) {
  auto v = json::parse(body, answer_limits);
  if (!v || !v->is(json::Kind::object)) return Unexpected(bad_answer());
  return std::move(*v);
}

Result<http::Response> good(http::Response r) {
  if (r.status >= 200 && r.status < 300) return r;
  const auto v = json::parse(r.body, answer_limits);
  return Unexpected(v && v->is(json::Kind::object) ? error_of(*v) : bad_answer());
}

bool worth_repeating(const Error& e) {
  return e.code.starts_with("http_timeout") || e.code == "http_connect_failed" || e.code == "http_connection_lost" ||
         e.code == "http_bad_response" || e.code == "overloaded" || e.code == "in_flight" || e.code == "starting";
}

UnixSeconds system_now() {
  return UnixSeconds{static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count())};
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto b = static_cast<unsigned char>(c);
      out += '%';
      out += digits[b >> 4U];
      out += digits[b & 15U];
    }
  }
  return out;
}

Result<NodeClient> NodeClient::connect(const Context& c, const record::Genesis& genesis) {
  if (c.node_url.empty()) {
    return Unexpected(make_error("usage_node", "Thiếu địa chỉ nút: dùng --node URL hoặc biến STELE_NODE.",
                                 "The node's address is missing: use --node URL or the variable STELE_NODE."));
  }
  http::ClientOptions options;
  options.read_timeout = std::chrono::milliseconds(60'000);
  STELE_TRY(auto client, http::Client::open(c.node_url, options));
  NodeClient out(std::move(client), genesis);
  // For scripts that go on while a node is restarted; people want to hear at once that an address is wrong.
  constexpr unsigned long patience_max_s = 600;
  if (const char* patience = std::getenv("STELE_PATIENCE"))  // NOLINT(concurrency-mt-unsafe): one thread here
    out.patience_s_ = static_cast<unsigned>(std::min(std::strtoul(patience, nullptr, 10), patience_max_s));
  STELE_TRY(const auto network, out.get("/v1/network"));
  if (text_of(network, "net") != genesis.net) {
    return Unexpected(make_error(
        "wrong_network", "Nút này thuộc mạng \"" + text_of(network, "net") + "\", không phải \"" + genesis.net + "\".",
        "This node serves network \"" + text_of(network, "net") + "\", not \"" + genesis.net + "\"."));
  }
  out.vault_id_ = text_of(network, "vault");
  out.vault_number_ = static_cast<std::uint16_t>(number_of(network, "vault_number"));
  if (const auto now = parse_utc(text_of(network, "now"))) out.now_ = *now;
  return out;
}

Result<http::Response> NodeClient::send(http::Request request, const StaffKey* staff) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(patience_s_);
  for (;;) {
    if (staff != nullptr) {
      // Anew each time: a nonce that the node has seen is refused.
      request.headers.set("Authorization",
                          signer::staff_authorization(staff->key, staff->key.id(), net_, vault_id_, request.method,
                                                      request.target, request.body, system_now()));
      if (!staff->session.empty()) request.headers.set("Stele-Session", std::string(staff->session));
    }
    auto response = client_.send(request, http::Idempotent::yes);
    if (response) response = good(std::move(*response));
    if (response || !worth_repeating(response.error()) || std::chrono::steady_clock::now() >= until) return response;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
}

Result<HeaderHash> NodeClient::after() {
  STELE_TRY(const auto checkpoint, get("/v1/checkpoint"));
  const auto hash = fixed_from_base64url<HeaderHash>(text_of(checkpoint, "hash"));
  if (!hash) return Unexpected(bad_answer());
  return *hash;
}

Result<std::vector<Answer>> NodeClient::submit(const std::vector<Outgoing>& records,
                                               const std::function<void(std::uint64_t)>& done, unsigned patience_s) {
  std::vector<Answer> out;
  std::size_t i = 0;
  while (i < records.size()) {
    std::size_t n = 0;
    std::size_t bytes = 0;
    while (i + n < records.size() && n < portion_max && (n == 0 || bytes < portion_bytes_max)) {
      bytes += records[i + n].jws.size() + records[i + n].payload.size();
      ++n;
    }
    STELE_TRY(auto answers, submit_portion(std::span(records).subspan(i, n), patience_s));
    std::move(answers.begin(), answers.end(), std::back_inserter(out));
    i += n;
    if (done) done(i);
  }
  return out;
}

Result<std::vector<Answer>> decode_answers(std::string_view body, std::span<const Outgoing> records) {
  STELE_TRY(const auto v, parse_body(body));
  const auto* results = v.find("results");
  if (results == nullptr || !results->is(json::Kind::array) || results->items().size() != records.size())
    return Unexpected(bad_answer());
  std::vector<Answer> out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& r = results->items()[i];
    Answer a;
    a.id = fixed_from_base64url<RecordId>(text_of(r, "id")).value_or(RecordId{});
    const auto status = text_of(r, "status");
    a.state = status == "final"     ? Answer::State::final
              : status == "pending" ? Answer::State::pending
                                    : Answer::State::refused;
    a.index.value = number_of(r, "index");
    a.height.value = number_of(r, "height");
    a.jws = text_of(r, "jws");
    if (a.jws.empty()) a.jws = records[i].jws;
    if (const auto* e = member_of(r, "error"); e != nullptr && e->is(json::Kind::object)) a.error = error_of(*e);
    if (a.state == Answer::State::refused && worth_repeating(a.error)) a.state = Answer::State::pending;
    out.push_back(std::move(a));
  }
  return out;
}

Result<std::vector<Answer>> NodeClient::submit_portion(std::span<const Outgoing> records, unsigned patience_s) {
  std::string body = R"({"records":[)";
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i > 0) body += ',';
    body += R"({"jws":)" + json::write(Value(records[i].jws));
    if (!records[i].payload.empty()) body += R"(,"payload":)" + records[i].payload;  // JSON already
    body += '}';
  }
  body += "]}";
  http::Request request;
  request.method = "POST";
  request.target = "/v1/records?wait=final";
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);

  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(patience_s);
  for (;;) {
    auto response = send(request, nullptr);
    const bool late = std::chrono::steady_clock::now() >= until;
    if (!response) {
      if (late || !worth_repeating(response.error())) return Unexpected(std::move(response).error());
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      continue;
    }
    STELE_TRY(auto answers, decode_answers(response->body, records));
    const bool all_known =
        std::none_of(answers.begin(), answers.end(), [](const Answer& a) { return a.state == Answer::State::pending; });
    if (all_known || late) return answers;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
}

Result<Value> NodeClient::get(const std::string& target) {
  http::Request request;
  request.target = target;
  STELE_TRY(const auto response, send(std::move(request), nullptr));
  return parse_body(response.body);
}

Result<std::string> NodeClient::get_text(const std::string& target) {
  http::Request request;
  request.target = target;
  STELE_TRY(auto response, send(std::move(request), nullptr));
  return std::move(response.body);
}

Result<std::string> NodeClient::post_text(const std::string& target, const Value& body) {
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.headers.set("Content-Type", "application/json");
  request.body = json::write(body);
  STELE_TRY(auto response, send(std::move(request), nullptr));
  return std::move(response.body);
}

Result<void> NodeClient::post_bytes(const std::string& target, ByteView body) {
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = as_text(body);
  STELE_CHECK(send(std::move(request), nullptr));
  return {};
}

Result<Value> NodeClient::post(const std::string& target, const Value& body) {
  STELE_TRY(const auto text, post_text(target, body));
  if (text.empty()) return Value();
  return parse_body(text);
}

Result<Value> NodeClient::staff_get(const StaffKey& key, const std::string& target) {
  http::Request request;
  request.target = target;
  STELE_TRY(const auto response, send(std::move(request), &key));
  return parse_body(response.body);
}

Result<Value> NodeClient::staff_post(const StaffKey& key, const std::string& target, const Value& body) {
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.headers.set("Content-Type", "application/json");
  request.body = json::write(body);
  STELE_TRY(const auto response, send(std::move(request), &key));
  if (response.body.empty()) return Value();
  return parse_body(response.body);
}

}  // namespace stele::cli
