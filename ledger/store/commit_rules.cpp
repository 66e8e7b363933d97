#include "ledger/store/commit_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ledger/store/store_error.h"

namespace stele::store {
namespace {

Error too_many_records(const BlockRow& row) {
  return make_error("store_row_malformed", fmt::format("Không thể lưu khối {}: quá nhiều bản ghi.", row.height.value),
                    fmt::format("Block {} can't be stored: it has too many records.", row.height.value));
}

Result<void> check_form(const BlockRow& row) {
  if (row.records.size() > records_per_block_max) return Unexpected(too_many_records(row));
  return {};
}

Result<void> check_continues(const BlockRow& row, Height expected, std::uint64_t records) {
  if (row.height == expected && row.first.value == records && records + row.records.size() <= log_records_max)
    return {};
  return Unexpected(make_error(
      "store_not_next",
      fmt::format("Khối {} (bản ghi đầu {}) không nối tiếp kho: cần khối {} với bản ghi đầu {}. Hãy tải các khối còn "
                  "thiếu theo thứ tự.",
                  row.height.value, row.first.value, expected.value, records),
      fmt::format("Block {} (first record {}) does not continue the store, which needs block {} with first record {}. "
                  "Fetch the blocks between, in order.",
                  row.height.value, row.first.value, expected.value, records)));
}

Error conflict(const BlockRow& row) {
  return make_error(
      "store_conflict",
      fmt::format("Ở độ cao {} kho đã có một khối khác. Kho không bao giờ ghi đè: hãy giữ lại cả hai và báo cho người "
                  "vận hành mạng.",
                  row.height.value),
      fmt::format("Another block is stored at height {}. Nothing is ever overwritten: keep both and tell the operators "
                  "of the network.",
                  row.height.value));
}

enum class Stored : std::uint8_t { whole, in_part, otherwise };

Stored worse(Stored a, Stored b) {
  return std::max(a, b);
}

template <class Found, class Wanted>
Stored compare(const std::optional<Found>& found, const Wanted& wanted) {
  if (!found) return Stored::in_part;
  return *found == wanted ? Stored::whole : Stored::otherwise;
}

// A row that is missing as a whole must at least fit between its neighbours.
Result<Stored> compare_place(const Store& store, const BlockRow& row) {
  const std::uint64_t end = row.first.value + row.records.size();
  STELE_TRY(const auto before, store.row({row.height.value - 1}));
  if (before && before->first.value + before->count != row.first.value) return Stored::otherwise;
  STELE_TRY(const auto after, store.row({row.height.value + 1}));
  if (after && after->first.value != end) return Stored::otherwise;
  return Stored::whole;
}

Result<Stored> compare_with_stored(const Store& store, const BlockRow& row) {
  const BlockInfo wanted{row.height, row.header_hash, row.header, row.first, row.records.size()};
  STELE_TRY(const auto info, store.row(row.height));
  STELE_TRY(const auto meta, store.meta(row.height));
  STELE_TRY(const Stored place, compare_place(store, row));
  Stored worst = worse(place, worse(compare(info, wanted), compare(meta, row.meta)));
  for (std::size_t i = 0; i < row.records.size(); ++i) {
    STELE_TRY(const auto jws, store.record({row.first.value + i}));
    worst = worse(worst, compare(jws, row.records[i]));
  }
  return worst;
}

Result<void> check_size(std::span<const BlockRow> rows) {
  const auto bytes = bytes_of(rows);
  if (bytes <= commit_bytes_max) return {};
  return Unexpected(make_error(
      "store_commit_too_large",
      fmt::format("Một lần ghi có {} byte; tối đa là {}. Hãy ghi ít khối hơn mỗi lần.", bytes, commit_bytes_max),
      fmt::format("One commit has {} bytes; the limit is {}. Commit fewer blocks at a time.", bytes,
                  commit_bytes_max)));
}

}  // namespace

std::uint64_t bytes_of(std::span<const BlockRow> rows) {
  // What the keys and the framing add to each block and record, rounded up.
  constexpr std::uint64_t per_block = 128;
  constexpr std::uint64_t per_record = 96;
  std::uint64_t sum = 0;
  for (const auto& row : rows) {
    sum += per_block + row.header.size() + row.meta.size();
    for (const auto& jws : row.records) sum += per_record + jws.size();
  }
  return sum;
}

Result<std::vector<const BlockRow*>> rows_to_write(const Store& store, std::span<const BlockRow> rows) {
  STELE_CHECK(check_size(rows));
  std::vector<const BlockRow*> out;
  if (rows.empty()) return out;
  const auto tip = store.tip();
  const Tip last = tip.value_or(Tip{});
  // Old rows may begin anywhere from block 1 on; new ones only behind the tip. Within the call each follows the last.
  const bool begins_in_store = rows.front().height.value >= 1 && rows.front().height <= last.height;
  Height expected = begins_in_store ? rows.front().height : Height{last.height.value + 1};
  std::uint64_t records = begins_in_store ? rows.front().first.value : last.records;
  for (const auto& row : rows) {
    STELE_CHECK(check_form(row));
    if (row.height.value == last.height.value + 1) records = last.records;
    STELE_CHECK(check_continues(row, expected, records));
    const bool is_new = row.height > last.height;
    STELE_TRY(const Stored stored, is_new ? Result(Stored::in_part) : compare_with_stored(store, row));
    if (stored == Stored::otherwise) return Unexpected(conflict(row));
    if (stored == Stored::in_part) out.push_back(&row);
    ++expected.value;
    records += row.records.size();
  }
  return out;
}

Result<std::optional<Tip>> tip_at(const Store& store, Height keep, std::span<const BlockRow> rows) {
  STELE_CHECK(check_size(rows));
  std::optional<Tip> out;
  if (keep.value > 0) {
    STELE_TRY(const auto info, store.row(keep));
    if (!info) return Unexpected(hole_error("khối", "block", keep.value));
    out = Tip{keep, info->header_hash, info->first.value + info->count};
  }
  Height expected{keep.value + 1};
  std::uint64_t records = out.value_or(Tip{}).records;
  for (const auto& row : rows) {
    STELE_CHECK(check_form(row));
    STELE_CHECK(check_continues(row, expected, records));
    ++expected.value;
    records += row.records.size();
  }
  return out;
}

}  // namespace stele::store
