// Invariants: on in release builds too. Input from outside is checked, never asserted.
#pragma once

namespace stele {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define STELE_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::stele::assertion_failed(#condition, __FILE__, __LINE__))
