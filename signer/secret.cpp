#include "signer/secret.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace stele::signer {
namespace {

std::atomic<std::size_t> not_locked{0};

std::size_t whole_pages(std::size_t size) {
  static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (size > std::numeric_limits<std::size_t>::max() - page) throw std::bad_alloc();
  return (size + page - 1) / page * page;
}

}  // namespace

void wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;  // volatile: the loop must not stop early
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

// Pages of their own, so that locking and unlocking one secret can't unlock a neighbour, and none of them lingers in
// the allocator's free lists.
SecretBytes::SecretBytes(std::size_t size) : size_(size), mapped_(whole_pages(size)) {
  if (size == 0) return;
  void* pages = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::uint8_t*>(pages);
  (void)madvise(pages, mapped_, MADV_DONTDUMP);  // best effort: disable_core_dumps() is the real guard
  locked_ = mlock(pages, mapped_) == 0;
  if (!locked_) ++not_locked;
}

SecretBytes::SecretBytes(ByteView source) : SecretBytes(source.size()) {
  if (size_ > 0) std::memcpy(data_, source.data(), size_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)),
      locked_(std::exchange(other.locked_, true)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  release();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  mapped_ = std::exchange(other.mapped_, 0);
  locked_ = std::exchange(other.locked_, true);
  return *this;
}

SecretBytes::~SecretBytes() {
  release();
}

void SecretBytes::truncate(std::size_t size) {
  STELE_ASSERT(size <= size_);
  wipe(writable().subspan(size));
  size_ = size;
}

void SecretBytes::release() noexcept {
  if (data_ == nullptr) return;
  wipe({data_, mapped_});
  munmap(data_, mapped_);
}

std::size_t secrets_not_locked() {
  return not_locked;
}

Result<void> disable_core_dumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0) return {};
  const std::string reason = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe): programs call this before threads
  return Unexpected(make_error("core_dumps_stay_on",
                               "không tắt được kết xuất bộ nhớ (" + reason + "); không nhập khóa bí mật trên máy này",
                               "core dumps could not be turned off (" + reason + "); do not use secret keys here"));
}

}  // namespace stele::signer
