#include "node/app/alarms.h"

namespace stele::app {

void Alarms::raise(const std::string& code, const std::string& subject, const Texts& texts) {
  {
    const std::lock_guard lock(mutex_);
    if (open_.contains({code, subject})) return;
    if (open_.size() < open_max) open_.emplace(std::pair(code, subject), texts);
  }
  log_.error("alarm", {{"code", code}, {"subject", subject}, {"vi", texts.vi}, {"en", texts.en}});
}

void Alarms::clear(const std::string& code, const std::string& subject) {
  {
    const std::lock_guard lock(mutex_);
    if (open_.erase({code, subject}) == 0) return;
  }
  log_.info("alarm over", {{"code", code}, {"subject", subject}});
}

std::vector<Alarms::Open> Alarms::open() const {
  const std::lock_guard lock(mutex_);
  std::vector<Open> out;
  for (const auto& [key, texts] : open_) out.push_back({key.first, key.second, texts});
  return out;
}

}  // namespace stele::app
