#include <algorithm>

#include "ledger/log/epoch.h"
#include "ledger/record/forms.h"
#include "ledger/verdict/evidence.h"

namespace stele::verdict {
namespace {

std::string at(std::string_view list, std::size_t i) {
  return "evidence." + std::string(list) + "[" + std::to_string(i) + "]";
}

log::Status bits_of(const log::StatusLeaf& leaf, RecordIndex record) {
  const auto i = record.value % log::statuses_per_leaf;
  return log::Status(leaf[i / 4] >> (2 * (i % 4)) & 3);
}

using SignersPtr = std::shared_ptr<const log::Signers>;

/// A file that follows newer rules is not altered, whatever else an older reader makes of it.
Result<void, Rejection> known_rules(const record::Genesis& genesis, const Evidence& e) {
  for (std::size_t i = 0; i < e.headers.size(); ++i) {
    const auto c = log::parse_checkpoint(e.headers[i]);
    if (c && c->rules != genesis.rules) return reject(RejectionCode::rules_unknown, at("headers", i) + ".rules");
  }
  return {};
}

}  // namespace

Result<Facts, Rejection> Facts::verify(const record::Genesis& genesis, const Evidence& e) {
  return read(&genesis, e);
}
Result<Facts, Rejection> Facts::believe(const Evidence& e) {
  return read(nullptr, e);
}

Result<Facts, Rejection> Facts::read(const record::Genesis* genesis, const Evidence& e) {
  Facts out;
  if (genesis != nullptr) STELE_CHECK(known_rules(*genesis, e));
  STELE_CHECK(out.take_headers(genesis, e));
  std::vector<SignersPtr> signers;
  if (genesis != nullptr) {
    STELE_TRY(signers, out.take_changes(*genesis, e));
  }
  STELE_CHECK(out.link_headers());
  STELE_CHECK(out.take_qcs(signers, e));
  out.find_final();
  STELE_CHECK(out.take_records(e));
  STELE_CHECK(out.take_inclusions(genesis != nullptr, e));
  STELE_CHECK(out.take_statuses(genesis != nullptr, e));
  return out;
}

Result<void, Rejection> Facts::take_headers(const record::Genesis* genesis, const Evidence& e) {
  for (std::size_t i = 0; i < e.headers.size(); ++i) {
    const auto where = at("headers", i);
    auto checkpoint = log::parse_checkpoint(e.headers[i]);
    if (!checkpoint) return reject(checkpoint.error().code, where);
    const auto& c = *checkpoint;
    if (genesis != nullptr) {
      if (c.net != genesis->net) return reject(RejectionCode::wrong_network, where);
      if (c.height.value == 0 && c != log::genesis_checkpoint(*genesis)) return reject(RejectionCode::bad_form, where);
    }
    if (i > 0 && c.height <= headers_.back().checkpoint.height) {
      // Two headers of one height would be two histories: no bag may leave the choice to its reader.
      return reject(
          c.height == headers_.back().checkpoint.height ? RejectionCode::repeated : RejectionCode::not_ascending,
          where);
    }
    if (i > 0) {
      const auto& lower = headers_.back().checkpoint;
      if (c.size < lower.size || c.time < lower.time || c.epoch < lower.epoch)
        return reject(RejectionCode::block_wrong_parent, where);
    }
    Header header;
    header.checkpoint = std::move(checkpoint).value();
    header.hash = log::hash_of(e.headers[i]);
    by_hash_.emplace(header.hash, i);
    headers_.push_back(std::move(header));
  }
  return {};
}

Result<void, Rejection> Facts::link_headers() {
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    auto& h = headers_[i];
    const auto parent = by_hash_.find(h.checkpoint.parent);
    if (parent != by_hash_.end()) {
      h.parent = parent->second;
      if (h.checkpoint.height.value != headers_[*h.parent].checkpoint.height.value + 1)
        return reject(RejectionCode::block_wrong_parent, at("headers", i));
    } else if (i > 0 && h.checkpoint.height.value == headers_[i - 1].checkpoint.height.value + 1) {
      return reject(RejectionCode::block_wrong_parent, at("headers", i));
    }
  }
  return {};
}

namespace {

/// The set that a change brings, and who signs the header that it begins with.
struct NewSet {
  log::ValidatorSet set;
  SignersPtr first;
  std::optional<log::Recovery> recovery;
};

Result<NewSet, Rejection> handed_over(const log::ValidatorSet& now, const Bytes& bytes, const std::string& where) {
  auto set = log::decode_set(bytes);
  if (!set) return reject(set.error().code, where);
  if (log::encode_set(*set) == log::encode_set(now)) return reject(RejectionCode::repeated, where);
  auto first = std::make_shared<const log::Signers>(now, *set);
  return NewSet{std::move(*set), std::move(first), std::nullopt};
}

/// `base`: the header below, if it stands in the bag.
Result<NewSet, Rejection> recovered(const record::Genesis& genesis, const log::ValidatorSet& now,
                                    const log::Checkpoint* base, const log::Checkpoint& header, const Bytes& bytes,
                                    const std::string& where) {
  auto x = log::decode_recovery(bytes);
  if (!x) return reject(x.error().code, where);
  if (const auto ok = log::check_recovery(*x, genesis); !ok) return reject(ok.error().code, where);
  const bool stands = base != nullptr && x->base == log::place_of(*base) && header.parent == x->base.header &&
                      header.height.value == base->height.value + 1 && x->time >= base->time;
  if (!stands || header.epoch < x->epoch || header.time.value < x->time.value + log::recovery_wait_s)
    return reject(RejectionCode::block_wrong_epoch, where);
  auto set = log::ValidatorSet::from(x->set);
  STELE_ASSERT(set.has_value());  // decode_recovery refuses keys that are not on the curve
  if (log::encode_set(*set) == log::encode_set(now)) return reject(RejectionCode::repeated, where);
  auto first = std::make_shared<const log::Signers>(*set);
  return NewSet{std::move(*set), std::move(first), std::move(*x)};
}

/// A quorum of the old set, too, signed the header with which a new one begins. Judged before the next change is looked
/// at, so that nobody makes a reader work for sets that no one signed.
Result<void, Rejection> certified(const Evidence& e, std::size_t header, const HeaderHash& hash,
                                  const log::Signers& signers, const std::string& where) {
  const auto it = std::find_if(e.qcs.begin(), e.qcs.end(), [&](const auto& q) { return q.header == header; });
  const auto qc = it == e.qcs.end() ? Result<log::QuorumCertificate, Rejection>(reject(RejectionCode::block_bad_qc))
                                    : log::decode_qc(it->qc);
  if (!qc || !log::check_qc(*qc, hash, signers)) return reject(RejectionCode::block_bad_qc, where);
  return {};
}

}  // namespace

/// Who signs: the set in force, but where a change begins. No header may be of a set that nobody handed over to.
Result<std::vector<SignersPtr>, Rejection> Facts::take_changes(const record::Genesis& genesis, const Evidence& e) {
  auto set = log::ValidatorSet::from(genesis.validators);
  STELE_ASSERT(set.has_value());  // decode_genesis refuses keys that are not on the curve
  auto alone = std::make_shared<const log::Signers>(*set);
  lines_.push_back({Height{0}, alone->digest()});
  std::vector<SignersPtr> out;
  auto change = e.changes.begin();
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    const auto& c = headers_[i].checkpoint;
    SignersPtr signers = alone;
    if (change != e.changes.end() && change->header == i) {
      const auto where = at("changes", static_cast<std::size_t>(change - e.changes.begin()));
      STELE_TRY(auto next, change->change.kind == SetChange::Kind::recovery
                               ? recovered(genesis, *set, i > 0 ? &headers_[i - 1].checkpoint : nullptr, c,
                                           change->change.bytes, where)
                               : handed_over(*set, change->change.bytes, where));
      if (next.recovery) restarts_.push_back({c.height, next.recovery->reason, next.recovery->time});
      set = std::move(next.set);
      signers = std::move(next.first);
      alone = std::make_shared<const log::Signers>(*set);
      lines_.push_back({c.height, signers->digest(), signers->digest() != alone->digest()});
      lines_.push_back({Height{c.height.value + 1}, alone->digest()});
      if (c.validators == signers->digest()) STELE_CHECK(certified(e, i, headers_[i].hash, *signers, where));
      ++change;
    }
    if (c.validators != signers->digest()) return reject(RejectionCode::block_bad_qc, at("headers", i));
    out.push_back(std::move(signers));
  }
  if (change == e.changes.end()) return out;
  const auto left = static_cast<std::size_t>(change - e.changes.begin());
  const bool again = left > 0 && change->header == e.changes[left - 1].header;
  return reject(again ? RejectionCode::repeated : RejectionCode::not_ascending, at("changes", left));
}

std::optional<Digest> Facts::validators_at(Height height) const {
  if (lines_.empty() || height > headers_.back().checkpoint.height) return std::nullopt;
  const auto after =
      std::upper_bound(lines_.begin(), lines_.end(), height, [](Height h, const Line& l) { return h < l.from; });
  return std::prev(after)->digest;
}

std::optional<Digest> Facts::set_in_force_at(Height height) const {
  for (auto l = lines_.rbegin(); l != lines_.rend(); ++l) {
    if (!l->handover && l->from.value <= height.value + 1) return l->digest;
  }
  return std::nullopt;
}

Result<void, Rejection> Facts::take_qcs(std::span<const SignersPtr> signers, const Evidence& e) {
  for (std::size_t i = 0; i < e.qcs.size(); ++i) {
    const auto& q = e.qcs[i];
    const auto where = at("qcs", i);
    if (i > 0 && q.header <= e.qcs[i - 1].header)
      return reject(q.header == e.qcs[i - 1].header ? RejectionCode::repeated : RejectionCode::not_ascending, where);
    const auto qc = log::decode_qc(q.qc);
    if (!qc) return reject(qc.error().code, where);
    if (!signers.empty()) {
      if (const auto ok = log::check_qc(*qc, headers_[q.header].hash, *signers[q.header]); !ok)
        return reject(ok.error().code, where);
    }
    headers_[q.header].certified = true;
  }
  return {};
}

/// From the highest down, since finality passes from child to parent.
void Facts::find_final() {
  for (std::size_t i = headers_.size(); i-- > 0;) {
    auto& child = headers_[i];
    if (child.checkpoint.height.value == 0) child.final = true;
    if (!child.parent) continue;
    auto& parent = headers_[*child.parent];
    const bool pair = child.certified && child.checkpoint.epoch == parent.checkpoint.epoch;
    if (!child.final && !pair) continue;
    parent.final = true;
    parent.proven_by = i;
  }
}

Result<void, Rejection> Facts::take_records(const Evidence& e) {
  for (std::size_t i = 0; i < e.records.size(); ++i) {
    const auto where = at("records", i);
    if (i > 0 && e.records[i].index <= e.records[i - 1].index)
      return reject(
          e.records[i].index == e.records[i - 1].index ? RejectionCode::repeated : RejectionCode::not_ascending, where);
    auto decoded = record::decode(e.records[i].jws);
    if (!decoded) return reject(decoded.error().code, where + ": " + decoded.error().where);
    if (!by_id_.emplace(decoded->id, i).second) return reject(RejectionCode::repeated, where);
    records_.push_back({std::move(decoded).value(), e.records[i].index});
  }
  return {};
}

template <class List>
static Result<void, Rejection> in_order(const List& list, std::size_t i, const std::string& where) {
  if (i == 0) return {};
  const auto now = std::pair(list[i].record, list[i].header);
  const auto before = std::pair(list[i - 1].record, list[i - 1].header);
  if (before < now) return {};
  return reject(before == now ? RejectionCode::repeated : RejectionCode::not_ascending, where);
}

Result<void, Rejection> Facts::take_inclusions(bool check, const Evidence& e) {
  for (std::size_t i = 0; i < e.inclusions.size(); ++i) {
    const auto& fact = e.inclusions[i];
    const auto where = at("inclusions", i);
    STELE_CHECK(in_order(e.inclusions, i, where));
    const auto& r = records_[fact.record];
    const auto& c = headers_[fact.header].checkpoint;
    if (check && !log::verify_inclusion(r.record.leaf, r.index.value, c.size, fact.path, c.log_root))
      return reject(RejectionCode::payload_root, where + " (" + at("records", fact.record) + ")");
    included_.insert({fact.record, fact.header});
  }
  return {};
}

Result<void, Rejection> Facts::take_statuses(bool check, const Evidence& e) {
  for (std::size_t i = 0; i < e.statuses.size(); ++i) {
    const auto& fact = e.statuses[i];
    const auto where = at("statuses", i);
    STELE_CHECK(in_order(e.statuses, i, where));
    const auto& r = records_[fact.record];
    const auto& c = headers_[fact.header].checkpoint;
    if (check && !log::verify_status(r.index, c.size, fact.leaf, fact.path, c.status))
      return reject(RejectionCode::payload_root, where + " (" + at("records", fact.record) + ")");
    statuses_[{fact.record, fact.header}] = bits_of(fact.leaf, r.index);
  }
  return {};
}

std::optional<std::size_t> Facts::position(const RecordId& id) const {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return std::nullopt;
  return it->second;
}

const Facts::Entry* Facts::find(const RecordId& id) const {
  const auto i = position(id);
  return i ? &records_[*i] : nullptr;
}

bool Facts::included(std::size_t record, std::size_t header) const {
  return included_.contains({record, header});
}

bool Facts::on_ledger(std::size_t record) const {
  for (auto it = included_.lower_bound({record, 0}); it != included_.end() && it->first == record; ++it) {
    if (headers_[it->second].final) return true;
  }
  return false;
}

std::optional<log::Status> Facts::status(std::size_t record, std::size_t header) const {
  const auto it = statuses_.find({record, header});
  if (it == statuses_.end()) return std::nullopt;
  return it->second;
}

std::optional<Facts::Place> Facts::place(std::size_t record) const {
  const auto index = records_[record].index.value;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    const auto& h = headers_[i];
    if (h.checkpoint.size <= index || !h.parent) continue;
    if (headers_[*h.parent].checkpoint.size <= index) return Place{i, *h.parent};
  }
  return std::nullopt;
}

std::optional<std::size_t> Facts::status_checkpoint() const {
  for (std::size_t i = headers_.size(); i-- > 0;) {
    if (headers_[i].final) return i;
  }
  return std::nullopt;
}

}  // namespace stele::verdict
