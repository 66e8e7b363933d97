#include "ledger/rules/chain.h"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/rules/effects.h"
#include "ledger/rules/membership.h"

namespace stele::rules {

using log::Block;
using record::Type;
using registry::State;

namespace {

constexpr std::uint64_t day_s = 86'400;

/// What records of one block may not have twice, beside what the state knows already.
class InBlock {
 public:
  /// Refuses, or takes note. `judged` comes from the parent's state.
  Result<void, Rejection> take(const State& s, const record::Record& r, const Judged& judged, UnixSeconds time) {
    STELE_CHECK(check(s, r, judged, time));
    note(s, r, judged);
    return {};
  }

 private:
  Result<void, Rejection> check(const State& s, const record::Record& r, const Judged& judged, UnixSeconds time) const {
    if (ids_.contains(r.id)) return reject(RejectionCode::already_recorded);
    if (!judged.needs.empty()) {
      for (const auto& id : claims_of(r)) {
        if (claims_.contains(id)) return reject(RejectionCode::target_claimed);
      }
    }
    STELE_CHECK(quota(s, r, time));
    if (record::is_sheet(r.type) && slots_.contains(slot_of(r))) return reject(RejectionCode::sheet_exists);
    if (const auto* c = std::get_if<record::Credential>(&r.body)) STELE_CHECK(credential(s, r, *c));
    if (const auto* o = std::get_if<record::Org>(&r.body)) {
      if (orgs_.contains(o->org)) return reject(RejectionCode::id_taken, "stele.org");
      if (!o->parent && root_org_) return reject(RejectionCode::root_org_exists, "stele.parent");
    }
    if (const auto* k = std::get_if<record::Key>(&r.body)) {
      if (kids_.contains(k->jwk.thumbprint())) return reject(RejectionCode::key_taken, "stele.jwk");
      if (persons_.contains(k->person)) return reject(RejectionCode::person_taken, "stele.person");
    }
    // In force at once, as others become in this block: two of them may exclude each other.
    if (judged.needs.empty() && !std::holds_alternative<record::SecondSignature>(r.body))
      STELE_CHECK(completes_once(r));
    STELE_CHECK(amend_or_transcript(s, r));
    if (r.type == Type::policy && policy_) return reject(RejectionCode::policy_number, "stele.number");
    if (const auto* body = std::get_if<record::SecondSignature>(&r.body)) return second(s, r, *body, judged, time);
    return {};
  }

  Result<void, Rejection> quota(const State& s, const record::Record& r, UnixSeconds time) const {
    if (!s.policy) return {};
    for (const auto& q : s.policy->policy.quotas) {
      if (q.act != r.type) continue;
      std::uint64_t used = 0;
      if (const auto it = s.used_today.find({r.kid, r.type});
          it != s.used_today.end() && date_in_vietnam(time) == s.today)
        used = it->second;
      if (const auto it = used_.find({r.kid, r.type}); it != used_.end()) used += it->second;
      if (used + weight_of(r) > q.per_day) return reject(RejectionCode::quota_exceeded);
    }
    return {};
  }

  Result<void, Rejection> credential(const State& s, const record::Record&, const record::Credential& c) const {
    if (tags_.contains(c.tag)) return reject(RejectionCode::tag_taken, "stele.tag");
    if (status_slots_.contains(c.status)) return reject(RejectionCode::status_slot_taken, "status");
    if (c.cnf && kids_.contains(c.cnf->thumbprint())) return reject(RejectionCode::holder_key_used, "cnf.jwk");
    if (!c.register_number) return {};
    const std::tuple key{c.org, c.kind, c.register_number->year};
    std::uint64_t last = 0;
    if (const auto it = s.register_last.find(key); it != s.register_last.end()) last = it->second;
    if (const auto it = numbers_.find(key); it != numbers_.end()) last = it->second;
    if (c.register_number->number != last + 1) return reject(RejectionCode::register_number, "stele.register.number");
    return {};
  }

  Result<void, Rejection> second(const State& s, const record::Record& r, const record::SecondSignature& body,
                                 const Judged& judged, UnixSeconds time) const {
    const auto& person = s.key(r.kid)->key.person;
    for (std::size_t i = 0; i < body.targets.size(); ++i) {
      const auto where = "stele.targets[" + std::to_string(i) + "]";
      if (signed_.contains({body.targets[i], person})) return reject(RejectionCode::same_person, where);
      auto p = s.pending.at(body.targets[i]);
      if (const auto it = given_.find(body.targets[i]); it != given_.end()) {
        for (const auto n : it->second) p.given.push_back({r.type, {}, {}, r.kid, n});
      }
      const auto of_need = std::count_if(p.given.begin(), p.given.end(),
                                         [&](const registry::Given& g) { return g.need == judged.filled[i]; });
      if (std::cmp_greater_equal(of_need, p.needs[judged.filled[i]].count))
        return reject(RejectionCode::no_signature_needed, where);
      p.given.push_back({r.type, person, body.org, r.kid, judged.filled[i]});
      if (p.complete()) {
        // The change is judged now, when the last person has signed: what allowed it then may be gone.
        auto again = judge_again(s, p.record, time);
        if (!again) return Unexpected(std::move(again).error());
        STELE_CHECK(completes_once(p.record));
      }
    }
    return {};
  }

  /// A transcript must not pass an amendment of a row that it may rest on: neither knows of the other.
  Result<void, Rejection> amend_or_transcript(const State& s, const record::Record& r) const {
    const auto* c = std::get_if<record::Credential>(&r.body);
    if (c != nullptr && c->cls && amended_.contains({c->org, *c->cls, c->period}))
      return reject(RejectionCode::amend_pending, "stele.class");
    if (const auto* a = std::get_if<record::Amend>(&r.body); a != nullptr && transcribed_.contains(class_of(s, *a)))
      return reject(RejectionCode::amend_pending, "stele.target");
    return {};
  }
  using ClassYear = std::tuple<std::string, std::string, std::string>;
  static ClassYear class_of(const State& s, const record::Amend& a) {
    const auto& sheet = s.sheets.at(a.target);  // judged: it is there
    return {sheet.org, sheet.cls, sheet.year};
  }

  /// Two pending changes that can't both come into force in one block.
  Result<void, Rejection> completes_once(const record::Record& r) const {
    for (const auto& key : exclusive(r)) {
      if (completed_.contains(key)) return reject(RejectionCode::target_not_valid, "stele.targets");
    }
    return {};
  }

  static std::vector<std::string> exclusive(const record::Record& r) {
    std::vector<std::string> out;
    if (const auto* k = std::get_if<record::Key>(&r.body)) {
      out.push_back("kid" + std::string(as_text(k->jwk.thumbprint().view())));
      out.push_back("person" + k->person);
    }
    if (const auto* o = std::get_if<record::Org>(&r.body))
      out.push_back(o->parent ? "org" + o->org : std::string("root"));
    if (r.type == Type::policy) out.emplace_back("policy");
    if (r.type == Type::validators) out.emplace_back("validators");
    if (r.type == Type::orderers) out.emplace_back("orderers");
    const auto replaces = std::visit(
        [](const auto& b) -> std::optional<RecordId> {
          if constexpr (requires { b.replaces; }) return b.replaces;
          return std::nullopt;
        },
        r.body);
    if (replaces) out.push_back("replaces" + std::string(as_text(replaces->view())));
    return out;
  }

  void note(const State& s, const record::Record& r, const Judged& judged) {
    ids_.insert(r.id);
    if (s.policy && !s.policy->policy.quotas.empty()) used_[{r.kid, r.type}] += weight_of(r);
    for (const auto& id : claims_of(r)) claims_.insert(id);
    if (judged.needs.empty() && !std::holds_alternative<record::SecondSignature>(r.body)) {
      for (auto& key : exclusive(r)) completed_.insert(std::move(key));
    }
    if (const auto* a = std::get_if<record::Amend>(&r.body)) amended_.insert(class_of(s, *a));
    if (record::is_sheet(r.type)) slots_.insert(slot_of(r));
    if (const auto* c = std::get_if<record::Credential>(&r.body)) {
      tags_.insert(c->tag);
      status_slots_.insert(c->status);
      if (c->cnf) kids_.insert(c->cnf->thumbprint());
      if (c->cls) transcribed_.insert({c->org, *c->cls, c->period});
      if (c->register_number) numbers_[{c->org, c->kind, c->register_number->year}] = c->register_number->number;
    }
    if (const auto* o = std::get_if<record::Org>(&r.body)) {
      orgs_.insert(o->org);
      root_org_ = root_org_ || !o->parent;
    }
    if (const auto* k = std::get_if<record::Key>(&r.body)) {
      kids_.insert(k->jwk.thumbprint());
      persons_.insert(k->person);
    }
    policy_ = policy_ || r.type == Type::policy;
    if (const auto* body = std::get_if<record::SecondSignature>(&r.body)) note_second(s, r, *body, judged);
  }

  void note_second(const State& s, const record::Record& r, const record::SecondSignature& body, const Judged& judged) {
    for (std::size_t i = 0; i < body.targets.size(); ++i) {
      const auto& target = body.targets[i];
      signed_.insert({target, s.key(r.kid)->key.person});
      auto& given = given_[target];
      given.push_back(judged.filled[i]);
      auto p = s.pending.at(target);
      for (const auto n : given) p.given.push_back({r.type, {}, {}, r.kid, n});
      if (p.complete()) {
        for (auto& key : exclusive(p.record)) completed_.insert(std::move(key));
      }
    }
  }

  std::unordered_set<RecordId> ids_;
  std::map<std::pair<KeyId, Type>, std::uint64_t> used_;
  std::set<registry::SheetSlot> slots_;
  std::unordered_set<Tag256> tags_;
  std::set<record::StatusSlot> status_slots_;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> numbers_;
  std::set<std::string> orgs_;
  std::unordered_set<KeyId> kids_;  ///< registered, or a holder's
  std::unordered_set<std::string> persons_;
  std::unordered_set<RecordId> claims_;
  std::set<std::pair<RecordId, std::string>> signed_;
  std::unordered_map<RecordId, std::vector<std::size_t>> given_;
  std::set<std::string> completed_;
  std::set<ClassYear> amended_, transcribed_;
  bool root_org_ = false;
  bool policy_ = false;
};

}  // namespace

struct Chain::Impl {
  explicit Impl(const record::Genesis& g)
      : state(g), head(log::genesis_checkpoint(g)), head_hash(log::hash_of(log::to_text(head))), members(g) {
    auto vault_set = log::ValidatorSet::from(g.vaults);
    STELE_ASSERT(vault_set);  // decode_genesis refuses keys that are not on the curve
    vaults = std::move(*vault_set);
    recent.emplace_back(head_hash, head.time);
  }

  State state;
  log::MerkleTree tree;
  log::Checkpoint head;
  HeaderHash head_hash;
  Membership members;
  log::ValidatorSet vaults;
  std::deque<std::pair<HeaderHash, UnixSeconds>> recent;  ///< what state.recent holds, oldest first

  [[nodiscard]] Result<void, Rejection> check_acks(const record::Record&, std::span<const log::Ack>) const;
  [[nodiscard]] Result<std::optional<log::QuorumCertificate>, Rejection> parent_qc(const Block&) const;
  [[nodiscard]] Result<std::optional<log::EpochProof>, Rejection> epoch_proof(const Block&) const;
  [[nodiscard]] UnixSeconds time_after(const std::optional<log::QuorumCertificate>&,
                                       const log::EpochProof* = nullptr) const;
  [[nodiscard]] Result<void, Rejection> check_frame(const Block&) const;
  [[nodiscard]] Result<void, Rejection> check_orderer(const Block&, const Digest& body) const;
  /// What a block says of its place: the certificate and the proof that it carries, both valid, and its time.
  struct Place {
    std::optional<log::QuorumCertificate> parent_qc;
    std::optional<log::EpochProof> proof;
    UnixSeconds time;
  };
  [[nodiscard]] Result<Place, Rejection> check_place(const Block&) const;
  void remember(UnixSeconds now);
  /// The part of `apply` that can't fail: records judged in the state of the head, in order.
  Applied move_on(const Block&, const Digest& body, Place, std::span<const record::Record>, std::span<const Judged>);
};

Chain::Chain(const record::Genesis& g) : impl_(std::make_unique<Impl>(g)) {}
Chain::~Chain() = default;
Chain::Chain(Chain&&) noexcept = default;
Chain& Chain::operator=(Chain&&) noexcept = default;

const State& Chain::state() const {
  return impl_->state;
}
const log::Checkpoint& Chain::head() const {
  return impl_->head;
}
const HeaderHash& Chain::head_hash() const {
  return impl_->head_hash;
}
const log::MerkleTree& Chain::tree() const {
  return impl_->tree;
}
const std::shared_ptr<const log::Signers>& Chain::signers() const {
  return impl_->members.head();
}
const std::shared_ptr<const log::Signers>& Chain::next_signers() const {
  return impl_->members.next();
}
std::shared_ptr<const log::Signers> Chain::signers_of(const Block& b) const {
  if (b.epoch_proof.empty()) return next_signers();
  const auto proof = log::decode_epoch_proof(b.epoch_proof);
  if (!proof || !proof->recovery) return next_signers();
  auto signers = log::recovery_signers(*proof->recovery);
  return signers ? std::make_shared<const log::Signers>(std::move(*signers)) : nullptr;
}
Result<std::uint32_t, Rejection> Chain::next_rules() const {
  const auto rules = impl_->state.rules_next();
  if (rules > rules_known) return reject(RejectionCode::rules_unknown);
  return rules;
}
UnixSeconds Chain::time_of_next(const std::optional<log::QuorumCertificate>& qc) const {
  return impl_->time_after(qc);
}

UnixSeconds Chain::Impl::time_after(const std::optional<log::QuorumCertificate>& qc,
                                    const log::EpochProof* proof) const {
  if (proof != nullptr) return std::max(head.time, log::median_time(*proof));
  return qc ? std::max(head.time, log::median_time(*qc)) : head.time;
}

Result<void, Rejection> Chain::judge(const record::Record& r, UnixSeconds time) const {
  STELE_CHECK(next_rules());
  auto judged = rules::judge(impl_->state, r, time);
  if (!judged) return Unexpected(std::move(judged).error());
  return {};
}

Result<const VerifyKey*, Rejection> Chain::signer_key(const KeyId& kid) const {
  const auto* k = impl_->state.key(kid);
  if (k == nullptr || !k->verify) return reject(RejectionCode::unknown_key, "kid");
  if (!impl_->state.key_valid(*k)) return reject(RejectionCode::key_not_valid, "kid");
  return &*k->verify;
}

Result<void, Rejection> Chain::Impl::check_acks(const record::Record& r, std::span<const log::Ack> acks) const {
  if (!record::needs_ack(r.type))
    return acks.empty() ? Result<void, Rejection>{} : reject(RejectionCode::block_ack_stray);
  const auto* org = record::org_of(r);
  const auto* o = org == nullptr ? nullptr : state.org(*org);
  if (o == nullptr) return reject(RejectionCode::unknown_org, "stele.org");
  std::set<std::uint16_t> seen;
  for (const auto& a : acks) {
    const bool assigned = std::find(o->org.vaults.begin(), o->org.vaults.end(), a.vault) != o->org.vaults.end();
    if (a.leaf != r.leaf || !assigned || !seen.insert(a.vault).second) return reject(RejectionCode::block_ack_stray);
    if (!vaults.key(a.vault).verify(log::ack_digest(state.genesis.net, a.leaf, a.vault), a.signature))
      return reject(RejectionCode::block_ack_bad);
  }
  if (seen.size() < std::min<std::size_t>(2, vaults.size())) return reject(RejectionCode::block_ack_missing);
  return {};
}

Result<std::optional<log::QuorumCertificate>, Rejection> Chain::Impl::parent_qc(const Block& b) const {
  if (b.height.value == 1) {
    if (!b.parent_qc.empty()) return reject(RejectionCode::block_bad_qc, "height 1");
    return std::optional<log::QuorumCertificate>{};
  }
  auto qc = log::decode_qc(b.parent_qc);
  if (!qc) return reject(RejectionCode::block_bad_qc, qc.error().where);
  STELE_CHECK(log::check_qc(*qc, head_hash, *members.head()));
  return std::optional(std::move(*qc));
}

/// None: the block goes on in its parent's epoch.
Result<std::optional<log::EpochProof>, Rejection> Chain::Impl::epoch_proof(const Block& b) const {
  const bool same = b.epoch == head.epoch;
  if (b.epoch < head.epoch || same != b.epoch_proof.empty()) return reject(RejectionCode::block_wrong_epoch);
  if (same) return std::optional<log::EpochProof>{};
  auto proof = log::decode_epoch_proof(b.epoch_proof);
  if (!proof) return reject(RejectionCode::block_wrong_epoch, proof.error().where);
  STELE_CHECK(
      log::check_epoch_proof(*proof, state.genesis, b.epoch, {head.epoch, head.height, head_hash}, *members.next()));
  // Its week can't have begun before what it recovers from.
  if (proof->recovery && proof->recovery->time < head.time)
    return reject(RejectionCode::block_wrong_epoch, "recovery.time");
  return std::optional(std::move(*proof));
}

Result<Chain::Impl::Place, Rejection> Chain::Impl::check_place(const Block& b) const {
  Place out;
  STELE_TRY(out.parent_qc, parent_qc(b));
  STELE_TRY(out.proof, epoch_proof(b));
  out.time = time_after(out.parent_qc, out.proof ? &*out.proof : nullptr);
  if (out.time > utc_last) return reject(RejectionCode::block_bad_qc, "time");
  return out;
}

/// All that concerns neither single records nor signatures.
Result<void, Rejection> Chain::Impl::check_frame(const Block& b) const {
  if (b.net != state.genesis.net) return reject(RejectionCode::block_wrong_network);
  if (b.parent != head_hash) return reject(RejectionCode::block_wrong_parent);
  if (b.height.value != head.height.value + 1) return reject(RejectionCode::block_wrong_height);
  if (b.rules != state.rules_next()) return reject(RejectionCode::block_wrong_rules);
  if (b.records.size() > log::block_records_max) return reject(RejectionCode::block_too_large);
  if (b.orderer >= state.orderers.size() || state.orderers[b.orderer].until)
    return reject(RejectionCode::block_bad_orderer);
  return {};
}

Result<void, Rejection> Chain::Impl::check_orderer(const Block& b, const Digest& body) const {
  if (state.orderers[b.orderer].verify.verify(log::block_digest(body), b.signature)) return {};
  return reject(RejectionCode::block_bad_signature);
}

/// The parent of the block just applied is final for the records of the next one.
void Chain::Impl::remember(UnixSeconds now) {
  if (head.height.value > 0) {
    recent.emplace_back(head_hash, head.time);
    state.recent.emplace(head_hash, head.time);
  }
  const auto oldest = state.limits().after_days * day_s;
  while (!recent.empty() && recent.front().second.value + oldest < now.value) {
    state.recent.erase(recent.front().first);
    recent.pop_front();
  }
}

Result<Applied, Chain::BlockRejection> Chain::apply(const Block& b, Signatures signatures,
                                                    std::vector<record::Record> decoded) {
  auto& m = *impl_;
  const auto whole = [](Rejection r) { return Unexpected(BlockRejection{std::move(r), std::nullopt}); };
  if (auto known = next_rules(); !known) return whole(std::move(known).error());
  if (auto ok = m.check_frame(b); !ok) return whole(std::move(ok).error());
  const Digest body = log::body_hash(b);
  if (auto ok = m.check_orderer(b, body); !ok) return whole(std::move(ok).error());
  auto place = m.check_place(b);
  if (!place) return whole(std::move(place).error());
  const UnixSeconds time = place->time;
  const bool decode_here = decoded.empty();
  if (decode_here) decoded.reserve(b.records.size());
  STELE_ASSERT(decode_here || decoded.size() == b.records.size());

  // First judge everything in the parent's state; nothing is changed until all of it is valid.
  InBlock in_block;
  std::vector<Judged> judged;
  judged.reserve(b.records.size());
  std::size_t acks_used = 0;
  for (std::size_t i = 0; i < b.records.size(); ++i) {
    const auto at = [i](Rejection r) { return Unexpected(BlockRejection{std::move(r), i}); };
    if (decode_here) {
      auto r = record::decode(b.records[i]);
      if (!r) return at(std::move(r).error());
      decoded.push_back(std::move(*r));
    }
    const auto& r = decoded[i];
    if (signatures == Signatures::check) {
      auto key = signer_key(r.kid);
      if (!key) return at(std::move(key).error());
      if (auto ok = record::check_signature(r, **key); !ok) return at(std::move(ok).error());
    }
    auto j = rules::judge(m.state, r, time);
    if (!j) return at(std::move(j).error());
    if (auto ok = in_block.take(m.state, r, *j, time); !ok) return at(std::move(ok).error());
    const auto acks = std::equal_range(b.acks.begin(), b.acks.end(), log::Ack{r.leaf, 0, {}},
                                       [](const log::Ack& x, const log::Ack& y) { return x.leaf < y.leaf; });
    const std::span<const log::Ack> mine(b.acks.data() + (acks.first - b.acks.begin()),
                                         static_cast<std::size_t>(acks.second - acks.first));
    if (auto ok = m.check_acks(r, mine); !ok) return at(std::move(ok).error());
    acks_used += mine.size();
    judged.push_back(std::move(*j));
  }
  if (acks_used != b.acks.size()) return whole({RejectionCode::block_ack_stray, {}});
  return m.move_on(b, body, std::move(*place), decoded, judged);
}

Applied Chain::Impl::move_on(const Block& b, const Digest& body, Place place, std::span<const record::Record> records,
                             std::span<const Judged> judged) {
  const UnixSeconds time = place.time;
  Changes changes;
  remember(time);
  state.height = b.height;
  begin_block(state, time, changes);
  std::vector<record::Record> due;
  Applied out;
  if (place.proof && place.proof->recovery) {
    members.recover(place.proof->recovery->set);
    out.recovery = std::move(place.proof->recovery);
  }
  out.first = RecordIndex{tree.size()};
  out.ids.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    tree.append(records[i].leaf);
    out.ids.push_back(records[i].id);
    enter(state, records[i], judged[i], time, changes, due);
  }
  // Reports last: what a stolen key signed does not escape by coming into force after them.
  std::stable_partition(due.begin(), due.end(), [](const auto& r) { return r.type != Type::compromise; });
  for (const auto& r : due) take_effect(state, r, time, changes);
  log::Checkpoint h = head;
  h.size = tree.size();
  h.log_root = tree.root();
  h.height.value += 1;
  h.epoch = b.epoch;
  h.rules = b.rules;
  h.parent = head_hash;
  h.body = body;
  h.status = state.status.root();
  h.validators = members.next()->digest();
  h.time = time;
  out.header = h;
  out.header_text = log::to_text(h);
  out.header_hash = log::hash_of(out.header_text);
  out.changed = std::move(changes);
  out.parent_epoch = head.epoch;
  out.parent_qc = std::move(place.parent_qc);
  head = h;
  head_hash = out.header_hash;
  members.advance(state, h.height, h.epoch);
  out.signers = members.head();
  out.child_signers = members.next();
  return out;
}

struct Chain::Draft::Impl {
  Block block;
  Digest body;
  UnixSeconds time;  ///< that the records were judged at
  std::vector<record::Record> records;
  std::vector<Judged> judged;
};

Chain::Draft::Draft(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Chain::Draft::~Draft() = default;
Chain::Draft::Draft(Draft&&) noexcept = default;

const Block& Chain::Draft::block() const {
  return impl_->block;
}
std::span<const record::Record> Chain::Draft::records() const {
  return impl_->records;
}
const Digest& Chain::Draft::body_hash() const {
  return impl_->body;
}
void Chain::Draft::sign(const Signature& signature) {
  impl_->block.signature = signature;
}
Block Chain::Draft::take_block() && {
  return std::move(impl_->block);
}

Result<Applied, Chain::BlockRejection> Chain::apply(const Draft& draft) {
  auto& m = *impl_;
  const auto& d = *draft.impl_;
  const auto whole = [](Rejection r) { return Unexpected(BlockRejection{std::move(r), std::nullopt}); };
  // The parent's hash covers the state that the records were judged in: if it is the head, they are valid still.
  if (auto known = next_rules(); !known) return whole(std::move(known).error());
  if (auto ok = m.check_frame(d.block); !ok) return whole(std::move(ok).error());
  if (auto ok = m.check_orderer(d.block, d.body); !ok) return whole(std::move(ok).error());
  auto place = m.check_place(d.block);
  if (!place) return whole(std::move(place).error());
  STELE_ASSERT(place->time == d.time);
  STELE_ASSERT(d.records.size() == d.block.records.size());
  return m.move_on(d.block, d.body, std::move(*place), d.records, d.judged);
}

struct Chain::Builder::Impl {
  const Chain* chain = nullptr;
  std::unique_ptr<Draft::Impl> draft = std::make_unique<Draft::Impl>();
  InBlock in_block;
  std::size_t bytes = 0;
};

Chain::Builder::Builder(const Chain& chain, std::optional<log::QuorumCertificate> qc, std::uint16_t orderer,
                        std::uint32_t attempt, const log::EpochProof* proof)
    : impl_(std::make_unique<Impl>()) {
  const auto& m = *chain.impl_;
  impl_->chain = &chain;
  impl_->draft->time = m.time_after(qc, proof);
  auto& b = impl_->draft->block;
  b.net = m.state.genesis.net;
  b.rules = m.state.rules_next();
  b.epoch = proof != nullptr ? proof->statements.front().to : m.head.epoch;
  if (proof != nullptr) b.epoch_proof = log::encode(*proof);
  b.height.value = m.head.height.value + 1;
  b.attempt = attempt;
  b.parent = m.head_hash;
  if (qc) b.parent_qc = log::encode(*qc);
  b.orderer = orderer;
}
Chain::Builder::~Builder() = default;
Chain::Builder::Builder(Builder&&) noexcept = default;

Chain::Builder Chain::build(std::optional<log::QuorumCertificate> qc, std::uint16_t orderer, std::uint32_t attempt,
                            const log::EpochProof* proof) const {
  return Builder(*this, std::move(qc), orderer, attempt, proof);
}

std::size_t Chain::Builder::size() const {
  return impl_->draft->records.size();
}
std::size_t Chain::Builder::bytes() const {
  return impl_->bytes;
}

namespace {

constexpr std::size_t frame_reserve = 90'112;  // everything in a block but records and acks
constexpr std::size_t ack_bytes = 98;

constexpr std::size_t bytes_of(std::size_t jws_bytes, std::size_t acks) {
  return 4 + jws_bytes + acks * ack_bytes;
}

}  // namespace

bool Chain::Builder::fits(std::size_t jws_bytes, std::size_t acks) const {
  return size() < log::block_records_max &&
         impl_->bytes + bytes_of(jws_bytes, acks) + frame_reserve <= log::block_bytes_max;
}

void Chain::Builder::reserve(std::size_t records) {
  auto& d = *impl_->draft;
  const auto n = std::min(records, log::block_records_max);
  d.block.records.reserve(n);
  d.records.reserve(n);
  d.judged.reserve(n);
}

Result<void, Rejection> Chain::Builder::add(std::string jws, record::Record r, std::vector<log::Ack> acks) {
  const auto& m = *impl_->chain->impl_;
  STELE_CHECK(impl_->chain->next_rules());
  if (!fits(jws.size(), acks.size())) return reject(RejectionCode::block_too_large);
  const std::size_t bytes = bytes_of(jws.size(), acks.size());
  auto& d = *impl_->draft;
  STELE_TRY(auto judged, rules::judge(m.state, r, d.time));
  STELE_CHECK(m.check_acks(r, acks));
  STELE_CHECK(impl_->in_block.take(m.state, r, judged, d.time));
  d.block.acks.insert(d.block.acks.end(), acks.begin(), acks.end());
  d.block.records.push_back(std::move(jws));
  d.records.push_back(std::move(r));
  d.judged.push_back(std::move(judged));
  impl_->bytes += bytes;
  return {};
}

Chain::Draft Chain::Builder::finish() && {
  auto& acks = impl_->draft->block.acks;
  std::sort(acks.begin(), acks.end(),
            [](const log::Ack& x, const log::Ack& y) { return std::tie(x.leaf, x.vault) < std::tie(y.leaf, y.vault); });
  impl_->draft->body = log::body_hash(impl_->draft->block);
  return Draft(std::move(impl_->draft));
}

}  // namespace stele::rules
