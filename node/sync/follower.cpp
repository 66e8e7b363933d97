#include "node/sync/follower.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/hash.h"

namespace stele::sync {
namespace {

using Signatures = rules::Chain::Signatures;

Error lie(Height height, const Rejection& why, std::optional<std::size_t> record) {
  const auto text = to_error(why);
  const auto vi = record ? fmt::format(", bản ghi {}", *record + 1) : std::string();
  const auto en = record ? fmt::format(", record {}", *record + 1) : std::string();
  return make_error(
      "source_lies",
      fmt::format("Nút nguồn gửi khối {}{} không hợp lệ: {} Không lưu gì của khối này. Hãy theo một nút "
                  "khác và báo cho Sở.",
                  height.value, vi, text.vi),
      fmt::format("The source served block {}{} that does not verify: {} Nothing of it was stored. Follow "
                  "another node and tell the department.",
                  height.value, en, text.en));
}

Error other_network() {
  return make_error(
      "source_other_network",
      "Nút nguồn thuộc mạng khác: tệp genesis của nó khác với tệp ở đây. Hãy kiểm tra --node và --genesis.",
      "The source belongs to another network: its genesis file is not the one given here. Check --node and "
      "--genesis.");
}

/// Each block but the last is certified by its child's parent_qc, the last by the batch's: the header hashes that a
/// quorum signed, so that nothing is stored that it did not sign.
Result<std::vector<HeaderHash>> certified_headers(const Batch& batch, const log::ValidatorSet& validators) {
  std::vector<HeaderHash> out;
  out.reserve(batch.blocks.size());
  for (std::size_t i = 0; i < batch.blocks.size(); ++i) {
    const Height height = batch.blocks[i].height;
    log::QuorumCertificate qc;
    if (i + 1 < batch.blocks.size()) {
      const auto& child = batch.blocks[i + 1];
      auto decoded = log::decode_qc(child.parent_qc);
      if (!decoded) return Unexpected(lie(height, decoded.error(), std::nullopt));
      qc = std::move(*decoded);
      if (qc.header != child.parent)
        return Unexpected(lie(height, {RejectionCode::block_wrong_parent, {}}, std::nullopt));
    } else {
      qc = batch.qc;
    }
    if (auto ok = log::check_qc(qc, qc.header, validators); !ok)
      return Unexpected(lie(height, ok.error(), std::nullopt));
    out.push_back(qc.header);
  }
  return out;
}

}  // namespace

std::string_view state_name(FollowState s) {
  switch (s) {
    case FollowState::starting:
      return "starting";
    case FollowState::following:
      return "following";
    case FollowState::unreachable:
      return "unreachable";
    case FollowState::source_lies:
      return "source_lies";
    case FollowState::failed:
      return "failed";
    case FollowState::stopped:
      return "stopped";
  }
  return "";
}

/// What one question came to.
struct Follower::Step {
  enum class Kind : std::uint8_t { progress, nothing_new, unreachable, lies, failed } kind;
  std::optional<Error> error{};
};

Follower::Follower(store::Ledger& ledger, BlockSource source, FollowOptions options, Report report)
    : ledger_(ledger), source_(std::move(source)), options_(options), report_(std::move(report)) {
  status_.height = ledger_.chain().head().height;
  status_.current = std::chrono::steady_clock::now();
}

Follower::~Follower() {
  stop();
}

void Follower::start() {
  thread_ = std::thread([this] { run(); });
}

void Follower::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  source_.cancel();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

FollowStatus Follower::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

bool Follower::wait_caught_up(std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [&] { return status_.caught_up || stopping_; });
  return status_.caught_up;
}

/// False: stop.
bool Follower::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [&] { return stopping_; });
}

void Follower::set(FollowState state, std::optional<Error> error) {
  FollowStatus copy;
  bool told = false;
  {
    const std::lock_guard lock(mutex_);
    told = status_.state == state;
    // Until it has caught up once, it is starting, whatever the source does well.
    if (state == FollowState::following) {
      status_.caught_up = true;
      status_.current = std::chrono::steady_clock::now();
    }
    status_.state = state;
    status_.error = std::move(error);
    if (state == FollowState::source_lies) ++status_.lies;
    copy = status_;
  }
  changed_.notify_all();
  if (!told && report_) report_(copy);
}

void Follower::run() {
  auto backoff = options_.backoff_min;
  for (bool go = true; go;) {
    auto result = step();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    switch (result.kind) {
      case Step::Kind::progress:
        backoff = options_.backoff_min;
        continue;
      case Step::Kind::nothing_new:
        backoff = options_.backoff_min;
        set(FollowState::following, std::nullopt);
        go = pause(options_.poll);
        continue;
      case Step::Kind::unreachable:
        set(FollowState::unreachable, std::move(result.error));
        break;
      case Step::Kind::lies:
        set(FollowState::source_lies, std::move(result.error));
        break;
      case Step::Kind::failed:
        set(FollowState::failed, std::move(result.error));
        return;
    }
    go = pause(backoff);
    backoff = std::min(2 * backoff, options_.backoff_max);
  }
  set(FollowState::stopped, std::nullopt);
}

Follower::Step Follower::step() {
  std::optional<Step> bad;
  if (!check_network(bad)) return std::move(*bad);
  // A stop between storing and certifying leaves a head without its certificate: ask for that one again.
  const Height head = ledger_.chain().head().height;
  const bool uncertified = head.value > 0 && !ledger_.head_qc();
  auto batch = source_.fetch({uncertified ? head.value : head.value + 1});
  if (!batch) {
    if (batch.error().malformed) return {Step::Kind::lies, std::move(batch).error().error};
    return {Step::Kind::unreachable, std::move(batch).error().error};
  }
  if (!*batch) return {Step::Kind::nothing_new};
  return take(std::move(**batch));
}

bool Follower::check_network(std::optional<Step>& out) {
  if (network_checked_) return true;
  const auto text = source_.genesis();
  if (!text) {
    out = Step{text.error().malformed ? Step::Kind::lies : Step::Kind::unreachable, text.error().error};
    return false;
  }
  if (sha256(as_bytes(*text)) != ledger_.genesis().digest) {
    out = Step{Step::Kind::lies, other_network()};
    return false;
  }
  network_checked_ = true;
  return true;
}

Follower::Step Follower::take(Batch batch) {
  auto headers = certified_headers(batch, ledger_.chain().validators());
  if (!headers) return {Step::Kind::lies, std::move(headers).error()};
  for (std::size_t i = 0; i < batch.blocks.size(); ++i) {
    auto& block = batch.blocks[i];
    const Height height = block.height;
    const bool last = i + 1 == batch.blocks.size();
    if (height == ledger_.chain().head().height) {  // ours already; only its certificate was missing
      if ((*headers)[i] != ledger_.chain().head_hash())
        return {Step::Kind::lies, lie(height, {RejectionCode::block_wrong_parent, {}}, std::nullopt)};
    } else {
      auto applied = ledger_.append(std::move(block), Signatures::check, {}, (*headers)[i]);
      if (!applied) {
        auto& why = applied.error();
        if (why.failed) return {Step::Kind::failed, std::move(why.failed)};
        return {Step::Kind::lies, lie(height, why.rejected->why, why.rejected->record)};
      }
    }
    if (last) {
      if (auto ok = ledger_.certify(batch.qc); !ok) return {Step::Kind::failed, std::move(ok).error()};
    }
    const std::lock_guard lock(mutex_);
    status_.height = height;
    ++status_.blocks;
    if (stopping_) break;
  }
  return {Step::Kind::progress};
}

}  // namespace stele::sync
