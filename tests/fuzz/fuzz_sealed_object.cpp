// What a vault reads back from its database: bytes that it did not seal are refused, whatever they are; what it sealed
// opens again, in its own place only.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "ledger/base/assert.h"
#include "node/vault/wrapping.h"

namespace {

namespace fs = std::filesystem;
using stele::as_bytes;
using stele::vault::WrappingKeys;

/// Keys of this run, in a folder that goes with it.
class Keys {
 public:
  Keys() : folder_(made_folder()), keys_(WrappingKeys::open(folder_, "2026-05").value()) {}
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys() { fs::remove_all(folder_, ignored_); }
  [[nodiscard]] const WrappingKeys& get() const { return keys_; }

 private:
  static fs::path made_folder() {
    std::string name = (fs::temp_directory_path() / "stele-fuzz-XXXXXX").string();
    STELE_ASSERT(::mkdtemp(name.data()) != nullptr);
    return name;
  }
  fs::path folder_;
  WrappingKeys keys_;
  std::error_code ignored_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Keys keys;
  const auto where = as_bytes("row 1");
  const stele::ByteView in(data, size);
  const auto opened = stele::vault::open_object(keys.get(), where, in);
  STELE_ASSERT(!opened && opened.error().code == "vault_damaged");
  STELE_ASSERT(!stele::vault::rewrap_object(keys.get(), where, in).has_value());

  auto sealed = stele::vault::seal_object(keys.get(), where, in);
  const auto again = stele::vault::open_object(keys.get(), where, sealed);
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(stele::as_text(*again) == stele::as_text(in));
  STELE_ASSERT(!stele::vault::open_object(keys.get(), as_bytes("row 2"), sealed).has_value());
  // The first byte of the input chooses one of the sealed object that is changed.
  if (size == 0) return 0;
  sealed[data[0] % sealed.size()] ^= 1U;
  STELE_ASSERT(!stele::vault::open_object(keys.get(), where, sealed).has_value());
  return 0;
}
