// JoinableQueue: a queue of tasks whose end can be waited for. Python's
// multiprocessing.JoinableQueue.
#pragma once

#include <libmp/queue.hpp>

#include <cstddef>
#include <source_location>
#include <utility>

namespace mp {

// A Queue whose items are tasks: whoever gets one calls task_done() when it has done it, and join()
// waits until everything that was put has been done. Everything else is as with Queue.
// Fails: a process that ends, however, with tasks that it has got and not done leaves them undone
//   for ever. join() learns of it within 100 ms: OwnerDied, until somebody calls recover(), which
//   counts them as done. Items that nobody got before are not concerned.
//   While some living process has called task_done() more often than it has got items, it may be
//   doing the tasks of others: then join() waits on.
// Of 127 processes at a time it is known what they have; more count as living.
// shutdown(true): the dropped items count as done.
// Differs from Python: there join() waits for ever for the tasks of a killed consumer, and nothing
//   but memory limits how many may be unfinished.
template <class T = Object>
class JoinableQueue : public Queue<T> {
 public:
  explicit JoinableQueue(std::ptrdiff_t maxsize = 0,
                         std::source_location site = std::source_location::current())
      : JoinableQueue(QueueOptions{.maxsize = maxsize}, site) {}
  explicit JoinableQueue(QueueOptions options,
                         std::source_location site = std::source_location::current())
      : Queue<T>(detail::QueueKind::Joinable, std::move(options), site) {}

  // ValueError when nothing is unfinished.
  void task_done() { detail::queue_task_done(this->core()); }

  // Blocks until nothing is unfinished, if only for a moment. With a timeout false when that has
  // passed first. OwnerDied: see above.
  void join() { detail::queue_join(this->core(), Timeout::never()); }
  bool join(Timeout timeout) { return detail::queue_join(this->core(), timeout); }

  // Counts the tasks of processes that have ended as done, and returns how many those were.
  std::size_t recover() { return detail::queue_recover(this->core()); }

  // Put and not done.
  [[nodiscard]] std::size_t unfinished_tasks() const noexcept {
    return detail::queue_unfinished(this->core());
  }

 private:
  friend struct detail::Archiver<JoinableQueue>;
  explicit JoinableQueue(detail::QueueCore core) noexcept : Queue<T>(std::move(core)) {}
};

template <class T>
struct detail::Archiver<JoinableQueue<T>> {
  static void write(OutArchive& archive, const JoinableQueue<T>& queue) {
    queue_pack(archive, queue.core());
  }
  static JoinableQueue<T> make(InArchive& archive) {
    return JoinableQueue<T>(queue_unpack(archive));
  }
  static void read(InArchive& archive, JoinableQueue<T>& queue) { queue = make(archive); }
};

}  // namespace mp
