#include "tests/unit/vault/vault_surgery.h"

#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <stdexcept>

#include "ledger/base/encoding.h"
#include "ledger/log/wire.h"
#include "ledger/record/json.h"
#include "node/vault/wrapping.h"

namespace stele::test {
namespace {

rocksdb::Slice slice(ByteView b) {
  const auto text = as_text(b);
  return {text.data(), text.size()};
}

void must(const rocksdb::Status& s) {
  if (!s.ok()) throw std::runtime_error(s.ToString());
}

void with_db(const std::filesystem::path& folder, const std::function<void(rocksdb::DB&)>& f) {
  rocksdb::DB* raw = nullptr;
  must(rocksdb::DB::Open({}, folder.string(), &raw));
  const std::unique_ptr<rocksdb::DB> db(raw);
  f(*db);
}

Bytes place(char kind, const RecordId& id) {
  log::Writer w;
  w.u8(static_cast<std::uint8_t>(kind));
  w.raw(id.view());
  return std::move(w).take();
}

vault::WrappingKeys keys(const std::filesystem::path& folder) {
  auto out = vault::WrappingKeys::open(folder, "unused");
  if (!out) throw std::runtime_error(out.error().en);
  return std::move(*out);
}

}  // namespace

Bytes VaultSurgery::row(const RecordId& sheet, std::uint32_t n) {
  log::Writer w;
  w.raw(place('R', sheet));
  w.u32(n);
  return std::move(w).take();
}
Bytes VaultSurgery::digests(const RecordId& sheet) {
  return place('S', sheet);
}
Bytes VaultSurgery::credential(const RecordId& id) {
  return place('C', id);
}
Bytes VaultSurgery::person(const RecordId& id) {
  return place('P', id);
}

Bytes VaultSurgery::waiting(const RecordId& id) {
  return place('W', id);
}

Bytes VaultSurgery::get(ByteView at) const {
  std::string out;
  with_db(folder_, [&](rocksdb::DB& db) { must(db.Get({}, slice(at), &out)); });
  return {out.begin(), out.end()};
}
void VaultSurgery::put(ByteView at, ByteView value) const {
  with_db(folder_, [&](rocksdb::DB& db) { must(db.Put({}, slice(at), slice(value))); });
}
void VaultSurgery::remove(ByteView at) const {
  with_db(folder_, [&](rocksdb::DB& db) { must(db.Delete({}, slice(at))); });
}
std::size_t VaultSurgery::lines_of_access_log() const {
  std::size_t out = 0;
  with_db(folder_, [&](rocksdb::DB& db) {
    const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}));
    for (it->Seek("A"); it->Valid() && it->key().starts_with("A"); it->Next()) ++out;
  });
  return out;
}
Bytes VaultSurgery::open(ByteView at) const {
  auto plain = vault::open_object(keys(wrapping_keys_), at, get(at));
  if (!plain) throw std::runtime_error(plain.error().en);
  return std::move(*plain);
}
void VaultSurgery::seal(ByteView at, ByteView plain) const {
  put(at, vault::seal_object(keys(wrapping_keys_), at, plain));
}

void VaultSurgery::change_mark(const RecordId& sheet, std::uint32_t n, const std::string& mark) const {
  const auto at = row(sheet, n);
  const auto plain = open(at);
  constexpr std::size_t text_max = 1U << 20U;
  log::Reader r(plain);
  const std::string result(as_text(r.bytes32(text_max)));
  const std::string detail(as_text(r.bytes32(text_max)));
  if (!r.done()) throw std::runtime_error("not a row");
  seal(at, two_texts(with_member(result, "mark", mark), detail));
}

std::string with_member(std::string_view disclosure, std::string_view member, const std::string& value) {
  const auto bytes = unbase64url(disclosure);
  if (!bytes) throw std::runtime_error("not base64url");
  const auto tree = json::parse(as_text(*bytes), {.bytes_max = 1U << 20U, .nodes_max = 1000});
  if (!tree || tree->items().size() != 3) throw std::runtime_error("not a disclosure");
  auto object = tree->items()[2];
  object.set(member, value);
  return base64url(as_bytes(json::write(json::Value::array({tree->items()[0], tree->items()[1], object}))));
}

Bytes two_texts(std::string_view a, std::string_view b) {
  log::Writer w;
  w.bytes32(as_bytes(a));
  w.bytes32(as_bytes(b));
  return std::move(w).take();
}

}  // namespace stele::test
