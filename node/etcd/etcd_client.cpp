#include "node/etcd/etcd_client.h"

#include <charconv>

namespace stele::etcd {
namespace {

// Sixteen blocks of the largest size, in base64, and what stands around them.
constexpr std::size_t answer_bytes_max = 200ULL << 20;
constexpr json::Limits answer_limits{.bytes_max = answer_bytes_max, .depth_max = 12, .nodes_max = 65'536};

Error unreachable(const Error& last) {
  return make_error("etcd_unreachable",
                    "Không máy etcd nào trả lời (" + last.vi + "). Hãy kiểm tra etcd trên các máy sắp thứ tự.",
                    "No member of etcd answered (" + last.en + "). Check etcd on the orderers' hosts.");
}

Error refused(int status, const std::string& body) {
  const auto said = std::to_string(status) + " " + body.substr(0, 200);
  // A member's own bound, or that of its gateway.
  const bool too_large =
      body.find("request is too large") != std::string::npos || body.find("larger than max") != std::string::npos;
  return make_error(too_large ? etcd_too_large : "etcd_refused", "etcd từ chối yêu cầu: " + said,
                    "etcd refused the request: " + said);
}

Error bad_answer(const std::string& member) {
  return make_error("etcd_bad_answer", "Câu trả lời của etcd tại " + member + " không đọc được.",
                    "The answer of etcd at " + member + " can't be read.");
}

/// The member is busy, without a leader or on its way out: another one may do.
bool may_differ_elsewhere(int status) {
  return status >= 500 || status == 408 || status == 429;
}

}  // namespace

Result<std::unique_ptr<EtcdClient>> EtcdClient::open(EtcdOptions options) {
  if (options.members.empty()) {
    return Unexpected(make_error("etcd_no_members", "Chưa chỉ ra máy etcd nào.", "No member of etcd is named."));
  }
  std::unique_ptr<EtcdClient> out(new EtcdClient(std::move(options)));
  http::ClientOptions of_one;
  of_one.connect_timeout = out->options_.timeout;
  of_one.read_timeout = out->options_.timeout;
  of_one.response_bytes_max = answer_bytes_max;
  for (const auto& url : out->options_.members) {
    STELE_TRY(auto client, http::Client::open(url, of_one));
    out->members_.push_back(std::move(client));
  }
  return out;
}

Result<json::Value> EtcdClient::call(std::string_view path, const json::Value& body) {
  http::Request request;
  request.method = "POST";
  request.target = std::string(path);
  request.headers.set("Content-Type", "application/json");
  request.body = json::write(body);
  Error last = make_error("etcd_unreachable", "", "");
  for (std::size_t n = 0; n < options_.rounds * members_.size(); ++n) {
    if (cancelled_) break;
    auto answer = members_[current_].send(request, http::Idempotent::yes);
    if (answer && answer->status == 200) {
      auto parsed = json::parse(answer->body, answer_limits);
      if (!parsed || !parsed->is(json::Kind::object)) return Unexpected(bad_answer(options_.members[current_]));
      return std::move(*parsed);
    }
    last = answer ? refused(answer->status, answer->body) : answer.error();
    if (answer && (last.code == etcd_too_large || !may_differ_elsewhere(answer->status)))
      return Unexpected(std::move(last));
    current_ = (current_ + 1) % members_.size();
  }
  if (cancelled_) return Unexpected(std::move(last));
  return Unexpected(unreachable(last));
}

void EtcdClient::cancel() {
  cancelled_ = true;
  for (auto& m : members_) m.cancel();
}

std::optional<std::uint64_t> number_of(const json::Value& object, std::string_view name) {
  const auto* v = object.find(name);
  if (v == nullptr) return 0;
  if (!v->is(json::Kind::string)) return std::nullopt;
  std::uint64_t out = 0;
  const auto& text = v->string();
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace stele::etcd
