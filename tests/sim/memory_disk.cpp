#include "tests/sim/disk_store.h"

namespace stele::sim {
namespace {

class MemoryDisk final : public Disk {
 public:
  Result<std::unique_ptr<store::Store>> store() override {
    return std::unique_ptr<store::Store>(std::make_unique<DiskStore>(*this, blocks_));
  }
  Result<std::unique_ptr<store::HeadKeeper>> head() override {
    return std::unique_ptr<store::HeadKeeper>(std::make_unique<HeadInMemory>(*this));
  }
  Result<finality::VoteRecord> votes() override { return votes_; }
  Result<void> put_votes(const finality::VoteRecord& v) override {
    return write([&] {
      votes_ = v;
      return Result<void>{};
    });
  }
  std::unique_ptr<Disk> copy() const override {
    auto out = std::make_unique<MemoryDisk>();
    out->head_ = head_;
    out->votes_ = votes_;
    (void)store::replay(*blocks_, Height{1}, [&](const store::BlockRow& row) -> Result<store::Walk> {
      (void)out->blocks_->commit(std::span(&row, 1));
      return store::Walk::more;
    });
    return out;
  }

 private:
  class HeadInMemory final : public store::HeadKeeper {
   public:
    explicit HeadInMemory(MemoryDisk& disk) : disk_(disk) {}
    [[nodiscard]] const std::optional<store::Head>& head() const override { return disk_.head_; }
    Result<void> write(const store::Head& h) override {
      return disk_.write([&] {
        disk_.head_ = h;
        return Result<void>{};
      });
    }

   private:
    MemoryDisk& disk_;
  };

  std::shared_ptr<store::Store> blocks_ = store::make_memory_store();
  std::optional<store::Head> head_;
  finality::VoteRecord votes_;
};

}  // namespace

std::unique_ptr<Disk> make_memory_disk() {
  return std::make_unique<MemoryDisk>();
}

}  // namespace stele::sim
