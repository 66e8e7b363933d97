#include "ledger/store/tail_check.h"

#include <algorithm>
#include <map>

#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

Result<void> check_tip_is_there(const Store& store, const Tip& tip) {
  STELE_TRY(const auto block, store.block(tip.height));
  if (!block) return Unexpected(hole_error("khối", "block", tip.height.value));
  if (tip.records == 0) return {};
  STELE_TRY(const auto last, store.record({tip.records - 1}));
  if (!last) return Unexpected(hole_error("bản ghi", "record", tip.records - 1));
  return {};
}

/// Gathers numbers into ranges, one open range for each kind.
class Holes {
 public:
  [[nodiscard]] bool full() const { return found_.size() >= holes_max; }

  void add(Hole::Kind kind, std::uint64_t first, std::uint64_t last) {
    if (const auto open = open_.find(kind); open != open_.end() && found_[open->second].last + 1 == first) {
      found_[open->second].last = last;
      return;
    }
    if (full()) return;
    open_[kind] = found_.size();
    found_.push_back({kind, first, last});
  }
  void add(Hole::Kind kind, std::uint64_t number) { add(kind, number, number); }

  [[nodiscard]] Walk step() const { return full() ? Walk::enough : Walk::more; }
  [[nodiscard]] std::vector<Hole> sorted() && {
    std::sort(found_.begin(), found_.end(),
              [](const Hole& a, const Hole& b) { return std::pair(a.kind, a.first) < std::pair(b.kind, b.first); });
    return std::move(found_);
  }

 private:
  std::vector<Hole> found_;
  std::map<Hole::Kind, std::size_t> open_;
};

// Where the records of block `from` begin, as far as the rows tell; 0 if they do not.
Result<std::uint64_t> first_record(const Store& store, Height from) {
  if (from.value <= 1) return std::uint64_t{0};
  STELE_TRY(const auto before, store.row({from.value - 1}));
  if (before) return before->first.value + before->count;
  std::uint64_t out = 0;
  STELE_CHECK(store.for_each_row(from, [&](const BlockInfo& info) -> Result<Walk> {
    out = info.first.value;
    return Walk::enough;
  }));
  return out;
}

Result<void> walk_rows(const Store& store, Height from, std::uint64_t first, Holes& holes) {
  std::uint64_t height = from.value;
  std::optional<std::uint64_t> next_record = first;  // none behind a hole: there is nothing to compare with
  return store.for_each_row(from, [&](const BlockInfo& info) -> Result<Walk> {
    if (info.height.value > height) {
      holes.add(Hole::Kind::block, height, info.height.value - 1);
      next_record.reset();
    }
    if (next_record && *next_record != info.first.value) holes.add(Hole::Kind::chain, info.height.value);
    STELE_TRY(const auto meta, store.meta(info.height));
    if (!meta) holes.add(Hole::Kind::meta, info.height.value);
    height = info.height.value + 1;
    next_record = info.first.value + info.count;
    return holes.step();
  });
}

Result<void> walk_records(const Store& store, std::uint64_t first, std::uint64_t end, Holes& holes) {
  std::uint64_t next = first;
  std::optional<BlockInfo> owner;
  STELE_CHECK(store.for_each_record({first}, [&](RecordIndex index, Height height, std::string_view) -> Result<Walk> {
    if (index.value > next && next < end) holes.add(Hole::Kind::record, next, std::min(index.value, end) - 1);
    next = index.value + 1;
    if (index.value >= end) {
      holes.add(Hole::Kind::stray_record, index.value);
      return holes.step();
    }
    if (!owner || owner->height != height) {
      STELE_TRY(owner, store.row(height));
    }
    const bool inside = owner && index >= owner->first && index.value - owner->first.value < owner->count;
    if (owner && !inside) holes.add(Hole::Kind::wrong_block, index.value);
    return holes.step();
  }));
  if (next < end && !holes.full()) holes.add(Hole::Kind::record, next, end - 1);
  return {};
}

}  // namespace

Result<TailState> check_tail(const Store& store, const std::optional<Head>& written) {
  const auto tip = store.tip();
  const auto& head = written && written->height.value > 0 ? written : std::nullopt;
  if (!tip) return head ? TailState::head_ahead : TailState::empty;
  STELE_CHECK(check_tip_is_there(store, *tip));
  if (!head) return TailState::head_behind;
  if (head->height > tip->height) return TailState::head_ahead;
  STELE_TRY(const auto stored, store.row(head->height));
  if (!stored) return Unexpected(hole_error("khối", "block", head->height.value));
  if (stored->header_hash != head->header_hash) return TailState::different_block;
  return head->height == tip->height ? TailState::equal : TailState::head_behind;
}

Result<std::vector<Hole>> find_holes(const Store& store, Height from) {
  from.value = std::max<std::uint64_t>(from.value, 1);
  Holes holes;
  const auto tip = store.tip();
  STELE_TRY(const std::uint64_t first, first_record(store, from));
  STELE_CHECK(walk_rows(store, from, first, holes));
  STELE_CHECK(walk_records(store, first, tip ? tip->records : 0, holes));
  return std::move(holes).sorted();
}

}  // namespace stele::store
