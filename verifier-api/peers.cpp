#include "verifier-api/peers.h"

#include <fstream>

#include "ledger/base/encoding.h"
#include "ledger/record/json.h"

namespace stele::verifier {
namespace {

constexpr json::Limits answer_limits{.bytes_max = 4 << 20, .depth_max = 4, .nodes_max = 2'048, .line_feeds = true};

std::string text_of(const json::Value& v, std::string_view name) {
  const auto* m = v.find(name);
  return m != nullptr && m->is(json::Kind::string) ? m->string() : std::string();
}

/// The child names this header as its parent, in the same epoch, and a quorum of those who sign at its height did.
bool is_certified(const store::Ledger& ledger, const std::string& text, const log::Checkpoint& header,
                  const std::string& child_text, const std::string& qc_text) {
  const auto child = log::parse_checkpoint(child_text);
  const auto bytes = unbase64url(qc_text);
  const auto qc = log::decode_qc(bytes ? *bytes : Bytes{});
  const auto signers = ledger.signers_at({header.height.value + 1});
  return child && qc && signers && child->parent == log::hash_of(text) && child->epoch == header.epoch &&
         child->height.value == header.height.value + 1 &&
         log::check_qc(*qc, log::hash_of(child_text), *signers).has_value();
}

}  // namespace

std::optional<Conflict> compare(const store::Ledger& ledger, std::string_view answer) {
  const auto v = json::parse(answer, answer_limits);
  if (!v || !v->is(json::Kind::object)) return std::nullopt;
  const auto text = text_of(*v, "text");
  const auto theirs = log::parse_checkpoint(text);
  const auto newest = ledger.final_point()->checkpoint.height;
  if (!theirs || theirs->net != ledger.genesis().net || theirs->height.value == 0 || theirs->height > newest)
    return std::nullopt;
  const auto row = ledger.store().row(theirs->height);
  if (!row || !*row || (*row)->header_hash == log::hash_of(text)) return std::nullopt;
  Conflict out{{}, false, theirs->height, (*row)->header, text};
  out.certified = is_certified(ledger, text, *theirs, text_of(*v, "child"), text_of(*v, "qc"));
  return out;
}

Result<std::unique_ptr<Peers>> Peers::open(const store::Ledger& ledger, const std::vector<std::string>& urls,
                                           const http::ClientOptions& options, std::filesystem::path evidence,
                                           std::chrono::milliseconds pause) {
  if (urls.size() > peers_max) {
    return Unexpected(make_error("too_many", "Chỉ so được với nhiều nhất 8 máy chủ (--compare).",
                                 "At most 8 servers can be compared with (--compare)."));
  }
  std::unique_ptr<Peers> out(new Peers(ledger, std::move(evidence), pause));
  for (const auto& url : urls) {
    STELE_TRY(auto client, http::Client::open(url, options));
    out->peers_.push_back({url, std::move(client), {}});
  }
  return out;
}

Peers::~Peers() {
  stop();
}

void Peers::start() {
  if (!peers_.empty()) thread_ = std::thread([this] { run(); });
}

void Peers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& p : peers_) p.client.cancel();
  if (thread_.joinable()) thread_.join();
}

void Peers::run() {
  for (;;) {
    for (auto& p : peers_) ask(p);
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, pause_, [this] { return stopping_; })) return;
  }
}

void Peers::ask(Peer& peer) {
  http::Request request;
  request.target = "/v1/checkpoint";
  auto response = peer.client.send(request);
  if (!response || response->status != 200) return;
  // A peer that is ahead is asked for the block at our own height.
  const auto newest = ledger_.final_point()->checkpoint.height;
  const auto v = json::parse(response->body, answer_limits);
  const auto theirs = log::parse_checkpoint(v && v->is(json::Kind::object) ? text_of(*v, "text") : "");
  if (theirs && theirs->height > newest && newest.value > 0) {
    request.target = "/v1/checkpoints/" + std::to_string(newest.value);
    response = peer.client.send(request);
    if (!response || response->status != 200) return;
  }
  auto conflict = compare(ledger_, response->body);
  if (conflict) {
    conflict->url = peer.url;
    if (conflict->certified) keep(*conflict, response->body);
  }
  const std::lock_guard lock(mutex_);
  if (!peer.conflict || !peer.conflict->certified) peer.conflict = std::move(conflict);
}

/// Once for each fork: the file's name is its height and their header's hash.
void Peers::keep(const Conflict& c, std::string_view answer) const {
  std::error_code ec;
  std::filesystem::create_directories(evidence_, ec);
  const auto hash = base64url(log::hash_of(c.theirs).view());
  const auto path = evidence_ / ("fork-" + std::to_string(c.height.value) + "-" + hash + ".json");
  if (ec || std::filesystem::exists(path, ec)) return;
  const auto aside = path.string() + ".tmp";
  std::ofstream out(aside, std::ios::binary | std::ios::trunc);
  out << R"({"ours":)" << json::write(json::Value(c.ours)) << R"(,"theirs":)" << answer << "}\n";
  out.close();
  if (out) std::filesystem::rename(aside, path, ec);
}

std::vector<Conflict> Peers::conflicts() const {
  const std::lock_guard lock(mutex_);
  std::vector<Conflict> out;
  for (const auto& p : peers_) {
    if (p.conflict) out.push_back(*p.conflict);
  }
  return out;
}

}  // namespace stele::verifier
