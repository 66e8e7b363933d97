#include "tests/unit/store/sync_counter.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

std::atomic<int> syncs = 0;
std::atomic<bool> fail_next = false;

int counted(long number, int fd) {
  ++syncs;
  if (fail_next.exchange(false)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(number, fd));
}

}  // namespace

// The dynamic linker gives the libraries the program's own definitions before the C library's.
extern "C" int fsync(int fd) {
  return counted(SYS_fsync, fd);
}
extern "C" int fdatasync(int fd) {
  return counted(SYS_fdatasync, fd);
}

namespace stele::store::test {

int syncs_so_far() {
  return syncs;
}
void fail_next_sync() {
  fail_next = true;
}

}  // namespace stele::store::test
