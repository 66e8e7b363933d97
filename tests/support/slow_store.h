// A store in memory whose disk takes its time.
#pragma once

#include <functional>
#include <memory>

#include "ledger/store/memory_store.h"

namespace stele::test {

/// `before` runs before each commit.
class SlowStore final : public store::Store {
 public:
  explicit SlowStore(std::function<void()> before) : before_(std::move(before)) {}
  Result<void> commit(std::span<const store::BlockRow> rows) override {
    before_();
    return in_->commit(rows);
  }
  Result<void> replace_tail(Height keep, std::span<const store::BlockRow> rows) override {
    return in_->replace_tail(keep, rows);
  }
  [[nodiscard]] std::optional<store::Tip> tip() const override { return in_->tip(); }
  Result<std::optional<store::BlockInfo>> row(Height h) const override { return in_->row(h); }
  Result<std::optional<Bytes>> meta(Height h) const override { return in_->meta(h); }
  Result<std::optional<std::string>> record(RecordIndex i) const override { return in_->record(i); }
  Result<std::optional<Height>> height_of(RecordIndex i) const override { return in_->height_of(i); }
  Result<std::vector<std::string>> records(RecordIndex i, std::uint64_t n) const override { return in_->records(i, n); }
  Result<void> for_each_row(Height h, const RowVisitor& v) const override { return in_->for_each_row(h, v); }
  Result<void> for_each_record(RecordIndex i, const RecordVisitor& v) const override {
    return in_->for_each_record(i, v);
  }

 private:
  const std::function<void()> before_;
  const std::unique_ptr<store::Store> in_ = store::make_memory_store();
};

}  // namespace stele::test
