// Errors that both stores and the checks share. Internal to ledger/store.
#pragma once

#include <string>

#include "ledger/base/error.h"
#include "ledger/store/store.h"

namespace stele::store {

[[nodiscard]] Error hole_error(std::string_view what_vi, std::string_view what_en, std::uint64_t number);
[[nodiscard]] Error read_too_large_error(std::uint64_t count);

}  // namespace stele::store
