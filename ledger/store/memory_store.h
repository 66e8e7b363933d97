// A store in memory: for tests, for the simulator, and for tools that read a ledger once.
#pragma once

#include <memory>

#include "ledger/store/store.h"

namespace stele::store {

/// Keeps the promises of `Store` but one: it lasts as long as the object.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

}  // namespace stele::store
