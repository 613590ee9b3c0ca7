// Logging: the one logger of this process, what it hands on and to whom. Python's
// multiprocessing.get_logger and log_to_stderr, and what one needs of Python's logging beside them.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Programs are built with -DDEBUG; these can still say set_level("DEBUG").
#pragma push_macro("DEBUG")
#pragma push_macro("ERROR")
#undef DEBUG
#undef ERROR

namespace mp {

// Python's numbers; any other int is a level too. SUBDEBUG and SUBWARNING are multiprocessing's own
// and have, as there, no names: they print as "Level 5" and "Level 25".
inline constexpr int NOTSET = 0;
inline constexpr int SUBDEBUG = 5;
inline constexpr int DEBUG = 10;
inline constexpr int INFO = 20;
inline constexpr int SUBWARNING = 25;
inline constexpr int WARNING = 30;
inline constexpr int ERROR = 40;
inline constexpr int CRITICAL = 50;

// What a handler is given; the texts live as long as the call.
struct LogRecord {
  int level = NOTSET;
  std::string_view message;
  std::string_view process_name;  // as current_process().name(): MainProcess, Process-1, ...
  int process = 0;                // its pid
  std::string_view pathname;      // the source that logged it, as the compiler calls it
  std::string_view filename;      // the last part of that
  int lineno = 0;
  std::string_view func_name;
  std::chrono::system_clock::time_point created;

  [[nodiscard]] std::string level_name() const;  // "INFO", "Level 25"
  [[nodiscard]] std::string text() const;        // "[INFO/Process-1] message"
};

namespace logging {
class Sink;
struct HandlerAccess;
std::shared_ptr<Sink> make_sink(std::function<void(const LogRecord&)> callback);
}  // namespace logging

// Where records go. Copies stand for the same handler.
// Threads: its callback may be called by several at once.
// fork: a child has its parent's handlers; a callback then works on the child's copy of what it
//   holds.
class LogHandler {
 public:
  // Copies only: a handler that was moved from is still a handler.
  LogHandler(const LogHandler&) = default;
  LogHandler& operator=(const LogHandler&) = default;
  ~LogHandler() = default;

  // Calls this with each record. What it throws is told on stderr; the logging program does not
  // notice.
  template <std::invocable<const LogRecord&> Callback>
    requires(!std::same_as<std::decay_t<Callback>, LogHandler>)
  // Any function or lambda is meant to pass for a handler.
  // NOLINTNEXTLINE(google-explicit-constructor)
  LogHandler(Callback&& callback)
      : LogHandler(logging::make_sink(std::forward<Callback>(callback))) {}

  // Takes nothing below this level, whatever the logger lets through.
  void set_level(int level);
  [[nodiscard]] int level() const noexcept;

  friend bool operator==(const LogHandler&, const LogHandler&) noexcept = default;

 private:
  friend struct logging::HandlerAccess;
  explicit LogHandler(std::shared_ptr<logging::Sink> sink) noexcept;

  std::shared_ptr<logging::Sink> sink_;
};

// Writes "[LEVEL/processName] message" lines to standard error, or appends them to a file, which is
// made if need be (OSError when it cannot).
//
// Each record is one write(2): lines of many processes and threads stay whole in files and on
// terminals, and in pipes up to 4096 bytes. Blocks as long as the terminal or pipe does. One that
// is closed, full or without a reader raises neither an exception nor SIGPIPE; what a file cannot
// take is told on stderr.
[[nodiscard]] LogHandler StreamHandler();
[[nodiscard]] LogHandler FileHandler(std::string_view path);

// The logger of this process. A record at or above the effective level goes to all handlers and, if
// the program is watched, to the inspector; one below it costs a load and a branch.
//
// Messages are plain texts. One that is costly to make can ask first: is_enabled_for(mp::DEBUG).
//
// Threads: any may call anything.
// fork: a child goes on with the level and the handlers of its parent, also when another thread was
//   just logging. Not for signal handlers.
// Fails: logging itself never throws.
class Logger {
 public:
  using Where = std::source_location;

  void sub_debug(std::string_view message, Where where = Where::current()) noexcept {
    log(SUBDEBUG, message, where);
  }
  void debug(std::string_view message, Where where = Where::current()) noexcept {
    log(DEBUG, message, where);
  }
  void info(std::string_view message, Where where = Where::current()) noexcept {
    log(INFO, message, where);
  }
  void sub_warning(std::string_view message, Where where = Where::current()) noexcept {
    log(SUBWARNING, message, where);
  }
  void warning(std::string_view message, Where where = Where::current()) noexcept {
    log(WARNING, message, where);
  }
  void error(std::string_view message, Where where = Where::current()) noexcept {
    log(ERROR, message, where);
  }
  void critical(std::string_view message, Where where = Where::current()) noexcept {
    log(CRITICAL, message, where);
  }
  void log(int level, std::string_view message, Where where = Where::current()) noexcept {
    if (is_enabled_for(level)) write(level, message, where);
  }

  // NOTSET, as at first: the root level counts.
  [[nodiscard]] int level() const noexcept { return level_.load(std::memory_order_relaxed); }
  void set_level(int level) noexcept;
  // "DEBUG", "INFO", "WARNING", ...; ValueError for another word.
  void set_level(std::string_view name);

  // What Python's root logger is there for: the level of all that have none of their own. WARNING.
  [[nodiscard]] int root_level() const noexcept {
    return root_level_.load(std::memory_order_relaxed);
  }
  void set_root_level(int level) noexcept;

  [[nodiscard]] int effective_level() const noexcept {
    return effective_level_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_enabled_for(int level) const noexcept { return level >= effective_level(); }

  // None at first; then, as in Python, the bare message of a warning or worse goes to stderr.
  // A handler that is there already is not added again.
  void add_handler(LogHandler handler);
  void remove_handler(const LogHandler& handler);
  [[nodiscard]] std::vector<LogHandler> handlers() const;

 private:
  friend Logger* get_logger() noexcept;
  constexpr Logger() = default;
  void write(int level, std::string_view message, const Where& where) noexcept;
  void set_levels(int level, int root_level) noexcept;

  static Logger only_;

  std::atomic<int> level_{NOTSET};
  std::atomic<int> root_level_{WARNING};
  std::atomic<int> effective_level_{WARNING};  // of the two above
};

// Never null, valid to the very last moment of the process.
[[nodiscard]] inline Logger* get_logger() noexcept { return &Logger::only_; }

// The same, with a StreamHandler added by each call, and this level unless it is NOTSET.
Logger* log_to_stderr(std::optional<int> level = std::nullopt);

}  // namespace mp

#pragma pop_macro("ERROR")
#pragma pop_macro("DEBUG")
