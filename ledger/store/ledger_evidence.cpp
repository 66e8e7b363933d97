// Facts of wire-format.md section 9 out of a running ledger.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "ledger/record/decode.h"
#include "ledger/store/ledger_impl.h"
#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

Error not_on_ledger() {
  return make_error("not_on_ledger", "Bản ghi này không có trên sổ cái. Hãy kiểm tra mã bản ghi và mạng.",
                    "This record is not on the ledger. Check its id and the network.");
}
Error not_final_yet() {
  return make_error("not_final_yet", "Bản ghi chưa được chốt. Hãy thử lại sau ít giây.",
                    "The record is not final yet. Try again in a few seconds.");
}
Error too_large() {
  return make_error("evidence_too_large",
                    "Bằng chứng vượt quá giới hạn của một tệp. Hãy yêu cầu ít bản ghi hơn mỗi lần.",
                    "The evidence exceeds the bounds of one file. Ask for fewer records at once.");
}
Error unreadable_record(RecordIndex index, const Rejection& why) {
  const auto text = to_error(why);
  return make_error("ledger_damaged",
                    fmt::format("Bản ghi {} trên đĩa bị hỏng ({}). Hãy chạy `stele-node fsck`.", index.value, text.vi),
                    fmt::format("Record {} on the disk is damaged ({}). Run `stele-node fsck`.", index.value, text.en));
}

/// The certificate of a block that is not the last: the next one carries it.
Result<Bytes> qc_of(const Store& store, Height height) {
  STELE_TRY(const auto meta, store.meta({height.value + 1}));
  auto next = meta ? log::decode_meta(*meta, {}) : reject(RejectionCode::block_bad_encoding);
  if (!next) return Unexpected(hole_error("phần đầu của khối", "the body of block", height.value + 1));
  return std::move(next->parent_qc);
}

}  // namespace

Result<FinalPoint> Ledger::final_point_at(Height height) const {
  const auto newest = final_point();
  if (height == newest->checkpoint.height) return *newest;
  if (height > newest->checkpoint.height || height.value == 0) return Unexpected(not_final_yet());
  const Height above{height.value + 1};
  const auto& store = *impl_->store;
  STELE_TRY(auto row, store.row(height));
  STELE_TRY(auto child, store.row(above));
  auto parsed = log::parse_checkpoint(row ? row->header : "");
  if (!parsed || !child) return Unexpected(hole_error("phần đầu của khối", "the header of block", height.value));
  FinalPoint out{std::move(*parsed), std::move(row->header), row->header_hash, std::move(child->header), {}, {}};
  STELE_TRY(out.child_qc, qc_of(store, above));
  const std::shared_lock lock(mutex_);
  out.changes = impl_->sets.changes_up_to(above);
  return out;
}

/// One answer in the making. Disk is read without the ledger's lock, which is held only to hash paths in memory.
class EvidenceCollector {
 public:
  EvidenceCollector(const Ledger::Impl& m, FairSharedMutex& mutex) : m_(m), mutex_(mutex), view_(m.view()) {
    // Above the final block a branch may have been given up since: the child that made it so is the one that counts.
    const auto& f = *view_.final;
    if (f.checkpoint.height.value == 0) return;
    auto child = log::parse_checkpoint(f.child_text);
    STELE_ASSERT(child.has_value());
    links_.emplace(child->height, Link{*child, f.child_text, log::hash_of(f.child_text)});
  }

  Result<verdict::Evidence> collect(std::span<const RecordId> ids) {
    if (ids.size() > verdict::records_max) return Unexpected(too_large());
    for (const auto& id : ids) {
      STELE_TRY(const auto index, index_of(id));
      STELE_CHECK(asked(index));
    }
    add_status_checkpoint();
    prove_status();
    add_changes();
    auto out = builder_.finish();
    if (out.headers.size() > verdict::headers_max || out.qcs.size() > verdict::qcs_max ||
        out.inclusions.size() > verdict::inclusions_max || out.statuses.size() > verdict::statuses_max ||
        out.changes.size() > verdict::changes_max)
      return Unexpected(too_large());
    return out;
  }

 private:
  Result<RecordIndex> index_of(const RecordId& id) const {
    const std::shared_lock lock(mutex_);
    const auto* info = m_.chain.state().find(id);
    if (info == nullptr) return Unexpected(not_on_ledger());
    return info->index;
  }

  [[nodiscard]] bool is_final(RecordIndex index) const { return index.value < view_.final->checkpoint.size; }

  /// A record that was asked for, and what it names.
  Result<void> asked(RecordIndex index) {
    STELE_TRY(const auto record, fact(index));
    if (const auto* a = std::get_if<record::Amend>(&record.body)) {
      STELE_TRY(const auto target, index_of(a->target));
      STELE_TRY(const auto sheet, fact(target));
      STELE_CHECK(seconds_of(sheet.id));
    }
    if (const auto* c = std::get_if<record::StatusChange>(&record.body)) STELE_CHECK(named(c->targets));
    if (const auto* s = std::get_if<record::SecondSignature>(&record.body)) STELE_CHECK(named(s->targets));
    // Whether another key was registered or other grants for the same one shows in what it replaces.
    if (const auto* k = std::get_if<record::Key>(&record.body); k != nullptr && k->replaces)
      STELE_CHECK(named(std::span(&*k->replaces, 1)));
    return seconds_of(record.id);
  }

  /// What a record speaks of: its text, with inclusion and status under the newest checkpoint.
  Result<void> named(std::span<const RecordId> ids) {
    for (const auto& id : ids) {
      STELE_TRY(const auto index, index_of(id));
      STELE_TRY(auto jws, read(index));
      STELE_CHECK(add_record(index, std::move(jws)));
      shown_.insert(index);
    }
    return {};
  }

  Result<void> seconds_of(const RecordId& id) {
    std::vector<RecordIndex> seconds;
    {
      const std::shared_lock lock(mutex_);
      const auto list = m_.authority.seconds(id);
      seconds.assign(list.begin(), list.end());
    }
    for (const auto index : seconds) {
      if (is_final(index)) STELE_CHECK(fact(index));
    }
    return {};
  }

  /// Inclusion and authority of one record, and its place among those whose status is shown.
  Result<record::Record> fact(RecordIndex index) {
    if (!is_final(index)) return Unexpected(not_final_yet());
    STELE_TRY(auto jws, read(index));
    auto record = record::decode(jws);
    if (!record) return Unexpected(unreadable_record(index, record.error()));
    if (!done_.insert(index).second) return std::move(*record);
    shown_.insert(index);
    STELE_TRY(const auto height, m_.store->height_of(index));
    if (!height || height->value == 0) return Unexpected(hole_error("bản ghi", "record", index.value));
    STELE_TRY(const Link* parent, link({height->value - 1}));
    STELE_TRY(const Link* block, link(*height));
    STELE_CHECK(certified_child({height->value + 1}));
    STELE_CHECK(add_record(index, std::move(jws)));
    STELE_TRY(const auto orgs, orgs_of_targets(*record));
    const auto authorities = prove(index, *record, orgs, *parent, *block);
    for (const auto a : authorities) {
      STELE_TRY(auto text, read(a));
      STELE_CHECK(add_record(a, std::move(text)));
    }
    return std::move(*record);
  }

  /// A second signature is given above, beside or in the organisations of what it is for.
  Result<std::set<std::string>> orgs_of_targets(const record::Record& r) const {
    std::set<std::string> out;
    const auto* second = std::get_if<record::SecondSignature>(&r.body);
    for (std::size_t i = 0; second != nullptr && i < second->targets.size(); ++i) {
      STELE_TRY(const auto index, index_of(second->targets[i]));
      STELE_TRY(const auto jws, read(index));
      const auto target = record::decode(jws);
      if (!target) return Unexpected(unreadable_record(index, target.error()));
      if (const auto org = registry::subject_of(*target).org) out.insert(*org);
    }
    return out;
  }

  /// Paths of the record under its block and of its authorities under the parent. Gives the latter.
  std::vector<RecordIndex> prove(RecordIndex index, const record::Record& record, const std::set<std::string>& orgs,
                                 const Link& parent, const Link& block) {
    const std::shared_lock lock(mutex_);
    const auto& tree = m_.chain.tree();
    builder_.inclusion(index, block.hash, tree.inclusion_path(index.value, block.checkpoint.size));
    const auto out = authorities_of(record, orgs, parent.checkpoint.height);
    for (const auto a : out) add_status(a, parent);
    return out;
  }

  /// Inclusion and status under one header. The caller holds the lock.
  void add_status(RecordIndex index, const Link& under) {
    const auto& c = under.checkpoint;
    auto proof = m_.statuses.prove(m_.chain.state().status, index, c.height, c.size);
    builder_.inclusion(index, under.hash, m_.chain.tree().inclusion_path(index.value, c.size));
    builder_.status(index, under.hash, proof.leaf, std::move(proof.path));
  }

  /// Under the lock.
  [[nodiscard]] std::vector<RecordIndex> authorities_of(const record::Record& r, const std::set<std::string>& orgs,
                                                        Height parent) const {
    std::set<RecordIndex> out;
    const auto* signer = m_.authority.key(r.kid, parent);
    if (signer == nullptr) return {};  // a genesis root
    out.insert(signer->index);
    add_orgs(signer->under, parent, out);
    if (const auto* o = std::get_if<record::Org>(&r.body))
      add_orgs(o->parent.value_or(""), parent, out);
    else if (const auto* org = record::org_of(r))
      add_orgs(*org, parent, out);
    for (const auto& org : orgs) add_orgs(org, parent, out);
    if (const auto* policy = m_.authority.policy(parent)) out.insert(policy->index);
    return {out.begin(), out.end()};
  }

  void add_orgs(std::string org, Height height, std::set<RecordIndex>& out) const {
    for (int depth = 0; depth < registry::org_depth_max && !org.empty(); ++depth) {
      const auto* found = m_.authority.org(org, height);
      if (found == nullptr) return;
      out.insert(found->index);
      org = found->under;
    }
  }

  void add_status_checkpoint() {
    const auto& f = *view_.final;
    builder_.header(f.text);
    if (f.checkpoint.height.value == 0) return;
    builder_.header(f.child_text);
    builder_.qc(log::hash_of(f.child_text), f.child_qc);
  }

  void prove_status() {
    const auto& f = *view_.final;
    const Link under{f.checkpoint, f.text, f.hash};
    const std::shared_lock lock(mutex_);
    for (const auto index : shown_) add_status(index, under);
  }

  /// How the set of the genesis became those that sign the headers of the bag.
  void add_changes() {
    if (!view_.final->changes) return;
    for (const auto& c : *view_.final->changes) {
      if (!c.base.empty()) builder_.header(c.base);
      const auto hash = log::hash_of(c.text);
      builder_.header(c.text);
      builder_.qc(hash, c.qc);
      builder_.change(hash, c.change);
    }
  }

  Result<std::string> read(RecordIndex index) const {
    STELE_TRY(auto jws, m_.store->record(index));
    if (!jws) return Unexpected(hole_error("bản ghi", "record", index.value));
    return std::move(*jws);
  }

  Result<void> add_record(RecordIndex index, std::string jws) {
    if (added_.insert(index).second && added_.size() > verdict::records_max) return Unexpected(too_large());
    builder_.record(std::move(jws), index);
    return {};
  }

  /// A header, which goes into the bag.
  Result<const Link*> link(Height height) {
    if (const auto it = links_.find(height); it != links_.end()) {
      builder_.header(it->second.text);
      return static_cast<const Link*>(&it->second);
    }
    Link out;
    if (height.value == 0) {
      out = genesis_link(m_.genesis);
    } else {
      STELE_TRY(auto row, m_.store->row(height));
      auto checkpoint = row ? log::parse_checkpoint(row->header) : reject(RejectionCode::bad_form);
      if (!checkpoint) return Unexpected(hole_error("phần đầu của khối", "the header of block", height.value));
      out = {std::move(*checkpoint), std::move(row->header), row->header_hash};
    }
    builder_.header(out.text);
    return static_cast<const Link*>(&links_.emplace(height, std::move(out)).first->second);
  }

  /// The header and its QC: its parent is proven final.
  Result<void> certified_child(Height height) {
    STELE_TRY(const Link* child, link(height));
    const auto& f = *view_.final;
    STELE_ASSERT(height.value <= f.checkpoint.height.value + 1);
    if (height.value == f.checkpoint.height.value + 1) {
      builder_.qc(child->hash, f.child_qc);
      return {};
    }
    STELE_TRY(auto qc, qc_of(*m_.store, height));
    builder_.qc(child->hash, std::move(qc));
    return {};
  }

  const Ledger::Impl& m_;
  FairSharedMutex& mutex_;
  const View view_;
  verdict::EvidenceBuilder builder_;
  std::map<Height, Link> links_;
  std::set<RecordIndex> done_, shown_, added_;
};

Result<verdict::Evidence> Ledger::evidence(std::span<const RecordId> ids) const {
  return EvidenceCollector(*impl_, mutex_).collect(ids);
}

}  // namespace stele::store
