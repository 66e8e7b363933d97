#include "ledger/store/memory_store.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include "ledger/store/commit_rules.h"
#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

struct StoredBlock {
  BlockInfo info;
  Bytes meta;
};

class MemoryStore final : public Store {
 public:
  Result<void> commit(std::span<const BlockRow> rows) override {
    // The one writer reads without the lock that readers need; nobody else changes anything.
    STELE_TRY(const auto wanted, rows_to_write(*this, rows));
    const std::unique_lock lock(mutex_);
    for (const BlockRow* row : wanted) append(*row);
    return {};
  }

  Result<void> replace_tail(Height keep, std::span<const BlockRow> rows) override {
    STELE_TRY(const auto kept, tip_at(*this, keep, rows));
    const std::unique_lock lock(mutex_);
    blocks_.resize(keep.value);
    records_.resize(kept ? kept->records : 0);
    for (const auto& row : rows) append(row);
    return {};
  }

  std::optional<Tip> tip() const override {
    const std::shared_lock lock(mutex_);
    if (blocks_.empty()) return std::nullopt;
    const auto& last = blocks_.back().info;
    return Tip{last.height, last.header_hash, last.first.value + last.count};
  }

  Result<std::optional<BlockInfo>> row(Height height) const override {
    const std::shared_lock lock(mutex_);
    const StoredBlock* stored = at(height);
    return stored ? std::optional(stored->info) : std::nullopt;
  }

  Result<std::optional<Bytes>> meta(Height height) const override {
    const std::shared_lock lock(mutex_);
    const StoredBlock* stored = at(height);
    return stored ? std::optional(stored->meta) : std::nullopt;
  }

  Result<std::optional<std::string>> record(RecordIndex index) const override {
    const std::shared_lock lock(mutex_);
    return index.value < records_.size() ? std::optional(records_[index.value]) : std::nullopt;
  }

  Result<std::optional<Height>> height_of(RecordIndex index) const override {
    const std::shared_lock lock(mutex_);
    return index.value < records_.size() ? std::optional(block_with(index)) : std::nullopt;
  }

  Result<std::vector<std::string>> records(RecordIndex first, std::uint64_t count) const override {
    if (count > records_per_read_max) return Unexpected(read_too_large_error(count));
    const std::shared_lock lock(mutex_);
    if (first.value > records_.size() || count > records_.size() - first.value)
      return Unexpected(hole_error("bản ghi", "record", std::max<std::uint64_t>(first.value, records_.size())));
    const auto begin = records_.begin() + static_cast<std::ptrdiff_t>(first.value);
    return std::vector(begin, begin + static_cast<std::ptrdiff_t>(count));
  }

  Result<void> for_each_row(Height from, const RowVisitor& visit) const override {
    const std::uint64_t end = tip().value_or(Tip{}).height.value;
    for (Height h{std::max<std::uint64_t>(from.value, 1)}; h.value <= end; ++h.value) {
      STELE_TRY(const auto info, row(h));
      STELE_TRY(const Walk step, visit(*info));
      if (step == Walk::enough) break;
    }
    return {};
  }

  Result<void> for_each_record(RecordIndex from, const RecordVisitor& visit) const override {
    const std::uint64_t end = tip().value_or(Tip{}).records;
    for (RecordIndex i = from; i.value < end; ++i.value) {
      STELE_TRY(const auto jws, record(i));
      STELE_TRY(const auto height, height_of(i));
      STELE_TRY(const Walk step, visit(i, *height, *jws));
      if (step == Walk::enough) break;
    }
    return {};
  }

 private:
  const StoredBlock* at(Height height) const {
    if (height.value == 0 || height.value > blocks_.size()) return nullptr;
    return &blocks_[height.value - 1];
  }

  // The last block that begins at or before the record: empty blocks begin where the next full one does.
  Height block_with(RecordIndex index) const {
    const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), index,
                                        [](RecordIndex i, const StoredBlock& b) { return i < b.info.first; });
    return std::prev(after)->info.height;
  }

  void append(const BlockRow& row) {
    STELE_ASSERT(row.height.value == blocks_.size() + 1);
    STELE_ASSERT(row.first.value == records_.size());
    blocks_.push_back({{row.height, row.header_hash, row.header, row.first, row.records.size()}, row.meta});
    records_.insert(records_.end(), row.records.begin(), row.records.end());
  }

  mutable std::shared_mutex mutex_;
  std::vector<StoredBlock> blocks_;
  std::vector<std::string> records_;
};

}  // namespace

std::unique_ptr<Store> make_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace stele::store
