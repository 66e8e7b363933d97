#include "tests/unit/store/rocks_surgery.h"

#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace stele::store::test {
namespace {

void must(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

using Operation = std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>;

void with_table(const std::filesystem::path& folder, const std::string& table, const Operation& operation) {
  std::vector<std::string> names;
  must(rocksdb::DB::ListColumnFamilies({}, folder.string(), &names));
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.reserve(names.size());
  for (const auto& name : names) wanted.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  must(rocksdb::DB::Open({}, folder.string(), wanted, &handles, &raw));
  const std::unique_ptr<rocksdb::DB> db(raw);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == table) operation(*db, handles[i]);
  for (auto* handle : handles) must(db->DestroyColumnFamilyHandle(handle));
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions out;
  out.sync = true;
  return out;
}

}  // namespace

std::string big_endian(std::uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
  return out;
}

void Surgery::remove(const std::string& table, std::uint64_t key) const {
  with_table(folder_, table, [&](auto& db, auto* t) { must(db.Delete(synced(), t, big_endian(key))); });
}

void Surgery::remove_setting(const std::string& key) const {
  with_table(folder_, "default", [&](auto& db, auto* t) { must(db.Delete(synced(), t, key)); });
}

void Surgery::remove_odd_records(std::uint64_t end) const {
  with_table(folder_, "records", [&](auto& db, auto* t) {
    for (std::uint64_t i = 1; i < end; i += 2) must(db.Delete({}, t, big_endian(i)));
  });
}

void Surgery::put(const std::string& table, std::uint64_t key, const std::string& value) const {
  with_table(folder_, table, [&](auto& db, auto* t) { must(db.Put(synced(), t, big_endian(key), value)); });
}

void Surgery::put_setting(const std::string& key, const std::string& value) const {
  with_table(folder_, "default", [&](auto& db, auto* t) { must(db.Put(synced(), t, key, value)); });
}

std::string Surgery::get(const std::string& table, std::uint64_t key) const {
  std::string out;
  with_table(folder_, table, [&](auto& db, auto* t) { must(db.Get({}, t, big_endian(key), &out)); });
  return out;
}

}  // namespace stele::store::test
