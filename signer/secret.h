// Memory for secrets: locked against swapping, left out of core dumps, wiped at the end. Secrets do not copy, print or
// compare with ==, so that none slips into a log, a container or a timing leak by accident.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "ledger/base/assert.h"
#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::signer {

/// Overwrites with zeros in a way that the compiler keeps.
void wipe(std::span<std::uint8_t> bytes);

/// Equal lengths and contents. Takes the same time for all contents of one length.
[[nodiscard]] bool equal_constant_time(ByteView a, ByteView b);

/// Secret bytes on pages of their own. Moves leave the source empty. One thread writes; any may read afterwards.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zeros. Throws std::bad_alloc if there is no memory; failing to *lock* it is tolerated and counted.
  explicit SecretBytes(std::size_t size);
  /// A copy; wiping the source is up to the caller.
  explicit SecretBytes(ByteView source);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  [[nodiscard]] ByteView view() const { return {data_, size_}; }
  [[nodiscard]] std::span<std::uint8_t> writable() { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Forgets all but the first `size` bytes, and wipes the rest. For input of unknown length, such as a passphrase.
  void truncate(std::size_t size);
  /// These bytes can't be swapped to a disk. True when there are none.
  [[nodiscard]] bool locked() const { return locked_; }

  friend bool operator==(const SecretBytes&, const SecretBytes&) = delete;
  template <class Stream>
  friend Stream& operator<<(Stream&, const SecretBytes&) = delete;

 private:
  void release() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;  ///< whole pages
  bool locked_ = true;
};

/// Exactly N secret bytes. A moved-from one must not be read: the program stops.
template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size_bytes = N;
  Secret() : bytes_(N) {}  ///< zeros
  /// A copy; none unless exactly N bytes.
  [[nodiscard]] static std::optional<Secret> from(ByteView source) {
    if (source.size() != N) return std::nullopt;
    Secret out;
    std::memcpy(out.bytes_.writable().data(), source.data(), N);
    return out;
  }

  [[nodiscard]] std::span<const std::uint8_t, N> view() const {
    STELE_ASSERT(bytes_.size() == N);
    return bytes_.view().template first<N>();
  }
  [[nodiscard]] std::span<std::uint8_t, N> writable() {
    STELE_ASSERT(bytes_.size() == N);
    return bytes_.writable().template first<N>();
  }
  [[nodiscard]] bool locked() const { return bytes_.locked(); }

  friend bool operator==(const Secret&, const Secret&) = delete;
  template <class Stream>
  friend Stream& operator<<(Stream&, const Secret&) = delete;

 private:
  SecretBytes bytes_;
};

/// How many secrets of this process could not be locked in memory so far (RLIMIT_MEMLOCK); programs warn if not 0.
[[nodiscard]] std::size_t secrets_not_locked();

/// From now on this process leaves no core dump and other processes of the user can't attach to it or read its memory.
[[nodiscard]] Result<void> disable_core_dumps();

}  // namespace stele::signer
