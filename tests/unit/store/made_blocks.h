// Blocks whose every byte follows from their height, so that any of them can be checked without a copy.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/base/hash.h"
#include "ledger/store/head_file.h"
#include "ledger/store/store.h"

namespace stele::store::test {

inline std::string made_jws(std::uint64_t index, std::size_t size = 40) {
  std::string out = "jws-" + std::to_string(index) + ".";
  while (out.size() < size) out += static_cast<char>('a' + (index * 7 + out.size() * 13) % 26);
  return out;
}

inline HeaderHash hash_of(std::string_view header) {
  return *HeaderHash::from(sha256(as_bytes(header)).view());
}

inline BlockRow made_block(std::uint64_t height, std::uint64_t first, std::size_t count, std::size_t jws_size = 40) {
  BlockRow out;
  out.height = {height};
  out.header = "checkpoint of height " + std::to_string(height) + "\n";
  out.header_hash = hash_of(out.header);
  out.meta.assign(50 + height % 7, static_cast<std::uint8_t>(height));
  out.first = {first};
  for (std::size_t i = 0; i < count; ++i) out.records.push_back(made_jws(first + i, jws_size));
  return out;
}

/// Of the blocks of a crash: three of twenty are large, and committed together.
inline bool is_large(std::uint64_t height) {
  return height % 20 >= 17;
}
inline std::size_t records_of(std::uint64_t height) {
  return is_large(height) ? 1500 : height % 50;
}
inline bool goes_with_the_next(std::uint64_t height) {
  return is_large(height) && is_large(height + 1);
}

/// Heights from 1, with these numbers of records.
inline std::vector<BlockRow> made_chain(std::initializer_list<std::size_t> counts) {
  std::vector<BlockRow> out;
  std::uint64_t first = 0;
  for (const std::size_t count : counts) {
    out.push_back(made_block(out.size() + 1, first, count));
    first += count;
  }
  return out;
}

inline Head head_of(const BlockRow& row) {
  return {row.height, row.header_hash, Bytes(300, static_cast<std::uint8_t>(row.height.value))};
}

/// A folder of this test's own, gone when it ends.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "stele-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

}  // namespace stele::store::test
