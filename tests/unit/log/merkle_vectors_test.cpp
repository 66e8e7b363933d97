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

/// Some vectors have hashes of other lengths ("don't care 1", ""), which our types can't hold. Shorter ones are filled
/// with zeros: equal ones stay equal and different ones different. Longer ones do not occur.
Digest hash_of(const json& text) {
  const Bytes raw = unbase64(text.get<std::string>()).value();
  Digest out;
  EXPECT_LE(raw.size(), out.bytes.size());
  std::copy(raw.begin(), raw.end(), out.bytes.begin());
  return out;
}

MerklePath path_of(const json& list) {
  MerklePath out;
  if (list.is_null()) return out;
  for (const auto& item : list) out.push_back(hash_of(item));
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
    return verify_inclusion(LeafHash{hash_of(v["leafHash"]).bytes}, v["leafIdx"].get<std::uint64_t>(),
                            v["treeSize"].get<std::uint64_t>(), path_of(v["proof"]), hash_of(v["root"]));
  });
  EXPECT_EQ(good, 5);
  EXPECT_EQ(bad, 78);
}

TEST(MerkleVectors, ConsistencyProofsAreJudgedAsTheirAuthorsSay) {
  STELE_NEEDS_VECTORS();
  const auto [good, bad] = count_verdicts(test::vectors_folder() / "merkle" / "consistency", [](const json& v) {
    return verify_consistency(v["size1"].get<std::uint64_t>(), v["size2"].get<std::uint64_t>(), hash_of(v["root1"]),
                              hash_of(v["root2"]), path_of(v["proof"]));
  });
  EXPECT_EQ(good, 5);
  EXPECT_EQ(bad, 73);
}

}  // namespace
}  // namespace stele::log
