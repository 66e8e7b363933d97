#include "ledger/store/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/store/ledger_impl.h"
#include "ledger/store/load_blocks.h"
#include "ledger/store/parallel.h"
#include "ledger/store/tail_check.h"

namespace stele::store {
namespace {

using Signatures = rules::Chain::Signatures;
using BlockRejection = rules::Chain::BlockRejection;
using AppendError = Ledger::AppendError;

Error damaged(std::string_view vi, std::string_view en) {
  return make_error(
      "ledger_damaged",
      fmt::format("Sổ cái bị hỏng: {}. Chưa phục vụ gì. Hãy chạy `stele-node fsck` để biết rõ chỗ hỏng, "
                  "rồi tải lại các khối từ nút khác.",
                  vi),
      fmt::format("The ledger is damaged: {}. Nothing is served. Run `stele-node fsck` to see where, then "
                  "fetch the blocks from another node.",
                  en));
}

Error damaged(const Error& cause) {
  return damaged(cause.vi, cause.en);
}

Error damaged_block(Height height, std::string_view vi, std::string_view en) {
  return damaged(fmt::format("khối {} {}", height.value, vi), fmt::format("block {} {}", height.value, en));
}

Error damaged_block(Height height, const Rejection& why, std::optional<std::size_t> record) {
  const auto at = record ? fmt::format(" ({} {})", "record", *record + 1) : std::string();
  const auto text = to_error(why);
  return damaged(fmt::format("khối {}{}: {}", height.value, at, text.vi),
                 fmt::format("block {}{}: {}", height.value, at, text.en));
}

Error failed_before() {
  return make_error("ledger_failed",
                    "Một lần ghi trước đã lỗi, chưa rõ kết quả. Hãy khởi động lại nút để kiểm tra phần cuối sổ cái.",
                    "An earlier write failed and its outcome is unknown. Restart the node, so that the end of the "
                    "ledger is checked.");
}

Unexpected<AppendError> rejected(BlockRejection why) {
  return Unexpected(AppendError{std::move(why), std::nullopt});
}
Unexpected<AppendError> failed(Error why) {
  return Unexpected(AppendError{std::nullopt, std::move(why)});
}

/// A head file that names a block is believed; a store that disagrees with it is not.
Result<void> check_tail_state(const Store& store, const std::optional<Head>& head, std::uint64_t uncertified_max) {
  auto state = check_tail(store, head);
  if (!state) return Unexpected(damaged(state.error()));
  const auto tip = store.tip();
  switch (*state) {
    case TailState::empty:
    case TailState::equal:
      return {};
    case TailState::head_behind: {
      const std::uint64_t at = head ? head->height.value : 0;
      if (tip->height.value - at <= uncertified_max) return {};
      return Unexpected(
          damaged(fmt::format("tệp đầu chuỗi dừng ở khối {}, kho có đến khối {}", at, tip->height.value),
                  fmt::format("the head file ends at block {}, the store has blocks up to {}", at, tip->height.value)));
    }
    case TailState::head_ahead:
      return Unexpected(
          damaged(fmt::format("kho mất các khối cuối, đáng lẽ có đến khối {}", head->height.value),
                  fmt::format("the store lost its last blocks, which should go up to {}", head->height.value)));
    case TailState::different_block:
      break;
  }
  return Unexpected(
      damaged_block(head->height, "khác với khối mà tệp đầu chuỗi ghi", "is not the one in the head file"));
}

/// Copies of the keys that these records must verify with, in the state before the block. Those that were good with
/// that very key are left out.
Result<std::vector<SignatureCheck>, BlockRejection> checks_of(const rules::Chain& chain,
                                                              std::span<const record::Record> records,
                                                              std::span<const std::optional<VerifyKey>> good_with) {
  std::vector<SignatureCheck> out;
  out.reserve(good_with.empty() ? records.size() : 0);
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto key = chain.signer_key(records[i].kid);
    if (!key) return Unexpected(BlockRejection{std::move(key).error(), i});
    const bool good = !good_with.empty() && good_with[i] && good_with[i]->coordinates() == (*key)->coordinates();
    if (!good) out.push_back({&records[i], **key, i});
  }
  return out;
}

Result<void, BlockRejection> check_all(const rules::Chain& chain, std::span<const record::Record> records,
                                       std::span<const std::optional<VerifyKey>> good_with = {}) {
  STELE_TRY(const auto checks, checks_of(chain, records, good_with));
  auto bad = check_signatures(checks);
  if (!bad.empty())
    return Unexpected(BlockRejection{std::move(bad.front().why), checks[bad.front().position].position});
  return {};
}

Result<std::vector<record::Record>, BlockRejection> decode_records(const std::vector<std::string>& records) {
  std::vector<record::Record> out(records.size());
  std::vector<std::optional<Rejection>> bad(records.size());
  for_each_parallel(records.size(), [&](std::size_t i) {
    auto r = record::decode(records[i]);
    if (r)
      out[i] = std::move(*r);
    else
      bad[i] = std::move(r).error();
  });
  for (std::size_t i = 0; i < bad.size(); ++i) {
    if (bad[i]) return Unexpected(BlockRejection{std::move(*bad[i]), i});
  }
  return out;
}

}  // namespace

Link genesis_link(const record::Genesis& g) {
  Link out;
  out.checkpoint = log::genesis_checkpoint(g);
  out.text = log::to_text(out.checkpoint);
  out.hash = log::hash_of(out.text);
  return out;
}

void Ledger::Impl::publish(const Link& parent_link, const Link& head_link, const Bytes& head_link_qc) {
  sets.certify(head_link.checkpoint.height, head_link_qc);
  const bool is_final =
      head_link.checkpoint.height.value == 0 || parent_link.checkpoint.epoch == head_link.checkpoint.epoch;
  std::shared_ptr<FinalPoint> point;
  if (is_final) {
    point = std::make_shared<FinalPoint>();
    point->checkpoint = parent_link.checkpoint;
    point->text = parent_link.text;
    point->hash = parent_link.hash;
    if (parent_link.checkpoint.height.value > 0) {
      point->child_text = head_link.text;
      point->child_qc = head_link_qc;
      point->changes = sets.changes_up_to(head_link.checkpoint.height);
    }
  }
  if (is_final) cut_tail(parent_link.checkpoint.height);
  const std::lock_guard lock(view_mutex_);
  if (point) view_.final = std::move(point);
  view_.certified = head_link.checkpoint.height;
  view_.certified_qc = head_link_qc;
}

void Ledger::Impl::cut_tail(Height final_height) {
  const auto below = [&](const rules::Applied& a) { return a.header.height < final_height; };
  tail.erase(tail.begin(), std::find_if_not(tail.begin(), tail.end(), below));
}

void Ledger::Impl::take_view(const Impl& other) {
  auto taken = other.view();
  {
    const std::lock_guard lock(view_mutex_);
    if (view_.final->checkpoint.height > taken.final->checkpoint.height) taken.final = view_.final;
    view_ = taken;
  }
  cut_tail(taken.final->checkpoint.height);
}

void Ledger::Impl::extend_tail(const rules::Applied& a) {
  tail.push_back(a);
  tail.back().ids.clear();
  tail.back().changed.clear();
}

Ledger::Ledger() = default;
Ledger::~Ledger() = default;

/// One stored block, applied again.
Result<void> Ledger::replay_block(const BlockInfo& info, const log::Block& block, std::vector<record::Record> decoded) {
  auto& m = *impl_;
  if (block.height != info.height)
    return Unexpected(damaged_block(info.height, "nằm sai chỗ", "stands in the wrong place"));
  auto parent_qc = block.parent_qc;
  const auto notes = AuthorityHistory::notes_of(decoded);
  auto applied = m.chain.apply(block, Signatures::trusted, std::move(decoded));
  if (!applied) return Unexpected(damaged_block(info.height, applied.error().why, applied.error().record));
  if (applied->header_text != info.header || applied->header_hash != info.header_hash || applied->first != info.first)
    return Unexpected(damaged_block(info.height, "có phần đầu không khớp các bản ghi",
                                    "has a header that does not follow from its records"));
  m.statuses.note(info.height, applied->first, applied->changed);
  m.authority.note(*applied, notes, m.chain.state());
  m.sets.note(*applied, m.head.text);
  if (info.height.value > 1) m.publish(m.parent, m.head, parent_qc);
  m.extend_tail(*applied);
  m.parent = std::move(m.head);
  m.head = {applied->header, std::move(applied->header_text), applied->header_hash};
  return {};
}

Result<void> Ledger::replay(const Store& store, Height to, const LedgerOptions& options) {
  auto& m = *impl_;
  for (Height from{1}; from <= to;) {
    auto blocks = load_blocks(store, from);
    if (!blocks) return Unexpected(damaged(blocks.error()));
    for (auto& b : *blocks) {
      if (b.info.height > to) return {};
      if (auto known = m.chain.next_rules(); !known) return Unexpected(to_error(known.error()));
      if (b.bad_meta) return Unexpected(damaged_block(b.info.height, *b.bad_meta, std::nullopt));
      if (!b.bad.empty()) return Unexpected(damaged_block(b.info.height, b.bad.front().why, b.bad.front().position));
      if (options.verify_signatures) {
        if (auto ok = check_all(m.chain, b.decoded); !ok)
          return Unexpected(damaged_block(b.info.height, ok.error().why, ok.error().record));
      }
      STELE_CHECK(replay_block(b.info, b.block, std::move(b.decoded)));
    }
    from = Height{blocks->back().info.height.value + 1};
    if (options.progress) options.progress(from.value - 1, to.value);
  }
  return {};
}

Result<std::unique_ptr<Ledger>> Ledger::open(const record::Genesis& genesis, std::unique_ptr<Store> store,
                                             const std::filesystem::path& head_file, const LedgerOptions& options) {
  STELE_TRY(auto keeper, HeadFile::open(head_file));
  return open(genesis, std::move(store), std::move(keeper), options);
}

Result<std::unique_ptr<Ledger>> Ledger::open(const record::Genesis& genesis, std::unique_ptr<Store> store,
                                             std::unique_ptr<HeadKeeper> keeper, const LedgerOptions& options) {
  std::unique_ptr<Ledger> out(new Ledger());
  out->impl_ = std::make_unique<Impl>(genesis);
  auto& m = *out->impl_;
  m.store = std::move(store);
  m.head_file = std::move(keeper);
  const auto& head = m.head_file->head();
  STELE_CHECK(check_tail_state(*m.store, head, options.uncertified_max));
  m.publish(m.head, m.head, {});
  STELE_CHECK(out->replay(*m.store, m.store->tip().value_or(Tip{}).height, options));
  if (!head || head->height.value == 0 || head->height != m.head.checkpoint.height) return out;
  auto qc = log::decode_qc(head->qc);
  if (!qc) return Unexpected(damaged_block(head->height, qc.error(), std::nullopt));
  if (auto ok = log::check_qc(*qc, m.head.hash, *m.chain.signers()); !ok)
    return Unexpected(damaged_block(head->height, ok.error(), std::nullopt));
  m.head_qc = std::move(*qc);
  m.publish(m.parent, m.head, head->qc);
  return out;
}

const rules::Chain& Ledger::chain() const {
  return impl_->chain;
}
const std::vector<rules::Applied>& Ledger::tail() const {
  return impl_->tail;
}
const std::optional<log::QuorumCertificate>& Ledger::head_qc() const {
  return impl_->head_qc;
}
std::vector<registry::OrdererState> Ledger::orderers() const {
  return with_chain([](const rules::Chain& c) { return c.state().orderers; });
}

std::shared_ptr<const FinalPoint> Ledger::final_point() const {
  return impl_->view().final;
}
const record::Genesis& Ledger::genesis() const {
  return impl_->genesis;
}
const Store& Ledger::store() const {
  return *impl_->store;
}

Result<void, Ledger::AppendError> Ledger::certify_from(const log::Block& block) {
  auto& m = *impl_;
  if (m.head_qc || m.head.checkpoint.height.value == 0 || block.parent != m.head.hash) return {};
  auto qc = log::decode_qc(block.parent_qc);
  if (!qc) return rejected({std::move(qc).error(), std::nullopt});
  if (auto ok = log::check_qc(*qc, m.head.hash, *m.chain.signers()); !ok)
    return rejected({std::move(ok).error(), std::nullopt});
  if (auto ok = keep_certificate(std::move(*qc)); !ok) return failed(std::move(ok).error());
  return {};
}

struct Ledger::Validated {
  rules::Applied applied;
  BlockRow row;
};

Prepared Ledger::decoded(const log::Block& block) {
  Prepared out;
  out.of_ = block.signature;
  auto records = decode_records(block.records);
  if (records)
    out.decoded_ = std::move(*records);
  else
    out.bad_ = std::move(records).error();
  return out;
}

Prepared Ledger::prepare(const log::Block& block) const {
  auto out = decoded(block);
  out.good_with_.resize(out.decoded_.size());
  with_chain([&](const rules::Chain& chain) {
    for (std::size_t i = 0; i < out.decoded_.size(); ++i) {
      if (const auto key = chain.signer_key(out.decoded_[i].kid)) out.good_with_[i] = **key;
    }
  });
  for_each_parallel(out.decoded_.size(), [&](std::size_t i) {
    auto& key = out.good_with_[i];
    if (key && !record::check_signature(out.decoded_[i], *key)) key.reset();
  });
  return out;
}

/// Judges and applies; nothing is stored.
Result<Ledger::Validated, AppendError> Ledger::validate(log::Block block, Prepared p, Signatures signatures) {
  auto& m = *impl_;
  STELE_ASSERT(p.of_ == block.signature);
  // First: what is looked at below is read by rules that are not the block's.
  if (auto known = m.chain.next_rules(); !known) return failed(to_error(known.error()));
  if (p.bad_) return rejected(std::move(*p.bad_));
  if (signatures == Signatures::check) {
    if (auto ok = check_all(m.chain, p.decoded_, p.good_with_); !ok) return rejected(std::move(ok).error());
  }
  auto applied = move_on(p.decoded_, [&] { return m.chain.apply(block, Signatures::trusted, std::move(p.decoded_)); });
  if (!applied) return rejected(std::move(applied).error());
  return validated(std::move(block), std::move(*applied));
}

Ledger::Validated Ledger::validated(log::Block block, rules::Applied applied) {
  Validated out;
  out.row.height = applied.header.height;
  out.row.header_hash = applied.header_hash;
  out.row.header = applied.header_text;
  out.row.meta = log::encode_meta(block);
  out.row.first = applied.first;
  out.row.records = std::move(block.records);
  out.applied = std::move(applied);
  return out;
}

Result<rules::Applied, AppendError> Ledger::append(log::Block block, Signatures signatures) {
  auto& m = *impl_;
  if (m.failed) return failed(failed_before());
  STELE_ASSERT(m.accepted.empty());
  STELE_CHECK(certify_from(block));
  auto found = decoded(block);
  STELE_TRY(auto made, validate(std::move(block), std::move(found), signatures));
  return keep(std::move(made));
}

Result<void, AppendError> Ledger::accept(log::Block block, Prepared p, log::QuorumCertificate qc) {
  auto& m = *impl_;
  if (m.failed) return failed(failed_before());
  STELE_CHECK(certify_from(block));
  const auto signers = m.chain.signers_of(block);
  auto good = signers ? log::check_qc(qc, qc.header, *signers) : reject(RejectionCode::block_wrong_epoch, "recovery");
  if (!good) return rejected({std::move(good).error(), std::nullopt});
  STELE_TRY(auto made, validate(std::move(block), std::move(p), Signatures::check));
  const bool certified = made.applied.header_hash == qc.header;
  for (const auto& jws : made.row.records) m.accepted_bytes += jws.size();
  advance(made.applied);
  std::optional<log::QuorumCertificate> own;
  if (certified) own = std::move(qc);
  m.head_qc = own;
  m.accepted.push_back({std::move(made.applied), std::move(made.row), std::move(own), m.parent, m.head});
  if (!certified) return rejected({{RejectionCode::block_bad_qc, "header"}, std::nullopt});
  return {};
}

bool Ledger::accepted_enough() const {
  return impl_->accepted.size() >= accepted_max || impl_->accepted_bytes >= accepted_bytes_max;
}

Result<std::vector<rules::Applied>> Ledger::store_accepted() {
  auto& m = *impl_;
  if (m.failed) return Unexpected(failed_before());
  std::vector<rules::Applied> out;
  if (m.accepted.empty()) return out;
  auto accepted = std::exchange(m.accepted, {});
  m.accepted_bytes = 0;
  std::vector<BlockRow> rows;
  rows.reserve(accepted.size());
  for (auto& a : accepted) rows.push_back(std::move(a.row));
  if (auto stored = m.store->commit(rows); !stored) return fail(), Unexpected(std::move(stored).error());
  tell_stored();
  const auto last = std::find_if(accepted.rbegin(), accepted.rend(), [](const auto& a) { return a.qc.has_value(); });
  if (last != accepted.rend()) {
    auto written = m.head_file->write({last->head.checkpoint.height, last->head.hash, log::encode(*last->qc)});
    if (!written) return fail(), Unexpected(std::move(written).error());
  }
  const std::unique_lock lock(mutex_);  // a set may begin
  for (auto& a : accepted) {
    m.extend_tail(a.applied);
    if (a.qc) m.publish(a.parent, a.head, log::encode(*a.qc));
    out.push_back(std::move(a.applied));
  }
  return out;
}

Result<rules::Applied, AppendError> Ledger::append(rules::Chain::Draft draft) {
  auto& m = *impl_;
  if (m.failed) return failed(failed_before());
  STELE_ASSERT(m.accepted.empty());
  STELE_CHECK(certify_from(draft.block()));
  if (auto known = m.chain.next_rules(); !known) return failed(to_error(known.error()));
  auto applied = move_on(draft.records(), [&] { return m.chain.apply(draft); });
  if (!applied) return rejected(std::move(applied).error());
  return keep(validated(std::move(draft).take_block(), std::move(*applied)));
}

/// Readers wait while the chain moves; what is remembered beside it moves with it.
template <class Apply>
Result<rules::Applied, BlockRejection> Ledger::move_on(std::span<const record::Record> records, Apply apply) {
  auto& m = *impl_;
  const auto notes = AuthorityHistory::notes_of(records);
  const std::unique_lock lock(mutex_);
  auto out = apply();
  if (out) {
    m.statuses.note(out->header.height, out->first, out->changed);
    m.authority.note(*out, notes, m.chain.state());
    m.sets.note(*out, m.head.text);
  }
  return out;
}

/// Stores the block that the chain has moved on by, synced.
Result<rules::Applied, AppendError> Ledger::keep(Validated made) {
  auto& m = *impl_;
  auto& applied = made.applied;
  if (auto stored = m.store->commit(std::span(&made.row, 1)); !stored) {
    fail();
    return failed(std::move(stored).error());
  }
  tell_stored();
  m.extend_tail(applied);
  advance(applied);
  return std::move(applied);
}

/// The chain has moved on by this block.
void Ledger::advance(const rules::Applied& a) {
  auto& m = *impl_;
  m.parent = std::move(m.head);
  m.head = {a.header, a.header_text, a.header_hash};
  m.head_qc.reset();
}

/// What the chain has moved on by may never be stored: nobody waits for it.
void Ledger::fail() {
  impl_->failed = true;
  tell_stored();
}

void Ledger::tell_stored() {
  { const std::lock_guard lock(stored_mutex_); }  // who has looked and does not wait yet would miss it
  stored_.notify_all();
}

bool Ledger::wait_until_stored(RecordIndex index, std::chrono::milliseconds limit) const {
  const auto there = [&] { return store().tip().value_or(Tip{}).records > index.value; };
  if (there()) return true;
  std::unique_lock lock(stored_mutex_);
  stored_.wait_for(lock, limit, [&] { return impl_->failed || there(); });
  return there();
}

Result<std::vector<rules::Applied>, AppendError> Ledger::replace_tail(Height keep, std::vector<log::Block> blocks,
                                                                      const std::optional<log::QuorumCertificate>& qc) {
  auto& m = *impl_;
  if (m.failed) return failed(failed_before());
  STELE_ASSERT(keep < m.head.checkpoint.height && keep >= final_point()->checkpoint.height);
  // The child of `keep` that is given up carries the certificate that the head file goes back to.
  Bytes keep_qc;
  if (keep.value > 0) {
    const auto meta = m.store->meta({keep.value + 1});
    if (!meta) return failed(meta.error());
    const auto child = log::decode_meta(meta->value_or(Bytes{}), {});
    STELE_ASSERT(child.has_value());
    keep_qc = child->parent_qc;
  }
  Ledger other;
  other.impl_ = std::make_unique<Impl>(m.genesis);
  auto& o = *other.impl_;
  o.publish(o.head, o.head, {});
  if (auto ok = other.replay(*m.store, keep, {}); !ok) return failed(std::move(ok).error());
  std::vector<BlockRow> rows;
  std::vector<rules::Applied> out;
  o.head_qc.reset();
  if (keep.value > 0) {
    o.head_qc = *log::decode_qc(keep_qc);  // the child that carries it was valid
    o.publish(o.parent, o.head, keep_qc);
  }
  for (auto& block : blocks) {
    const auto carried = block.parent_qc;
    auto found = decoded(block);
    STELE_TRY(auto made, other.validate(std::move(block), std::move(found), Signatures::check));
    if (!carried.empty()) o.publish(o.parent, o.head, carried);
    o.extend_tail(made.applied);
    o.parent = std::move(o.head);
    o.head = {made.applied.header, made.applied.header_text, made.applied.header_hash};
    o.head_qc.reset();
    rows.push_back(std::move(made.row));
    out.push_back(std::move(made.applied));
  }
  if (qc) {
    if (auto ok = log::check_qc(*qc, o.head.hash, *o.chain.signers()); !ok)
      return rejected({std::move(ok).error(), std::nullopt});
  }
  // The head file first: what stands above it may be given up, whichever branch a crash leaves there.
  const auto& written = m.head_file->head();
  if (written && written->height > keep) {
    Head back{keep, {}, keep_qc};
    if (keep.value > 0) {
      const auto info = m.store->row(keep);
      if (!info || !*info) return failed(info ? damaged_block(keep, "không có", "is missing") : info.error());
      back.header_hash = (*info)->header_hash;
    }
    if (auto ok = m.head_file->write(back); !ok) {
      fail();
      return failed(std::move(ok).error());
    }
  }
  if (auto stored = m.store->replace_tail(keep, rows); !stored) {
    fail();
    return failed(std::move(stored).error());
  }
  tell_stored();
  {
    const std::unique_lock lock(mutex_);
    m.chain = std::move(o.chain);
    m.statuses = std::move(o.statuses);
    m.authority = std::move(o.authority);
    m.sets = std::move(o.sets);
  }
  m.head = std::move(o.head);
  m.parent = std::move(o.parent);
  m.tail = std::move(o.tail);
  m.head_qc = std::move(o.head_qc);
  m.take_view(o);
  if (qc && m.head.checkpoint.height.value > 0) {
    if (auto ok = certify(*qc); !ok) return failed(std::move(ok).error());
  }
  return out;
}

Result<void> Ledger::certify(const log::QuorumCertificate& qc) {
  auto& m = *impl_;
  STELE_ASSERT(m.head.checkpoint.height.value > 0);
  if (m.failed) return Unexpected(failed_before());
  if (auto ok = log::check_qc(qc, m.head.hash, *m.chain.signers()); !ok) return Unexpected(to_error(ok.error()));
  if (m.head_qc) return {};
  return keep_certificate(qc);
}

/// Of the head, and checked.
Result<void> Ledger::keep_certificate(log::QuorumCertificate qc) {
  auto& m = *impl_;
  const auto bytes = log::encode(qc);
  if (auto written = m.head_file->write({m.head.checkpoint.height, m.head.hash, bytes}); !written) {
    fail();
    return Unexpected(std::move(written).error());
  }
  m.head_qc = std::move(qc);
  std::unique_lock lock(mutex_, std::defer_lock);
  if (m.sets.begins_at(m.head.checkpoint.height)) lock.lock();
  m.publish(m.parent, m.head, bytes);
  return {};
}

std::optional<log::Signers> Ledger::signers_at(Height height) const {
  const std::shared_lock lock(mutex_);
  const auto* found = impl_->sets.at(height);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<log::Status> Ledger::final_status(const RecordId& id) const {
  return status_at(id, final_point()->checkpoint.height);
}

std::optional<log::Status> Ledger::status_at(const RecordId& id, Height height) const {
  const auto final_now = final_point();
  const auto& m = *impl_;
  std::optional<RecordIndex> index;
  {
    const std::shared_lock lock(mutex_);
    if (const auto* info = m.chain.state().find(id)) index = info->index;
  }
  if (!index || height > final_now->checkpoint.height || *index >= RecordIndex{final_now->checkpoint.size})
    return std::nullopt;
  if (height < final_now->checkpoint.height) {
    const auto entered = m.store->height_of(*index);
    if (!entered || !*entered || height < **entered) return std::nullopt;
  }
  const std::shared_lock lock(mutex_);
  return m.statuses.at(*index, height);
}

}  // namespace stele::store
