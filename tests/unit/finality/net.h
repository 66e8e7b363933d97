// A few validators, their blocks, and one ledger to make them with: for tests of the state machine and of the replica.
#pragma once

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"
#include "ledger/store/memory_store.h"
#include "node/finality/replica.h"
#include "signer/sign.h"

namespace stele::finality::test {

inline signer::SigningKey key_from(const std::string& name) {
  return signer::SigningKey::from_secret(*signer::Secret<32>::from(sha256(as_bytes("stele test " + name)).view()))
      .value();
}

class MemoryHead final : public store::HeadKeeper {
 public:
  [[nodiscard]] const std::optional<store::Head>& head() const override { return head_; }
  Result<void> write(const store::Head& h) override {
    head_ = h;
    return {};
  }

 private:
  std::optional<store::Head> head_;
};

struct Net {
  explicit Net(std::size_t n = 4) {
    // Two more than the genesis names: for recoveries.
    for (std::size_t i = 0; i < n + 2; ++i) validators.push_back(key_from("validator " + std::to_string(i)));
    for (std::size_t i = 0; i < 3; ++i) roots.push_back(key_from("root " + std::to_string(i)));
    record::Genesis g;
    g.name = "kiem-tra";
    g.base_url = "https://stele.example.vn";
    g.test = true;
    g.time = UnixSeconds{1'767'571'200};
    g.root_quorum = 2;
    for (std::size_t i = 0; i < roots.size(); ++i)
      g.roots.push_back({base64url(sha256(as_bytes("person " + std::to_string(i))).view().first(16)),
                         roots[i].public_key().compressed()});
    g.orderers.push_back({"so-0", orderer.public_key().compressed()});
    for (std::size_t i = 0; i < n; ++i)
      g.validators.push_back({"nut-" + std::to_string(i), validators[i].public_key().compressed()});
    g.vaults.push_back({"kho-0", key_from("vault").public_key().compressed()});
    genesis = *record::decode_genesis(record::encode_genesis(g));
    ledger = open();
  }
  [[nodiscard]] std::unique_ptr<store::Ledger> open() const {
    return std::move(*store::Ledger::open(genesis, store::make_memory_store(), std::make_unique<MemoryHead>(),
                                          {.uncertified_max = Replica::unfinal_max}));
  }
  [[nodiscard]] PublicKey pub(std::size_t i) const { return validators[i].public_key().compressed(); }

  [[nodiscard]] log::SignedVote vote(std::size_t i, const log::Checkpoint& header, std::uint64_t at = 0) const {
    const UnixSeconds time{at != 0 ? at : genesis.time.value + header.height.value};
    return {header, pub(i), time, validators[i].sign(log::vote_digest(log::place_of(header).header, time))};
  }
  [[nodiscard]] log::QuorumCertificate qc(const log::Checkpoint& header,
                                          const std::vector<std::uint16_t>& voters) const {
    log::QuorumCertificate out{log::place_of(header).header, {}};
    for (const auto i : voters) {
      const auto v = vote(i, header);
      out.votes.push_back({i, v.time, v.signature});
    }
    return out;
  }
  [[nodiscard]] log::EpochStatement signed_by(std::size_t i, log::EpochStatement s) const {
    s.net = genesis.net;
    s.validator = pub(i);
    s.signature = validators[i].sign(log::epoch_digest(s));
    return s;
  }
  [[nodiscard]] log::EpochStatement statement(std::size_t i, Epoch to, const log::Place& highest) const {
    log::EpochStatement s;
    s.to = to;
    s.highest = highest;
    s.time = genesis.time;
    return signed_by(i, s);
  }
  [[nodiscard]] log::EpochProof proof(Epoch to, const log::Place& base, const std::vector<std::size_t>& who) const {
    log::EpochProof p;
    for (const auto i : who) p.statements.push_back(statement(i, to, base));
    sort(p);
    return p;
  }
  static void sort(log::EpochProof& p) {
    std::sort(p.statements.begin(), p.statements.end(),
              [](const auto& a, const auto& b) { return a.validator < b.validator; });
  }
  [[nodiscard]] log::Block sign(log::Block b) const {
    b.signature = orderer.sign(log::block_digest(log::body_hash(b)));
    return b;
  }
  /// The next block on this ledger's head, not appended.
  [[nodiscard]] log::Block next(const store::Ledger& l, std::uint32_t attempt = 0,
                                const log::EpochProof* proof = nullptr) const {
    return sign(std::move(l.chain().build(l.head_qc(), 0, attempt, proof)).finish().take_block());
  }
  /// Appends it, and certifies it by these.
  rules::Applied grow(store::Ledger& l, const std::vector<std::uint16_t>& voters = {0, 1, 2},
                      const log::EpochProof* proof = nullptr) const {
    auto applied = l.append(next(l, 0, proof), rules::Chain::Signatures::check);
    STELE_ASSERT(applied.has_value());
    if (!voters.empty()) STELE_ASSERT(l.certify(qc(applied->header, voters)).has_value());
    return *applied;
  }
  [[nodiscard]] log::Place genesis_place() const { return log::place_of(log::genesis_checkpoint(genesis)); }
  [[nodiscard]] log::Recovery recovery(const log::Place& base, Epoch epoch, const std::vector<std::size_t>& set,
                                       const std::vector<std::uint16_t>& by = {0, 1}) const {
    log::Recovery r;
    r.net = genesis.net;
    r.base = base;
    r.epoch = epoch;
    r.reason = "quorum-lost";
    r.time = genesis.time;
    for (const auto i : set) r.set.push_back({"nut-" + std::to_string(i), pub(i)});
    for (const auto n : by) r.signatures.push_back({n, roots[n].sign(log::recovery_digest(r))});
    return r;
  }

  signer::SigningKey orderer = key_from("orderer");
  std::vector<signer::SigningKey> validators, roots;
  record::Genesis genesis;
  std::unique_ptr<store::Ledger> ledger;
};

inline StoredBlock stored(const rules::Applied& a) {
  return {a.header, a.header_hash, a.parent_epoch, a.signers, a.child_signers, a.parent_qc};
}

template <class T, class E>
std::vector<T> of(const std::vector<E>& effects) {
  std::vector<T> out;
  for (const auto& e : effects) {
    if (const auto* x = std::get_if<T>(&e)) out.push_back(*x);
  }
  return out;
}

}  // namespace stele::finality::test
