#include "node/app/event_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "node/http/message.h"

namespace stele::app {
namespace {

spdlog::level::level_enum to_spdlog(EventLog::Level l) {
  switch (l) {
    case EventLog::Level::debug:
      return spdlog::level::debug;
    case EventLog::Level::info:
      return spdlog::level::info;
    case EventLog::Level::warn:
      return spdlog::level::warn;
    case EventLog::Level::error:
      return spdlog::level::err;
    case EventLog::Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

}  // namespace

struct EventLog::Impl {
  spdlog::logger logger;
  bool json;
};

EventLog::EventLog(Level level, bool json)
    : impl_(new Impl{spdlog::logger("stele-node", std::make_shared<spdlog::sinks::stderr_sink_mt>()), json}) {
  impl_->logger.set_level(to_spdlog(level));
  impl_->logger.flush_on(spdlog::level::debug);
  const char* pattern = json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
  impl_->logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
}

EventLog::~EventLog() = default;

void EventLog::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!impl_->logger.should_log(to_spdlog(level))) return;
  const bool json = impl_->json;
  std::string line;
  if (json) {
    line += R"("event":)";
    http::append_json_string(line, event);
  } else {
    line += event;
  }
  for (const auto& f : fields) {
    line += json ? ",\"" : " ";
    line += f.name;
    line += json ? "\":" : "=";
    if (const auto* n = std::get_if<std::uint64_t>(&f.value)) {
      line += std::to_string(*n);
    } else {
      // Quoted in text too: a value can't begin a line or a field of its own.
      http::append_json_string(line, std::get<std::string_view>(f.value));
    }
  }
  impl_->logger.log(to_spdlog(level), "{}", line);
}

EventLog::Level log_level(std::string_view name) {
  if (name == "debug") return EventLog::Level::debug;
  if (name == "warn") return EventLog::Level::warn;
  if (name == "error") return EventLog::Level::error;
  if (name == "off") return EventLog::Level::off;
  return EventLog::Level::info;
}

}  // namespace stele::app
