// SimpleQueue: a queue with the least that one needs. Python's multiprocessing.SimpleQueue.
#pragma once

#include <libmp/queue.hpp>

#include <source_location>
#include <string>
#include <utility>

namespace mp {

// Queue without bound, timeouts and counting; what is said of Queue about threads, processes, order
// and death holds here too.
// Blocks: get() while it is empty; put() never.
// Fails: OSError (EBADF) after close() in this process, as in Python; OSError (ENOSPC, ENOMEM) from
//   put() when the machine has no memory left.
// Differs from Python: there put() blocks as soon as a pipe is full.
template <class T = Object>
class SimpleQueue {
 public:
  using value_type = T;

  explicit SimpleQueue(std::source_location site = std::source_location::current())
      : SimpleQueue(std::string(), site) {}
  // With a name for messages and the inspector.
  explicit SimpleQueue(std::string name,
                       std::source_location site = std::source_location::current())
      : core_(detail::make_queue({.kind = detail::QueueKind::Simple, .name = std::move(name)},
                                 site)) {}
  SimpleQueue(const SimpleQueue&) = default;
  SimpleQueue& operator=(const SimpleQueue&) = default;
  ~SimpleQueue() = default;

  void put(const T& item) { detail::queue_put_typed(*core_, item, Timeout::never()); }
  T get() { return detail::queue_get_typed<T>(*core_, Timeout::never()); }
  // For wait(): ready when get() would not block.
  operator Waitable() const { return detail::queue_waitable(*core_); }
  [[nodiscard]] bool empty() const { return detail::queue_empty(*core_); }
  // This process will neither put nor get any more. May be called again.
  void close() noexcept { detail::queue_close(*core_); }

  [[nodiscard]] const std::string& name() const noexcept { return detail::queue_name(*core_); }

 private:
  friend struct detail::Archiver<SimpleQueue>;
  explicit SimpleQueue(detail::QueueCore core) noexcept : core_(std::move(core)) {}

  detail::QueueCore core_;
};

// An argument of a Process; RuntimeError in a queue.
template <class T>
struct detail::Archiver<SimpleQueue<T>> {
  static void write(OutArchive& archive, const SimpleQueue<T>& queue) {
    queue_pack(archive, *queue.core_);
  }
  static SimpleQueue<T> make(InArchive& archive) { return SimpleQueue<T>(queue_unpack(archive)); }
  static void read(InArchive& archive, SimpleQueue<T>& queue) { queue = make(archive); }
};

}  // namespace mp
