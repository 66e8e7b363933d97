// What a store on disk would look like after damage: keys taken out or changed behind the store's back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace stele::store::test {

/// The store must be closed.
class Surgery {
 public:
  explicit Surgery(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void remove(const std::string& table, std::uint64_t key) const;
  void remove_setting(const std::string& key) const;
  void remove_odd_records(std::uint64_t end) const;
  void put(const std::string& table, std::uint64_t key, const std::string& value) const;
  void put_setting(const std::string& key, const std::string& value) const;
  [[nodiscard]] std::string get(const std::string& table, std::uint64_t key) const;

 private:
  std::filesystem::path folder_;
};

[[nodiscard]] std::string big_endian(std::uint64_t);

}  // namespace stele::store::test
