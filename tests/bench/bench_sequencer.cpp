// From signed records in memory to final and synced, without HTTP, beside what the same cores can verify at most.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <optional>
#include <thread>

#include "tests/unit/sequencer/solo_node.h"

namespace stele::test {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t records_total = 20'000;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

/// Of all threads of this process: what a busy machine does not blur.
double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Raw {
  double per_s = 0, cpu_us = 0;
};

/// Bare ECDSA on all cores, over distinct digests with one parsed key.
Raw verify_rate() {
  const auto key = signer::SigningKey::generate();
  struct Signed {
    Digest digest;
    Signature signature;
  };
  std::vector<Signed> made;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto digest = sha256(as_bytes(std::to_string(i)));
    made.push_back({digest, key.sign(digest)});
  }
  const double cpu = cpu_seconds();
  const auto begin = Steady::now();
  std::vector<std::thread> threads;
  const unsigned cores = std::thread::hardware_concurrency();
  for (unsigned t = 0; t < cores; ++t) {
    threads.emplace_back([&] {
      for (const auto& s : made) {
        if (!key.public_key().verify(s.digest, s.signature)) std::abort();
      }
    });
  }
  for (auto& t : threads) t.join();
  const auto count = static_cast<double>(made.size() * cores);
  return {count / seconds_since(begin), (cpu_seconds() - cpu) / count * 1e6};
}

void BM_RawVerify(benchmark::State& state) {
  std::vector<double> rates, cpu;
  for (auto _ : state) {
    const auto begin = Steady::now();
    const auto raw = verify_rate();
    rates.push_back(raw.per_s);
    cpu.push_back(raw.cpu_us);
    state.SetIterationTime(seconds_since(begin));
  }
  state.counters["median_per_s"] = median(rates);
  state.counters["cpu_us"] = median(cpu);
}
BENCHMARK(BM_RawVerify)->UseManualTime()->Iterations(9)->Unit(benchmark::kMillisecond);

/// `range(0)` records a request, `range(1)` requests in flight.
void BM_Sequencer(benchmark::State& state) {
  const auto per_request = static_cast<std::size_t>(state.range(0));
  const auto in_flight = static_cast<std::size_t>(state.range(1));
  std::vector<double> rates, shares, cpu, raw_cpu;
  for (auto _ : state) {
    School school;
    school.found();
    const Place place(school.genesis());
    HandClock clock(school.now());
    const auto ledger = must(place.open());
    copy_blocks(school, *ledger);
    const auto sequencer = must(start(school, place, *ledger, clock));
    std::vector<std::vector<ordering::Item>> requests(1);
    const std::size_t total = per_request == 1 ? records_total / 10 : records_total;
    for (std::size_t i = 0; i < total; ++i) {
      if (requests.back().size() == per_request) requests.emplace_back();
      requests.back().push_back({document(school, *ledger, i), {}});
    }
    const auto blocks_before = ledger->store().tip()->height.value;
    const auto raw = verify_rate();
    std::mutex mutex;
    std::condition_variable wake;
    std::size_t open = 0, finals = 0;
    const double cpu_before = cpu_seconds();
    const auto begin = Steady::now();
    for (auto& r : requests) {
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return open < in_flight; });
        ++open;
      }
      sequencer->submit(std::move(r), [&](std::vector<ordering::Outcome> out) {
        const std::lock_guard lock(mutex);
        for (const auto& o : out) finals += o.status == ordering::Outcome::Status::final ? 1 : 0;
        --open;
        wake.notify_one();
      });
    }
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return open == 0; });
    }
    const double took = seconds_since(begin);
    if (finals != total) state.SkipWithError("not all are final");
    state.SetIterationTime(took);
    rates.push_back(static_cast<double>(total) / took);
    shares.push_back(rates.back() / raw.per_s);
    cpu.push_back((cpu_seconds() - cpu_before) / static_cast<double>(total) * 1e6);
    raw_cpu.push_back(raw.cpu_us);
    state.counters["blocks"] = static_cast<double>(ledger->store().tip()->height.value - blocks_before);
  }
  state.counters["median_per_s"] = median(rates);
  state.counters["cpu_us"] = median(cpu);
  state.counters["ecdsa_cpu_us"] = median(raw_cpu);
  state.counters["share_of_raw"] = median(shares);
}
BENCHMARK(BM_Sequencer)
    ->ArgNames({"records", "in_flight"})
    ->Args({1000, 4})
    ->Args({100, 16})
    ->Args({1, 64})
    ->UseManualTime()
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stele::test

BENCHMARK_MAIN();
