// scrypt (RFC 7914): from a passphrase to a key, slowly on purpose. The parameters come from a file that anybody may
// have written, so they are bounded on both sides: not too weak, and not a way to exhaust this machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"
#include "signer/secret.h"

namespace stele::signer {

/// What new key files use: 0.4 s and 128 MiB.
struct ScryptParams {
  std::uint32_t log2n = 17;  ///< cost N = 2^log2n
  std::uint32_t r = 8;       ///< block size
  std::uint32_t p = 1;       ///< parallelism
};

inline constexpr std::uint32_t scrypt_log2n_min = 14;
inline constexpr std::uint32_t scrypt_log2n_max = 20;
inline constexpr std::uint32_t scrypt_r_max = 16;
inline constexpr std::uint32_t scrypt_p_max = 4;
inline constexpr std::uint64_t scrypt_memory_max = std::uint64_t{1} << 30U;  ///< 128 N r

/// Within all bounds, N * r * 128 <= scrypt_memory_max among them.
[[nodiscard]] bool scrypt_params_allowed(const ScryptParams&);

/// 32 bytes. `scrypt_params` outside the bounds, `scrypt_memory` if this machine can't give 128 N r bytes now.
[[nodiscard]] Result<Secret<32>> scrypt(ByteView passphrase, ByteView salt, const ScryptParams&);

}  // namespace stele::signer
