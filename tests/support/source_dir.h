// Where the source tree of this build lies: tests read data, golden files and documents from it.
#pragma once

#include <string>

namespace stele::test {

/// Absolute. In a function of its own, so that no other object depends on where the tree was checked out.
[[nodiscard]] std::string source_dir();

}  // namespace stele::test
