// Parts of the structures in `epoch.h`, for others that hold them too.
#pragma once

#include "ledger/log/epoch.h"
#include "ledger/log/wire.h"

namespace stele::log {

inline constexpr std::size_t net_bytes_max = 64;

void write_place(Writer&, const Place&);
[[nodiscard]] Place read_place(Reader&);

}  // namespace stele::log
