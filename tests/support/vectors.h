// Where the vectors written by others are. They are not part of the project: a test that needs them says loudly that it
// skips when they are absent, and fails instead where CI is set, so that no pipeline is green without them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/support/source_dir.h"

namespace stele::test {

/// $STELE_VECTORS, else `../shared/vectors` beside the source folder. It may not exist: see STELE_NEEDS_VECTORS.
inline std::filesystem::path vectors_folder() {
  if (const char* given = std::getenv("STELE_VECTORS"); given != nullptr && *given != '\0') return given;
  return std::filesystem::path(source_dir()) / ".." / "shared" / "vectors";
}

/// The file's bytes. A missing file fails the test that asks for it.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << "cannot read " << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace stele::test

/// First line of a test that reads vectors.
#define STELE_NEEDS_VECTORS()                                                                                         \
  if (!std::filesystem::is_directory(::stele::test::vectors_folder())) {                                              \
    if (std::getenv("CI") != nullptr) FAIL() << "no vectors in " << ::stele::test::vectors_folder();                  \
    std::cerr << "\n*** SKIPPED: no vectors in " << ::stele::test::vectors_folder() << "; set STELE_VECTORS ***\n\n"; \
    GTEST_SKIP();                                                                                                     \
  }                                                                                                                   \
  static_assert(true)
