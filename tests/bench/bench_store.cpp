// How fast blocks are stored and read. fsync differs so much between disks that its number is reported beside the time.
// Another disk than that of the temporary folder is measured by setting TMPDIR.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

#include "ledger/store/rocks_store.h"
#include "ledger/store/tail_check.h"
#include "tests/support/syncs.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::store::test {
namespace {

constexpr std::size_t jws_bytes = 1024;

// Base64url of noise, which is what a JWS looks like to a compressor.
std::string noise_jws(std::mt19937_64& random) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  out.reserve(jws_bytes);
  while (out.size() < jws_bytes) {
    std::uint64_t bits = random();
    for (int i = 0; i < 10 && out.size() < jws_bytes; ++i, bits >>= 6) out += alphabet[bits & 63];
  }
  return out;
}

BlockRow next_block(const std::optional<Tip>& tip, std::size_t count, std::mt19937_64& random) {
  const Tip last = tip.value_or(Tip{});
  BlockRow out = made_block(last.height.value + 1, last.records, 0);
  out.meta.assign(2000, 1);  // a QC of 25 votes, roughly
  for (std::size_t i = 0; i < count; ++i) out.records.push_back(noise_jws(random));
  return out;
}

void must(const Result<void>& done) {
  if (!done) {
    std::fprintf(stderr, "%s\n", to_text(done.error(), Lang::en).c_str());
    std::abort();
  }
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// One block of `range(0)` records, and with `range(1)` the head file after it, as a node does.
void BM_Commit(benchmark::State& state) {
  const TempFolder folder;
  const auto store = open_rocks_store(folder / "db", {.net = "bench", .create = true}).value();
  const auto head = HeadFile::open(folder / "head").value();
  const auto count = static_cast<std::size_t>(state.range(0));
  std::mt19937_64 random(1);
  must(head->write(head_of(made_block(1, 0, 0))));
  const int syncs_before = stele::test::syncs_so_far();
  std::vector<double> seconds;
  while (state.KeepRunning()) {
    const auto row = next_block(store->tip(), count, random);
    const auto begin = std::chrono::steady_clock::now();
    must(store->commit(std::span(&row, 1)));
    if (state.range(1) != 0) must(head->write(head_of(row)));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(took.count());
    seconds.push_back(took.count());
  }
  const double middle = median(seconds);
  state.counters["median_us"] = middle * 1e6;
  state.counters["records_per_s"] = static_cast<double>(count) / middle;
  state.counters["fsyncs_per_commit"] =
      static_cast<double>(stele::test::syncs_so_far() - syncs_before) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_Commit)
    ->ArgNames({"records", "head"})
    ->Args({1, 0})
    ->Args({45, 0})
    ->Args({1000, 0})
    ->Args({1, 1})
    ->Args({45, 1})
    ->Args({1000, 1})
    ->UseManualTime()
    ->MinTime(2.0)
    ->Unit(benchmark::kMicrosecond);

void BM_HeadWrite(benchmark::State& state) {
  const TempFolder folder;
  const auto head = HeadFile::open(folder / "head").value();
  auto next = head_of(made_block(1, 0, 0));
  next.qc.assign(2000, 1);
  must(head->write(next));
  const int syncs_before = stele::test::syncs_so_far();
  while (state.KeepRunning()) {
    ++next.height.value;
    must(head->write(next));
  }
  state.counters["fsyncs_per_write"] =
      static_cast<double>(stele::test::syncs_so_far() - syncs_before) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_HeadWrite)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// 200 blocks of 1,000 records, opened again so that they are read from tables and not from write buffers.
class Filled : public benchmark::Fixture {
 public:
  static constexpr std::size_t blocks = 200;
  static constexpr std::size_t per_block = 1000;
  void SetUp(const benchmark::State&) override {
    folder_.emplace();
    store_ = open_rocks_store(*folder_ / "db", {.net = "bench", .create = true}).value();
    std::mt19937_64 random(1);
    for (std::size_t i = 0; i < blocks; ++i) {
      const auto row = next_block(store_->tip(), per_block, random);
      must(store_->commit(std::span(&row, 1)));
    }
    store_ = nullptr;
    store_ = open_rocks_store(*folder_ / "db", {.net = "bench"}).value();
  }
  void TearDown(const benchmark::State&) override {
    store_ = nullptr;
    folder_.reset();
  }

 protected:
  std::optional<TempFolder> folder_;
  std::unique_ptr<Store> store_;
};

BENCHMARK_F(Filled, Record)(benchmark::State& state) {
  std::mt19937_64 random(2);
  while (state.KeepRunning()) benchmark::DoNotOptimize(store_->record({random() % (blocks * per_block)}));
}

BENCHMARK_F(Filled, Block)(benchmark::State& state) {
  std::uint64_t height = 0;
  while (state.KeepRunning()) benchmark::DoNotOptimize(store_->block({++height % blocks + 1}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(per_block));
}

BENCHMARK_F(Filled, FindHoles)(benchmark::State& state) {
  while (state.KeepRunning()) benchmark::DoNotOptimize(find_holes(*store_));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(blocks * per_block));
}

}  // namespace
}  // namespace stele::store::test

BENCHMARK_MAIN();
