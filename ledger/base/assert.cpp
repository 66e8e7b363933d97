#include "ledger/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace stele {

void assertion_failed(const char* condition, const char* file, int line) {
  // stdio without allocation: the heap may be what is broken.
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace stele
