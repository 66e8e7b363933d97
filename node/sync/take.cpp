#include "node/sync/take.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>

namespace stele::sync {
namespace {

Unexpected<TakeError> lie(Height height, const Rejection& why, std::optional<std::size_t> record = std::nullopt) {
  const auto text = to_error(why);
  const auto vi = record ? fmt::format(", bản ghi {}", *record + 1) : std::string();
  const auto en = record ? fmt::format(", record {}", *record + 1) : std::string();
  return Unexpected(TakeError{
      make_error("source_lies",
                 fmt::format("Nút nguồn gửi khối {}{} không hợp lệ: {} Không lưu gì của khối này. Hãy theo một nút "
                             "khác và báo cho Sở.",
                             height.value, vi, text.vi),
                 fmt::format("The source served block {}{} that does not verify: {} Nothing of it was stored. Follow "
                             "another node and tell the department.",
                             height.value, en, text.en)),
      {},
      {}});
}
Unexpected<TakeError> failed(Error why) {
  return Unexpected(TakeError{{}, std::move(why), {}});
}
Unexpected<TakeError> refused(Height height, store::Ledger::AppendError why) {
  if (why.failed) return failed(std::move(*why.failed));
  return lie(height, why.rejected->why, why.rejected->record);
}

/// Each block but the last is certified by its child's parent_qc, the last by the batch's.
Result<std::vector<log::QuorumCertificate>, TakeError> certificates(const Batch& batch) {
  std::vector<log::QuorumCertificate> out;
  for (std::size_t i = 0; i + 1 < batch.blocks.size(); ++i) {
    const auto& child = batch.blocks[i + 1];
    auto qc = log::decode_qc(child.parent_qc);
    if (!qc) return lie(batch.blocks[i].height, qc.error());
    if (qc->header != child.parent) return lie(batch.blocks[i].height, {RejectionCode::block_wrong_parent, {}});
    out.push_back(std::move(*qc));
  }
  out.push_back(batch.qc);
  return out;
}

std::optional<HeaderHash> hash_at(const store::Ledger& ledger, Height height) {
  const auto row = ledger.store().row(height);
  return row && *row ? std::optional((*row)->header_hash) : std::nullopt;
}

Taken passed_over() {
  Taken out;
  out.passed_over = true;
  return out;
}

Result<Taken, TakeError> take_branch(store::Ledger& ledger, Batch batch, std::size_t first, Height keep) {
  const auto& tail = ledger.tail();
  const auto& head = tail.back();
  const auto& certified = ledger.head_qc() || tail.size() < 2 ? head : tail[tail.size() - 2];
  const auto place = [](const auto& b) { return log::Place{b.epoch, b.height, {}}; };
  const auto& last = batch.blocks.back();
  // By certificates alone: an epoch's first block that nobody certified yet is no reason to keep a lower one. Else
  // those who stored it and those who hold the certificate could wait for each other for ever.
  if (!log::lower(place(certified.header), place(last))) return passed_over();
  const auto point = ledger.final_point();
  const auto final_height = point->checkpoint.height;
  const auto below = keep == final_height ? std::optional(point->hash) : hash_at(ledger, keep);
  const bool fits = batch.blocks[first].parent == below;
  if (keep < final_height || (keep == final_height && !fits))
    return lie(Height{keep.value + 1}, {RejectionCode::block_wrong_parent, "final"});
  if (!fits) {  // it begins further below; to take it in replays the ledger, so that comes after
    Taken out;
    out.ask_from = Height{final_height.value + 1};
    return out;
  }
  std::vector<log::Block> blocks(std::make_move_iterator(batch.blocks.begin() + static_cast<std::ptrdiff_t>(first)),
                                 std::make_move_iterator(batch.blocks.end()));
  auto replaced = ledger.replace_tail(keep, std::move(blocks), batch.qc);
  if (!replaced) return refused(Height{keep.value + 1}, std::move(replaced).error());
  Taken out;
  out.blocks = std::move(*replaced);
  out.given_up_above = keep;
  return out;
}

/// The last block of the batch is the head.
Result<void, TakeError> certify(store::Ledger& ledger, const log::QuorumCertificate& qc) {
  const auto& chain = ledger.chain();
  if (auto ok = log::check_qc(qc, chain.head_hash(), *chain.signers()); !ok)
    return lie(chain.head().height, ok.error());
  if (auto ok = ledger.certify(qc); !ok) return failed(std::move(ok).error());
  return {};
}

Result<void, TakeError> check_certificate(const rules::Chain& chain, const log::Block& block,
                                          const log::QuorumCertificate& qc) {
  const auto signers = chain.signers_of(block);
  auto ok = signers ? log::check_qc(qc, qc.header, *signers) : reject(RejectionCode::block_wrong_epoch, "recovery");
  if (!ok) return lie(block.height, ok.error());
  return {};
}

constexpr std::size_t prepared_records_max = 20'000;  ///< of a batch that waits: some 2 KB of memory each
constexpr std::size_t prepared_blocks_max = 4'096;
constexpr std::size_t prepared_at_once = 2;  ///< all cores have work while a block before these waits for the disk

/// What can be found out of the next blocks of a batch, while one before them is judged and stored.
class Preparing {
 public:
  Preparing(const store::Ledger& ledger, Batch& batch, std::size_t first)
      : ledger_(ledger), batch_(batch), next_(first) {}
  void go_on() {
    for (; ahead_.size() < prepared_at_once && next_ < batch_.blocks.size(); ++next_) {
      ahead_.push_back(std::async(next_ < batch_.ready.size() ? std::launch::deferred : std::launch::async,
                                  [this, i = next_] { return at(i); }));
    }
  }
  store::Prepared take() {
    auto out = ahead_.front().get();
    ahead_.pop_front();
    return out;
  }

 private:
  store::Prepared at(std::size_t i) {
    return i < batch_.ready.size() ? std::move(batch_.ready[i]) : ledger_.prepare(batch_.blocks[i]);
  }

  const store::Ledger& ledger_;
  Batch& batch_;
  std::size_t next_;
  std::deque<std::future<store::Prepared>> ahead_;
};

/// Appends what was stored to `out`.
Result<void, TakeError> store_accepted(store::Ledger& ledger, std::vector<rules::Applied>& out) {
  auto stored = ledger.store_accepted();
  if (!stored) return failed(std::move(stored).error());
  out.insert(out.end(), std::make_move_iterator(stored->begin()), std::make_move_iterator(stored->end()));
  return {};
}

/// From the block `first` on. While one is judged, the next ones are decoded and their signatures checked; many are
/// stored at once.
Result<void, TakeError> append(store::Ledger& ledger, Batch& batch, std::vector<log::QuorumCertificate>& qcs,
                               std::size_t first, const std::function<bool(Height)>& go_on,
                               std::vector<rules::Applied>& out) {
  // Before more work is done for who sends garbage. By other rules it may be none: that is found out below.
  if (first < batch.blocks.size() && ledger.chain().next_rules())
    STELE_CHECK(check_certificate(ledger.chain(), batch.blocks[first], qcs[first]));
  Preparing preparing(ledger, batch, first);
  preparing.go_on();
  for (std::size_t i = first; i < batch.blocks.size(); ++i) {
    auto prepared = preparing.take();
    const Height height = batch.blocks[i].height;
    preparing.go_on();
    if (auto known = ledger.chain().next_rules(); !known) {
      STELE_CHECK(store_accepted(ledger, out));
      return failed(to_error(known.error()));
    }
    auto accepted = ledger.accept(std::move(batch.blocks[i]), std::move(prepared), std::move(qcs[i]));
    if (!accepted) {
      if (!accepted.error().failed) STELE_CHECK(store_accepted(ledger, out));
      return refused(height, std::move(accepted).error());
    }
    if (ledger.accepted_enough()) STELE_CHECK(store_accepted(ledger, out));
    if (go_on && !go_on(height)) break;
  }
  return store_accepted(ledger, out);
}

}  // namespace

bool prepare_one(const store::Ledger& ledger, Batch& batch) {
  const auto done = batch.ready.size();
  if (done == batch.blocks.size() || done >= prepared_blocks_max || batch.ready_records >= prepared_records_max)
    return false;
  const auto& next = batch.blocks[done];
  batch.ready.push_back(ledger.prepare(next));
  batch.ready_records += next.records.size();
  return true;
}

Result<Taken, TakeError> take(store::Ledger& ledger, Batch batch, const std::function<bool(Height)>& go_on) {
  STELE_TRY(auto qcs, certificates(batch));
  Taken out;
  const auto& chain = ledger.chain();
  std::size_t first = 0;  // that is not here yet
  for (; first < batch.blocks.size() && batch.blocks[first].height <= chain.head().height; ++first) {
    const auto height = batch.blocks[first].height;
    if (hash_at(ledger, height) != qcs[first].header)
      return take_branch(ledger, std::move(batch), first, Height{height.value - 1});
    if (height < chain.head().height) continue;
    if (first + 1 == batch.blocks.size()) STELE_CHECK(certify(ledger, batch.qc));
    if (go_on && !go_on(height)) return out;
  }
  const auto& front = batch.blocks.front();
  const auto due = chain.head().height.value + 1;
  if (front.height.value > due || (front.height.value == due && front.parent != chain.head_hash())) {
    // Of another branch that begins further below, but not below what is final here; or ours changed meanwhile.
    const auto final_height = ledger.final_point()->checkpoint.height;
    if (front.height.value == due && final_height >= chain.head().height)
      return lie(front.height, {RejectionCode::block_wrong_parent, {}});
    out.ask_from = Height{final_height.value + 1};
    return out;
  }
  if (auto ok = append(ledger, batch, qcs, first, go_on, out.blocks); !ok) {
    auto why = std::move(ok).error();
    why.blocks = std::move(out.blocks);
    return Unexpected(std::move(why));
  }
  return out;
}

}  // namespace stele::sync
