#include "node/custody/items.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "ledger/log/wire.h"

namespace stele::custody {
namespace {

using log::Reader;
using log::Writer;

Error malformed(std::string_view what) {
  return make_error("items_malformed", fmt::format("Bản ghi gửi giữa các nút sai dạng ({}).", what),
                    fmt::format("Records between nodes are malformed ({}).", what));
}
Error too_many() {
  return make_error("items_too_many", fmt::format("Mỗi lần chỉ chuyển được tối đa {} bản ghi.", items_max),
                    fmt::format("At most {} records at once.", items_max));
}

/// Acks carry the leaf that they are for; it follows from the JWS, and is not sent.
bool read_acks(Reader& r, ordering::Item& item) {
  const auto count = r.u16();
  if (!r.ok() || count > item_acks_max) return false;
  const auto leaf = record::leaf_hash(item.jws);
  for (std::uint16_t i = 0; i < count; ++i) {
    log::Ack ack{leaf, r.u16(), r.fixed<Signature>()};
    if (!r.ok() || (i > 0 && ack.vault <= item.acks.back().vault)) return false;
    item.acks.push_back(ack);
  }
  return true;
}

/// One at the beginning of these bytes.
struct ReadItem {
  ordering::Item item;
  std::size_t bytes = 0;
  Digest digest;
};
std::optional<ReadItem> read_item(ByteView in) {
  Reader r(in);
  const auto jws = r.bytes32(record::jws_bytes_max_any);
  ReadItem out;
  out.item.jws = as_text(jws);
  if (!r.ok() || !read_acks(r, out.item)) return std::nullopt;
  out.bytes = 4 + jws.size() + 2 + out.item.acks.size() * (2 + Signature::size_bytes);
  out.digest = sha256(in.first(out.bytes));
  return out;
}

ByteView cut(const std::string& text) {
  return as_bytes(std::string_view(text).substr(0, fate_text_max));
}

}  // namespace

std::optional<RejectionCode> rejection_named(std::string_view name) {
  for (const auto code : {
#define X(known) RejectionCode::known,
           STELE_REJECTIONS(X)
#undef X
       }) {
    if (code_name(code) == name) return code;
  }
  return std::nullopt;
}

Bytes encode_item(const ordering::Item& item) {
  STELE_ASSERT(item.acks.size() <= item_acks_max);
  auto acks = item.acks;
  std::sort(acks.begin(), acks.end(), [](const log::Ack& a, const log::Ack& b) { return a.vault < b.vault; });
  Writer w;
  w.bytes32(as_bytes(item.jws));
  w.u16(static_cast<std::uint16_t>(acks.size()));
  for (const auto& a : acks) {
    w.u16(a.vault);
    w.raw(a.signature.view());
  }
  return std::move(w).take();
}

Bytes encode_items(std::span<const Bytes* const> items) {
  STELE_ASSERT(!items.empty() && items.size() <= items_max);
  std::size_t bytes = item_head_bytes;
  for (const auto* i : items) bytes += i->size();
  Writer w;
  w.reserve(bytes);
  w.raw(as_bytes("STLI"));
  w.u8(1);
  w.u32(static_cast<std::uint32_t>(items.size()));
  for (const auto* i : items) w.raw(*i);
  return std::move(w).take();
}

std::optional<ordering::Item> decode_item(ByteView in) {
  auto one = read_item(in);
  if (!one || one->bytes != in.size()) return std::nullopt;
  return std::move(one->item);
}

Result<std::vector<ReceivedItem>> decode_items(ByteView in) {
  if (in.size() > items_bytes_max) return Unexpected(malformed("length"));
  Reader r(in);
  r.expect("STLI");
  const bool known = r.u8() == 1;
  const auto count = r.u32();
  if (!r.ok() || !known || count == 0) return Unexpected(malformed("head"));
  if (count > items_max) return Unexpected(too_many());
  in = in.subspan(item_head_bytes);
  std::vector<ReceivedItem> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto item = read_item(in);
    if (!item) return Unexpected(malformed("item"));
    in = in.subspan(item->bytes);
    out.push_back({std::move(item->item), item->digest});
  }
  if (!in.empty()) return Unexpected(malformed("end"));
  return out;
}

Bytes encode(const Fates& f) {
  Writer w;
  w.raw(as_bytes("STLO"));
  w.u8(1);
  w.u8(f.leads ? 1 : 0);
  w.u32(static_cast<std::uint32_t>(f.fates.size()));
  for (const auto& x : f.fates) {
    w.u8(static_cast<std::uint8_t>(x.status));
    w.bytes16(cut(x.code));
    w.bytes16(cut(x.where));
  }
  w.u8(f.word ? 1 : 0);
  if (f.word) write(w, *f.word);
  return std::move(w).take();
}

Result<Fates> decode_fates(ByteView in, std::size_t items) {
  Reader r(in);
  r.expect("STLO");
  const bool known = r.u8() == 1;
  const auto leads = r.u8();
  const auto count = r.u32();
  if (!r.ok() || !known || leads > 1 || count != items) return Unexpected(malformed("answer"));
  Fates out;
  out.leads = leads == 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto status = r.u8();
    Fate f;
    f.code = as_text(r.bytes16(fate_text_max));
    f.where = as_text(r.bytes16(fate_text_max));
    if (!r.ok() || status > static_cast<std::uint8_t>(Fate::Status::heard)) return Unexpected(malformed("answer"));
    f.status = static_cast<Fate::Status>(status);
    const bool speaks = f.status == Fate::Status::refused || f.status == Fate::Status::failed;
    if (speaks ? f.code.empty() : !(f.code.empty() && f.where.empty())) return Unexpected(malformed("answer"));
    if (f.status == Fate::Status::refused && !rejection_named(f.code)) return Unexpected(malformed("answer"));
    out.fates.push_back(std::move(f));
  }
  const auto words = r.u8();
  if (words == 1) out.word = read_word(r);
  // What it has it must have signed for, and nothing else.
  const bool any = std::any_of(out.fates.begin(), out.fates.end(), has);
  if (words > 1 || any != out.word.has_value()) return Unexpected(malformed("word"));
  if (!r.done()) return Unexpected(malformed("answer"));
  return out;
}

}  // namespace stele::custody
