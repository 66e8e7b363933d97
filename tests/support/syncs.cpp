#include "tests/support/syncs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace stele::test {

namespace fs = std::filesystem;

struct SyncedImage::State {
  struct Part {
    off_t at = 0;
    std::string bytes;
  };
  struct File {
    off_t size = 0;
    std::vector<Part> parts;  ///< logs are made with their final size, most of it a hole
  };
  struct Name {
    ino_t file = 0;
    bool folder = false;
  };

  fs::path root, kept;
  std::map<ino_t, File> files;
  std::map<fs::path, std::map<std::string, Name>> folders;  ///< by path below the root
  bool frozen = false;
  int syncs = 0;

  void take(int fd, const fs::path& path);
  void take_file(int fd, ino_t);
  void take_folder(const fs::path& path);
  void take_all(const fs::path& path);
  void keep(const std::string& from, ino_t) const;
  void write(const fs::path& from, const fs::path& to) const;
};

namespace {

using State = SyncedImage::State;

std::atomic<int> syncs = 0;
std::atomic<bool> fail_next = false;

std::mutex mutex;                            ///< of all below and of all states
std::vector<std::shared_ptr<State>> states;  // NOLINT(cert-err58-cpp): an empty vector throws nothing
std::atomic<bool> any = false;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

struct Descriptor {
  explicit Descriptor(const fs::path& path, int how) : fd(::open(path.c_str(), how | O_CLOEXEC, 0600)) {
    if (fd < 0) give_up(path.c_str());
  }
  ~Descriptor() { ::close(fd); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int fd;
};

fs::path path_of(int fd) {
  std::array<char, 4096> name{};
  const auto link = "/proc/self/fd/" + std::to_string(fd);
  const auto n = ::readlink(link.c_str(), name.data(), name.size());
  return n > 0 ? fs::path(std::string(name.data(), static_cast<std::size_t>(n))) : fs::path();
}

/// Whether the file lies in a folder that is watched: then it was taken note of.
bool noted(int fd) {
  if (!any) return false;
  const auto path = path_of(fd);
  const std::lock_guard lock(mutex);
  for (const auto& s : states) {
    const auto below = path.lexically_relative(s->root);
    if (below.empty() || *below.begin() == "..") continue;
    if (!s->frozen) s->take(fd, below == "." ? fs::path() : below);
    return true;
  }
  return false;
}

int counted(long number, int fd) {
  ++syncs;
  if (fail_next.exchange(false)) {
    errno = EIO;
    return -1;
  }
  return noted(fd) ? 0 : static_cast<int>(::syscall(number, fd));
}

}  // namespace

/// A number is given to another file once its own is gone: so none goes while this lives.
void State::keep(const std::string& from, ino_t file) const {
  const auto to = kept / std::to_string(file);
  if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) != 0 && errno != EEXIST &&
      errno != ENOENT)
    give_up(to.c_str());
}

void State::take_file(int fd, ino_t number) {
  keep("/proc/self/fd/" + std::to_string(fd), number);
  const auto name = "/proc/self/fd/" + std::to_string(fd);
  const Descriptor in(name, O_RDONLY);  // it may be open for writing only
  struct stat s {};
  if (::fstat(in.fd, &s) != 0) give_up("fstat");
  File out;
  out.size = s.st_size;
  for (off_t at = ::lseek(in.fd, 0, SEEK_DATA); at >= 0; at = ::lseek(in.fd, at, SEEK_DATA)) {
    const auto end = ::lseek(in.fd, at, SEEK_HOLE);
    if (end < 0) give_up("SEEK_HOLE");
    Part part{at, std::string(static_cast<std::size_t>(end - at), '\0')};
    const auto n = ::pread(in.fd, part.bytes.data(), part.bytes.size(), at);
    if (n < 0) give_up("pread");
    part.bytes.resize(static_cast<std::size_t>(n));
    out.parts.push_back(std::move(part));
    at = end;
  }
  files[number] = std::move(out);
}

void State::take_folder(const fs::path& path) {
  auto& names = folders[path];
  names.clear();
  for (const auto& entry : fs::directory_iterator(root / path)) {
    struct stat s {};
    if (::lstat(entry.path().c_str(), &s) != 0) continue;  // gone just now
    if (!S_ISDIR(s.st_mode)) keep(entry.path().string(), s.st_ino);
    names[entry.path().filename().string()] = {s.st_ino, S_ISDIR(s.st_mode)};
  }
}

void State::take(int fd, const fs::path& path) {
  ++syncs;
  struct stat s {};
  if (::fstat(fd, &s) != 0) give_up("fstat");
  if (S_ISDIR(s.st_mode))
    take_folder(path);
  else
    take_file(fd, s.st_ino);
}

void State::take_all(const fs::path& path) {
  take_folder(path);
  for (const auto& [name, what] : std::map(folders[path])) {
    if (what.folder)
      take_all(path / name);
    else
      take_file(Descriptor(root / path / name, O_RDONLY).fd, what.file);
  }
}

void State::write(const fs::path& from, const fs::path& to) const {
  fs::create_directory(to);
  const auto it = folders.find(from);
  if (it == folders.end()) return;
  for (const auto& [name, what] : it->second) {
    if (what.folder) {
      write(from / name, to / name);
      continue;
    }
    const Descriptor out(to / name, O_WRONLY | O_CREAT | O_EXCL);
    const auto file = files.find(what.file);
    if (file == files.end()) continue;  // its name was synced, its bytes never
    if (::ftruncate(out.fd, file->second.size) != 0) give_up("ftruncate");
    for (const auto& part : file->second.parts) {
      if (::pwrite(out.fd, part.bytes.data(), part.bytes.size(), part.at) != static_cast<ssize_t>(part.bytes.size()))
        give_up("pwrite");
    }
  }
}

SyncedImage::SyncedImage(const fs::path& folder) : state_(std::make_shared<State>()) {
  state_->root = fs::canonical(folder);
  state_->kept = state_->root;
  state_->kept += ".kept";
  fs::create_directory(state_->kept);
  const std::lock_guard lock(mutex);
  state_->take_all({});
  states.push_back(state_);
  any = true;
}

SyncedImage::~SyncedImage() {
  const std::lock_guard lock(mutex);
  std::erase(states, state_);
  any = !states.empty();
  std::error_code ignored;
  fs::remove_all(state_->kept, ignored);
}

void SyncedImage::freeze() {
  const std::lock_guard lock(mutex);
  state_->frozen = true;
}

int SyncedImage::syncs() const {
  const std::lock_guard lock(mutex);
  return state_->syncs;
}

void SyncedImage::write_to(const fs::path& folder) const {
  const std::lock_guard lock(mutex);
  state_->write({}, folder);
}

int syncs_so_far() {
  return syncs;
}
void fail_next_sync() {
  fail_next = true;
}

}  // namespace stele::test

// The dynamic linker gives the libraries the program's own definitions before the C library's.
extern "C" int fsync(int fd) {
  return stele::test::counted(SYS_fsync, fd);
}
extern "C" int fdatasync(int fd) {
  return stele::test::counted(SYS_fdatasync, fd);
}
