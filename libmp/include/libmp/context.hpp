// Context: the library's factories bound to a start method. Python's get_context and
// set_start_method.
#pragma once

#include <libmp/connection.hpp>
#include <libmp/cpu.hpp>
#include <libmp/lock.hpp>
#include <libmp/log.hpp>
#include <libmp/object.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>

#include <cstddef>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mp {

// Makes what the namespace makes, for children started by its method. A plain value.
class Context {
 public:
  template <class... Args>
  [[nodiscard]] mp::Process Process(Args&&... args) const {
    return mp::Process(std::forward<Args>(args)...);
  }
  // For `{.name = ...}`, which no template parameter takes.
  template <class... Args>
  [[nodiscard]] mp::Process Process(ProcessOptions options, Args&&... args) const {
    return mp::Process(std::move(options), std::forward<Args>(args)...);
  }
  template <class T = Object>
  [[nodiscard]] mp::Queue<T> Queue(
      std::ptrdiff_t maxsize = 0,
      std::source_location site = std::source_location::current()) const {
    return mp::Queue<T>(maxsize, site);
  }
  [[nodiscard]] mp::Lock Lock(std::source_location site = std::source_location::current()) const {
    return mp::Lock(site);
  }
  [[nodiscard]] std::pair<Connection, Connection> Pipe(
      bool duplex = true, std::source_location site = std::source_location::current()) const {
    return mp::Pipe(duplex, site);
  }

  [[nodiscard]] std::string get_start_method() const { return method_; }
  [[nodiscard]] int cpu_count() const { return mp::cpu_count(); }
  [[nodiscard]] Logger* get_logger() const noexcept { return mp::get_logger(); }
  Logger* log_to_stderr(std::optional<int> level = std::nullopt) const {
    return mp::log_to_stderr(level);
  }

 private:
  friend Context get_context(std::optional<std::string_view> method);
  explicit Context(std::string_view method) : method_(method) {}

  std::string method_;
};

// Without a method: the one in use, which is thereby decided. ValueError for one that does not
// exist.
[[nodiscard]] Context get_context(std::optional<std::string_view> method = std::nullopt);

// Once, early in main: RuntimeError when the method in use has been decided already, by this or by
// the first start; `force` decides anew.
void set_start_method(std::string_view method, bool force = false);

// The method in use, which is thereby decided.
[[nodiscard]] std::string get_start_method();
// Empty as long as nobody has decided; decides nothing.
[[nodiscard]] std::optional<std::string> get_start_method_or_none();

// All that exist; the first is the default. Only fork today; Python has spawn and forkserver too.
[[nodiscard]] std::vector<std::string> get_all_start_methods();

}  // namespace mp
