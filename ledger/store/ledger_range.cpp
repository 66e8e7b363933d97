// Blocks for those who copy the ledger.
#include <algorithm>

#include "ledger/store/ledger_impl.h"
#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

Result<log::Block> stored_block(const Store& store, Height height) {
  STELE_TRY(auto row, store.block(height));
  if (!row) return Unexpected(hole_error("khối", "block", height.value));
  auto block = log::decode_meta(row->meta, std::move(row->records));
  if (!block) return Unexpected(hole_error("phần đầu của khối", "the body of block", height.value));
  return std::move(*block);
}

}  // namespace

Result<Ledger::Range> Ledger::range(Height from, std::size_t bytes_max) const {
  const auto view = impl_->view();
  bytes_max = std::min(bytes_max, range_bytes_max);
  Range out;
  Height next{std::max<std::uint64_t>(from.value, 1)};
  for (std::size_t bytes = 0; next <= view.certified; ++next.value) {
    STELE_TRY(const auto block, stored_block(*impl_->store, next));
    auto encoded = log::encode(block);
    bytes += encoded.size();
    if (!out.blocks.empty() && bytes > bytes_max) {
      out.qc_of_last = block.parent_qc;
      return out;
    }
    out.blocks.push_back(std::move(encoded));
  }
  if (!out.blocks.empty()) out.qc_of_last = view.certified_qc;
  return out;
}

}  // namespace stele::store
