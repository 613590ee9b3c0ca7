// Context: the library's factories bound to a start method. Python's get_context and
// set_start_method.
#pragma once

#include <libmp/array.hpp>
#include <libmp/barrier.hpp>
#include <libmp/condition.hpp>
#include <libmp/connection.hpp>
#include <libmp/cpu.hpp>
#include <libmp/event.hpp>
#include <libmp/joinable_queue.hpp>
#include <libmp/lock.hpp>
#include <libmp/log.hpp>
#include <libmp/object.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>
#include <libmp/raw_array.hpp>
#include <libmp/raw_value.hpp>
#include <libmp/rlock.hpp>
#include <libmp/semaphore.hpp>
#include <libmp/simple_queue.hpp>
#include <libmp/value.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mp {

class Context;

// Without a method: the one in use, which is thereby decided. ValueError for one that does not
// exist.
[[nodiscard]] Context get_context(std::optional<std::string_view> method = std::nullopt);

// Makes what the namespace makes, for children started by its method. A plain value. Locks, queues
// and their kin are the same in every context, and may be given to children of any method.
class Context {
 public:
  template <class... Args>
    requires(!std::same_as<std::remove_cvref_t<Args>, ProcessOptions> && ...)
  [[nodiscard]] mp::Process Process(Args&&... args) const {
    return mp::Process(ProcessOptions{.start_method = method_}, std::forward<Args>(args)...);
  }
  // For `{.name = ...}`, which no template parameter takes.
  template <class... Args>
  [[nodiscard]] mp::Process Process(ProcessOptions options, Args&&... args) const {
    options.start_method = method_;
    return mp::Process(std::move(options), std::forward<Args>(args)...);
  }
  template <class T = Object>
  [[nodiscard]] mp::Queue<T> Queue(
      std::ptrdiff_t maxsize = 0,
      std::source_location site = std::source_location::current()) const {
    return mp::Queue<T>(maxsize, site);
  }
  template <class T = Object>
  [[nodiscard]] mp::JoinableQueue<T> JoinableQueue(
      std::ptrdiff_t maxsize = 0,
      std::source_location site = std::source_location::current()) const {
    return mp::JoinableQueue<T>(maxsize, site);
  }
  template <class T = Object>
  [[nodiscard]] mp::SimpleQueue<T> SimpleQueue(
      std::source_location site = std::source_location::current()) const {
    return mp::SimpleQueue<T>(site);
  }
  [[nodiscard]] mp::Lock Lock(std::source_location site = std::source_location::current()) const {
    return mp::Lock(site);
  }
  [[nodiscard]] mp::RLock RLock(std::source_location site = std::source_location::current()) const {
    return mp::RLock(site);
  }
  [[nodiscard]] mp::Semaphore Semaphore(
      int value = 1, std::source_location site = std::source_location::current()) const {
    return mp::Semaphore(value, {}, site);
  }
  [[nodiscard]] mp::BoundedSemaphore BoundedSemaphore(
      int value = 1, std::source_location site = std::source_location::current()) const {
    return mp::BoundedSemaphore(value, {}, site);
  }
  [[nodiscard]] mp::Condition Condition(
      std::source_location site = std::source_location::current()) const {
    return mp::Condition(mp::RLock(site), {}, site);
  }
  template <class AnyLock>
  [[nodiscard]] mp::Condition Condition(
      const AnyLock& lock, std::source_location site = std::source_location::current()) const {
    return mp::Condition(lock, {}, site);
  }
  [[nodiscard]] mp::Event Event(std::source_location site = std::source_location::current()) const {
    return mp::Event({}, site);
  }
  [[nodiscard]] mp::Barrier Barrier(
      int parties, std::function<void()> action = {}, Timeout timeout = Timeout::never(),
      std::source_location site = std::source_location::current()) const {
    return mp::Barrier(parties, std::move(action), timeout, {}, site);
  }
  [[nodiscard]] std::pair<Connection, Connection> Pipe(
      bool duplex = true, std::source_location site = std::source_location::current()) const {
    return mp::Pipe(duplex, site);
  }
  template <class T, detail::SharedOptionsLike Options = SharedOptions>
  [[nodiscard]] mp::Value<T> Value(
      const T& initial = T(), Options options = {},
      std::source_location site = std::source_location::current()) const {
    return mp::Value<T>(initial, std::move(options), site);
  }
  // `initial` is a size or a range.
  template <class T, class Initial, detail::SharedOptionsLike Options = SharedOptions>
  [[nodiscard]] mp::Array<T> Array(
      const Initial& initial, Options options = {},
      std::source_location site = std::source_location::current()) const {
    return mp::Array<T>(initial, std::move(options), site);
  }
  template <class T, detail::SharedOptionsLike Options = SharedOptions>
  [[nodiscard]] mp::Array<T> Array(
      std::initializer_list<T> initial, Options options = {},
      std::source_location site = std::source_location::current()) const {
    return mp::Array<T>(initial, std::move(options), site);
  }
  template <class T>
  [[nodiscard]] mp::RawValue<T> RawValue(
      const T& initial = T(), std::source_location site = std::source_location::current()) const {
    return mp::RawValue<T>(initial, site);
  }
  template <class T, class Initial>
  [[nodiscard]] mp::RawArray<T> RawArray(
      const Initial& initial, std::source_location site = std::source_location::current()) const {
    return mp::RawArray<T>(initial, {}, site);
  }
  template <class T>
  [[nodiscard]] mp::RawArray<T> RawArray(
      std::initializer_list<T> initial,
      std::source_location site = std::source_location::current()) const {
    return mp::RawArray<T>(initial, {}, site);
  }

  // The methods that change or look at the one process that asks are the same in every context.
  [[nodiscard]] mp::Process current_process() const { return mp::current_process(); }
  [[nodiscard]] std::optional<mp::Process> parent_process() const { return mp::parent_process(); }
  [[nodiscard]] std::vector<mp::Process> active_children() const { return mp::active_children(); }

  // Itself, without a method.
  [[nodiscard]] Context get_context(std::optional<std::string_view> method = std::nullopt) const;
  // ValueError: a context keeps its method.
  [[noreturn]] void set_start_method(std::string_view method, bool force = false) const;
  [[nodiscard]] std::string get_start_method() const { return method_; }
  [[nodiscard]] std::vector<std::string> get_all_start_methods() const;
  [[nodiscard]] int cpu_count() const { return mp::cpu_count(); }
  [[nodiscard]] Logger* get_logger() const noexcept { return mp::get_logger(); }
  Logger* log_to_stderr(std::optional<int> level = std::nullopt) const {
    return mp::log_to_stderr(level);
  }

 private:
  friend Context mp::get_context(std::optional<std::string_view> method);
  explicit Context(std::string_view method) : method_(method) {}

  std::string method_;
};

// Once, early in main: RuntimeError when the method in use has been decided already, by this or by
// the first start; `force` decides anew.
void set_start_method(std::string_view method, bool force = false);

// The method in use, which is thereby decided. In a child it is the one that made it.
[[nodiscard]] std::string get_start_method();
// Empty as long as nobody has decided; decides nothing.
[[nodiscard]] std::optional<std::string> get_start_method_or_none();

// All that exist: fork, spawn, forkserver. The first is the default.
[[nodiscard]] std::vector<std::string> get_all_start_methods();

}  // namespace mp
