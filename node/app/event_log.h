// What a node tells its operator, on standard error: events with plain fields. Never a body, a payload, a name, a code
// or a client's whole address.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace stele::app {

/// Any thread.
class EventLog {
 public:
  enum class Level : std::uint8_t { debug, info, warn, error, off };
  struct Field {
    std::string_view name;
    std::variant<std::string_view, std::uint64_t> value;
  };

  /// As JSON, one object a line, or as text.
  EventLog(Level, bool json);
  ~EventLog();
  void debug(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::debug, event, fields); }
  void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
  void warn(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::warn, event, fields); }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }

 private:
  void write(Level, std::string_view event, std::initializer_list<Field>);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] EventLog::Level log_level(std::string_view name);  ///< of the configuration; `info` if unknown

}  // namespace stele::app
