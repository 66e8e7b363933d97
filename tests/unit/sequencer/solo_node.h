// A network of one on the school's keys: ledger on disk or in memory, its validator, a clock set by hand. For tests and
// benchmarks.
#pragma once

#include <atomic>
#include <filesystem>
#include <future>
#include <stdexcept>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/encode.h"
#include "ledger/store/ledger.h"
#include "ledger/store/memory_store.h"
#include "ledger/store/rocks_store.h"
#include "node/ordering/sequencer.h"
#include "tests/support/school.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::test {

using store::test::code_of;
using store::test::TempFolder;

template <class T>
T must(Result<T> r) {
  if (!r) throw std::runtime_error(to_text(r.error(), Lang::en));
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

inline signer::SigningKey copy_of(const signer::SigningKey& key) {
  return must(signer::SigningKey::from_secret(*signer::Secret<32>::from(key.secret().view())));
}

class HandClock final : public ordering::Clock {
 public:
  explicit HandClock(UnixSeconds now) : now_(now.value) {}
  UnixSeconds now() override { return {now_.load()}; }
  void advance(std::uint64_t seconds) { now_ += seconds; }

 private:
  std::atomic<std::uint64_t> now_;
};

/// Where a ledger is kept, over several openings.
class Place {
 public:
  explicit Place(const record::Genesis& genesis) : genesis_(genesis) {}

  [[nodiscard]] std::filesystem::path folder() const { return temp_ / "db"; }
  [[nodiscard]] std::filesystem::path head() const { return temp_ / "head"; }
  [[nodiscard]] std::filesystem::path votes() const { return temp_ / "votes"; }

  [[nodiscard]] std::unique_ptr<store::Store> store() const {
    store::Options o;
    o.net = genesis_.net;
    o.create = true;
    o.free_space = [free = free_](const std::filesystem::path&) -> Result<std::uint64_t> { return free->load(); };
    return must(store::open_rocks_store(folder(), o));
  }
  [[nodiscard]] Result<std::unique_ptr<store::Ledger>> open(const store::LedgerOptions& options = {}) const {
    return store::Ledger::open(genesis_, store(), head(), options);
  }

  /// What the disk under every store opened here says it has free.
  void set_free(std::uint64_t bytes) const { *free_ = bytes; }
  void free_again() const { set_free(1ULL << 40); }

 private:
  TempFolder temp_;
  std::shared_ptr<std::atomic<std::uint64_t>> free_ = std::make_shared<std::atomic<std::uint64_t>>(1ULL << 40);
  const record::Genesis& genesis_;
};

/// The school's blocks into a ledger, each certified, or all but the last.
inline void copy_blocks(const School& school, store::Ledger& ledger, bool certify_last = true) {
  for (const auto& b : school.blocks()) {
    auto done = ledger.append(b.block, rules::Chain::Signatures::check);
    if (!done) throw std::runtime_error("append");
    if (certify_last || &b != &school.blocks().back()) must(ledger.certify(b.qc));
  }
}

/// A `document` of the school's clerk, some 1 KB; each number another one. `after` is final.
inline std::string document(School& school, const store::Ledger& ledger, std::uint64_t number) {
  record::Document d;
  d.org = School::school;
  d.kind = "minutes";
  for (std::uint64_t i = 0; i < 11; ++i)
    d.digests.push_back(sha256(as_bytes("document " + std::to_string(number) + " " + std::to_string(i))));
  const auto& key = *school.staff("clerk").key;
  static thread_local const KeyId kid = key.id();
  const auto input =
      record::signing_input(record::Type::document, kid, {ledger.genesis().net, ledger.final_point()->hash}, d);
  return record::compact(input, key.sign(sha256(as_bytes(input))));
}

/// Hands in and waits.
inline std::vector<ordering::Outcome> submit(ordering::Orderer& orderer, std::vector<std::string> records) {
  std::vector<ordering::Item> items;
  items.reserve(records.size());
  for (auto& jws : records) items.push_back({std::move(jws), {}});
  auto done = std::make_shared<std::promise<std::vector<ordering::Outcome>>>();
  auto out = done->get_future();
  orderer.submit(std::move(items), [done](std::vector<ordering::Outcome> o) { done->set_value(std::move(o)); });
  if (out.wait_for(std::chrono::seconds(60)) != std::future_status::ready) throw std::runtime_error("no outcome");
  return out.get();
}

inline finality::SoloValidator validator_of(const School& school, const Place& place) {
  const auto& key = school.validator(0);
  const auto pub = key.public_key().compressed();
  auto file = std::filesystem::exists(place.votes())
                  ? finality::VoteFile::open(place.votes(), school.genesis().net, pub)
                  : finality::VoteFile::create(place.votes(), school.genesis().net, pub);
  return must(finality::SoloValidator::make(school.genesis(), copy_of(key), must(std::move(file))));
}

inline Result<std::unique_ptr<ordering::Sequencer>> start(const School& school, const Place& place,
                                                          store::Ledger& ledger, ordering::Clock& clock,
                                                          ordering::SequencerOptions options = {}) {
  return ordering::Sequencer::start(ledger, clock, copy_of(school.orderer()), validator_of(school, place), options);
}

}  // namespace stele::test
