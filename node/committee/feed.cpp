#include "node/committee/feed.h"

#include <algorithm>

#include "signer/random.h"

namespace stele::committee {
namespace {

Feed::Id random_id() {
  Feed::Id out{};
  signer::fill_random(out);
  return out;
}

}  // namespace

Feed::Feed(FeedLimits limits) : limits_(limits), id_(random_id()) {}

bool Feed::seen(const Digest& d) const {
  const std::lock_guard lock(mutex_);
  return seen_.contains(d);
}

bool Feed::add(Entry e) {
  const bool own = e.own;
  {
    const std::lock_guard lock(mutex_);
    if (in_log_.contains(e.digest) || (!e.own && seen_.contains(e.digest))) return false;
    if (seen_.insert(e.digest).second) seen_order_.push_back(e.digest);
    if (seen_order_.size() > limits_.seen_max) {
      seen_.erase(seen_order_.front());
      seen_order_.pop_front();
    }
    if (e.lane.kind == kind_of<log::SignedVote> && e.own && e.height) voted_ = *e.height;
    append(std::move(e));
  }
  changed_.notify_all();
  if (own) own_changed_.notify_all();
  return true;
}

void Feed::append(Entry e) {
  in_log_.insert(e.digest);
  bytes_ += e.bytes.size();
  auto& lane = lanes_[e.lane];
  lane.push_back(++last_);
  log_.emplace(last_, std::move(e));
  while (too_much(lane)) drop(log_.find(lane.front()));
  while (bytes_ > limits_.bytes_max && log_.size() > 1) drop(log_.begin());
}

/// Never for its newest alone: the lane goes on.
bool Feed::too_much(const std::deque<std::uint64_t>& lane) const {
  if (lane.size() <= 1) return false;
  std::size_t timeless = 0;
  for (const auto number : lane) {
    const auto& e = log_.at(number);
    timeless += e.height ? 0 : e.bytes.size();
  }
  return lane.size() > limits_.lane_max || timeless > limits_.timeless_bytes_max;
}

void Feed::hand_on_votes(Height height) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<Entry> votes;
    for (auto it = log_.begin(); it != log_.end();) {
      const auto here = it++;
      auto& e = here->second;
      if (e.lane.kind != kind_of<log::SignedVote> || e.height != height) continue;
      Entry again = e;
      again.own = true;
      again.waits = false;
      drop(here);
      votes.push_back(std::move(again));
    }
    for (auto& v : votes) append(std::move(v));
  }
  changed_.notify_all();
  own_changed_.notify_all();
}

void Feed::drop(std::map<std::uint64_t, Entry>::iterator it) {
  bytes_ -= it->second.bytes.size();
  in_log_.erase(it->second.digest);
  const auto lane = lanes_.find(it->second.lane);
  std::erase(lane->second, it->first);
  if (lane->second.empty()) lanes_.erase(lane);
  log_.erase(it);
}

void Feed::forget_below(Height height) {
  const std::lock_guard lock(mutex_);
  for (auto it = log_.begin(); it != log_.end();) {
    const auto here = it++;
    if (here->second.height && *here->second.height < height) drop(here);
  }
}

bool Feed::is_of(const Entry& e, Which which) {
  return e.own || which == Which::all || (which == Which::light && e.lane.kind != kind_of<SlotMessage>);
}

Feed::Part Feed::part(std::uint64_t number, Which which) const {
  if (number > last_) number = 0;
  Part out{last_, {}, false};
  for (auto it = log_.upper_bound(number); it != log_.end(); ++it) {
    const auto& e = it->second;
    if (!is_of(e, which)) continue;
    if (!out.messages.empty() && out.messages.size() + e.bytes.size() > limits_.part_bytes_max) {
      out.next = std::prev(it)->first;
      break;
    }
    out.messages.insert(out.messages.end(), e.bytes.begin(), e.bytes.end());
    out.urgent = out.urgent || !e.waits;
  }
  return out;
}

Feed::Part Feed::after(std::uint64_t number, Which which) const {
  const std::lock_guard lock(mutex_);
  return part(number, which);
}

Feed::Part Feed::wait(std::uint64_t number, Which which, Clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  const auto interrupts = interrupts_;
  auto& changed = which == Which::own ? own_changed_ : changed_;
  Part out = part(number, which);
  // Each look takes up where the last one ended: others' messages are not gone through again.
  while (out.messages.empty() && interrupts == interrupts_ &&
         changed.wait_until(lock, deadline) != std::cv_status::timeout)
    out = part(out.next, which);
  if (out.messages.empty()) out = part(out.next, which);
  return out;
}

std::uint64_t Feed::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void Feed::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    ++interrupts_;
  }
  changed_.notify_all();
  own_changed_.notify_all();
}

bool Feed::has_block_voted_on(const PublicKey& orderer) const {
  const std::lock_guard lock(mutex_);
  const auto lane = lanes_.find({kind_of<SlotMessage>, orderer});
  return lane != lanes_.end() && std::any_of(lane->second.begin(), lane->second.end(),
                                             [this](std::uint64_t number) { return log_.at(number).height == voted_; });
}

bool Feed::has_slot_above(Height height) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(log_.begin(), log_.end(), [&](const auto& x) {
    return x.second.lane.kind == kind_of<SlotMessage> && x.second.height > height;
  });
}

std::vector<Bytes> Feed::slots_above(Height height) const {
  const std::lock_guard lock(mutex_);
  std::vector<Bytes> out;
  for (const auto& [number, e] : log_) {
    if (e.lane.kind == kind_of<SlotMessage> && e.height > height) out.push_back(e.bytes);
  }
  return out;
}

}  // namespace stele::committee
