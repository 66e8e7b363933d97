#include "node/etcd/etcd_watch.h"

#include "ledger/base/encoding.h"

namespace stele::etcd {
namespace {

constexpr std::chrono::seconds silence{30};  ///< then it begins anew: the member may be cut off
constexpr std::chrono::milliseconds between{200};
constexpr std::size_t piece_bytes_max = 64ULL << 20;  // events that were missed come in one line
constexpr std::string_view cancelled = "\"canceled\":true";

}  // namespace

Result<std::unique_ptr<EtcdWatch>> EtcdWatch::start(const std::string& net, const EtcdOptions& options,
                                                    std::function<void()> wake) {
  if (options.members.empty()) {
    return Unexpected(make_error("etcd_no_members", "Chưa chỉ ra máy etcd nào.", "No member of etcd is named."));
  }
  std::unique_ptr<EtcdWatch> out(new EtcdWatch(net + "/slots/", std::move(wake)));
  http::ClientOptions of_one;
  of_one.connect_timeout = options.timeout;
  of_one.read_timeout = silence;
  of_one.response_bytes_max = piece_bytes_max;
  for (const auto& url : options.members) {
    STELE_TRY(auto client, http::Client::open(url, of_one));
    out->members_.push_back(std::move(client));
  }
  out->thread_ = std::thread([w = out.get()] { w->run(); });
  return out;
}

EtcdWatch::~EtcdWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  for (auto& m : members_) m.cancel();
  if (thread_.joinable()) thread_.join();
}

/// False: it is to end.
bool EtcdWatch::pause() {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, between, [this] { return stopping_; });
}

void EtcdWatch::run() {
  auto end = prefix_;
  ++end.back();
  const auto create = json::Value::object({{"key", base64(as_bytes(prefix_))}, {"range_end", base64(as_bytes(end))}});
  http::Request request;
  request.method = "POST";
  request.target = "/v3/watch";
  request.headers.set("Content-Type", "application/json");
  request.body = json::write(json::Value::object({{"create_request", create}}));
  for (std::size_t n = 0;; n = (n + 1) % members_.size()) {
    std::string seen;
    // A watch that etcd has cancelled stays open and silent for ever.
    (void)members_[n].stream(request, [&](std::string_view piece) {
      seen.append(piece);
      const bool over = seen.find(cancelled) != std::string::npos;
      if (seen.size() > cancelled.size()) seen.erase(0, seen.size() - cancelled.size());
      wake_();
      return !over;
    });
    // Whatever was written in between is found by whoever reads now.
    wake_();
    if (!pause()) return;
  }
}

}  // namespace stele::etcd
