// What an operator must see: each alarm once in the log when it begins and when it is over, and all that last in
// `/healthz` and `/metrics`. Internal to node/app.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "node/app/event_log.h"

namespace stele::app {

/// Any thread.
class Alarms {
 public:
  explicit Alarms(EventLog& log) : log_(log) {}

  /// Plain words; nothing personal.
  struct Texts {
    std::string vi, en;
  };
  /// `subject`: which of many, such as a peer's URL or a file; may be empty. Repeating while it lasts says nothing.
  void raise(const std::string& code, const std::string& subject, const Texts&);
  void clear(const std::string& code, const std::string& subject);

  struct Open {
    std::string code, subject;
    Texts texts;
  };
  /// By code and subject.
  [[nodiscard]] std::vector<Open> open() const;

 private:
  static constexpr std::size_t open_max = 1'000;  ///< more are said in the log only

  EventLog& log_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Texts> open_;
};

}  // namespace stele::app
