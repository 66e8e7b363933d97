// The zip around a workbook, opened with suspicion: sizes are counted while unpacking, never believed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::tables {

/// Reads parts of a zip in memory. The bytes must outlive it. Not copyable; one thread at a time.
class Archive {
 public:
  /// Refuses what is no zip, cut short, has too many entries or two of one name (two readers would take different
  /// ones).
  [[nodiscard]] static Result<Archive> open(std::string_view file_name, ByteView);
  ~Archive();
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) = delete;

  /// Part names compare without case, as the packaging standard says; no leading slash.
  [[nodiscard]] bool has(std::string_view part) const;

  /// Unpacks a part in chunks to `take`, which may return an error to stop. Errors: `file_damaged` (no such part, bad
  /// checksum), `file_is_encrypted`, `file_unpacks_too_large` at a part's, the ratio's or the total limit.
  [[nodiscard]] Result<void> read(std::string_view part, const std::function<Result<void>(std::string_view)>& take);

  [[nodiscard]] const std::string& file_name() const { return file_name_; }

 private:
  struct Handle;
  Archive(std::string_view file_name, std::unique_ptr<Handle> handle);

  std::string file_name_;
  std::unique_ptr<Handle> handle_;
  std::map<std::string, std::uint64_t, std::less<>> index_of_;  // lower-case name to number
  std::size_t unpacked_total_ = 0;
};

}  // namespace stele::tables
