#include "tests/support/source_dir.h"

namespace stele::test {

std::string source_dir() {
  return STELE_SOURCE_DIR;
}

}  // namespace stele::test
