// The files of evidence: what is kept, listed and forgotten.
#include "node/committee/evidence.h"

#include <chrono>
#include <filesystem>

#include "tests/unit/committee/network.h"

namespace stele::committee {
namespace {

namespace fs = std::filesystem;
using namespace test;  // NOLINT(google-build-using-namespace)

class Evidence : public testing::Test {
 protected:
  /// Written so many minutes ago.
  std::string keep(std::string_view kind, const std::string& text, int minutes) const {
    const auto path = must(keep_evidence(path_, kind, as_bytes(text)));
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
    return path.filename().string();
  }
  [[nodiscard]] std::vector<std::string> listed() const {
    std::vector<std::string> out;
    for (const auto& e : list_evidence(path_)) out.push_back(e.name);
    return out;
  }
  TempFolder folder_;
  fs::path path_ = folder_ / "evidence";
};

TEST_F(Evidence, OnlyTheOldestComplaintsAreForgotten) {
  const auto oldest = keep("left-out", "first", 50);
  const auto second = keep("left-out", "second", 40);
  const auto third = keep("left-out", "third", 30);
  const auto proof = keep("double-vote", "two votes", 60);
  EXPECT_EQ(forget_old_complaints(path_), 0U);
  EXPECT_EQ(listed(), (std::vector{proof, third, second, oldest}));
  EXPECT_EQ(forget_old_complaints(path_, {.files_max = 2}), 1U);
  EXPECT_EQ(listed(), (std::vector{proof, third, second}));
  EXPECT_EQ(forget_old_complaints(path_, {.bytes_max = 10}), 1U) << "5 bytes and 6";
  EXPECT_EQ(listed(), (std::vector{proof, third}));
  EXPECT_EQ(forget_old_complaints(path_, {.files_max = 0, .bytes_max = 0}), 0U) << "the newest stays";
  EXPECT_EQ(forget_old_complaints(path_ / "none"), 0U);
}

TEST_F(Evidence, WhatIsNoEvidenceIsNeitherListedNorForgotten) {
  const auto draft = keep("draft", "a record", 90);
  keep("left-out", "a complaint", 1);
  keep("left-out", "another", 2);
  EXPECT_EQ(forget_old_complaints(path_, {.files_max = 1}), 1U);
  EXPECT_EQ(listed().size(), 1U);
  EXPECT_TRUE(fs::exists(path_ / draft));
  EXPECT_FALSE(read_evidence(path_, draft));
  EXPECT_EQ(read_evidence(path_, listed()[0]), "a complaint");
}

}  // namespace
}  // namespace stele::committee
