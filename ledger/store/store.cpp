#include "ledger/store/store.h"

#include <fmt/format.h>

#include "ledger/store/store_error.h"

namespace stele::store {

Error hole_error(std::string_view what_vi, std::string_view what_en, std::uint64_t number) {
  return make_error(
      "store_hole",
      fmt::format("Kho dữ liệu bị thiếu {} {}. Hãy chạy `stele-node fsck` rồi tải phần thiếu từ nút khác.", what_vi,
                  number),
      fmt::format("The store lacks {} {}. Run `stele-node fsck`, then fetch what is missing from another node.",
                  what_en, number));
}

Error read_too_large_error(std::uint64_t count) {
  return make_error(
      "store_read_too_large",
      fmt::format("Yêu cầu đọc {} bản ghi một lần; tối đa là {}. Hãy chia nhỏ yêu cầu.", count, records_per_read_max),
      fmt::format("{} records were asked for at once; the limit is {}. Ask for fewer.", count, records_per_read_max));
}

Result<std::optional<std::string>> Store::header(Height height) const {
  STELE_TRY(auto info, row(height));
  if (!info) return std::optional<std::string>();
  return std::optional(std::move(info->header));
}

Result<std::optional<BlockRow>> Store::block(Height height) const {
  STELE_TRY(auto info, row(height));
  if (!info) return std::optional<BlockRow>();
  STELE_TRY(auto block_meta, meta(height));
  if (!block_meta) return Unexpected(hole_error("phần đầu của khối", "the body of block", height.value));
  STELE_TRY(auto block_records, records(info->first, info->count));
  BlockRow out;
  out.height = height;
  out.header_hash = info->header_hash;
  out.header = std::move(info->header);
  out.meta = std::move(*block_meta);
  out.first = info->first;
  out.records = std::move(block_records);
  return std::optional(std::move(out));
}

Result<void> replay(const Store& store, Height from, const std::function<Result<Walk>(const BlockRow&)>& visit) {
  const auto tip = store.tip();
  if (!tip) return {};
  for (Height h{from.value == 0 ? 1 : from.value}; h <= tip->height; ++h.value) {
    STELE_TRY(const auto block, store.block(h));
    if (!block) return Unexpected(hole_error("khối", "block", h.value));
    STELE_TRY(const Walk step, visit(*block));
    if (step == Walk::enough) break;
  }
  return {};
}

}  // namespace stele::store
