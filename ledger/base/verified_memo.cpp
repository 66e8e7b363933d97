#include "ledger/base/verified_memo.h"

#include <algorithm>

namespace stele {
namespace {

thread_local VerifiedMemo* innermost = nullptr;

}  // namespace

VerifiedMemo::VerifiedMemo(std::size_t entries_max) : per_shard_(std::max<std::size_t>(1, entries_max / shard_count)) {}

bool VerifiedMemo::contains(const Name& n) const {
  const auto& s = shard_of(n);
  const std::lock_guard lock(s.mutex);
  return s.names.contains(n);
}

void VerifiedMemo::add(const Name& n) {
  auto& s = shards_[n.bytes[0] % shard_count];
  const std::lock_guard lock(s.mutex);
  if (s.names.size() >= per_shard_) s.names.clear();
  s.names.insert(n);
}

std::size_t VerifiedMemo::size() const {
  std::size_t n = 0;
  for (const auto& s : shards_) {
    const std::lock_guard lock(s.mutex);
    n += s.names.size();
  }
  return n;
}

VerifiedMemo::Scope::Scope(VerifiedMemo* memo) : before_(innermost) {
  innermost = memo;
}
VerifiedMemo::Scope::~Scope() {
  innermost = before_;
}
VerifiedMemo* VerifiedMemo::current() {
  return innermost;
}

}  // namespace stele
