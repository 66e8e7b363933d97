#include "ledger/store/ledger.h"

#include <fmt/format.h>

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

/// An orderer signed two blocks for this height, and this is the one that the validators did not take.
Error not_certified(Height height) {
  return make_error(
      "block_not_certified",
      fmt::format("Khối {} nhận được không phải khối mà các nút xác nhận đã ký; không lưu gì. Hãy báo cho "
                  "Sở, theo một nút khác và khởi động lại.",
                  height.value),
      fmt::format("Block {} as received is not the one that the validators signed; nothing of it was "
                  "stored. Tell the department, follow another node and restart.",
                  height.value));
}

Unexpected<AppendError> rejected(BlockRejection why) {
  return Unexpected(AppendError{std::move(why), std::nullopt});
}
Unexpected<AppendError> failed(Error why) {
  return Unexpected(AppendError{std::nullopt, std::move(why)});
}

/// A head file that names a block is believed; a store that disagrees with it is not.
Result<void> check_tail_state(const Store& store, const std::optional<Head>& head) {
  auto state = check_tail(store, head);
  if (!state) return Unexpected(damaged(state.error()));
  const auto tip = store.tip();
  switch (*state) {
    case TailState::empty:
    case TailState::equal:
      return {};
    case TailState::head_behind: {
      const std::uint64_t at = head ? head->height.value : 0;
      if (tip->height.value - at == 1) return {};
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

/// Copies of the keys that these records must verify with, in the state before the block.
Result<std::vector<SignatureCheck>, BlockRejection> checks_of(const rules::Chain& chain,
                                                              std::span<const record::Record> records) {
  std::vector<SignatureCheck> out;
  out.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto key = chain.signer_key(records[i].kid);
    if (!key) return Unexpected(BlockRejection{std::move(key).error(), i});
    out.push_back({&records[i], **key});
  }
  return out;
}

Result<void, BlockRejection> check_all(const rules::Chain& chain, std::span<const record::Record> records) {
  STELE_TRY(const auto checks, checks_of(chain, records));
  auto bad = check_signatures(checks);
  if (!bad.empty()) return Unexpected(BlockRejection{std::move(bad.front().why), bad.front().position});
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

void Ledger::Impl::publish(const Link& final_link, const Link& child, const Bytes& child_qc) {
  auto point = std::make_shared<FinalPoint>();
  point->checkpoint = final_link.checkpoint;
  point->text = final_link.text;
  point->hash = final_link.hash;
  if (final_link.checkpoint.height.value > 0) {
    point->child_text = child.text;
    point->child_qc = child_qc;
  }
  const std::lock_guard lock(view_mutex_);
  view_ = {std::move(point), child.checkpoint.height, child_qc};
}

Ledger::Ledger() = default;
Ledger::~Ledger() = default;

/// One stored block, applied again.
Result<void> Ledger::replay_block(const BlockInfo& info, log::Block block, std::vector<record::Record> decoded) {
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
  if (info.height.value > 1) m.publish(m.parent, m.head, parent_qc);
  m.parent = std::move(m.head);
  m.head = {applied->header, std::move(applied->header_text), applied->header_hash};
  return {};
}

Result<void> Ledger::replay_all(const LedgerOptions& options) {
  auto& m = *impl_;
  const auto tip = m.store->tip();
  const std::uint64_t total = tip ? tip->height.value : 0;
  for (Height from{1}; from.value <= total;) {
    auto blocks = load_blocks(*m.store, from);
    if (!blocks) return Unexpected(damaged(blocks.error()));
    for (auto& b : *blocks) {
      if (b.bad_meta) return Unexpected(damaged_block(b.info.height, *b.bad_meta, std::nullopt));
      if (!b.bad.empty()) return Unexpected(damaged_block(b.info.height, b.bad.front().why, b.bad.front().position));
      if (options.verify_signatures) {
        if (auto ok = check_all(m.chain, b.decoded); !ok)
          return Unexpected(damaged_block(b.info.height, ok.error().why, ok.error().record));
      }
      STELE_CHECK(replay_block(b.info, std::move(b.block), std::move(b.decoded)));
    }
    from = Height{blocks->back().info.height.value + 1};
    if (options.progress) options.progress(from.value - 1, total);
  }
  return {};
}

Result<std::unique_ptr<Ledger>> Ledger::open(const record::Genesis& genesis, std::unique_ptr<Store> store,
                                             const std::filesystem::path& head_file, LedgerOptions options) {
  std::unique_ptr<Ledger> out(new Ledger());
  out->impl_ = std::make_unique<Impl>(genesis);
  auto& m = *out->impl_;
  m.store = std::move(store);
  STELE_TRY(m.head_file, HeadFile::open(head_file));
  const auto& head = m.head_file->head();
  STELE_CHECK(check_tail_state(*m.store, head));
  m.publish(m.head, m.head, {});
  STELE_CHECK(out->replay_all(options));
  if (!head || head->height != m.head.checkpoint.height) return out;
  auto qc = log::decode_qc(head->qc);
  if (!qc) return Unexpected(damaged_block(head->height, qc.error(), std::nullopt));
  if (auto ok = log::check_qc(*qc, m.head.hash, m.chain.validators()); !ok)
    return Unexpected(damaged_block(head->height, ok.error(), std::nullopt));
  m.head_qc = std::move(*qc);
  m.publish(m.parent, m.head, head->qc);
  return out;
}

const rules::Chain& Ledger::chain() const {
  return impl_->chain;
}
const std::optional<log::QuorumCertificate>& Ledger::head_qc() const {
  return impl_->head_qc;
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
  if (auto ok = log::check_qc(*qc, m.head.hash, m.chain.validators()); !ok)
    return rejected({std::move(ok).error(), std::nullopt});
  if (auto ok = certify(*qc); !ok) return failed(std::move(ok).error());
  return {};
}

Result<rules::Applied, AppendError> Ledger::append(log::Block block, Signatures signatures,
                                                   std::vector<record::Record> decoded,
                                                   const std::optional<HeaderHash>& certified) {
  auto& m = *impl_;
  if (m.failed) return failed(failed_before());
  STELE_CHECK(certify_from(block));
  if (decoded.empty() && !block.records.empty()) {
    auto made = decode_records(block.records);
    if (!made) return rejected(std::move(made).error());
    decoded = std::move(*made);
  }
  if (signatures == Signatures::check) {
    if (auto ok = check_all(m.chain, decoded); !ok) return rejected(std::move(ok).error());
  }
  auto applied = move_on(decoded, [&] { return m.chain.apply(block, Signatures::trusted, std::move(decoded)); });
  if (!applied) return rejected(std::move(applied).error());
  if (certified && applied->header_hash != *certified) {
    m.failed = true;
    return failed(not_certified(applied->header.height));
  }
  return keep(std::move(block), std::move(*applied));
}

Result<rules::Applied, AppendError> Ledger::append(rules::Chain::Draft draft) {
  auto& m = *impl_;
  if (m.failed) return failed(failed_before());
  STELE_CHECK(certify_from(draft.block()));
  auto applied = move_on(draft.records(), [&] { return m.chain.apply(draft); });
  if (!applied) return rejected(std::move(applied).error());
  return keep(std::move(draft).take_block(), std::move(*applied));
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
  }
  return out;
}

/// Stores the block that the chain has moved on by, synced.
Result<rules::Applied, AppendError> Ledger::keep(log::Block block, rules::Applied applied) {
  auto& m = *impl_;
  BlockRow row;
  row.height = applied.header.height;
  row.header_hash = applied.header_hash;
  row.header = applied.header_text;
  row.meta = log::encode_meta(block);
  row.first = applied.first;
  row.records = std::move(block.records);
  row.ids = applied.ids;
  if (auto stored = m.store->commit(std::span(&row, 1)); !stored) {
    m.failed = true;
    return failed(std::move(stored).error());
  }
  m.parent = std::move(m.head);
  m.head = {applied.header, applied.header_text, applied.header_hash};
  m.head_qc.reset();
  return applied;
}

Result<void> Ledger::certify(const log::QuorumCertificate& qc) {
  auto& m = *impl_;
  STELE_ASSERT(m.head.checkpoint.height.value > 0);
  if (m.failed) return Unexpected(failed_before());
  if (auto ok = log::check_qc(qc, m.head.hash, m.chain.validators()); !ok) return Unexpected(to_error(ok.error()));
  if (m.head_qc) return {};
  const auto bytes = log::encode(qc);
  if (auto written = m.head_file->write({m.head.checkpoint.height, m.head.hash, bytes}); !written) {
    m.failed = true;
    return Unexpected(std::move(written).error());
  }
  m.head_qc = qc;
  m.publish(m.parent, m.head, bytes);
  return {};
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
