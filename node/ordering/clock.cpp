#include "node/ordering/clock.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <mutex>

#include "ledger/base/text.h"

namespace stele::ordering {
namespace {

using Steady = std::chrono::steady_clock;
constexpr auto reading_age_max = std::chrono::milliseconds(200);

/// What never goes back.
class Rising {
 public:
  UnixSeconds raise(UnixSeconds to) { return value_ = std::max(value_, to); }

 private:
  UnixSeconds value_;
};

class SystemClock final : public Clock {
 public:
  UnixSeconds now() override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
    const std::lock_guard lock(mutex_);
    return rising_.raise({static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0))});
  }

 private:
  std::mutex mutex_;
  Rising rising_;
};

std::optional<UnixSeconds> read_time(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string line(32, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return parse_utc(line);
}

class FileClock final : public Clock {
 public:
  FileClock(std::filesystem::path path, UnixSeconds first) : path_(std::move(path)), read_(Steady::now()) {
    rising_.raise(first);
  }
  UnixSeconds now() override {
    const std::lock_guard lock(mutex_);
    const auto age = Steady::now() - read_;
    if (age < reading_age_max) return rising_.raise({});
    read_ = Steady::now();
    return rising_.raise(read_time(path_).value_or(UnixSeconds{}));
  }

 private:
  const std::filesystem::path path_;
  std::mutex mutex_;
  Steady::time_point read_;
  Rising rising_;
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() {
  return std::make_unique<SystemClock>();
}

Result<std::unique_ptr<Clock>> make_file_clock(const record::Genesis& genesis, const std::filesystem::path& path) {
  const Where where{path.string(), {}, 0, {}, {}};
  if (!genesis.test)
    return Unexpected(
        make_error("clock_file_on_live_network",
                   "Mạng này là mạng thật nên không được chạy theo đồng hồ cho sẵn. Hãy bỏ tệp đồng hồ "
                   "khỏi cấu hình.",
                   "This is a live network, which never runs on a given clock. Take the clock file out of "
                   "the configuration.",
                   where));
  const auto first = read_time(path);
  if (!first)
    return Unexpected(make_error(
        "clock_file_unreadable", "Tệp đồng hồ không có giờ hợp lệ. Hãy ghi một dòng như 2026-01-10T08:00:00Z.",
        "The clock file holds no valid time. Write one line such as 2026-01-10T08:00:00Z.", where));
  return std::unique_ptr<Clock>(std::make_unique<FileClock>(path, *first));
}

}  // namespace stele::ordering
