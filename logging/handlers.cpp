#include "logging/handler_access.hpp"
#include "os/child.hpp"
#include "os/output.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/log.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

#include <spdlog/formatter.h>
#include <spdlog/sinks/sink.h>

namespace mp {
namespace {

LogRecord record_of(const spdlog::details::log_msg& message) {
  LogRecord record;
  record.level = message.level;
  record.message = {message.payload.data(), message.payload.size()};
  record.process_name = {message.logger_name.data(), message.logger_name.size()};
  record.process = static_cast<int>(os::own_pid());
  record.pathname = message.source.filename;
  record.filename = record.pathname.substr(record.pathname.rfind('/') + 1);
  record.lineno = message.source.line;
  record.func_name = message.source.funcname;
  record.created = message.time;
  return record;
}

}  // namespace

std::string LogRecord::level_name() const {
  switch (level) {
    case NOTSET:
      return "NOTSET";
    case DEBUG:
      return "DEBUG";
    case INFO:
      return "INFO";
    case WARNING:
      return "WARNING";
    case ERROR:
      return "ERROR";
    case CRITICAL:
      return "CRITICAL";
    default:
      return "Level " + std::to_string(level);
  }
}

std::string LogRecord::text() const {
  std::string line = "[" + level_name();
  line.append("/").append(process_name).append("] ").append(message);
  return line;
}

namespace logging {

// spdlog's sinks with a format of its own, and no lock: a forked child could find it taken. So
// log() is called by several threads at once.
class Sink : public spdlog::sinks::sink {
 public:
  [[nodiscard]] virtual std::optional<Settings::Handler> settings() const { return std::nullopt; }

  void flush() final {}
  void set_pattern(const std::string&) final {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) final {}
};

namespace {

class CallbackSink final : public Sink {
 public:
  explicit CallbackSink(std::function<void(const LogRecord&)> callback)
      : callback_(std::move(callback)) {}

  void log(const spdlog::details::log_msg& message) override {
    try {
      callback_(record_of(message));
    } catch (const std::exception&) {
      throw;
    } catch (...) {  // spdlog reports exceptions of the standard's kind only
      throw RuntimeError("a handler threw something that is no std::exception");
    }
  }

 private:
  std::function<void(const LogRecord&)> callback_;
};

class TextSink : public Sink {
 public:
  void log(const spdlog::details::log_msg& message) final {
    os::write_text(descriptor(), record_of(message).text() + "\n");
  }

 private:
  [[nodiscard]] virtual int descriptor() const noexcept = 0;
};

class StandardErrorSink final : public TextSink {
 public:
  [[nodiscard]] std::optional<Settings::Handler> settings() const override {
    return Settings::Handler{.path = {}, .level = level()};
  }

 private:
  [[nodiscard]] int descriptor() const noexcept override { return os::kStandardError; }
};

class FileSink final : public TextSink {
 public:
  explicit FileSink(std::string path) : path_(std::move(path)), file_(os::open_to_append(path_)) {}

  [[nodiscard]] std::optional<Settings::Handler> settings() const override {
    return Settings::Handler{.path = path_, .level = level()};
  }

 private:
  [[nodiscard]] int descriptor() const noexcept override { return file_.get(); }

  std::string path_;
  os::UniqueFd file_;
};

}  // namespace

std::shared_ptr<Sink> make_sink(std::function<void(const LogRecord&)> callback) {
  return std::make_shared<CallbackSink>(std::move(callback));
}

std::shared_ptr<spdlog::sinks::sink> HandlerAccess::sink(const LogHandler& handler) {
  return handler.sink_;
}

std::optional<Settings::Handler> HandlerAccess::settings(const LogHandler& handler) {
  return handler.sink_->settings();
}

LogHandler HandlerAccess::handler(std::shared_ptr<Sink> sink) {
  return LogHandler(std::move(sink));
}

}  // namespace logging

LogHandler::LogHandler(std::shared_ptr<logging::Sink> sink) noexcept : sink_(std::move(sink)) {}

void LogHandler::set_level(int level) {
  sink_->set_level(static_cast<spdlog::level::level_enum>(level));
}

int LogHandler::level() const noexcept { return sink_->level(); }

LogHandler StreamHandler() {
  return logging::HandlerAccess::handler(std::make_shared<logging::StandardErrorSink>());
}

LogHandler FileHandler(std::string_view path) {
  // A child may be started in another directory. Where this one has no name, the path stays as it
  // is.
  std::error_code unknown;
  std::filesystem::path absolute = std::filesystem::absolute(path, unknown);
  return logging::HandlerAccess::handler(
      std::make_shared<logging::FileSink>(unknown ? std::string(path) : absolute.string()));
}

}  // namespace mp
