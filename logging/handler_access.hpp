// The way from a LogHandler to what writes, and back.
#pragma once

#include "logging/logging.hpp"

#include <memory>
#include <optional>

namespace spdlog::sinks {
class sink;
}  // namespace spdlog::sinks

namespace mp::logging {

struct HandlerAccess {
  static std::shared_ptr<spdlog::sinks::sink> sink(const LogHandler& handler);
  // Empty for one that cannot travel.
  static std::optional<Settings::Handler> settings(const LogHandler& handler);
  static LogHandler handler(std::shared_ptr<Sink> sink);
};

}  // namespace mp::logging
