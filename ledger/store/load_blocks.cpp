#include "ledger/store/load_blocks.h"

#include "ledger/store/parallel.h"
#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

Result<LoadedBlock> load(const Store& store, const BlockInfo& info) {
  LoadedBlock out;
  out.info = info;
  STELE_TRY(const auto meta, store.meta(info.height));
  if (!meta) return Unexpected(hole_error("phần đầu của khối", "the body of block", info.height.value));
  STELE_TRY(auto records, store.records(info.first, info.count));
  auto block = log::decode_meta(*meta, std::move(records));
  if (block)
    out.block = std::move(*block);
  else
    out.bad_meta = std::move(block).error();
  return out;
}

void decode_all(std::vector<LoadedBlock>& blocks) {
  struct Slot {
    LoadedBlock* block;
    std::size_t position;
    std::optional<Rejection> bad;
  };
  std::vector<Slot> slots;
  for (auto& b : blocks) {
    b.decoded.resize(b.block.records.size());
    for (std::size_t i = 0; i < b.decoded.size(); ++i) slots.push_back({&b, i, {}});
  }
  for_each_parallel(slots.size(), [&](std::size_t i) {
    auto& s = slots[i];
    auto r = record::decode(s.block->block.records[s.position]);
    if (r)
      s.block->decoded[s.position] = std::move(*r);
    else
      s.bad = std::move(r).error();
  });
  for (auto& s : slots) {
    if (s.bad) s.block->bad.push_back({s.position, std::move(*s.bad)});
  }
  for (auto& b : blocks) {
    if (!b.bad.empty()) b.decoded.clear();
  }
}

}  // namespace

Result<std::vector<LoadedBlock>> load_blocks(const Store& store, Height from) {
  std::vector<LoadedBlock> out;
  const auto tip = store.tip();
  std::size_t records = 0, bytes = 0;
  for (Height h = from; tip && h <= tip->height && out.size() < load_blocks_max; ++h.value) {
    auto info = store.row(h);
    if (!info && out.empty()) return Unexpected(std::move(info).error());
    if (info && !*info && out.empty()) return Unexpected(hole_error("khối", "block", h.value));
    if (!info || !*info) break;  // the next call says so
    if (!out.empty() && records + (*info)->count > load_records_max) break;
    auto block = load(store, **info);
    if (!block && out.empty()) return Unexpected(std::move(block).error());
    if (!block) break;
    for (const auto& r : block->block.records) bytes += r.size();
    records += block->block.records.size();
    out.push_back(std::move(*block));
    if (bytes >= load_bytes_max) break;
  }
  decode_all(out);
  return out;
}

std::vector<BadRecord> check_signatures(std::span<const SignatureCheck> checks) {
  std::vector<std::optional<Rejection>> bad(checks.size());
  for_each_parallel(checks.size(), [&](std::size_t i) {
    if (auto ok = record::check_signature(*checks[i].record, checks[i].key); !ok) bad[i] = std::move(ok).error();
  });
  std::vector<BadRecord> out;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    if (bad[i]) out.push_back({i, std::move(*bad[i])});
  }
  return out;
}

}  // namespace stele::store
