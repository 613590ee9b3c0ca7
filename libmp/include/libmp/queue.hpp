// Queue: first in, first out, between any number of processes and threads. Python's
// multiprocessing.Queue.
#pragma once

#include <libmp/detail/queue_loan.hpp>
#include <libmp/detail/queue_typed.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>
#include <libmp/serialize.hpp>
#include <libmp/timeout.hpp>
#include <libmp/wait.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <source_location>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mp {

struct QueueOptions {
  std::ptrdiff_t maxsize = 0;  // items; 0 or less: as many as memory holds
  std::string name;            // for messages and the inspector
  // get() is to learn when nothing can come any more: see close_put().
  bool ends_with_producers = false;
};

// A handle of one queue in shared memory; copies are handles of the same queue, also in other
// processes. Queue<T> carries T, which must be serialisable (see <libmp/serialize.hpp>);
// Queue<> carries mp::Object.
// Threads, processes: any number may put and get at the same time.
// fork: the child has the same queue.
// Order: total. Of two puts that do not overlap the first is got first.
// Blocks: get() while it is empty, put() while a bounded one is full. No system call otherwise.
// Fails: Empty, Full; ValueError after close() in this process; ShutDown after shutdown() in any;
//   OSError (ENOSPC, ENOMEM) from put() when the machine has no memory left for the item: nothing
//   was put then, the queue stays usable.
// Killed processes: an item is in the queue wholly or not at all; one whose reader is killed before
//   get() has it goes to the next reader; nobody else waits longer than 100 ms because of it.
// Differs from Python: put() serialises in the caller, so an item that cannot be is the caller's
//   PicklingError; when put() returns, the item is in the queue. There is no feeder thread: a
//   producer may end, be joined or be killed while its items are unread.
//   qsize(), empty() and full() are exact for the moment at which they looked.
template <class T = Object>
class Queue {
 public:
  using value_type = T;

  explicit Queue(std::ptrdiff_t maxsize = 0,
                 std::source_location site = std::source_location::current())
      : Queue(detail::QueueKind::Plain, QueueOptions{.maxsize = maxsize}, site) {}
  explicit Queue(QueueOptions options, std::source_location site = std::source_location::current())
      : Queue(detail::QueueKind::Plain, std::move(options), site) {}
  // Copies only: a queue that was moved from is still a queue.
  Queue(const Queue&) = default;
  Queue& operator=(const Queue&) = default;
  ~Queue() = default;

  // Full when there was no room in time. block = false looks only once and ignores the timeout.
  void put(const T& item) { put(item, Timeout::never()); }
  void put(const T& item, Timeout timeout) { detail::queue_put_typed(*core_, item, timeout); }
  template <std::same_as<bool> Flag>
  void put(const T& item, Flag block, Timeout timeout = Timeout::never()) {
    put(item, block ? timeout : kNoWait);
  }
  void put_nowait(const T& item) { put(item, kNoWait); }

  // Empty when there was no item in time.
  T get() { return get(Timeout::never()); }
  T get(Timeout timeout) { return detail::queue_get_typed<T>(*core_, timeout); }
  template <std::same_as<bool> Flag>
  T get(Flag block, Timeout timeout = Timeout::never()) {
    return get(block ? timeout : kNoWait);
  }
  T get_nowait() { return get(kNoWait); }

  // Into memory that the caller has: a string or vector that keeps its capacity from item to item,
  // or for those a span, which is told how much of it was filled. Copied once, straight from the
  // queue. BufferTooShort when the span is, and then the item stays the first.
  void get_into(T& item, Timeout timeout = Timeout::never()) {
    if constexpr (detail::IsBlock<T>::value) {
      detail::queue_get_block(*core_, item, timeout);
    } else {
      item = get(timeout);
    }
  }
  template <class Item>
    requires detail::IsBlock<T>::value && std::same_as<Item, typename T::value_type>
  std::size_t get_into(std::span<Item> room, Timeout timeout = Timeout::never()) {
    return detail::queue_get_span(*core_, room, timeout);
  }

  // Many small items at the cost of few: in order and together, unless they have to wait for room.
  // How many were put: all of them, if time and memory suffice. Full, ShutDown, OSError when not
  // even one was.
  std::size_t put_many(std::span<const T> items, Timeout timeout = Timeout::never())
    requires detail::Blittable<T>
  {
    return detail::queue_put_many(*core_, std::as_bytes(items), sizeof(T), timeout);
  }
  // Waits for one item; how many came: as many as there were, and as the room holds.
  std::size_t get_many(std::span<T> room, Timeout timeout = Timeout::never())
    requires detail::Blittable<T>
  {
    return detail::queue_get_many(*core_, std::as_writable_bytes(room), sizeof(T), timeout);
  }

  // Without any copy: `fill` makes the item where it will lie. It gets a std::span of `length`
  // elements with anything in them, and may return how many it used; of other types than strings
  // and vectors it gets one T&. Other producers wait meanwhile: reading a file into it is fine,
  // waiting for somebody is not.
  // Fails: as put(). What `fill` throws comes out here, and nothing was put, nor if it is killed.
  //   RuntimeError when `fill` puts into this queue; ValueError when it used more than it got.
  template <class Fill>
    requires detail::Lendable<T> && detail::IsBlock<T>::value
  void with_loan(std::size_t length, Fill&& fill, Timeout timeout = Timeout::never()) {
    detail::queue_lend<T>(*core_, length, fill, timeout);
  }
  template <std::invocable<T&> Fill>
    requires detail::Lendable<T> && detail::Blittable<T>
  void with_loan(Fill&& fill, Timeout timeout = Timeout::never()) {
    detail::queue_lend<T>(*core_, 1, fill, timeout);
  }
  // Without any copy: `use` sees the item where it lies, as a std::span of const elements or a
  // const T&, and borrow() returns what it returns. Then the item is gone. Other consumers wait
  // meanwhile.
  // Fails: as get(). What `use` throws comes out here, and the item stays the first, as it does if
  //   the process is killed in it. RuntimeError when `use` gets from this queue.
  template <class Use>
    requires detail::Lendable<T>
  auto borrow(Use&& use, Timeout timeout = Timeout::never()) {
    return detail::queue_borrow_typed<T>(*core_, use, timeout);
  }

  // For wait(): ready when get() would not block.
  operator Waitable() const { return detail::queue_waitable(*core_); }

  [[nodiscard]] std::size_t qsize() const { return detail::queue_size(*core_); }
  // After close() OSError, unless nothing was ever put.
  [[nodiscard]] bool empty() const { return detail::queue_empty(*core_); }
  [[nodiscard]] bool full() const { return detail::queue_full(*core_); }
  [[nodiscard]] std::ptrdiff_t maxsize() const noexcept { return detail::queue_maxsize(*core_); }
  [[nodiscard]] const std::string& name() const noexcept { return detail::queue_name(*core_); }

  // For everybody, here and elsewhere: put() throws ShutDown from now on, and get() once the queue
  // is empty; also those that wait. `immediate`: it is empty at once, what was in it is dropped.
  // Blocks: until those that are in put() at this moment have left it.
  void shutdown(bool immediate = false) { detail::queue_shutdown(*core_, immediate); }

  // This process will neither put nor get any more; others are not affected. May be called again.
  void close() noexcept { detail::queue_close(*core_); }
  // This process, and the children it starts from now on, will only get.
  // With ends_with_producers, get() throws EOFError when the queue is empty and no process is left
  // that could put: each that has a handle of it has called this or close(), or has ended, however.
  // As with a pipe, this means also the process that started the producers, and children that were
  // forked by it. Killed producers are noticed within 100 ms.
  void close_put() noexcept { detail::queue_close_put(*core_); }
  // All items that were put are in the queue, so there is nothing to wait for. AssertionError
  // before close().
  void join_thread() { detail::queue_join_thread(*core_); }
  // Nothing to cancel, and nothing is lost.
  void cancel_join_thread() noexcept {}

 protected:
  Queue(detail::QueueKind kind, QueueOptions options, const std::source_location& site)
      : core_(detail::make_queue(
            {kind, options.maxsize, std::move(options.name), options.ends_with_producers}, site)) {}
  explicit Queue(detail::QueueCore core) noexcept : core_(std::move(core)) {}
  [[nodiscard]] queue::Core& core() const noexcept { return *core_; }

 private:
  friend struct detail::Archiver<Queue>;
  static constexpr Timeout kNoWait{std::chrono::nanoseconds::zero()};

  detail::QueueCore core_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// queue. RuntimeError in a queue.
template <class T>
struct detail::Archiver<Queue<T>> {
  static void write(OutArchive& archive, const Queue<T>& queue) {
    queue_pack(archive, *queue.core_);
  }
  static Queue<T> make(InArchive& archive) { return Queue<T>(queue_unpack(archive)); }
  static void read(InArchive& archive, Queue<T>& queue) { queue = make(archive); }
};

}  // namespace mp
