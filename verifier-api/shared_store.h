// Ciphertext behind the links of QR codes, by handle, until it expires (wire-format.md section 11a). The key never
// comes here. Nothing else is kept: neither who put it nor who fetched it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace rocksdb {
class DB;
}

namespace stele::verifier {

using Handle = FixedBytes<struct HandleTag, 16>;

inline constexpr std::size_t shared_bytes_max = 262'144, shared_bytes_min = 33;
inline constexpr std::uint64_t shared_days_max = 90, shared_days_default = 30;

struct SharedOptions {
  std::filesystem::path folder;
  std::uint64_t bytes_max = std::uint64_t{1} << 30U;  ///< of all together
  std::uint64_t free_space_floor_bytes = std::uint64_t{256} << 20U;
};

/// Any thread.
class SharedStore {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SharedStore>> open(const SharedOptions&);
  ~SharedStore();
  SharedStore(const SharedStore&) = delete;
  SharedStore& operator=(const SharedStore&) = delete;

  struct Kept {
    UnixSeconds expires;
    bool fresh = false;  ///< false: these bytes were there already, and keep their expiry
  };
  /// MUST NOT return before it is synced. `shared_form`, `shared_exists` (other bytes under this handle),
  /// `shared_full`; `store_…` of the disk: the outcome is unknown, and repeating is harmless.
  [[nodiscard]] Result<Kept> put(const Handle&, std::string_view blob, UnixSeconds now, std::uint64_t days);
  /// None: never there, or expired.
  [[nodiscard]] Result<std::optional<std::string>> get(const Handle&, UnixSeconds now) const;
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  struct Entry {
    UnixSeconds expires;
    std::uint64_t bytes = 0;
  };
  explicit SharedStore(SharedOptions);
  Result<void> load();
  Result<void> drop_expired(UnixSeconds now);

  const SharedOptions options_;
  std::unique_ptr<rocksdb::DB> db_;
  mutable std::mutex mutex_;
  std::map<Handle, Entry> entries_;
  std::uint64_t bytes_ = 0;
  UnixSeconds dropped_{};  ///< when expired ones were last looked for
};

}  // namespace stele::verifier
