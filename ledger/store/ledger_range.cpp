// Blocks for those who copy the ledger.
#include <algorithm>

#include "ledger/store/ledger_impl.h"
#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

struct Encoded {
  Bytes bytes, parent_qc;
};

/// `bytes`: about what it will have.
Result<Encoded> encoded_block(const Store& store, Height height, std::size_t bytes) {
  STELE_TRY(const auto info, store.row(height));
  if (!info) return Unexpected(hole_error("khối", "block", height.value));
  STELE_TRY(const auto meta, store.meta(height));
  auto rest = meta ? log::decode_meta(*meta, {}) : reject(RejectionCode::block_bad_encoding);
  if (!rest) return Unexpected(hole_error("phần đầu của khối", "the body of block", height.value));
  log::BlockJoin join(*meta, static_cast<std::uint32_t>(info->count), bytes);
  std::uint64_t done = 0;
  const auto add = [&](RecordIndex index, Height, std::string_view jws) -> Result<Walk> {
    if (index.value != info->first.value + done) return Walk::enough;
    join.add(jws);
    return ++done == info->count ? Walk::enough : Walk::more;
  };
  if (info->count > 0) STELE_CHECK(store.for_each_record(info->first, add));
  if (done != info->count) return Unexpected(hole_error("bản ghi", "record", info->first.value + done));
  return Encoded{std::move(join).finish(), std::move(rest->parent_qc)};
}

}  // namespace

Result<Ledger::Range> Ledger::range(Height from, std::size_t bytes_max) const {
  const auto view = impl_->view();
  bytes_max = std::min(bytes_max, range_bytes_max);
  Range out;
  Height next{std::max<std::uint64_t>(from.value, 1)};
  for (std::size_t bytes = 0; next <= view.certified; ++next.value) {
    STELE_TRY(auto block, encoded_block(*impl_->store, next, out.blocks.empty() ? 0 : out.blocks.back().size()));
    bytes += block.bytes.size();
    if (!out.blocks.empty() && bytes > bytes_max) {
      out.qc_of_last = std::move(block.parent_qc);
      return out;
    }
    out.blocks.push_back(std::move(block.bytes));
  }
  if (!out.blocks.empty()) out.qc_of_last = view.certified_qc;
  return out;
}

}  // namespace stele::store
