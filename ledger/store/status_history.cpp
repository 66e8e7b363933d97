#include "ledger/store/status_history.h"

#include <algorithm>

#include "ledger/base/assert.h"

namespace stele::store {
namespace {

constexpr std::uint64_t per_leaf = log::statuses_per_leaf;

void write(log::StatusLeaf& leaf, std::uint8_t place, log::Status status) {
  auto& byte = leaf[place / 4];
  const unsigned shift = 2u * (place % 4u);
  byte = static_cast<std::uint8_t>((byte & ~(3u << shift)) | static_cast<unsigned>(status) << shift);
}

}  // namespace

void StatusHistory::note(Height height, RecordIndex first, Changes changes) {
  for (const auto& [index, status] : changes) {
    const std::uint64_t leaf = index.value / per_leaf;
    const auto place = static_cast<std::uint8_t>(index.value % per_leaf);
    if (index >= first && status == log::Status::valid) {
      // As all new records are, unless this block has changed it already.
      const auto it = changes_.find(leaf);
      const bool again = it != changes_.end() && std::any_of(it->second.rbegin(), it->second.rend(),
                                                             [place](const Change& c) { return c.place == place; });
      if (!again) continue;
    }
    auto& list = changes_[leaf];
    STELE_ASSERT(list.empty() || list.back().height <= height.value);
    list.push_back({height.value, place, status});
    touch(leaf, height.value);
  }
}

void StatusHistory::touch(std::uint64_t leaf, std::uint64_t height) {
  for (auto& level : last_) {
    if (level.size() <= leaf) level.resize(leaf + 1);
    if (level[leaf] == height) return;  // and so is everything above it
    level[leaf] = height;
    leaf /= 2;
  }
}

std::uint64_t StatusHistory::last_change(std::size_t level, std::uint64_t position) const {
  return position < last_[level].size() ? last_[level][position] : 0;
}

log::StatusLeaf StatusHistory::leaf_at(std::uint64_t leaf, Height height) const {
  log::StatusLeaf out{};
  const auto it = changes_.find(leaf);
  if (it == changes_.end()) return out;
  for (const auto& c : it->second) {
    if (c.height > height.value) break;
    write(out, c.place, c.to);
  }
  return out;
}

log::Status StatusHistory::at(RecordIndex index, Height height) const {
  const auto place = static_cast<std::uint8_t>(index.value % per_leaf);
  const auto it = changes_.find(index.value / per_leaf);
  if (it == changes_.end()) return log::Status::valid;
  for (auto c = it->second.rbegin(); c != it->second.rend(); ++c) {
    if (c->place == place && c->height <= height.value) return c->to;
  }
  return log::Status::valid;
}

Digest StatusHistory::node_at(const log::StatusTree& today, std::size_t level, std::uint64_t position,
                              Height height) const {
  if (last_change(level, position) <= height.value) return today.node(level, position);
  if (level == 0) return Digest{log::merkle_leaf(leaf_at(position, height)).bytes};
  return log::merkle_node(node_at(today, level - 1, 2 * position, height),
                          node_at(today, level - 1, 2 * position + 1, height));
}

/// As in merkle.cpp: `begin` is a multiple of the smallest power of two that is >= end - begin.
Digest StatusHistory::range_root(const log::StatusTree& today, std::uint64_t begin, std::uint64_t end,
                                 Height height) const {
  std::optional<Digest> root;
  const std::uint64_t count = end - begin;
  for (std::size_t level = 0; (count >> level) != 0; ++level) {
    if ((count >> level & 1) == 0) continue;
    const auto left = node_at(today, level, (end >> level) - 1, height);
    root = root ? log::merkle_node(left, *root) : left;
  }
  STELE_ASSERT(root.has_value());
  return *root;
}

StatusHistory::Proof StatusHistory::prove(const log::StatusTree& today, RecordIndex index, Height height,
                                          std::uint64_t records) const {
  STELE_ASSERT(index.value < records && records <= today.size());
  const std::uint64_t leaves = (records - 1) / per_leaf + 1;
  std::uint64_t position = index.value / per_leaf;
  Proof out{leaf_at(position, height), {}};
  std::uint64_t last = leaves - 1;
  for (std::size_t level = 0; last > 0; ++level, position >>= 1, last >>= 1) {
    const std::uint64_t sibling = position ^ 1;
    if (sibling > last) continue;  // it stands alone until a higher level
    out.path.push_back(range_root(today, sibling << level, std::min((sibling + 1) << level, leaves), height));
  }
  return out;
}

}  // namespace stele::store
