// Several nodes in one process: their ledgers in memory, vote files on disk, and one table of slots.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"
#include "node/committee/committee.h"
#include "node/finality/replica.h"
#include "tests/sim/disk.h"
#include "tests/unit/store/made_blocks.h"

namespace stele::committee::test {

using namespace std::chrono_literals;
using ordering::Outcome;
using store::test::TempFolder;
using Steady = std::chrono::steady_clock;

template <class T>
T must(Result<T> r) {
  if (!r) throw std::runtime_error(r.error().code + ": " + r.error().en);
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

inline signer::SigningKey key_named(const std::string& name) {
  return must(
      signer::SigningKey::from_secret(*signer::Secret<32>::from(sha256(as_bytes("stele committee " + name)).view())));
}
inline PublicKey public_of(const std::string& name) {
  return key_named(name).public_key().compressed();
}
inline std::string validator_name(std::size_t i) {
  return "validator " + std::to_string(i);
}
inline std::string orderer_name(std::size_t i) {
  return "orderer " + std::to_string(i);
}

template <class F>
bool eventually(F holds, std::chrono::milliseconds within = 60s) {
  const auto end = Steady::now() + within;
  while (!holds()) {
    if (Steady::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

/// The system's clock, moved so that the network's first day is today.
class ShiftedClock final : public ordering::Clock {
 public:
  explicit ShiftedClock(UnixSeconds begin) : begin_(begin) {}
  UnixSeconds now() override {
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - begun_).count();
    return {begin_.value + static_cast<std::uint64_t>(passed) + ahead_};
  }
  void advance(std::uint64_t seconds) { ahead_ += seconds; }

 private:
  const UnixSeconds begin_;
  const Steady::time_point begun_ = Steady::now();
  std::atomic<std::uint64_t> ahead_ = 0;
};

/// What etcd is for real orderers.
struct Table {
  std::mutex mutex;
  std::map<Slot, Bytes> slots;
  std::optional<std::uint16_t> leader;
  std::chrono::milliseconds lease{0};  ///< who has not asked for so long leads no more; 0: for ever
  Steady::time_point asked{};          ///< by whoever leads
  bool all_lead = false;
  std::atomic<bool> down = false;
  std::atomic<std::size_t> block_max = log::block_bytes_max;

  [[nodiscard]] std::map<Slot, Bytes> all() {
    const std::lock_guard lock(mutex);
    return slots;
  }
};
class TableSlots final : public ordering::Slots {
 public:
  explicit TableSlots(Table& t) : t_(t) {}
  Result<Put> put(const Slot& s, ByteView block, bool begins_epoch) override {
    if (t_.down) return Unexpected(away());
    if (block.size() > t_.block_max) return Put::too_large;
    const std::lock_guard lock(t_.mutex);
    if (const auto it = t_.slots.find(s); it != t_.slots.end())
      return as_text(it->second) == as_text(block) ? Put::kept : Put::taken;
    const Slot before =
        s.attempt > 0 ? Slot{s.epoch, s.height, s.attempt - 1} : Slot{s.epoch, Height{s.height.value - 1}, 0};
    if ((s.attempt > 0 || !begins_epoch) && !t_.slots.contains(before)) return Put::early;
    t_.slots.emplace(s, Bytes(block.begin(), block.end()));
    return Put::kept;
  }
  Result<std::vector<Kept>> read(const Slot& from, std::size_t slots_max) override {
    if (t_.down) return Unexpected(away());
    const std::lock_guard lock(t_.mutex);
    std::vector<Kept> out;
    for (auto it = t_.slots.lower_bound(from); it != t_.slots.end() && out.size() < slots_max; ++it)
      out.push_back({it->first, it->second});
    return out;
  }
  Result<bool> lead(std::uint16_t orderer) override {
    if (t_.down) return Unexpected(away());
    const std::lock_guard lock(t_.mutex);
    const auto now = Steady::now();
    if (!t_.leader || (t_.lease.count() > 0 && now > t_.asked + t_.lease)) t_.leader = orderer;
    if (*t_.leader == orderer) t_.asked = now;
    return t_.all_lead || *t_.leader == orderer;
  }
  Result<void> forget(const Slot& before) override {
    const std::lock_guard lock(t_.mutex);
    t_.slots.erase(t_.slots.begin(), t_.slots.lower_bound(before));
    return {};
  }

 private:
  static Error away() { return make_error("etcd_unreachable", "", ""); }
  Table& t_;
};

inline record::Genesis make_genesis(std::size_t validators, std::size_t orderers) {
  record::Genesis g;
  g.name = "kiem-tra";
  g.base_url = "https://stele.example.vn";
  g.test = true;
  g.time = UnixSeconds{1'767'571'200};
  g.root_quorum = 1;
  g.roots.push_back({base64url(sha256(as_bytes("root")).view().first(16)), public_of("root")});
  for (std::size_t i = 0; i < orderers; ++i)
    g.orderers.push_back({"so-" + std::to_string(i), public_of(orderer_name(i))});
  for (std::size_t i = 0; i < validators; ++i)
    g.validators.push_back({"nut-" + std::to_string(i), public_of(validator_name(i))});
  g.vaults.push_back({"kho-0", public_of("vault")});
  return *record::decode_genesis(record::encode_genesis(g));
}

inline std::string by_root(const record::Genesis& g, record::Type type, const record::Body& body) {
  const auto root = key_named("root");
  const auto after = log::hash_of(log::to_text(log::genesis_checkpoint(g)));
  const auto input = record::signing_input(type, root.id(), {g.net, after}, body);
  return record::compact(input, root.sign(sha256(as_bytes(input))));
}

/// Number 0 is the organisation that all others are of: it must be final before they are handed in.
inline std::string org_record(const record::Genesis& g, std::size_t number, const std::string& parent = "goc") {
  record::Org o;
  o.org = "goc";
  o.kind = "office";
  o.name = "Don vi";
  if (number > 0) {
    o.org = "don-vi-" + std::to_string(number);
    o.parent = parent;
  }
  return by_root(g, record::Type::org, o);
}

/// By the root: orderers that come, and numbers that go.
inline std::string orderers_record(const record::Genesis& g, const std::vector<std::size_t>& add,
                                   std::vector<std::uint16_t> retire) {
  record::Orderers o;
  for (const auto i : add) o.add.push_back({"orderer-" + std::to_string(i), "goc", public_of(orderer_name(i))});
  o.retire = std::move(retire);
  return by_root(g, record::Type::orderers, o);
}

/// One machine: what stays when its process ends, and the process.
struct Node {
  std::size_t number = 0;
  std::unique_ptr<sim::Disk> disk = sim::make_memory_disk();
  std::unique_ptr<TempFolder> folder = std::make_unique<TempFolder>();
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<Feed> feed;
  std::unique_ptr<Committee> committee;
  std::mutex mutex;
  std::vector<Notice> notices;
  std::vector<custody::Complaint> complaints;

  [[nodiscard]] Height final_height() const { return ledger->final_point()->checkpoint.height; }
  [[nodiscard]] std::uint64_t final_size() const { return ledger->final_point()->checkpoint.size; }
  [[nodiscard]] std::size_t complained() {
    const std::lock_guard lock(mutex);
    return complaints.size();
  }
  [[nodiscard]] std::size_t told(Notice::Kind kind) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(
        std::count_if(notices.begin(), notices.end(), [&](const Notice& n) { return n.kind == kind; }));
  }
};

/// What a node's committee asks of whatever links it with the others.
struct Links {
  std::function<void(Node&)> behind, ask_for_my_votes;
};

class Network {
 public:
  Network(std::size_t validators, std::size_t orderers)
      : genesis(make_genesis(validators, orderers)), clock(UnixSeconds{genesis.time.value + 60}) {
    for (std::size_t i = 0; i < validators; ++i) {
      nodes.push_back(std::make_unique<Node>());
      nodes.back()->number = i;
    }
    options.stall_s = 5;
    options.repeat_s = 1;
    options.threads = 1;
    options.left_out = 2s;
  }

  /// Opens what is on its disk; the ordering service as `slots` gives it, for the first nodes.
  void start(std::size_t i, const Links& links = {}) {
    auto& n = *nodes[i];
    n.ledger = must(store::Ledger::open(genesis, must(n.disk->store()), must(n.disk->head()),
                                        {.uncertified_max = finality::Replica::unfinal_max}));
    n.feed = std::make_unique<Feed>();
    std::optional<OrdererRole> orderer;
    if (i < genesis.orderers.size() || more_orderers.contains(i))
      orderer = OrdererRole{key_named(orderer_name(i)), slots(i)};
    Hooks hooks;
    if (links.behind) hooks.behind = [&n, f = links.behind] { f(n); };
    if (links.ask_for_my_votes) hooks.ask_for_my_votes = [&n, f = links.ask_for_my_votes] { f(n); };
    hooks.tell = [&n](const Notice& x) {
      const std::lock_guard lock(n.mutex);
      n.notices.push_back(x);
    };
    hooks.complained = [&n](const custody::Complaint& c) {
      const std::lock_guard lock(n.mutex);
      n.complaints.push_back(c);
    };
    auto o = options;
    o.evidence_folder = *n.folder / "evidence";
    n.committee = must(Committee::start(*n.ledger, clock, *n.feed, VoterRole{key_named(validator_name(i)), votes(i)},
                                        std::move(orderer), std::move(hooks), o));
  }
  [[nodiscard]] finality::VoteFile votes(std::size_t i) const {
    const auto path = *nodes[i]->folder / "votes";
    const auto key = public_of(validator_name(i));
    return must(std::filesystem::exists(path) ? finality::VoteFile::open(path, genesis.net, key)
                                              : finality::VoteFile::create(path, genesis.net, key));
  }
  void stop(std::size_t i) {
    auto& n = *nodes[i];
    n.committee.reset();
    n.feed.reset();
    n.ledger.reset();
  }
  [[nodiscard]] std::string org(std::size_t number) const { return org_record(genesis, number); }

  /// Hands these in at one node; the outcomes come later.
  std::future<std::vector<Outcome>> submit(std::size_t node, std::vector<std::string> records) const {
    std::vector<ordering::Item> items;
    items.reserve(records.size());
    for (auto& jws : records) items.push_back({std::move(jws), {}});
    auto done = std::make_shared<std::promise<std::vector<Outcome>>>();
    auto out = done->get_future();
    const auto* ledger = nodes[node]->ledger.get();
    nodes[node]->committee->submit(std::move(items), [done, ledger](std::vector<Outcome> o) {
      for (const auto& x : o) {
        // Never a guess: it is final on this node's ledger when it is said to be.
        const bool final_here = x.index && x.index->value < ledger->final_point()->checkpoint.size;
        EXPECT_TRUE(x.status != Outcome::Status::final || final_here);
      }
      done->set_value(std::move(o));
    });
    return out;
  }
  /// Waits for one record to become final.
  [[nodiscard]] bool finalise(std::size_t node, std::size_t number) const {
    auto done = submit(node, {org(number)});
    return done.wait_for(60s) == std::future_status::ready && done.get()[0].status == Outcome::Status::final;
  }
  /// Every final block up to the lowest final height is the same on these nodes, and no record stands twice.
  void expect_one_chain(const std::vector<std::size_t>& which) const {
    Height low{~std::uint64_t{0}};
    for (const auto i : which) low = std::min(low, nodes[i]->final_height());
    for (std::uint64_t h = 1; h <= low.value; ++h) {
      const auto first = must(nodes[which[0]]->ledger->store().row(Height{h}));
      ASSERT_TRUE(first);
      for (const auto i : which) {
        const auto row = must(nodes[i]->ledger->store().row(Height{h}));
        ASSERT_TRUE(row);
        EXPECT_EQ(row->header_hash, first->header_hash) << "height " << h << " node " << i;
      }
    }
  }
  [[nodiscard]] std::string where() const {
    std::string out;
    for (const auto& n : nodes) {
      out += " node " + std::to_string(n->number);
      if (!n->committee) {
        out += " down;";
        continue;
      }
      out += ": " + n->ledger->with_chain([](const rules::Chain& c) {
        return std::to_string(c.head().epoch.value) + "/" + std::to_string(c.head().height.value) + " size " +
               std::to_string(c.head().size);
      });
      out += " final " + std::to_string(n->final_height().value) + " size " + std::to_string(n->final_size());
      out += n->committee->may_sign() ? " signs;" : " mute;";
      if (const auto f = n->committee->failure()) out += " failed " + f->en;
    }
    return out;
  }

  record::Genesis genesis;
  ShiftedClock clock;
  CommitteeOptions options;
  std::set<std::size_t> more_orderers;  ///< nodes that order since a record added them
  Table table;
  std::function<std::unique_ptr<ordering::Slots>(std::size_t)> slots = [this](std::size_t) {
    return std::make_unique<TableSlots>(table);
  };
  std::vector<std::unique_ptr<Node>> nodes;
};

}  // namespace stele::committee::test
