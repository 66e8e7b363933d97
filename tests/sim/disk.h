// A disk of which the power can be cut at any write: done or not done, and then nothing more.
#pragma once

#include <functional>
#include <memory>

#include "ledger/store/head_file.h"
#include "ledger/store/memory_store.h"
#include "node/finality/vote_file.h"

namespace stele::sim {

struct PowerCut {};

struct Disk {
  std::shared_ptr<store::Store> blocks = store::make_memory_store();
  std::optional<store::Head> head;
  finality::VoteRecord votes;
  int cut_in = 0;  ///< at so many writes from now; 0: not planned
  bool cut_after = false;

  template <class F>
  auto write(F act) {
    const bool cut = cut_in > 0 && --cut_in == 0;
    if (cut && !cut_after) throw PowerCut{};
    auto out = act();
    if (cut) throw PowerCut{};
    return out;
  }
};

class DiskHead final : public store::HeadKeeper {
 public:
  explicit DiskHead(Disk& disk) : disk_(disk) {}
  [[nodiscard]] const std::optional<store::Head>& head() const override { return disk_.head; }
  Result<void> write(const store::Head& h) override {
    return disk_.write([&] {
      disk_.head = h;
      return Result<void>{};
    });
  }

 private:
  Disk& disk_;
};

class DiskStore final : public store::Store {
 public:
  explicit DiskStore(Disk& disk) : disk_(disk), s_(*disk.blocks) {}
  Result<void> commit(std::span<const store::BlockRow> rows) override {
    return disk_.write([&] { return s_.commit(rows); });
  }
  Result<void> replace_tail(Height keep, std::span<const store::BlockRow> rows) override {
    return disk_.write([&] { return s_.replace_tail(keep, rows); });
  }
  [[nodiscard]] std::optional<store::Tip> tip() const override { return s_.tip(); }
  Result<std::optional<store::BlockInfo>> row(Height h) const override { return s_.row(h); }
  Result<std::optional<Bytes>> meta(Height h) const override { return s_.meta(h); }
  Result<std::optional<std::string>> record(RecordIndex i) const override { return s_.record(i); }
  Result<std::optional<Height>> height_of(RecordIndex i) const override { return s_.height_of(i); }
  Result<std::vector<std::string>> records(RecordIndex i, std::uint64_t n) const override { return s_.records(i, n); }
  Result<void> for_each_row(Height from, const RowVisitor& v) const override { return s_.for_each_row(from, v); }
  Result<void> for_each_record(RecordIndex from, const RecordVisitor& v) const override {
    return s_.for_each_record(from, v);
  }

 private:
  Disk& disk_;
  store::Store& s_;
};

}  // namespace stele::sim
