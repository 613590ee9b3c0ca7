#include "logging/handler_access.hpp"
#include "logging/logging.hpp"
#include "os/fork_hooks.hpp"
#include "os/output.hpp"
#include "probe/probe.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include <spdlog/logger.h>

namespace mp {
namespace {

// Held for moments only and never while a handler writes or a callback runs; and across fork, so
// that the child finds it free and what it guards whole.
struct State {
  std::mutex mutex;
  std::string process_name;
  std::vector<LogHandler> handlers;
  // Made of the two above, and never changed: whoever logs takes a share of it. Its name is the
  // process's, its levels are Python's numbers. Null as long as there are no handlers.
  std::shared_ptr<spdlog::logger> out;
};

// Not destroyed: exit handlers log to the very last.
union Forever {
  constexpr Forever() : state() {}
  ~Forever() {}
  Forever(const Forever&) = delete;
  Forever& operator=(const Forever&) = delete;
  State state;
};
constinit Forever forever;
constinit State& state = forever.state;

// Before main, so that no thread can log that a fork does not wait for.
[[maybe_unused]] const bool hooked = [] {
  os::around_fork({.before = [] { state.mutex.lock(); },
                   .in_parent = [] { state.mutex.unlock(); },
                   .in_child = [] { state.mutex.unlock(); }});
  return true;
}();

void write_to_stderr(std::string_view text) noexcept {
  try {
    os::write_text(os::kStandardError, text);
  } catch (...) {  // closed, or nobody reads: there is no other place to say so
  }
}

void report_error(const std::string& what) noexcept {
  try {
    write_to_stderr("--- Logging error ---\n" + what + "\n");
  } catch (...) {  // out of memory
  }
}

// Requires: the mutex is held.
std::shared_ptr<spdlog::logger> make_out(const std::vector<LogHandler>& handlers,
                                         const std::string& process_name) {
  if (handlers.empty()) return nullptr;
  std::vector<spdlog::sink_ptr> sinks;
  for (const LogHandler& handler : handlers) sinks.push_back(logging::HandlerAccess::sink(handler));
  auto out = std::make_shared<spdlog::logger>(process_name.empty() ? "MainProcess" : process_name,
                                              sinks.begin(), sinks.end());
  out->set_level(static_cast<spdlog::level::level_enum>(NOTSET));  // the threshold is Logger's
  out->set_error_handler(report_error);
  return out;
}

// Replaces what `change` does to a copy, as a whole or not at all.
template <class Change>
void edit_handlers(Change change) {
  // Dropped after the mutex: the last copy of a callback may destroy anything.
  std::vector<LogHandler> handlers;
  std::shared_ptr<spdlog::logger> out;
  const std::scoped_lock guard(state.mutex);
  handlers = state.handlers;
  change(handlers);
  out = make_out(handlers, state.process_name);
  state.handlers.swap(handlers);
  state.out.swap(out);
}

std::shared_ptr<spdlog::logger> current_out() {
  const std::scoped_lock guard(state.mutex);
  return state.out;
}

int level_of(std::string_view name) {
  struct Named {
    std::string_view name;
    int level;
  };
  constexpr std::array kNames = {
      Named{"NOTSET", NOTSET},     Named{"DEBUG", DEBUG},    Named{"INFO", INFO},
      Named{"WARNING", WARNING},   Named{"WARN", WARNING},   Named{"ERROR", ERROR},
      Named{"CRITICAL", CRITICAL}, Named{"FATAL", CRITICAL},
  };
  for (const Named& one : kNames) {
    if (one.name == name) return one.level;
  }
  throw ValueError("Unknown level: '" + std::string(name) + "'");
}

}  // namespace

constinit Logger Logger::only_;

void Logger::set_levels(int level, int root_level) noexcept {
  level_.store(level, std::memory_order_relaxed);
  root_level_.store(root_level, std::memory_order_relaxed);
  effective_level_.store(level != NOTSET ? level : root_level, std::memory_order_relaxed);
}

void Logger::set_level(int level) noexcept {
  const std::scoped_lock guard(state.mutex);
  set_levels(level, root_level());
}

void Logger::set_level(std::string_view name) { set_level(level_of(name)); }

void Logger::set_root_level(int level) noexcept {
  const std::scoped_lock guard(state.mutex);
  set_levels(this->level(), level);
}

void Logger::add_handler(LogHandler handler) {
  edit_handlers([&](std::vector<LogHandler>& handlers) {
    if (std::find(handlers.begin(), handlers.end(), handler) == handlers.end())
      handlers.push_back(std::move(handler));
  });
}

void Logger::remove_handler(const LogHandler& handler) {
  edit_handlers([&](std::vector<LogHandler>& handlers) { std::erase(handlers, handler); });
}

std::vector<LogHandler> Logger::handlers() const {
  const std::scoped_lock guard(state.mutex);
  return state.handlers;
}

void Logger::write(int level, std::string_view message, const Where& where) noexcept {
  const int saved = errno;
  probe::log(level, message);
  try {
    if (const auto out = current_out(); out != nullptr) {
      out->log({where.file_name(), static_cast<int>(where.line()), where.function_name()},
               static_cast<spdlog::level::level_enum>(level),
               spdlog::string_view_t(message.data(), message.size()));
    } else if (level >= WARNING) {
      write_to_stderr(std::string(message) + "\n");  // Python's handler of last resort
    }
  } catch (...) {  // out of memory: the program matters more than its log
  }
  errno = saved;
}

Logger* log_to_stderr(std::optional<int> level) {
  Logger* logger = get_logger();
  logger->add_handler(StreamHandler());
  if (level.value_or(NOTSET) != NOTSET) logger->set_level(*level);
  return logger;
}

namespace logging {

namespace {

void say(int level, std::string_view text, std::string_view subject,
         std::source_location where) noexcept {
  Logger* logger = get_logger();
  if (!logger->is_enabled_for(level)) return;
  try {
    logger->log(level, std::string(text).append(subject), where);
  } catch (...) {  // out of memory
  }
}

}  // namespace

void info(std::string_view text, std::string_view subject, std::source_location where) noexcept {
  say(INFO, text, subject, where);
}

void debug(std::string_view text, std::string_view subject, std::source_location where) noexcept {
  say(DEBUG, text, subject, where);
}

// Not to the handler of last resort: what the library has to say by itself is no reason to write
// on somebody's stderr.
void warning(std::string_view text, std::string_view subject, std::source_location where) noexcept {
  try {
    const std::string line = std::string(text).append(subject);
    if (has_listener(WARNING))
      get_logger()->warning(line, where);
    else
      probe::log(WARNING, line);
  } catch (...) {  // out of memory
  }
}

bool has_listener(int level) noexcept {
  return get_logger()->is_enabled_for(level) && current_out() != nullptr;
}

void set_process_name(std::string_view name) noexcept {
  try {
    std::shared_ptr<spdlog::logger> out;
    const std::scoped_lock guard(state.mutex);
    state.process_name = name;
    out = make_out(state.handlers, state.process_name);
    state.out.swap(out);
  } catch (...) {  // out of memory: the old name stays
  }
}

Settings settings() {
  const Logger* logger = get_logger();
  Settings all{.level = logger->level(), .root_level = logger->root_level(), .handlers = {}};
  for (const LogHandler& handler : logger->handlers()) {
    if (auto one = HandlerAccess::settings(handler)) all.handlers.push_back(std::move(*one));
  }
  return all;
}

void apply(const Settings& settings) {
  Logger* logger = get_logger();
  logger->set_root_level(settings.root_level);
  logger->set_level(settings.level);
  for (const Settings::Handler& one : settings.handlers) {
    try {
      LogHandler handler = one.path.empty() ? StreamHandler() : FileHandler(one.path);
      handler.set_level(one.level);
      logger->add_handler(std::move(handler));
    } catch (const OSError& error) {
      report_error(error.what());
    }
  }
}

}  // namespace logging
}  // namespace mp
