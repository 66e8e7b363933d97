#include "ledger/log/status_tree.h"

#include <algorithm>

#include "ledger/base/assert.h"

namespace stele::log {
namespace {

constexpr std::uint64_t statuses_per_byte = 4;
static_assert(statuses_per_leaf == status_leaf_size * statuses_per_byte);

/// Where the two bits of a record stand.
struct Slot {
  std::uint64_t leaf;
  std::size_t byte;
  unsigned shift;
};
constexpr Slot slot_of(std::uint64_t record) {
  return {record / statuses_per_leaf, std::size_t(record % statuses_per_leaf / statuses_per_byte),
          unsigned(2 * (record % statuses_per_byte))};
}

Status read(ByteView leaf, const Slot& slot) {
  return static_cast<Status>(leaf[slot.byte] >> slot.shift & 3);
}

void write(StatusLeaf& leaf, const Slot& slot, Status status) {
  std::uint8_t& byte = leaf[slot.byte];
  byte = std::uint8_t((byte & ~(3u << slot.shift)) | unsigned(status) << slot.shift);
}

void keep_unique(std::vector<std::uint64_t>& sorted) {
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
}

}  // namespace

std::optional<Status> verify_status(RecordIndex record, std::uint64_t records, ByteView leaf,
                                    std::span<const Digest> path, const Digest& root) {
  if (record.value >= records || leaf.size() != status_leaf_size) return std::nullopt;
  const Slot slot = slot_of(record.value);
  const std::uint64_t leaves = (records - 1) / statuses_per_leaf + 1;
  if (!verify_inclusion(merkle_leaf(leaf), slot.leaf, leaves, path, root)) return std::nullopt;
  return read(leaf, slot);
}

void StatusTree::append(Status status) {
  const Slot slot = slot_of(records_);
  if (slot.leaf == leaves_.size()) leaves_.emplace_back();
  write(leaves_[slot.leaf], slot, status);
  ++records_;
  touch(slot.leaf);
}

void StatusTree::set(RecordIndex record, Status status) {
  STELE_ASSERT(record.value < records_);
  const Slot slot = slot_of(record.value);
  write(leaves_[slot.leaf], slot, status);
  touch(slot.leaf);
}

Status StatusTree::get(RecordIndex record) const {
  STELE_ASSERT(record.value < records_);
  const Slot slot = slot_of(record.value);
  return read(leaves_[slot.leaf], slot);
}

Digest StatusTree::root() const {
  rehash();
  return levels_.empty() ? merkle_empty_root() : levels_.back().front();
}

const StatusLeaf& StatusTree::leaf_bytes(std::uint64_t leaf) const {
  STELE_ASSERT(leaf < leaves_.size());
  return leaves_[leaf];
}

MerklePath StatusTree::path(std::uint64_t leaf) const {
  STELE_ASSERT(leaf < leaves_.size());
  rehash();
  MerklePath out;
  for (const auto& nodes : levels_) {
    const std::uint64_t sibling = leaf ^ 1;
    if (sibling < nodes.size()) out.push_back(nodes[sibling]);
    leaf >>= 1;
  }
  return out;
}

const Digest& StatusTree::node(std::size_t level, std::uint64_t position) const {
  STELE_ASSERT(level < 64 && position < leaves_.size() >> level);
  rehash();
  return levels_[level][position];
}

void StatusTree::touch(std::uint64_t leaf) {
  if (changed_.empty() || changed_.back() != leaf) changed_.push_back(leaf);  // appends come 256 to a leaf
}

/// A new leaf changes only nodes above itself: those beside its way up were complete before.
void StatusTree::rehash() const {
  if (changed_.empty()) return;
  std::sort(changed_.begin(), changed_.end());
  keep_unique(changed_);
  if (levels_.empty()) levels_.emplace_back();
  levels_.front().resize(leaves_.size());
  for (const auto leaf : changed_) levels_.front()[leaf] = Digest{merkle_leaf(leaves_[leaf]).bytes};
  for (std::size_t level = 1; levels_[level - 1].size() > 1; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    const auto& below = levels_[level - 1];
    auto& nodes = levels_[level];
    nodes.resize((below.size() + 1) / 2);
    for (auto& position : changed_) position /= 2;
    keep_unique(changed_);
    for (const auto i : changed_)
      nodes[i] = 2 * i + 1 < below.size() ? merkle_node(below[2 * i], below[2 * i + 1]) : below[2 * i];
  }
  changed_.clear();
}

}  // namespace stele::log
