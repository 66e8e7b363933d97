// Proofs, good and bad, of transparency-dev/merkle: what other implementations accept and refuse.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/base/encoding.h"
#include "ledger/log/merkle.h"
#include "tests/support/vectors.h"

namespace stele::log {
namespace {

using nlohmann::json;

/// None if not 32 bytes: what our types can't hold is refused before it reaches the tree.
template <class T = Digest>
std::optional<T> hash_of(const json& text) {
  return T::from(unbase64(text.get<std::string>()).value());
}

/// For consistency proofs that compare two roots "don't care 1" without hashing: filled with zeros, equal ones stay
/// equal and different ones different.
Digest padded_hash_of(const json& text) {
  Bytes raw = unbase64(text.get<std::string>()).value();
  EXPECT_LE(raw.size(), Digest::size_bytes);
  raw.resize(Digest::size_bytes);
  return Digest::from(raw).value();
}

MerklePath path_of(const json& list) {
  MerklePath out;
  if (list.is_null()) return out;
  for (const auto& item : list) out.push_back(padded_hash_of(item));
  return out;
}

std::vector<std::filesystem::path> files_under(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// Runs `accepts` on each file and returns how many were good and how many bad.
template <class Accepts>
std::pair<int, int> count_verdicts(const std::filesystem::path& folder, Accepts accepts) {
  int good = 0, bad = 0;
  for (const auto& file : files_under(folder)) {
    const auto vector = json::parse(test::read_file(file));
    const bool refuse = vector["wantErr"];
    EXPECT_EQ(accepts(vector), !refuse) << file << ": " << vector["desc"];
    ++(refuse ? bad : good);
  }
  return {good, bad};
}

TEST(MerkleVectors, InclusionProofsAreJudgedAsTheirAuthorsSay) {
  STELE_NEEDS_VECTORS();
  const auto [good, bad] = count_verdicts(test::vectors_folder() / "merkle" / "inclusion", [](const json& v) {
    const auto leaf = hash_of<LeafHash>(v["leafHash"]);
    const auto root = hash_of(v["root"]);
    return leaf && root &&
           verify_inclusion(*leaf, v["leafIdx"].get<std::uint64_t>(), v["treeSize"].get<std::uint64_t>(),
                            path_of(v["proof"]), *root);
  });
  EXPECT_EQ(good, 5);
  EXPECT_EQ(bad, 78);
}

TEST(MerkleVectors, ConsistencyProofsAreJudgedAsTheirAuthorsSay) {
  STELE_NEEDS_VECTORS();
  const auto [good, bad] = count_verdicts(test::vectors_folder() / "merkle" / "consistency", [](const json& v) {
    return verify_consistency(v["size1"].get<std::uint64_t>(), v["size2"].get<std::uint64_t>(),
                              padded_hash_of(v["root1"]), padded_hash_of(v["root2"]), path_of(v["proof"]));
  });
  EXPECT_EQ(good, 5);
  EXPECT_EQ(bad, 73);
}

}  // namespace
}  // namespace stele::log
