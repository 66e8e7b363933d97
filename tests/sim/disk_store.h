// What both kinds of disks give a ledger (disk.h).
#pragma once

#include "tests/sim/disk.h"

namespace stele::sim {

/// A store whose writes the power may cut.
class DiskStore final : public store::Store {
 public:
  DiskStore(Disk& disk, std::shared_ptr<store::Store> s) : disk_(disk), s_(std::move(s)) {}
  Result<void> commit(std::span<const store::BlockRow> rows) override {
    return disk_.write([&] { return s_->commit(rows); });
  }
  Result<void> replace_tail(Height keep, std::span<const store::BlockRow> rows) override {
    return disk_.write([&] { return s_->replace_tail(keep, rows); });
  }
  [[nodiscard]] std::optional<store::Tip> tip() const override { return s_->tip(); }
  Result<std::optional<store::BlockInfo>> row(Height h) const override { return s_->row(h); }
  Result<std::optional<Bytes>> meta(Height h) const override { return s_->meta(h); }
  Result<std::optional<std::string>> record(RecordIndex i) const override { return s_->record(i); }
  Result<std::optional<Height>> height_of(RecordIndex i) const override { return s_->height_of(i); }
  Result<std::vector<std::string>> records(RecordIndex i, std::uint64_t n) const override { return s_->records(i, n); }
  Result<void> for_each_row(Height from, const RowVisitor& v) const override { return s_->for_each_row(from, v); }
  Result<void> for_each_record(RecordIndex from, const RecordVisitor& v) const override {
    return s_->for_each_record(from, v);
  }

 private:
  Disk& disk_;
  const std::shared_ptr<store::Store> s_;
};

}  // namespace stele::sim
