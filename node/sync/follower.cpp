#include "node/sync/follower.h"

#include <algorithm>
#include <utility>

#include "ledger/base/hash.h"
#include "node/sync/take.h"

namespace stele::sync {
namespace {

Error other_network() {
  return make_error(
      "source_other_network",
      "Nút nguồn thuộc mạng khác: tệp genesis của nó khác với tệp ở đây. Hãy kiểm tra --node và --genesis.",
      "The source belongs to another network: its genesis file is not the one given here. Check --node and "
      "--genesis.");
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
  enum class Kind : std::uint8_t { progress, nothing_new, other_branch, unreachable, lies, failed } kind;
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
  auto next = status();
  const bool told = next.state == state;
  // Until it has caught up once, it is starting, whatever the source does well.
  if (state == FollowState::following) {
    next.caught_up = true;
    next.current = std::chrono::steady_clock::now();
  }
  next.state = state;
  next.error = std::move(error);
  if (state == FollowState::source_lies) ++next.lies;
  // Told before it shows, so that whoever sees a state finds it in the log. Only this thread changes the status.
  if (!told && report_) report_(next);
  {
    const std::lock_guard lock(mutex_);
    status_ = std::move(next);
  }
  changed_.notify_all();
}

void Follower::run() {
  follow();
  drop_ahead();
}

void Follower::follow() {
  auto backoff = options_.backoff_min;
  for (bool go = true; go;) {
    auto result = step();
    if (stop_asked()) break;
    switch (result.kind) {
      case Step::Kind::progress:
        backoff = options_.backoff_min;
        continue;
      case Step::Kind::nothing_new:
        backoff = options_.backoff_min;
        set(FollowState::following, std::nullopt);
        go = pause(options_.poll);
        continue;
      case Step::Kind::other_branch:
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

/// What was asked ahead is of no use any more; returns when nothing works on it.
void Follower::drop_ahead() {
  if (ahead_) *ahead_->wanted = true;
  ahead_.reset();
}

Follower::Step Follower::step() {
  std::optional<Step> bad;
  if (!check_network(bad)) return std::move(*bad);
  // A stop between storing and certifying leaves a head without its certificate: ask for that one again.
  const Height head = ledger_.chain().head().height;
  const bool uncertified = head.value > 0 && !ledger_.head_qc();
  const Height next{uncertified ? head.value : head.value + 1};
  auto batch = fetch(std::exchange(ask_from_, std::nullopt).value_or(next));
  if (!batch) {
    if (batch.error().malformed) return {Step::Kind::lies, std::move(batch).error().error};
    return {Step::Kind::unreachable, std::move(batch).error().error};
  }
  if (!*batch) return {Step::Kind::nothing_new};
  ask_ahead(**batch);
  return take(std::move(**batch));
}

Follower::Answer Follower::fetch(Height from) {
  if (auto ahead = std::exchange(ahead_, std::nullopt)) {
    *ahead->wanted = true;
    auto answer = ahead->answer.get();  // the source takes one question at a time
    if (ahead->from == from && answer && *answer) return answer;
  }
  return source_.fetch(from);
}

/// After more than one block at once there may be more to come than this one answer.
void Follower::ask_ahead(const Batch& batch) {
  if (batch.blocks.size() < 2) return;
  const Height from{batch.blocks.back().height.value + 1};
  auto wanted = std::make_shared<std::atomic<bool>>(false);
  auto answer = std::async(std::launch::async, [this, from, wanted] {
    auto out = source_.fetch(from);
    while (out && *out && !*wanted && !stop_asked() && prepare_one(ledger_, **out)) {
    }
    return out;
  });
  ahead_ = Ahead{from, std::move(wanted), std::move(answer)};
}

bool Follower::stop_asked() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
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
  auto taken = sync::take(ledger_, std::move(batch), [this](Height height) {
    const std::lock_guard lock(mutex_);
    status_.height = height;
    ++status_.blocks;
    return !stopping_;
  });
  if (taken) {
    ask_from_ = taken->ask_from;
    // Without a pause a source that changes its branches could keep us busy for ever.
    return {taken->ask_from || taken->passed_over ? Step::Kind::other_branch : Step::Kind::progress};
  }
  auto& why = taken.error();
  if (why.failed) return {Step::Kind::failed, std::move(why.failed)};
  return {Step::Kind::lies, std::move(why.lies)};
}

}  // namespace stele::sync
