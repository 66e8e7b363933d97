#include "tests/sim/world.h"

#include <algorithm>
#include <iostream>
#include <queue>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/base/verified_memo.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"
#include "node/finality/replica.h"
#include "signer/sign.h"
#include "tests/sim/disk.h"

namespace stele::sim {
namespace {

using finality::Replica;
using finality::Slot;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x1234567) {}
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : next() % n; }
  std::uint64_t between(std::uint64_t a, std::uint64_t b) { return a + below(b - a + 1); }
  bool percent(std::uint64_t p) { return below(100) < p; }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

signer::SigningKey make_key(const std::string& name) {
  auto secret = signer::Secret<32>::from(sha256(as_bytes("stele sim key " + name)).view());
  return signer::SigningKey::from_secret(std::move(*secret)).value();
}
/// Made once for all seeds of the process.
const signer::SigningKey& key_named(const std::string& name) {
  static std::map<std::string, signer::SigningKey> kept;
  const auto it = kept.find(name);
  return it != kept.end() ? it->second : kept.emplace(name, make_key(name)).first->second;
}
PublicKey public_of(const std::string& name) {
  return key_named(name).public_key().compressed();
}
std::string validator_name(std::size_t i) {
  return "validator " + std::to_string(i);
}

record::Genesis make_genesis(std::size_t validators, std::size_t orderers) {
  record::Genesis g;
  g.name = "sim";
  g.base_url = "https://stele.example.vn";
  g.test = true;
  g.time = *parse_utc("2026-01-05T00:00:00Z");
  g.root_quorum = 1;
  g.roots.push_back({base64url(sha256(as_bytes("sim root")).view().first(16)), public_of("root")});
  for (std::size_t i = 0; i < orderers; ++i)
    g.orderers.push_back({"so-" + std::to_string(i), public_of("orderer " + std::to_string(i))});
  for (std::size_t i = 0; i < validators; ++i)
    g.validators.push_back({"nut-" + std::to_string(i), public_of(validator_name(i))});
  g.vaults.push_back({"kho-0", public_of("vault")});
  return *record::decode_genesis(record::encode_genesis(g));
}

/// One machine. A Byzantine validator has two that share its key and know nothing of each other ("twins").
struct Node {
  std::size_t id = 0, validator = 0;
  bool byzantine = false, up = false, restored = false, dead = false;
  std::int64_t skew_s = 0;
  std::unique_ptr<Disk> disk;
  finality::VoteRecord votes;  ///< as its disk has them
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<Replica> replica;
  std::uint64_t life = 0;  ///< counts starts: messages to an earlier life are lost with it
  std::uint64_t asked_ms = 0, cut_ms = 0;
  Height announced;  ///< the highest block that was called final here
};

struct Event {
  std::uint64_t at_ms, number;
  std::function<void()> act;
  friend bool operator<(const Event& a, const Event& b) {
    return std::tie(a.at_ms, a.number) > std::tie(b.at_ms, b.number);
  }
};

class World {
 public:
  explicit World(const Options& o)
      : options_(o),
        chance_(o.seed),
        memo_(1U << 20U),
        scope_(&memo_),
        n_(o.nodes != 0 ? o.nodes : chance_.between(4, 7)),
        f_((n_ - 1) / 3),
        orderers_(std::min<std::size_t>(3, n_)),
        genesis_(make_genesis(n_, orderers_)) {
    if (o.nodes == 0 && chance_.percent(10)) {
      n_ = 10;
      f_ = 3;
      genesis_ = make_genesis(n_, orderers_);
    }
    style_ = chance_.below(10);
    if (o.nodes == 0 && ambushes() && n_ != 4 && n_ != 7) {
      n_ = chance_.percent(70) ? 4 : 7;
      f_ = (n_ - 1) / 3;
      genesis_ = make_genesis(n_, orderers_);
    }
    auto byzantine = o.byzantine.value_or(chance_.percent(25) ? 0 : chance_.between(1, f_));
    if (ambushes()) byzantine = restores_disks() ? 0 : f_;
    spares_ = n_;
    std::vector<std::size_t> bad;
    for (std::size_t i = 1; cuts_handover() && i <= byzantine; ++i) bad.push_back(i);
    while (bad.size() < byzantine) {
      const auto i = chance_.below(n_);
      if (std::find(bad.begin(), bad.end(), i) == bad.end()) bad.push_back(i);
    }
    bad_ = {bad.begin(), bad.end()};
    for (std::size_t i = 0; i < n_ + (changes_set() ? spares_ : 0); ++i) add_node(i, bad_.contains(i));
    for (const auto i : bad) add_node(i, true);
    loss_ = chance_.of(std::vector<std::uint64_t>{0, 0, 1, 5, 20});
    delay_ms_ = chance_.of(std::vector<std::uint64_t>{20, 100, 500, 2000});
    twice_ = chance_.of(std::vector<std::uint64_t>{0, 5, 20});
    heal_ms_ = chance_.between(30, 60) * 1000;
    if (ambushes()) {
      loss_ = chance_.below(3);
      delay_ms_ = chance_.of(std::vector<std::uint64_t>{20, 100, 300});
      heal_ms_ = cuts_handover() ? 90'000 : 60'000;
    }
  }

  Outcome run();

 private:
  // ---- what the seed decided
  [[nodiscard]] bool changes_set() const { return style_ == 1 || style_ == 2; }
  [[nodiscard]] bool cuts_handover() const { return style_ == 2; }
  [[nodiscard]] bool restores_disks() const { return style_ == 3; }
  [[nodiscard]] bool hides_certificates() const { return style_ == 4; }
  /// The adversary waits for the moment at which one rule alone stands between it and a fork.
  [[nodiscard]] bool ambushes() const { return style_ >= 2 && style_ <= 4; }
  [[nodiscard]] bool breaks_service() const { return style_ >= 5; }
  [[nodiscard]] bool healed() const { return now_ms_ >= heal_ms_; }

  void add_node(std::size_t validator, bool byzantine) {
    auto n = std::make_unique<Node>();
    n->id = nodes_.size();
    n->validator = validator;
    n->byzantine = byzantine;
    n->skew_s = static_cast<std::int64_t>(chance_.below(5)) - 2;
    n->disk = options_.files && !byzantine ? make_file_disk(genesis_.net, public_of(validator_name(validator)))
                                           : make_memory_disk();
    nodes_.push_back(std::move(n));
  }

  // ---- machinery
  void later(std::uint64_t ms, std::function<void()> act) { events_.push({now_ms_ + ms, ++number_, std::move(act)}); }
  void broken(const std::string& what) {
    if (!out_.violation) out_.violation = what;
  }
  void note(const std::string& what) {
    if (options_.trace) std::cerr << now_ms_ << " " << what << "\n";
    const auto d = sha256(as_bytes(what + std::to_string(out_.digest)));
    std::memcpy(&out_.digest, d.bytes.data(), sizeof out_.digest);
  }
  [[nodiscard]] UnixSeconds clock(const Node& n) const {
    return {
        static_cast<std::uint64_t>(static_cast<std::int64_t>(genesis_.time.value + 10 + now_ms_ / 1000) + n.skew_s)};
  }
  void send(const Node& from, Node& to, const std::function<void(Node&)>& act);
  void broadcast(const Node& from, const std::function<void(Node&)>& act) {
    for (auto& n : nodes_) {
      if (n->id != from.id) send(from, *n, act);
    }
  }
  /// Runs one of a node's inputs and all that follows; the power may go.
  void step(Node& n, const std::function<void(Node&)>& act);
  void drain(Node& n);
  void start(Node& n);
  void crash(Node& n);

  // ---- effects
  void on(Node&, finality::CastVote&);
  void on(Node&, finality::CastStatement&);
  void on(Node&, finality::ResendVote&);
  void on(Node&, finality::Certified&);
  void on(Node&, finality::Final&);
  void on(Node&, finality::FoundDoubleVote&);
  void on(Node&, finality::EpochReady&) {}
  void on(Node&, finality::Behind&);
  void on(Node&, finality::AskForMyVotes&);
  void on(Node&, finality::KeyIsDead&);
  void on(Node&, finality::FoundOrderedTwice&) { ++out_.ordered_twice; }
  void on(Node&, finality::SlotRefused&) {}
  void keep_votes(Node&, const finality::VoteRecord&);
  void spread_vote(Node&, const log::SignedVote&);
  void check_final(Node&, const log::Place&);
  void ask_for_blocks(Node&, Node& peer);

  // ---- actors
  void tick(Node& n);
  void order(Node& n);
  void propose(Node& n, bool split);
  void forward(Node& n);
  void client();
  void change_set();
  void trouble();
  std::map<Slot, Bytes>& service(const Node& n) {
    const auto it = side_.find(n.id);
    return ambushes() && it != side_.end() && it->second == 1 ? service_of_the_cut_off_ : service_;
  }
  void ambush(Node&, const finality::CastVote&);
  void hide_certificate(Node& from, const HeaderHash&);
  void restore_disks();
  std::string org_record(std::size_t number) const;
  std::string sign_record(record::Type, const record::Body&) const;
  bool finished();

  const Options options_;
  Chance chance_;
  VerifiedMemo memo_;
  VerifiedMemo::Scope scope_;
  std::size_t n_, f_, spares_ = 0, orderers_;
  record::Genesis genesis_;
  std::uint64_t style_ = 0, loss_ = 0, delay_ms_ = 0, twice_ = 0, heal_ms_ = 0;
  std::set<std::size_t> bad_;

  std::vector<std::unique_ptr<Node>> nodes_;
  std::priority_queue<Event> events_;
  std::uint64_t now_ms_ = 0, number_ = 0;
  std::map<Slot, Bytes> service_, service_backup_;
  std::map<Slot, Bytes>
      service_of_the_cut_off_;  ///< an ordering service that lost its quorum shows side 1 another truth
  bool service_up_ = true;
  std::map<std::size_t, int> side_;     ///< of a partition, by node; empty: none
  bool one_way_ = false;                ///< messages from side 1 to side 0 pass
  std::optional<std::size_t> only_to_;  ///< nothing reaches anybody else
  std::set<HeaderHash> withheld_;       ///< Byzantine validators show their votes for these to `shown_to_` alone
  std::optional<std::size_t> shown_to_;
  int sprung_ = 0;
  std::vector<std::string> pending_;
  std::size_t clients_ = 0;
  std::optional<std::string> last_record_;  ///< handed in after everything was healed
  std::map<Height, HeaderHash> finals_;     ///< what any honest node called final
  Height heal_height_;
  std::set<std::size_t> killed_;  ///< validators whose key is dead
  Outcome out_;
};

// ---- machinery ------------------------------------------------------------------------------------------------------

void World::send(const Node& from, Node& to, const std::function<void(Node&)>& act) {
  const auto side = [this](const Node& n) {
    const auto it = side_.find(n.id);
    return it == side_.end() ? -1 : it->second;
  };
  const bool passes = one_way_ && side(from) == 1;
  const bool cut =
      (side(from) != side(to) && side(from) != -1 && side(to) != -1 && !passes) || (only_to_ && *only_to_ != to.id);
  if (cut || (!healed() && chance_.percent(loss_))) return;
  const int copies = !healed() && chance_.percent(twice_) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    ++out_.messages;
    const auto delay = 1 + chance_.below(healed() ? 50 : delay_ms_);
    later(delay, [this, &to, act, life = to.life] {
      if (to.up && to.life == life) step(to, act);
    });
  }
}

void World::step(Node& n, const std::function<void(Node&)>& act) {
  try {
    act(n);
    drain(n);
  } catch (const PowerCut&) {
    crash(n);
  }
}

void World::drain(Node& n) {
  for (auto effects = n.replica->take_effects(); !effects.empty(); effects = n.replica->take_effects()) {
    for (auto& e : effects) std::visit([&](auto& x) { on(n, x); }, e);
  }
  if (n.ledger->final_point()->hash != n.replica->machine().final_block().header)
    broken("node " + std::to_string(n.id) + ": state machine and ledger disagree about the final block");
  if (n.replica->failure()) broken("node " + std::to_string(n.id) + " failed: " + n.replica->failure()->en);
}

void World::crash(Node& n) {
  note("crash " + std::to_string(n.id));
  ++out_.crashes;
  n.up = false;
  ++n.life;
  n.disk->power_off();
  n.replica.reset();
  n.ledger.reset();
  n.disk->power_on();
  later(healed() ? 500 : chance_.between(500, 8'000), [this, &n] { start(n); });
}

void World::start(Node& n) {
  if (n.up) return;
  const auto cant = [&](const std::string& what, const Error& why) {
    broken("node " + std::to_string(n.id) + " can't open its " + what + ": " + why.en);
  };
  auto blocks = n.disk->store();
  if (!blocks) return cant("store", blocks.error());
  auto head = n.disk->head();
  if (!head) return cant("head", head.error());
  const auto kept = n.disk->votes();
  if (!kept) return cant("votes", kept.error());
  n.votes = *kept;
  auto opened =
      store::Ledger::open(genesis_, std::move(*blocks), std::move(*head), {.uncertified_max = Replica::unfinal_max});
  if (!opened) return cant("ledger", opened.error());
  n.ledger = std::move(*opened);
  if (!n.byzantine && n.announced.value > 0) {
    const auto row = n.ledger->store().row(n.announced);
    if (!row || !*row || (*row)->header_hash != finals_.at(n.announced))
      broken("node " + std::to_string(n.id) + " lost a final block in a crash");
  }
  n.up = true;
  finality::MachineOptions options;
  options.me = public_of(validator_name(n.validator));
  options.stall_s = 10;
  options.repeat_s = 2;
  n.replica = std::make_unique<Replica>(*n.ledger, options);
  // A Byzantine node keeps no vote file.
  const auto votes = n.byzantine && chance_.percent(50) ? finality::VoteRecord{} : n.votes;
  step(n, [&](Node& x) { x.replica->start(votes, clock(x)); });
}

// ---- effects --------------------------------------------------------------------------------------------------------

void World::on(Node& n, finality::CastVote& v) {
  const auto& key = key_named(validator_name(n.validator));
  const auto signature = key.sign(log::vote_digest(v.hash, v.time));
  auto votes = n.votes;
  votes.last = {v.header.epoch, v.header.height, v.hash, v.parent_epoch, v.time, signature};
  keep_votes(n, votes);
  note("vote " + std::to_string(n.id) + " " + std::to_string(v.header.epoch.value) + "/" +
       std::to_string(v.header.height.value));
  if (ambushes() && !healed()) ambush(n, v);
  spread_vote(n, {v.header, key.public_key().compressed(), v.time, signature});
}

void World::keep_votes(Node& n, const finality::VoteRecord& votes) {
  const auto kept = n.disk->put_votes(votes);
  if (!kept) broken("node " + std::to_string(n.id) + " can't keep its vote: " + kept.error().en);
  n.votes = votes;
}

void World::spread_vote(Node& n, const log::SignedVote& v) {
  if (n.byzantine && !healed() && withheld_.contains(log::place_of(v.header).header)) {
    if (shown_to_ && *shown_to_ != n.id) send(n, *nodes_[*shown_to_], [v](Node& to) { to.replica->vote(v); });
    return;
  }
  broadcast(n, [v](Node& to) { to.replica->vote(v); });
  n.replica->vote(v);
}

void World::on(Node& n, finality::ResendVote&) {
  const auto& last = n.votes.last;
  for (const auto& a : n.ledger->tail()) {
    if (a.header_hash == last.header)
      return spread_vote(n, {a.header, public_of(validator_name(n.validator)), last.time, last.signature});
  }
}

void World::on(Node& n, finality::CastStatement& c) {
  auto s = c.statement;
  if (n.byzantine && (hides_certificates() || cuts_handover() || chance_.percent(50))) {  // lies about what it knows
    s.highest = {{}, {}, log::hash_of(log::to_text(log::genesis_checkpoint(genesis_)))};
    s.last_vote = {};
    s.last_vote_parent = {};
  }
  s.signature = key_named(validator_name(n.validator)).sign(log::epoch_digest(s));
  auto votes = n.votes;
  votes.left_below = std::max(votes.left_below, s.to);
  keep_votes(n, votes);
  note("leaves " + std::to_string(n.id) + " to " + std::to_string(s.to.value) + " from " +
       std::to_string(s.highest.epoch.value) + "/" + std::to_string(s.highest.height.value));
  broadcast(n, [s, qc = c.highest_qc](Node& to) { to.replica->statement(s, qc); });
  n.replica->statement(s, c.highest_qc);
}

void World::on(Node& n, finality::Certified& c) {
  if (!n.byzantine) note("certified " + std::to_string(n.id) + " " + std::to_string(c.block.height.value));
}

void World::on(Node& n, finality::Final& x) {
  if (n.byzantine) return;
  check_final(n, x.block);
}

void World::check_final(Node& n, const log::Place& block) {
  for (auto h = n.announced.value + 1; h <= block.height.value; ++h) {
    const auto row = n.ledger->store().row({h});
    if (!row || !*row) return broken("node " + std::to_string(n.id) + " calls final what it has not stored");
    const auto [it, fresh] = finals_.emplace(Height{h}, (*row)->header_hash);
    if (fresh) {
      out_.blocks = std::max(out_.blocks, h);
      out_.records += (*row)->count;
    }
    if (it->second != (*row)->header_hash)
      return broken("two final blocks at height " + std::to_string(h) + ", one of them at node " +
                    std::to_string(n.id));
  }
  n.announced = std::max(n.announced, block.height);
  out_.epochs = std::max(out_.epochs, block.epoch.value);
}

void World::on(Node& n, finality::FoundDoubleVote& e) {
  ++out_.double_votes;
  if (!log::decode_double_vote(log::encode(e.evidence))) broken("evidence of a double vote that does not hold");
  for (const auto& x : nodes_) {
    const bool accused = public_of(validator_name(x->validator)) == e.evidence.first.validator;
    if (accused && !x->byzantine && !x->restored)
      broken("evidence against node " + std::to_string(x->id) + ", which is honest, at " + std::to_string(n.id));
  }
}

void World::ask_for_blocks(Node& n, Node& peer) {
  const Height from{n.ledger->tail().front().header.height.value + 1};
  send(n, peer, [this, &n, from](Node& p) {
    const auto range = p.ledger->range(from, 1U << 20U);
    if (!range || range->blocks.empty()) return;
    send(p, n, [from, body = sync::encode_batch(range->blocks, range->qc_of_last)](Node& to) {
      auto batch = sync::decode_batch(body, from);
      if (batch) (void)to.replica->batch(std::move(*batch));
    });
  });
}

void World::on(Node& n, finality::Behind&) {
  if (now_ms_ < n.asked_ms + 200) return;
  n.asked_ms = now_ms_;
  Node& peer = *nodes_[chance_.below(nodes_.size())];
  if (peer.id != n.id) ask_for_blocks(n, peer);
}

void World::on(Node& n, finality::AskForMyVotes&) {
  const auto me = public_of(validator_name(n.validator));
  broadcast(n, [this, &n, me](Node& peer) {
    auto vote = peer.replica->machine().highest_vote_of(me);
    if (peer.byzantine) vote.reset();
    send(peer, n,
         [vote, from = public_of(validator_name(peer.validator))](Node& to) { to.replica->answer(from, vote); });
  });
}

void World::on(Node& n, finality::KeyIsDead&) {
  note("dead " + std::to_string(n.id));
  if (!n.byzantine && !n.restored)
    broken("node " + std::to_string(n.id) + " is honest and was told that its key is dead");
  n.dead = true;
  if (killed_.insert(n.validator).second) ++out_.dead_keys;
}

// ---- actors ---------------------------------------------------------------------------------------------------------

void World::tick(Node& n) {
  later(1000, [this, &n] { tick(n); });
  if (!n.up) return;
  step(n, [this](Node& x) {
    x.replica->tick(clock(x));
    Node& peer = *nodes_[chance_.below(nodes_.size())];
    if (peer.id != x.id && (healed() || chance_.percent(30))) ask_for_blocks(x, peer);
  });
}

/// What the service has goes to everybody.
void World::forward(Node& n) {
  const auto& head = n.ledger->chain().head();
  for (const auto& [slot, bytes] : service(n)) {
    if (slot.epoch < head.epoch || (slot.epoch == head.epoch && slot.height < head.height)) continue;
    if (!healed() && chance_.percent(30)) continue;
    n.replica->slot(slot, bytes);
    broadcast(n, [s = slot, b = bytes](Node& to) { to.replica->slot(s, b); });
  }
}

void World::propose(Node& n, bool split) {
  const auto number = static_cast<std::uint16_t>(n.validator);
  const auto& key = key_named("orderer " + std::to_string(number));
  const auto make = [&](bool with_records) -> std::optional<log::Block> {
    auto builder = n.replica->begin_block(number);
    if (!builder) return std::nullopt;
    for (const auto& jws : pending_) {
      if (!with_records || builder->size() >= 4) break;
      auto r = record::decode(jws);
      if (!r) {
        broken("a record that does not decode: " + std::string(code_name(r.error().code)));
        continue;
      }
      const auto type = r->type;
      const auto added = builder->add(jws, std::move(*r), {});
      if (!added && type == record::Type::validators)
        note("set change waits: " + std::string(code_name(added.error().code)) + " " + added.error().where);
    }
    auto block = std::move(*builder).finish().take_block();
    block.signature = key.sign(log::block_digest(log::body_hash(block)));
    return block;
  };
  auto block = make(true);
  if (!block) return;
  const Slot slot{block->epoch, block->height, block->attempt};
  if (split) {
    auto other = make(false);
    if (!other) return;
    // Two versions of one slot, each to a part of the network.
    const auto mask = chance_.next();
    const auto a = log::encode(*block);
    const auto b = log::encode(*other);
    for (auto& to : nodes_) {
      const auto& mine = (mask >> to->id % 64 & 1U) != 0 ? a : b;
      send(n, *to, [slot, mine](Node& x) { x.replica->slot(slot, mine); });
    }
    return;
  }
  n.cut_ms = now_ms_;
  if (!service_up_ || !service(n).emplace(slot, log::encode(*block)).second) return;  // the transaction is the fence
  note("ordered " + std::to_string(slot.epoch.value) + "/" + std::to_string(slot.height.value) + "/" +
       std::to_string(slot.attempt) + " by " + std::to_string(n.id));
}

void World::order(Node& n) {
  later(chance_.between(200, 900), [this, &n] { order(n); });
  if (!n.up) return;
  const bool bad = n.byzantine && !healed();
  step(n, [&](Node& x) {
    if (service_up_) forward(x);
    drain(x);
    const bool lease = now_ms_ / 2000 % orderers_ == x.validator || chance_.percent(10);
    if (!lease) return;
    const auto& head = x.ledger->chain().head();
    const bool due = x.replica->epoch_is_ready() || !pending_.empty() ||
                     head.size > x.ledger->final_point()->checkpoint.size || now_ms_ > x.cut_ms + 5'000;
    if (bad && chance_.percent(15)) {
      const Slot garbage{head.epoch, Height{head.height.value + 1}, static_cast<std::uint32_t>(chance_.below(2))};
      service(x).emplace(garbage, Bytes(20, static_cast<std::uint8_t>(chance_.below(256))));
    }
    if (due) propose(x, bad && chance_.percent(40));
  });
}

std::string World::sign_record(record::Type type, const record::Body& body) const {
  const auto& root = key_named("root");
  const auto after = log::hash_of(log::to_text(log::genesis_checkpoint(genesis_)));
  const auto input = record::signing_input(type, root.id(), {genesis_.net, after}, body);
  return record::compact(input, root.sign(sha256(as_bytes(input))));
}

std::string World::org_record(std::size_t number) const {
  record::Org o;
  o.org = number == 0 ? "goc"
                      : "don-vi-" + std::string(1, static_cast<char>('a' + number / 26 % 26)) +
                            std::string(1, static_cast<char>('a' + number % 26));
  o.kind = "office";
  if (number > 0) o.parent = "goc";
  o.name = "Don vi";
  return sign_record(record::Type::org, o);
}

void World::client() {
  later(chance_.between(800, 2'500), [this] { client(); });
  // What is final somewhere needs no orderer any more.
  for (const auto& n : nodes_) {
    if (!n->up || n->byzantine) continue;
    std::erase_if(pending_, [&](const std::string& jws) {
      const auto r = record::decode(jws);
      const auto* info = n->ledger->chain().state().find(r->id);
      return info != nullptr && info->index.value < n->ledger->final_point()->checkpoint.size;
    });
  }
  // One is always handed in after everything was healed: whoever says that nothing goes on must have asked for it.
  const bool enough = clients_ >= 60 && (!healed() || last_record_);
  if (enough || pending_.size() >= 12) return;
  pending_.push_back(org_record(clients_++));
  if (healed() && !last_record_) last_record_ = pending_.back();
}

void World::change_set() {
  record::Validators v;
  // At most a third of the new set is bad, as of the old one; the rest are spares or old members.
  const auto keep = cuts_handover() ? 0 : chance_.below(n_);
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < n_; ++i) members.push_back(i < keep ? i : n_ + i);
  for (const auto i : members) v.set.push_back({"nut-" + std::to_string(i), "goc", public_of(validator_name(i))});
  pending_.push_back(sign_record(record::Type::validators, v));
  ++out_.set_changes;
  note("set change, keeps " + std::to_string(keep));
}

void World::trouble() {
  if (healed()) {
    side_.clear();
    only_to_.reset();
    one_way_ = false;
    service_up_ = true;
    for (auto& n : nodes_) n->disk->cut_in = 0;
    heal_height_ = finals_.empty() ? Height{} : finals_.rbegin()->first;
    note("healed");
    return;
  }
  later(chance_.between(1'000, 5'000), [this] { trouble(); });
  if (chance_.percent(30)) {
    side_.clear();
    if (chance_.percent(70)) {
      const auto kind = chance_.below(3);
      for (const auto& n : nodes_) {
        const bool spare = n->validator >= n_;
        side_[n->id] = kind == 0 && changes_set() ? (spare ? 1 : 0) : static_cast<int>(chance_.below(2));
      }
    }
  }
  if (chance_.percent(40)) {
    Node& n = *nodes_[chance_.below(nodes_.size())];
    n.disk->cut_in = static_cast<int>(chance_.between(1, 6));
    n.disk->cut_after = chance_.percent(50);
  }
  if (chance_.percent(10) && nodes_[0]->up) {
    for (auto& n : nodes_) {
      if (n->up && chance_.percent(70)) crash(*n);
    }
  }
  if (breaks_service() && chance_.percent(30)) {
    switch (chance_.below(4)) {
      case 0:
        service_backup_ = service_;
        break;
      case 1:
        service_ = service_backup_;
        note("service restored");
        break;
      case 2:
        service_.clear();
        note("service wiped");
        break;
      default:
        service_up_ = !service_up_;
    }
  }
}

/// Only one node gets what everybody says for a while, and is then cut off with what it knows.
void World::hide_certificate(Node& from, const HeaderHash& hash) {
  Node* lonely = &from;
  while (lonely->byzantine || side_[lonely->id] == 1) lonely = nodes_[chance_.below(n_)].get();
  only_to_ = shown_to_ = lonely->id;
  withheld_.insert(hash);
  note("only " + std::to_string(lonely->id) + " hears the votes");
  later(chance_.between(300, 900), [this, id = lonely->id] {
    only_to_.reset();
    side_.clear();
    if (healed()) return;
    service_of_the_cut_off_ = service_;
    for (const auto& n : nodes_) side_[n->id] = n->id == id ? 1 : 0;
  });
}

void World::ambush(Node& n, const finality::CastVote& v) {
  const auto& tail = n.ledger->tail();
  const auto& b = tail.back();
  if (n.byzantine || now_ms_ < 6'000 || b.header_hash != v.hash) return;
  if (cuts_handover() && sprung_ == 0 && b.child_signers->digest() != b.signers->digest()) {
    // The next block is signed by others: the old set must not learn that this one is certified.
    sprung_ = 1;
    withheld_.insert(v.hash);
    shown_to_ = 0;
    side_.clear();
    one_way_ = true;
    service_of_the_cut_off_ = service_;
    for (const auto& x : nodes_) side_[x->id] = x->validator >= n_ || x->id == 0 || x->id >= 2 * n_ ? 0 : 1;
    note("the old set hears nothing from the new one");
    later(60'000, [this] {
      side_.clear();
      one_way_ = false;
    });
  }
  if (hides_certificates() && sprung_ == 0 && chance_.percent(20)) {
    sprung_ = 1;
    hide_certificate(n, v.hash);
  } else if (hides_certificates() && sprung_ == 1 && v.header.epoch.value > 0 && tail.size() >= 2 &&
             v.parent_epoch == v.header.epoch && tail[tail.size() - 2].parent_epoch != v.header.epoch) {
    // The second block of the next epoch: whoever sees it certified calls the first one final.
    sprung_ = 2;
    hide_certificate(n, v.hash);
    later(25'000, [this] {
      side_.clear();
      withheld_.clear();
      sprung_ = 0;
    });
  }
}

/// f + 1 disks come back from a backup, and the ordering service with them; f nodes saw the time between only in part,
/// and the rest is cut off.
void World::restore_disks() {
  const auto restored = f_ + 1;
  std::vector<std::unique_ptr<Disk>> backups;
  for (std::size_t i = 0; i < restored; ++i) backups.push_back(nodes_[i]->disk->copy());
  service_backup_ = service_;
  const auto late = [this, restored](const Node& n) { return n.id >= restored && n.id < restored + f_; };
  later(chance_.between(5'000, 8'000), [this, late] {
    service_of_the_cut_off_ = service_;
    for (const auto& n : nodes_) side_[n->id] = late(*n) ? 1 : 0;
  });
  later(16'000,
        [this, late, restored, backups = std::make_shared<std::vector<std::unique_ptr<Disk>>>(std::move(backups))] {
          note("disks restored");
          service_ = service_backup_;
          for (std::size_t i = 0; i < restored; ++i) {
            auto& n = *nodes_[i];
            if (n.up) crash(n);
            n.disk = std::move((*backups)[i]);
            n.restored = true;
            n.announced = {};
          }
          service_of_the_cut_off_ = service_;
          for (const auto& n : nodes_) side_[n->id] = n->id < restored || late(*n) ? 1 : 0;
        });
}

bool World::finished() {
  if (now_ms_ < heal_ms_ + 5'000 || !last_record_) return false;
  const auto last = record::decode(*last_record_)->id;
  const auto top = finals_.empty() ? Height{} : finals_.rbegin()->first;
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& n) {
    if (n->byzantine) return true;
    if (!n->up || n->announced < top) return false;
    const auto* info = n->ledger->chain().state().find(last);
    return info != nullptr && info->index.value < n->ledger->final_point()->checkpoint.size;
  });
}

Outcome World::run() {
  for (auto& n : nodes_) {
    start(*n);
    later(chance_.below(1000), [this, x = n.get()] { tick(*x); });
    if (n->validator < orderers_) later(chance_.below(500), [this, x = n.get()] { order(*x); });
  }
  client();
  if (restores_disks()) later(chance_.between(5'000, 12'000), [this] { restore_disks(); });
  if (!ambushes()) later(chance_.between(1'000, 4'000), [this] { trouble(); });
  if (changes_set()) later(chance_.between(4'000, 20'000), [this] { change_set(); });
  if (changes_set() && chance_.percent(30)) later(chance_.between(20'000, 29'000), [this] { change_set(); });
  later(heal_ms_, [this] { trouble(); });
  const auto end_ms = heal_ms_ + 240'000;
  bool done = false;
  while (!events_.empty() && !out_.violation && !done) {
    auto event = events_.top();
    events_.pop();
    now_ms_ = event.at_ms;
    if (now_ms_ > end_ms) break;
    event.act();
    done = healed() && event.number % 16 == 0 && finished();
  }
  out_.simulated_ms = now_ms_;
  const auto restored = std::count_if(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->restored; });
  const bool keys_left = static_cast<std::size_t>(restored) + bad_.size() <= f_;
  if (!done && !out_.violation && keys_left) {
    std::string where;
    for (const auto& n : nodes_) {
      where += " " + std::to_string(n->id) + (n->byzantine ? "b" : "") + (n->up ? "" : "down");
      if (n->up)
        where += ":" + std::to_string(n->ledger->chain().head().epoch.value) + "/" +
                 std::to_string(n->ledger->chain().head().height.value) + "f" +
                 std::to_string(n->ledger->final_point()->checkpoint.height.value) + "v" +
                 std::to_string(n->votes.last.epoch.value) + "/" + std::to_string(n->votes.last.height.value) + "l" +
                 std::to_string(n->votes.left_below.value) +
                 (n->replica->machine().may_sign() ? ""
                  : n->dead                        ? "dead"
                                                   : "unready");
    }
    broken("no progress after everything was healed:" + where);
  }
  return out_;
}

}  // namespace

Outcome run(const Options& options) {
  return World(options).run();
}

}  // namespace stele::sim
