// Objects as the vault keeps them, and the wrapping keys that open them.
#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <fstream>

#include "node/vault/wrapping.h"

namespace stele::vault {
namespace {

namespace fs = std::filesystem;

struct SealedObject : testing::Test {
  SealedObject() {
    std::string name = (fs::temp_directory_path() / "stele-wrapping-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~SealedObject() override {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  SealedObject(const SealedObject&) = delete;
  SealedObject& operator=(const SealedObject&) = delete;

  [[nodiscard]] Result<WrappingKeys> open() const { return WrappingKeys::open(folder / "keys", "2026-05"); }
  static std::string code(const Result<WrappingKeys>& r) { return r ? "" : r.error().code; }

  fs::path folder;
  Bytes where{1, 2, 3};
  Bytes plain{4, 5, 6, 7};
};

TEST_F(SealedObject, OpensInItsPlaceOnly) {
  const auto keys = open().value();
  const auto stored = seal_object(keys, where, plain);
  EXPECT_EQ(open_object(keys, where, stored).value(), plain);
  EXPECT_EQ(open_object(keys, plain, stored).error().code, "vault_damaged");
}

TEST_F(SealedObject, IsRefusedWithAnyByteChangedOrCutOff) {
  const auto keys = open().value();
  const auto stored = seal_object(keys, where, plain);
  for (std::size_t i = 0; i < stored.size(); ++i) {
    auto changed = stored;
    changed[i] ^= 1U;
    EXPECT_FALSE(open_object(keys, where, changed).has_value()) << i;
    EXPECT_FALSE(open_object(keys, where, ByteView(stored).first(i)).has_value()) << i;
  }
}

TEST_F(SealedObject, MovesToTheNewestKeyAndOldOnesGo) {
  auto keys = open().value();
  const auto old = seal_object(keys, where, plain);
  ASSERT_TRUE(keys.add("2026-06").has_value());
  EXPECT_EQ(keys.newest(), "2026-06");
  const auto moved = rewrap_object(keys, where, old).value();
  ASSERT_TRUE(keys.destroy_old().has_value());
  EXPECT_FALSE(fs::exists(folder / "keys" / "2026-05.key"));
  EXPECT_EQ(open_object(keys, where, moved).value(), plain);
  EXPECT_EQ(open_object(keys, where, old).error().code, "vault_damaged");
  EXPECT_EQ(rewrap_object(keys, where, old).error().code, "vault_damaged");
  // The files say the same to the next process.
  const auto again = open().value();
  EXPECT_EQ(again.newest(), "2026-06");
  EXPECT_EQ(open_object(again, where, moved).value(), plain);
}

TEST_F(SealedObject, KeysHaveRisingNames) {
  auto keys = open().value();
  for (const char* name : {"2026-05", "2026-04", "", "2026/06", "2026_06"}) {
    const auto added = keys.add(name);
    ASSERT_FALSE(added.has_value()) << name;
    EXPECT_EQ(added.error().code, "vault_wrapping_name");
  }
}

TEST_F(SealedObject, KeysThatOthersMayReadOrThatAreNoKeysAreRefused) {
  ASSERT_TRUE(open().has_value());
  const auto file = folder / "keys" / "2026-05.key";
  fs::permissions(file, fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(code(open()), "vault_wrapping_unusable");
  fs::permissions(file, fs::perms::others_read, fs::perm_options::remove);
  EXPECT_EQ(code(open()), "");
  std::ofstream(file, std::ios::app) << "0";
  EXPECT_EQ(code(open()), "vault_wrapping_unusable");
  std::ofstream(file, std::ios::trunc) << std::string(64, 'x') << "\n";
  EXPECT_EQ(code(open()), "vault_wrapping_unusable");
}

}  // namespace
}  // namespace stele::vault
